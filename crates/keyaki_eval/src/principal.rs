//! Whether a statement's principal element names the caller, and in which ways.

use keyaki_ir::arn::{Arn, Segment};
use keyaki_ir::{Effect, Principal, PrincipalElement, PrincipalEntry, PrincipalForm, Statement};

use crate::Caller;
use crate::caller::last_component;
use crate::forms::Forms;
use crate::profile::{Point, Profile, Reading};

/// Whether a statement names the caller in one of these ways; see [`Forms::REGARDLESS`].
pub fn names(statement: &Statement, via: Forms, caller: &Caller, profile: &Profile) -> bool {
    via == Forms::REGARDLESS || naming(statement, caller, profile).has(via)
}

/// The ways in which a statement names the caller; none if it does not. With both elements, which
/// AWS refuses, `Principal` must name the caller and `NotPrincipal` must not.
pub(crate) fn naming(statement: &Statement, caller: &Caller, profile: &Profile) -> Forms {
    let effect = statement.effect().unwrap_or(Effect::Deny);
    let spared = |p: &PrincipalElement| spares(forms(p, caller), caller, effect, profile);
    match (&statement.principal, &statement.not_principal) {
        (_, Some(negative)) if spared(negative) => Forms::NONE,
        (None, Some(_)) => Forms::EVERYBODY,
        (Some(positive), _) => forms(positive, caller),
        (None, None) => Forms::NONE,
    }
}

/// The ways in which the entries of an element name the caller.
fn forms(element: &PrincipalElement, caller: &Caller) -> Forms {
    match &element.form {
        PrincipalForm::Any => Forms::EVERYBODY,
        PrincipalForm::Wrong => Forms::NONE,
        PrincipalForm::Map(_) => {
            let entries = element.entries().map(|(_, entry)| form(entry, caller));
            entries.fold(Forms::NONE, Forms::and)
        }
    }
}

/// Whether `NotPrincipal` spares a caller that its entries name in these ways.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>:
/// with `Deny`, the account must be listed beside a user, and role and account beside a session.
fn spares(named: Forms, caller: &Caller, effect: Effect, profile: &Profile) -> bool {
    let lenient = profile.in_statement(Point::NotPrincipalAccount, effect) == Reading::Alternative;
    if named.has(Forms::EVERYBODY) || effect == Effect::Allow || lenient {
        return named != Forms::NONE;
    }
    match caller {
        Caller::User { .. } => named.has(Forms::USER) && named.has(Forms::ACCOUNT),
        Caller::RoleSession { .. } => {
            named.has(Forms::SESSION) && named.has(Forms::ROLE) && named.has(Forms::ACCOUNT)
        }
        Caller::FederatedUser { .. } => named.has(Forms::SESSION) && named.has(Forms::ACCOUNT),
        Caller::Anonymous
        | Caller::Root { .. }
        | Caller::Service { .. }
        | Caller::WebIdentity { .. }
        | Caller::Saml { .. }
        | Caller::CanonicalUser { .. } => named != Forms::NONE,
    }
}

/// The way in which one entry names the caller. Names are compared by letter case; there are no
/// wildcards but the lone `*`.
fn form(entry: &PrincipalEntry, caller: &Caller) -> Forms {
    let text = &*entry.text;
    let when = |named: bool, form: Forms| if named { form } else { Forms::NONE };
    match entry.principal {
        Principal::Any => Forms::EVERYBODY,
        Principal::Account => when(names_account(text, caller), Forms::ACCOUNT),
        Principal::User if is_canonical(text, caller) => Forms::CANONICAL,
        Principal::User => when(names_user(text, caller), Forms::USER),
        Principal::Role => when(names_role(text, caller), Forms::ROLE),
        Principal::AssumedRole | Principal::FederatedUser => {
            when(caller.arn().as_deref() == Some(text), Forms::SESSION)
        }
        Principal::Service => {
            let host = matches!(caller, Caller::Service { host } if host == text);
            when(host, Forms::SERVICE)
        }
        Principal::SamlProvider => {
            let provider = matches!(caller, Caller::Saml { provider } if provider == text);
            when(provider, Forms::PROVIDER)
        }
        Principal::OidcProvider | Principal::WebIdentity => {
            let provider = matches!(caller, Caller::WebIdentity { provider } if provider == text);
            when(provider, Forms::PROVIDER)
        }
        Principal::AnyFederated => {
            let vouched = matches!(caller, Caller::WebIdentity { .. } | Caller::Saml { .. });
            when(vouched, Forms::PROVIDER)
        }
        Principal::CanonicalUser => when(is_canonical(text, caller), Forms::CANONICAL),
        // The unique id of a deleted principal names nobody any more.
        Principal::UserId | Principal::RoleId | Principal::Unknown => Forms::NONE,
    }
}

fn is_canonical(text: &str, caller: &Caller) -> bool {
    matches!(caller, Caller::CanonicalUser { id } if id == text)
}

fn names_account(text: &str, caller: &Caller) -> bool {
    match Arn::parse(text) {
        None => caller.account() == Some(text),
        Some(arn) => {
            caller.account() == Some(arn.get(text, Segment::Account))
                && caller.partition() == Some(arn.get(text, Segment::Partition))
        }
    }
}

fn names_user(text: &str, caller: &Caller) -> bool {
    match caller {
        Caller::User { .. } => caller.arn().as_deref() == Some(text),
        Caller::FederatedUser { partition, account, user: Some(user), .. } => {
            format!("arn:{partition}:iam::{account}:user/{user}") == text
        }
        Caller::FederatedUser { user: None, .. }
        | Caller::Anonymous
        | Caller::Root { .. }
        | Caller::RoleSession { .. }
        | Caller::Service { .. }
        | Caller::WebIdentity { .. }
        | Caller::Saml { .. }
        | Caller::CanonicalUser { .. } => false,
    }
}

/// The names of roles are unique in an account whatever their paths, and a session does not
/// know its role's path, so the last component decides.
fn names_role(text: &str, caller: &Caller) -> bool {
    let Caller::RoleSession { partition, account, role, .. } = caller else { return false };
    let Some(arn) = Arn::parse(text) else { return false };
    arn.get(text, Segment::Partition) == partition
        && arn.get(text, Segment::Account) == account
        && last_component(arn.get(text, Segment::Resource)) == last_component(role)
}
