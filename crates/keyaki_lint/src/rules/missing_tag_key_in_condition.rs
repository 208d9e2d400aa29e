use crate::context::Context;
use crate::rule::{ConditionSite, rule};
use crate::tag_key;

rule! {
    /// Condition key for a tag that does not name the tag.
    ///
    /// A tag is tested by its key, which stands behind the slash: `aws:ResourceTag/team`.
    /// Without it there is nothing to compare.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StartInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/": "dev" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StartInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/stage": "dev" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-tag-key-in-condition>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html>
    name: "missing-tag-key-in-condition",
    aws: "MISSING_TAG_KEY_IN_CONDITION",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let key = &site.entry.key;
    if !tag_key::is_missing(cx.catalog(), &key.value) {
        return;
    }
    let stem = key.value.trim_end_matches('/');
    cx.report(key.origin, format!("`{}` does not say which tag", key.value))
        .note(format!("write `{stem}/` and the key of the tag"));
}
