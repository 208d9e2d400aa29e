//! One function that answers every question.

use keyaki_catalog::Catalog;
use keyaki_eval::{
    AskedKeys, Atom, Caller, Evaluator, Forms, Formula, Layer, Profile, Request, Verdict,
    complete_where, names,
};
use keyaki_ir::Effect;
use keyaki_ir::glob::Case;
use keyaki_symbolic::{Actions, Ask, Budget, Engine, Found, Outcome, Query, Side, Text, allowed};

use crate::callers::{self, CallerCase, Scope};
use crate::owner;
use crate::public;
use crate::{Access, Answer, Question, Responsible, Subject, Witness};

/// What answers are given with.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// What AWS services define.
    pub catalog: &'a Catalog,
    /// The readings of contested points.
    pub profile: &'a Profile,
    /// Which actions a request may have.
    pub actions: Actions,
    /// The steps that each query may take.
    pub steps: u64,
}

/// Answers a question.
pub fn ask(question: &Question<'_>, asker: &Asker<'_>) -> Answer {
    match question {
        Question::NoNewAccess { old, new } => asker.minus(&[new, old]),
        Question::Equivalent { one, other } => {
            both(asker.minus(&[one, other]), || flipped(asker.minus(&[other, one])))
        }
        Question::Disjoint { one, other } => {
            asker.any(&[one, other], |_, allowed| Formula::and(allowed.to_vec()))
        }
        Question::AccessNotGranted { subject, access } => asker.any(&[subject], |_, allowed| {
            Formula::and(allowed.iter().cloned().chain([asked_for(access)]))
        }),
        Question::NoPublicAccess { subject, resource_type } => {
            public::no_public_access(subject, *resource_type, asker)
        }
        Question::AlwaysDenied { subject } => {
            asker.any(&[subject], |_, allowed| Formula::and(allowed.to_vec()))
        }
    }
}

/// Both must hold; what refutes one of them refutes both.
fn both(first: Answer, second: impl FnOnce() -> Answer) -> Answer {
    match first {
        Answer::Refuted(_) => first,
        Answer::Proved { mut approximations } => match second() {
            Answer::Proved { approximations: more } => {
                approximations.extend(more);
                Answer::Proved { approximations }
            }
            other @ (Answer::Refuted(_) | Answer::Undecided(_)) => other,
        },
        Answer::Undecided(_) => match second() {
            refuted @ Answer::Refuted(_) => refuted,
            Answer::Proved { .. } | Answer::Undecided(_) => first,
        },
    }
}

/// An answer about two subjects that were given the other way round.
fn flipped(mut answer: Answer) -> Answer {
    if let Answer::Refuted(witness) = &mut answer {
        witness.responsible.iter_mut().for_each(|r| r.subject = 1 - r.subject.min(1));
    }
    answer
}

/// A request for some of the access.
pub(crate) fn asked_for(access: &[Access]) -> Formula<Ask> {
    Formula::or(access.iter().map(|a| {
        let text = |t: &String| Text::Like(t.as_str().into(), Case::Insensitive);
        let actions = a.actions.iter().map(|t| Formula::Atom(Ask::Action(text(t))));
        let like = |t: &String| match t.starts_with("arn:") {
            true => Text::Arn(t.as_str().into()),
            false => Text::Like(t.as_str().into(), Case::Sensitive),
        };
        let resources = a.resources.iter().map(|t| Formula::Atom(Ask::Resource(like(t))));
        let any = |parts: Vec<Formula<Ask>>| match parts.is_empty() {
            true => Formula::TRUE,
            false => Formula::or(parts),
        };
        Formula::and([any(actions.collect()), any(resources.collect())])
    }))
}

impl Asker<'_> {
    /// Whether the first allows nothing that the second does not.
    pub(crate) fn minus(&self, subjects: &[&Subject; 2]) -> Answer {
        self.any(subjects, |_, allowed| match allowed {
            [first, second] => Formula::and([first.clone(), Formula::not(second.clone())]),
            _ => Formula::FALSE,
        })
    }

    /// Whether there is no request for which a formula over "is allowed by each subject" holds.
    pub(crate) fn any(
        &self,
        subjects: &[&Subject],
        combine: impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        let asked = Asked::new(subjects);
        let cases = callers::of_subjects(subjects, &asked.asked);
        let mut undecided = None;
        let mut approximations: Vec<String> = Vec::new();
        for case in &cases {
            for same_account in topologies(subjects, case) {
                let ask = asked.with(same_account);
                match self.case(case, &ask, &combine) {
                    Answer::Proved { approximations: more } => approximations.extend(more),
                    refuted @ Answer::Refuted(_) => return refuted,
                    Answer::Undecided(reason) => undecided = undecided.or(Some(reason)),
                }
            }
        }
        approximations.sort_unstable();
        approximations.dedup();
        undecided.map_or(Answer::Proved { approximations }, Answer::Undecided)
    }

    /// The actions of the catalogue for which there is a request that the formula holds of, in
    /// order. Actions about which it was not found out are among them.
    pub(crate) fn actions(
        &self,
        subjects: &[&Subject],
        combine: impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Vec<String> {
        let asked = Asked::new(subjects);
        let cases = callers::of_subjects(subjects, &asked.asked);
        let engine = Engine::new(self.catalog, Actions::Known);
        let mut actions = Vec::new();
        for case in &cases {
            for same_account in topologies(subjects, case) {
                let ask = asked.with(same_account);
                let query = self.query(&case.caller, case.requirements(&ask.asked), &ask, &combine);
                actions.extend(engine.actions(&query, &Budget::new(self.steps)));
            }
        }
        actions.sort_unstable();
        actions.dedup();
        actions
    }

    /// One case of callers.
    pub(crate) fn case(
        &self,
        case: &CallerCase,
        ask: &Asked<'_>,
        combine: &impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        let engine = Engine::new(self.catalog, self.actions);
        let query = self.query(&case.caller, case.requirements(&ask.asked), ask, combine);
        let found = match engine.ask(&query, &Budget::new(self.steps)) {
            Outcome::Nothing { left_out } => {
                let approximations = left_out.iter().map(|service| {
                    format!("actions that AWS may add to {service} one day were left out")
                });
                return Answer::Proved { approximations: approximations.collect() };
            }
            Outcome::Undecided(reason) => return Answer::Undecided(reason),
            Outcome::Found(found) => found,
        };
        let callers = match case.scope {
            Scope::Itself => vec![case.caller.clone()],
            Scope::Account | Scope::Kind | Scope::AnyPath => {
                callers::fitting(case, &found.request, ask.same_account)
            }
        };
        let mut reason = "no caller was found whom such a request could come from".to_owned();
        for caller in callers {
            let exact = CallerCase { caller, scope: Scope::Itself };
            let mut tries = vec![ask.of(&exact)];
            // What contradicts itself is asked for again without the contradiction.
            for _ in 0..4 {
                let Some(requirements) = tries.pop() else { break };
                let query = self.query(&exact.caller, requirements.clone(), ask, combine);
                let Outcome::Found(found) = engine.ask(&query, &Budget::new(self.steps)) else {
                    continue;
                };
                match self.witness(&query, &found, ask, combine) {
                    Ok(witness) => return Answer::Refuted(Box::new(witness)),
                    Err(why) => reason = why,
                }
                let others = owner::agreeing(&found.request);
                tries.extend(others.map(|o| Formula::and([requirements.clone(), o])));
            }
        }
        Answer::Undecided(format!("the requests that were found cannot occur: {reason}"))
    }

    /// What must hold of a request of a caller.
    pub(crate) fn query<'q>(
        &'q self,
        caller: &Caller,
        requirements: Formula<Ask>,
        ask: &Asked<'q>,
        combine: &impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Query<'q> {
        let sides: Vec<Side<'q>> = ask
            .subjects
            .iter()
            .map(|s| Side { policies: &s.policies, profile: self.profile })
            .collect();
        let allowed: Vec<Formula<Ask>> = sides
            .iter()
            .zip(ask.subjects)
            .enumerate()
            .map(|(index, (side, subject))| match subject.layer {
                Some(layer) => granted(index, *side, layer, caller),
                None => allowed(index, *side, caller, ask.same_account, self.catalog),
            })
            .collect();
        // What is fixed stands at the top, where the engine looks for it.
        let formula =
            Formula::and([requirements, callers::always(&ask.asked), combine(caller, &allowed)]);
        Query { sides, formula, caller: caller.clone() }
    }

    /// The request as a person would make it: with the keys that every such request has.
    ///
    /// # Errors
    /// Why there is no such request.
    pub(crate) fn witness(
        &self,
        query: &Query<'_>,
        found: &Found,
        ask: &Asked<'_>,
        combine: &impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Result<Witness, String> {
        let mut request = found.request.clone();
        if ask.is_layered() {
            request.resource_account = owner::owner(&request, ask.same_account);
        }
        let completed = complete_where(request, |k| ask.asked.has(k));
        let completed = completed.map_err(|contradiction| contradiction.to_string())?;
        let mut request = completed.request;
        for key in &found.absent {
            if completed.assumed.iter().any(|k| k.eq_ignore_ascii_case(key)) {
                request.context.remove(key);
            }
        }
        if !query.holds(&request, self.catalog) {
            return Err("keys that every request has make a difference".to_owned());
        }
        self.replay(query, &request, ask, combine)?;
        let responsible = self.responsible(query, &request);
        let absent = found.absent.iter().filter(|k| !request.context.has(k)).cloned().collect();
        let (is_known, is_realistic) = (found.is_known, found.is_realistic);
        Ok(Witness { request, absent, responsible, is_known, is_realistic })
    }

    /// Where layers are asked about, the evaluator decides the request over each subject, and its
    /// decisions must refute, too.
    fn replay(
        &self,
        query: &Query<'_>,
        request: &Request,
        ask: &Asked<'_>,
        combine: &impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Result<(), String> {
        if !ask.is_layered() {
            return Ok(());
        }
        let verdicts =
            query.sides.iter().zip(ask.subjects).enumerate().map(|(index, (s, subject))| {
                let evaluator = Evaluator::new(s.policies, s.profile, self.catalog);
                match subject.layer {
                    Some(layer) => granted(index, *s, layer, &request.caller),
                    None if evaluator.decide(request).verdict == Verdict::Allow => Formula::TRUE,
                    None => Formula::FALSE,
                }
            });
        let formula = combine(&request.caller, &verdicts.collect::<Vec<_>>());
        let decided = Query { sides: query.sides.clone(), formula, caller: request.caller.clone() };
        match decided.holds(request, self.catalog) {
            true => Ok(()),
            false => Err("the evaluator decides it otherwise".to_owned()),
        }
    }

    /// The statements that match the request.
    fn responsible(&self, query: &Query<'_>, request: &Request) -> Vec<Responsible> {
        let mut responsible = Vec::new();
        for (subject, side) in query.sides.iter().enumerate() {
            let evaluator = Evaluator::new(side.policies, side.profile, self.catalog);
            for layer in side.policies.layers() {
                for (at, _) in side.policies.statements(layer) {
                    let via = match layer {
                        Layer::Resource | Layer::Rcp(_) | Layer::Endpoint => Forms::ALL,
                        Layer::Identity | Layer::Boundary | Layer::Session | Layer::Scp(_) => {
                            Forms::REGARDLESS
                        }
                    };
                    if evaluator.holds(Atom::Statement { at, via }, request) {
                        responsible.push(Responsible { subject, at });
                    }
                }
            }
        }
        responsible
    }
}

/// A question about all subjects together.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'s> {
    pub(crate) subjects: &'s [&'s Subject],
    asked: AskedKeys,
    same_account: bool,
}

impl<'s> Asked<'s> {
    pub(crate) fn new(subjects: &'s [&'s Subject]) -> Self {
        let asked: Vec<AskedKeys> = subjects.iter().map(|s| AskedKeys::of(&s.policies)).collect();
        Asked { subjects, asked: AskedKeys::union(&asked), same_account: false }
    }

    /// The same where caller and resource belong to one account, or do not.
    pub(crate) fn with(&self, same_account: bool) -> Self {
        Asked { same_account, ..self.clone() }
    }

    /// The keys that the policies ask for.
    pub(crate) fn asked(&self) -> &AskedKeys {
        &self.asked
    }

    /// Whether decisions over several layers are asked about, rather than what documents say.
    fn is_layered(&self) -> bool {
        self.subjects.iter().any(|s| s.layer.is_none())
    }

    /// What holds of the requests of exactly this caller.
    pub(crate) fn of(&self, case: &CallerCase) -> Formula<Ask> {
        let keys = case.requirements(&self.asked);
        match self.is_layered() {
            true => {
                let owner = owner::relation(&case.caller, self.same_account, &self.asked);
                Formula::and([keys, owner])
            }
            false => keys,
        }
    }
}

/// Whether caller and resource can belong to the same account, and to different ones; where only
/// documents of one layer are asked about, that makes no difference.
pub(crate) fn topologies(subjects: &[&Subject], case: &CallerCase) -> Vec<bool> {
    let layered = subjects.iter().any(|s| s.layer.is_none());
    match layered && case.caller.account().is_some() {
        true => vec![true, false],
        false => vec![false],
    }
}

/// When documents of one layer say yes: some statement allows and none denies.
fn granted(index: usize, side: Side<'_>, layer: Layer, caller: &Caller) -> Formula<Ask> {
    let via = match layer {
        Layer::Resource | Layer::Rcp(_) | Layer::Endpoint => Forms::ALL,
        Layer::Identity | Layer::Boundary | Layer::Session | Layer::Scp(_) => Forms::REGARDLESS,
    };
    let of = |effect: Effect| {
        let statements = side.policies.statements(layer);
        let matching = statements
            .filter(|(_, s)| s.effect() == Some(effect) && names(s, via, caller, side.profile));
        Formula::or(matching.map(|(at, _)| Formula::Atom(Ask::Statement { side: index, at })))
    };
    Formula::and([of(Effect::Allow), Formula::not(of(Effect::Deny))])
}
