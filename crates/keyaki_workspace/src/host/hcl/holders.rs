//! Who holds which policies of a module of Terraform: roles, users and groups as a whole, and the
//! policies of other resources.
//!
//! The holders are those of all files of a folder, as they are seen from one of them. Of a
//! resource with `count` or `for_each` each instance is a holder where these are known; else one
//! that stands for any of them. What is written around policies and cannot be followed is unknown:
//! modules that a role is given to, files that cannot be read, files that override others.

use std::cell::{Cell, RefCell};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use hcl_edit::structure::{Block, Structure};
use keyaki_diag::TextRange;

use super::attached::{self, Attached, attached, deeper};
use super::attaching::Attaching;
use super::definition;
use super::evaluate::{Bound, Evaluator, MIN_STEPS, Notes, Scope};
use super::file::File;
use super::grants::{Principal, Reader};
use super::instance::{Instance, Instances};
use super::module::{Module, Modules};
use super::resembling::resembling;
use super::variables;
use super::{name_of_document, one_hint};
use crate::holder::{Body, Holder, Kind, Part, Way, ways_of};
use crate::host::attaching::holder_kind;
use crate::host::value::Value;
use crate::host::{Assumed, Problem, document};
use crate::kind::Hint;

/// How many readings there may be that work out all that one reading may.
const MOST_READINGS: usize = 20;

/// The holders of a file.
///
/// # Errors
/// What keeps the file from being read.
pub(crate) fn holders(text: &str, path: &Path, modules: &Modules) -> Result<Vec<Holder>, Problem> {
    let file = File::read(path, text, Some(1))?;
    if let Some(problem) = file.problem() {
        return Err(problem.clone());
    }
    let module = Module::new(&file, modules);
    Ok(Stack::of(&module).holders())
}

/// A block of a module with its file.
#[derive(Clone, Copy)]
pub(super) struct Resource<'m> {
    pub(super) file: &'m File,
    pub(super) block: &'m Block,
    pub(super) kind: &'m str,
    pub(super) name: &'m str,
}

impl Resource<'_> {
    pub(super) fn address(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }
}

/// A module with the resources in it.
pub(super) struct Stack<'m> {
    pub(super) module: &'m Module<'m>,
    pub(super) resources: Vec<Resource<'m>>,
    /// The calls of other modules.
    pub(super) calls: Vec<Resource<'m>>,
    /// Resources, data sources and variables by their addresses.
    blocks: HashMap<String, (&'m File, &'m Block)>,
    /// What may attach something to somebody, by whom.
    pub(super) attaching: Attaching,
    /// The files of which it is not known what they say, and whether they change others.
    pub(super) unknown_files: Vec<(String, bool)>,
    /// The addresses of resources that are there several times.
    pub(super) repeated: HashSet<String>,
    /// How holes are written.
    pub(super) notes: RefCell<Notes>,
    left: Cell<usize>,
    /// How much may yet be worked out for all holders.
    total: Cell<usize>,
    /// What blocks make that are not followed, by their addresses.
    opened: RefCell<HashMap<String, Option<String>>>,
    /// The policies that belong to somebody, by their addresses.
    pub(super) taken: RefCell<BTreeSet<String>>,
    /// Where the policies are written that were found.
    pub(super) origins: RefCell<HashSet<TextRange>>,
}

impl<'m> Stack<'m> {
    fn of(module: &'m Module<'m>) -> Stack<'m> {
        let mut stack = Stack {
            module,
            resources: Vec::new(),
            calls: Vec::new(),
            blocks: HashMap::new(),
            attaching: Attaching::default(),
            unknown_files: module.unknown_files(),
            repeated: HashSet::new(),
            notes: RefCell::default(),
            left: Cell::new(0),
            total: Cell::new(0),
            opened: RefCell::default(),
            taken: RefCell::default(),
            origins: RefCell::default(),
        };
        for file in module.files() {
            for block in file.body.iter().filter_map(Structure::as_block) {
                stack.add(file, block);
            }
        }
        stack.attaching = Attaching::of(&stack.resources);
        stack.total.set(stack.steps().saturating_mul(MOST_READINGS));
        stack
    }

    /// How much may be worked out for one reading of a holder.
    fn steps(&self) -> usize {
        MIN_STEPS + self.module.files().iter().map(|file| file.text.len()).sum::<usize>()
    }

    fn add(&mut self, file: &'m File, block: &'m Block) {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        let address = match (block.ident.as_str(), &labels[..]) {
            ("resource", [kind, name]) => {
                let resource = Resource { file, block, kind, name };
                self.resources.push(resource);
                resource.address()
            }
            ("module", [name]) => {
                self.calls.push(Resource { file, block, kind: "module", name });
                format!("module.{name}")
            }
            ("data", [kind, name]) => format!("data.{kind}.{name}"),
            ("variable", [name]) => format!("var.{name}"),
            ("provider", ["aws"]) => format!("provider.{}", self.blocks.len()),
            _ => return,
        };
        match self.blocks.entry(address) {
            Entry::Occupied(known) => {
                self.repeated.insert(known.key().clone());
            }
            Entry::Vacant(free) => {
                free.insert((file, block));
            }
        }
    }

    /// A resource, data source or variable, with the text of its file.
    pub(super) fn block(&self, address: &str) -> Option<(&str, &Block)> {
        let (file, block) = self.blocks.get(address)?;
        (!self.repeated.contains(address)).then_some((&file.text, block))
    }

    /// The providers of AWS.
    pub(super) fn providers(&self) -> Vec<(&str, &Block)> {
        let all = self.blocks.iter().filter(|(address, _)| address.starts_with("provider."));
        let mut all: Vec<_> = all.map(|(_, (file, block))| (&*file.text, *block)).collect();
        all.sort_by_key(|(_, block)| attached::range(hcl_edit::Span::span(*block)));
        all
    }

    fn holders(&self) -> Vec<Holder> {
        let mut all = Vec::new();
        for resource in &self.resources {
            let Some(kind) = holder_kind(resource.kind) else { continue };
            for instance in self.instances(resource) {
                let principal = Principal { resource, instance: instance.as_ref() };
                let ways = self.ways(|reader| reader.principal(principal));
                let holder = self.holder(principal.address(), kind, ways);
                all.push(Holder { is_elsewhere: !self.is_own(resource.file), ..holder });
            }
        }
        let (outside, told) = self.outside();
        all.extend(outside);
        for file in self.module.files() {
            for attached in attached(&file.body) {
                self.attached(file, &attached, &told, &mut all);
            }
        }
        self.documents(&mut all);
        self.elsewhere(&mut all);
        all
    }

    fn is_own(&self, file: &File) -> bool {
        std::ptr::eq(file, self.module.own)
    }

    /// The instances of a resource that there may be; none for any of them.
    fn instances(&self, resource: &Resource<'m>) -> Vec<Option<Instance>> {
        let found = RefCell::new(Vec::<Option<Instance>>::new());
        let is_any = Cell::new(false);
        let (_, is_exhaustive) = self.ways(|reader| {
            let mut found = found.borrow_mut();
            let instances = reader.instances(resource);
            is_any.set(is_any.get() || matches!(instances, Instances::Any(_)));
            let instances = match instances {
                Instances::Known(all) => all.into_iter().map(Some).collect(),
                Instances::One | Instances::Any(_) => vec![None],
            };
            for one in instances {
                let index = |i: &Option<Instance>| i.as_ref().map(|i| i.index.clone());
                if !found.iter().any(|known| index(known) == index(&one)) {
                    found.push(one);
                }
            }
            Way::default()
        });
        let found = found.into_inner();
        if is_exhaustive && !is_any.get() { found } else { vec![None] }
    }

    /// The ways of something, as far as conditions bear on it.
    pub(super) fn ways(&self, read: impl Fn(&Reader<'_, 'm>) -> Way) -> (Vec<Way>, bool) {
        ways_of(|assumed, seen| self.read(assumed, seen, &read))
    }

    fn read(
        &self,
        assumed: &Assumed,
        seen: &RefCell<BTreeSet<String>>,
        read: impl Fn(&Reader<'_, 'm>) -> Way,
    ) -> Way {
        let most = self.steps().min(self.total.get());
        self.left.set(most);
        let evaluator = Evaluator {
            module: self.module,
            assumed,
            seen,
            left: &self.left,
            foreign: RefCell::default(),
            notes: &self.notes,
            count: Cell::default(),
            mixed: Cell::default(),
        };
        let way = read(&Reader { stack: self, evaluator });
        self.total.set(self.total.get().saturating_sub(most - self.left.get()));
        way
    }

    /// What a label stands for; none for what has no name.
    pub(super) fn identity(&self, label: &str) -> Option<String> {
        definition::identity(self, &self.notes.borrow(), label)
    }

    /// What a block that is not followed makes.
    pub(super) fn open(&self, what: &str, address: &str) -> Part {
        let known = self.opened.borrow().get(address).cloned();
        let made = known.unwrap_or_else(|| {
            let made = definition::of_block(self, address);
            self.opened.borrow_mut().insert(address.to_owned(), made.clone());
            made
        });
        let identity = made.map(|is| format!("{what} {is}"));
        Part { name: what.to_owned(), body: Body::Unknown { identity } }
    }

    pub(super) fn holder(&self, name: String, kind: Kind, ways: (Vec<Way>, bool)) -> Holder {
        let given = self.given(&ways.0);
        Holder { given, ..Holder::new(name, kind, ways, |name| self.identity(name)) }
    }

    /// The values of variables that Terraform takes if nothing else is asked for, by the labels of
    /// the holes that they fill.
    fn given(&self, ways: &[Way]) -> BTreeMap<String, String> {
        let parts = ways.iter().flat_map(Way::parts);
        let labels = parts.flat_map(|part| match &part.body {
            Body::Written { written, .. } => written.labels().collect(),
            Body::Managed(_) | Body::Unknown { .. } => Vec::new(),
        });
        let labels: BTreeSet<&str> = labels.collect();
        let value = |label: &str| Some((label.to_owned(), self.value_of(label)?));
        labels.into_iter().filter_map(value).collect()
    }

    /// The value of the variable that a label is, if it is a plain one and no secret.
    fn value_of(&self, label: &str) -> Option<String> {
        let name = label.strip_prefix("var.")?;
        let (_, block) =
            self.block(label).filter(|(_, own)| !own.body.has_attribute("sensitive"))?;
        let default = || Some(&block.body.get_attribute("default")?.value);
        variables::plain(self.module.variables().value_of(name).or_else(default)?)
    }

    /// The policy in an attribute of a resource that is no role, user or group.
    fn attached(
        &self,
        file: &File,
        attached: &Attached<'m>,
        told: &BTreeSet<String>,
        all: &mut Vec<Holder>,
    ) {
        let Some(hint) = attached.hint else { return };
        let at = attached::range_of(attached.value).start;
        let is_around = |r: &&Resource<'m>| {
            let range = attached::range(hcl_edit::Span::span(r.block));
            std::ptr::eq(r.file, file) && range.start <= at && at < range.end
        };
        let Some(resource) = self.resources.iter().find(is_around) else { return };
        if holder_kind(resource.kind).is_some() || self.taken.borrow().contains(&resource.address())
        {
            return;
        }
        let steps = attached.pointer.split('/').skip(4).collect::<Vec<_>>().join("/");
        for instance in self.instances(resource) {
            let owner = Principal { resource, instance: instance.as_ref() };
            let ways = self.ways(|reader| {
                let mut way = Way::default();
                if reader.is_there(owner) {
                    let part = reader.attribute(owner, attached.value, &steps);
                    add(&mut way, part, hint);
                }
                way
            });
            // Of several policies of a resource, each is by itself.
            let is_first = !all.iter().any(|known| known.name == owner.address());
            let name = if is_first { owner.address() } else { owner.place(&steps) };
            let holder = self.holder(name, kind_of(hint), ways);
            let is_told_of_others = told.contains(&resource.address());
            all.push(Holder { is_elsewhere: !self.is_own(file), is_told_of_others, ..holder });
        }
    }

    /// The documents that nothing in the module uses.
    fn documents(&self, all: &mut Vec<Holder>) {
        let own = self.module.own;
        let (own_uses, all_uses) = (self.module.own_uses(), self.module.all_uses());
        for block in own.body.iter().filter_map(Structure::as_block) {
            let Some(name) = name_of_document(block) else { continue };
            let hint = one_hint(own_uses.get(name).or_else(|| all_uses.get(name)));
            let range = attached::range(hcl_edit::Span::span(block));
            let is_used = own_uses.contains_key(name) || all_uses.contains_key(name);
            let Some(hint) = hint.filter(|_| !is_used && !self.is_known(range)) else { continue };
            let address = format!("data.{}.{name}", super::DOCUMENT);
            let ways = self.ways(|reader| {
                let scope = Scope { block: &address, ..Scope::of(own) };
                let made = document::policy(&reader.evaluator.block(block, scope), true);
                let value = made.map(Value::into_json);
                let part = value.and_then(|value| reader.document(&value, &address, None));
                let mut way = Way::default();
                add(&mut way, part, hint);
                way
            });
            all.push(self.holder(address.clone(), kind_of(hint), ways));
        }
    }

    /// Whatever else looks like a policy.
    fn elsewhere(&self, all: &mut Vec<Holder>) {
        let own = self.module.own;
        let done = attached(&own.body).iter().map(|a| attached::range_of(a.value).start).collect();
        for (pointer, expression) in resembling(&own.body, &own.text, &done) {
            if self.is_known(attached::range_of(expression)) {
                continue;
            }
            let ways = self.ways(|reader| {
                let scope = Scope { block: &pointer, ..Scope::of(own) };
                let value = super::as_policy(reader.evaluator.value(expression, scope));
                let mut way = Way::default();
                way.add(reader.document(&value, &pointer, None));
                way
            });
            all.push(self.holder(pointer.clone(), Kind::Policy, ways));
        }
    }

    fn is_known(&self, range: TextRange) -> bool {
        self.origins.borrow().contains(&range)
    }
}

/// Adds a policy of a kind that may not be known.
fn add(way: &mut Way, part: Option<Part>, hint: Hint) {
    match hint.kind {
        Some(kind) if kind.takes_principal() => way.resource = part,
        Some(_) => way.identity.extend(part),
        None => way.add(part),
    }
}

fn kind_of(hint: Hint) -> Kind {
    match hint.kind {
        Some(kind) if !kind.takes_principal() => Kind::Policy,
        Some(_) | None => Kind::Resource,
    }
}

impl Principal<'_, '_> {
    /// Its address, as plans have it.
    pub(super) fn address(&self) -> String {
        let index = self.instance.map_or_else(String::new, |one| format!("[{}]", one.index));
        self.resource.address() + &index
    }

    /// The steps to an attribute of it.
    pub(super) fn place(&self, attribute: &str) -> String {
        let start = deeper("/resource", self.resource.kind);
        let index = self.instance.map_or_else(String::new, |one| format!("[{}]", one.index));
        let name = deeper(&start, &format!("{}{index}", self.resource.name));
        format!("{name}/{attribute}")
    }

    /// What `count` or `each` is in it.
    pub(super) fn bound(&self) -> Option<Bound<'_>> {
        let own = self.instance?;
        Some(Bound { name: own.name, value: &own.value, outer: None, any_of: "" })
    }
}
