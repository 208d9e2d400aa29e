use keyaki_diag::Confidence;

use crate::context::Context;
use crate::rule::rule;
use crate::size::{self, Size};

rule! {
    /// Service control policy longer than Organizations takes.
    ///
    /// An SCP may have 10,240 characters.
    /// White space counts, unless the policy is saved in the console.
    ///
    /// The statement of the first example stands there sixty times.
    ///
    /// ## Avoid
    /// ```json repeat=60
    /// {
    /// //^
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Sid": "Zone@N@", "Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*", "Condition": { "StringNotEquals": { "aws:RequestedRegion": "eu-west-1", "aws:PrincipalTag/zone": "zone-@N@" } } }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "ec2:RunInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringNotEquals": { "aws:RequestedRegion": "eu-west-1" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a tool takes the white space out before it saves the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-policy-size-exceeds-scp-quota>
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
    name: "policy-size-exceeds-scp-quota",
    aws: "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    level: Error,
    kinds: Kinds::SCP,
    replaces: ["iam-policy-validator:policy_size"],
    check: Document(check),
}

/// The quota, in characters.
const QUOTA: usize = 10_240;

fn check(cx: &mut Context<'_>) {
    let policy = cx.policy().origin;
    let range = cx.range(policy);
    if range.len() as usize <= QUOTA {
        return;
    }
    let Size { characters, compact } = size::measure(cx.tree(), range);
    if characters <= QUOTA {
        return;
    }
    let message = format!("the policy has {characters} characters; the quota is {QUOTA}");
    let draft = cx.report(policy, message).opening();
    if compact <= QUOTA {
        draft.confidence(Confidence::Medium).note(format!(
            "it has {compact} without white space, which only the Organizations console leaves out"
        ));
    } else {
        draft.note("split it into several policies");
    }
}
