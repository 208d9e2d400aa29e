//! How each text of the unknown request is encoded.

use std::collections::BTreeMap;

use keyaki_catalog::{Catalog, KeyType};
use keyaki_eval::Formula;

use crate::actions::ActionClasses;
use crate::approximation::Approximation;
use crate::claim::{Claim, Fold, Key, Slot, Test};
use crate::classes::{representatives, typed};
use crate::facts::{Facts, is_of_type};
use crate::glob::Glob;
use crate::question::Question;
use crate::script::{Actions, Options, Texts};

/// How a text is encoded.
pub(crate) enum Cell {
    /// As the number of an action's class.
    Actions(ActionClasses),
    /// As the number of one of these texts.
    Classes(Vec<String>),
    /// As a string.
    Text {
        /// The type of its value, where only such values are possible.
        only: Option<KeyType>,
        /// Where it is compared as a number, date or address as well: the only texts of these
        /// kinds that are looked at.
        forms: Vec<String>,
    },
}

/// The texts of a question by the place where they stand; all values of a key are encoded alike.
pub(crate) struct Cells {
    cells: BTreeMap<Slot, Cell>,
    /// What each key can hold.
    pub(crate) facts: Vec<Facts>,
    /// How many values of each key are told apart.
    pub(crate) values: Vec<usize>,
    /// The keys whose values stand in patterns.
    pub(crate) variables: Vec<Key>,
    pub(crate) approximations: Vec<Approximation>,
}

/// How many values of a key are told apart at most.
const MOST_VALUES: usize = 12;

impl Cells {
    /// Chooses an encoding for each text.
    pub(crate) fn choose(question: &Question, options: &Options, catalog: &Catalog) -> Cells {
        let mut found = Found::new(question.keys.names().len());
        question.for_each_claim(&mut |claim| found.claim(claim));
        found.complete_resource();
        let mut cells = Cells {
            cells: BTreeMap::new(),
            facts: found.facts(question, options, catalog),
            values: Vec::new(),
            variables: found.variables.clone(),
            approximations: Vec::new(),
        };
        cells.variables.sort_unstable();
        cells.variables.dedup();
        for (slot, tests) in &found.tests {
            let is_variable = match slot {
                Slot::Value(key, _) => found.variables.contains(key),
                Slot::Action | Slot::Resource | Slot::Segment(_) => false,
            };
            let cell = cells.cell(*slot, tests, is_variable, question, options, catalog);
            cells.cells.insert(*slot, cell);
        }
        cells.count_values(&found, question);
        cells
    }

    fn cell(
        &mut self,
        slot: Slot,
        tests: &[&Test],
        is_variable: bool,
        question: &Question,
        options: &Options,
        catalog: &Catalog,
    ) -> Cell {
        if slot == Slot::Action && options.actions == Actions::Catalog {
            return Cell::Actions(ActionClasses::new(tests, catalog));
        }
        if slot == Slot::Resource && tests.is_empty() {
            return Cell::Classes(vec!["arn:aws:::x".to_owned()]);
        }
        let (name, only) = match slot {
            Slot::Value(key, _) => {
                let name = question.keys.names().get(key).map_or("", |n| &**n);
                (name, self.facts.get(key).and_then(|f| f.only))
            }
            Slot::Action | Slot::Resource | Slot::Segment(_) => ("", None),
        };
        if let Some(only) = only {
            self.approximations.push(Approximation::Typed(name.to_owned(), only));
        }
        let is_typed =
            |t: &&Test| matches!(t, Test::Number { .. } | Test::Date { .. } | Test::Address(_));
        let is_typed = only.is_some() || tests.iter().any(is_typed);
        let wants_classes = options.texts == Texts::Classes || is_typed;
        let refers = tests.iter().any(|t| keys(t).next().is_some());
        if wants_classes
            && !is_variable
            && !refers
            && let Some(mut texts) = representatives(tests, only, slot == Slot::Action)
        {
            texts.retain(|text| can_stand_at(slot, text));
            return Cell::Classes(texts);
        }
        self.text(name, tests, only)
    }

    fn text(&mut self, name: &str, tests: &[&Test], only: Option<KeyType>) -> Cell {
        let mut forms = typed(tests);
        if !forms.is_empty() {
            forms.push(String::new());
            forms.retain(|text| is_of_type(text, only));
            self.approximations.push(Approximation::Forms(name.to_owned()));
        }
        let folds = |t: &&Test| match t {
            Test::Like(glob, Fold::Lower) => {
                keys(t).next().is_some() || glob.literal().is_none_or(|t| !t.is_ascii())
            }
            Test::Like(glob, Fold::Ascii) => glob.keys().next().is_some(),
            Test::Like(_, Fold::Exact)
            | Test::Arn(_)
            | Test::Number { .. }
            | Test::Date { .. }
            | Test::Address(_) => false,
        };
        if tests.iter().any(folds) {
            self.approximations.push(Approximation::Folding(name.to_owned()));
        }
        Cell::Text { only, forms }
    }

    /// As many values as there are demands that each need a value of their own.
    fn count_values(&mut self, found: &Found<'_>, question: &Question) {
        let keys = found.demands.iter().zip(question.keys.names()).zip(&self.facts);
        for ((demands, name), facts) in keys {
            let wanted = if facts.several { (demands.len() + 1).max(2) } else { 1 };
            if wanted > MOST_VALUES {
                self.approximations.push(Approximation::Lists(name.to_string(), MOST_VALUES));
            }
            self.values.push(wanted.min(MOST_VALUES));
        }
    }

    /// Whether all segments of the resource are encoded by classes.
    pub(crate) fn has_classes_of_segments(&self) -> bool {
        (0..5).all(|i| matches!(self.get(Slot::Segment(i)), Some(Cell::Classes(_))))
    }

    /// How the text at a place is encoded.
    pub(crate) fn get(&self, slot: Slot) -> Option<&Cell> {
        self.cells.get(&place(slot))
    }

    /// All places that occur; a key by its first value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &Cell)> {
        self.cells.iter().map(|(slot, cell)| (*slot, cell))
    }
}

/// Whether a text can stand at a place at all.
fn can_stand_at(slot: Slot, text: &str) -> bool {
    match slot {
        Slot::Segment(index) => index == 4 || !text.contains(':'),
        Slot::Action => text.split_once(':').is_some_and(|(service, _)| !service.is_empty()),
        Slot::Resource | Slot::Value(..) => true,
    }
}

/// All values of a key are in one place.
fn place(slot: Slot) -> Slot {
    match slot {
        Slot::Value(key, _) => Slot::Value(key, 0),
        Slot::Action | Slot::Resource | Slot::Segment(_) => slot,
    }
}

/// The keys whose values stand in a test.
fn keys(test: &Test) -> impl Iterator<Item = Key> {
    let globs: Vec<&Glob> = match test {
        Test::Like(glob, _) => vec![glob],
        Test::Arn(segments) => segments.iter().flatten().map(|(glob, _)| glob).collect(),
        Test::Number { .. } | Test::Date { .. } | Test::Address(_) => Vec::new(),
    };
    globs.into_iter().flat_map(Glob::keys).collect::<Vec<_>>().into_iter()
}

/// What occurs in a question.
struct Found<'q> {
    tests: BTreeMap<Slot, Vec<&'q Test>>,
    variables: Vec<Key>,
    /// For each key, the demands on several values.
    demands: Vec<Vec<&'q Claim>>,
}

impl<'q> Found<'q> {
    fn new(keys: usize) -> Self {
        // Every key is asked for an empty text.
        let of_keys = (0..keys).map(|key| (Slot::Value(key, 0), vec![no_text()]));
        let action = [(Slot::Action, Vec::new())];
        let tests = of_keys.chain(action).collect();
        let demands = vec![Vec::new(); keys];
        Found { tests, variables: Vec::new(), demands }
    }

    fn facts(&self, question: &Question, options: &Options, catalog: &Catalog) -> Vec<Facts> {
        let keys = question.keys.names().iter().enumerate().zip(&self.demands);
        let facts = keys.map(|((key, name), demands)| {
            let tests = self.tests.get(&Slot::Value(key, 0)).map_or(&[][..], Vec::as_slice);
            Facts::of(name, tests, !demands.is_empty(), options.keys, catalog)
        });
        facts.collect()
    }

    /// A resource has all segments or none.
    fn complete_resource(&mut self) {
        let is_segment = |s: &Slot| matches!(s, Slot::Segment(_));
        let parts = match self.tests.keys().any(is_segment) {
            true => (0..5).map(Slot::Segment).collect(),
            false => vec![Slot::Resource],
        };
        for part in parts {
            self.tests.entry(part).or_default();
        }
    }

    fn claim(&mut self, claim: &'q Claim) {
        match claim {
            Claim::Statement(_) | Claim::NoResource => {}
            Claim::Present(_) | Claim::Null(_) => {}
            Claim::Holds(slot, test) => self.test(*slot, test),
            Claim::One(key, formula) => self.formula(*key, formula),
            Claim::All(key, formula) | Claim::Any(key, formula) | Claim::Some(key, formula) => {
                self.formula(*key, formula);
                if let Some(demands) = self.demands.get_mut(*key)
                    && demands.len() <= MOST_VALUES
                    && !demands.contains(&claim)
                {
                    demands.push(claim);
                }
            }
        }
    }

    fn formula(&mut self, key: Key, formula: &'q Formula<Test>) {
        formula.for_each_atom(&mut |test| self.test(Slot::Value(key, 0), test));
    }

    fn test(&mut self, slot: Slot, test: &'q Test) {
        self.variables.extend(keys(test));
        self.tests.entry(place(slot)).or_default().push(test);
    }
}

/// That a text is empty.
fn no_text() -> &'static Test {
    static EMPTY: std::sync::LazyLock<Test> =
        std::sync::LazyLock::new(|| Test::Like(Glob::default(), Fold::Exact));
    &EMPTY
}
