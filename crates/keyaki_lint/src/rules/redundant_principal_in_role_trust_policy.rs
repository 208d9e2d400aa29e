use std::collections::HashMap;

use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;
use keyaki_ir::{Arn, Principal, PrincipalEntry, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Session of a role that is itself a principal.
    ///
    /// A role as principal stands for all of its sessions.
    /// A session of it that is listed beside it adds nothing.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": {
    ///     "AWS": [
    ///       "arn:aws:iam::111122223333:role/build",
    ///       "arn:aws:sts::111122223333:assumed-role/build/nightly"
    ///       //^
    ///     ]
    ///   },
    ///   "Action": "sts:AssumeRole"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": ["arn:aws:iam::111122223333:role/build"] },
    ///   "Action": "sts:AssumeRole"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the session is named on purpose: what a resource policy grants to a session itself is not limited by its session policy or permissions boundary.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-principal-in-role-trust-policy>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session>
    name: "redundant-principal-in-role-trust-policy",
    aws: "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
    level: Suggestion,
    kinds: Kinds::TRUST,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.principal else { return };
    let entries = |kind| element.entries().map(|(_, e)| e).filter(move |e| e.principal == kind);
    let mut roles = HashMap::new();
    for role in entries(Principal::Role) {
        if let Some(named) = role_of(role) {
            roles.entry(named).or_insert(role);
        }
    }
    for session in entries(Principal::AssumedRole) {
        let Some(role) = role_of(session).and_then(|role| roles.get(&role)) else { continue };
        cx.report(session.origin, format!("`{}` covers this session", role.text))
            .note("a role as principal stands for all of its sessions")
            .remove(session.origin, "remove the session", Applicability::Unsafe);
    }
}

/// Partition, account and name of the role that an ARN names or is a session of.
fn role_of(entry: &PrincipalEntry) -> Option<(&str, &str, &str)> {
    let text = &*entry.text;
    let arn = Arn::parse(text)?;
    let mut path = arn.get(text, Segment::Resource).split('/');
    let name = match entry.principal == Principal::AssumedRole {
        true => path.nth(1)?,
        false => path.next_back()?,
    };
    Some((arn.get(text, Segment::Partition), arn.get(text, Segment::Account), name))
}
