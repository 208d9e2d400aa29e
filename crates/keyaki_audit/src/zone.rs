//! Who is trusted.

use keyaki_account::{Snapshot, Stored};
use keyaki_analyze::Zone;
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::{Arn, Effect, Principal, PrincipalForm, Statement};

/// Who is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ZoneOfTrust {
    /// The account of the resource.
    #[default]
    Account,
    /// All accounts of the resource's organisation.
    Organization,
    /// The account of the resource, and these accounts and organisations.
    List(Vec<String>),
}

impl ZoneOfTrust {
    /// The accounts and organisations that are trusted where a resource belongs to that account.
    pub(crate) fn around(&self, account: &str, snapshot: &Snapshot) -> Zone {
        let mut zone = Zone { accounts: vec![account.to_owned()], organizations: Vec::new() };
        match self {
            ZoneOfTrust::Account => {}
            ZoneOfTrust::Organization => {
                if let Some(organization) = snapshot.organization_of(account) {
                    zone.accounts.extend(organization.accounts().map(str::to_owned));
                    zone.organizations.push(organization.id.clone());
                }
            }
            ZoneOfTrust::List(ids) => {
                let (accounts, others): (Vec<_>, Vec<_>) =
                    ids.iter().cloned().partition(|id| is_account_id(id));
                zone.accounts.extend(accounts);
                zone.organizations.extend(others);
            }
        }
        zone.accounts.sort_unstable();
        zone.accounts.dedup();
        zone
    }
}

/// Whether an `Allow` statement names anybody outside of a zone, AWS's services apart. What it
/// says no to, the engine need not be asked.
pub(crate) fn names_outsiders(policy: &Stored, zone: &Zone) -> bool {
    allows(policy).any(|s| {
        s.not_principal.is_some()
            || s.principal.as_ref().is_some_and(|p| match &p.form {
                PrincipalForm::Any => true,
                PrincipalForm::Wrong => false,
                PrincipalForm::Map(_) => {
                    p.entries().any(|(_, e)| is_outside(e.principal, &e.text, zone))
                }
            })
    })
}

/// Whether an `Allow` statement names everybody.
pub(crate) fn names_everybody(policy: &Stored) -> bool {
    allows(policy).any(|s| {
        s.not_principal.is_some()
            || s.principal.as_ref().is_some_and(|p| match &p.form {
                PrincipalForm::Any => true,
                PrincipalForm::Wrong => false,
                PrincipalForm::Map(_) => p.entries().any(|(_, e)| e.principal == Principal::Any),
            })
    })
}

fn allows(policy: &Stored) -> impl Iterator<Item = &Statement> {
    policy.policy.statements.iter().filter(|s| s.effect() == Some(Effect::Allow))
}

fn is_outside(principal: Principal, text: &str, zone: &Zone) -> bool {
    match principal {
        Principal::Any
        | Principal::AnyFederated
        | Principal::CanonicalUser
        | Principal::SamlProvider
        | Principal::OidcProvider
        | Principal::WebIdentity => true,
        Principal::Account
        | Principal::User
        | Principal::Role
        | Principal::AssumedRole
        | Principal::FederatedUser => {
            let account = Arn::plain(text).map_or(text, |a| a.get(text, Segment::Account));
            !zone.accounts.iter().any(|own| own == account)
        }
        Principal::Service | Principal::UserId | Principal::RoleId | Principal::Unknown => false,
    }
}
