//! All that some atoms tell apart, as a finite grid: one axis for the action, one for the
//! resource, one for each condition key and each relation between keys, and on each axis the
//! classes of values that no atom tells apart.
//!
//! Where many questions are asked about the same atoms, sets of requests are products of small
//! sets of classes, and nothing about texts is left to decide. Building the grid can take many
//! steps where many patterns overlap; a single question is better asked of the engine.

use std::collections::HashMap;

use keyaki_catalog::{Action, Catalog};
use keyaki_eval::{Caller, Context, Request};
use keyaki_ir::{ConditionEntry, Effect, Operator, Version};

use crate::action::{self, ActionClass, Members};
use crate::algebra::readable;
use crate::bits::Bits;
use crate::budget::{Budget, Exhausted};
use crate::engine::{Actions, Found, carries, distinct, forms};
use crate::instantiate::Replacement;
use crate::key::{Classes, KeyTest, State, classes};
use crate::language::Language;
use crate::program::Program;
use crate::query::{Ask, Query, Side};
use crate::signature::signatures;
use crate::space::{Dimension, Literal, ResourceTest, Space};

/// A product of classes: the axes that it constrains, each with the classes that it holds.
pub type Product = Vec<(usize, Bits)>;

/// The axis of the action.
pub const ACTION: usize = 0;

/// The axis of the resource.
pub const RESOURCE: usize = 1;

/// A test on a condition key that is to be told apart beside those of the atoms.
#[derive(Clone, Debug)]
pub struct KeyValue<'p> {
    /// The operator.
    pub operator: Operator,
    /// The key with the values; without policy variables.
    pub entry: ConditionEntry,
    /// The version of the policy that it is from.
    pub version: Version,
    /// The effect of the statement that it is from.
    pub effect: Effect,
    /// Where it is from.
    pub side: Side<'p>,
}

/// The grid.
#[derive(Clone, Debug)]
pub struct Grid<'c> {
    catalog: &'c Catalog,
    actions: Vec<ActionClass>,
    resources: Resources,
    keys: Vec<(Box<str>, Classes)>,
    relations: usize,
    atoms: HashMap<Ask, Vec<Product>>,
    values: Vec<(usize, Bits)>,
    /// What the grid leaves out, in words.
    pub left_out: Vec<String>,
}

impl<'c> Grid<'c> {
    /// The grid of the atoms of a query, and of further tests on keys.
    ///
    /// # Errors
    /// Why there is no such grid: the budget ran out, or something is not modelled.
    pub fn new(
        query: &Query<'_>,
        values: &[KeyValue<'_>],
        catalog: &'c Catalog,
        actions: Actions,
        budget: &Budget,
    ) -> Result<Self, String> {
        let mut program = Program::whole(query, Replacement::default())
            .map_err(|reason| format!("{} is not modelled", reason.0))?;
        let tests = values.iter().map(|v| key_test(v, &mut program.space)).collect();
        Self::of(&program, tests, catalog, actions, budget)
            .map_err(|Exhausted| "the budget of steps ran out".to_owned())
    }

    fn of(
        program: &Program<'_>,
        values: Vec<Literal>,
        catalog: &'c Catalog,
        which: Actions,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let mut actions = action::known(&program.actions, None, catalog, budget)?;
        let mut left_out = Vec::new();
        if which == Actions::Any {
            let unheard_of = action::unheard_of(&program.actions, None, catalog, budget)?;
            let services = unheard_of.left_out.iter();
            left_out.extend(services.map(|service| {
                format!("actions that AWS may add to {service} one day were left out")
            }));
            actions.extend(unheard_of.classes);
        }
        let mut keys = Vec::new();
        for key in &program.space.keys {
            let found = classes(key, catalog, budget)?;
            if !found.complete {
                left_out.push(format!("not all values of {} could be told apart", key.name));
            }
            keys.push((key.name.clone(), found));
        }
        let resources = Resources::new(&program.space.resource, budget)?;
        let relations = program.space.relations.len();
        let (atoms, own) = (HashMap::new(), Vec::new());
        let mut grid =
            Grid { catalog, actions, resources, keys, relations, atoms, values: own, left_out };
        grid.values = values.iter().map(|v| (grid.axis(v.dimension), grid.classes(*v))).collect();
        let atoms = program.asked.iter();
        grid.atoms = atoms.map(|(ask, n)| (Ask::clone(ask), grid.products(program, *n))).collect();
        Ok(grid)
    }

    /// How many axes there are.
    pub fn axes(&self) -> usize {
        2 + self.keys.len() + self.relations
    }

    /// How many classes an axis has.
    pub fn size(&self, axis: usize) -> usize {
        match axis {
            ACTION => self.actions.len(),
            RESOURCE => self.resources.texts.len(),
            _ => self.keys.get(axis - 2).map_or(2, |(_, classes)| classes.all.len()),
        }
    }

    /// Where an atom of the query holds: the union of these.
    pub fn atom(&self, ask: &Ask) -> &[Product] {
        self.atoms.get(ask).map_or(&[], Vec::as_slice)
    }

    /// The axis and the classes of one of the further tests, in the order in which they were
    /// given.
    pub fn value(&self, number: usize) -> Option<&(usize, Bits)> {
        self.values.get(number)
    }

    /// The axis of a condition key.
    pub fn key(&self, name: &str) -> Option<usize> {
        self.keys.iter().position(|(own, _)| own.eq_ignore_ascii_case(name)).map(|at| at + 2)
    }

    /// The class on the axis of a key in which it is absent.
    pub fn absent(&self, axis: usize) -> Option<usize> {
        let (_, classes) = self.keys.get(axis.checked_sub(2)?)?;
        classes.all.iter().position(|c| c.state == State::Absent)
    }

    /// Whether a point takes a relation between keys for granted, which only a replay can confirm.
    pub fn has_relations(&self) -> bool {
        self.relations > 0
    }

    /// A request of the classes of a point, with an action and a resource that go together if
    /// there are such.
    pub fn request(&self, point: &[usize], caller: &Caller) -> Found {
        let mut context = Context::new();
        let mut absent = Vec::new();
        for (at, (name, classes)) in self.keys.iter().enumerate() {
            let Some(class) = point.get(at + 2).and_then(|c| classes.all.get(*c)) else { continue };
            class.state.write(name, &mut context);
            if class.state == State::Absent {
                absent.push(name.to_string());
            }
        }
        let [action, resource, ..] = *point else { return self.found(caller, context, absent) };
        let mut found = self.found(caller, context, absent);
        let Some(class) = self.actions.get(action) else { return found };
        found.is_known = matches!(class.members, Members::Known(_));
        found.request.action = class.members.example(self.catalog);
        found.request.resource = self.resources.texts.get(resource).cloned().unwrap_or_default();
        for action in distinct(class.members.known(self.catalog)) {
            let carries = |key: &str| carries(action, key, self.catalog);
            if !found.request.context.iter().all(|(key, _)| carries(key)) {
                continue;
            }
            if let Some(text) = self.resources.form(resource, action) {
                found.request.action = action.full_name();
                found.request.resource = text;
                found.is_realistic = true;
                break;
            }
        }
        found
    }

    fn found(&self, caller: &Caller, context: Context, absent: Vec<String>) -> Found {
        let (action, resource) = (String::new(), String::new());
        let caller = caller.clone();
        let request = Request { caller, action, resource, resource_account: None, context };
        Found { request, is_known: false, is_realistic: false, absent }
    }

    fn axis(&self, dimension: Dimension) -> usize {
        match dimension {
            Dimension::Resource => RESOURCE,
            Dimension::Key(key) => 2 + key as usize,
            Dimension::Relation(relation) => 2 + self.keys.len() + relation as usize,
        }
    }

    /// The classes in which a literal holds.
    fn classes(&self, literal: Literal) -> Bits {
        let test = literal.test as usize;
        let holds = |class: usize| match literal.dimension {
            Dimension::Resource => self.resources.holds[class].has(test),
            Dimension::Key(key) => self.keys[key as usize].1.all[class].holds.has(test),
            Dimension::Relation(_) => class == 1,
        };
        let all = 0..self.size(self.axis(literal.dimension));
        all.filter(|class| holds(*class) == literal.holds).collect()
    }

    fn products(&self, program: &Program<'_>, number: usize) -> Vec<Product> {
        let Some(atom) = program.atoms.get(number) else { return Vec::new() };
        let matched = |c: &ActionClass| {
            atom.actions.iter().all(|(test, expected)| c.holds.has(*test as usize) == *expected)
        };
        let of_action: Bits =
            (0..self.actions.len()).filter(|c| matched(&self.actions[*c])).collect();
        let boxes = atom.boxes().iter().map(|b| &program.boxes[*b as usize]);
        let product = boxes.map(|literals| {
            let mut product: Product = Vec::new();
            if !atom.actions.is_empty() {
                product.push((ACTION, of_action.clone()));
            }
            for literal in literals {
                let (axis, classes) = (self.axis(literal.dimension), self.classes(*literal));
                match product.iter_mut().find(|(own, _)| *own == axis) {
                    Some((_, own)) => *own = own.intersection(&classes),
                    None => product.push((axis, classes)),
                }
            }
            product
        });
        product.filter(|p| p.iter().all(|(_, classes)| !classes.is_empty())).collect()
    }
}

fn key_test<'p>(value: &KeyValue<'p>, space: &mut Space<'p>) -> Literal {
    let test = KeyTest::Entry {
        operator: value.operator,
        entry: value.entry.clone(),
        version: value.version,
        effect: value.effect,
        side: value.side,
    };
    space.key_test(&value.entry.key.value, test)
}

/// The classes of resources, each with an example.
#[derive(Clone, Debug)]
struct Resources {
    texts: Vec<String>,
    /// The tests that hold in each class.
    holds: Vec<Bits>,
    tests: Vec<ResourceTest>,
}

impl Resources {
    fn new(tests: &[ResourceTest], budget: &Budget) -> Result<Resources, Exhausted> {
        let mut languages: Vec<Language> =
            tests.iter().flat_map(|t| t.languages.iter().cloned()).collect();
        let arns = Language::arns();
        languages.push(arns.clone());
        languages.sort();
        languages.dedup();
        let refs: Vec<&Language> = languages.iter().collect();
        let mut resources =
            Resources { texts: Vec::new(), holds: Vec::new(), tests: tests.to_vec() };
        // A resource is an ARN, or `*`.
        let found = signatures(&refs, budget)?.into_iter().map(|(_, text)| text);
        for text in found.filter(|t| arns.matches(t)).chain(["*".to_owned()]) {
            budget.spend(1 + languages.len() as u64)?;
            let holds = resources.tests_of(&text);
            if !resources.holds.contains(&holds) {
                resources.holds.push(holds);
                resources.texts.push(text);
            }
        }
        Ok(resources)
    }

    fn tests_of(&self, text: &str) -> Bits {
        let holds = |t: &ResourceTest| match text {
            "*" => t.star,
            _ => t.languages.iter().any(|l| l.matches(text)),
        };
        (0..self.tests.len()).filter(|t| holds(&self.tests[*t])).collect()
    }

    /// A resource of a class that an action works on.
    fn form(&self, class: usize, action: Action<'_>) -> Option<String> {
        let forms = forms(action);
        let own = self.texts.get(class)?;
        let takes = |text: &str| match text {
            "*" => forms.star,
            _ => forms.languages.iter().any(|l| l.matches(text)),
        };
        if takes(own) {
            return Some(own.clone());
        }
        let star = forms.star.then(|| "*".to_owned());
        let made = star.into_iter().chain(forms.languages.iter().map(readable));
        made.into_iter().find(|text| takes(text) && self.tests_of(text) == self.holds[class])
    }
}
