use std::collections::HashMap;

use keyaki_diag::Applicability;
use keyaki_ir::Policy;

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
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let mut names = None;
    for sid in cx.policy().statements.iter().filter_map(|s| s.sid.as_ref()) {
        let supported = sid.value.bytes().all(|b| b.is_ascii_alphanumeric());
        if supported || sid.value.contains("${") || has_placeholder(&sid.value) {
            continue;
        }
        let names = names.get_or_insert_with(|| plain_names(cx.policy()));
        let plain = without_others(&sid.value);
        let free = !plain.is_empty() && names.get(&plain) == Some(&1);
        let draft = cx
            .report(sid.origin, format!("the Sid `{}` has unsupported characters", sid.value))
            .note("a Sid takes the letters A to Z and a to z, and digits");
        if free {
            let title = format!("rename to `{plain}`");
            draft.replace_string(sid.origin, title, Applicability::Safe, &plain);
        }
    }
}

/// The Sids of a policy without unsupported characters, each with how many have become it.
fn plain_names(policy: &Policy) -> HashMap<String, usize> {
    let mut names = HashMap::new();
    for sid in policy.statements.iter().filter_map(|s| s.sid.as_ref()) {
        *names.entry(without_others(&sid.value)).or_default() += 1;
    }
    names
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
