//! Who may do what, written from the documentation alone.
//!
//! EL = <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>,
//! CA = <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>,
//! PR = <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>,
//! SCP = <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>,
//! RCP = <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>,
//! PB = <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>,
//! AR = <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.

use keyaki_eval::{ResourceRole, Verdict};

use super::world::{Form, Kind};

/// What a layer says to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// There is no such layer.
    Absent,
    /// Its policy is about something else.
    Silent,
    Allow,
    Deny,
}

/// One combination.
#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    pub(super) kind: Kind,
    pub(super) same_account: bool,
    pub(super) role: ResourceRole,
    pub(super) resource: Says,
    pub(super) form: Form,
    pub(super) identity: Says,
    pub(super) boundary: Says,
    pub(super) session: Says,
    pub(super) scp: Option<[Says; 2]>,
    pub(super) rcp: Says,
    pub(super) endpoint: Says,
}

impl World {
    /// No policies at all.
    pub(super) const OPEN: World = World {
        kind: Kind::Anonymous,
        same_account: true,
        role: ResourceRole::Ordinary,
        resource: Says::Absent,
        form: Form::Everybody,
        identity: Says::Absent,
        boundary: Says::Absent,
        session: Says::Absent,
        scp: None,
        rcp: Says::Absent,
        endpoint: Says::Absent,
    };
}

/// Whether there can be such callers: long-term credentials are no session, and service-linked
/// roles take neither boundary (PB) nor session policies.
pub(super) fn is_possible(w: &World) -> bool {
    match w.kind {
        Kind::User => w.session == Says::Absent,
        Kind::ServiceLinked => w.session == Says::Absent && w.boundary == Says::Absent,
        Kind::Anonymous
        | Kind::Root
        | Kind::RoleSession
        | Kind::FederatedUser
        | Kind::Service
        | Kind::WebIdentity
        | Kind::Saml
        | Kind::Canonical => true,
    }
}

/// The decision.
pub(super) fn verdict(w: &World) -> Verdict {
    // EL 1: one explicit deny that applies is final.
    let resource_denies = w.resource == Says::Deny && denies(w);
    // AR: root users can't assume roles.
    let root_assumes = w.kind == Kind::Root && w.role == ResourceRole::Role;
    let denied = applying_layers(w).contains(&Says::Deny) || resource_denies || root_assumes;
    match (denied, outer_layers_let_pass(w) && is_granted(w)) {
        (true, _) => Verdict::ExplicitDeny,
        (false, true) => Verdict::Allow,
        (false, false) => Verdict::ImplicitDeny,
    }
}

/// What the layers other than the resource's policy say, those that bear on the caller.
fn applying_layers(w: &World) -> Vec<Says> {
    let mut layers = Vec::new();
    layers.extend(comes_through_endpoint(w.kind).then_some(w.endpoint));
    layers.extend(has_identity_policies(w.kind).then_some(w.identity));
    layers.extend(can_have_boundary(w.kind).then_some(w.boundary));
    layers.extend(is_session(w.kind).then_some(w.session));
    layers.extend(w.scp.filter(|_| is_under_scps(w.kind)).into_iter().flatten());
    layers.extend(is_under_rcps(w.kind).then_some(w.rcp));
    layers
}

/// A service's own calls do not come from anybody's VPC.
fn comes_through_endpoint(kind: Kind) -> bool {
    kind != Kind::Service
}

/// Users, roles and their sessions. The root user has none, and full access (EL).
fn has_identity_policies(kind: Kind) -> bool {
    match kind {
        Kind::User | Kind::RoleSession | Kind::ServiceLinked | Kind::FederatedUser => true,
        Kind::Anonymous
        | Kind::Root
        | Kind::Service
        | Kind::WebIdentity
        | Kind::Saml
        | Kind::Canonical => false,
    }
}

/// PB: users and roles, but not service-linked roles; a federated user has that of its user.
fn can_have_boundary(kind: Kind) -> bool {
    match kind {
        Kind::User | Kind::RoleSession | Kind::FederatedUser => true,
        Kind::Anonymous
        | Kind::Root
        | Kind::ServiceLinked
        | Kind::Service
        | Kind::WebIdentity
        | Kind::Saml
        | Kind::Canonical => false,
    }
}

/// Whether session policies can have been passed: a user's own credentials are long-term, and
/// services pass none for their own roles.
fn is_session(kind: Kind) -> bool {
    matches!(kind, Kind::RoleSession | Kind::FederatedUser)
}

/// SCP: principals of member accounts, the root user among them; not service-linked roles, nor
/// anybody who belongs to no account of the organisation.
fn is_under_scps(kind: Kind) -> bool {
    match kind {
        Kind::Root | Kind::User | Kind::RoleSession | Kind::FederatedUser => true,
        Kind::Anonymous
        | Kind::ServiceLinked
        | Kind::Service
        | Kind::WebIdentity
        | Kind::Saml
        | Kind::Canonical => false,
    }
}

/// RCP: everybody, also outside of the organisation, but no service-linked role.
fn is_under_rcps(kind: Kind) -> bool {
    kind != Kind::ServiceLinked
}

/// SCP and endpoint: there is none, or each level allows. RCP: `RCPFullAWSAccess` is attached to
/// every level and cannot be taken away, so that an allow is never missing.
fn outer_layers_let_pass(w: &World) -> bool {
    let all_allow = |levels: [Says; 2]| levels.iter().all(|l| *l == Says::Allow);
    (!is_under_scps(w.kind) || w.scp.is_none_or(all_allow))
        && (!comes_through_endpoint(w.kind) || caps_not(w.endpoint))
}

/// A cap that is not there, or that allows.
fn caps_not(says: Says) -> bool {
    matches!(says, Says::Absent | Says::Allow)
}

/// Whether identity and resource policies, with what caps them, grant.
fn is_granted(w: &World) -> bool {
    let names = w.resource == Says::Allow && names(w.form, w.kind);
    if !has_account(w.kind) {
        // Nobody's, and services: the resource's policy decides alone.
        return names;
    }
    // EL: the root user may do everything that is not denied to it.
    let identity = w.kind == Kind::Root || w.identity == Says::Allow;
    let boundary = !can_have_boundary(w.kind) || caps_not(w.boundary);
    let session = session_allows(w);
    if !w.same_account {
        // CA: both accounts evaluate the request, and both must come to an allow.
        return names && identity && boundary && session;
    }
    if names && is_direct(w, boundary, session) {
        return true;
    }
    // EL 3: trust policies of roles and policies of KMS keys must allow by themselves.
    let resource = w.role == ResourceRole::Ordinary || names;
    resource && identity && boundary && session
}

fn has_account(kind: Kind) -> bool {
    kind == Kind::Root || has_identity_policies(kind)
}

/// Without session policies, a role session has its role's permissions, a federated user none.
fn session_allows(w: &World) -> bool {
    match w.kind {
        Kind::FederatedUser => w.session == Says::Allow,
        Kind::RoleSession => caps_not(w.session),
        Kind::Anonymous
        | Kind::Root
        | Kind::User
        | Kind::ServiceLinked
        | Kind::Service
        | Kind::WebIdentity
        | Kind::Saml
        | Kind::Canonical => true,
    }
}

/// EL 3: whether a grant of the resource's policy to this form suffices in the same account.
fn is_direct(w: &World, boundary: bool, session: bool) -> bool {
    match w.form {
        // PR: principals of the own account need nothing beside a grant to everybody; what it says
        // of `aws:PrincipalArn` beside the wildcard exempts such a grant from all caps.
        Form::Everybody | Form::EveryAwsPrincipal | Form::NotStranger | Form::NotListed => true,
        // EL 3: boundary and session policies limit a grant to a role.
        Form::Role | Form::ServiceLinkedRole => boundary && session,
        // EL 3: nothing limits a grant to a user, but for the user's federated sessions.
        Form::User => w.kind == Kind::User || (boundary && session),
        // EL 3: nothing limits a grant to a session.
        Form::Session | Form::FederatedUser => true,
        // PR: both leave it to the account's own policies.
        Form::AccountId | Form::Account => false,
        Form::Stranger | Form::Service | Form::WebIdentity | Form::Saml | Form::Canonical => false,
    }
}

/// Whom a principal element names.
fn names(form: Form, kind: Kind) -> bool {
    let of_account = has_account(kind);
    match form {
        Form::Stranger => false,
        Form::Everybody | Form::EveryAwsPrincipal | Form::NotStranger => true,
        Form::AccountId | Form::Account => of_account,
        Form::User => matches!(kind, Kind::User | Kind::FederatedUser),
        Form::Role | Form::Session => kind == Kind::RoleSession,
        Form::ServiceLinkedRole => kind == Kind::ServiceLinked,
        Form::FederatedUser => kind == Kind::FederatedUser,
        Form::Service => kind == Kind::Service,
        Form::WebIdentity => kind == Kind::WebIdentity,
        Form::Saml => kind == Kind::Saml,
        Form::Canonical => kind == Kind::Canonical,
        Form::NotListed => !of_account && kind != Kind::Service,
    }
}

/// Whom a `Deny` hits.
fn denies(w: &World) -> bool {
    // PB: `NotPrincipal` with `Deny` hits all who have a boundary, whomever it lists.
    let not_principal = matches!(w.form, Form::NotStranger | Form::NotListed);
    let has_boundary = can_have_boundary(w.kind) && w.boundary != Says::Absent;
    names(w.form, w.kind) || (not_principal && has_boundary)
}
