//! The catalogue itself and its look-ups.

use crate::action::{Action, ActionId};
use crate::blob::{Blob, InvalidCatalog};
use crate::fold;
use crate::resource::{ArnTemplate, ResourceType};
use crate::service::Service;
use crate::source::kinds::Date;
use crate::source::layout::{Section, arn, arn_service, meta, service};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));

/// The catalogue that was compiled in.
pub fn embedded() -> &'static Catalog {
    static EMBEDDED: LazyLock<Catalog> = LazyLock::new(|| {
        // The build packed these bytes itself; a test runs the full check over them.
        let blob = Blob::open(Cow::Borrowed(BYTES)).unwrap_or_else(|_| Blob::empty());
        Catalog { blob }
    });
    &EMBEDDED
}

/// What AWS services define, at one date.
pub struct Catalog {
    pub(crate) blob: Blob,
}

/// Where a catalogue comes from, how old it is, and how much it holds.
///
/// The counts are those of live entries, retired ones apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot<'c> {
    /// The day on which the data was released.
    pub date: Date,
    /// The last day on which permission-only and dependent actions were published.
    pub overlay: Date,
    /// Who released the data.
    pub origin: &'c str,
    /// Live services.
    pub services: usize,
    /// Live actions.
    pub actions: usize,
    /// Retired actions.
    pub retired_actions: usize,
    /// Resource types.
    pub resource_types: usize,
    /// Condition keys of services, by name and type.
    pub condition_keys: usize,
    /// Global condition keys.
    pub global_keys: usize,
}

impl Catalog {
    /// Reads a packed catalogue, after checking all of it.
    ///
    /// # Errors
    ///
    /// The bytes are no catalogue, were cut off or changed, or have another layout version.
    pub fn from_bytes(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Catalog, InvalidCatalog> {
        let blob = Blob::open(bytes.into())?;
        blob.check()?;
        Ok(Catalog { blob })
    }

    /// Date, origin and counts.
    pub fn snapshot(&self) -> Snapshot<'_> {
        let retired_actions = self.blob.count(Section::Retired) as usize;
        Snapshot {
            date: Date(self.blob.get2(Section::Meta, 0, meta::DATE)),
            overlay: Date(self.blob.get2(Section::Meta, 0, meta::OVERLAY)),
            origin: self.blob.text(Section::Meta, 0, meta::ORIGIN),
            services: self.services().count(),
            actions: self.action_count() - retired_actions,
            retired_actions,
            resource_types: self.blob.count(Section::Types) as usize,
            condition_keys: self.blob.count(Section::Keys) as usize,
            global_keys: self.blob.count(Section::GlobalKeys) as usize,
        }
    }

    /// The live services, by prefix.
    pub fn services(&self) -> impl Iterator<Item = Service<'_>> {
        self.all_services().filter(|service| service.is_live())
    }

    /// All services, with those that are retired or undocumented, by prefix.
    pub fn all_services(&self) -> impl Iterator<Item = Service<'_>> {
        (0..self.blob.count(Section::Services)).map(|record| Service::new(self, record))
    }

    /// The service with this prefix, also a retired or undocumented one.
    pub fn service(&self, prefix: &str) -> Option<Service<'_>> {
        let prefix_of = |record| self.blob.name(Section::Services, record, service::PREFIX);
        let services = self.blob.count(Section::Services);
        let record = self.blob.find((Section::ServiceSlots, 0), services, prefix, prefix_of)?;
        Some(Service::new(self, record))
    }

    /// The action with this full name, such as `s3:GetObject`, also a retired one.
    pub fn action(&self, full_name: &str) -> Option<Action<'_>> {
        let (prefix, name) = full_name.split_once(':')?;
        self.service(prefix)?.action(name)
    }

    /// The action with this number.
    pub fn action_by_id(&self, id: ActionId) -> Option<Action<'_>> {
        (id.0 < self.blob.count(Section::Actions)).then(|| Action::new(self, id.0))
    }

    /// How many actions there are, with the retired ones; their numbers are all below.
    pub fn action_count(&self) -> usize {
        self.blob.count(Section::Actions) as usize
    }

    /// The live actions, by service and name.
    pub fn actions(&self) -> impl Iterator<Item = Action<'_>> {
        let all = (0..self.blob.count(Section::Actions)).map(|n| Action::new(self, n));
        all.filter(|action| !action.is_retired())
    }

    /// All resource types, by service and name.
    pub fn resource_types(&self) -> impl Iterator<Item = ResourceType<'_>> {
        (0..self.blob.count(Section::Types)).map(|record| ResourceType::new(self, record))
    }

    /// The ARN templates with this service segment, by the start of their resource part; `None`
    /// where none has it.
    ///
    /// The segment is the service prefix for most types, but not for all: `elasticloadbalancing`
    /// resources have their own, the products of `servicecatalog` have `catalog`.
    /// A template with a hole in that segment is not among them.
    pub fn arn_service(&self, segment: &str) -> Option<impl Iterator<Item = ArnTemplate<'_>>> {
        let (_, places) = self.arn_places(segment)?;
        Some(places.map(|place| self.arn_at(place)))
    }

    /// Those of them whose resource part can begin with `text`, as far as their first hole tells.
    /// Letter case counts.
    pub fn arns_beginning_with(
        &self,
        segment: &str,
        text: &str,
    ) -> impl Iterator<Item = ArnTemplate<'_>> {
        let places = self.arn_places(segment);
        let all = places.filter(|(name, _)| *name == segment.as_bytes()).unwrap_or_default().1;
        let first = |place| self.blob.get2(Section::Arns, self.blob.list_item(place), arn::LETTER);
        // Heads without a letter come first; the first letter narrows the others down to a few.
        let open = all.clone().take_while(|&place| first(place) == 0).count() as u32;
        let rest = all.start + open..all.end;
        let named = match text.bytes().next().map(u16::from) {
            None => rest,
            Some(letter) => {
                let start = fold::partition_point(rest.clone(), |at| first(at) < letter);
                start..fold::partition_point(start..rest.end, |at| first(at) == letter)
            }
        };
        let likely = (all.start..all.start + open).chain(named).map(|place| self.arn_at(place));
        likely.filter(move |arn| arn.can_begin_with(text))
    }

    fn arn_at(&self, place: u32) -> ArnTemplate<'_> {
        ArnTemplate::new(self, self.blob.list_item(place))
    }

    /// A service segment as templates have it, and the places of the numbers of these.
    fn arn_places(&self, segment: &str) -> Option<(&[u8], Range<u32>)> {
        let name_of = |record| self.blob.name(Section::ArnServices, record, arn_service::NAME);
        let names = self.blob.count(Section::ArnServices);
        let record = self.blob.find((Section::ArnServiceSlots, 0), names, segment, name_of)?;
        let list = self.blob.get2(Section::ArnServices, record, arn_service::ARNS);
        Some((name_of(record), self.blob.list_range(list)))
    }

    /// The services that resource control policies apply to.
    ///
    /// A prefix may be listed here that is not a service of the catalogue.
    pub fn rcp_services(&self) -> impl Iterator<Item = &str> {
        let name = |record| self.blob.text(Section::RcpServices, record, 0);
        (0..self.blob.count(Section::RcpServices)).map(name)
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Catalog").field(&self.snapshot()).finish()
    }
}

/// Declares a view: a catalogue and the number of a record in it, cheap to copy.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident($number:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'c> {
            pub(crate) catalog: &'c $crate::Catalog,
            pub(crate) record: $number,
        }

        impl<'c> $name<'c> {
            pub(crate) fn new(catalog: &'c $crate::Catalog, record: $number) -> Self {
                $name { catalog, record }
            }
        }

        impl PartialEq for $name<'_> {
            fn eq(&self, other: &Self) -> bool {
                std::ptr::eq(self.catalog, other.catalog) && self.record == other.record
            }
        }

        impl Eq for $name<'_> {}
    };
}

pub(crate) use view;
