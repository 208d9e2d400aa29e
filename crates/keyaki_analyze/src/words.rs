//! Elements of statements, and decisions about requests, in words.

mod decision;

pub use decision::{given, mismatch, missing_keys, principal};

use keyaki_eval::Caller;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{BaseOperator, ConditionEntry, Operator, PrincipalForm, SetOperator, Statement};

use crate::Witness;

/// Whom a statement names; none where it has no principal element.
pub fn principals(statement: &Statement) -> Option<String> {
    let named = |element: &keyaki_ir::PrincipalElement| match &element.form {
        PrincipalForm::Any => "anyone".to_owned(),
        PrincipalForm::Map(_) | PrincipalForm::Wrong => {
            let entries: Vec<&str> = element
                .entries()
                .map(|(_, e)| if &*e.text == "*" { "anyone" } else { &*e.text })
                .collect();
            entries.join(", ")
        }
    };
    match (&statement.principal, &statement.not_principal) {
        (_, Some(element)) => Some(format!("anyone but {}", named(element))),
        (Some(element), None) => Some(named(element)),
        (None, None) => None,
    }
}

/// Everything but some.
pub(crate) fn all_but<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    format!("everything but {}", texts.collect::<Vec<_>>().join(", "))
}

/// Whether two statements can match the same action, as far as their patterns tell.
pub(crate) fn overlap(one: &Statement, other: &Statement) -> bool {
    match (&one.action, &other.action) {
        (Some(a), Some(b)) => a.entries.iter().any(|x| {
            b.entries.iter().any(|y| glob::intersects(&x.text, &y.text, Case::Insensitive))
        }),
        (None, _) | (_, None) => true,
    }
}

/// The conditions of a statement.
pub fn conditions(statement: &Statement) -> Vec<String> {
    let entries = statement.condition_entries();
    let texts = entries.filter_map(|(block, entry)| {
        block.operator.operator.map(|operator| condition(operator, entry))
    });
    texts.collect()
}

/// One key under one operator, in words.
pub fn condition(operator: Operator, entry: &ConditionEntry) -> String {
    let key = &entry.key.value;
    let values: Vec<&str> = entry.values.iter().map(|v| v.text()).collect();
    let list = match values.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("one of {}", several.join(", ")),
    };
    if operator.base == BaseOperator::Null {
        let absent = values.iter().any(|v| v.eq_ignore_ascii_case("true"));
        return format!("{key} is {}", if absent { "absent" } else { "present" });
    }
    let verb = verb(operator.base);
    let set = match operator.set {
        Some(SetOperator::ForAnyValue) => "some value of ",
        Some(SetOperator::ForAllValues) => "every value of ",
        None => "",
    };
    let holds_absent = operator.if_exists
        || (operator.base.is_negated() && operator.set.is_none())
        || operator.set == Some(SetOperator::ForAllValues);
    let absent = if holds_absent { " or is absent" } else { "" };
    format!("{set}{key} {verb} {list}{absent}")
}

fn verb(base: BaseOperator) -> &'static str {
    match base {
        BaseOperator::StringEquals | BaseOperator::BinaryEquals | BaseOperator::Bool => "is",
        BaseOperator::StringNotEquals => "is not",
        BaseOperator::StringEqualsIgnoreCase => "is, in any letter case,",
        BaseOperator::StringNotEqualsIgnoreCase => "is not, in any letter case,",
        BaseOperator::StringLike | BaseOperator::ArnLike | BaseOperator::ArnEquals => "matches",
        BaseOperator::StringNotLike | BaseOperator::ArnNotLike | BaseOperator::ArnNotEquals => {
            "does not match"
        }
        BaseOperator::NumericEquals | BaseOperator::DateEquals => "equals",
        BaseOperator::NumericNotEquals | BaseOperator::DateNotEquals => "does not equal",
        BaseOperator::NumericLessThan => "is less than",
        BaseOperator::NumericLessThanEquals => "is at most",
        BaseOperator::NumericGreaterThan => "is more than",
        BaseOperator::NumericGreaterThanEquals => "is at least",
        BaseOperator::DateLessThan => "is before",
        BaseOperator::DateLessThanEquals => "is not after",
        BaseOperator::DateGreaterThan => "is after",
        BaseOperator::DateGreaterThanEquals => "is not before",
        BaseOperator::IpAddress => "is in",
        BaseOperator::NotIpAddress => "is not in",
        BaseOperator::Null => "is",
    }
}

/// A request in words: who, what, and which keys it holds.
pub fn in_words(witness: &Witness) -> String {
    let request = &witness.request;
    let mut text =
        format!("`{}` on `{}` by {}", request.action, request.resource, who(&request.caller));
    for (key, values) in request.context.iter() {
        text += &format!(", {key} = {}", values.as_slice().join(" "));
    }
    for key in &witness.absent {
        text += &format!(", without {key}");
    }
    text
}

fn who(caller: &Caller) -> String {
    if *caller == Caller::Anonymous {
        return "an anonymous caller".to_owned();
    }
    principal(caller)
}
