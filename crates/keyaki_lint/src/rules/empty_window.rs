use keyaki_ir::{BaseOperator, Effect, date};

use crate::context::Context;
use crate::rule::ConditionSite;
use crate::rule::rule;

rule! {
    /// Time limit that was over when the catalogue was made.
    ///
    /// An `Allow` until then grants nothing any more, a `Deny` until then denies nothing.
    /// The time is that of the catalogue, so that the same policy has the same findings every day.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "2020-01-01T00:00:00Z" } }
    ///   //                                                  ^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "2099-01-01T00:00:00Z" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the statement is kept as a record.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html>
    name: "empty-window",
    level: Warning,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let is_now = site.entry.is("aws:CurrentTime") || site.entry.is("aws:EpochTime");
    let base = site.block.operator.operator.map(|o| o.base);
    let until = [BaseOperator::DateLessThan, BaseOperator::DateLessThanEquals];
    if !is_now || !base.is_some_and(|b| until.contains(&b)) {
        return;
    }
    let date = cx.catalog().snapshot().date;
    let today = date::parse(&format!("{date}T00:00:00Z"));
    let Some((today, _)) = today else { return };
    let past =
        |v: &&keyaki_ir::ConditionValue| date::parse(v.text()).is_some_and(|(day, _)| day < today);
    let values = &site.entry.values;
    let Some(last) = values.last().filter(|_| values.iter().all(|v| past(&v))) else { return };
    let message = match site.statement.effect() {
        Some(Effect::Allow) => "the time is over: the statement grants nothing any more",
        Some(Effect::Deny) => "the time is over: the statement denies nothing any more",
        None => return,
    };
    cx.report(last.origin, message).note(format!("the catalogue is of {date}"));
}
