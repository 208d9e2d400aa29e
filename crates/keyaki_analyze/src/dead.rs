//! Parts of policies that change no decision.
//!
//! A part is dead if the policies allow the same with and without it, which is proved in both
//! directions. It is dead as long as the others stay: of two equal statements each is dead, and
//! only one of them can go.

use keyaki_eval::{Formula, StatementRef};
use keyaki_ir::{Effect, Statement};

use crate::ask::{both, flipped};
use crate::core::{Core, shadows, statements};
use crate::part::without;
use crate::{Answer, Asker, Part, Place, Subject};

impl Subject {
    /// The parts that could be dead, each statement before what it holds: statements, values of
    /// lists, and conditions.
    pub fn parts(&self) -> Vec<Part> {
        statements(self).into_iter().flat_map(|(at, s)| of_statement(at, s)).collect()
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
        let asker_for_cores = asker.for_cores();
        let holds = |dropped: &[Part]| same(subject, part, dropped, &asker_for_cores).holds();
        *core = Some(shadow(subject, part, asker.core_questions, holds));
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
    let more = |subjects: [&Subject; 2]| {
        asker.any(&subjects, |_, allowed| match allowed {
            [first, second] => Formula::and([first.clone(), Formula::not(second.clone())]),
            _ => Formula::FALSE,
        })
    };
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
    most: usize,
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
    shadows(others, values, most, holds)
}
