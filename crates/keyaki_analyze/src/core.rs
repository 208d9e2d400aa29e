//! What a proof needs: the statements, elements and values without which it does not go through.
//!
//! Found by deletion. A question is asked again about policies in which parts are weakened, always
//! so that more requests might refute: where a statement stands in the way of such requests, it is
//! taken away, or values of it are; where it could let them through, its elements are made to hold
//! of everything. What can be weakened while the proof stands is not needed. Lists are halved as
//! long as a half can go, so that much is left out with few questions.

use keyaki_eval::StatementRef;
use keyaki_ir::{Effect, Statement};
use keyaki_symbolic::Budget;

use crate::Subject;
use crate::part::{Part, Place, without};

/// What a proof needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// The statements, in order.
    pub statements: Vec<Needed>,
    /// Whether nothing of it can be left out. Otherwise the questions or their steps ran out before
    /// that was known of everything.
    pub is_minimal: bool,
    /// How many questions were asked for it.
    pub questions: usize,
}

/// What a proof needs of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Which of the question's subjects, in the order in which they are named.
    pub subject: usize,
    /// The statement.
    pub at: StatementRef,
    /// Whether it is needed for what it does not match, rather than for what it does.
    pub is_limit: bool,
    /// Its elements, each with the positions of the values that are needed.
    pub elements: Vec<(Place, Vec<usize>)>,
}

/// How a subject stands in a question: whether a request must be allowed by it to refute, or must
/// not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Allowed,
    NotAllowed,
}

/// What may be spent on a core: a number of questions, and the steps that they share.
#[derive(Clone, Copy)]
pub(crate) struct Limit<'b> {
    pub(crate) questions: usize,
    pub(crate) steps: &'b Budget,
}

/// What a proof needs, as far as the limit allows. `holds` is the question about weakened
/// subjects; it gives nothing where that is not found out.
pub(crate) fn core(
    subjects: &[&Subject],
    signs: &[Sign],
    limit: Limit<'_>,
    holds: impl Fn(&[&Subject]) -> Option<bool>,
) -> Core {
    let holds = |dropped: &[(usize, Part)]| {
        let weakened = subjects.iter().enumerate().map(|(index, s)| {
            let parts = dropped.iter().filter(|(subject, _)| *subject == index);
            let parts: Vec<Part> = parts.map(|(_, part)| *part).collect();
            Subject { policies: without(&s.policies, &parts), layer: s.layer }
        });
        let weakened: Vec<Subject> = weakened.collect();
        holds(&weakened.iter().collect::<Vec<_>>())
    };
    let mut search = Search::new(limit, holds);
    let mut obstacles = Vec::new();
    let mut openings = Vec::new();
    for (subject, sign) in signs.iter().enumerate() {
        for (at, statement) in statements(subjects[subject]) {
            let stands_in_the_way = match statement.effect() {
                Some(Effect::Allow) => *sign == Sign::NotAllowed,
                Some(Effect::Deny) => *sign == Sign::Allowed,
                None => continue,
            };
            let list = if stands_in_the_way { &mut obstacles } else { &mut openings };
            list.push(Item { subject, at, statement });
        }
    }
    let obstacles = search.needed(obstacles, |i| vec![(i.subject, Part::statement(i.at))]);
    let openings = search.needed(openings, |i| i.all_elements(subjects));
    let mut needed: Vec<Needed> = obstacles.iter().map(|i| search.of_obstacle(i)).collect();
    needed.extend(openings.iter().map(|i| search.of_opening(i, subjects)));
    needed.sort_by_key(|n| (n.subject, n.at, n.is_limit));
    let is_minimal = search.is_sure;
    Core { statements: needed, is_minimal, questions: search.asked }
}

/// Which statements and values of one subject make something so, of those that may; `holds` tells
/// whether it is so without some of them.
pub(crate) fn shadows(
    others: Vec<StatementRef>,
    values: Vec<Part>,
    limit: Limit<'_>,
    holds: impl Fn(&[Part]) -> Option<bool>,
) -> Core {
    let mut search = Search::new(limit, |dropped: &[(usize, Part)]| {
        holds(&dropped.iter().map(|(_, part)| *part).collect::<Vec<_>>())
    });
    let others = search.needed(others, |at| vec![(0, Part::statement(*at))]);
    let values = search.needed(values, |value| vec![(0, *value)]);
    let whole = |at| Needed { subject: 0, at, is_limit: false, elements: Vec::new() };
    let mut needed: Vec<Needed> = others.into_iter().map(whole).collect();
    if let Some(Part { at, place: Some(place), .. }) = values.first().copied() {
        let values = values.iter().filter_map(|v| v.value).collect();
        needed.push(Needed { elements: vec![(place, values)], ..whole(at) });
    }
    needed.sort_by_key(|n| n.at);
    Core { statements: needed, is_minimal: search.is_sure, questions: search.asked }
}

impl Core {
    /// What both of two proofs need.
    pub(crate) fn and(mut self, other: Core) -> Core {
        for more in other.statements {
            let key = |n: &Needed| (n.subject, n.at, n.is_limit);
            let same = |n: &&mut Needed| key(n) == key(&more);
            match self.statements.iter_mut().find(same) {
                Some(known) => known.add(more.elements),
                None => self.statements.push(more),
            }
        }
        self.statements.sort_by_key(|n| (n.subject, n.at, n.is_limit));
        self.is_minimal &= other.is_minimal;
        self.questions += other.questions;
        self
    }
}

impl Needed {
    fn add(&mut self, elements: Vec<(Place, Vec<usize>)>) {
        for (place, values) in elements {
            match self.elements.iter_mut().find(|(p, _)| *p == place) {
                Some((_, known)) => known.extend(values),
                None => self.elements.push((place, values)),
            }
        }
        for (_, values) in &mut self.elements {
            values.sort_unstable();
            values.dedup();
        }
        self.elements.sort_unstable();
    }
}

/// The statements of a subject that its question is about.
pub(crate) fn statements(subject: &Subject) -> Vec<(StatementRef, &Statement)> {
    let layers = match subject.layer {
        Some(layer) => vec![layer],
        None => subject.policies.layers(),
    };
    layers.into_iter().flat_map(|l| subject.policies.statements(l)).collect()
}

#[derive(Clone, Copy)]
struct Item<'s> {
    subject: usize,
    at: StatementRef,
    statement: &'s Statement,
}

impl Item<'_> {
    fn part(&self, place: Place, value: Option<usize>) -> (usize, Part) {
        (self.subject, Part { at: self.at, place: Some(place), value })
    }

    /// All elements that can be made to hold of everything. In which way a principal is named makes
    /// a difference to other layers, so that it is left alone where there are some.
    fn places(&self, subjects: &[&Subject]) -> Vec<Place> {
        let is_lone = subjects[self.subject].layer.is_some();
        let places = Place::all(self.statement).into_iter();
        places.filter(|p| is_lone || *p != Place::Principal).collect()
    }

    fn all_elements(&self, subjects: &[&Subject]) -> Vec<(usize, Part)> {
        self.places(subjects).into_iter().map(|p| self.part(p, None)).collect()
    }
}

struct Search<'b, H> {
    holds: H,
    limit: Limit<'b>,
    asked: usize,
    /// Whether everything was tried, and found out.
    is_sure: bool,
    /// What is not needed, with its subject.
    dropped: Vec<(usize, Part)>,
}

impl<'b, H: Fn(&[(usize, Part)]) -> Option<bool>> Search<'b, H> {
    fn new(limit: Limit<'b>, holds: H) -> Self {
        Search { holds, limit, asked: 0, is_sure: true, dropped: Vec::new() }
    }

    /// Tries to do without some parts; true if the proof stands.
    fn drop(&mut self, parts: &[(usize, Part)]) -> bool {
        if self.asked >= self.limit.questions || self.limit.steps.left() == 0 {
            self.is_sure = false;
            return false;
        }
        self.asked += 1;
        let before = self.dropped.len();
        self.dropped.extend(parts);
        let holds = (self.holds)(&self.dropped);
        self.is_sure &= holds.is_some();
        if holds != Some(true) {
            self.dropped.truncate(before);
        }
        holds == Some(true)
    }

    /// The items that cannot be dropped.
    fn needed<T: Copy>(
        &mut self,
        items: Vec<T>,
        parts: impl Fn(&T) -> Vec<(usize, Part)>,
    ) -> Vec<T> {
        let mut needed = Vec::new();
        let mut open = vec![items];
        while let Some(mut group) = open.pop() {
            let all: Vec<(usize, Part)> = group.iter().flat_map(&parts).collect();
            if all.is_empty() || self.drop(&all) {
                continue;
            }
            match group.len() {
                1 => needed.extend(group),
                length => {
                    let rest = group.split_off(length / 2);
                    open.extend([rest, group]);
                }
            }
        }
        needed
    }

    /// The values of an element that are needed, of those that can be taken out of it.
    fn values(&mut self, item: &Item<'_>, place: Place, can_go: bool) -> (Place, Vec<usize>) {
        let all: Vec<usize> = (0..place.values(item.statement).len()).collect();
        match can_go && all.len() > 1 {
            true => (place, self.needed(all, |v| vec![item.part(place, Some(*v))])),
            false => (place, all),
        }
    }

    /// What is needed of a statement that stands in the way: as few values as still do.
    fn of_obstacle(&mut self, item: &Item<'_>) -> Needed {
        let places = Place::all(item.statement);
        let elements = places.into_iter().map(|place| {
            let can_go = !place.is_negated(item.statement);
            self.values(item, place, can_go)
        });
        let elements = elements.collect();
        Needed { subject: item.subject, at: item.at, is_limit: false, elements }
    }

    /// What is needed of a statement that could let requests through: the elements that stop it
    /// from doing so.
    fn of_opening(&mut self, item: &Item<'_>, subjects: &[&Subject]) -> Needed {
        let places = self.needed(item.places(subjects), |p| vec![item.part(*p, None)]);
        let elements = places.into_iter().map(|place| {
            // Of a principal, it makes a difference which entries stand beside each other.
            let can_go = place.is_negated(item.statement) && place != Place::Principal;
            self.values(item, place, can_go)
        });
        let mut elements: Vec<_> = elements.collect();
        elements.sort_unstable();
        Needed { subject: item.subject, at: item.at, is_limit: true, elements }
    }
}
