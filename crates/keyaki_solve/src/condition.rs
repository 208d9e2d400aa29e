//! Condition operators as claims about the values of a key.
//!
//! Sources:
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
//! - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use keyaki_eval::{Formula, Point, leading_number};
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;
use keyaki_ir::{
    BaseOperator, Comparison, Condition, ConditionEntry, ConditionValue, Family, Operator, Order,
    SetOperator, date,
};

use crate::arn;
use crate::claim::{Claim, Fold, Key, Test, like};
use crate::glob::Glob;
use crate::pattern::{Env, Keys};

/// When all conditions hold.
pub(crate) fn formula(condition: &Condition, env: Env<'_>, keys: &mut Keys) -> Formula<Claim> {
    let blocks = condition.blocks.iter().map(|block| match block.operator.operator {
        None => Formula::FALSE,
        Some(operator) => {
            let entries = block.entries.iter().map(|e| entry(operator, e, env, keys));
            Formula::and(entries.collect::<Vec<_>>())
        }
    });
    Formula::and(blocks.collect::<Vec<_>>())
}

fn entry(
    operator: Operator,
    entry: &ConditionEntry,
    env: Env<'_>,
    keys: &mut Keys,
) -> Formula<Claim> {
    let key = keys.number(&entry.key.value);
    if operator.base == BaseOperator::Null {
        return null(operator, entry, key, env);
    }
    let absent = Formula::not(Formula::Atom(Claim::Present(key)));
    let test = Box::new(value(operator.base, entry, env, keys));
    match operator.set {
        Some(SetOperator::ForAllValues) => Formula::Atom(Claim::All(key, test)),
        Some(SetOperator::ForAnyValue) => {
            let exists = operator.if_exists && !env.reads_otherwise(Point::ForAnyValueIfExists);
            let some = Formula::Atom(Claim::Any(key, test));
            if exists { Formula::or([absent, some]) } else { some }
        }
        None => {
            let some = match env.reads_otherwise(Point::MultivaluedPlain) {
                true => Claim::Some(key, test),
                false => Claim::One(key, test),
            };
            match operator.if_exists || operator.base.is_negated() {
                true => Formula::or([absent, Formula::Atom(some)]),
                false => Formula::Atom(some),
            }
        }
    }
}

/// `Null`: `true` asks that the key is absent, `false` that it is present with a value.
fn null(operator: Operator, entry: &ConditionEntry, key: Key, env: Env<'_>) -> Formula<Claim> {
    let modified = operator.set.is_some() || operator.if_exists;
    if modified && env.reads_otherwise(Point::NullModifiers) {
        return Formula::FALSE;
    }
    let null = || Formula::Atom(Claim::Null(key));
    Formula::or(entry.values.iter().map(|v| match v.text().to_ascii_lowercase().as_str() {
        "true" => null(),
        "false" => Formula::not(null()),
        _ => Formula::FALSE,
    }))
}

/// Which single values satisfy the operator: for a positive operator, those that some value of the
/// policy matches; for a negated one, those that none does.
fn value(
    base: BaseOperator,
    entry: &ConditionEntry,
    env: Env<'_>,
    keys: &mut Keys,
) -> Formula<Test> {
    let inner = if base.is_negated() { env.negated() } else { env };
    let some: Vec<_> = entry.values.iter().map(|p| compare(base, p, inner, keys)).collect();
    let some = Formula::or(some);
    if !base.is_negated() {
        return some;
    }
    let well_formed =
        base.family() == Family::Arn && env.reads_otherwise(Point::ArnNotLikeMalformed);
    let none = Formula::not(some);
    match well_formed {
        true => Formula::and([none, Formula::Atom(arn::any_arn())]),
        false => none,
    }
}

/// Which single values one value of the policy matches, for the positive form.
fn compare(
    base: BaseOperator,
    policy: &ConditionValue,
    env: Env<'_>,
    keys: &mut Keys,
) -> Formula<Test> {
    let pattern = &policy.pattern;
    let mut text = |fold| {
        env.each_way(pattern, |env| {
            let glob = env.glob(pattern, 0..pattern.text().len(), false, keys);
            glob.map_or(Formula::FALSE, |glob| like(glob, fold))
        })
    };
    match base.comparison() {
        Comparison::Text => text(Fold::Exact),
        Comparison::TextInAnyCase => text(Fold::Lower),
        Comparison::TextLike => env.each_way(pattern, |env| arn::whole(pattern, env, keys)),
        Comparison::Arn => arn::value(pattern, env, keys),
        Comparison::Number(order) => number(order, policy, env),
        Comparison::Time(order) => point_in_time(order, policy, env),
        Comparison::Bool => truth(policy, env, keys),
        Comparison::Binary => match is_base64(policy.text()) {
            true => like(Glob::exactly(policy.text()), Fold::Exact),
            false => Formula::FALSE,
        },
        Comparison::Address => address(policy.text(), env),
        Comparison::Presence => Formula::FALSE,
    }
}

fn number(order: Order, policy: &ConditionValue, env: Env<'_>) -> Formula<Test> {
    let prefixes = env.reads_otherwise(Point::NumberPrefix);
    let text = policy.text();
    let text = if prefixes { leading_number(text) } else { text };
    Decimal::parse(text).map_or(Formula::FALSE, |than| {
        Formula::Atom(Test::Number { order, than, text: text.into(), prefixes })
    })
}

fn point_in_time(order: Order, policy: &ConditionValue, env: Env<'_>) -> Formula<Test> {
    date::parse(policy.text()).map_or(Formula::FALSE, |(than, form)| {
        let form = env.reads_otherwise(Point::EpochDates).then_some(form);
        Formula::Atom(Test::Date { order, than, text: policy.text().into(), form })
    })
}

fn truth(policy: &ConditionValue, env: Env<'_>, keys: &mut Keys) -> Formula<Test> {
    let words = ["true", "false"];
    let pattern = &policy.pattern;
    if !env.reads_otherwise(Point::BoolVariables) || pattern.variables().is_empty() {
        let is_word = words.iter().any(|w| policy.text().eq_ignore_ascii_case(w));
        let glob = Glob::exactly(policy.text());
        return if is_word { like(glob, Fold::Ascii) } else { Formula::FALSE };
    }
    // The value equals what stands in for the variables, and that is one of the words.
    env.each_way(pattern, |env| {
        let glob = env.glob(pattern, 0..pattern.text().len(), false, keys);
        glob.map_or(Formula::FALSE, |glob| {
            let word = words.map(|w| like(Glob::exactly(w), Fold::Ascii));
            Formula::and([like(glob, Fold::Ascii), Formula::or(word)])
        })
    })
}

fn address(policy: &str, env: Env<'_>) -> Formula<Test> {
    let as_text = !policy.contains('/') && policy.contains(':');
    match Cidr::parse(policy) {
        None => Formula::FALSE,
        Some(_) if as_text && env.reads_otherwise(Point::Ipv6Text) => {
            like(Glob::exactly(policy), Fold::Exact)
        }
        Some(range) => Formula::Atom(Test::Address(range)),
    }
}

/// Whether a text is base64 with its padding.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(is_digit)
}
