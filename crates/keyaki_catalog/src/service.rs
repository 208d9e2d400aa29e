//! Services.

use crate::action::Action;
use crate::catalog::view;
use crate::fold;
use crate::key::ConditionKey;
use crate::resource::ResourceType;
use crate::source::kinds::Standing;
use crate::source::layout::{Section, action, answer, resource_type, service, service_flags};
use std::fmt;
use std::ops::Range;

view! {
    /// A service: the prefix of its actions and all that it defines.
    Service(u32)
}

impl<'c> Service<'c> {
    /// The prefix of the service's actions, such as `s3`.
    pub fn prefix(self) -> &'c str {
        self.catalog.blob.text(Section::Services, self.record, service::PREFIX)
    }

    /// The service's display name; empty for a retired service whose name is not recorded.
    pub fn name(self) -> &'c str {
        self.catalog.blob.text(Section::Services, self.record, service::NAME)
    }

    /// The heading under which AWS lists the service, such as `storage`; may be empty.
    pub fn category(self) -> &'c str {
        self.catalog.blob.text(Section::Services, self.record, service::CATEGORY)
    }

    /// Whether AWS lists the prefix.
    #[inline]
    pub fn standing(self) -> Standing {
        Standing::from_code(self.flags() & service_flags::STANDING_MASK).unwrap_or(Standing::Live)
    }

    /// Whether AWS lists the prefix today.
    #[inline]
    pub fn is_live(self) -> bool {
        self.standing() == Standing::Live
    }

    /// Whether AWS has ceased to list the prefix.
    pub fn is_retired(self) -> bool {
        self.standing() == Standing::Retired
    }

    /// Whether AWS's own validator takes a prefix that is no longer listed, or never was.
    #[inline]
    pub fn is_accepted(self) -> Option<bool> {
        if self.is_live() {
            return Some(true);
        }
        answer(self.flags() >> service_flags::ACCEPTED_SHIFT)
    }

    /// Whether the names of the service's actions are known.
    ///
    /// They are not for a few retired or undocumented services; there, an action that is not
    /// found may exist all the same.
    pub fn actions_are_known(self) -> bool {
        self.is_live() || !self.action_range().is_empty()
    }

    #[inline]
    fn flags(self) -> u16 {
        self.catalog.blob.get2(Section::Services, self.record, service::FLAGS)
    }

    /// The numbers of the service's actions, with the retired ones.
    #[inline]
    pub(crate) fn action_range(self) -> Range<u32> {
        self.range(service::ACTIONS, service::ACTIONS_END)
    }

    #[inline]
    fn range(self, start: usize, end: usize) -> Range<u32> {
        let bound = |field| self.catalog.blob.get4(Section::Services, self.record, field);
        bound(start)..bound(end)
    }

    /// The live actions, by name.
    pub fn actions(self) -> impl Iterator<Item = Action<'c>> {
        self.all_actions().filter(|action| !action.is_retired())
    }

    /// All actions, with the retired ones, by name.
    pub fn all_actions(self) -> impl Iterator<Item = Action<'c>> {
        self.action_range().map(move |number| Action::new(self.catalog, number))
    }

    /// The action with this name, also a retired one.
    pub fn action(self, name: &str) -> Option<Action<'c>> {
        let range = self.action_range();
        let slots = self.catalog.blob.get4(Section::Services, self.record, service::SLOTS);
        let (slots, names) = ((Section::ActionSlots, slots), range.len() as u32);
        let name_of = |n: u32| self.action_name(range.start.saturating_add(n));
        let number = self.catalog.blob.find(slots, names, name, name_of)?;
        Some(Action::new(self.catalog, range.start + number))
    }

    #[inline]
    pub(crate) fn action_name(self, number: u32) -> &'c [u8] {
        self.catalog.blob.name(Section::Actions, number, action::NAME)
    }

    /// The resource types, by name.
    pub fn resource_types(self) -> impl Iterator<Item = ResourceType<'c>> {
        let range = self.range(service::TYPES, service::TYPES_END);
        range.map(move |number| ResourceType::new(self.catalog, number))
    }

    /// The resource type with this name.
    pub fn resource_type(self, name: &str) -> Option<ResourceType<'c>> {
        let blob = &self.catalog.blob;
        let name_of = |number| blob.name(Section::Types, number, resource_type::NAME);
        let range = self.range(service::TYPES, service::TYPES_END);
        let number = fold::find(range, name, name_of)?;
        Some(ResourceType::new(self.catalog, number))
    }

    /// The condition keys that the service lists, global ones among them, by name.
    pub fn condition_keys(self) -> impl Iterator<Item = ConditionKey<'c>> {
        let list = self.catalog.blob.get2(Section::Services, self.record, service::KEYS);
        ConditionKey::list(self.catalog, list)
    }

    /// The condition key of the service that `name` is, or is an instance of.
    pub fn condition_key(self, name: &str) -> Option<ConditionKey<'c>> {
        let matching = self.condition_keys().filter(|key| key.matches(name));
        matching.max_by_key(|key| (key.name() == name, key.name().len()))
    }
}

impl fmt::Debug for Service<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({})", self.prefix())
    }
}
