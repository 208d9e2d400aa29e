//! Long lists of plain texts under equality, which are not compared with each other.

use std::collections::HashMap;

use crate::bits::Bits;
use crate::budget::{Budget, Exhausted};
use crate::key::{KeyTest, State};
use crate::space::Key;

/// Tests that compare with the texts that they spell out: all others are alike to them. So that
/// long lists are not compared with each other.
pub(crate) struct Spelled<'t> {
    /// The tests that spell a text out.
    by_text: HashMap<&'t str, Vec<usize>>,
    /// Those that hold for a text that no test spells out.
    otherwise: Bits,
    /// Those that hold for the texts that they spell out.
    inside: Bits,
    /// All other tests.
    rest: Vec<usize>,
}

impl<'t> Spelled<'t> {
    pub(crate) fn of(key: &'t Key<'_>, texts: &[String]) -> Self {
        let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut rest = Vec::new();
        for (number, test) in key.tests.iter().enumerate() {
            match test.spelled_out() {
                Some(values) => {
                    values.for_each(|v| by_text.entry(v).or_default().push(number));
                }
                None => rest.push(number),
            }
        }
        let other = texts.iter().find(|t| !by_text.contains_key(t.as_str()));
        let other = other.map_or_else(|| fresh(&by_text), String::clone);
        let state = State::One(other);
        let plain = (0..key.tests.len()).filter(|t| rest.binary_search(t).is_err());
        let otherwise = plain.filter(|t| key.tests[*t].holds(&key.name, &state)).collect();
        let holds_inside = |test: &KeyTest<'_>| {
            let some = test.spelled_out().and_then(|mut texts| texts.find(|t| !t.is_empty()));
            some.is_some_and(|text| test.holds(&key.name, &State::One(text.to_owned())))
        };
        let inside = (0..key.tests.len()).filter(|t| holds_inside(&key.tests[*t])).collect();
        Spelled { by_text, otherwise, inside, rest }
    }

    /// The tests that hold for a text which is not empty.
    pub(crate) fn holds(
        &self,
        key: &Key<'_>,
        text: &str,
        budget: &Budget,
    ) -> Result<Bits, Exhausted> {
        let state = State::One(text.to_owned());
        let mut holds = self.otherwise.clone();
        budget.spend(1)?;
        for number in self.by_text.get(text).into_iter().flatten() {
            match self.inside.has(*number) {
                true => holds.insert(*number),
                false => holds.remove(*number),
            }
        }
        for number in &self.rest {
            let test = &key.tests[*number];
            budget.spend(test.size() as u64)?;
            match test.holds(&key.name, &state) {
                true => holds.insert(*number),
                false => holds.remove(*number),
            }
        }
        Ok(holds)
    }
}

/// A text that no test spells out.
fn fresh(by_text: &HashMap<&str, Vec<usize>>) -> String {
    let mut text = "other".to_owned();
    while by_text.contains_key(text.as_str()) {
        text.push('x');
    }
    text
}
