//! Principals that a policy names in two ways.
//!
//! An S3 canonical id is another spelling of an account. Which account it is of is not known, so
//! that there may be callers whom statements name by either:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html>. No case
//! of callers stands for them. A policy allows them what it allows to those whom one of the
//! spellings names, but where `Deny` or `NotPrincipal` has the other one.

use std::ptr;

use keyaki_ir::{Effect, Principal, PrincipalElement, Statement};

use crate::Subject;

/// Why nothing is known of callers whom canonical ids and other principals name: where subjects
/// that need not allow the request deny one of the spellings and the others allow the other one,
/// where some subject spares one, and where each of several subjects or layers may allow another.
pub(crate) fn unclear(subjects: &[&Subject], not_allowing: &[&Subject]) -> Option<String> {
    let all = || subjects.iter().flat_map(|s| statements(s));
    let id = all().flat_map(Statement::principal_elements).find_map(canonical)?;
    let named = all().flat_map(Statement::principal_elements).find_map(of_account)?;
    let is_open = |s: &&Subject| !not_allowing.iter().any(|other| ptr::eq(*other, *s));
    let allowing: Vec<&Subject> = subjects.iter().copied().filter(is_open).collect();
    let denying = not_allowing.iter().flat_map(|s| statements(s).map(move |d| (*s, d)));
    let mut denying = denying.filter(|(_, s)| s.effect() != Some(Effect::Allow));
    let granting = if allowing.is_empty() { subjects } else { &allowing };
    let grants = || granting.iter().flat_map(|s| statements(s)).filter(|s| allows(s));
    let (by_id, by_account) = (grants().any(has_canonical), grants().any(has_account));
    let matters = denying.any(|(of, s)| {
        let crosses = by_id && has_account(s) || by_account && has_canonical(s);
        crosses && (allowing.is_empty() || !allowing.iter().all(|a| also_denies(a, of, s)))
    }) || all().any(|s| s.not_principal.is_some() && is_spelled(s))
        || allowing.len() > 1
        || subjects.iter().any(|s| layers(s) > 1);
    matters.then(|| format!("`{named}` may be of the account of the canonical user `{id}`"))
}

fn allows(statement: &Statement) -> bool {
    statement.effect() == Some(Effect::Allow)
}

fn is_spelled(statement: &Statement) -> bool {
    has_canonical(statement) || has_account(statement)
}

fn has_canonical(statement: &Statement) -> bool {
    statement.principal_elements().any(|p| canonical(p).is_some())
}

fn has_account(statement: &Statement) -> bool {
    statement.principal_elements().any(|p| of_account(p).is_some())
}

/// Whether the policy of a resource has a statement of that of another subject.
fn also_denies(subject: &Subject, other: &Subject, statement: &Statement) -> bool {
    let policies = [subject, other].map(|s| s.policies.resource.as_ref().map(|d| &d.policy));
    let [Some(own), Some(other)] = policies else { return false };
    own.effective_version() == other.effective_version()
        && own.statements.contains(statement)
        && other.statements.contains(statement)
}

/// In how many layers statements name principals by a spelling.
fn layers(subject: &Subject) -> usize {
    let layers = subject.policies.layers().into_iter();
    layers.filter(|l| subject.policies.statements(*l).any(|(_, s)| is_spelled(s))).count()
}

fn statements(subject: &Subject) -> impl Iterator<Item = &Statement> {
    let layers = subject.policies.layers().into_iter();
    layers.flat_map(|l| subject.policies.statements(l)).map(|(_, s)| s)
}

/// A canonical id that an element has.
fn canonical(element: &PrincipalElement) -> Option<&str> {
    let mut entries = element.entries().map(|(_, entry)| entry);
    entries.find(|e| e.principal == Principal::CanonicalUser).map(|e| &*e.text)
}

/// An account that an element has, or a principal of one.
fn of_account(element: &PrincipalElement) -> Option<&str> {
    let mut entries = element.entries().map(|(_, entry)| entry);
    let entry = entries.find(|e| match e.principal {
        Principal::Account
        | Principal::User
        | Principal::Role
        | Principal::AssumedRole
        | Principal::FederatedUser => true,
        Principal::Any
        | Principal::AnyFederated
        | Principal::Service
        | Principal::SamlProvider
        | Principal::OidcProvider
        | Principal::WebIdentity
        | Principal::CanonicalUser
        | Principal::UserId
        | Principal::RoleId
        | Principal::Unknown => false,
    });
    entry.map(|e| &*e.text)
}
