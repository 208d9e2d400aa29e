//! Condition operators.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
//! and <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>.

use keyaki_ir::{BaseOperator, Family, Operator, SetOperator};

/// What an operator compares, and what it says of a request without the key.
pub(crate) fn operator(operator: Operator) -> String {
    let compares = comparison(operator.base);
    let set = match operator.set {
        Some(SetOperator::ForAllValues) => {
            "\nEvery value of the request must match one of the policy's values.\n"
        }
        Some(SetOperator::ForAnyValue) => {
            "\nAt least one value of the request must match one of the policy's values.\n"
        }
        None => "",
    };
    format!("**{}** — {compares}.\n{set}\n{}\n", operator.name(), without_key(operator))
}

fn comparison(base: BaseOperator) -> String {
    let subject = match base.family() {
        Family::String => "text",
        Family::Numeric => "numbers",
        Family::Date => "points in time",
        Family::Bool => "`true` and `false`",
        Family::Binary => "Base64 text",
        Family::IpAddress => "addresses with CIDR ranges",
        Family::Arn => "ARNs, segment by segment",
        Family::Null => "whether the key is absent: `true` means that it must be absent",
    };
    if base.family() == Family::Null {
        return format!("tells {subject}");
    }
    let negated = if base.is_negated() { ", and is true when no value matches" } else { "" };
    let wildcards = if base.has_wildcards() { "; `*` and `?` are wildcards" } else { "" };
    format!("compares {subject}{wildcards}{negated}")
}

/// What holds when the request does not carry the key.
fn without_key(operator: Operator) -> &'static str {
    if operator.base == BaseOperator::Null {
        return "It works on absence itself: `\"false\"` asks for the key to be there.";
    }
    match operator.set {
        Some(SetOperator::ForAllValues) => {
            "**Key absent: true.** Without a `Null` condition beside it, a request that lacks the key passes."
        }
        Some(SetOperator::ForAnyValue) if !operator.if_exists => "**Key absent: false.**",
        _ if operator.if_exists => "**Key absent: true**, because of `IfExists`.",
        _ if operator.base.is_negated() => "**Key absent: true**, because the operator is negated.",
        _ => "**Key absent: false.**",
    }
}
