//! Who holds which policies of a CloudFormation or SAM template: roles, users and groups as a
//! whole, and the policies of other resources.
//!
//! A role has its own policies, those that are attached to it, a boundary and a trust policy. What
//! is attached from elsewhere is taken from the catalogue if it is AWS's, and is unknown otherwise.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use keyaki_ir::PolicyKind;

use super::definition::identity;
use super::intrinsic::{Assumed, Resolver, Template};
use super::node::{Id, Nodes};
use super::reader::Reader;
use super::search::{self, Found, escaped};
use crate::holder::{Holder, Kind as HolderKind, Way, ways_of};

/// The holders of all documents of a template.
pub(super) fn holders(nodes: &Nodes) -> Vec<Holder> {
    let steps = Cell::new(0);
    let mut all = Vec::new();
    for (index, &root) in nodes.roots.iter().enumerate() {
        let template = Template::new(nodes, root, &steps);
        let base = if nodes.roots.len() > 1 { format!("/{index}") } else { String::new() };
        let found = search::search(&template, root, &base);
        let stack = Stack { template: &template, root, base: &base, found: &found };
        all.extend(stack.holders());
    }
    all
}

/// A template with the policies in it.
pub(super) struct Stack<'s, 'n> {
    pub(super) template: &'s Template<'n>,
    pub(super) root: Id,
    /// The pointer to it in the file.
    pub(super) base: &'s str,
    found: &'s [Found],
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
        let resources = self.nodes().member(self.root, "Resources");
        let resources: Vec<(&str, Id)> =
            resources.into_iter().flat_map(|id| self.nodes().members(id)).collect();
        let mut taken = BTreeSet::new();
        for &(name, id) in &resources {
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
        all.extend(self.others(&resources, &taken));
        all
    }

    /// The policies that no role, user or group of the template has.
    fn others(&self, resources: &[(&str, Id)], taken: &BTreeSet<Id>) -> Vec<Holder> {
        let mut all = Vec::new();
        for found in self.found.iter().filter(|f| !taken.contains(&f.id)) {
            let place = found.pointer.strip_prefix(self.base).unwrap_or(&found.pointer);
            let owner = place.strip_prefix("/Resources/").and_then(|rest| rest.split('/').next());
            let resource = owner.and_then(|o| resources.iter().find(|(n, _)| escaped(n) == o));
            if resource.is_some_and(|(_, id)| self.is_principal(*id)) {
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
                let part = is_there.then(|| reader.written(found.id, &found.pointer, found.wrap));
                let mut way = Way::default();
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
            all.push(self.holder(name, kind, ways));
        }
        all
    }

    fn holder(&self, name: String, kind: HolderKind, ways: (Vec<Way>, bool)) -> Holder {
        let (ways, is_exhaustive) = ways;
        let name = if name.starts_with('/') { name } else { format!("{}{name}", self.prefix()) };
        let assumed = ways.iter().flat_map(|way| way.assumed.keys());
        let identity =
            |name: &String| identity(self.template, self.root, name).map(|is| (name.clone(), is));
        let conditions = assumed.filter_map(identity).collect();
        Holder { name, kind, ways, is_exhaustive, conditions }
    }

    /// What tells the resources of several documents of one file apart.
    fn prefix(&self) -> String {
        match self.base.strip_prefix('/') {
            Some(index) => format!("{index}/"),
            None => String::new(),
        }
    }

    fn is_principal(&self, resource: Id) -> bool {
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
        let made = names.filter(|name| name.starts_with("Fn::")).map(str::to_owned);
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

    fn reader<'r>(
        &'r self,
        assumed: &'r Assumed,
        seen: &'r RefCell<BTreeSet<String>>,
    ) -> Reader<'r, 'n> {
        let resolver = Resolver { template: self.template, assumed, seen };
        Reader { stack: self, resolver }
    }
}
