use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN without an account although the resources of its service belong to accounts.
    ///
    /// An empty account is a text of its own: it matches only ARNs that leave the account empty.
    /// For all accounts write `*`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:GetRole",
    ///   "Resource": "arn:aws:iam:::role/deploy"
    ///   //          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:GetRole",
    ///   "Resource": ["arn:aws:iam::111122223333:role/deploy", "arn:aws:s3:::reports"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When AWS owns the resource and the catalogue does not know that its ARN has no account.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-arn-account>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "missing-arn-account",
    aws: "MISSING_ARN_ACCOUNT",
    level: Error,
    kinds: Kinds::ANY,
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let at = written.range(Segment::Account);
    let Some(arn) = site.arn.filter(|_| at.is_empty()) else { return };
    if !arn.misfit().is_some_and(|m| m.account) {
        return;
    }
    let mut text = entry.text().to_owned();
    text.insert(at.start, '*');
    let message = format!("an ARN of `{}` has an account", arn.get(Segment::Service));
    cx.report(entry.origin, message)
        .note("an empty account matches no account; write the id of one, or `*` for all")
        .replace_string(entry.origin, "allow any account", Applicability::Unsafe, &text);
}
