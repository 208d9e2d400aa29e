//! Condition keys: those of services, the global ones, and those of identity providers.

use crate::catalog::{Catalog, view};
use crate::fold;
use crate::service::Service;
use crate::source::kinds::{KeyCategory, KeyType};
use crate::source::layout::{Section, foreign, global_key, key};
use keyaki_ir::glob::{self, Case};
use std::fmt;

view! {
    /// A condition key as a service lists it.
    ConditionKey(u32)
}

impl<'c> ConditionKey<'c> {
    pub(crate) fn list(
        catalog: &'c Catalog,
        list: u16,
    ) -> impl ExactSizeIterator<Item = ConditionKey<'c>> {
        catalog.blob.list(list).map(move |number| ConditionKey::new(catalog, number))
    }

    pub(crate) fn record(self) -> u32 {
        self.record
    }

    /// The key, such as `s3:prefix`, or its template, such as `aws:ResourceTag/${TagKey}`.
    pub fn name(self) -> &'c str {
        self.catalog.blob.text(Section::Keys, self.record, key::NAME)
    }

    /// The type of its value.
    pub fn key_type(self) -> KeyType {
        let code = self.catalog.blob.get2(Section::Keys, self.record, key::TYPE);
        KeyType::from_code(code).unwrap_or(KeyType::String)
    }

    /// Whether the name has a hole that a policy fills in.
    pub fn is_template(self) -> bool {
        // Equal texts have one number.
        let number = |field| self.catalog.blob.get4(Section::Keys, self.record, field);
        number(key::NAME) != number(key::GLOB)
    }

    /// Whether `name` is this key, or fills in its hole.
    pub fn matches(self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name()) || self.is_template() && self.is_filled_by(name)
    }

    fn is_filled_by(self, name: &str) -> bool {
        let pattern = self.catalog.blob.text(Section::Keys, self.record, key::GLOB);
        glob::matches(pattern, name, Case::Insensitive)
    }

    /// The service whose prefix the key has, or else the first that lists it.
    fn home(self) -> Service<'c> {
        let number = self.catalog.blob.get2(Section::Keys, self.record, key::HOME);
        Service::new(self.catalog, u32::from(number))
    }
}

impl fmt::Debug for ConditionKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConditionKey({})", self.name())
    }
}

view! {
    /// A condition key that does not belong to a service: of all requests, or of role sessions.
    GlobalKey(u32)
}

impl<'c> GlobalKey<'c> {
    /// The key, such as `aws:SourceIp`, or its template, such as `aws:PrincipalTag/${TagKey}`.
    pub fn name(self) -> &'c str {
        self.catalog.blob.text(Section::GlobalKeys, self.record, global_key::NAME)
    }

    /// The type of its value.
    pub fn key_type(self) -> KeyType {
        let code = self.catalog.blob.get2(Section::GlobalKeys, self.record, global_key::TYPE);
        KeyType::from_code(code).unwrap_or(KeyType::String)
    }

    /// What the key describes.
    pub fn category(self) -> KeyCategory {
        let code = self.catalog.blob.get2(Section::GlobalKeys, self.record, global_key::CATEGORY);
        KeyCategory::from_code(code).unwrap_or(KeyCategory::Request)
    }

    /// Whether the name has a hole that a policy fills in.
    pub fn is_template(self) -> bool {
        // Equal texts have one number.
        let number = |field| self.catalog.blob.get4(Section::GlobalKeys, self.record, field);
        number(global_key::NAME) != number(global_key::GLOB)
    }

    /// Whether `name` is this key, or fills in its hole.
    pub fn matches(self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name()) || self.is_template() && self.is_filled_by(name)
    }

    fn is_filled_by(self, name: &str) -> bool {
        let pattern = self.catalog.blob.text(Section::GlobalKeys, self.record, global_key::GLOB);
        glob::matches(pattern, name, Case::Insensitive)
    }
}

impl fmt::Debug for GlobalKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GlobalKey({})", self.name())
    }
}

/// What a condition key turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLookup<'c> {
    /// A key of all requests or of role sessions.
    Global(GlobalKey<'c>),
    /// A key that a service lists.
    Service {
        /// The service whose prefix the key has, or else the first that lists it.
        service: Service<'c>,
        /// The key.
        key: ConditionKey<'c>,
    },
    /// A claim of an identity provider, with the catalogue's entry where there is one.
    ///
    /// Any prefix with a dot is taken as the host of a provider.
    Federated(Option<ConditionKey<'c>>),
    /// The prefix is `aws`, but there is no such key.
    UnknownGlobal,
    /// The prefix belongs to this service, which does not list the key.
    ///
    /// A service that is no longer live may have had the key: its keys are not recorded.
    UnknownInService(Service<'c>),
    /// The prefix belongs to no service.
    UnknownService,
}

impl KeyLookup<'_> {
    /// The type of the key's value; none where the key is not known.
    pub fn key_type(self) -> Option<KeyType> {
        match self {
            KeyLookup::Global(key) => Some(key.key_type()),
            KeyLookup::Service { key, .. } | KeyLookup::Federated(Some(key)) => {
                Some(key.key_type())
            }
            KeyLookup::Federated(None)
            | KeyLookup::UnknownGlobal
            | KeyLookup::UnknownInService(_)
            | KeyLookup::UnknownService => None,
        }
    }
}

impl Catalog {
    /// Looks up a condition key by its name in a policy.
    pub fn key(&self, name: &str) -> KeyLookup<'_> {
        if let Some(key) = self.global_key(name) {
            return KeyLookup::Global(key);
        }
        let Some((prefix, _)) = name.split_once(':') else {
            return KeyLookup::UnknownService;
        };
        if prefix.eq_ignore_ascii_case("aws") {
            return KeyLookup::UnknownGlobal;
        }
        let found = self.service_key(prefix, name);
        if prefix.contains('.') {
            return KeyLookup::Federated(found);
        }
        match found {
            Some(key) if !is_at_home(key) && self.is_provider(prefix) => {
                KeyLookup::Federated(Some(key))
            }
            Some(key) => KeyLookup::Service { service: key.home(), key },
            None => self.unknown_key(prefix),
        }
    }

    fn unknown_key(&self, prefix: &str) -> KeyLookup<'_> {
        let owner = self.service(prefix).or_else(|| self.foreign_services(prefix)?.next());
        owner.map_or(KeyLookup::UnknownService, KeyLookup::UnknownInService)
    }

    /// All global condition keys, by name.
    pub fn global_keys(&self) -> impl Iterator<Item = GlobalKey<'_>> {
        (0..self.blob.count(Section::GlobalKeys)).map(|record| GlobalKey::new(self, record))
    }

    /// The global condition key that `name` is, or is an instance of.
    pub fn global_key(&self, name: &str) -> Option<GlobalKey<'_>> {
        let name_of = |record| self.blob.name(Section::GlobalKeys, record, global_key::NAME);
        let names = self.blob.count(Section::GlobalKeys);
        let exact = self.blob.find((Section::GlobalKeySlots, 0), names, name, name_of);
        if let Some(record) = exact {
            return Some(GlobalKey::new(self, record));
        }
        let template = |n| GlobalKey::new(self, self.blob.get4(Section::GlobalTemplates, n, 0));
        let mut templates = (0..self.blob.count(Section::GlobalTemplates)).map(template);
        templates.find(|key| key.is_filled_by(name))
    }

    /// All condition keys of services, by name and type.
    pub fn condition_keys(&self) -> impl Iterator<Item = ConditionKey<'_>> {
        (0..self.blob.count(Section::Keys)).map(|record| ConditionKey::new(self, record))
    }

    /// The key of any service that `name` is, or is an instance of; of several types, that of the
    /// service with the key's prefix.
    fn service_key(&self, prefix: &str, name: &str) -> Option<ConditionKey<'_>> {
        let name_of = |record| self.blob.name(Section::Keys, record, key::NAME);
        let names = self.blob.count(Section::Keys);
        let Some(first) = self.blob.find((Section::KeySlots, 0), names, name, name_of) else {
            return self.template(prefix, name);
        };
        let same = |n: &u32| name_of(*n).eq_ignore_ascii_case(name.as_bytes());
        let exact = (first..names).take_while(same).map(|n| ConditionKey::new(self, n));
        exact.max_by_key(|key| is_at_home(*key))
    }

    /// The longest key template that `name` is an instance of.
    fn template(&self, prefix: &str, name: &str) -> Option<ConditionKey<'_>> {
        let keys = self.templates_of(prefix).filter(|key| key.is_filled_by(name));
        keys.max_by_key(|key| (key.name().len(), is_at_home(*key)))
    }

    /// The key templates that can have instances with this prefix: the prefixes of identity
    /// providers can have holes themselves, those of services cannot.
    fn templates_of(&self, prefix: &str) -> impl Iterator<Item = ConditionKey<'_>> {
        let record = |n: u32| self.blob.get4(Section::Templates, n, 0);
        let name_of = |n: u32| self.blob.name(Section::Keys, record(n), key::NAME);
        let all = 0..self.blob.count(Section::Templates);
        let range = if prefix.contains('.') { all } else { fold::find_head(all, prefix, name_of) };
        range.map(move |n| ConditionKey::new(self, record(n)))
    }

    /// The services whose keys have this prefix, which is not the prefix of any of them.
    fn foreign_services(&self, prefix: &str) -> Option<impl Iterator<Item = Service<'_>>> {
        let pattern = |record| self.blob.text(Section::Foreign, record, foreign::GLOB);
        let record = (0..self.blob.count(Section::Foreign))
            .find(|&record| glob::matches(pattern(record), prefix, Case::Insensitive))?;
        let services = self.blob.list(self.blob.get2(Section::Foreign, record, foreign::SERVICES));
        Some(services.map(|number| Service::new(self, number)))
    }

    /// Whether keys with this prefix are claims that someone signs in with.
    fn is_provider(&self, prefix: &str) -> bool {
        let services = self.foreign_services(prefix);
        services.is_some_and(|mut services| services.any(|s| s.prefix() == "sts"))
    }
}

/// Whether the key's prefix is that of the service that lists it.
fn is_at_home(key: ConditionKey<'_>) -> bool {
    let prefix = key.name().split(':').next().unwrap_or_default();
    prefix.eq_ignore_ascii_case(key.home().prefix())
}
