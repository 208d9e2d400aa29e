use keyaki_ir::{Family, date};

use crate::context::Context;
use crate::placeholder::is_known;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Value of a date operator that is no date.
    ///
    /// A date is written as in ISO 8601: `2026-12-31`, or with a time and its zone, `2026-12-31T23:59:59Z`.
    /// A test against anything else never matches.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "31/12/2026" } }
    ///   //                                                  ^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "2026-12-31" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the test does not do what it says.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-date>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date>
    /// - <https://www.w3.org/TR/NOTE-datetime>
    name: "type-mismatch-date",
    aws: "TYPE_MISMATCH_DATE",
    level: Warning,
    kinds: Kinds::ANY,
    replaces: ["parliament:MISMATCHED_TYPE"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if site.block.operator.operator.is_none_or(|o| o.base.family() != Family::Date) {
        return;
    }
    let is_date = |text: &str| date::parse(text).is_some();
    for value in site.entry.values.iter().filter(|v| !is_date(v.text()) && is_known(v)) {
        cx.report(value.origin, format!("`{}` is no date", value.text()))
            .note("write `YYYY-MM-DD`, or `YYYY-MM-DDThh:mm:ssZ`");
    }
}
