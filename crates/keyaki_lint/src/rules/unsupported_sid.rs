use keyaki_diag::Applicability;
use keyaki_ir::{Policy, Statement};

use crate::context::Context;
use crate::placeholder::has_placeholder;
use crate::rule::rule;

rule! {
    /// Sid with characters other than ASCII letters and digits.
    ///
    /// IAM and Organizations refuse a policy with blanks, hyphens or other characters in a Sid.
    /// Resource policies and trust policies are not held to that.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Sid": "read-reports",
    ///   //     ^^^^^^^^^^^^^^
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Sid": "ReadReports",
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-sid>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
    name: "unsupported-sid",
    aws: "UNSUPPORTED_SID",
    level: Error,
    kinds: Kinds::IDENTITY.and(Kinds::SCP).and(Kinds::RCP),
    replaces: ["parliament:INVALID_SID"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(sid) = &statement.sid else { return };
    let supported = sid.value.bytes().all(|b| b.is_ascii_alphanumeric());
    if supported || sid.value.contains("${") || has_placeholder(&sid.value) {
        return;
    }
    let plain = without_others(&sid.value);
    let taken = is_taken(cx.policy(), &plain);
    let draft = cx
        .report(sid.origin, format!("the Sid `{}` has unsupported characters", sid.value))
        .note("a Sid takes the letters A to Z and a to z, and digits");
    if !taken {
        let title = format!("rename to `{plain}`");
        draft.replace_string(sid.origin, title, Applicability::Safe, &plain);
    }
}

/// The Sid without its unsupported characters; a letter that follows one becomes a capital.
fn without_others(sid: &str) -> String {
    let mut plain = String::with_capacity(sid.len());
    for word in sid.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
        let (first, rest) = word.split_at(1);
        match plain.is_empty() {
            true => plain.push_str(first),
            false => plain.push_str(&first.to_ascii_uppercase()),
        }
        plain.push_str(rest);
    }
    plain
}

/// Whether a name cannot be given to a statement: it is empty, or it would be some Sid's.
fn is_taken(policy: &Policy, sid: &str) -> bool {
    let others = policy.statements.iter().filter_map(|s| s.sid.as_ref());
    sid.is_empty() || others.map(|s| without_others(&s.value)).filter(|s| s == sid).count() > 1
}
