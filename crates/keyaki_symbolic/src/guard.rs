//! Which actions can matter at all: those that some statement names which must hold.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use keyaki_ir::glob::{self, Case};

/// Patterns of which one must match the action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guard {
    /// The names of actions by their service, all in lower case.
    services: BTreeMap<String, Names>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Names {
    plain: BTreeSet<String>,
    globs: Vec<String>,
}

impl Guard {
    /// None where a pattern may match actions of several services.
    pub(crate) fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Option<Guard> {
        let mut services: BTreeMap<String, Names> = BTreeMap::new();
        for pattern in patterns {
            let (service, name) = pattern.split_once(':')?;
            if glob::has_wildcard(service) {
                return None;
            }
            let names = match services.get_mut(&*lower(service)) {
                Some(names) => names,
                None => services.entry(lower(service).into_owned()).or_default(),
            };
            let name = name.to_ascii_lowercase();
            match glob::has_wildcard(&name) {
                true => names.globs.push(name),
                false => drop(names.plain.insert(name)),
            }
        }
        Some(Guard { services })
    }

    /// Whether a pattern may match an action that counts. A yes may be wrong.
    pub(crate) fn meets(&self, pattern: &str) -> bool {
        let Some((service, name)) = pattern.split_once(':') else { return true };
        if glob::has_wildcard(service) {
            return true;
        }
        let Some(names) = self.services.get(&*lower(service)) else { return false };
        let matches = |glob: &str, name: &str| glob::matches(glob, name, Case::Insensitive);
        match glob::has_wildcard(name) {
            true => !names.globs.is_empty() || names.plain.iter().any(|own| matches(name, own)),
            false => {
                names.plain.contains(&*lower(name)) || names.globs.iter().any(|g| matches(g, name))
            }
        }
    }

    /// The services of which actions that nobody has heard of yet count.
    pub(crate) fn is_open(&self, service: &str) -> bool {
        self.services.get(service).is_some_and(|names| !names.globs.is_empty())
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|b| b.is_ascii_uppercase()) {
        true => text.to_ascii_lowercase().into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_share_an_action_meet() {
        let guard = Guard::new(["s3:GetObject", "EC2:Run*"]).unwrap_or_else(|| unreachable!());
        for pattern in ["s3:getobject", "S3:Get*", "ec2:RunInstances", "*", "ec2:*", "*:Get*"] {
            assert!(guard.meets(pattern), "{pattern}");
        }
        for pattern in ["s3:PutObject", "s3:Put*", "ec2:StopInstances", "iam:*"] {
            assert!(!guard.meets(pattern), "{pattern}");
        }
        assert!(guard.is_open("ec2") && !guard.is_open("s3"));
    }

    #[test]
    fn patterns_of_all_services_guard_nothing() {
        assert_eq!(Guard::new(["s3:*", "*"]), None);
        assert_eq!(Guard::new(["s?:Get"]), None);
    }
}
