use keyaki_ir::{Principal, PrincipalEntry, Statement};

use crate::context::Context;
use crate::granted::denies;
use crate::rule::rule;

rule! {
    /// `Deny` with `NotPrincipal` that does not spare whom it names.
    ///
    /// A request of a role comes from a session of the role, in an account.
    /// Where the list has the role alone, its sessions are denied, too: the session and the account must be listed with it, and for a user the account.
    /// `Principal` `*` with a condition on `aws:PrincipalArn` says the same in one line.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:role/owner" },
    ///   //                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Action": "s3:*",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": {
    ///     "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/owner" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Practically never.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
    name: "notprincipal-hole",
    level: Warning,
    kinds: Kinds::RESOURCE,
    replaces: ["iam-policy-validator:not_principal_validation"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = statement.not_principal.as_ref().filter(|_| denies(statement)) else {
        return;
    };
    let entries: Vec<&PrincipalEntry> = element.entries().map(|(_, e)| e).collect();
    let has = |p: Principal, account: &str| {
        entries.iter().any(|e| e.principal == p && account_of(&e.text) == account)
    };
    for entry in &entries {
        let account = account_of(&entry.text);
        let (is_role, is_user) =
            (entry.principal == Principal::Role, entry.principal == Principal::User);
        let message = if is_role && !has(Principal::AssumedRole, account) {
            "the sessions of this role are denied"
        } else if (is_role || is_user) && !has(Principal::Account, account) {
            "this principal is denied, because its account is not listed"
        } else {
            continue;
        };
        cx.report(entry.origin, message)
            .note(format!("for instance `{}`", denied(entry)))
            .note("deny `Principal` `*` where `aws:PrincipalArn` is another one");
    }
}

/// A caller that comes with a role, or the principal itself.
fn denied(entry: &PrincipalEntry) -> String {
    let session = entry.text.replacen(":iam:", ":sts:", 1).replacen(":role/", ":assumed-role/", 1);
    match (entry.principal == Principal::Role, session.rsplit_once('/')) {
        (true, Some((path, name))) => {
            let until = path.find('/').unwrap_or(path.len());
            format!("{}/{name}/session", path.get(..until).unwrap_or(path))
        }
        _ => entry.text.to_string(),
    }
}

/// The account of an ARN, or the text itself.
fn account_of(text: &str) -> &str {
    text.split(':').nth(4).unwrap_or(text)
}
