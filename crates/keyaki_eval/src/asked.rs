//! Which condition keys a set of policies asks for.

use keyaki_ir::{Pattern, Statement};

use crate::Policies;

/// The condition keys that stand in conditions or in variables of policies. Whatever a request
/// holds under another key, the policies decide alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedKeys {
    // INVARIANT: in lower case, sorted.
    keys: Vec<Box<str>>,
}

impl AskedKeys {
    /// The keys that these policies ask for.
    pub fn of(policies: &Policies) -> AskedKeys {
        let mut keys: Vec<Box<str>> = Vec::new();
        for layer in policies.layers() {
            for (_, statement) in policies.statements(layer) {
                add(statement, &mut keys);
            }
        }
        keys.sort_unstable();
        keys.dedup();
        AskedKeys { keys }
    }

    /// The keys that any of these ask for.
    pub fn union(all: &[AskedKeys]) -> AskedKeys {
        let mut keys: Vec<Box<str>> = all.iter().flat_map(|a| a.keys.iter().cloned()).collect();
        keys.sort_unstable();
        keys.dedup();
        AskedKeys { keys }
    }

    /// The keys, in lower case and in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|k| &**k)
    }

    /// Whether a key is among them, in any letter case.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|k| k.eq_ignore_ascii_case(key))
    }
}

fn add(statement: &Statement, keys: &mut Vec<Box<str>>) {
    let mut variables = |pattern: &Pattern| {
        let named = pattern.variables().iter().filter(|v| v.escape.is_none());
        keys.extend(named.map(|v| v.key.to_ascii_lowercase().into()));
    };
    let resources = statement.resource.iter().chain(&statement.not_resource);
    resources.flat_map(|element| &element.entries).for_each(|e| variables(&e.pattern));
    let values = statement.condition_entries().flat_map(|(_, entry)| &entry.values);
    values.for_each(|value| variables(&value.pattern));
    let asked = statement.condition_entries().map(|(_, entry)| &entry.key.value);
    keys.extend(asked.map(|key| key.to_ascii_lowercase().into()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn asked(policy: &str) -> AskedKeys {
        let policy = keyaki_ir::lower(&keyaki_syntax::Tree::parse(policy));
        let name = String::new();
        let identity = vec![Document { name, policy }];
        AskedKeys::of(&Policies { identity, ..Policies::default() })
    }

    #[test]
    fn keys_stand_in_conditions_and_in_variables() {
        let keys = asked(
            r#"{"Statement": [
                {"Resource": "arn:aws:s3:::b/${aws:username}/*"},
                {"NotResource": ["${aws:PrincipalTag/Team}"]},
                {"Condition": {"StringLike": {"s3:Prefix": "${aws:userid}"}}}]}"#,
        );
        let found = ["aws:username", "aws:principaltag/team", "s3:prefix", "aws:userid"];
        assert!(found.iter().all(|key| keys.has(key)), "{keys:?}");
        assert!(keys.has("AWS:UserName") && !keys.has("aws:SourceIp"));
        assert_eq!(keys.keys.len(), found.len());
    }
}
