use keyaki_ir::arn::Segment;
use keyaki_ir::glob;
use keyaki_ir::{BaseOperator, ConditionEntry, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// ARNs that the statement's own condition excludes.
    ///
    /// The resources lie in an account or a region that `aws:ResourceAccount` or `aws:RequestedRegion` rules out, or `aws:SourceArn` names another account than `aws:SourceAccount`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
    ///   "Condition": { "StringEquals": { "aws:ResourceAccount": "444455556666" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
    ///   "Condition": { "StringEquals": { "aws:ResourceAccount": "111122223333" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the request goes to another region than the resource lies in.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    name: "arn-coherence",
    level: Warning,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if statement.condition.is_none() {
        return;
    }
    let test = |key: &str| {
        let mut entries = statement.condition_entries().filter(|(block, entry)| {
            let base = block.operator.operator.map(|o| o.base);
            let is_equal = matches!(
                base,
                Some(BaseOperator::StringEquals | BaseOperator::ArnEquals | BaseOperator::ArnLike)
            );
            entry.is(key) && is_equal && !entry.values.is_empty()
        });
        entries.next().map(|(_, entry)| entry)
    };
    let resources = statement.resource.iter().flat_map(|e| &e.entries).map(|r| r.text());
    let resources: Vec<&str> = resources.collect();
    let sources = test("aws:SourceArn").map(texts).unwrap_or_default();
    for (key, arns, segment) in [
        ("aws:ResourceAccount", &resources, Segment::Account),
        ("aws:RequestedRegion", &resources, Segment::Region),
        ("aws:SourceAccount", &sources, Segment::Account),
    ] {
        let Some(entry) = test(key).filter(|_| !arns.is_empty()) else { continue };
        let named: Option<Vec<&str>> = arns.iter().map(|arn| literal(arn, segment)).collect();
        let Some(named) = named else { continue };
        let values = texts(entry);
        let is_plain = values.iter().all(|v| !glob::has_wildcard(v) && !v.contains('$'));
        if is_plain && named.iter().all(|n| !values.contains(n)) {
            let message = format!("the ARNs of this statement are ruled out by `{key}`");
            cx.report(entry.key.origin, message)
                .note(format!("they have `{}` there", named.first().unwrap_or(&"")));
        }
    }
}

fn texts(entry: &ConditionEntry) -> Vec<&str> {
    entry.values.iter().map(|v| v.text()).collect()
}

/// A segment that has a text of its own.
fn literal(arn: &str, segment: Segment) -> Option<&str> {
    let text = keyaki_ir::Arn::parse(arn)?.get(arn, segment);
    let start = arn
        .find(text)
        .filter(|_| !text.is_empty() && !glob::has_wildcard(text) && !text.contains('$'))?;
    arn.get(start..start + text.len())
}
