//! What a policy means, for the rules that ask the engine.
//!
//! A policy is asked about by itself: what it grants, whatever other policies say.
//! All questions about one document share their steps, so that no policy takes long;
//! what is not decided within them is no finding.
//! A text that AWS would refuse has no meaning, and nothing is asked about it.

use keyaki_analyze::{
    Access, Answer, Asker, Decider, Question, Subject, Witness, ask, ask_beside_any,
};
use keyaki_catalog::Catalog;
use keyaki_eval::{Document as Named, Layer, Policies, Profile, ResourceRole, StatementRef};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Effect, Element, Policy, PolicyKind, Shape, Statement};
use keyaki_symbolic::{Actions, Budget, Engine, Outcome, Query};
use keyaki_syntax::Tree;

use crate::Document;
use crate::granted::{allows, names};

/// The steps that all questions about one document share: some tenths of a second at most.
const STEPS: u64 = 10_000_000;

/// Everything, for everybody.
const EVERYTHING: &str = r#"{
  "Version": "2012-10-17",
  "Statement": { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }
}"#;

/// A policy as what questions are about.
pub(crate) struct Meaning {
    subject: Subject,
    /// The same without any statement.
    empty: Subject,
    layer: Layer,
    profile: Profile,
    steps: Shared,
}

/// The engine with steps that several questions share.
struct Shared(Budget);

impl Decider for Shared {
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome {
        Engine::new(asker.catalog, asker.actions).ask(query, &self.0)
    }
}

impl Meaning {
    /// What a document means; none where AWS would refuse it.
    pub(crate) fn new(document: &Document<'_>) -> Option<Meaning> {
        let policy = document.policy;
        let is_json = document.tree.errors().is_empty();
        if !is_json || !policy.defects.is_empty() || !policy.statements.iter().all(is_whole) {
            return None;
        }
        let layer = layer(document.kind);
        let steps = Shared(Budget::new(STEPS));
        let (subject, profile) = (of(policy.clone(), document.kind), Profile::documented());
        let empty = of(policy.with_statements(Vec::new()), document.kind);
        Some(Meaning { subject, empty, layer, profile, steps })
    }

    /// The policy.
    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Those of its statements that are wanted, changed as wished.
    pub(crate) fn some(&self, keep: impl Fn(&Statement) -> Option<Statement>) -> Subject {
        let policies = &self.subject.policies;
        let statements = policies.statements(self.layer).filter_map(|(_, s)| keep(s)).collect();
        let mut subject = self.empty.clone();
        if let Some(policy) = policy_mut(&mut subject) {
            policy.statements = statements;
        }
        subject
    }

    /// What bears on one action: the statements that name it, without their other actions.
    pub(crate) fn about(&self, action: &str) -> Subject {
        let is_it = |e: &ActionPattern| glob::matches(&e.text, action, Case::Insensitive);
        self.some(|s| names(s, action).then(|| narrowed(s, is_it)))
    }

    /// One statement by itself, as if it allowed.
    pub(crate) fn alone(&self, statement: &Statement) -> Subject {
        self.only(with_effect(statement, Effect::Allow))
    }

    /// One statement by itself, as if it allowed one action, whatever actions it names.
    pub(crate) fn alone_for(&self, statement: &Statement, action: &str) -> Subject {
        let origin = statement.origin;
        let (entries, shape) = (vec![ActionPattern::new(action, origin)], Shape::Single);
        let action = Element { negated: false, name: origin, origin, shape, entries };
        let only = || Statement {
            action: Some(action.clone()),
            not_action: None,
            ..with_effect(statement, Effect::Allow)
        };
        self.some(|s| (s.origin == origin).then(only))
    }

    /// The same without its conditions.
    pub(crate) fn alone_without_condition(&self, statement: &Statement) -> Subject {
        self.only(Statement { condition: None, ..with_effect(statement, Effect::Allow) })
    }

    fn only(&self, statement: Statement) -> Subject {
        let mut subject = self.empty.clone();
        if let Some(policy) = policy_mut(&mut subject) {
            policy.statements = vec![statement];
        }
        subject
    }

    /// What a policy that limits others leaves them: what it allows, or, where it allows nothing
    /// by itself, everything that it does not deny.
    pub(crate) fn limit(&self) -> Subject {
        let subject = self.subject.clone();
        let mut statements = self.subject.policies.statements(self.layer);
        match statements.any(|(_, s)| allows(s)) {
            true => subject,
            false => opened(subject),
        }
    }

    /// A policy that allows everything to everybody.
    pub(crate) fn everything(&self) -> Subject {
        self.other(EVERYTHING)
    }

    /// The reference of a statement by its place in the policy.
    pub(crate) fn at(&self, statement: usize) -> StatementRef {
        StatementRef { layer: self.layer, document: 0, statement }
    }

    /// Another policy of the same layer, given as JSON text.
    pub(crate) fn other(&self, text: &str) -> Subject {
        let policy = keyaki_ir::lower(&Tree::parse(text));
        let mut subject = self.empty.clone();
        if let Some(own) = policy_mut(&mut subject) {
            *own = policy;
        }
        subject
    }

    /// Asks about all actions, those too that AWS may add.
    pub(crate) fn ask(&self, catalog: &Catalog, question: &Question<'_>) -> Answer {
        self.ask_about(catalog, Actions::Any, question)
    }

    /// Asks about the actions of the catalogue.
    pub(crate) fn ask_known(&self, catalog: &Catalog, question: &Question<'_>) -> Answer {
        self.ask_about(catalog, Actions::Known, question)
    }

    fn ask_about(&self, catalog: &Catalog, actions: Actions, question: &Question<'_>) -> Answer {
        ask(question, &self.asker(catalog, actions))
    }

    fn asker<'a>(&'a self, catalog: &'a Catalog, actions: Actions) -> Asker<'a> {
        let asker = Asker::new(catalog, &self.profile, actions, STEPS);
        Asker { decider: &self.steps, ..asker }
    }

    /// Whether it is proved that every request for an action of the catalogue is allowed.
    pub(crate) fn grants_everything(&self, catalog: &Catalog) -> bool {
        let everything = self.everything();
        let question = Question::NoNewAccess { old: self.subject(), new: &everything };
        self.ask_known(catalog, &question).holds() == Some(true)
    }

    /// Whether it is proved that it holds.
    pub(crate) fn holds(&self, catalog: &Catalog, question: &Question<'_>) -> bool {
        self.ask(catalog, question).holds() == Some(true)
    }

    /// Whether a request for one action is found that the policy allows.
    pub(crate) fn grants(&self, catalog: &Catalog, action: &str) -> bool {
        let relevant = self.about(action);
        let access = [Access { actions: vec![action.to_owned()], resources: Vec::new() }];
        let question = Question::AccessNotGranted { subject: &relevant, access: &access };
        self.ask(catalog, &question).holds() == Some(false)
    }

    /// Whether it is proved that one statement by itself allows nothing.
    pub(crate) fn is_void(&self, catalog: &Catalog, statement: &Statement) -> bool {
        let mut actions = statement.action.iter().flat_map(|element| &element.entries);
        let first = actions.next().map(|action| action.origin);
        // One action tells nearly always, in a fraction of the time.
        let one = narrowed(statement, |action| Some(action.origin) == first);
        self.is_void_of(catalog, &one) && self.is_void_of(catalog, statement)
    }

    fn is_void_of(&self, catalog: &Catalog, statement: &Statement) -> bool {
        self.holds(catalog, &Question::AlwaysDenied { subject: &self.alone(statement) })
    }

    /// Whether it is proved that one subject grants something, and nothing that the other does not,
    /// whatever the callers' own policies say.
    pub(crate) fn covers(&self, catalog: &Catalog, old: &Subject, new: &Subject) -> bool {
        let asker = self.asker(catalog, Actions::Any);
        let covered = ask_beside_any(&Question::NoNewAccess { old, new }, &asker);
        covered.holds() == Some(true)
            && !self.holds(catalog, &Question::AlwaysDenied { subject: new })
    }

    /// A request that refutes.
    pub(crate) fn refuted(
        &self,
        catalog: &Catalog,
        question: &Question<'_>,
    ) -> Option<Box<Witness>> {
        match self.ask(catalog, question) {
            Answer::Refuted(witness) => Some(witness),
            Answer::Proved { .. } | Answer::Undecided(_) => None,
        }
    }
}

/// A policy of a kind as what questions are about: what it grants by itself.
pub fn of(policy: Policy, kind: PolicyKind) -> Subject {
    let document = Named { name: String::new(), policy };
    let layer = layer(kind);
    match layer {
        Layer::Resource => {
            let mut subject = Subject::resource(document);
            if kind == PolicyKind::Trust {
                subject.policies.resource_role = ResourceRole::Role;
            }
            subject
        }
        // Root users obey it, as no other policy without principals.
        Layer::Scp(_) => {
            let policies = Policies { scp: Some(vec![vec![document]]), ..Policies::default() };
            Subject { policies, layer: Some(layer) }
        }
        Layer::Identity | Layer::Rcp(_) | Layer::Endpoint | Layer::Boundary | Layer::Session => {
            Subject::identity(vec![document])
        }
    }
}

/// A subject with a statement more, which allows everything to everybody, so that what it denies
/// tells.
pub fn opened(mut subject: Subject) -> Subject {
    let open = keyaki_ir::lower(&Tree::parse(EVERYTHING));
    if let Some(policy) = policy_mut(&mut subject) {
        policy.statements.extend(open.statements);
    }
    subject
}

fn layer(kind: PolicyKind) -> Layer {
    match kind {
        PolicyKind::Resource | PolicyKind::Trust | PolicyKind::VpcEndpoint | PolicyKind::Rcp => {
            Layer::Resource
        }
        PolicyKind::Scp => Layer::Scp(0),
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session => Layer::Identity,
    }
}

fn policy_mut(subject: &mut Subject) -> Option<&mut Policy> {
    let policies = &mut subject.policies;
    let scp = policies.scp.iter_mut().flatten().flatten().next();
    let document = policies.identity.first_mut().or(policies.resource.as_mut()).or(scp)?;
    Some(&mut document.policy)
}

/// Whether a statement says what AWS needs to know of it.
fn is_whole(statement: &Statement) -> bool {
    let mut blocks = statement.condition.iter().flat_map(|c| &c.blocks);
    statement.effect().is_some()
        && statement.action_elements().next().is_some()
        && blocks.all(|block| block.operator.operator.is_some())
}

/// The same statement with the other effect, or the same.
pub(crate) fn with_effect(statement: &Statement, effect: Effect) -> Statement {
    let mut statement = statement.clone();
    if let Some(element) = &mut statement.effect {
        element.effect = Some(effect);
    }
    statement
}

/// A statement with some of its actions alone; what `NotAction` leaves in stays.
pub(crate) fn narrowed(statement: &Statement, keep: impl Fn(&ActionPattern) -> bool) -> Statement {
    let action = statement.action.as_ref().map(|element| Element {
        negated: element.negated,
        name: element.name,
        origin: element.origin,
        shape: element.shape,
        entries: element.entries.iter().filter(|e| keep(e)).cloned().collect(),
    });
    Statement {
        index: statement.index,
        origin: statement.origin,
        sid: None,
        effect: statement.effect.clone(),
        principal: statement.principal.clone(),
        not_principal: statement.not_principal.clone(),
        action,
        not_action: statement.not_action.clone(),
        resource: statement.resource.clone(),
        not_resource: statement.not_resource.clone(),
        condition: statement.condition.clone(),
    }
}
