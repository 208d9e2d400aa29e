use keyaki_catalog::Segment as Form;
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN whose account is not an account id.
    ///
    /// The fifth segment of an ARN is the twelve digits of an account, or `aws` for what AWS owns,
    /// or empty for services that have no account there.
    /// Where the service takes no account at all, `arn-account-not-allowed` says so.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": "arn:aws:sqs:eu-west-1:1111-2222-3333:orders"
    ///   //                                 ^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": [
    ///     "arn:aws:sqs:eu-west-1:111122223333:orders",
    ///     "arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:orders"
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template engine fills in the account later on.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-account>
    /// - <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>
    name: "invalid-arn-account",
    aws: "INVALID_ARN_ACCOUNT",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:INVALID_ARN"],
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let Some(arn) = site.arn else { return };
    let account = arn.get(Segment::Account);
    if account.is_empty() || is_id(account) || glob::matches(account, "aws", Case::Sensitive) {
        return;
    }
    let literal =
        |form| matches!(form, Form::Literal(text) if glob::matches(account, text, Case::Sensitive));
    if arn.forms().any(|form| literal(form.account)) {
        return;
    }
    if arn.misfit().is_some_and(|m| m.account) {
        return;
    }
    cx.report(entry.origin, format!("`{account}` is not an account id"))
        .part(entry.origin, written.range(Segment::Account))
        .note("an account id has twelve digits and nothing between them");
}

/// Whether the text matches some twelve digits.
fn is_id(text: &str) -> bool {
    let known = text.bytes().filter(|&b| b != b'*').count();
    let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'?'));
    digits && (known == 12 || (known < 12 && known < text.len()))
}
