//! The order of AWS's evaluation. It stands here and nowhere else.
//!
//! Sources, cited at each step:
//! - EL: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
//! - DA: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>
//! - CA: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>
//! - PB: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
//! - KP: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>
//! - SCP: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
//! - RCP: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>

use keyaki_ir::{Effect, Statement};

use crate::Formula;
use crate::clause::{Atom, Clause, Decision, Fact, Reason};
use crate::forms::Forms;
use crate::policies::{Layer, Policies, ResourceRole};
use crate::profile::{Point, Profile, Reading};
use crate::topology::{CallerKind, Topology};

/// Puts the policies together as AWS evaluates them.
pub fn decision(topology: Topology, policies: &Policies, profile: &Profile) -> Decision {
    let rules = Rules { topology, policies, profile, allowing: None };
    // EL: a request of an authenticated caller for its own identity needs no permission.
    let exempt = match topology.caller {
        CallerKind::Anonymous => Formula::FALSE,
        CallerKind::Root
        | CallerKind::User
        | CallerKind::RoleSession
        | CallerKind::ServiceLinkedRole
        | CallerKind::FederatedUser
        | CallerKind::Service
        | CallerKind::WebIdentity
        | CallerKind::Saml
        | CallerKind::CanonicalUser => Formula::Atom(Atom::Fact(Fact::NeedsNoPermission)),
    };
    Decision {
        exempt,
        denies: rules.denies(),
        caps: rules.caps(),
        grants: rules.grants(),
        silences: rules.silences(),
    }
}

struct Rules<'a> {
    topology: Topology,
    policies: &'a Policies,
    profile: &'a Profile,
    /// A layer that is taken to allow everything, to ask whether its silence decides.
    allowing: Option<Layer>,
}

impl Rules<'_> {
    /// DA, "deny evaluation": an explicit deny in any policy that applies is final.
    fn denies(&self) -> Vec<Clause> {
        let mut denies = Vec::new();
        // AWS's own policies, roles and aliases cannot be changed or passed by customers.
        let aws_owned = Formula::Atom(Atom::Fact(Fact::AwsOwned));
        denies.push(Clause { reason: Reason::AwsOwned, formula: aws_owned });
        if self.topology.caller == CallerKind::Root {
            // Root users may not assume roles:
            // <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
            let assumes = Formula::Atom(Atom::Fact(Fact::AssumesRole));
            denies.push(Clause { reason: Reason::RootUser, formula: assumes });
        }
        for layer in self.layers() {
            let mut formula = self.matching(layer, Effect::Deny, Forms::ALL);
            if matches!(layer, Layer::Rcp(_)) {
                // RCP: they reach the services that support them and no others.
                formula = Formula::and([Formula::Atom(Atom::Fact(Fact::CoveredByRcp)), formula]);
            }
            if formula != Formula::FALSE {
                denies.push(Clause { reason: Reason::Layer(layer), formula });
            }
        }
        denies
    }

    /// What must allow before any grant counts.
    fn caps(&self) -> Vec<Clause> {
        let mut caps = Vec::new();
        for layer in self.layers() {
            // SCP: every level from the root to the account must allow, by any of its policies.
            // The endpoint's policy caps what passes through it.
            // RCP: `RCPFullAWSAccess` is attached everywhere and cannot be detached, so that no
            // RCP refuses for want of an Allow.
            if matches!(layer, Layer::Scp(_) | Layer::Endpoint) {
                let formula = self.matching(layer, Effect::Allow, Forms::ALL);
                caps.push(Clause { reason: Reason::Layer(layer), formula });
            }
        }
        if self.is_public_access_blocked() {
            caps.push(Clause { reason: Reason::BlockPublicAccess, formula: Formula::FALSE });
        }
        caps
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>:
    /// `RestrictPublicBuckets` leaves a public policy to services and to the own account.
    fn is_public_access_blocked(&self) -> bool {
        let public = self.policies.resource.as_ref().map(|d| &d.policy);
        let from_outside = match self.topology.caller {
            CallerKind::Service => false,
            CallerKind::Anonymous => true,
            CallerKind::Root
            | CallerKind::User
            | CallerKind::RoleSession
            | CallerKind::ServiceLinkedRole
            | CallerKind::FederatedUser
            | CallerKind::WebIdentity
            | CallerKind::Saml
            | CallerKind::CanonicalUser => !self.topology.same_account,
        };
        self.policies.block_public_access.restrict_public_buckets
            && from_outside
            && public.is_some_and(crate::public::is_public)
    }

    fn grants(&self) -> Vec<Formula<Atom>> {
        let mut grants = match self.topology.caller {
            // These have no policies of their own that could be asked: the resource decides.
            CallerKind::Anonymous => vec![self.resource(Forms::EVERYBODY)],
            CallerKind::Service => vec![self.resource(Forms::SERVICE.and(Forms::EVERYBODY))],
            // They call unsigned, and `*` names everybody.
            CallerKind::WebIdentity | CallerKind::Saml => {
                vec![self.resource(Forms::PROVIDER.and(Forms::EVERYBODY))]
            }
            CallerKind::CanonicalUser => {
                vec![self.resource(Forms::CANONICAL.and(Forms::EVERYBODY))]
            }
            CallerKind::Root
            | CallerKind::User
            | CallerKind::RoleSession
            | CallerKind::ServiceLinkedRole
            | CallerKind::FederatedUser
                if self.topology.same_account =>
            {
                self.same_account()
            }
            CallerKind::Root
            | CallerKind::User
            | CallerKind::RoleSession
            | CallerKind::ServiceLinkedRole
            | CallerKind::FederatedUser => vec![self.cross_account()],
        };
        grants.extend(self.key_grants());
        grants.retain(|g| *g != Formula::FALSE);
        grants
    }

    /// What would grant if one layer allowed everything. A cap comes before what it caps.
    /// Where identity policies suffice, a resource policy is not missed.
    fn silences(&self) -> Vec<Clause> {
        let suffices = self.topology.same_account
            && self.topology.caller.has_identity()
            && self.policies.resource_role == ResourceRole::Ordinary
            && ![ResourceRole::Role, ResourceRole::Key]
                .into_iter()
                .any(|role| self.may_be_policy_of(role));
        let mut layers = vec![Layer::Boundary, Layer::Session, Layer::Identity];
        layers.extend((!suffices).then_some(Layer::Resource));
        let silence = |layer| {
            let rules = Rules { allowing: Some(layer), ..*self };
            Clause { reason: Reason::Layer(layer), formula: Formula::or(rules.grants()) }
        };
        layers.into_iter().map(silence).collect()
    }

    /// DA, "resource-based policies": within one account, the resource's policy or the identity's
    /// suffices, except for roles and KMS keys.
    fn same_account(&self) -> Vec<Formula<Atom>> {
        let mut grants = self.direct_grants();
        grants.push(Formula::and([self.own_policies(), self.delegated()]));
        grants
    }

    /// What the resource's policy must say for identity policies to suffice.
    fn delegated(&self) -> Formula<Atom> {
        let by = |role: ResourceRole| match role {
            ResourceRole::Ordinary => Formula::TRUE,
            ResourceRole::Role if self.reads_otherwise(Point::TrustPolicyDecides) => Formula::TRUE,
            // The trust policy and the key policy must allow, also in the same account (KP);
            // naming the account leaves it to the account's identity policies.
            ResourceRole::Role | ResourceRole::Key => self.resource(Forms::ACCOUNT),
        };
        let where_it_is = |fact: Fact, role: ResourceRole| match self.may_be_policy_of(role) {
            true => Formula::or([Formula::not(Formula::Atom(Atom::Fact(fact))), by(role)]),
            false => Formula::TRUE,
        };
        match self.policies.resource_role {
            // Nobody said what the resource is: the request tells.
            ResourceRole::Ordinary => Formula::and([
                where_it_is(Fact::TargetsRole, ResourceRole::Role),
                where_it_is(Fact::TargetsKey, ResourceRole::Key),
            ]),
            role @ (ResourceRole::Role | ResourceRole::Key) => by(role),
        }
    }

    /// Whether the resource's policy may be a trust policy, or a key policy: it speaks of nothing
    /// else.
    fn may_be_policy_of(&self, role: ResourceRole) -> bool {
        let service = match role {
            ResourceRole::Ordinary => return false,
            ResourceRole::Role => "sts",
            ResourceRole::Key => "kms",
        };
        let speaks_of_it = |s: &Statement| {
            let mut actions = s.action_elements().flat_map(|e| &e.entries);
            let mut resources = s.resource_elements().flat_map(|e| &e.entries);
            s.not_action.is_none()
                && s.not_resource.is_none()
                && actions.all(|a| {
                    a.is_star() || a.split().is_some_and(|(p, _)| p.eq_ignore_ascii_case(service))
                })
                && resources.all(|r| {
                    r.is_star() || r.text().split(':').nth(2).is_some_and(|s| s == service)
                })
        };
        self.policies.resource.as_ref().is_some_and(|d| {
            !d.policy.statements.is_empty() && d.policy.statements.iter().all(speaks_of_it)
        })
    }

    /// DA, table "resource-based policies and implicit denies in other policy types": the ways of
    /// naming the caller that need no identity policy, with what still caps each.
    fn direct_grants(&self) -> Vec<Formula<Atom>> {
        let boundary = self.cap(Layer::Boundary);
        let session = self.cap(Layer::Session);
        let capped_if = |point: Point| match self.reads_otherwise(point) {
            true => session.clone(),
            false => Formula::TRUE,
        };
        let everybody =
            Formula::and([self.resource(Forms::EVERYBODY), capped_if(Point::EverybodyCap)]);
        match self.topology.caller {
            // PB: a grant to the user's ARN is not limited by an implicit deny of the boundary.
            CallerKind::User => vec![self.resource(Forms::USER), everybody],
            // A grant to the role's ARN is limited by boundary and session policies,
            // a grant to the session's ARN by neither.
            CallerKind::RoleSession | CallerKind::ServiceLinkedRole => vec![
                Formula::and([self.resource(Forms::ROLE), boundary, session.clone()]),
                Formula::and([self.resource(Forms::SESSION), capped_if(Point::SessionArnCap)]),
                everybody,
            ],
            // A grant to the user's ARN is limited for the user's federated sessions, and without
            // session policies these have nothing but what is granted to themselves.
            CallerKind::FederatedUser => vec![
                Formula::and([self.resource(Forms::USER), boundary, self.passed_session()]),
                Formula::and([self.resource(Forms::SESSION), capped_if(Point::SessionArnCap)]),
                everybody,
            ],
            CallerKind::Root => vec![self.resource(Forms::ACCOUNT), everybody],
            CallerKind::Anonymous
            | CallerKind::Service
            | CallerKind::WebIdentity
            | CallerKind::Saml
            | CallerKind::CanonicalUser => Vec::new(),
        }
    }

    /// EL: what a federated user session may do at most; nothing without session policies.
    fn passed_session(&self) -> Formula<Atom> {
        match self.policies.session {
            Some(_) => self.cap(Layer::Session),
            None => Formula::FALSE,
        }
    }

    /// CA: both accounts must allow, the resource's by its policy, the caller's by its own.
    fn cross_account(&self) -> Formula<Atom> {
        Formula::and([self.resource(Forms::ALL), self.own_policies()])
    }

    /// What the caller's own account grants it: identity policies within boundary and session
    /// policies (DA, "identity-based policies", "permissions boundaries", "session policies").
    fn own_policies(&self) -> Formula<Atom> {
        match self.topology.caller {
            // The root user has no policies; nothing but explicit denies and SCPs limits it.
            CallerKind::Root if self.reads_otherwise(Point::RootWithoutPolicies) => {
                self.matching(Layer::Identity, Effect::Allow, Forms::REGARDLESS)
            }
            CallerKind::Root => Formula::TRUE,
            CallerKind::FederatedUser => Formula::and([
                self.matching(Layer::Identity, Effect::Allow, Forms::REGARDLESS),
                self.cap(Layer::Boundary),
                self.passed_session(),
            ]),
            CallerKind::User | CallerKind::RoleSession | CallerKind::ServiceLinkedRole => {
                Formula::and([
                    self.matching(Layer::Identity, Effect::Allow, Forms::REGARDLESS),
                    self.cap(Layer::Boundary),
                    self.cap(Layer::Session),
                ])
            }
            CallerKind::Anonymous
            | CallerKind::Service
            | CallerKind::WebIdentity
            | CallerKind::Saml
            | CallerKind::CanonicalUser => Formula::FALSE,
        }
    }

    /// Grants on a KMS key allow beside all policies; explicit denies still win:
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>.
    fn key_grants(&self) -> impl Iterator<Item = Formula<Atom>> {
        (0..self.policies.grants.len()).map(|index| Formula::Atom(Atom::Fact(Fact::Grant(index))))
    }

    fn reads_otherwise(&self, point: Point) -> bool {
        self.profile.between_layers(point) == Reading::Alternative
    }

    /// The layers that apply to this caller.
    fn layers(&self) -> Vec<Layer> {
        let caller = self.topology.caller;
        self.policies.layers().into_iter().filter(|l| applies(*l, caller)).collect()
    }

    /// True where the layer is absent, else whether it allows.
    fn cap(&self, layer: Layer) -> Formula<Atom> {
        match self.layers().contains(&layer) {
            true => self.matching(layer, Effect::Allow, Forms::REGARDLESS),
            false => Formula::TRUE,
        }
    }

    /// Whether the resource's policy allows, naming the caller in one of these ways.
    fn resource(&self, via: Forms) -> Formula<Atom> {
        self.matching(Layer::Resource, Effect::Allow, via)
    }

    /// Whether a statement of that effect in the layer matches.
    fn matching(&self, layer: Layer, effect: Effect, via: Forms) -> Formula<Atom> {
        if effect == Effect::Allow && self.allowing == Some(layer) {
            return Formula::TRUE;
        }
        let statements = self.policies.statements(layer);
        let of_effect = statements.filter(|(_, s)| s.effect() == Some(effect));
        Formula::or(of_effect.map(|(at, s)| {
            let via = asked(s, layer, self.topology.caller, self.policies, via);
            Formula::Atom(Atom::Statement { at, via })
        }))
    }
}

/// Whether a layer applies to callers of a kind.
pub(crate) fn applies(layer: Layer, caller: CallerKind) -> bool {
    match layer {
        // SCP: not for service-linked roles, and only for principals of the organisation.
        Layer::Scp(_) => {
            caller == CallerKind::Root
                || (caller.has_identity() && caller != CallerKind::ServiceLinkedRole)
        }
        // RCP: for everybody but service-linked roles.
        Layer::Rcp(_) => caller != CallerKind::ServiceLinkedRole,
        // A service's own calls do not come from a customer's network.
        Layer::Endpoint => caller != CallerKind::Service,
        Layer::Resource => true,
        Layer::Identity | Layer::Boundary | Layer::Session => caller.has_identity(),
    }
}

/// In which of these ways a statement has to name the caller.
pub(crate) fn asked(
    statement: &Statement,
    layer: Layer,
    caller: CallerKind,
    policies: &Policies,
    via: Forms,
) -> Forms {
    // PB: `NotPrincipal` with `Deny` hits every principal that has a boundary.
    let hits_bounded = statement.not_principal.is_some()
        && statement.effect() == Some(Effect::Deny)
        && policies.boundary.is_some()
        && caller.has_identity();
    let names_nobody = statement.principal_elements().next().is_none();
    match layer {
        Layer::Resource | Layer::Rcp(_) | Layer::Endpoint if hits_bounded => Forms::REGARDLESS,
        Layer::Resource | Layer::Rcp(_) | Layer::Endpoint if names_nobody => Forms::NONE,
        Layer::Resource | Layer::Rcp(_) | Layer::Endpoint => via,
        Layer::Scp(_) | Layer::Identity | Layer::Boundary | Layer::Session => Forms::REGARDLESS,
    }
}
