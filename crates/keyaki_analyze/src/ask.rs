//! One function that answers every question.

use keyaki_catalog::Catalog;
use keyaki_eval::{Atom, Caller, Evaluator, Formula, Profile, Request, Verdict, complete_where};
use keyaki_ir::glob::Case;
use keyaki_symbolic::{Actions, Ask, Budget, Engine, Found, Outcome, Query, Side, Text, allowed};

use crate::asked::{Asked, forms, granted, topologies};
use crate::callers::{self, CallerCase, Scope};
use crate::core::{Limit, Sign};
use crate::decider::Within;
use crate::differing::Differing;
use crate::own::OwnPolicies;
use crate::spellings;
use crate::{Access, Answer, Decider, Native, Question, Responsible, Subject, Witness};
use crate::{dead, facts, fail_open, owner, public, spoofable};

/// What answers are given with.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// What AWS services define.
    pub catalog: &'a Catalog,
    /// The readings of contested points.
    pub profile: &'a Profile,
    /// Which actions a request may have.
    pub actions: Actions,
    /// The steps that each query may take.
    pub steps: u64,
    /// What decides.
    pub decider: &'a dyn Decider,
    /// How many more questions may be asked to find out what a proof needs; with none, that is
    /// left open.
    pub core_questions: usize,
    /// What the callers' own policies say, where only the policy of a resource is asked about.
    pub own: OwnPolicies,
}

/// What became of a case of callers.
enum Tried {
    Answered(Answer),
    Unreal(Unreal),
}

/// None of the requests that were found can occur.
struct Unreal {
    reason: String,
    /// Facts that they do not heed.
    unheeded: Vec<Formula<Ask>>,
}

/// How many facts may be asked for before it is given up to find a request that heeds all.
const MOST_FACTS: usize = 16;

/// What part of the steps may be spent on what a proof needs.
const CORE_SHARE: u64 = 20;

/// Answers a question. What policies with holes mean is left open.
pub fn ask(question: &Question<'_>, asker: &Asker<'_>) -> Answer {
    if let Some(label) = question.hole() {
        return Answer::Undecided(format!("`{label}` is not known before deployment"));
    }
    match question {
        Question::NoNewAccess { old, new } => asker.no_more(&[new, old]),
        Question::Equivalent { one, other } => {
            both(asker.no_more(&[one, other]), || flipped(asker.no_more(&[other, one])))
        }
        Question::Disjoint { one, other } => {
            let signs = [Sign::Allowed; 2];
            asker.proof(&[one, other], &signs, |_, allowed| Formula::and(allowed.to_vec()))
        }
        Question::AccessNotGranted { subject, access } => {
            asker.proof(&[subject], &[Sign::Allowed], |_, allowed| {
                Formula::and(allowed.iter().cloned().chain([asked_for(access)]))
            })
        }
        Question::NoPublicAccess { subject, resource_type } => {
            public::no_public_access(subject, *resource_type, asker)
        }
        Question::AlwaysDenied { subject } => {
            let signs = [Sign::Allowed];
            asker.proof(&[subject], &signs, |_, allowed| Formula::and(allowed.to_vec()))
        }
        Question::FailsClosed { subject, part } => fail_open::fails_closed(subject, *part, asker),
        Question::Dead { subject, part } => dead::dead(subject, *part, asker),
        Question::NotSpoofable { subject, at } => spoofable::not_spoofable(subject, *at, asker),
    }
}

/// Both must hold; what refutes one of them refutes both.
pub(crate) fn both(first: Answer, second: impl FnOnce() -> Answer) -> Answer {
    let Answer::Proved { mut approximations, core } = first else {
        let is_open = matches!(first, Answer::Undecided(_));
        let second = is_open.then(second).filter(|s| matches!(s, Answer::Refuted(_)));
        return second.unwrap_or(first);
    };
    match second() {
        Answer::Proved { approximations: more, core: other } => {
            approximations.extend(more);
            approximations.sort_unstable();
            approximations.dedup();
            let core = core.zip(other).map(|(one, other)| one.and(other));
            Answer::Proved { approximations, core }
        }
        other @ (Answer::Refuted(_) | Answer::Undecided(_)) => other,
    }
}

/// An answer about two subjects that were given the other way round.
pub(crate) fn flipped(mut answer: Answer) -> Answer {
    let flip = |subject: &mut usize| *subject = 1 - (*subject).min(1);
    if let Answer::Refuted(witness) = &mut answer {
        witness.responsible.iter_mut().for_each(|r| flip(&mut r.subject));
    }
    if let Answer::Proved { core: Some(core), .. } = &mut answer {
        core.statements.iter_mut().for_each(|n| flip(&mut n.subject));
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

/// Allowed by the first and not by the second.
fn minus(_: &Caller, allowed: &[Formula<Ask>]) -> Formula<Ask> {
    match allowed {
        [first, second] => Formula::and([first.clone(), Formula::not(second.clone())]),
        _ => Formula::FALSE,
    }
}

impl<'a> Asker<'a> {
    /// What answers by the engine on boxes.
    pub fn new(
        catalog: &'a Catalog,
        profile: &'a Profile,
        actions: Actions,
        steps: u64,
    ) -> Asker<'a> {
        Asker {
            catalog,
            profile,
            actions,
            steps,
            decider: &Native,
            core_questions: 0,
            own: OwnPolicies::default(),
        }
    }
}

impl Asker<'_> {
    /// Whether the first allows nothing that the second does not.
    pub(crate) fn minus(&self, subjects: &[&Subject; 2]) -> Answer {
        self.any_where(subjects, &subjects[1..], &Differing::of(*subjects), minus)
    }

    /// The same, and what the proof needs.
    fn no_more(&self, subjects: &[&Subject; 2]) -> Answer {
        self.with_core(self.minus(subjects), subjects, &[Sign::Allowed, Sign::NotAllowed], minus)
    }

    /// As [`Asker::any`], and what the proof needs. Subjects without a sign are left as they are.
    pub(crate) fn proof(
        &self,
        subjects: &[&Subject],
        signs: &[Sign],
        combine: impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        let answer = self.signed(subjects, signs, &combine);
        self.with_core(answer, subjects, signs, combine)
    }

    /// As [`Asker::any`], where it is known which subjects have to allow the request.
    fn signed(
        &self,
        subjects: &[&Subject],
        signs: &[Sign],
        combine: impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        let allows = |at: usize| matches!(signs.get(at), Some(Sign::Allowed));
        let others = subjects.iter().enumerate().filter(|(at, _)| !allows(*at));
        let not_allowing: Vec<&Subject> = others.map(|(_, s)| *s).collect();
        self.any_where(subjects, &not_allowing, &Differing::UNKNOWN, combine)
    }

    /// An answer with what the proof needs.
    fn with_core(
        &self,
        mut answer: Answer,
        subjects: &[&Subject],
        signs: &[Sign],
        combine: impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        if let Answer::Proved { core, .. } = &mut answer
            && self.core_questions > 0
        {
            let budget = self.core_budget();
            let within = Within(&budget);
            let asker = self.within(&within);
            let holds = |subjects: &[&Subject]| asker.signed(subjects, signs, &combine).holds();
            let limit = Limit { questions: self.core_questions, steps: &budget };
            *core = Some(crate::core::core(subjects, signs, limit, holds));
        }
        answer
    }

    /// For questions about what a proof needs: together they get a share of the steps. They go to
    /// the engine on boxes; what it leaves open is taken to be needed.
    pub(crate) fn within<'b>(&self, decider: &'b Within<'b>) -> Asker<'b>
    where
        Self: 'b,
    {
        Asker { decider, core_questions: 0, ..*self }
    }

    /// The steps for what a proof needs.
    pub(crate) fn core_budget(&self) -> Budget {
        Budget::new(self.steps / CORE_SHARE)
    }

    /// Whether there is no request for which a formula over "is allowed by each subject" holds.
    pub(crate) fn any(
        &self,
        subjects: &[&Subject],
        combine: impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        self.any_where(subjects, subjects, &Differing::UNKNOWN, combine)
    }

    /// The same, where only these may have to not allow the request, and where the answer may be
    /// known of callers whom no differing statement names.
    fn any_where(
        &self,
        subjects: &[&Subject],
        not_allowing: &[&Subject],
        differing: &Differing<'_>,
        combine: impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        if let Some(name) = subjects.iter().find_map(|s| s.policies.name_in_short()) {
            let reason =
                format!("AWS completes `{name}` with the ARN of an API, which is not known");
            return Answer::Undecided(reason);
        }
        let asked = Asked::new(subjects);
        let cases = callers::of_subjects(subjects, &asked.asked);
        let cases = differing.bearing(cases, self.profile);
        let mut undecided = None;
        let mut approximations: Vec<String> = Vec::new();
        for case in &cases {
            for same_account in topologies(subjects, case) {
                let ask = asked.with(same_account);
                match self.case(case, &ask, &combine) {
                    Answer::Proved { approximations: more, .. } => approximations.extend(more),
                    refuted @ Answer::Refuted(_) => return refuted,
                    Answer::Undecided(reason) => undecided = undecided.or(Some(reason)),
                }
            }
        }
        approximations.extend(callers::left_out(subjects).map(str::to_owned));
        approximations.sort_unstable();
        approximations.dedup();
        let core = None;
        let undecided = undecided.or_else(|| {
            let principal = callers::without_case(subjects)?;
            Some(format!("it is not known for whom `{principal}` stands"))
        });
        let undecided = undecided.or_else(|| spellings::unclear(subjects, not_allowing));
        undecided.map_or(Answer::Proved { approximations, core }, Answer::Undecided)
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
                let keys = [case.requirements(&ask.asked)].into_iter();
                let keys = Formula::and(keys.chain(facts::all(&ask.asked)));
                let query = self.query(&case.caller, keys, &ask, &combine);
                actions.extend(engine.actions(&query, &Budget::new(self.steps)));
            }
        }
        actions.sort_unstable();
        actions.dedup();
        actions
    }

    /// One case of callers. Facts that a request which was found does not heed are asked for, until
    /// one is found that heeds all, or there is none.
    pub(crate) fn case(
        &self,
        case: &CallerCase,
        ask: &Asked<'_>,
        combine: &impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Answer {
        let known = self.decider.wants_all_facts().then(|| facts::all(&ask.asked));
        let mut facts: Vec<Formula<Ask>> = known.into_iter().flatten().collect();
        loop {
            let unreal = match self.case_where(&facts, case, ask, combine) {
                Tried::Answered(answer) => return answer,
                Tried::Unreal(unreal) => unreal,
            };
            let known = facts.len();
            for fact in unreal.unheeded {
                if !facts.contains(&fact) {
                    facts.push(fact);
                }
            }
            if facts.len() == known || known >= MOST_FACTS {
                let what = "the requests that were found cannot occur";
                return Answer::Undecided(format!("{what}: {}", unreal.reason));
            }
        }
    }

    /// One case of callers, where these facts are asked for.
    fn case_where(
        &self,
        facts: &[Formula<Ask>],
        case: &CallerCase,
        ask: &Asked<'_>,
        combine: &impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask>,
    ) -> Tried {
        let with_facts =
            |keys: Formula<Ask>| Formula::and([keys].into_iter().chain(facts.iter().cloned()));
        let general = with_facts(case.requirements(&ask.asked));
        let query = self.query(&case.caller, general.clone(), ask, combine);
        let found = match self.decider.decide(&query, self) {
            Outcome::Nothing { left_out } => {
                let approximations = left_out.iter().map(|service| {
                    format!("actions that AWS may add to {service} one day were left out")
                });
                let (approximations, core) = (approximations.collect(), None);
                return Tried::Answered(Answer::Proved { approximations, core });
            }
            Outcome::Undecided(reason) => return Tried::Answered(Answer::Undecided(reason)),
            Outcome::Found(found) => found,
        };
        let callers = match case.scope {
            Scope::Itself => vec![case.caller.clone()],
            Scope::Account | Scope::Kind | Scope::AnyPath => {
                callers::fitting(case, &found.request, ask.same_account)
            }
        };
        let mut reason = "no caller was found whom such a request could come from".to_owned();
        let mut unheeded = facts::unheeded(&found.request, &ask.asked, self.catalog);
        for caller in callers {
            let exact = CallerCase { caller, scope: Scope::Itself };
            let mut tries = vec![with_facts(ask.of(&exact))];
            // What contradicts itself is asked for again without the contradiction.
            for _ in 0..4 {
                let Some(requirements) = tries.pop() else { break };
                let query = self.query(&exact.caller, requirements.clone(), ask, combine);
                // Where nothing is asked about the caller, the answer is known.
                let outcome = match exact.caller == case.caller && requirements == general {
                    true => Outcome::Found(found.clone()),
                    false => self.decider.decide(&query, self),
                };
                let Outcome::Found(found) = outcome else { continue };
                match self.witness(&query, &found, ask, combine) {
                    Ok(witness) => return Tried::Answered(Answer::Refuted(Box::new(witness))),
                    Err(why) => reason = why,
                }
                unheeded.extend(facts::unheeded(&found.request, &ask.asked, self.catalog));
                let others = owner::agreeing(&found.request);
                tries.extend(others.map(|o| Formula::and([requirements.clone(), o])));
            }
        }
        Tried::Unreal(Unreal { reason, unheeded })
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
                Some(layer) => granted(index, *side, layer, caller, self.own),
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
        let assumed = Vec::new();
        Ok(Witness { request, absent, responsible, is_known, is_realistic, assumed })
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
                    Some(layer) => granted(index, *s, layer, &request.caller, self.own),
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
                    let via = forms(layer);
                    if evaluator.holds(Atom::Statement { at, via }, request) {
                        responsible.push(Responsible { subject, at });
                    }
                }
            }
        }
        responsible
    }
}
