use keyaki_catalog::KeyType;
use keyaki_diag::{Applicability, Edit};
use keyaki_ir::{BaseOperator, Comparison, Family, Operator, Order};

use crate::condition_edit::move_entry;
use crate::context::Context;
use crate::policy_keys::phrase;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition operator that does not fit the type of its key.
    ///
    /// An operator compares text, numbers, dates, booleans, addresses or ARNs, and a key holds one of these.
    /// Where the two differ, the test may never match, or match by accident of spelling.
    ///
    /// Text operators fit ARN keys as well.
    /// A text operator with a policy variable is accepted on address keys, whose own operators take none.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:ViaAWSService": "true" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "ArnLike": { "aws:ResourceTag/owner": "arn:aws:iam::111122223333:user/*" } }
    ///   //                          ^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:ViaAWSService": "true" } }
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringLike": { "aws:ResourceTag/owner": "arn:aws:iam::111122223333:user/*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the catalogue has the type of the key wrong; the tests of the service then show that the operator works.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "type-mismatch",
    aws: "TYPE_MISMATCH",
    level: Warning,
    kinds: Kinds::ANY,
    replaces: ["parliament:MISMATCHED_TYPE"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    let family = operator.base.family();
    if family == Family::Null {
        return;
    }
    let key = &site.entry.key.value;
    let Some(key_type) = cx.key_type(key) else { return };
    if fits(key_type, family) || is_excepted(site, key_type, family) {
        return;
    }
    let fix = fix(cx, site, operator, key_type);
    let message =
        format!("`{}` does not fit `{key}`, which is {}", operator.name(), phrase(key_type));
    let draft = cx.report(site.entry.key.origin, message);
    if let Some((meant, edits)) = fix {
        draft.note(format!("use `{meant}`")).fix(
            format!("use `{meant}`"),
            Applicability::Unsafe,
            edits,
        );
    }
}

fn fits(key_type: KeyType, family: Family) -> bool {
    match key_type {
        KeyType::String | KeyType::ArrayOfString => family == Family::String,
        KeyType::Arn | KeyType::ArrayOfArn => matches!(family, Family::Arn | Family::String),
        KeyType::Bool | KeyType::ArrayOfBool => family == Family::Bool,
        KeyType::Date => family == Family::Date,
        KeyType::Numeric => family == Family::Numeric,
        KeyType::IpAddress => family == Family::IpAddress,
        KeyType::Binary => family == Family::Binary,
    }
}

/// `aws:EpochTime` is a date and a number; text operators alone take variables.
fn is_excepted(site: ConditionSite<'_>, key_type: KeyType, family: Family) -> bool {
    match family {
        Family::Numeric => site.entry.is("aws:EpochTime"),
        Family::String => {
            let has_variable = || site.entry.values.iter().any(|v| v.pattern.has_variables());
            key_type == KeyType::IpAddress && has_variable()
        }
        Family::Date
        | Family::Bool
        | Family::Binary
        | Family::IpAddress
        | Family::Arn
        | Family::Null => false,
    }
}

fn fix(
    cx: &Context<'_>,
    site: ConditionSite<'_>,
    operator: Operator,
    key_type: KeyType,
) -> Option<(String, Vec<Edit>)> {
    let meant = Operator { base: counterpart(operator.base, key_type)?, ..operator };
    let edits = move_entry(cx, site, meant, cx.text(site.entry.origin))?;
    Some((meant.name(), edits))
}

/// The operator that asks the same of values of that type.
fn counterpart(base: BaseOperator, key_type: KeyType) -> Option<BaseOperator> {
    use BaseOperator as Op;
    if is_ordering(base) {
        return None;
    }
    let positive = match key_type.element() {
        KeyType::String if base.has_wildcards() => Op::StringLike,
        KeyType::Arn => Op::ArnLike,
        KeyType::Bool => Op::Bool,
        KeyType::Date => Op::DateEquals,
        KeyType::Numeric => Op::NumericEquals,
        KeyType::IpAddress => Op::IpAddress,
        KeyType::Binary => Op::BinaryEquals,
        KeyType::String | KeyType::ArrayOfString | KeyType::ArrayOfArn | KeyType::ArrayOfBool => {
            Op::StringEquals
        }
    };
    positive.with_negation(base.is_negated())
}

fn is_ordering(base: BaseOperator) -> bool {
    match base.comparison() {
        Comparison::Number(order) | Comparison::Time(order) => order != Order::Equal,
        Comparison::Text
        | Comparison::TextInAnyCase
        | Comparison::TextLike
        | Comparison::Bool
        | Comparison::Binary
        | Comparison::Address
        | Comparison::Arn
        | Comparison::Presence => false,
    }
}
