//! A query made ready for deciding: its atoms as action tests and boxes.

use std::collections::HashMap;

use keyaki_eval::Formula;
use keyaki_ir::{ActionPattern, Element};

use crate::action::ActionTest;
use crate::compile;
use crate::key::KeyTest;
use crate::query::{Ask, Query, Text};
use crate::space::{Dimension, Literal, ResourceTest, Space};
use crate::statement::{Conjunction, NotModelled, boxes};

/// An atom: an action among some and not among others, and one of some boxes.
#[derive(Debug)]
pub(crate) struct Atom {
    /// Action tests that must match, or must not.
    pub(crate) actions: Vec<(u32, bool)>,
    /// Numbers of boxes; the atom holds in their union.
    pub(crate) boxes: Vec<u32>,
}

/// A query made ready.
#[derive(Debug)]
pub(crate) struct Program<'p> {
    pub(crate) space: Space<'p>,
    pub(crate) actions: Vec<ActionTest>,
    pub(crate) boxes: Vec<Conjunction>,
    pub(crate) atoms: Vec<Atom>,
    pub(crate) formula: Formula<usize>,
    /// Boxes that are empty because one relation implies another, with both relations.
    pub(crate) impossible: Vec<(u32, u32, u32)>,
}

impl<'p> Program<'p> {
    pub(crate) fn new(query: &Query<'p>) -> Result<Self, NotModelled> {
        let mut builder = Builder {
            space: Space::default(),
            actions: Vec::new(),
            action_ids: HashMap::new(),
            boxes: Vec::new(),
            box_ids: HashMap::new(),
            atoms: Vec::new(),
            atom_ids: HashMap::new(),
        };
        let formula = builder.formula(query, &query.formula)?;
        let implied = builder.space.implied.clone();
        let impossible = implied.into_iter().map(|(first, second)| {
            let literal = |number: u32, holds: bool| Literal {
                dimension: Dimension::Relation(number),
                test: 0,
                holds,
            };
            let mut conjunction = vec![literal(first, true), literal(second, false)];
            conjunction.sort_unstable();
            (first, second, builder.conjunction(conjunction))
        });
        let impossible = impossible.collect();
        let Builder { space, actions, boxes, atoms, .. } = builder;
        Ok(Program { space, actions, boxes, atoms, formula, impossible })
    }
}

struct Builder<'p> {
    space: Space<'p>,
    actions: Vec<ActionTest>,
    action_ids: HashMap<ActionTest, u32>,
    boxes: Vec<Conjunction>,
    box_ids: HashMap<Conjunction, u32>,
    atoms: Vec<Atom>,
    atom_ids: HashMap<Ask, usize>,
}

impl<'p> Builder<'p> {
    fn formula(
        &mut self,
        query: &Query<'p>,
        formula: &Formula<Ask>,
    ) -> Result<Formula<usize>, NotModelled> {
        Ok(match formula {
            Formula::Atom(ask) => Formula::Atom(self.atom(query, ask)?),
            Formula::Not(part) => Formula::not(self.formula(query, part)?),
            Formula::And(parts) => {
                let parts: Result<Vec<_>, _> =
                    parts.iter().map(|p| self.formula(query, p)).collect();
                Formula::and(parts?)
            }
            Formula::Or(parts) => {
                let parts: Result<Vec<_>, _> =
                    parts.iter().map(|p| self.formula(query, p)).collect();
                Formula::or(parts?)
            }
        })
    }

    fn atom(&mut self, query: &Query<'p>, ask: &Ask) -> Result<usize, NotModelled> {
        if let Some(number) = self.atom_ids.get(ask) {
            return Ok(*number);
        }
        let atom = match ask {
            Ask::Statement { side, at } => self.statement(query, *side, *at)?,
            Ask::Action(text) => {
                let test = self.action_test(vec![pattern(text)]);
                let boxes = vec![self.conjunction(Vec::new())];
                Atom { actions: vec![(test, true)], boxes }
            }
            Ask::Resource(text) => {
                let language = compile::text(text);
                let star = language.matches("*");
                let test = ResourceTest { languages: vec![language], star };
                let literal = Literal::resource(self.space.resource_test(test), true);
                self.lone(literal)
            }
            Ask::Present(key) => {
                let literal = self.space.key_test(key, KeyTest::Present);
                self.lone(literal)
            }
            Ask::Value(key, text) => {
                let literal = self.space.key_test(key, KeyTest::Is(compile::text(text)));
                self.lone(literal)
            }
        };
        self.atoms.push(atom);
        self.atom_ids.insert(ask.clone(), self.atoms.len() - 1);
        Ok(self.atoms.len() - 1)
    }

    fn lone(&mut self, literal: Literal) -> Atom {
        Atom { actions: Vec::new(), boxes: vec![self.conjunction(vec![literal])] }
    }

    fn statement(
        &mut self,
        query: &Query<'p>,
        side: usize,
        at: keyaki_eval::StatementRef,
    ) -> Result<Atom, NotModelled> {
        const NEVER: Atom = Atom { actions: Vec::new(), boxes: Vec::new() };
        let Some(side) = query.sides.get(side).copied() else { return Ok(NEVER) };
        let Some(statement) = side.policies.statement(at) else { return Ok(NEVER) };
        if statement.action.is_none() && statement.not_action.is_none() {
            return Ok(NEVER);
        }
        let mut actions = Vec::new();
        let mut add = |element: &Option<Element<ActionPattern>>, holds: bool| {
            if let Some(element) = element {
                let texts = element.entries.iter().map(|e| e.text.clone());
                actions.push((self.action_test(texts.collect()), holds));
            }
        };
        add(&statement.action, true);
        add(&statement.not_action, false);
        let boxes = boxes(side, at, &mut self.space)?;
        let boxes = boxes.into_iter().map(|b| self.conjunction(b)).collect();
        Ok(Atom { actions, boxes })
    }

    fn action_test(&mut self, mut patterns: Vec<Box<str>>) -> u32 {
        patterns.sort_unstable();
        patterns.dedup();
        let actions = &mut self.actions;
        *self.action_ids.entry(ActionTest { patterns }).or_insert_with_key(|test| {
            actions.push(test.clone());
            actions.len() as u32 - 1
        })
    }

    fn conjunction(&mut self, conjunction: Conjunction) -> u32 {
        let boxes = &mut self.boxes;
        *self.box_ids.entry(conjunction).or_insert_with_key(|c| {
            boxes.push(c.clone());
            boxes.len() as u32 - 1
        })
    }
}

/// The pattern of an action; letter case never counts in one.
fn pattern(text: &Text) -> Box<str> {
    match text {
        Text::Is(text, _) | Text::Like(text, _) | Text::Arn(text) => text.clone(),
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
    /// The formula where the action is such that these tests match.
    pub(crate) fn for_actions(&self, holds: &crate::bits::Bits) -> Node {
        self.node(&self.formula, holds, true)
    }

    fn node(&self, formula: &Formula<usize>, holds: &crate::bits::Bits, positive: bool) -> Node {
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

    fn leaf(&self, atom: usize, holds: &crate::bits::Bits, positive: bool) -> Node {
        let atom = &self.atoms[atom];
        let matches = atom.actions.iter().all(|(t, expected)| holds.has(*t as usize) == *expected);
        let is_all = |b: &u32| self.boxes[*b as usize].is_empty();
        let value = match (matches, atom.boxes.iter().any(is_all)) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) if atom.boxes.is_empty() => Some(false),
            (true, false) => None,
        };
        match value {
            Some(value) if value == positive => Node::True,
            Some(_) => Node::False,
            None if positive => Node::In(atom.boxes.clone()),
            None => Node::Outside(atom.boxes.clone()),
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
