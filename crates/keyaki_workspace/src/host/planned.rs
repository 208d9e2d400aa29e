//! Who holds which policies of a Terraform plan.
//!
//! What belongs together is told by names where the plan knows them, and by the references of the
//! configuration where it does not, within one module. What is attached from elsewhere is taken
//! from the catalogue if it is AWS's, and is unknown otherwise.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>.

mod outside;
mod reference;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyaki_ir::PolicyKind;
use keyaki_syntax::{Tree, Value};

use super::attaching::{ATTACHED, INLINE};
use super::plan::{self, text};
use super::reader::managed;
use super::written::Written;
use super::{Host, attaching, attachment};
use crate::holder::{Body, Holder, Kind, Part, Way};
use crate::kind::Hint;
use reference::{base, is_open, references};

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
    let (outside, told) = plan.outside();
    all.extend(outside);
    for resource in &plan.resources {
        all.extend(plan.others(resource, &told));
    }
    all
}

fn holder(name: String, kind: Kind, way: Way) -> Holder {
    Holder::new(name, kind, (vec![way], true), |_| None)
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
            if self.names_nobody(own, resource.kind) {
                way.identity.push(unknown("what is attached by name", own));
            }
            match is(&INLINE) || is(&ATTACHED) {
                true if self.is_apart(own, resource) => {
                    way.identity.push(unknown("whom it is attached to", own));
                }
                true => self.attach(own, &mut way),
                false => {}
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

    /// Adds what a resource attaches: a policy of its own, or managed ones.
    fn attach(&self, own: &Resource<'t>, way: &mut Way) {
        if INLINE.iter().any(|(kind, ..)| *kind == own.kind) {
            way.identity.extend(self.document(own, "policy", own.values.get("policy")));
            return;
        }
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
            let is_open = own_open
                .is_some_and(|o| plan::is_unknown(Some(o)) || o.get("policy").is_some_and(is_open));
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

    /// The policies that belong to no role, user or group of the plan; `told` are the places of those
    /// that are told of others.
    fn others(&self, resource: &Resource<'t>, told: &BTreeSet<String>) -> Vec<Holder> {
        let mut host = Host::default();
        plan::of_resource(self.tree, resource.value, resource.values, &mut host);
        let is_principal = attaching::holder_kind(resource.kind).is_some();
        let mut parts: Vec<(Hint, Part, bool)> = Vec::new();
        for mut policy in host.policies {
            let is_taken = self.taken.borrow().contains(&policy.pointer);
            let Some(written) = policy.texts.pop().filter(|_| !is_principal && !is_taken) else {
                continue;
            };
            let is_told = told.contains(&policy.pointer);
            parts.push((policy.hint, part(policy.pointer, written), is_told));
        }
        for attachment in attachment::of_terraform(resource.kind) {
            let is_there =
                resource.values.get(attachment.path).is_some_and(|v| v.as_str().is_some());
            let is_open = !is_there && self.is_unknown(resource, attachment.path);
            let place = format!("{}.{}", resource.address, attachment.path);
            if is_open && !is_principal && !self.taken.borrow().contains(&place) {
                let document = self.document(resource, attachment.path, None);
                parts.extend(document.map(|part| (attachment.hint, part, told.contains(&place))));
            }
        }
        let is_one = parts.len() == 1;
        let named = |(hint, part, is_told_of_others): (Hint, Part, bool)| {
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
            let kind = if is_resource { Kind::Resource } else { Kind::Policy };
            Holder { is_told_of_others, ..holder(name, kind, way) }
        };
        parts.into_iter().map(named).collect()
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

fn part(pointer: String, written: Written) -> Part {
    let body = Body::Written {
        written: Arc::new(written),
        identities: BTreeMap::new(),
        is_elsewhere: false,
    };
    Part { name: pointer, body }
}

/// A policy of which nothing is known.
fn unknown(what: &str, resource: &Resource<'_>) -> Part {
    Part::unknown(&format!("{what} of {}", resource.address), "")
}
