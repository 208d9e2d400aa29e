//! Who holds which policies of a CloudFormation or SAM template: roles, users and groups as a
//! whole, and the policies of other resources.
//!
//! A role has its own policies, those that are attached to it, a boundary and a trust policy. What
//! is attached from elsewhere is taken from the catalogue if it is AWS's, and is unknown otherwise.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};

use keyaki_ir::PolicyKind;

use super::attachment;
use super::definition::identity;
use super::intrinsic::{Assumed, Resolver, Template};
use super::node::{Id, Nodes};
use super::reader::Reader;
use super::search::{self, Found, escaped};
use crate::holder::{Holder, Kind as HolderKind, Part, Way, ways_of};

/// The holders of all documents of a template.
pub(super) fn holders(nodes: &Nodes) -> Vec<Holder> {
    let steps = Cell::new(0);
    let mut all = Vec::new();
    for (index, &root) in nodes.roots.iter().enumerate() {
        let template = Template::new(nodes, root, &steps);
        let base = if nodes.roots.len() > 1 { format!("/{index}") } else { String::new() };
        let resources = resources(nodes, root);
        let found = search::search_in(&template, root, &base, &resources);
        let stack = Stack {
            template: &template,
            root,
            base: &base,
            resources: &resources,
            found: &found,
            made: RefCell::default(),
        };
        all.extend(stack.holders());
    }
    all
}

/// The resources of a template, of those of one name the last.
fn resources(nodes: &Nodes, root: Id) -> Vec<(&str, Id)> {
    let mut all: Vec<(&str, Id)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (name, id) in nodes.member(root, "Resources").into_iter().flat_map(|id| nodes.members(id)) {
        match places.get(name).and_then(|place| all.get_mut(*place)) {
            Some(known) => known.1 = id,
            None => {
                places.insert(name, all.len());
                all.push((name, id));
            }
        }
    }
    all
}

/// A template with the policies in it.
pub(super) struct Stack<'s, 'n> {
    pub(super) template: &'s Template<'n>,
    pub(super) root: Id,
    /// The pointer to it in the file.
    pub(super) base: &'s str,
    /// The resources, of those of one name the last.
    pub(super) resources: &'s [(&'n str, Id)],
    found: &'s [Found],
    /// The policies that were asked of whether something unknown adds to them.
    made: RefCell<HashMap<Id, bool>>,
}

/// The types of which roles and their like are, and whether they have a trust policy.
fn holder_kind(resource_type: &str) -> Option<HolderKind> {
    match resource_type {
        "AWS::IAM::Role" | "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => {
            Some(HolderKind::Role)
        }
        "AWS::IAM::User" => Some(HolderKind::User),
        "AWS::IAM::Group" => Some(HolderKind::Group),
        _ => None,
    }
}

/// Transforms that add no policies to what a template writes out.
const TRANSFORMS: [&str; 4] = [
    "AWS::CodeDeployBlueGreen",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-",
    "AWS::Serverless-",
];

impl<'n> Stack<'_, 'n> {
    pub(super) fn nodes(&self) -> &'n Nodes {
        self.template.nodes
    }

    fn holders(&self) -> Vec<Holder> {
        let mut all = Vec::new();
        let mut taken = BTreeSet::new();
        for &(name, id) in self.resources {
            let has_own_role = |name: &str| self.property(id, name).is_some();
            let kind = self.type_of(id).and_then(holder_kind).filter(|_| !has_own_role("Role"));
            let Some(kind) = kind else { continue };
            let ways = ways_of(|assumed, seen| {
                let (way, used) = self.reader(assumed, seen).principal(name, id);
                taken.extend(used);
                way
            });
            all.push(self.holder(name.to_owned(), kind, ways));
        }
        let (outside, told) = self.outside();
        all.extend(outside);
        all.extend(self.others(&taken, &told));
        all
    }

    /// The policies that no role, user or group of the template has.
    fn others(&self, taken: &BTreeSet<Id>, told: &BTreeSet<Id>) -> Vec<Holder> {
        let resources = self.resources;
        let mut all = self.made(taken);
        for found in self.found.iter().filter(|f| !taken.contains(&f.id)) {
            let place = found.pointer.strip_prefix(self.base).unwrap_or(&found.pointer);
            let owner = place.strip_prefix("/Resources/").and_then(|rest| rest.split('/').next());
            let resource = owner.and_then(|o| resources.iter().find(|(n, _)| escaped(n) == o));
            if resource.is_some_and(|(_, id)| self.is_principal(*id) || self.is_open(*id)) {
                continue;
            }
            let is_alone = |f: &&Found| {
                let start = format!("{}/Resources/{}/", self.base, owner.unwrap_or_default());
                f.pointer.starts_with(&start) && !taken.contains(&f.id)
            };
            // Beside such a policy there are others, which are not looked at.
            let is_whole = |id| {
                let kind = self.type_of(id).unwrap_or_default();
                found.hint.kind != Some(PolicyKind::Identity) || kind.starts_with("AWS::IAM::")
            };
            let name = match resource.filter(|(_, id)| is_whole(*id)) {
                Some((name, _)) if self.found.iter().filter(is_alone).count() == 1 => {
                    (*name).to_owned()
                }
                _ => found.pointer.clone(),
            };
            let condition = resource.and_then(|(_, id)| self.nodes().member(*id, "Condition"));
            let ways = ways_of(|assumed, seen| {
                let reader = self.reader(assumed, seen);
                self.template.restart();
                let is_there = condition.is_none_or(|c| reader.resolver.is_true(c));
                let mut way = Way::default();
                if is_there && self.is_made(found.id) {
                    let part = Part::unknown("policy", &found.pointer);
                    self.add_unknown(&mut way, &part, found.hint.kind);
                    return way;
                }
                let part = is_there.then(|| reader.written(found.id, &found.pointer, found.wrap));
                match found.hint.kind {
                    Some(kind) if kind.takes_principal() => way.resource = part.flatten(),
                    Some(_) => way.identity.extend(part.flatten()),
                    None => way.add(part.flatten()),
                }
                way
            });
            let kind = match found.hint.kind {
                Some(PolicyKind::Trust) => HolderKind::Role,
                Some(kind) if !kind.takes_principal() => HolderKind::Policy,
                Some(_) | None => HolderKind::Resource,
            };
            let is_told_of_others = told.contains(&found.id);
            all.push(Holder { is_told_of_others, ..self.holder(name, kind, ways) });
        }
        all
    }

    /// The resources with policies that a macro adds to.
    fn made(&self, taken: &BTreeSet<Id>) -> Vec<Holder> {
        let mut all = Vec::new();
        for &(name, id) in self.resources {
            if self.is_principal(id) || !self.is_open(id) {
                continue;
            }
            let start = format!("{}/Resources/{}/", self.base, escaped(name));
            let attachments = attachment::of_cloudformation(self.type_of(id).unwrap_or_default());
            let mut kinds: Vec<Option<PolicyKind>> =
                attachments.iter().map(|a| a.hint.kind).collect();
            let here = self.found.iter().filter(|f| f.pointer.starts_with(&start));
            let here: Vec<&Found> = here.collect();
            kinds.extend(here.iter().map(|f| f.hint.kind));
            let is_taken = !here.is_empty() && here.iter().all(|f| taken.contains(&f.id));
            if kinds.is_empty() || is_taken {
                continue;
            }
            let condition = self.nodes().member(id, "Condition");
            let part = Part::unknown("what a macro adds", start.trim_end_matches('/'));
            let ways = ways_of(|assumed, seen| {
                let resolver = self.reader(assumed, seen).resolver;
                let mut way = Way::default();
                if condition.is_none_or(|c| resolver.is_true(c)) {
                    kinds.iter().for_each(|kind| self.add_unknown(&mut way, &part, *kind));
                    way.identity.truncate(1);
                }
                way
            });
            let is_policy = kinds.iter().all(|k| k.is_some_and(|k| !k.takes_principal()));
            let kind = if is_policy { HolderKind::Policy } else { HolderKind::Resource };
            all.push(self.holder(name.to_owned(), kind, ways));
        }
        all
    }

    /// Adds an unknown policy of a kind, or of any.
    fn add_unknown(&self, way: &mut Way, part: &Part, kind: Option<PolicyKind>) {
        let takes_principal = kind.map(PolicyKind::takes_principal);
        if takes_principal != Some(false) {
            way.resource = Some(part.clone());
        }
        if takes_principal != Some(true) {
            way.identity.push(part.clone());
        }
    }

    /// Whether something that is not known adds to the properties of a resource.
    pub(super) fn is_open(&self, resource: Id) -> bool {
        let nodes = self.nodes();
        let properties = nodes.member(resource, "Properties");
        let global = self.type_of(resource).and_then(|t| t.strip_prefix("AWS::Serverless::"));
        let global =
            global.and_then(|kind| nodes.member(nodes.member(self.root, "Globals")?, kind));
        let all = [Some(resource), properties, global];
        all.into_iter().flatten().any(|id| self.adds(id))
            || properties.is_some_and(|id| self.template.function(id).is_some())
    }

    /// Whether something in a map adds to it what is not known: a function beside other names, or a
    /// `<<` that could not be merged.
    pub(super) fn adds(&self, id: Id) -> bool {
        let nodes = self.nodes();
        let is_alone = nodes.entries(id).len() == 1;
        nodes.members(id).any(|(name, _)| {
            let is_macro = name == "Fn::Transform" || name.starts_with("Fn::ForEach");
            is_macro || name == "<<" || !is_alone && name.starts_with("Fn::")
        })
    }

    /// Whether something that is not known adds to a policy, or to anything below it.
    pub(super) fn is_made(&self, policy: Id) -> bool {
        let known = self.made.borrow().get(&policy).copied();
        known.unwrap_or_else(|| {
            let is_made = self.has_macro(policy);
            self.made.borrow_mut().insert(policy, is_made);
            is_made
        })
    }

    /// Whether a macro is in a value or below it.
    fn has_macro(&self, policy: Id) -> bool {
        let nodes = self.nodes();
        let mut seen = HashSet::new();
        let mut open = vec![policy];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            if self.adds(id) || matches!(self.template.function(id), Some(("Transform", _))) {
                return true;
            }
            open.extend(nodes.items(id));
            open.extend(nodes.entries(id).iter().map(|(_, value)| *value));
        }
        false
    }

    pub(super) fn holder(&self, name: String, kind: HolderKind, ways: (Vec<Way>, bool)) -> Holder {
        let name = if name.starts_with('/') { name } else { format!("{}{name}", self.prefix()) };
        Holder::new(name, kind, ways, |name| identity(self.template, self.root, name))
    }

    /// What tells the resources of several documents of one file apart.
    fn prefix(&self) -> String {
        match self.base.strip_prefix('/') {
            Some(index) => format!("{index}/"),
            None => String::new(),
        }
    }

    pub(super) fn is_principal(&self, resource: Id) -> bool {
        let kind = self.type_of(resource).and_then(holder_kind);
        kind.is_some() && self.property(resource, "Role").is_none()
    }

    pub(super) fn type_of(&self, resource: Id) -> Option<&'n str> {
        self.nodes().text(self.nodes().member(resource, "Type")?)
    }

    /// A property of a resource; of SAM's resources, also one of all resources of the type.
    pub(super) fn property(&self, resource: Id, name: &str) -> Option<Id> {
        let nodes = self.nodes();
        let own = nodes.member(resource, "Properties").and_then(|id| nodes.member(id, name));
        own.or_else(|| {
            let kind = self.type_of(resource)?.strip_prefix("AWS::Serverless::")?;
            let global = nodes.member(nodes.member(self.root, "Globals")?, kind)?;
            nodes.member(global, name)
        })
    }

    /// What may add policies to anybody in the template, in words.
    pub(super) fn macros(&self) -> Vec<String> {
        let nodes = self.nodes();
        let resources = nodes.member(self.root, "Resources").into_iter();
        let names = resources.flat_map(|id| nodes.members(id)).map(|(name, _)| name);
        let made = names.filter(|name| name.starts_with("Fn::") || *name == "<<");
        let whole = self.resources.iter().filter(|(name, id)| {
            !name.starts_with("Fn::")
                && self.type_of(*id).is_none()
                && self.is_written_by_macro(*id)
        });
        let made = made.chain(whole.map(|(name, _)| *name));
        let root = nodes.members(self.root).map(|(name, _)| name);
        let made = made.chain(root.filter(|name| *name == "Fn::Transform")).map(str::to_owned);
        let transform = nodes.member(self.root, "Transform").into_iter();
        let all = transform.flat_map(|id| match nodes.items(id) {
            [] => vec![id],
            items => items.to_vec(),
        });
        let foreign = all.filter_map(|id| {
            let name = nodes.text(id).unwrap_or("a macro");
            (!TRANSFORMS.iter().any(|known| name.starts_with(known))).then(|| name.to_owned())
        });
        made.chain(foreign).collect()
    }

    /// Whether a resource without a type comes from a macro.
    fn is_written_by_macro(&self, resource: Id) -> bool {
        self.adds(resource) || self.template.function(resource).is_some()
    }

    pub(super) fn reader<'r>(
        &'r self,
        assumed: &'r Assumed,
        seen: &'r RefCell<BTreeSet<String>>,
    ) -> Reader<'r, 'n> {
        let resolver = Resolver { template: self.template, assumed, seen };
        Reader { stack: self, resolver }
    }
}
