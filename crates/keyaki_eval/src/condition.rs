//! Condition operators.
//!
//! Sources:
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;
use keyaki_ir::{
    BaseOperator, Comparison, Condition, ConditionEntry, ConditionValue, Effect, Family, Operator,
    SetOperator, Version, date,
};

use crate::Context;
use crate::profile::{Point, Profile};
use crate::resource::{self, Match};
use crate::variable::Env;

/// The first condition that does not hold, as indexes of its block and its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedCondition {
    /// Which block.
    pub block: usize,
    /// Which entry of the block; none where the operator does not exist.
    pub entry: Option<usize>,
}

/// Whether all conditions hold.
pub(crate) fn holds(condition: &Condition, env: Env<'_>) -> Result<(), FailedCondition> {
    for (b, block) in condition.blocks.iter().enumerate() {
        // An operator that does not exist never holds. AWS refuses such a policy.
        let Some(operator) = block.operator.operator else {
            return Err(FailedCondition { block: b, entry: None });
        };
        for (e, entry) in block.entries.iter().enumerate() {
            if !entry_holds(operator, entry, env) {
                return Err(FailedCondition { block: b, entry: Some(e) });
            }
        }
    }
    Ok(())
}

/// One key under one operator, as a statement of a policy asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Test<'p> {
    /// The operator.
    pub operator: Operator,
    /// The key with its values.
    pub entry: &'p ConditionEntry,
    /// The version of the policy.
    pub version: Version,
    /// The effect of the statement.
    pub effect: Effect,
    /// The readings of contested points.
    pub profile: &'p Profile,
}

impl Test<'_> {
    /// Whether it holds in a context.
    pub fn holds(self, context: &Context) -> bool {
        entry_holds(self.operator, self.entry, self.env(context))
    }

    /// Whether one of several values of the key satisfies the operator.
    pub fn takes(self, value: &str, context: &Context) -> bool {
        matches_value(self.operator.base, self.entry, value, self.env(context))
    }

    fn env<'e>(&'e self, context: &'e Context) -> Env<'e> {
        Env::new(context, self.profile, self.version, self.effect)
    }
}

/// Whether one key under one operator holds.
fn entry_holds(operator: Operator, entry: &ConditionEntry, env: Env<'_>) -> bool {
    let values = env.context.get(&entry.key.value).map(|v| v.as_slice());
    // A list without values is what the documentation calls a null data set: as good as absent.
    let values = values.filter(|v| !v.is_empty());
    // So is an empty text, but only for those who ask for that: `StringLike` with an empty text
    // matches the empty prefix of a bucket.
    let is_null = values.is_none_or(|v| v.iter().all(String::is_empty));
    if operator.base == BaseOperator::Null {
        return null_holds(operator, entry, !is_null, env);
    }
    let matches = |value: &String| matches_value(operator.base, entry, value, env);
    match (operator.set, values) {
        (Some(SetOperator::ForAllValues), None) => true,
        (Some(SetOperator::ForAllValues), Some(values)) => is_null || values.iter().all(matches),
        (Some(SetOperator::ForAnyValue), None) => {
            operator.if_exists && !env.reads_otherwise(Point::ForAnyValueIfExists)
        }
        (Some(SetOperator::ForAnyValue), Some(values)) => !is_null && values.iter().any(matches),
        (None, None) => operator.if_exists || operator.base.is_negated(),
        (None, Some([value])) => matches(value),
        (None, Some(values)) => {
            env.reads_otherwise(Point::MultivaluedPlain) && values.iter().any(matches)
        }
    }
}

/// `Null`: `true` asks that the key is absent, `false` that it is present with a value.
fn null_holds(operator: Operator, entry: &ConditionEntry, present: bool, env: Env<'_>) -> bool {
    let modified = operator.set.is_some() || operator.if_exists;
    if modified && env.reads_otherwise(Point::NullModifiers) {
        return false;
    }
    entry.values.iter().any(|v| match v.text().to_ascii_lowercase().as_str() {
        "true" => !present,
        "false" => present,
        _ => false,
    })
}

/// Whether one value of the request satisfies the operator: for a positive operator, some value
/// of the policy matches it; for a negated one, none does.
fn matches_value(base: BaseOperator, entry: &ConditionEntry, value: &str, env: Env<'_>) -> bool {
    let is_malformed_arn = base.family() == Family::Arn
        && base.is_negated()
        && keyaki_ir::Arn::plain(value).is_none()
        && env.reads_otherwise(Point::ArnNotLikeMalformed);
    if is_malformed_arn {
        return false;
    }
    // Values without the operator's form match nothing: a value of the policy whose variable has
    // no value neither.
    let inner = if base.is_negated() { env.negated() } else { env };
    let some = entry.values.iter().any(|p| {
        let answer = inner.ask(&p.pattern, |env| compare(base, p, value, env));
        answer == Match::Yes
    });
    some != base.is_negated()
}

/// Whether one value of the policy matches one value of the request, for the positive form.
fn compare(base: BaseOperator, policy: &ConditionValue, value: &str, env: Env<'_>) -> Match {
    let when = |matches: bool| if matches { Match::Yes } else { Match::No };
    let pattern = &policy.pattern;
    match base.comparison() {
        Comparison::Text => match env.text(pattern) {
            Some(text) => when(text == value),
            None => Match::Unresolved,
        },
        Comparison::TextInAnyCase => match env.text(pattern) {
            Some(text) => when(text.to_lowercase() == value.to_lowercase()),
            None => Match::Unresolved,
        },
        Comparison::TextLike => resource::matches_like(pattern, value, env),
        Comparison::Arn => resource::matches_arn(pattern, value, env),
        Comparison::Number(order) => {
            let pair = (number(value, env), number(policy.text(), env));
            when(matches!(pair, (Some(v), Some(p)) if order.holds(v.cmp(&p))))
        }
        Comparison::Time(order) => {
            let (Some((v, v_form)), Some((p, p_form))) =
                (date::parse(value), date::parse(policy.text()))
            else {
                return Match::No;
            };
            let apart = v_form != p_form && env.reads_otherwise(Point::EpochDates);
            when(!apart && order.holds(v.cmp(&p)))
        }
        Comparison::Bool => when(bool_matches(policy, value, env)),
        Comparison::Binary => when(is_base64(value) && policy.text() == value),
        Comparison::Address => when(ip_matches(policy.text(), value, env)),
        Comparison::Presence => Match::No,
    }
}

/// The number that a text is, or, under the reading of [`Point::NumberPrefix`], begins with.
fn number(text: &str, env: Env<'_>) -> Option<Decimal> {
    let whole = Decimal::parse(text);
    if whole.is_some() || !env.reads_otherwise(Point::NumberPrefix) {
        return whole;
    }
    Decimal::parse(leading_number(text))
}

/// The text if it is a number, else the longest beginning of it that can be one: a sign, digits and
/// one point. What one reading of [`Point::NumberPrefix`] compares.
pub fn leading_number(text: &str) -> &str {
    if Decimal::parse(text).is_some() {
        return text;
    }
    let ends = |(at, c): &(usize, char)| match c {
        '-' | '+' => *at > 0,
        c => !c.is_ascii_digit() && *c != '.',
    };
    let end = text.char_indices().find(ends).map_or(text.len(), |(at, _)| at);
    let part = text.get(..end).unwrap_or(text);
    let second_point = part.match_indices('.').nth(1).map_or(part.len(), |(at, _)| at);
    part.get(..second_point).unwrap_or(part).trim_end_matches('.')
}

fn bool_matches(policy: &ConditionValue, value: &str, env: Env<'_>) -> bool {
    let text = match env.reads_otherwise(Point::BoolVariables) {
        true => env.text(&policy.pattern).unwrap_or_default(),
        false => policy.text().into(),
    };
    let is_bool = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    is_bool && text.eq_ignore_ascii_case(value)
}

/// Whether a text is base64 with its padding. Each byte sequence has one such text, up to the
/// unused bits of its last digit, so that equal texts are equal bytes.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(is_digit)
}

fn ip_matches(policy: &str, value: &str, env: Env<'_>) -> bool {
    let as_text = !policy.contains('/') && policy.contains(':');
    if as_text && env.reads_otherwise(Point::Ipv6Text) {
        return policy == value && Cidr::parse(policy).is_some();
    }
    match (Cidr::parse(policy), Cidr::parse(value)) {
        // A request comes from one address; a range is none.
        (Some(range), Some(address)) => !value.contains('/') && range.contains(address),
        _ => false,
    }
}
