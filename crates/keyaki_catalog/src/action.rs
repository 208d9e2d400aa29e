//! Actions and the resource types that they take.

use crate::catalog::view;
use crate::fold;
use crate::key::ConditionKey;
use crate::resource::ResourceType;
use crate::service::Service;
use crate::source::kinds::{AccessLevel, Date};
use crate::source::layout::{NONE, Section, action, action_flags, answer, retired, row};
use std::fmt;

/// The number of an action in its catalogue: by service prefix, then by name, without case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub u32);

view! {
    /// An action of a service.
    Action(u32)
}

/// When an action that AWS no longer lists was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The first day on which it was seen; records start in August 2024.
    pub first_seen: Date,
    /// The last day on which it was seen.
    pub last_seen: Date,
}

impl<'c> Action<'c> {
    /// The action's number.
    pub fn id(self) -> ActionId {
        ActionId(self.record)
    }

    /// The name without the prefix, such as `GetObject`.
    pub fn name(self) -> &'c str {
        self.catalog.blob.text(Section::Actions, self.record, action::NAME)
    }

    /// The service that the action belongs to.
    pub fn service(self) -> Service<'c> {
        Service::new(self.catalog, u32::from(self.field(action::SERVICE)))
    }

    /// The name with the prefix, such as `s3:GetObject`.
    pub fn full_name(self) -> String {
        format!("{}:{}", self.service().prefix(), self.name())
    }

    #[inline]
    fn field(self, field: usize) -> u16 {
        self.catalog.blob.get2(Section::Actions, self.record, field)
    }

    /// What the action does; not recorded for retired actions.
    pub fn access_level(self) -> Option<AccessLevel> {
        let code = self.field(action::FLAGS) & action_flags::ACCESS_MASK;
        AccessLevel::from_code(code.checked_sub(1)?)
    }

    /// The resource types that the action takes; none means that it takes `*` alone.
    pub fn resources(self) -> impl Iterator<Item = ActionResource<'c>> {
        let rows = self.catalog.blob.list(self.field(action::ROWS));
        rows.map(move |number| ActionResource::new(self.catalog, number))
    }

    /// The condition keys that the action has whatever the resource; global ones are not listed,
    /// but for those about tags.
    pub fn condition_keys(self) -> impl Iterator<Item = ConditionKey<'c>> {
        ConditionKey::list(self.catalog, self.field(action::KEYS))
    }

    /// The action's own keys, those of its resource rows and those of their resource types,
    /// each once, by name.
    pub fn all_condition_keys(self) -> impl Iterator<Item = ConditionKey<'c>> {
        let mut keys: Vec<ConditionKey<'c>> = self.condition_keys().collect();
        for resource in self.resources() {
            keys.extend(resource.condition_keys());
            keys.extend(resource.resource_type().condition_keys());
        }
        keys.sort_unstable_by_key(|key| key.record());
        keys.dedup();
        keys.into_iter()
    }

    /// Actions that a caller needs beside this one, as far as known:
    /// where [`Action::permission_only`] is `None`, these are not known either.
    pub fn dependent_actions(self) -> impl Iterator<Item = Action<'c>> {
        let numbers = self.catalog.blob.list(self.field(action::NEEDS));
        numbers.map(move |number| Action::new(self.catalog, number))
    }

    /// Whether the action is a permission without an API operation of its own.
    pub fn permission_only(self) -> Option<bool> {
        answer(self.field(action::FLAGS) >> action_flags::PERMISSION_ONLY_SHIFT)
    }

    /// The day on which the action was first seen; `None` for those as old as the records, which
    /// start in August 2024 and are some twelve days apart.
    pub fn first_seen(self) -> Option<Date> {
        Some(self.field(action::SINCE)).filter(|&day| day != NONE).map(Date)
    }

    /// Whether AWS no longer lists the action.
    #[inline]
    pub fn is_retired(self) -> bool {
        self.field(action::FLAGS) & action_flags::RETIRED != 0
    }

    /// When the action was listed, for one that no longer is.
    pub fn retired(self) -> Option<Retired> {
        if !self.is_retired() {
            return None;
        }
        let blob = &self.catalog.blob;
        let number = |n: u32| blob.get4(Section::Retired, n, retired::ACTION);
        let records = 0..blob.count(Section::Retired);
        let at = fold::partition_point(records, |n| number(n) < self.record);
        let last_seen = Date(blob.get2(Section::Retired, at, retired::LAST_SEEN));
        Some(Retired { first_seen: self.first_seen().unwrap_or(last_seen), last_seen })
    }
}

impl fmt::Debug for Action<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Action({})", self.full_name())
    }
}

view! {
    /// A resource type that an action takes.
    ActionResource(u32)
}

impl<'c> ActionResource<'c> {
    /// The resource type.
    pub fn resource_type(self) -> ResourceType<'c> {
        let number = self.catalog.blob.get4(Section::Rows, self.record, row::TYPE);
        ResourceType::new(self.catalog, number)
    }

    /// Whether the action needs a resource of this type to be allowed.
    pub fn is_required(self) -> bool {
        self.catalog.blob.get2(Section::Rows, self.record, row::REQUIRED) != 0
    }

    /// The condition keys of the action when it meets this type, beside those of the type itself.
    pub fn condition_keys(self) -> impl Iterator<Item = ConditionKey<'c>> {
        let list = self.catalog.blob.get2(Section::Rows, self.record, row::KEYS);
        ConditionKey::list(self.catalog, list)
    }
}

impl fmt::Debug for ActionResource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let required = if self.is_required() { "required" } else { "optional" };
        write!(f, "ActionResource({}, {required})", self.resource_type().name())
    }
}
