//! The decision formula interpreted with a concrete request.

use keyaki_catalog::Catalog;
use keyaki_ir::{ActionPattern, Effect, Element, ResourcePattern, Statement, glob};

use crate::clause::{Atom, Clause, Decision, Reason};
use crate::condition::{self, FailedCondition};
use crate::decision::decision;
use crate::forms::Forms;
use crate::policies::{Layer, Policies, StatementRef};
use crate::profile::{Point, Profile};
use crate::resource::{self, Match};
use crate::topology::{CallerKind, Topology};
use crate::variable::Env;
use crate::{Formula, Request, principal};

/// The outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The request is allowed.
    Allow,
    /// A statement denies it, or a rule of AWS's that no policy can change.
    ExplicitDeny,
    /// Nothing allows it, or a cap does not.
    ImplicitDeny,
}

impl Verdict {
    /// The name that the outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::ExplicitDeny => "explicit-deny",
            Verdict::ImplicitDeny => "implicit-deny",
        }
    }
}

/// A decided request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// What decided it; none for a request that is allowed.
    pub reason: Option<Reason>,
    /// The statements that decided it: those that deny, or those that grant.
    /// Empty where the lack of a grant decided, or a rule of AWS's.
    pub statements: Vec<StatementRef>,
}

/// Why a statement does not match a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Its principal element does not name the caller.
    Principal,
    /// Its action element does not match, or it has none.
    Action,
    /// Its resource element does not match, or it has none where one is needed.
    Resource,
    /// A condition does not hold.
    Condition(FailedCondition),
}

/// Decides requests over one set of policies. Building one is cheap; decision formulas are kept
/// for each topology that occurs.
pub struct Evaluator<'p> {
    policies: &'p Policies,
    profile: &'p Profile,
    catalog: &'p Catalog,
    decisions: std::cell::RefCell<Vec<(Topology, std::rc::Rc<Decision>)>>,
}

impl<'p> Evaluator<'p> {
    /// An evaluator over these policies.
    pub fn new(policies: &'p Policies, profile: &'p Profile, catalog: &'p Catalog) -> Self {
        Self { policies, profile, catalog, decisions: Default::default() }
    }

    /// The policies.
    pub fn policies(&self) -> &'p Policies {
        self.policies
    }

    /// The profile.
    pub fn profile(&self) -> &'p Profile {
        self.profile
    }

    /// What AWS services define.
    pub fn catalog(&self) -> &'p Catalog {
        self.catalog
    }

    /// The decision formulas for a request's topology.
    pub fn decision(&self, request: &Request) -> std::rc::Rc<Decision> {
        let topology = Topology {
            caller: CallerKind::of(&request.caller),
            same_account: request.is_same_account(),
        };
        let mut decisions = self.decisions.borrow_mut();
        if let Some((_, known)) = decisions.iter().find(|(t, _)| *t == topology) {
            return known.clone();
        }
        let new = std::rc::Rc::new(decision(topology, self.policies, self.profile));
        decisions.push((topology, new.clone()));
        new
    }

    /// Decides a request.
    pub fn decide(&self, request: &Request) -> Outcome {
        let decision = self.decision(request);
        let mut holds = |atom: &Atom| self.holds(*atom, request);
        if decision.exempt.eval(&mut holds) {
            return Outcome { verdict: Verdict::Allow, reason: None, statements: Vec::new() };
        }
        let refused = |clause: &Clause, verdict| Outcome {
            verdict,
            reason: Some(clause.reason),
            statements: self.holding(&clause.formula, request),
        };
        if let Some(deny) = decision.denies.iter().find(|c| c.formula.eval(&mut holds)) {
            return refused(deny, Verdict::ExplicitDeny);
        }
        if let Some(cap) = decision.caps.iter().find(|c| !c.formula.eval(&mut holds)) {
            return refused(cap, Verdict::ImplicitDeny);
        }
        match decision.grants.iter().find(|g| g.eval(&mut holds)) {
            Some(grant) => {
                let statements = self.holding(grant, request);
                Outcome { verdict: Verdict::Allow, reason: None, statements }
            }
            None => Outcome {
                verdict: Verdict::ImplicitDeny,
                reason: Some(silent(&decision, &mut holds)),
                statements: Vec::new(),
            },
        }
    }

    /// The statements among the atoms of a formula that match.
    fn holding(&self, formula: &Formula<Atom>, request: &Request) -> Vec<StatementRef> {
        let mut statements = Vec::new();
        formula.for_each_atom(&mut |atom| {
            if let Atom::Statement { at, .. } = atom
                && !statements.contains(at)
                && self.holds(*atom, request)
            {
                statements.push(*at);
            }
        });
        statements
    }

    /// Whether an atom holds of a request.
    pub fn holds(&self, atom: Atom, request: &Request) -> bool {
        match atom {
            Atom::Fact(fact) => crate::facts::holds(fact, request, self.policies, self.catalog),
            Atom::Statement { at, via } => self.matches(at, via, request).is_ok(),
        }
    }

    /// Whether a statement matches a request, naming the caller in one of these ways.
    ///
    /// # Errors
    /// The first element that does not match.
    pub fn matches(&self, at: StatementRef, via: Forms, request: &Request) -> Result<(), Mismatch> {
        let Some(document) = self.policies.document(at) else { return Err(Mismatch::Action) };
        let Some(statement) = document.policy.statements.get(at.statement) else {
            return Err(Mismatch::Action);
        };
        if !actions_match(statement, &request.action) {
            return Err(Mismatch::Action);
        }
        if !principal::names(statement, via, &request.caller, self.profile) {
            return Err(Mismatch::Principal);
        }
        let version = document.policy.effective_version();
        let effect = statement.effect().unwrap_or(Effect::Deny);
        let env = Env::new(&request.context, self.profile, version, effect);
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#access_policies-json>:
        // a resource's policy without that element is about the resource that it is attached to,
        // as of roles, of container repositories and of topics.
        let lacks = statement.resource.is_none() && statement.not_resource.is_none();
        let is_implied = lacks && at.layer == crate::Layer::Resource;
        if !is_implied && !resources_match(statement, &request.resource, env) {
            return Err(Mismatch::Resource);
        }
        match &statement.condition {
            None => Ok(()),
            Some(c) => condition::holds(c, env).map_err(Mismatch::Condition),
        }
    }
}

/// The layer whose silence alone keeps a request from being granted, as AWS names it in its
/// messages: a boundary or session policy that caps a grant, else the one side that lacks.
fn silent(decision: &Decision, holds: &mut impl FnMut(&Atom) -> bool) -> Reason {
    let mut silent = decision.silences.iter().filter(|c| c.formula.eval(holds)).map(|c| c.reason);
    match (silent.next(), silent.next()) {
        (Some(only), None) => only,
        (Some(cap @ Reason::Layer(Layer::Boundary | Layer::Session)), Some(_)) => cap,
        (Some(_), Some(_)) | (None, _) => Reason::NoGrant,
    }
}

/// `Action` must match and `NotAction` must not; a statement without either matches nothing.
fn actions_match(statement: &Statement, action: &str) -> bool {
    let any = |element: &Element<ActionPattern>| {
        element.entries.iter().any(|e| glob::matches(&e.text, action, glob::Case::Insensitive))
    };
    match (&statement.action, &statement.not_action) {
        (None, None) => false,
        (positive, negative) => {
            positive.as_ref().is_none_or(any) && !negative.as_ref().is_some_and(any)
        }
    }
}

/// `Resource` must match and `NotResource` must not; a statement without either matches nothing.
fn resources_match(statement: &Statement, target: &str, env: Env<'_>) -> bool {
    let is = |element: &Element<ResourcePattern>, what: Match, env: Env<'_>| {
        let ask = |e: &ResourcePattern| resource::matches(&e.pattern, e.arn.as_ref(), target, env);
        element.entries.iter().any(|e| ask(e) == what)
    };
    let any = |element: &Element<ResourcePattern>| is(element, Match::Yes, env);
    let none = |element: &Element<ResourcePattern>| {
        let unresolved = || is(element, Match::Unresolved, env.negated());
        let stops = env.reads_otherwise(Point::NotResourceUnresolved) && unresolved();
        !stops && !is(element, Match::Yes, env.negated())
    };
    match (&statement.resource, &statement.not_resource) {
        (None, None) => false,
        (positive, negative) => {
            positive.as_ref().is_none_or(any) && negative.as_ref().is_none_or(none)
        }
    }
}
