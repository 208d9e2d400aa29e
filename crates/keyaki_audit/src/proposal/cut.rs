//! What was used, cut down to what policies grant.

use std::sync::Arc;

use keyaki_account::Stored;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Effect, ResourcePattern, Statement};

use crate::layered::matches_action;
use crate::proposal::{About, Condition, Grants, Need};

/// Grants all of a need.
pub(crate) fn whole(need: &Need, grants: &mut Grants) {
    let about = About { conditions: need.conditions.clone(), but: None };
    add(need, about, need.granted.iter().cloned(), grants);
}

fn add(need: &Need, about: About, resources: impl Iterator<Item = String>, grants: &mut Grants) {
    grants.entry((need.action.clone(), about)).or_default().extend(resources);
}

/// Grants what of a need some statement does, under its conditions. What none does is told.
pub(crate) fn within(
    need: &Need,
    old: &[&Arc<Stored>],
    grants: &mut Grants,
    ungranted: &mut Vec<(String, String)>,
) {
    let allows = statements(old, Effect::Allow).filter(|s| matches_action(s, &need.action));
    let allows: Vec<&Statement> = allows.collect();
    for resource in &need.used {
        if !allows.iter().any(|s| !share(s, resource).is_empty()) {
            ungranted.push((need.action.clone(), resource.clone()));
        }
    }
    for resource in &need.granted {
        // What is granted without conditions needs no grant under conditions.
        let free = allows.iter().find(|s| s.condition.is_none() && covers(s, resource));
        let granting: Vec<&&Statement> = match free {
            Some(statement) => vec![statement],
            None => allows.iter().collect(),
        };
        for statement in granting {
            match share(statement, resource) {
                Share::Nothing => {}
                Share::Resources(resources) => {
                    let about = About { conditions: conditions(need, statement), but: None };
                    add(need, about, resources.into_iter(), grants);
                }
                Share::AllBut(names) => {
                    let about = About { conditions: conditions(need, statement), but: Some(names) };
                    add(need, about, std::iter::empty(), grants);
                }
            }
        }
    }
}

fn statements<'s>(old: &'s [&Arc<Stored>], effect: Effect) -> impl Iterator<Item = &'s Statement> {
    let all = old.iter().flat_map(|s| &s.policy.statements);
    all.filter(move |s| s.effect() == Some(effect))
}

/// What a statement and a pattern have in common, as a statement can say it.
enum Share {
    Nothing,
    Resources(Vec<String>),
    /// The pattern is open, and the statement names what it is not about.
    AllBut(Vec<String>),
}

impl Share {
    fn is_empty(&self) -> bool {
        matches!(self, Share::Nothing)
    }
}

/// Whether every resource of a pattern is one of the statement's.
fn covers(statement: &Statement, resource: &str) -> bool {
    let includes = |e: &ResourcePattern| {
        !e.pattern.has_variables() && glob::includes(e.text(), resource, Case::Sensitive)
    };
    match (&statement.resource, &statement.not_resource) {
        (Some(element), None) => element.entries.iter().any(includes),
        (None, Some(element)) => {
            let meets = |e: &ResourcePattern| intersects(e, resource);
            !element.entries.iter().any(meets)
        }
        (Some(_), Some(_)) | (None, None) => false,
    }
}

fn share(statement: &Statement, resource: &str) -> Share {
    if covers(statement, resource) {
        return Share::Resources(vec![resource.to_owned()]);
    }
    match (&statement.resource, &statement.not_resource) {
        (Some(element), None) => {
            let entries = element.entries.iter().filter(|e| intersects(e, resource));
            let found: Vec<String> = entries.map(|e| e.text().to_owned()).collect();
            if found.is_empty() { Share::Nothing } else { Share::Resources(found) }
        }
        (None, Some(element)) if glob::has_wildcard(resource) => {
            Share::AllBut(element.entries.iter().map(|e| e.text().to_owned()).collect())
        }
        _ => Share::Nothing,
    }
}

/// Whether an entry, with anything for its variables, meets a pattern. Escapes of the pattern
/// count as any character here, which only finds more.
fn intersects(entry: &ResourcePattern, resource: &str) -> bool {
    let plain = ["${*}", "${?}", "${$}"].iter().fold(resource.to_owned(), |t, e| t.replace(e, "?"));
    glob::intersects(&entry.pattern.widened(), &plain, Case::Sensitive)
}

/// The conditions of a statement, and those of the need about other keys.
fn conditions(need: &Need, statement: &Statement) -> Vec<Condition> {
    let own = statement.condition_entries().map(|(block, entry)| Condition {
        operator: block.operator.text.to_string(),
        key: entry.key.value.to_string(),
        values: entry.values.iter().map(|v| v.text().to_owned()).collect(),
    });
    let mut all: Vec<Condition> = own.collect();
    let is_new = |c: &&Condition| {
        let same = |o: &Condition| o.operator == c.operator && o.key.eq_ignore_ascii_case(&c.key);
        !all.iter().any(same)
    };
    let more: Vec<Condition> = need.conditions.iter().filter(is_new).cloned().collect();
    all.extend(more);
    all
}

/// The texts of the `Deny` statements that are about some action that was used.
pub(crate) fn denies(needs: &[Need], old: &[&Arc<Stored>]) -> Vec<String> {
    let mut texts = Vec::new();
    for stored in old {
        let own = stored.policy.statements.iter().filter(|s| s.effect() == Some(Effect::Deny));
        for statement in own.filter(|s| needs.iter().any(|n| matches_action(s, &n.action))) {
            let range = stored.tree.range(statement.origin);
            let text = stored.tree.source().get(range.start as usize..range.end as usize);
            texts.extend(text.map(str::to_owned));
        }
    }
    texts.sort_unstable();
    texts.dedup();
    texts
}
