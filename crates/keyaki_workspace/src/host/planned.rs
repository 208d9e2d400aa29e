//! Who holds which policies of a Terraform plan.
//!
//! What belongs together is told by names where the plan knows them, and by the references of the
//! configuration where it does not, within one module. What is attached from elsewhere is taken
//! from the catalogue if it is AWS's, and is unknown otherwise.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyaki_ir::PolicyKind;
use keyaki_syntax::{Tree, Value};

use super::attaching::{ATTACHED, INLINE, LISTS};
use super::plan::{self, text};
use super::reader::managed;
use super::written::Written;
use super::{Host, attaching, attachment};
use crate::holder::{Body, Holder, Kind, Part, Way};
use crate::kind::Hint;

/// A resource that will be there.
struct Resource<'t> {
    address: String,
    kind: &'t str,
    /// The address of its module; empty for the root.
    module: &'t str,
    value: Value<'t>,
    values: Value<'t>,
}

/// A plan.
struct Plan<'t> {
    tree: &'t Tree,
    resources: Vec<Resource<'t>>,
    changes: Vec<Value<'t>>,
    configuration: Option<Value<'t>>,
    /// The policies that belong to somebody, by their places.
    taken: RefCell<BTreeSet<String>>,
}

/// The holders of a plan.
pub(super) fn holders(tree: &Tree, root: Value<'_>) -> Vec<Holder> {
    let plan = Plan::read(tree, root);
    let mut all = Vec::new();
    for resource in &plan.resources {
        let Some(kind) = attaching::holder_kind(resource.kind) else { continue };
        let way = plan.principal(resource);
        all.push(holder(resource.address.clone(), kind, way));
    }
    for resource in &plan.resources {
        all.extend(plan.others(resource));
    }
    all
}

fn holder(name: String, kind: Kind, way: Way) -> Holder {
    Holder { name, kind, ways: vec![way], is_exhaustive: true, conditions: BTreeMap::new() }
}

impl<'t> Plan<'t> {
    fn read(tree: &'t Tree, root: Value<'t>) -> Plan<'t> {
        let changes: Vec<Value<'t>> =
            root.get("resource_changes").into_iter().flat_map(Value::elements).collect();
        let mut resources = Vec::new();
        let planned = root.get("planned_values").and_then(|values| values.get("root_module"));
        match planned {
            Some(module) => plan::modules(module, |value| {
                resources.extend(value.get("values").and_then(|v| resource(value, v)));
            }),
            None => {
                let after = |c: &Value<'t>| c.get("change")?.get("after");
                let all = changes.iter().filter_map(|c| resource(*c, after(c)?));
                resources.extend(all);
            }
        }
        resources.retain(|r| text(r.value, "mode") != Some("data"));
        resources.sort_by_key(|r| r.value.range());
        let configuration = root.get("configuration").and_then(|c| c.get("root_module"));
        Plan { tree, resources, changes, configuration, taken: RefCell::default() }
    }

    /// What a role, user or group has.
    fn principal(&self, resource: &Resource<'t>) -> Way {
        let mut way = Way::default();
        self.inline(resource, &mut way);
        for (arn, reference) in self.texts(resource, "managed_policy_arns") {
            way.identity.push(self.managed(&arn, &reference, resource));
        }
        for own in &self.resources {
            let is = |table: &[(&'static str, &'static str, &'static str)]| {
                let mut rows =
                    table.iter().filter(|(t, _, of)| *t == own.kind && *of == resource.kind);
                rows.any(|(_, attribute, _)| self.names(own, attribute, resource))
            };
            if is(&INLINE) {
                way.identity.extend(self.document(own, "policy", own.values.get("policy")));
            }
            if self.names_nobody(own, resource.kind) {
                way.identity.push(unknown("what is attached by name", own));
            }
            if is(&ATTACHED) {
                let arns = match own.kind.ends_with("_exclusive") {
                    true => self.texts(own, "policy_arns"),
                    false => vec![self.texts(own, "policy_arn").pop().unwrap_or_default()],
                };
                for (arn, reference) in arns {
                    let part = self.managed(&arn, &reference, own);
                    if !way.identity.iter().any(|known| known.name == part.name) {
                        way.identity.push(part);
                    }
                }
            }
        }
        if let Some((arn, reference)) = self.texts(resource, "permissions_boundary").pop() {
            way.boundary = Some(vec![self.managed(&arn, &reference, resource)]);
        }
        if resource.kind == "aws_iam_role" {
            let trust = resource.values.get("assume_role_policy");
            way.resource = self.document(resource, "assume_role_policy", trust);
        }
        if resource.kind == "aws_iam_user" {
            let groups = self.groups(resource);
            way.identity.extend(groups);
        }
        way
    }

    /// The policies that stand in it. Those that are not known are told apart where there are as
    /// many of them in the configuration.
    fn inline(&self, resource: &Resource<'t>, way: &mut Way) {
        let name = "inline_policy";
        let all = |value: Option<Value<'t>>| -> Vec<Value<'t>> {
            value.into_iter().flat_map(Value::elements).collect()
        };
        let own = all(resource.values.get(name));
        let written = all(self.expressions(resource).and_then(|all| all.get(name)));
        let open = self.unknown_of(resource, name);
        for (index, policy) in own.iter().enumerate() {
            let own_open = all(open).get(index).copied();
            let is_open = own_open.is_some_and(|o| {
                plan::is_unknown(Some(o)) || o.get("policy").is_some_and(is_open)
            });
            let known = policy.get("policy").filter(|p| !is_open && p.as_str().is_some());
            way.identity.extend(match known {
                Some(_) => self.document(resource, name, policy.get("policy")),
                None if is_open && written.len() == own.len() => {
                    let references = written.get(index).map(|w| references(*w));
                    let source = self.source_of(&references.unwrap_or_default(), resource);
                    Some(source.unwrap_or_else(|| unknown("inline policy", resource)))
                }
                None if is_open => Some(unknown("inline policy", resource)),
                None => None,
            });
        }
        let is_more = open.is_some_and(|o| plan::is_unknown(Some(o)))
            || all(open).iter().skip(own.len()).any(|o| is_open(*o));
        if is_more && self.is_unknown(resource, name) {
            way.identity.push(unknown("inline policies", resource));
        }
    }

    /// Whether a resource attaches something to somebody of whom the plan does not tell who it is.
    fn names_nobody(&self, own: &Resource<'t>, kind: &str) -> bool {
        let rows = INLINE.iter().chain(&ATTACHED);
        let mut rows = rows.filter(|(t, _, of)| *t == own.kind && *of == kind);
        rows.any(|(_, attribute, _)| {
            let mut texts = self.texts(own, attribute).into_iter();
            texts.any(|(name, refs)| name.is_empty() && self.referred(&refs, own, kind).is_none())
        })
    }

    /// The policies of the groups of a user.
    fn groups(&self, user: &Resource<'t>) -> Vec<Part> {
        let mut names: Vec<(String, Vec<String>, &Resource<'t>)> = Vec::new();
        let mut parts = Vec::new();
        for own in &self.resources {
            let attributes = match own.kind {
                "aws_iam_user_group_membership" => ("user", "groups"),
                "aws_iam_group_membership" => ("users", "group"),
                _ => continue,
            };
            // Any user may be one that the plan does not tell.
            let mut users = self.texts(own, attributes.0).into_iter();
            let is_nobody = |(name, refs): (String, Vec<String>)| {
                name.is_empty() && self.referred(&refs, own, user.kind).is_none()
            };
            if users.any(is_nobody) {
                parts.push(unknown("whom it adds", own));
            }
            if self.names(own, attributes.0, user) {
                let all = self.texts(own, attributes.1).into_iter();
                names.extend(all.map(|(name, references)| (name, references, own)));
            }
        }
        for (name, references, own) in names {
            let groups: Vec<&Resource<'t>> = self
                .resources
                .iter()
                .filter(|r| r.kind == "aws_iam_group" && self.is_meant(&name, &references, own, r))
                .collect();
            match groups[..] {
                [group] => parts.extend(self.principal(group).identity),
                _ => parts.push(unknown(&format!("group `{name}`"), own)),
            }
        }
        parts
    }

    /// The policies that belong to no role, user or group of the plan.
    fn others(&self, resource: &Resource<'t>) -> Vec<Holder> {
        let mut host = Host::default();
        plan::of_resource(self.tree, resource.value, resource.values, &mut host);
        let is_principal = attaching::holder_kind(resource.kind).is_some();
        let mut parts: Vec<(Hint, Part)> = Vec::new();
        for mut policy in host.policies {
            let is_taken = self.taken.borrow().contains(&policy.pointer);
            let Some(written) = policy.texts.pop().filter(|_| !is_principal && !is_taken) else {
                continue;
            };
            parts.push((policy.hint, part(policy.pointer, written)));
        }
        for attachment in attachment::of_terraform(resource.kind) {
            let is_there =
                resource.values.get(attachment.path).is_some_and(|v| v.as_str().is_some());
            let is_open = !is_there && self.is_unknown(resource, attachment.path);
            let place = format!("{}.{}", resource.address, attachment.path);
            if is_open && !is_principal && !self.taken.borrow().contains(&place) {
                let document = self.document(resource, attachment.path, None);
                parts.extend(document.map(|part| (attachment.hint, part)));
            }
        }
        let is_one = parts.len() == 1;
        let named = |(hint, part): (Hint, Part)| {
            let name = match is_one {
                true => resource.address.clone(),
                false => part.name.clone(),
            };
            let mut way = Way::default();
            match hint.kind {
                Some(kind) if kind.takes_principal() => way.resource = Some(part),
                Some(_) => way.identity.push(part),
                None => way.add(Some(part)),
            }
            let is_resource = hint.kind.is_some_and(PolicyKind::takes_principal);
            holder(name, if is_resource { Kind::Resource } else { Kind::Policy }, way)
        };
        parts.into_iter().map(named).collect()
    }

    /// Whether an attribute names a resource.
    fn names(&self, own: &Resource<'t>, attribute: &str, target: &Resource<'t>) -> bool {
        let mut texts = self.texts(own, attribute).into_iter();
        texts.any(|(name, references)| self.is_meant(&name, &references, own, target))
    }

    /// Whether a name, or the references that it comes from, mean a resource.
    fn is_meant(
        &self,
        name: &str,
        references: &[String],
        own: &Resource<'t>,
        target: &Resource<'t>,
    ) -> bool {
        if !name.is_empty() {
            return text(target.values, "name") == Some(name)
                || text(target.values, "arn") == Some(name);
        }
        self.referred(references, own, target.kind).is_some_and(|r| r.address == target.address)
    }

    /// The one resource of a type that is referred to.
    fn referred(
        &self,
        references: &[String],
        own: &Resource<'t>,
        kind: &str,
    ) -> Option<&Resource<'t>> {
        let reference = references.iter().find(|r| r.starts_with(&format!("{kind}.")))?;
        let mut steps = reference.split('.');
        let (kind, name) = (steps.next()?, steps.next()?);
        let bare = name.split('[').next()?;
        let all = self.resources.iter().filter(|r| {
            r.module == own.module && r.kind == kind && text(r.value, "name") == Some(bare)
        });
        let all: Vec<&Resource<'t>> = all.collect();
        if let [one] = all[..] {
            return Some(one);
        }
        let index = |r: &Resource<'t>| r.value.get("index").map(|i| i.source().to_owned());
        let written = name.split_once('[').map(|(_, i)| i.trim_end_matches(']').to_owned());
        let wanted = written.filter(|i| !i.contains('.')).or_else(|| index(own))?;
        all.into_iter().find(|r| index(r).is_some_and(|i| i == wanted))
    }

    /// The texts of an attribute, each with the references that it comes from; an empty text where
    /// it is not known.
    fn texts(&self, resource: &Resource<'t>, attribute: &str) -> Vec<(String, Vec<String>)> {
        let value = resource.values.get(attribute);
        let strings: Vec<String> = match value.and_then(Value::as_str) {
            Some(text) => vec![text.to_owned()],
            None => {
                let items = value.into_iter().flat_map(Value::elements);
                items.map(|v| v.as_str().unwrap_or_default().to_owned()).collect()
            }
        };
        let known = strings.into_iter().filter(|text| !text.is_empty());
        let mut texts: Vec<(String, Vec<String>)> = known.map(|text| (text, Vec::new())).collect();
        if self.is_unknown(resource, attribute) {
            let references = self.references(resource, attribute);
            let mut bases: Vec<String> = references.iter().filter_map(|r| base(r)).collect();
            bases.dedup();
            match bases.is_empty() {
                true => texts.push((String::new(), Vec::new())),
                false => texts.extend(bases.into_iter().map(|b| (String::new(), vec![b]))),
            }
            // What else is in a list comes from what is not followed.
            let is_more = references.iter().any(|r| base(r).is_none());
            let has_unknown = texts.iter().any(|(text, r)| text.is_empty() && r.is_empty());
            if is_more && LISTS.contains(&attribute) && !has_unknown {
                texts.push((String::new(), Vec::new()));
            }
        }
        texts
    }

    /// Whether an attribute, or a part of it, is known only after apply. One that the configuration
    /// does not set is what others make of it, and these are in the plan.
    fn is_unknown(&self, resource: &Resource<'t>, attribute: &str) -> bool {
        let expressions = self.expressions(resource);
        if expressions.is_some_and(|all| all.get(attribute).is_none()) {
            return false;
        }
        self.unknown_of(resource, attribute).is_some_and(is_open)
    }

    /// What is said of an attribute that is known only after apply.
    fn unknown_of(&self, resource: &Resource<'t>, attribute: &str) -> Option<Value<'t>> {
        let change = self.changes.iter().find(|c| text(**c, "address") == Some(&resource.address));
        change.and_then(|c| c.get("change")?.get("after_unknown")?.get(attribute))
    }

    /// What the configuration says about a resource.
    fn expressions(&self, resource: &Resource<'t>) -> Option<Value<'t>> {
        let mut module = self.configuration;
        for name in module_names(resource.module) {
            let call = module.and_then(|m| m.get("module_calls")?.get(name));
            module = call.and_then(|call| call.get("module"));
        }
        let local = text(resource.value, "name").unwrap_or_default();
        let is_it = |r: &Value<'t>| {
            text(*r, "type") == Some(resource.kind) && text(*r, "name") == Some(local)
        };
        let resources = module.and_then(|m| m.get("resources"));
        let found = resources.into_iter().flat_map(Value::elements).find(is_it);
        found.and_then(|r| r.get("expressions"))
    }

    /// What the configuration refers to in an attribute.
    fn references(&self, resource: &Resource<'t>, attribute: &str) -> Vec<String> {
        let expression = self.expressions(resource).and_then(|all| all.get(attribute));
        expression.map_or_else(Vec::new, references)
    }

    /// The policy in an attribute: its text, the data source that it comes from, or nothing known.
    fn document(
        &self,
        resource: &Resource<'t>,
        attribute: &str,
        value: Option<Value<'t>>,
    ) -> Option<Part> {
        if let Some(string) = value.filter(|v| v.as_str().is_some_and(|s| !s.trim().is_empty())) {
            let pointer = self.tree.pointer(string.id());
            self.taken.borrow_mut().insert(pointer.clone());
            return Some(part(pointer, plan::of_string(string)));
        }
        if !self.is_unknown(resource, attribute) {
            return None;
        }
        self.taken.borrow_mut().insert(format!("{}.{attribute}", resource.address));
        let source = self.source_of(&self.references(resource, attribute), resource);
        Some(source.unwrap_or_else(|| unknown("policy", resource)))
    }

    /// The policy that references lead to, if it is that of one data source.
    fn source_of(&self, references: &[String], resource: &Resource<'t>) -> Option<Part> {
        let source = references.iter().find_map(|r| base(r).filter(|b| b.starts_with(SOURCE)));
        self.source(&source?, resource)
    }

    /// The policy of a data source in the resource's module.
    fn source(&self, reference: &str, resource: &Resource<'t>) -> Option<Part> {
        let prefix = match resource.module {
            "" => String::new(),
            module => format!("{module}."),
        };
        let address = format!("{prefix}{}", reference.split('[').next()?);
        let mut all = self.changes.iter().filter(|c| {
            let own = text(**c, "address");
            own.and_then(|own| own.split('[').next()).is_some() && own == Some(&address)
        });
        let change = *all.next()?;
        // What is merged into it is not in its statements.
        let after = change.get("change")?.get("after")?;
        let merges = [
            "source_policy_documents",
            "override_policy_documents",
            "source_json",
            "override_json",
        ];
        let unknown = change.get("change").and_then(|c| c.get("after_unknown"));
        let is_merged = merges.iter().any(|name| {
            let is_set = |value: Value<'_>| {
                value.as_str().is_some_and(|s| !s.is_empty()) || value.elements().next().is_some()
            };
            after.get(name).is_some_and(is_set)
                || unknown
                    .and_then(|u| u.get(name))
                    .is_some_and(|v| plan::is_unknown(Some(v)) || is_set(v))
        });
        let mut policy = plan::of_document(self.tree, change).filter(|_| !is_merged)?;
        Some(part(policy.pointer, policy.texts.pop()?))
    }

    /// A managed policy by its ARN, or by the references that the ARN comes from.
    fn managed(&self, arn: &str, references: &[String], own: &Resource<'t>) -> Part {
        let of_policy = |r: &&Resource<'t>| {
            r.kind == "aws_iam_policy" && self.is_meant(arn, references, own, r)
        };
        if let Some(policy) = self.resources.iter().find(of_policy) {
            let document = self.document(policy, "policy", policy.values.get("policy"));
            return document.unwrap_or_else(|| unknown("policy", policy));
        }
        match arn {
            "" => unknown("managed policy", own),
            arn => managed(arn),
        }
    }
}

/// How references to data sources of policies begin.
const SOURCE: &str = "data.aws_iam_policy_document.";

fn resource<'t>(value: Value<'t>, values: Value<'t>) -> Option<Resource<'t>> {
    let address = text(value, "address")?;
    let kind = text(value, "type")?;
    let name = text(value, "name").unwrap_or_default();
    let end = address.rfind(&format!("{kind}.{name}"))?;
    let module = address.get(..end)?.trim_end_matches('.');
    let module = module.strip_suffix(".data").unwrap_or(module);
    Some(Resource { address: address.to_owned(), kind, module, value, values })
}

/// The names of the modules in an address, without their indices.
fn module_names(address: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        names.extend(after.get(..end));
        let tail = after.get(end..).unwrap_or_default();
        // An index may hold dots in its quotes.
        let tail = match tail.strip_prefix('[') {
            Some(index) => index.split_once(']').map_or("", |(_, tail)| tail),
            None => tail,
        };
        rest = tail.trim_start_matches('.');
    }
    names
}

/// The resource or data source that a reference begins with.
fn base(reference: &str) -> Option<String> {
    let steps = if reference.starts_with("data.") { 3 } else { 2 };
    let all: Vec<&str> = reference.split('.').take(steps).collect();
    (all.len() == steps && !matches!(all[0], "var" | "local" | "each" | "count" | "module"))
        .then(|| all.join("."))
}

/// Whether a value, or a part of it, is known only after apply.
fn is_open(value: Value<'_>) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        if plan::is_unknown(Some(value)) {
            return true;
        }
        open.extend(value.children());
    }
    false
}

/// What an expression of the configuration refers to.
fn references(expression: Value<'_>) -> Vec<String> {
    let mut open = vec![expression];
    let mut references = Vec::new();
    while let Some(value) = open.pop() {
        let own = value.get("references").into_iter().flat_map(Value::elements);
        references.extend(own.filter_map(|r| r.as_str().map(str::to_owned)));
        open.extend(value.children());
    }
    references
}

fn part(pointer: String, written: Written) -> Part {
    let body = Body::Written { written: Arc::new(written), identities: BTreeMap::new() };
    Part { name: pointer, body }
}

/// A policy of which nothing is known.
fn unknown(what: &str, resource: &Resource<'_>) -> Part {
    Part::unknown(&format!("{what} of {}", resource.address), "")
}
