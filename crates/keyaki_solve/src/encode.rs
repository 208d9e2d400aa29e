//! Claims as terms over the encoded texts.

use std::collections::BTreeMap;

use keyaki_eval::Formula;

use crate::cell::{Cell, Cells};
use crate::claim::{Claim, Fold, Key, Segments, Slot, Test, about};
use crate::glob::Glob;
use crate::script::{Membership, Options};
use crate::smt::{Term, list, member};
use crate::typed::holds;
use crate::{names, regex, relation};

/// Turns claims into terms; notes what it could not say and what else must be declared.
pub(crate) struct Encoder<'q> {
    cells: &'q Cells,
    options: &'q Options,
    /// Texts of which the segments are needed, because variables stand in patterns for these.
    pub(crate) dissected: Vec<Slot>,
    /// Texts that are looked at in lower case only.
    pub(crate) lowered: Vec<Slot>,
    pub(crate) gap: Option<&'static str>,
}

impl<'q> Encoder<'q> {
    pub(crate) fn new(cells: &'q Cells, options: &'q Options) -> Self {
        Encoder { cells, options, dissected: Vec::new(), lowered: Vec::new(), gap: None }
    }

    /// The term of a formula.
    pub(crate) fn formula(&mut self, formula: &Formula<Claim>) -> Term {
        match formula {
            Formula::Atom(claim) => self.claim(claim),
            Formula::Not(part) => Term::not(self.formula(part)),
            Formula::And(parts) => {
                let parts: Vec<Term> = parts.iter().map(|p| self.formula(p)).collect();
                Term::and(parts)
            }
            Formula::Or(parts) => self.some(parts),
        }
    }

    /// A disjunction; tests of one text are put together.
    fn some(&mut self, parts: &[Formula<Claim>]) -> Term {
        let mut tests: BTreeMap<Slot, Vec<&Test>> = BTreeMap::new();
        let mut terms = Vec::new();
        for part in parts {
            match part {
                Formula::Atom(Claim::Holds(slot, test)) => {
                    tests.entry(*slot).or_default().push(test);
                }
                Formula::Atom(_) | Formula::Not(_) | Formula::And(_) | Formula::Or(_) => {
                    terms.push(self.formula(part));
                }
            }
        }
        let of_texts: Vec<Term> =
            tests.iter().map(|(slot, tests)| self.tests(*slot, tests)).collect();
        Term::or(of_texts.into_iter().chain(terms))
    }

    fn claim(&mut self, claim: &Claim) -> Term {
        match claim {
            Claim::Statement(number) => Term::new(names::statement(*number)),
            Claim::NoResource => Term::new(names::NO_RESOURCE),
            Claim::Holds(slot, test) => self.tests(*slot, &[test]),
            Claim::Present(key) => present(*key),
            Claim::Null(key) => Term::new(names::null(*key)),
            Claim::One(key, test) => {
                let first = self.value(*key, 0, test);
                Term::and([single(*key), first])
            }
            Claim::Any(key, test) => {
                let null = Term::not(Term::new(names::null(*key)));
                Term::and([null, self.some_value(*key, test)])
            }
            Claim::Some(key, test) => self.some_value(*key, test),
            Claim::All(key, test) => {
                let none = Formula::not((**test).clone());
                let null = Term::new(names::null(*key));
                Term::or([null, Term::not(self.some_value(*key, &none))])
            }
        }
    }

    /// That some value has the property.
    fn some_value(&mut self, key: Key, test: &Formula<Test>) -> Term {
        let count = self.cells.values.get(key).copied().unwrap_or(1);
        let first = self.value(key, 0, test);
        let others: Vec<Term> = (1..count).map(|i| self.value(key, i, test)).collect();
        let others = Term::and([several(key), Term::or(others)]);
        Term::and([present(key), Term::or([first, others])])
    }

    fn value(&mut self, key: Key, index: usize, test: &Formula<Test>) -> Term {
        self.formula(&about(Slot::Value(key, index), test))
    }

    /// That a key has no value but empty ones.
    pub(crate) fn null(&mut self, key: Key) -> Term {
        let empty = Formula::Atom(Test::Like(Glob::default(), Fold::Exact));
        Term::not(self.some_value(key, &Formula::not(empty)))
    }

    /// That some of the tests hold of a text.
    fn tests(&mut self, slot: Slot, tests: &[&Test]) -> Term {
        let name = names::text(slot);
        match self.cells.get(slot) {
            Some(Cell::Actions(classes)) => {
                let mut numbers: Vec<usize> =
                    tests.iter().flat_map(|t| classes.matching(t)).copied().collect();
                numbers.sort_unstable();
                numbers.dedup();
                member(&name, &numbers, classes.examples.len())
            }
            Some(Cell::Classes(texts)) => some_of(&name, tests, texts),
            Some(Cell::Text { forms, .. }) => {
                let is_typed = |t: &&&Test| {
                    matches!(t, Test::Number { .. } | Test::Date { .. } | Test::Address(_))
                };
                let (typed, others): (Vec<&Test>, Vec<&Test>) =
                    tests.iter().copied().partition(|t| is_typed(&t));
                let typed = (!typed.is_empty()).then(|| {
                    let texts: Vec<&String> = forms.iter().collect();
                    let held = |text: &&String| typed.iter().any(|t| holds(t, text));
                    let numbers: Vec<usize> =
                        (1..).zip(&texts).filter(|(_, t)| held(t)).map(|(n, _)| n).collect();
                    member(&names::form(slot), &numbers, forms.len() + 1)
                });
                let others = self.texts(slot, &others);
                Term::or(typed.into_iter().chain([others]))
            }
            // Nothing but its parts is encoded.
            None => self.texts(slot, tests),
        }
    }

    /// That some of the tests hold of a text that is encoded as a string.
    fn texts(&mut self, slot: Slot, tests: &[&Test]) -> Term {
        let name = names::text(slot);
        let mut terms = Vec::new();
        let mut expressions = Vec::new();
        for test in tests {
            match test {
                Test::Like(glob, fold) => match regex::glob(glob, *fold) {
                    Some(_) if glob.literal().is_some() && *fold == Fold::Exact => {
                        let literal = crate::smt::literal(glob.literal().unwrap_or(""));
                        terms.push(Term::new(format!("(= {name} {literal})")));
                    }
                    Some(expression) => expressions.push(expression),
                    None => terms.push(self.related(slot, &name, glob, *fold)),
                },
                Test::Arn(segments) => match regex::arn(segments) {
                    Some(expression) => expressions.push(expression),
                    None => terms.push(self.dissect(slot, segments)),
                },
                Test::Number { .. } | Test::Date { .. } | Test::Address(_) => {}
            }
        }
        let member = |e: &String| Term::new(format!("(str.in_re {name} {e})"));
        let expressions = match (self.options.membership, expressions.len()) {
            (_, 0) => Vec::new(),
            (Membership::Each, _) | (_, 1) => expressions.iter().map(member).collect(),
            (Membership::Union, _) => vec![member(&list("re.union", &expressions))],
        };
        Term::or(terms.into_iter().chain(expressions))
    }

    /// That a text matches a pattern with variables.
    fn related(&mut self, slot: Slot, text: &str, glob: &Glob, fold: Fold) -> Term {
        if fold != Fold::Exact {
            self.lowered.push(slot);
            self.lowered.extend(glob.keys().map(|key| Slot::Value(key, 0)));
        }
        relation::matches(text, glob, fold).unwrap_or_else(|| {
            self.gap = Some("a `?` stands between two `*` in a pattern with variables");
            Term::constant(false)
        })
    }

    /// That a text is an ARN whose segments match patterns with variables.
    fn dissect(&mut self, slot: Slot, segments: &Segments) -> Term {
        if !self.dissected.contains(&slot) {
            self.dissected.push(slot);
        }
        let mut all = vec![Term::new(names::is_arn(slot))];
        for (index, segment) in segments.iter().enumerate() {
            let Some((glob, fold)) = segment else { continue };
            let name = names::segment_of(slot, index);
            all.push(match regex::glob(glob, *fold) {
                Some(expression) => Term::new(format!("(str.in_re {name} {expression})")),
                None => self.related(slot, &name, glob, *fold),
            });
        }
        Term::and(all)
    }
}

fn present(key: Key) -> Term {
    Term::new(names::present(key))
}

fn several(key: Key) -> Term {
    Term::new(names::several(key))
}

fn single(key: Key) -> Term {
    Term::and([present(key), Term::not(several(key))])
}

/// That some test holds of the text of this number. A fixed text is looked up rather than tried.
fn some_of(name: &str, tests: &[&Test], texts: &[String]) -> Term {
    let mut fixed = std::collections::HashSet::new();
    let mut open = Vec::new();
    for test in tests {
        match test {
            Test::Like(glob, Fold::Exact) if glob.literal().is_some() => {
                fixed.extend(glob.literal());
            }
            Test::Like(..)
            | Test::Arn(_)
            | Test::Number { .. }
            | Test::Date { .. }
            | Test::Address(_) => open.push(test),
        }
    }
    let held = |text: &str| fixed.contains(text) || open.iter().any(|t| holds(t, text));
    let numbers: Vec<usize> =
        texts.iter().enumerate().filter(|(_, t)| held(t)).map(|(n, _)| n).collect();
    member(name, &numbers, texts.len())
}
