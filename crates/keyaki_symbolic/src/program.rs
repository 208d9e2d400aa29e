//! A query made ready for deciding: its atoms as action tests and boxes.

use std::collections::{HashMap, HashSet};

use keyaki_eval::Formula;
use keyaki_ir::Condition;

use crate::action::ActionTest;
use crate::bits::Bits;
use crate::compile;
use crate::guard::Guard;
use crate::instantiate::Replacement;
use crate::key::KeyTest;
use crate::query::{Ask, Query, Text};
use crate::same::{Met, Placed, Same};
use crate::simplify::simplified;
use crate::space::{Dimension, Literal, ResourceTest, Space};
use crate::statement::{Conjunction, NotModelled, boxes};

/// An atom: an action among some and not among others, and one of some boxes.
#[derive(Debug)]
pub(crate) struct Atom<'q> {
    content: Content<'q>,
    /// The first atom that is the same but for the actions.
    but_for_actions: usize,
    /// Action tests that must match, or must not.
    pub(crate) actions: Vec<(u32, bool)>,
    /// Numbers of boxes; the atom holds in their union. None where they have not been made yet.
    made: Option<Vec<u32>>,
}

/// What an atom asks for, beside the action.
#[derive(Debug)]
enum Content<'q> {
    Never,
    Always,
    Statement(Placed<'q>),
    Resource(&'q Text),
    Key(&'q str, KeyTest<'q>),
}

/// Patterns by the first atom of those that are the same but for the actions.
type Excluded<'q> = HashMap<usize, HashSet<&'q str>>;

impl Atom<'_> {
    pub(crate) fn boxes(&self) -> &[u32] {
        self.made.as_deref().unwrap_or_default()
    }
}

/// A query made ready.
#[derive(Debug)]
pub(crate) struct Program<'q> {
    pub(crate) space: Space<'q>,
    pub(crate) actions: Vec<ActionTest<'q>>,
    pub(crate) boxes: Vec<Conjunction>,
    box_ids: HashMap<Conjunction, u32>,
    pub(crate) atoms: Vec<Atom<'q>>,
    pub(crate) formula: Formula<usize>,
    /// The numbers of the atoms.
    pub(crate) asked: HashMap<&'q Ask, usize>,
    /// Boxes that are empty because one relation implies another, with both relations.
    pub(crate) impossible: Vec<(u32, u32, u32)>,
    replacement: Replacement,
}

impl<'q> Program<'q> {
    /// The query with its atoms told apart, but none of their boxes.
    pub(crate) fn outline(query: &'q Query<'q>, replacement: Replacement) -> Self {
        let mut program = Program {
            space: Space::default(),
            actions: Vec::new(),
            boxes: Vec::new(),
            box_ids: HashMap::new(),
            atoms: Vec::new(),
            formula: Formula::TRUE,
            asked: HashMap::new(),
            impossible: Vec::new(),
            replacement,
        };
        let mut met = Met::default();
        program.formula = program.numbered(query, &query.formula, &mut met);
        program.space.many = program.expected_many();
        program
    }

    /// The query with the boxes of all atoms.
    pub(crate) fn whole(
        query: &'q Query<'q>,
        replacement: Replacement,
    ) -> Result<Self, NotModelled> {
        let mut program = Self::outline(query, replacement);
        program.make(0..program.atoms.len())?;
        Ok(program)
    }

    /// Drops from the formula what other parts of it settle.
    pub(crate) fn simplify(&mut self) {
        self.formula = simplified(&self.formula);
    }

    /// Which actions can matter; all if there is no guard.
    pub(crate) fn guard(&self) -> Option<Guard> {
        Guard::new(self.guarding(&self.formula, &Excluded::new())?)
    }

    /// Patterns of which one must match the action for the formula to hold, the fewest. What is
    /// excluded counts for nothing. The formula has its negations at the atoms.
    fn guarding(&self, formula: &Formula<usize>, excluded: &Excluded<'q>) -> Option<Vec<&'q str>> {
        match formula {
            Formula::Atom(atom) => self.guarding_atom(*atom, excluded),
            Formula::Not(_) => None,
            Formula::And(parts) => {
                let mut excluded = excluded.clone();
                parts.iter().for_each(|part| self.exclude(part, &mut excluded));
                let all = parts.iter().filter_map(|p| self.guarding(p, &excluded));
                all.min_by_key(Vec::len)
            }
            Formula::Or(parts) => {
                let all: Option<Vec<_>> =
                    parts.iter().map(|p| self.guarding(p, excluded)).collect();
                all.map(|all| all.concat())
            }
        }
    }

    fn guarding_atom(&self, atom: usize, excluded: &Excluded<'q>) -> Option<Vec<&'q str>> {
        let Atom { but_for_actions, actions, .. } = &self.atoms[atom];
        let (test, _) = actions.iter().find(|(_, holds)| *holds)?;
        let without = excluded.get(but_for_actions);
        let counts = |p: &&&str| without.is_none_or(|without| !without.contains(*p));
        let patterns = &self.actions[*test as usize].patterns;
        Some(patterns.iter().filter(counts).copied().collect())
    }

    /// An atom that must not hold excludes, for the actions that its patterns match, all atoms that
    /// are the same but for the actions.
    fn exclude(&self, part: &Formula<usize>, excluded: &mut Excluded<'q>) {
        let Formula::Not(part) = part else { return };
        let Formula::Atom(atom) = **part else { return };
        let atom = &self.atoms[atom];
        if let [(test, true)] = atom.actions.as_slice() {
            let patterns = &self.actions[*test as usize].patterns;
            excluded.entry(atom.but_for_actions).or_default().extend(patterns);
        }
    }

    fn numbered(
        &mut self,
        query: &'q Query<'q>,
        formula: &'q Formula<Ask>,
        met: &mut Met<'q>,
    ) -> Formula<usize> {
        match formula {
            Formula::Atom(ask) => Formula::Atom(self.atom(query, ask, met)),
            Formula::Not(part) => Formula::not(self.numbered(query, part, met)),
            Formula::And(parts) => {
                let parts: Vec<_> = parts.iter().map(|p| self.numbered(query, p, met)).collect();
                Formula::and(parts)
            }
            Formula::Or(parts) => {
                let parts: Vec<_> = parts.iter().map(|p| self.numbered(query, p, met)).collect();
                Formula::or(parts)
            }
        }
    }

    fn atom(&mut self, query: &'q Query<'q>, ask: &'q Ask, met: &mut Met<'q>) -> usize {
        if let Some(number) = self.asked.get(ask) {
            return *number;
        }
        let new = self.atoms.len();
        let placed = match ask {
            Ask::Statement { side, at } => {
                query.sides.get(*side).and_then(|side| Placed::new(*side, *at))
            }
            Ask::Action(_) | Ask::Resource(_) | Ask::Present(_) | Ask::Value(..) | Ask::Any(..) => {
                None
            }
        };
        let same = placed.map(|placed| met.same(placed, new));
        let Same { whole, but_for_actions } =
            same.unwrap_or(Same { whole: new, but_for_actions: new });
        if whole == new {
            let (actions, content) = self.read(ask, placed);
            self.atoms.push(Atom { content, but_for_actions, actions, made: None });
        }
        self.asked.insert(ask, whole);
        whole
    }

    fn read(
        &mut self,
        ask: &'q Ask,
        placed: Option<Placed<'q>>,
    ) -> (Vec<(u32, bool)>, Content<'q>) {
        match ask {
            Ask::Statement { .. } => {
                let Some(placed) = placed else { return (Vec::new(), Content::Never) };
                let statement = placed.statement;
                let elements = [(&statement.action, true), (&statement.not_action, false)];
                let elements = elements.iter().filter_map(|(e, holds)| Some((e.as_ref()?, *holds)));
                let tests = elements.map(|(element, holds)| {
                    let texts = element.entries.iter().map(|e| &*e.text);
                    (self.action_test(texts.collect()), holds)
                });
                let tests: Vec<(u32, bool)> = tests.collect();
                match tests.is_empty() {
                    true => (tests, Content::Never),
                    false => (tests, Content::Statement(placed)),
                }
            }
            Ask::Action(text) => {
                (vec![(self.action_test(vec![pattern(text)]), true)], Content::Always)
            }
            Ask::Resource(text) => (Vec::new(), Content::Resource(text)),
            Ask::Present(key) => (Vec::new(), Content::Key(key, KeyTest::Present)),
            Ask::Value(key, text) => {
                (Vec::new(), Content::Key(key, KeyTest::Is(compile::text(text))))
            }
            Ask::Any(key, text) => {
                (Vec::new(), Content::Key(key, KeyTest::Any(compile::text(text))))
            }
        }
    }

    fn action_test(&mut self, patterns: Vec<&'q str>) -> u32 {
        self.actions.push(ActionTest { patterns });
        self.actions.len() as u32 - 1
    }

    /// The keys of which some statement expects several values, in lower case.
    fn expected_many(&self) -> HashSet<String> {
        let statements = self.atoms.iter().filter_map(|atom| match &atom.content {
            Content::Statement(placed) => placed.statement.condition.as_ref(),
            Content::Never | Content::Always | Content::Resource(_) | Content::Key(..) => None,
        });
        statements.flat_map(many_in).collect()
    }

    /// Makes the boxes of some atoms.
    pub(crate) fn make(
        &mut self,
        atoms: impl IntoIterator<Item = usize>,
    ) -> Result<(), NotModelled> {
        let implied = self.space.implied.len();
        for number in atoms {
            if self.atoms[number].made.is_none() {
                self.atoms[number].made = Some(self.boxes_of(number)?);
            }
        }
        for (first, second) in self.space.implied.split_off(implied) {
            self.space.implied.push((first, second));
            let literal = |number: u32, holds: bool| Literal {
                dimension: Dimension::Relation(number),
                test: 0,
                holds,
            };
            let mut conjunction = vec![literal(first, true), literal(second, false)];
            conjunction.sort_unstable();
            let empty = self.conjunction(conjunction);
            self.impossible.push((first, second, empty));
        }
        Ok(())
    }

    fn boxes_of(&mut self, atom: usize) -> Result<Vec<u32>, NotModelled> {
        let conjunctions = match &self.atoms[atom].content {
            Content::Never => Vec::new(),
            Content::Always => vec![Vec::new()],
            Content::Statement(placed) => {
                let placed = *placed;
                let replaced = self.replacement.statement(placed.statement, placed.version);
                boxes(placed, replaced.as_ref().unwrap_or(placed.statement), &mut self.space)?
            }
            Content::Resource(text) => {
                let language = compile::text(text);
                let star = language.matches("*");
                let test = ResourceTest { languages: vec![language], star };
                vec![vec![Literal::resource(self.space.resource_test(test), true)]]
            }
            Content::Key(key, test) => {
                vec![vec![self.space.key_test(key, test.clone())]]
            }
        };
        Ok(conjunctions.into_iter().map(|c| self.conjunction(c)).collect())
    }

    fn conjunction(&mut self, conjunction: Conjunction) -> u32 {
        let boxes = &mut self.boxes;
        *self.box_ids.entry(conjunction).or_insert_with_key(|c| {
            boxes.push(c.clone());
            boxes.len() as u32 - 1
        })
    }
}

fn many_in(condition: &Condition) -> impl Iterator<Item = String> {
    let sets = condition
        .blocks
        .iter()
        .filter(|block| block.operator.operator.is_some_and(|operator| operator.set.is_some()));
    sets.flat_map(|block| &block.entries).map(|entry| entry.key.value.to_ascii_lowercase())
}

/// The pattern of an action; letter case never counts in one.
fn pattern(text: &Text) -> &str {
    match text {
        Text::Is(text, _) | Text::Like(text, _) | Text::Arn(text) => text,
    }
}

/// A formula for one class of actions, with negations at the atoms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    True,
    False,
    /// The request lies in one of these boxes.
    In(Vec<u32>),
    /// The request lies in none of these boxes.
    Outside(Vec<u32>),
    And(Vec<Node>),
    Or(Vec<Node>),
}

impl Program<'_> {
    /// The atoms without boxes that the formula depends on where the action is such that these
    /// tests match.
    pub(crate) fn needed(&self, holds: &Bits) -> Vec<usize> {
        let mut atoms = Vec::new();
        self.needs(&self.formula, holds, &mut atoms);
        atoms.retain(|atom| self.atoms[*atom].made.is_none());
        atoms
    }

    /// The value of the formula as far as it depends on the action alone; adds the atoms that it
    /// depends on beyond that.
    fn needs(
        &self,
        formula: &Formula<usize>,
        holds: &Bits,
        atoms: &mut Vec<usize>,
    ) -> Option<bool> {
        let before = atoms.len();
        match formula {
            Formula::Atom(atom) if !self.is_matched(*atom, holds) => Some(false),
            Formula::Atom(atom) => {
                atoms.push(*atom);
                None
            }
            Formula::Not(part) => self.needs(part, holds, atoms).map(|value| !value),
            Formula::And(parts) | Formula::Or(parts) => {
                let decisive = matches!(formula, Formula::Or(_));
                let mut is_open = false;
                for part in parts {
                    match self.needs(part, holds, atoms) {
                        None => is_open = true,
                        Some(value) if value == decisive => {
                            atoms.truncate(before);
                            return Some(decisive);
                        }
                        Some(_) => {}
                    }
                }
                (!is_open).then_some(!decisive)
            }
        }
    }

    fn is_matched(&self, atom: usize, holds: &Bits) -> bool {
        let tests = &self.atoms[atom].actions;
        tests.iter().all(|(test, expected)| holds.has(*test as usize) == *expected)
    }

    /// The formula where the action is such that these tests match. The boxes of the atoms that it
    /// depends on have been made.
    pub(crate) fn for_actions(&self, holds: &Bits) -> Node {
        self.node(&self.formula, holds, true)
    }

    fn node(&self, formula: &Formula<usize>, holds: &Bits, positive: bool) -> Node {
        match formula {
            Formula::Atom(atom) => self.leaf(*atom, holds, positive),
            Formula::Not(part) => self.node(part, holds, !positive),
            Formula::And(parts) | Formula::Or(parts) => {
                let is_and = matches!(formula, Formula::And(_)) == positive;
                let parts = parts.iter().map(|p| self.node(p, holds, positive));
                if is_and { and(parts) } else { or(parts) }
            }
        }
    }

    fn leaf(&self, number: usize, holds: &Bits, positive: bool) -> Node {
        let atom = &self.atoms[number];
        let matches = self.is_matched(number, holds);
        let is_all = |b: &u32| self.boxes[*b as usize].is_empty();
        let value = match (matches, atom.boxes().iter().any(is_all)) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) if atom.boxes().is_empty() => Some(false),
            (true, false) => None,
        };
        match value {
            Some(value) if value == positive => Node::True,
            Some(_) => Node::False,
            None if positive => Node::In(atom.boxes().to_vec()),
            None => Node::Outside(atom.boxes().to_vec()),
        }
    }
}

fn and(parts: impl Iterator<Item = Node>) -> Node {
    let mut all = Vec::new();
    for part in parts {
        match part {
            Node::True => {}
            Node::False => return Node::False,
            Node::And(inner) => all.extend(inner),
            part @ (Node::In(_) | Node::Outside(_) | Node::Or(_)) => all.push(part),
        }
    }
    match all.len() {
        0 => Node::True,
        1 => all.remove(0),
        _ => Node::And(all),
    }
}

fn or(parts: impl Iterator<Item = Node>) -> Node {
    let mut all = Vec::new();
    let mut boxes: Vec<u32> = Vec::new();
    for part in parts {
        match part {
            Node::False => {}
            Node::True => return Node::True,
            Node::Or(inner) => all.extend(inner),
            Node::In(more) => boxes.extend(more),
            part @ (Node::Outside(_) | Node::And(_)) => all.push(part),
        }
    }
    boxes.sort_unstable();
    boxes.dedup();
    if !boxes.is_empty() {
        all.push(Node::In(boxes));
    }
    match all.len() {
        0 => Node::False,
        1 => all.remove(0),
        _ => Node::Or(all),
    }
}
