use keyaki_diag::Applicability;
use keyaki_ir::date::{self, Form};
use keyaki_ir::{ConditionValue, Family};

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Date written as seconds since 1970.
    ///
    /// AWS takes such a number for a date, but nobody can read it,
    /// and a number of four digits is taken for a year.
    /// The key `aws:EpochTime` is compared with such numbers on purpose and not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "1798761600" } }
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
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "2027-01-01T00:00:00Z" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a program writes the policy and nobody reads it.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-invalid-date-value>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date>
    /// - <https://www.w3.org/TR/NOTE-datetime>
    name: "invalid-date-value",
    aws: "INVALID_DATE_VALUE",
    level: Warning,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let is_date = site.block.operator.operator.is_some_and(|o| o.base.family() == Family::Date);
    if !is_date || site.entry.is("aws:EpochTime") {
        return;
    }
    for value in &site.entry.values {
        if let Some((instant, Form::Epoch)) = date::parse(value.text()) {
            report(cx, value, instant);
        }
    }
}

fn report(cx: &mut Context<'_>, value: &ConditionValue, instant: date::Instant) {
    let message = format!("`{}` is a date in seconds since 1970", value.text());
    let draft = cx.report(value.origin, message).note("write the calendar date instead");
    if let Some(calendar) = instant.calendar() {
        let title = format!("replace with `{calendar}`");
        draft.replace_string(value.origin, title, Applicability::Safe, &calendar);
    }
}
