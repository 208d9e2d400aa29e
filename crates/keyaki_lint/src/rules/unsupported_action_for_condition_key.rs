use keyaki_catalog::KeyLookup;
use keyaki_ir::{BaseOperator, Statement};

use crate::carried_key::lacks;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Condition key that requests for one of the listed actions never carry.
    ///
    /// The statement as written neither grants the action nor denies it as meant:
    /// a test on a key that is never there fails, or holds always where the operator is negated.
    /// Patterns are not looked at, nor are global keys and tests with `IfExists`.
    ///
    /// The rule is pedantic, because AWS's lists of keys leave some out that requests do carry, and because AWS's own validation says nothing of most of what they leave out.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:ListBucket"],
    ///   //         ^^^^^^^^^^^^^^
    ///   "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
    ///   "Condition": { "StringLike": { "s3:prefix": "2026/*" } }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": { "StringLike": { "s3:prefix": "2026/*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the catalogue is older than the key.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-action-for-condition-key>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "unsupported-action-for-condition-key",
    aws: "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
    level: Error,
    persona: Pedantic,
    kinds: Kinds::ANY,
    replaces: ["parliament:UNKNOWN_CONDITION_FOR_ACTION"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.action else { return };
    for (block, entry) in statement.condition_entries() {
        let counts =
            block.operator.operator.is_some_and(|o| !o.if_exists && o.base != BaseOperator::Null);
        let key = &entry.key;
        if !counts || !matches!(cx.key(&key.value), KeyLookup::Service { .. }) {
            continue;
        }
        for entry in element.entries.iter().filter(|e| !e.has_wildcard()) {
            let action = cx.catalog().action(&entry.text);
            if action.is_some_and(|action| lacks(action, |k| k.matches(&key.value))) {
                cx.report(
                    entry.origin,
                    format!("requests for `{}` carry no `{}`", entry.text, key.value),
                )
                .and_at(key.origin, "tested here")
                .note("put the action into a statement without this test");
            }
        }
    }
}
