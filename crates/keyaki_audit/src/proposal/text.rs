//! Grants as the text of a policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::proposal::{About, Condition, Grants};
use crate::replay::quoted;

/// The policy: statements that say the same about the same resources are one.
pub(crate) fn policy(grants: &Grants, denies: &[String]) -> String {
    type Same<'g> = (&'g str, &'g About, &'g BTreeSet<String>);
    let mut statements: BTreeMap<Same<'_>, Vec<&str>> = BTreeMap::new();
    for ((action, about), resources) in grants {
        let service = action.split(':').next().unwrap_or_default();
        statements.entry((service, about, resources)).or_default().push(action);
    }
    let allows = statements
        .iter()
        .map(|((_, about, resources), actions)| statement(actions, about, resources));
    let all: Vec<String> = allows.chain(denies.iter().cloned()).collect();
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}", all.join(","))
}

fn statement(actions: &[&str], about: &About, resources: &BTreeSet<String>) -> String {
    let (name, names) = match &about.but {
        Some(but) => ("NotResource", but.clone()),
        None => ("Resource", least(resources)),
    };
    let actions: Vec<String> = actions.iter().map(|a| (*a).to_owned()).collect();
    let condition = condition(&about.conditions);
    let condition = condition.map_or_else(String::new, |c| format!(",\"Condition\":{c}"));
    format!(
        "{{\"Effect\":\"Allow\",\"Action\":{},\"{name}\":{}{condition}}}",
        list(&actions),
        list(&names)
    )
}

/// The patterns that no other one of them includes.
fn least(resources: &BTreeSet<String>) -> Vec<String> {
    let includes = |outer: &String, inner: &String| {
        let plain = !outer.contains("${") && keyaki_ir::glob::has_wildcard(outer);
        let case = keyaki_ir::glob::Case::Sensitive;
        outer != inner && plain && keyaki_ir::glob::includes(outer, inner, case)
    };
    let is_least = |inner: &&String| !resources.iter().any(|outer| includes(outer, inner));
    resources.iter().filter(is_least).cloned().collect()
}

fn list(texts: &[String]) -> String {
    match texts {
        [one] => quoted(one),
        several => {
            format!("[{}]", several.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(","))
        }
    }
}

fn condition(conditions: &[Condition]) -> Option<String> {
    let mut blocks: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for condition in conditions {
        let entry = format!("{}:{}", quoted(&condition.key), list(&condition.values));
        blocks.entry(&condition.operator).or_default().push(entry);
    }
    let blocks: Vec<String> = blocks
        .into_iter()
        .map(|(operator, entries)| format!("{}:{{{}}}", quoted(operator), entries.join(",")))
        .collect();
    (!blocks.is_empty()).then(|| format!("{{{}}}", blocks.join(",")))
}
