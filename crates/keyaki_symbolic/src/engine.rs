//! Answers to queries: a request, the certainty that there is none, or why neither was found.

use std::collections::{HashMap, HashSet};
use std::fmt;

use keyaki_catalog::{Action, Catalog, KeyLookup};
use keyaki_eval::{Context, Request};

use crate::action::{self, ActionClass, Members};
use crate::attempt::values_at;
use crate::bits::Bits;
use crate::budget::{Budget, Exhausted};
use crate::decide::{Decider, Point};
use crate::instantiate::{self, Known, Replacement};
use crate::key::State;
use crate::language::{Language, glob_symbols};
use crate::program::{Node, Program};
use crate::query::Query;
use crate::space::{Literal, ResourceTest};
use crate::statement::NotModelled;

/// Which actions a request may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Actions {
    /// Those of the catalogue, and those that a policy spells out.
    Known,
    /// All, also those that AWS may add some day.
    #[default]
    Any,
}

/// A request that was found, and how real it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The request. It has been replayed.
    pub request: Request,
    /// Whether the catalogue knows the action.
    pub is_known: bool,
    /// Whether the resource has a form that the action takes, and every key is one that the
    /// action carries.
    pub is_realistic: bool,
    /// Keys that must be absent from the request, of those that the policies ask for.
    pub absent: Vec<String>,
}

/// What became of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is such a request.
    Found(Box<Found>),
    /// There is none.
    Nothing {
        /// Services of which actions that AWS may add some day were left out, because the patterns
        /// for them overlap in too many ways.
        left_out: Vec<String>,
    },
    /// It was not found out, and why.
    Undecided(String),
}

/// The engine that decides on boxes.
#[derive(Clone, Copy, Debug)]
pub struct Engine<'c> {
    catalog: &'c Catalog,
    actions: Actions,
    /// Whether values are tried for keys that policy variables relate to each other.
    tries_values: bool,
}

impl<'c> Engine<'c> {
    /// An engine over what AWS services define.
    pub fn new(catalog: &'c Catalog, actions: Actions) -> Self {
        Engine { catalog, actions, tries_values: true }
    }

    /// The same, for those who want proofs: where policy variables relate keys to each other, no
    /// request is searched for.
    pub fn for_proofs(self) -> Self {
        Engine { tries_values: false, ..self }
    }

    /// Whether there is such a request.
    pub fn ask(&self, query: &Query<'_>, budget: &Budget) -> Outcome {
        self.ask_with(query, budget, None)
    }

    /// The live actions of the catalogue with which there may be such a request, and the names that
    /// policies spell out and the catalogue does not know. Empty if that cannot be told.
    pub fn actions(&self, query: &Query<'_>, budget: &Budget) -> Vec<String> {
        let mut program = Program::outline(query, Replacement::default());
        program.simplify();
        let guard = program.guard();
        let known = action::known(&program.actions, guard.as_ref(), self.catalog, budget);
        let Ok(classes) = known else { return Vec::new() };
        if make(&mut program, &classes).is_err() {
            return Vec::new();
        }
        let mut decider = Decider::new(&program, self.catalog, budget);
        let mut names = Names::default();
        for class in classes {
            let node = program.for_actions(&class.holds);
            if matches!(decider.find(&node, &[]), Ok(None)) {
                continue;
            }
            match &class.members {
                Members::Known(_) => self.fitting(&class, &node, &mut decider, &mut names),
                Members::Unknown(name) => names.likely.push(name.clone()),
            }
        }
        if names.likely.is_empty() { names.others } else { names.likely }
    }

    /// Sorts the actions of a class by whether they take such a resource.
    fn fitting(
        &self,
        class: &ActionClass,
        node: &Node,
        decider: &mut Decider<'_, '_>,
        names: &mut Names,
    ) {
        let mut known: HashMap<Vec<&str>, bool> = HashMap::new();
        for action in class.members.known(self.catalog).take_while(|a| !a.is_retired()) {
            let types = action.resources().map(|r| r.resource_type().arn()).collect();
            let fits = *known.entry(types).or_insert_with(|| {
                let literals = resource_literals(action, decider);
                !matches!(decider.find(node, &literals), Ok(None))
            });
            let list = if fits { &mut names.likely } else { &mut names.others };
            list.push(action.full_name());
        }
    }

    /// Replaces variables whose values the query fixes, and asks. With one action alone, values of
    /// keys have been chosen already.
    pub(crate) fn ask_with(
        &self,
        query: &Query<'_>,
        budget: &Budget,
        only: Option<&str>,
    ) -> Outcome {
        let fixed = instantiate::known(&query.formula, self.catalog);
        let mut program = Program::outline(query, Replacement::of(query, &fixed));
        if let Err(exhausted) = budget.spend(OUTLINE * program.atoms.len() as u64) {
            return Outcome::Undecided(Open::from(exhausted).to_string());
        }
        program.simplify();
        let (open, seen, incomplete) = (Vec::new(), HashSet::new(), None);
        let mut sought = Sought { query, program, budget, fixed, open, seen, incomplete };
        let mut left_out = Vec::new();
        let found = match only {
            Some(action) => {
                let class = action::only(action, &sought.program.actions, self.catalog);
                self.among(&mut sought, &[class])
            }
            None => self.among_all(&mut sought, &mut left_out),
        };
        match found {
            Err(reason) => Outcome::Undecided(reason.to_string()),
            Ok(Some(outcome)) => outcome,
            Ok(None) if sought.open.is_empty() => match sought.incomplete {
                None => Outcome::Nothing { left_out },
                Some(key) => Outcome::Undecided(Open::Incomplete(key).to_string()),
            },
            Ok(None) if only.is_none() && self.tries_values => self
                .try_values(&sought)
                .unwrap_or_else(|e| Outcome::Undecided(Open::from(e).to_string())),
            Ok(None) => Outcome::Undecided(
                "whether the relations between condition keys can hold together".to_owned(),
            ),
        }
    }

    /// Seeks among the actions of the catalogue, and then among those that AWS may add.
    fn among_all(
        &self,
        sought: &mut Sought<'_, '_>,
        left_out: &mut Vec<String>,
    ) -> Result<Option<Outcome>, Open> {
        let guard = sought.program.guard();
        let (tests, budget) = (&sought.program.actions, sought.budget);
        let known = action::known(tests, guard.as_ref(), self.catalog, budget)?;
        let found = self.among(sought, &known)?;
        if found.is_some() || self.actions == Actions::Known {
            return Ok(found);
        }
        let tests = &sought.program.actions;
        let unheard_of = action::unheard_of(tests, guard.as_ref(), self.catalog, budget)?;
        left_out.extend(unheard_of.left_out);
        self.among(sought, &unheard_of.classes)
    }

    /// Decides one class of actions after the other, until something is found.
    fn among(
        &self,
        sought: &mut Sought<'_, '_>,
        classes: &[ActionClass],
    ) -> Result<Option<Outcome>, Open> {
        make(&mut sought.program, classes)?;
        let program = &sought.program;
        let mut decider = Decider::new(program, self.catalog, sought.budget);
        for class in classes {
            let node = program.for_actions(&class.holds);
            if node == Node::False || !sought.seen.insert(node.clone()) {
                continue;
            }
            let Some(point) = decider.find(&node, &[])? else { continue };
            if point.relations.is_empty() {
                let found = self.realise(sought.query, program, &mut decider, class, &node, point);
                return Ok(Some(self.replayed(sought.query, found)));
            }
            let about = (program, &sought.fixed, sought.budget);
            let values = values_at(point, &node, &mut decider, about)?;
            sought.open.push((class.members.example(self.catalog), values));
        }
        let incomplete = decider.incomplete.iter().min();
        let incomplete = incomplete.map(|key| program.space.keys[*key as usize].name.clone());
        sought.incomplete = sought.incomplete.take().or(incomplete);
        Ok(None)
    }

    /// The request of a point, with an action, a resource and keys that go together if there are
    /// such.
    fn realise(
        &self,
        query: &Query<'_>,
        program: &Program<'_>,
        decider: &mut Decider<'_, '_>,
        class: &ActionClass,
        node: &Node,
        point: Point,
    ) -> Found {
        let is_known = matches!(class.members, Members::Known(_));
        for action in distinct(class.members.known(self.catalog)) {
            let literals = resource_literals(action, decider);
            decider.absent = (0..program.space.keys.len() as u32)
                .filter(|k| !carries(action, &program.space.keys[*k as usize].name, self.catalog))
                .collect();
            decider.forget();
            if let Ok(Some(point)) = decider.find(node, &literals)
                && point.relations.is_empty()
            {
                let mut found = self.request(query, program, action.full_name(), point);
                (found.is_known, found.is_realistic) = (true, true);
                return found;
            }
        }
        let mut found = self.request(query, program, class.members.example(self.catalog), point);
        found.is_known = is_known;
        found
    }

    fn request(
        &self,
        query: &Query<'_>,
        program: &Program<'_>,
        action: String,
        point: Point,
    ) -> Found {
        let mut context = Context::new();
        let mut absent = Vec::new();
        for (key, state) in &point.keys {
            let name = &program.space.keys[*key as usize].name;
            state.write(name, &mut context);
            if *state == State::Absent {
                absent.push(name.to_string());
            }
        }
        let caller = query.caller.clone();
        let resource = point.resource;
        let request = Request { caller, action, resource, resource_account: None, context };
        Found { request, is_known: false, is_realistic: false, absent }
    }

    /// A finding is shown only after the evaluator has confirmed it.
    fn replayed(&self, query: &Query<'_>, found: Found) -> Outcome {
        match query.holds(&found.request, self.catalog) {
            true => Outcome::Found(Box::new(found)),
            false => Outcome::Undecided(
                "internal: a request that was found did not hold when it was replayed".to_owned(),
            ),
        }
    }
}

/// A query that is being decided.
pub(crate) struct Sought<'a, 'q> {
    pub(crate) query: &'q Query<'q>,
    pub(crate) program: Program<'q>,
    pub(crate) budget: &'a Budget,
    /// What the query fixes of keys.
    pub(crate) fixed: Known,
    /// Actions with which there may be such a request, if relations between keys hold as chosen,
    /// each with the values that keys had then.
    pub(crate) open: Vec<(String, Known)>,
    /// What was decided already.
    seen: HashSet<Node>,
    /// A key of which not all values could be told apart.
    incomplete: Option<Box<str>>,
}

/// Why nothing was found out.
enum Open {
    Exhausted,
    NotModelled(String),
    /// Not all values of this key could be told apart.
    Incomplete(Box<str>),
}

impl From<Exhausted> for Open {
    fn from(Exhausted: Exhausted) -> Self {
        Open::Exhausted
    }
}

impl From<NotModelled> for Open {
    fn from(NotModelled(what): NotModelled) -> Self {
        Open::NotModelled(what)
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Open::Exhausted => f.write_str("the budget of steps ran out"),
            Open::NotModelled(what) => write!(f, "{what} is not modelled"),
            Open::Incomplete(key) => write!(
                f,
                "the condition key {key} is compared in several ways at once, and not all of its \
                 values could be told apart"
            ),
        }
    }
}

/// Makes the boxes of the atoms that matter for these classes of actions.
fn make(program: &mut Program<'_>, classes: &[ActionClass]) -> Result<(), NotModelled> {
    let needed: Bits = classes.iter().flat_map(|class| program.needed(&class.holds)).collect();
    program.make(needed.iter())
}

/// What it costs to tell one atom apart from the others.
const OUTLINE: u64 = 16;

/// The most actions that are tried for a realistic request.
const TRIES: usize = 24;

/// The first action of each list of resource types.
pub(crate) fn distinct<'c>(
    actions: impl Iterator<Item = Action<'c>>,
) -> impl Iterator<Item = Action<'c>> {
    let mut seen: HashSet<Vec<&str>> = HashSet::new();
    let types = |action: &Action<'c>| action.resources().map(|r| r.resource_type().arn()).collect();
    actions.filter(move |action| seen.insert(types(action))).take(TRIES)
}

/// Names of actions: those that take such a resource, and others.
#[derive(Default)]
struct Names {
    likely: Vec<String>,
    others: Vec<String>,
}

/// That the resource is one that an action works on.
fn resource_literals(action: Action<'_>, decider: &mut Decider<'_, '_>) -> Vec<Literal> {
    const BUCKETS: &str = "arn:*:s3:::*";
    const OBJECTS: &str = "arn:*:s3:::*/*";
    let mut literals = vec![decider.resource_test(forms(action))];
    let globs = || {
        action.resources().flat_map(|r| r.resource_type().arns()).map(|template| template.glob())
    };
    // The name of a bucket has no slash.
    if globs().any(|g| g == BUCKETS) && !globs().any(|g| g == OBJECTS) {
        let languages = vec![arn_language(OBJECTS)];
        literals.push(decider.resource_test(ResourceTest { languages, star: false }).negated());
    }
    literals
}

/// The ARNs that a template with `*` for its holes stands for.
fn arn_language(glob: &str) -> Language {
    let segments = glob.splitn(6, ':').skip(1);
    Language::arn(segments.map(|s| glob_symbols(s).collect()))
}

/// The resources that an action works on.
pub(crate) fn forms(action: Action<'_>) -> ResourceTest {
    let mut test = ResourceTest { languages: Vec::new(), star: true };
    for resource in action.resources() {
        test.star &= !resource.is_required();
        for template in resource.resource_type().arns() {
            test.languages.push(arn_language(template.glob()));
        }
    }
    test.languages.sort();
    test.languages.dedup();
    test
}

/// Whether requests for an action can have a key: global keys all can, those of services where the
/// catalogue lists them.
pub fn carries(action: Action<'_>, key: &str, catalog: &Catalog) -> bool {
    match catalog.key(key) {
        KeyLookup::Service { .. } => action.all_condition_keys().any(|k| k.matches(key)),
        KeyLookup::Global(_)
        | KeyLookup::Federated(_)
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => true,
    }
}
