//! From what a template or plan gives somebody to what questions are asked about: the policies as
//! they are shown, a reading that holds whatever is not known, and examples.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use keyaki_analyze::{Example, General, Open, Subject};
use keyaki_catalog::Catalog;
use keyaki_eval::{Document, Layer, Policies, ResourceRole, StatementRef};
use keyaki_ir::hole::{Principals, free_condition, general, with_condition};
use keyaki_ir::{ConditionBlock, Policy, Statement};
use keyaki_lint::admission::{Names, undefined};
use keyaki_syntax::{Tree, Value};

use crate::example::Values;
use crate::holder::{Body, Holder, Part, Way};

/// What of a holder a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What it may do: its policies and its boundary.
    Identity,
    /// Who may do something with it: the policy of a resource, the trust policy of a role.
    Resource,
}

/// What was gathered of a holder.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// The policies in their readings.
    pub open: Open,
    /// The policies by the names of their documents.
    pub parts: Vec<(String, Part)>,
    /// A text that is equal for equal policies.
    pub says: String,
}

impl Gathered {
    /// The policy in which a statement stands, and the statement's position in it.
    pub fn statement(&self, at: StatementRef) -> Option<(&Part, usize)> {
        let name = &self.open.subject.policies.document(at)?.name;
        let start = self.parts.iter().position(|(own, _)| own == name)?;
        let mut left = at.statement;
        for (_, part) in self.parts.get(start..)? {
            let count = part.policy().statements.len();
            if left < count || at.layer != Layer::Resource {
                return Some((part, left));
            }
            left -= count;
        }
        None
    }
}

/// How a general reading is made.
#[derive(Clone, Copy)]
struct Reading {
    by_effect: bool,
    principals: Principals,
}

/// A policy in the ways in which it is there.
struct Entry<'h> {
    layer: Layer,
    name: String,
    part: &'h Part,
    ways: Vec<usize>,
}

/// The policies of a holder on one side; none where it has none in any way. The origin tells what
/// is not known in one file from what is not known in another.
pub fn gather(holder: &Holder, side: Side, origin: &str, catalog: &Catalog) -> Option<Gathered> {
    let holder = &without_idle_conditions(holder, side);
    let entries = entries(holder, side);
    if entries.is_empty() {
        return None;
    }
    let gathering = Gathering { holder, origin, entries, catalog };
    let has_boundary = gathering.entries.iter().any(|e| e.layer == Layer::Boundary);
    let layer = match side {
        Side::Resource => Some(Layer::Resource),
        Side::Identity if has_boundary => None,
        Side::Identity => Some(Layer::Identity),
    };
    let shown = gathering.policies(|entry| Some(entry.part.policy()), |_| Some(Vec::new()));
    let subject = Subject { policies: shown.unwrap_or_default(), layer };
    let unknown = gathering.unknown();
    let flaw = gathering.flaw();
    let general = |principals| {
        [false, true].map(|by_effect| match &flaw {
            Some(flaw) => Err(flaw.clone()),
            None => gathering.general(Reading { by_effect, principals }),
        })
    };
    let general = General { all: general(Principals::Free), public: general(Principals::Unnamed) };
    let examples = if flaw.is_some() { Vec::new() } else { gathering.examples() };
    let parts = gathering.entries.iter().map(|e| (e.name.clone(), e.part.clone())).collect();
    let says = gathering.says();
    Some(Gathered { open: Open { subject, general, examples, unknown }, parts, says })
}

/// The holder without the conditions that make no difference on one side.
fn without_idle_conditions(holder: &Holder, side: Side) -> Holder {
    let mut holder = holder.clone();
    if !holder.is_exhaustive {
        return holder;
    }
    let names = holder.ways.iter().flat_map(|way| way.assumed.keys().cloned());
    for name in names.collect::<BTreeSet<String>>() {
        let with = |way: &&Way| way.assumed.get(&name) == Some(&true);
        let (yes, no): (Vec<&Way>, Vec<&Way>) = holder.ways.iter().partition(with);
        let is_idle = yes.len() == no.len()
            && yes.iter().zip(&no).all(|(one, other)| {
                let (one, other) = (parts(one, side), parts(other, side));
                let is_same = |((a, one), (b, other)): (&(Layer, &Part), &(Layer, &Part))| {
                    a == b && one.is_same(other)
                };
                one.len() == other.len() && one.iter().zip(&other).all(is_same)
            });
        if is_idle {
            holder.ways.retain(|way| way.assumed.get(&name) != Some(&false));
            holder.ways.iter_mut().for_each(|way| {
                way.assumed.remove(&name);
            });
            holder.conditions.remove(&name);
        }
    }
    holder
}

fn entries(holder: &Holder, side: Side) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (at, way) in holder.ways.iter().enumerate() {
        for (layer, part) in parts(way, side) {
            let is_it = |e: &&mut Entry<'_>| e.layer == layer && e.part.is_same(part);
            if let Some(entry) = entries.iter_mut().find(is_it) {
                entry.ways.push(at);
                continue;
            }
            let mut name = part.name.clone();
            while entries.iter().any(|e| e.name == name) {
                name.push('\'');
            }
            entries.push(Entry { layer, name, part, ways: vec![at] });
        }
    }
    entries
}

fn parts(way: &Way, side: Side) -> Vec<(Layer, &Part)> {
    match side {
        Side::Resource => way.resource.iter().map(|part| (Layer::Resource, part)).collect(),
        Side::Identity => {
            let identity = way.identity.iter().map(|part| (Layer::Identity, part));
            let boundary = way.boundary.iter().flatten().map(|part| (Layer::Boundary, part));
            identity.chain(boundary).collect()
        }
    }
}

struct Gathering<'h> {
    holder: &'h Holder,
    origin: &'h str,
    entries: Vec<Entry<'h>>,
    catalog: &'h Catalog,
}

impl Gathering<'_> {
    /// Policies made of one document for each entry, in their order, and more for a boundary; none
    /// where a document cannot be made. The policies that a resource may have stand in one document
    /// one behind the other.
    fn policies(
        &self,
        document: impl Fn(&Entry<'_>) -> Option<Policy>,
        boundary: impl Fn(bool) -> Option<Vec<Document>>,
    ) -> Option<Policies> {
        let mut policies = Policies::default();
        let mut of_resource = 0;
        for entry in &self.entries {
            let mut document = Document { name: entry.name.clone(), policy: document(entry)? };
            if entry.layer == Layer::Resource {
                document.policy.statements.iter_mut().for_each(|s| s.index += of_resource);
                of_resource += entry.part.count();
            }
            match (entry.layer, &mut policies.resource) {
                (Layer::Boundary, _) => policies.boundary.get_or_insert_default().push(document),
                (Layer::Resource, None) => policies.resource = Some(document),
                (Layer::Resource, Some(known)) => {
                    known.policy.statements.extend(document.policy.statements);
                }
                _ => policies.identity.push(document),
            }
        }
        let more = boundary(policies.boundary.is_some())?;
        policies.boundary = policies.boundary.map(|documents| [documents, more].concat());
        policies.resource_role = ResourceRole::Ordinary;
        Some(policies)
    }

    /// Why nothing can be said: a policy that AWS would not take.
    fn flaw(&self) -> Option<String> {
        self.entries.iter().find_map(|entry| {
            let tree = entry.part.tree()?;
            if let Some(label) = open_effect(&tree) {
                return Some(format!(
                    "{}: `{label}` is not known before deployment, and decides whether a \
                     statement allows or denies",
                    entry.name
                ));
            }
            let flaw = flaw(&tree, self.catalog)?;
            Some(format!("{}: {flaw}; `keyaki check` tells more", entry.name))
        })
    }

    /// The policies with all that they depend on.
    fn says(&self) -> String {
        let ways: Vec<_> = self.holder.ways.iter().map(|way| &way.assumed).collect();
        let mut said = format!("{ways:?} {:?}", self.holder.conditions);
        for entry in &self.entries {
            let is_own = match &entry.part.body {
                Body::Written { written, identities, .. } => {
                    said.push_str(&format!("{identities:?}"));
                    written.labels().any(|label| !identities.contains_key(label))
                }
                Body::Managed(_) => false,
                Body::Unknown { identity } => {
                    said.push_str(&format!("{identity:?}"));
                    identity.is_none()
                }
            };
            let origin = if is_own { self.origin } else { "" };
            let text = entry.part.tree().map(|tree| tree.source().to_owned());
            said.push_str(&format!("{:?} {:?} {origin:?} {text:?}", entry.layer, entry.ways));
        }
        said
    }

    /// What is not known, in words.
    fn unknown(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for entry in &self.entries {
            match &entry.part.body {
                Body::Written { written, .. } => all.extend(written.labels().map(str::to_owned)),
                Body::Managed(_) => {}
                Body::Unknown { .. } => all.push(entry.name.clone()),
            }
        }
        let conditions = self.holder.ways.iter().flat_map(|way| way.assumed.keys());
        all.extend(conditions.map(|name| condition_name(name)));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The reading that holds whatever is not known.
    fn general(&self, reading: Reading) -> Result<Policies, String> {
        if !self.holder.is_exhaustive {
            let names: Vec<&str> = self
                .holder
                .ways
                .iter()
                .flat_map(|w| w.assumed.keys())
                .map(String::as_str)
                .collect();
            let many = names.len() / self.holder.ways.len().max(1);
            return Err(format!("{many} conditions are too many to look at all combinations"));
        }
        let failed = RefCell::new(String::new());
        let made = self.policies(
            |entry| {
                let policy = self.general_of(entry, reading);
                policy.map_err(|why| failed.replace(why)).ok()
            },
            |has_boundary| {
                let open = self.holder.ways.iter().enumerate();
                let without = open.filter(|(_, way)| has_boundary && way.boundary.is_none());
                let everything = policy_of(&statement("Allow", false));
                let all = without.flat_map(|(at, _)| {
                    let statements = everything.statements.iter().cloned();
                    statements.map(move |statement| self.guarded(statement, at))
                });
                let policy = Policy { statements: all.collect(), ..everything.clone() };
                Some(vec![Document { name: "no boundary".to_owned(), policy }])
            },
        );
        made.ok_or_else(|| failed.take())
    }

    fn general_of(&self, entry: &Entry<'_>, reading: Reading) -> Result<Policy, String> {
        let policy = match &entry.part.body {
            Body::Managed(_) => entry.part.policy(),
            Body::Written { written, identities, .. } => {
                let own = format!("{} {}", self.origin, entry.part.name);
                let identity = |label: &str| match identities.get(label) {
                    Some(identity) => format!("known {identity}"),
                    None => format!("own {} {own} {label}", own.len()),
                };
                let tree = &written.tree;
                let Reading { by_effect, principals } = reading;
                let policy = keyaki_ir::lower(tree);
                let found = general(tree, &policy, by_effect, principals, &identity);
                found.map_err(|open| {
                    format!(
                        "`{}` is not known before deployment, and decides what a statement says",
                        bare(&open.label)
                    )
                })?
            }
            Body::Unknown { identity } => {
                let said = match identity {
                    Some(identity) => format!("policy {identity}"),
                    None => format!("own {} {}", self.origin, entry.part.name),
                };
                let is_resource = entry.layer == Layer::Resource;
                let effects = ["Allow", "Deny"].map(|effect| statement(effect, is_resource));
                let both = policy_of(&effects.join(", "));
                let free = |(i, s): (usize, Statement)| {
                    with_condition(s, free_condition(&format!("effect {i} of {said}"), true))
                };
                let statements = both.statements.iter().cloned().enumerate().map(free).collect();
                Policy { statements, ..both }
            }
        };
        if entry.ways.len() == self.holder.ways.len() {
            return Ok(policy);
        }
        let statements = entry.ways.iter().flat_map(|way| {
            policy.statements.iter().map(|statement| self.guarded(statement.clone(), *way))
        });
        Ok(Policy { statements: statements.collect(), ..policy.clone() })
    }

    /// A statement that is there in one way alone.
    fn guarded(&self, statement: Statement, way: usize) -> Statement {
        let assumed = self.holder.ways.get(way).into_iter().flat_map(|way| &way.assumed);
        let guards = assumed.map(|(name, is_true)| self.guard(name, *is_true));
        guards.fold(statement, with_condition)
    }

    fn guard(&self, condition: &str, is_true: bool) -> ConditionBlock {
        let said = match self.holder.conditions.get(condition) {
            Some(identity) => format!("condition {identity}"),
            None => format!("own condition {} {condition}", self.origin),
        };
        free_condition(&said, is_true)
    }

    /// An example for each way: with the values that the files say, where they say some, and with
    /// values of our own, which are the same for all sides of a question.
    fn examples(&self) -> Vec<Example> {
        let trees: Vec<Tree> = self.entries.iter().filter_map(|e| e.part.tree()).collect();
        let given = &self.holder.given;
        let said = (!given.is_empty()).then(|| Values::of(&trees, given, self.catalog));
        let own = Values::of(&trees, &BTreeMap::new(), self.catalog);
        let all = said.into_iter().chain([own]);
        let of = |values: Values| {
            (0..self.holder.ways.len()).filter_map(move |way| self.example(way, &values))
        };
        all.flat_map(of).collect()
    }

    fn example(&self, way: usize, values: &Values) -> Option<Example> {
        let chosen = self.holder.ways.get(way)?;
        let document = |entry: &Entry<'_>| {
            let policy = match &entry.part.body {
                _ if !entry.ways.contains(&way) => {
                    let mut policy = entry.part.policy();
                    // Without an effect, a statement never matches.
                    policy.statements.iter_mut().for_each(|s| s.effect = None);
                    policy
                }
                Body::Managed(_) => entry.part.policy(),
                Body::Written { written, .. } => {
                    let is_fine = flaw(&values.filled(&written.tree), self.catalog).is_none();
                    let numbered = || keyaki_ir::lower(&values.numbered(&written.tree));
                    let mut policy = is_fine.then(numbered)?;
                    policy.statements.retain(|statement| statement.effect.is_some());
                    policy
                }
                Body::Unknown { .. } if entry.layer == Layer::Boundary => {
                    policy_of(&statement("Allow", false))
                }
                Body::Unknown { .. } => policy_of(""),
            };
            Some(policy)
        };
        let mut policies = self.policies(document, |_| Some(Vec::new()))?;
        if chosen.boundary.is_none() {
            policies.boundary = None;
        }
        let mut taken: BTreeMap<String, String> = values.all().clone();
        for (name, is_true) in &chosen.assumed {
            taken.insert(condition_name(name), is_true.to_string());
        }
        for entry in self.entries.iter().filter(|e| e.ways.contains(&way)) {
            if let Body::Unknown { .. } = entry.part.body {
                let says = if entry.layer == Layer::Boundary { "everything" } else { "empty" };
                taken.insert(entry.name.clone(), says.to_owned());
            }
        }
        Some(Example { policies, values: taken.into_iter().collect() })
    }
}

fn condition_name(name: &str) -> String {
    format!("condition {name}")
}

/// The label of a hole that stands for an effect.
fn open_effect(tree: &Tree) -> Option<String> {
    let holes = tree.values().filter(|value| value.is_hole());
    let is_effect = |value: &Value<'_>| {
        let member = value.parent().and_then(Value::as_member);
        member.is_some_and(|member| member.name() == "Effect")
    };
    let hole = holes.filter(is_effect).find_map(|v| v.as_str().map(str::to_owned))?;
    Some(bare(&hole).to_owned())
}

/// A label without the signs around it.
fn bare(label: &str) -> &str {
    label.trim_start_matches("${").trim_end_matches('}')
}

/// Why a text has no meaning as a policy.
fn flaw(tree: &Tree, catalog: &Catalog) -> Option<String> {
    if let Some(error) = tree.errors().first() {
        return Some(error.kind.message().to_owned());
    }
    let policy = keyaki_ir::lower(tree);
    let found = undefined(tree, &policy, Names::Either, catalog).into_iter().next();
    found.map(|found| found.message)
}

/// A statement about everything, and everybody.
fn statement(effect: &str, names_everybody: bool) -> String {
    let principal = if names_everybody { r#""Principal": "*", "# } else { "" };
    format!(r#"{{"Effect": "{effect}", {principal}"Action": "*", "Resource": "*"}}"#)
}

/// A policy of the newest version.
fn policy_of(statements: &str) -> Policy {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    keyaki_ir::lower(&Tree::parse(text))
}
