//! Parts of policies that change no decision.
//!
//! A part is dead if the policies allow the same with and without it, which is proved in both
//! directions. It is dead as long as the others stay: of two equal statements each is dead, and
//! only one of them can go.

use keyaki_eval::StatementRef;
use keyaki_ir::{Effect, Statement};

use crate::ask::{both, flipped};
use crate::core::{Core, Limit, shadows, statements};
use crate::decider::Within;
use crate::own::beside_any;
use crate::part::without;
use crate::{Answer, Asker, Part, Place, Subject};

impl Subject {
    /// The parts that could be dead, each statement before what it holds: statements, values of
    /// lists, and conditions.
    pub fn parts(&self) -> Vec<Part> {
        statements(self).into_iter().flat_map(|(at, s)| of_statement(at, s)).collect()
    }

    /// How many statements a question is about.
    pub fn statements(&self) -> usize {
        statements(self).len()
    }
}

fn of_statement(at: StatementRef, statement: &Statement) -> Vec<Part> {
    let mut parts = vec![Part::statement(at)];
    for place in Place::all(statement) {
        if place.condition(statement).is_some() {
            parts.push(Part::element(at, place));
        }
        let count = place.values(statement).len();
        let values = (0..count).filter(|_| count > 1);
        parts.extend(values.map(|value| Part { at, place: Some(place), value: Some(value) }));
    }
    parts
}

/// Whether a part changes no decision. The core of a proof is what shadows it.
pub(crate) fn dead(subject: &Subject, part: Part, asker: &Asker<'_>) -> Answer {
    let mut answer = same(subject, part, &[], asker);
    if let Answer::Proved { core, .. } = &mut answer
        && asker.core_questions > 0
    {
        let questions = asker.core_questions;
        let budget = asker.core_budget();
        let within = Within(&budget);
        let asker = &asker.within(&within);
        let holds = |dropped: &[Part]| same(subject, part, dropped, asker).holds();
        *core = Some(shadow(subject, part, Limit { questions, steps: &budget }, holds));
    }
    answer
}

/// Whether policies without some parts allow the same without one more.
fn same(subject: &Subject, part: Part, dropped: &[Part], asker: &Asker<'_>) -> Answer {
    let of = |parts: &[Part]| Subject {
        policies: without(&subject.policies, parts),
        layer: subject.layer,
    };
    let with = of(dropped);
    let without = of(&[dropped, &[part]].concat());
    let more =
        |subjects: [&Subject; 2]| beside_any(&subjects, asker, |asker| asker.minus(&subjects));
    let mut answer = both(more([&with, &without]), || flipped(more([&without, &with])));
    if let Answer::Refuted(witness) = &mut answer {
        // The positions of the other side's statements are not those of the policies.
        witness.responsible.retain(|r| r.subject == 0);
    }
    answer
}

/// What makes a part dead, of what could only make it so: `Deny` statements, and for a part of an
/// `Allow` the others of its layer; and the other values of its list.
fn shadow(
    subject: &Subject,
    part: Part,
    limit: Limit<'_>,
    holds: impl Fn(&[Part]) -> Option<bool>,
) -> Core {
    let effect = subject.policies.statement(part.at).and_then(Statement::effect);
    let others = statements(subject).into_iter().filter(|(at, s)| {
        let is_alike = effect == Some(Effect::Allow) && at.layer == part.at.layer;
        *at != part.at && (s.effect() == Some(Effect::Deny) || is_alike)
    });
    let others: Vec<StatementRef> = others.map(|(at, _)| at).collect();
    let values = subject.policies.statement(part.at).zip(part.place).zip(part.value);
    let values = values.map_or(Vec::new(), |((statement, place), value)| {
        let others = (0..place.values(statement).len()).filter(|v| *v != value);
        others.map(|v| Part { value: Some(v), ..part }).collect()
    });
    shadows(others, values, limit, holds)
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;
    use keyaki_eval::{
        AskedKeys, Atom, Caller, Evaluator, Forms, Layer, Policies, Profile, Request,
        complete_where,
    };
    use keyaki_symbolic::Actions;
    use keyaki_test_support::differ::{Dice, Pools, keys_of, policy};

    /// Whether the documents allow a request: some statement does, and none denies.
    fn grants(policies: &Policies, request: &Request) -> bool {
        let profile = Profile::documented();
        let evaluator = Evaluator::new(policies, &profile, keyaki_catalog::embedded());
        let matches = |effect: Effect| {
            let mut statements = policies.statements(Layer::Identity);
            statements.any(|(at, s)| {
                let atom = Atom::Statement { at, via: Forms::REGARDLESS };
                s.effect() == Some(effect) && evaluator.holds(atom, request)
            })
        };
        matches(Effect::Allow) && !matches(Effect::Deny)
    }

    fn alice() -> Caller {
        let caller = Caller::parse("arn:aws:iam::111122223333:user/alice");
        caller.unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn no_request_tells_policies_from_those_without_a_dead_part() {
        let (profile, catalog) = (Profile::documented(), keyaki_catalog::embedded());
        let asker = Asker::new(catalog, &profile, Actions::Any, 20_000_000);
        let (mut dead_parts, mut attacks, mut living) = (0, 0, 0);
        for seed in 0..8 {
            let mut dice = Dice::seeded(seed);
            let text = policy(&mut dice);
            let subject = Subject::identity(vec![text.document()]);
            let asked: AskedKeys = keys_of(&[&subject.policies]);
            let pools = Pools::new(&[&text], &asked, catalog);
            let requests = (0..60).filter_map(|_| {
                let request = pools.request(&alice(), &mut dice);
                Some(complete_where(request, |key| asked.has(key)).ok()?.request)
            });
            let requests: Vec<Request> = requests.collect();
            for part in subject.parts() {
                let rest = without(&subject.policies, &[part]);
                let differs = |r: &Request| grants(&subject.policies, r) != grants(&rest, r);
                match dead(&subject, part, &asker) {
                    Answer::Proved { .. } => {
                        let found = requests.iter().find(|r| differs(r));
                        assert_eq!(found, None, "seed {seed}: {part:?} of {}", text.json());
                        dead_parts += 1;
                        attacks += requests.len();
                    }
                    Answer::Refuted(witness) => {
                        let replays = differs(&witness.request);
                        assert!(replays, "seed {seed}: {part:?}: {witness:?}");
                        living += 1;
                    }
                    Answer::Undecided(_) => {}
                }
            }
        }
        assert!(dead_parts > 10 && living > 10 && attacks > 500, "{dead_parts} {attacks} {living}");
    }
}
