use keyaki_diag::{Applicability, Edit};
use keyaki_ir::ConditionEntry;
use keyaki_syntax::NodeKind;

use crate::context::{Context, quoted};
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition values of one list that differ in their JSON type.
    ///
    /// AWS refuses a list in which strings stand beside numbers or booleans.
    /// Every value may be written as a string: a number and a boolean mean the same in quotes.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:ResourceAccount": ["111122223333", 444455556666] } }
    ///   //                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:ResourceAccount": ["111122223333", "444455556666"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-data-type>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
    name: "invalid-condition-data-type",
    aws: "INVALID_CONDITION_DATA_TYPE",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let entry = site.entry;
    let mut kinds = entry.values.iter().map(|v| v.json);
    let Some(first) = kinds.next() else { return };
    if kinds.all(|kind| kind == first) {
        return;
    }
    let edits = quote_all(cx, entry);
    cx.report(entry.origin, format!("the values of `{}` mix JSON types", entry.key.value))
        .note("write every value as a string; a number or a boolean means the same in quotes")
        .fix("quote every value", Applicability::Safe, edits);
}

fn quote_all(cx: &Context<'_>, entry: &ConditionEntry) -> Vec<Edit> {
    let bare = entry.values.iter().filter(|v| v.json != NodeKind::String);
    bare.map(|v| Edit { range: cx.range(v.origin), replacement: quoted(v.text()) }).collect()
}
