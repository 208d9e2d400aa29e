//! The catalogue as owned plain data: what the text files say and what the packer packs.
//!
//! Shared by the library, its build script and the generator.
//! Names keep the spelling of AWS; order is that of the text files, by ASCII letters without case.

use super::kinds::{AccessLevel, Date, KeyCategory, KeyType, Standing};

/// Everything that one catalogue holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) provenance: Provenance,
    pub(crate) services: Vec<ServiceFacts>,
    pub(crate) global_keys: Vec<GlobalKeyFacts>,
    pub(crate) foreign_prefixes: Vec<ForeignPrefix>,
    pub(crate) rcp_services: Vec<String>,
    pub(crate) partitions: Vec<PartitionFacts>,
}

/// Where the data comes from and how old it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Provenance {
    pub(crate) date: Date,
    pub(crate) origin: String,
    /// Last day on which permission-only and dependent actions were published.
    pub(crate) overlay: Date,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceFacts {
    pub(crate) prefix: String,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) standing: Standing,
    /// Whether AWS's own validator takes the prefix; `None` where that was not observed.
    pub(crate) accepted: Option<bool>,
    pub(crate) actions: Vec<ActionFacts>,
    pub(crate) resource_types: Vec<TypeFacts>,
    pub(crate) condition_keys: Vec<KeyFacts>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActionFacts {
    pub(crate) name: String,
    pub(crate) access: Option<AccessLevel>,
    /// `None` where it is not known; then the dependent actions are not known either.
    pub(crate) permission_only: Option<bool>,
    pub(crate) first_seen: Option<Date>,
    /// The day on which a retired action was last listed.
    pub(crate) last_seen: Option<Date>,
    pub(crate) condition_keys: Vec<String>,
    pub(crate) resources: Vec<RowFacts>,
    pub(crate) dependent_actions: Vec<String>,
}

/// One resource type that an action takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowFacts {
    pub(crate) resource_type: String,
    pub(crate) required: bool,
    pub(crate) condition_keys: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TypeFacts {
    pub(crate) name: String,
    /// ARN templates; at least one.
    pub(crate) arns: Vec<String>,
    pub(crate) condition_keys: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyFacts {
    pub(crate) name: String,
    pub(crate) key_type: KeyType,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GlobalKeyFacts {
    pub(crate) name: String,
    pub(crate) key_type: KeyType,
    pub(crate) category: KeyCategory,
}

/// A condition-key prefix that is not the prefix of the service whose keys it names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ForeignPrefix {
    pub(crate) prefix: String,
    pub(crate) services: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PartitionFacts {
    pub(crate) name: String,
    pub(crate) dns_suffix: String,
    pub(crate) regions: Vec<String>,
}

impl ActionFacts {
    pub(crate) fn named(name: &str) -> Self {
        ActionFacts {
            name: name.to_owned(),
            access: None,
            permission_only: None,
            first_seen: None,
            last_seen: None,
            condition_keys: Vec::new(),
            resources: Vec::new(),
            dependent_actions: Vec::new(),
        }
    }
}

impl ServiceFacts {
    pub(crate) fn named(prefix: &str) -> Self {
        ServiceFacts {
            prefix: prefix.to_owned(),
            name: String::new(),
            category: String::new(),
            standing: Standing::Live,
            accepted: None,
            actions: Vec::new(),
            resource_types: Vec::new(),
            condition_keys: Vec::new(),
        }
    }

    /// Puts every list into catalogue order.
    pub(crate) fn sort(&mut self) {
        self.actions.sort_by_cached_key(|a| order(&a.name));
        self.resource_types.sort_by_cached_key(|t| order(&t.name));
        self.condition_keys.sort_by_cached_key(|k| order(&k.name));
        for action in &mut self.actions {
            sort_names(&mut action.condition_keys);
            sort_names(&mut action.dependent_actions);
            action.resources.sort_by_cached_key(|r| order(&r.resource_type));
            action.resources.dedup();
            for row in &mut action.resources {
                sort_names(&mut row.condition_keys);
            }
        }
        for resource_type in &mut self.resource_types {
            sort_names(&mut resource_type.condition_keys);
        }
    }
}

/// Sorts names into catalogue order and drops repeats.
pub(crate) fn sort_names(names: &mut Vec<String>) {
    names.sort_by_cached_key(|n| order(n));
    names.dedup();
}

/// Catalogue order: without case first, then by bytes.
pub(crate) fn order(name: &str) -> (String, String) {
    (name.to_ascii_lowercase(), name.to_owned())
}
