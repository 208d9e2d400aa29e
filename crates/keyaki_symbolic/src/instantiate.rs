//! Statements in which variables whose values are known have been replaced by them.

use std::collections::BTreeMap;

use keyaki_catalog::{Catalog, KeyType};
use keyaki_eval::{Formula, Point, Reading, pattern_segments};
use keyaki_ir::glob::Case;
use keyaki_ir::{
    Arn, ConditionEntry, Effect, Element, Family, Pattern, ResourcePattern, Statement, Variable,
    Version,
};

use crate::statement::replaces_otherwise;
use crate::{Ask, Query, Side, Text};

/// What is known of keys, by their names in lower case: their one value, or that they have none.
pub(crate) type Known = BTreeMap<Box<str>, Option<Box<str>>>;

/// What a formula fixes: its parts that give a key its value, or say that it is absent. A list
/// never stands in for a variable, so that keys that hold lists are left out.
pub(crate) fn known(formula: &Formula<Ask>, catalog: &Catalog) -> Known {
    let parts = match formula {
        Formula::And(parts) => parts.as_slice(),
        Formula::Atom(_) | Formula::Not(_) | Formula::Or(_) => std::slice::from_ref(formula),
    };
    let mut known = Known::new();
    for part in parts {
        match part {
            Formula::Atom(Ask::Value(key, Text::Is(value, Case::Sensitive)))
                if !is_multivalued(key, catalog) =>
            {
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

/// What stands in for variables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replacement {
    known: Known,
}

impl Replacement {
    /// What a query fixes; nothing where a profile reads variables otherwise.
    pub(crate) fn of(query: &Query<'_>, known: &Known) -> Replacement {
        let otherwise = |side: &Side<'_>| {
            let crosses_colons = [Effect::Allow, Effect::Deny]
                .iter()
                .any(|e| side.profile.in_statement(Point::ArnColon, *e) == Reading::Alternative);
            crosses_colons || replaces_otherwise(side.profile)
        };
        match known.is_empty() || query.sides.iter().any(otherwise) {
            true => Replacement::default(),
            false => Replacement { known: known.clone() },
        }
    }

    /// The statement with what is known put in; none if that changes nothing.
    pub(crate) fn statement(&self, statement: &Statement, version: Version) -> Option<Statement> {
        if self.known.is_empty() || version < Version::V2012 || !has_variables(statement) {
            return None;
        }
        let mut out = statement.clone();
        let mut changed = false;
        for element in out.resource.iter_mut().chain(&mut out.not_resource) {
            changed |= resources(element, &self.known);
        }
        let blocks = out.condition.iter_mut().flat_map(|c| &mut c.blocks);
        for block in blocks {
            let base = block.operator.operator.map(|o| o.base);
            if let Some(base) = base.filter(|b| b.takes_variables()) {
                for entry in &mut block.entries {
                    changed |= values(base.family(), entry, &self.known);
                }
            }
        }
        changed.then_some(out)
    }
}

fn has_variables(statement: &Statement) -> bool {
    let resources = statement.resource_elements().flat_map(|e| &e.entries).map(|e| &e.pattern);
    let values = statement.condition_entries().flat_map(|(_, e)| &e.values).map(|v| &v.pattern);
    resources.chain(values).any(|pattern| !pattern.variables().is_empty())
}

fn values(family: Family, entry: &mut ConditionEntry, known: &Known) -> bool {
    let mut changed = false;
    entry.values.retain_mut(|value| {
        let replaced = match family {
            Family::Arn => {
                replaced_in_arn(&value.pattern, Arn::parse(value.text()).as_ref(), known)
            }
            Family::String
            | Family::Numeric
            | Family::Date
            | Family::Bool
            | Family::Binary
            | Family::IpAddress
            | Family::Null => replaced(&value.pattern, known, |_| true),
        };
        replaced.put_in(&mut changed, |text| value.pattern = Pattern::new(text))
    });
    changed
}

fn resources(element: &mut Element<ResourcePattern>, known: &Known) -> bool {
    let mut changed = false;
    element.entries.retain_mut(|entry| {
        let replaced = replaced_in_arn(&entry.pattern, entry.arn.as_ref(), known);
        replaced.put_in(&mut changed, |text| {
            entry.arn = Arn::parse(&text);
            entry.pattern = Pattern::new(text);
        })
    });
    changed
}

fn is_multivalued(key: &str, catalog: &Catalog) -> bool {
    catalog.key(key).key_type().is_some_and(KeyType::is_multivalued)
}

enum Replaced {
    /// No variable of the pattern is known.
    Same,
    By(String),
    /// A variable has no value, so that the pattern matches nothing.
    Never,
}

impl Replaced {
    /// Puts the text in place of the pattern, if there is one. Whether the pattern stays in its
    /// list.
    fn put_in(self, changed: &mut bool, put: impl FnOnce(String)) -> bool {
        *changed |= !matches!(self, Replaced::Same);
        match self {
            Replaced::Same => true,
            Replaced::Never => false,
            Replaced::By(text) => {
                put(text);
                true
            }
        }
    }
}

/// As [`replaced`], of a pattern for ARNs: a segment before the last holds no colon, and the
/// segments are those that are written, not those that values would make.
fn replaced_in_arn(pattern: &Pattern, arn: Option<&Arn>, known: &Known) -> Replaced {
    let last = match pattern_segments(pattern, arn, true) {
        Some([.., Some(last)]) => last.start,
        Some([.., None]) => usize::MAX,
        None if pattern.has_variables() => return Replaced::Never,
        None => return Replaced::Same,
    };
    replaced(pattern, known, |v| v.range.start >= last)
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
        // A dollar sign before the variable must not join a brace that its value begins with.
        if out.ends_with('$') {
            out.push_str("{$}");
        }
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
