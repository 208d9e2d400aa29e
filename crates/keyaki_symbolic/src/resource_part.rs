//! The resource of a request: a part of all texts, told by tests that hold and tests that do not.

use std::collections::HashMap;

use crate::algebra::{disjoint, includes};
use crate::budget::{Budget, Exhausted};
use crate::language::Language;
use crate::search::find;
use crate::space::{Literal, ResourceTest};

/// How the resource of one test lies to that of another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lies {
    Within,
    Apart,
    Across,
}

/// Resources that pass some tests and fail others, by the numbers of the tests, ascending.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    inside: Vec<u32>,
    outside: Vec<u32>,
}

impl Part {
    /// Narrows the part to where a literal holds.
    pub(crate) fn assume(&mut self, literal: Literal) {
        let tests = if literal.holds { &mut self.inside } else { &mut self.outside };
        if let Err(at) = tests.binary_search(&literal.test) {
            tests.insert(at, literal.test);
        }
    }
}

/// The tests, and what was found out about them.
pub(crate) struct Resources<'a> {
    /// Those of the program.
    own: &'a [ResourceTest],
    /// Those that were added, numbered after them.
    more: Vec<ResourceTest>,
    budget: &'a Budget,
    lies: HashMap<(u32, u32), Lies>,
    examples: HashMap<Part, Option<String>>,
}

impl<'a> Resources<'a> {
    pub(crate) fn new(own: &'a [ResourceTest], budget: &'a Budget) -> Self {
        Resources { own, more: Vec::new(), budget, lies: HashMap::new(), examples: HashMap::new() }
    }

    /// Adds a test; its number.
    pub(crate) fn add(&mut self, test: ResourceTest) -> u32 {
        self.more.push(test);
        (self.own.len() + self.more.len() - 1) as u32
    }

    /// Where a literal holds in a part: all over it, nowhere, or partly.
    pub(crate) fn lies_in(&mut self, part: &Part, literal: Literal) -> Result<Lies, Exhausted> {
        let mut lies = Lies::Across;
        if part.outside.binary_search(&literal.test).is_ok() {
            lies = Lies::Apart;
        }
        for inside in &part.inside {
            match self.lies(*inside, literal.test)? {
                Lies::Across => {}
                known @ (Lies::Within | Lies::Apart) => lies = known,
            }
        }
        Ok(match (lies, literal.holds) {
            (Lies::Within, false) => Lies::Apart,
            (Lies::Apart, false) => Lies::Within,
            (lies, _) => lies,
        })
    }

    fn test(&self, number: u32) -> &ResourceTest {
        match self.own.get(number as usize) {
            Some(test) => test,
            None => &self.more[number as usize - self.own.len()],
        }
    }

    fn lies(&mut self, inner: u32, outer: u32) -> Result<Lies, Exhausted> {
        if inner == outer {
            return Ok(Lies::Within);
        }
        if let Some(known) = self.lies.get(&(inner, outer)) {
            return Ok(*known);
        }
        let (a, b) = (self.test(inner), self.test(outer));
        self.budget.spend((a.languages.len() * b.languages.len()) as u64)?;
        let held = |l: &Language| {
            b.languages.binary_search(l).is_ok() || b.languages.iter().any(|o| includes(o, l))
        };
        let within = (b.star || !a.star) && a.languages.iter().all(held);
        let apart = || {
            let none = |l: &Language| b.languages.iter().all(|o| disjoint(l, o));
            !(a.star && b.star) && a.languages.iter().all(none)
        };
        let lies = match within {
            true => Lies::Within,
            false if apart() => Lies::Apart,
            false => Lies::Across,
        };
        self.lies.insert((inner, outer), lies);
        Ok(lies)
    }

    /// A resource of the part.
    pub(crate) fn example(&mut self, part: &Part) -> Result<Option<String>, Exhausted> {
        if let Some(known) = self.examples.get(part) {
            return Ok(known.clone());
        }
        let found = self.find(part)?;
        self.examples.insert(part.clone(), found.clone());
        Ok(found)
    }

    fn find(&self, part: &Part) -> Result<Option<String>, Exhausted> {
        let inside: Vec<&ResourceTest> = part.inside.iter().map(|t| self.test(*t)).collect();
        let outside: Vec<&ResourceTest> = part.outside.iter().map(|t| self.test(*t)).collect();
        if inside.iter().all(|t| t.star) && !outside.iter().any(|t| t.star) {
            return Ok(Some("*".to_owned()));
        }
        let arns = Language::arns();
        let mut need: Vec<Vec<&Language>> =
            inside.iter().map(|t| t.languages.iter().collect()).collect();
        // A resource is an ARN, or `*`.
        let all_arns = |group: &Vec<&Language>| group.iter().all(|l| includes(&arns, l));
        if !need.iter().any(all_arns) {
            need.push(vec![&arns]);
        }
        let avoid: Vec<&Language> = outside.iter().flat_map(|t| &t.languages).collect();
        find(&need, &avoid, self.budget)
    }
}
