use keyaki_ir::{ConditionEntry, Statement, Text};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Condition key that occurs twice under one operator, in different letter case.
    ///
    /// Condition keys are compared without regard to letter case, so both names mean one key.
    /// AWS refuses the policy, as it cannot tell which values count.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": {
    ///     "StringEquals": {
    ///       "s3:prefix": "2026/",
    ///       "S3:Prefix": "2025/"
    ///       //^
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": {
    ///     "StringEquals": { "s3:prefix": ["2026/", "2025/"] }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-duplicate-keys-with-different-case>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
    name: "duplicate-keys-with-different-case",
    aws: "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for block in statement.condition.iter().flat_map(|c| &c.blocks) {
        for (first, later) in repeats(&block.entries) {
            let message = format!(
                "the condition key `{}` is `{}` in another letter case",
                later.value, first.value
            );
            cx.report(later.origin, message)
                .note("letter case does not count in condition keys; put all values under one key");
        }
    }
}

/// The keys that repeat an earlier one in other letters, each with that earlier one, in order.
fn repeats(entries: &[ConditionEntry]) -> Vec<(&Text, &Text)> {
    if entries.len() < 2 {
        return Vec::new();
    }
    let mut keys: Vec<&Text> = entries.iter().map(|e| &e.key).collect();
    keys.sort_by(|a, b| folded(a).cmp(folded(b)).then(a.origin.cmp(&b.origin)));
    let groups = keys.chunk_by(|a, b| a.value.eq_ignore_ascii_case(&b.value));
    let mut found: Vec<_> = groups
        .flat_map(|group| group[1..].iter().map(|&later| (group[0], later)))
        .filter(|(first, later)| first.value != later.value)
        .collect();
    found.sort_by_key(|(_, later)| later.origin);
    found
}

fn folded(key: &Text) -> impl Iterator<Item = u8> {
    key.value.bytes().map(|b| b.to_ascii_lowercase())
}
