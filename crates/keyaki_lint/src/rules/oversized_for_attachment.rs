use crate::context::Context;
use crate::rule::rule;
use crate::size;

rule! {
    /// Policy longer than what it is attached as may be.
    ///
    /// A managed policy takes 6,144 characters, inline policies of a user 2,048, of a group 5,120 and of a role 10,240 together.
    /// White space between the tokens does not count.
    /// Which quota holds, the document does not show: the setting `limit` of `keyaki.toml` names another one than that of managed policies.
    /// `keyaki shrink` looks for a shorter policy that provably grants the same.
    ///
    /// The statement of the first example stands there fifty times.
    ///
    /// ## Avoid
    /// ```json repeat=50
    /// {
    /// //^
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Sid": "Table@N@", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-@N@" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is attached as something with a larger quota; then set `limit`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    name: "oversized-for-attachment",
    level: Warning,
    persona: Pedantic,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Identity, keyaki_ir::PolicyKind::Boundary]),
    options: [Number "limit": "The most characters, without white space; 6144 where it is not set."],
    replaces: ["iam-policy-validator:policy_size"],
    check: Document(check),
}

/// The quota of a managed policy, in characters without the white space between the tokens.
const MANAGED: usize = 6_144;

fn check(cx: &mut Context<'_>) {
    let policy = cx.policy().origin;
    let limit = cx.number("limit").unwrap_or(MANAGED);
    let compact = size::measure(cx.tree(), cx.range(policy)).compact;
    if compact > limit {
        let message = format!(
            "the policy has {compact} characters without white space; the limit is {limit}"
        );
        cx.report(policy, message)
            .opening()
            .note("`keyaki shrink` looks for a shorter policy that grants the same");
    }
}
