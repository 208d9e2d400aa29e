//! Ways out of a boundary that are seen and not followed.

use std::sync::Arc;

use keyaki_account::{Kind, Principal, Stored};
use keyaki_ir::Effect;

use super::{Delegation, Holder, Wanted};
use crate::escalation::is_service_linked;
use crate::finding::Outcome;
use crate::target::Target;
use crate::what_can::granted_by;

/// The actions by which an identity provider comes to vouch for others.
const PROVIDERS: [&str; 5] = [
    "iam:UpdateSAMLProvider",
    "iam:CreateSAMLProvider",
    "iam:CreateOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:AddClientIDToOpenIDConnectProvider",
];

/// A policy that somebody has, and by which request it can be taken away.
struct Removable<'p> {
    document: &'p Arc<Stored>,
    action: &'static str,
    resource: String,
}

impl Delegation<'_> {
    /// What is not followed of the ways out of the one who creates, or of what it creates.
    pub(super) fn unjudged(&self, holder: &Holder<'_>) -> Result<Outcome, String> {
        let mut outcome = Outcome::default();
        for removable in self.removable(&holder.principal) {
            if self.can(removable.action, &removable.resource, holder)? {
                let (action, place) = (removable.action, removable.document.place());
                let why = format!(
                    "what is allowed without the `Deny` of {place} is not looked at (`{action}`)"
                );
                outcome.add(self.not(&why));
            }
        }
        if let Some(role) = self.elsewhere(holder)? {
            let why = format!(
                "whether {role} and other roles of other accounts may do more is not looked at (`sts:AssumeRole`)"
            );
            outcome.add(self.not(&why));
        }
        if let Some(action) = self.vouches(holder)? {
            let why = format!(
                "whom identity providers come to let into roles without the boundary is not looked at (`{action}`)"
            );
            outcome.add(self.not(&why));
        }
        Ok(outcome)
    }

    fn can(&self, action: &str, resource: &str, holder: &Holder<'_>) -> Result<bool, String> {
        let wanted = Wanted { action, resource, boundary: None, target: None };
        Ok(holder.find(&wanted)?.is_some())
    }

    /// The policies with a `Deny` that somebody has of itself or by groups.
    fn removable<'p>(&'p self, of: &'p Principal) -> Vec<Removable<'p>> {
        let snapshot = self.auditor.snapshot;
        let (delete, detach) = match of.kind {
            Kind::User => ("iam:DeleteUserPolicy", "iam:DetachUserPolicy"),
            Kind::Role => ("iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
        };
        let mut all = Vec::new();
        let mut add = |documents: Vec<&'p Arc<Stored>>, action: &'static str, on: &str| {
            let denying = documents.into_iter().filter(|d| denies(d));
            all.extend(denying.map(|document| Removable {
                document,
                action,
                resource: on.to_owned(),
            }));
        };
        let managed = |arns: &'p [String]| -> Vec<&'p Arc<Stored>> {
            arns.iter().filter_map(|a| snapshot.managed.get(a)).map(|m| &m.document).collect()
        };
        add(of.inline.iter().collect(), delete, &of.arn);
        add(managed(&of.attached), detach, &of.arn);
        for group in of.groups.iter().filter_map(|g| snapshot.group_of(g, of)) {
            let (inline, attached) = (group.inline.iter().collect(), managed(&group.attached));
            add(inline, "iam:DeleteGroupPolicy", &group.arn);
            add(attached.clone(), "iam:DetachGroupPolicy", &group.arn);
            add(
                group.inline.iter().chain(attached).collect(),
                "iam:RemoveUserFromGroup",
                &group.arn,
            );
        }
        all
    }

    /// A role of another account of the snapshot that can be assumed.
    fn elsewhere(&self, holder: &Holder<'_>) -> Result<Option<String>, String> {
        let own = &self.delegate.principal.account;
        let all = self.auditor.snapshot.described_principals();
        let roles =
            all.filter(|p| p.kind == Kind::Role && p.account != *own && !is_service_linked(&p.arn));
        for role in roles {
            let target = Target::of_role(role);
            if granted_by(&target, &holder.principal, &holder.caller, self.auditor).is_empty() {
                continue;
            }
            let target = Some(&target);
            let wanted =
                Wanted { action: "sts:AssumeRole", resource: &role.arn, boundary: None, target };
            if holder.find(&wanted)?.is_some() {
                return Ok(Some(role.arn.clone()));
            }
        }
        Ok(None)
    }

    /// An action by which an identity provider comes to vouch for others, if some role without the
    /// boundary trusts one.
    fn vouches(&self, holder: &Holder<'_>) -> Result<Option<&'static str>, String> {
        if !self.unbound(Kind::Role).any(trusts_a_provider) {
            return Ok(None);
        }
        for action in PROVIDERS {
            if self.may(action, holder)? {
                return Ok(Some(action));
            }
        }
        Ok(None)
    }
}

fn denies(document: &Stored) -> bool {
    document.policy.statements.iter().any(|s| s.effect() == Some(Effect::Deny))
}

/// Whether the trust policy of a role names an identity provider of an account.
fn trusts_a_provider(role: &Principal) -> bool {
    use keyaki_ir::Principal as Named;
    let statements = role.trust.iter().flat_map(|t| &t.policy.statements);
    let mut entries = statements.flat_map(|s| &s.principal).flat_map(|p| p.entries());
    entries.any(|(_, e)| matches!(e.principal, Named::SamlProvider | Named::OidcProvider))
}
