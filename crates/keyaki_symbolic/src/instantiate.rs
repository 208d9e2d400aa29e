//! Policies in which variables whose values are known have been replaced by them.

use std::collections::BTreeMap;

use keyaki_eval::{Document, Formula, Policies};
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::Case;
use keyaki_ir::{Arn, Element, Pattern, Policy, ResourcePattern, Variable, Version};

use crate::{Ask, Text};

/// What is known of keys, by their names in lower case: their one value, or that they have none.
pub(crate) type Known = BTreeMap<Box<str>, Option<Box<str>>>;

/// What a formula fixes: its parts that give a key its value, or say that it is absent.
pub(crate) fn known(formula: &Formula<Ask>) -> Known {
    let parts = match formula {
        Formula::And(parts) => parts.as_slice(),
        Formula::Atom(_) | Formula::Not(_) | Formula::Or(_) => std::slice::from_ref(formula),
    };
    let mut known = Known::new();
    for part in parts {
        match part {
            Formula::Atom(Ask::Value(key, Text::Is(value, Case::Sensitive))) => {
                known.insert(key.to_ascii_lowercase().into(), Some(value.clone()));
            }
            Formula::Not(inner) => {
                if let Formula::Atom(Ask::Present(key)) = &**inner {
                    known.insert(key.to_ascii_lowercase().into(), None);
                }
            }
            Formula::Atom(_) | Formula::And(_) | Formula::Or(_) => {}
        }
    }
    known
}

/// The policies with what is known put in; none if that changes nothing.
pub(crate) fn policies(policies: &Policies, known: &Known) -> Option<Policies> {
    if known.is_empty() {
        return None;
    }
    let mut out = policies.clone();
    let mut changed = false;
    let documents = out
        .identity
        .iter_mut()
        .chain(out.boundary.iter_mut().flatten())
        .chain(out.session.iter_mut().flatten())
        .chain(out.scp.iter_mut().flatten().flatten())
        .chain(out.rcp.iter_mut().flatten().flatten())
        .chain(&mut out.resource)
        .chain(&mut out.endpoint);
    for Document { policy, .. } in documents {
        changed |= document(policy, known);
    }
    changed.then_some(out)
}

fn document(policy: &mut Policy, known: &Known) -> bool {
    if policy.effective_version() < Version::V2012 {
        return false;
    }
    let mut changed = false;
    for statement in &mut policy.statements {
        for element in statement.resource.iter_mut().chain(&mut statement.not_resource) {
            changed |= resources(element, known);
        }
        let blocks = statement.condition.iter_mut().flat_map(|c| &mut c.blocks);
        for entry in blocks.flat_map(|b| &mut b.entries) {
            entry.values.retain_mut(|value| match replaced(&value.pattern, known, |_| true) {
                Replaced::Same => true,
                Replaced::Never => {
                    changed = true;
                    false
                }
                Replaced::By(text) => {
                    changed = true;
                    value.pattern = Pattern::new(text);
                    true
                }
            });
        }
    }
    changed
}

fn resources(element: &mut Element<ResourcePattern>, known: &Known) -> bool {
    let mut changed = false;
    element.entries.retain_mut(|entry| {
        // In a segment before the last a value with a colon matches nothing.
        let last = entry.arn.as_ref().map_or(0, |a| a.range(Segment::Resource).start);
        match replaced(&entry.pattern, known, |v| v.range.start >= last) {
            Replaced::Same => true,
            Replaced::Never => {
                changed = true;
                false
            }
            Replaced::By(text) => {
                changed = true;
                entry.arn = Arn::parse(&text);
                entry.pattern = Pattern::new(text);
                true
            }
        }
    });
    changed
}

enum Replaced {
    /// No variable of the pattern is known.
    Same,
    By(String),
    /// A variable has no value, so that the pattern matches nothing.
    Never,
}

/// A pattern with its known variables replaced; wildcards in values are escaped.
fn replaced(pattern: &Pattern, known: &Known, colons: impl Fn(&Variable) -> bool) -> Replaced {
    let text = pattern.text();
    let mut out = String::new();
    let mut at = 0;
    let mut any = false;
    for variable in pattern.variables() {
        let written = text.get(variable.range.clone()).unwrap_or("");
        let value = known.get(&*variable.key.to_ascii_lowercase());
        out.push_str(text.get(at..variable.range.start).unwrap_or(""));
        at = variable.range.end;
        match value {
            Some(value) if variable.escape.is_none() => {
                any = true;
                let Some(value) = value.as_deref().or(variable.default.as_deref()) else {
                    return Replaced::Never;
                };
                if variable.defect.is_some() || (value.contains(':') && !colons(variable)) {
                    return Replaced::Never;
                }
                out.extend(value.chars().map(escaped));
            }
            Some(_) | None => out.push_str(written),
        }
    }
    out.push_str(text.get(at..).unwrap_or(""));
    if any { Replaced::By(out) } else { Replaced::Same }
}

fn escaped(c: char) -> String {
    match c {
        '*' | '?' | '$' => format!("${{{c}}}"),
        c => c.to_string(),
    }
}
