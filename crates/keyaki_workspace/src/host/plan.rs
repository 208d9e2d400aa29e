//! Terraform plans, as `terraform show -json` writes them.
//!
//! What counts is what the plan would leave behind: `planned_values`, and for an older plan
//! without them the state after each change. The state before is passed over. A policy is text in
//! an attribute; where the text is not known before the plan is applied, the data source
//! `aws_iam_policy_document` that it comes from often is in parts, and is read with holes.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>.

use std::sync::Arc;

use keyaki_diag::TextRange;
use keyaki_ir::PolicyKind;
use keyaki_syntax::{NodeKind, Tree, Value};

use super::node::Text;
use super::value::{self, Kind, Piece};
use super::written::{Source, Writer, Written};
use super::{Host, HostPolicy, attachment, document};
use crate::embedded;
use crate::kind::Hint;

/// Whether a document is a plan.
pub(crate) fn is_plan(root: Value<'_>) -> bool {
    let has = |name| root.get(name).is_some();
    has("format_version") && (has("planned_values") || has("resource_changes"))
}

/// The policies of a plan.
pub(crate) fn read(tree: &Tree, root: Value<'_>) -> Host {
    let mut host = Host::default();
    let changes: Vec<Value<'_>> =
        root.get("resource_changes").into_iter().flat_map(Value::elements).collect();
    match root.get("planned_values").and_then(|values| values.get("root_module")) {
        Some(module) => modules(module, |resource| {
            resource
                .get("values")
                .into_iter()
                .for_each(|v| of_resource(tree, resource, v, &mut host));
        }),
        None => {
            for change in &changes {
                let after = change.get("change").and_then(|c| c.get("after"));
                after.into_iter().for_each(|after| of_resource(tree, *change, after, &mut host));
            }
        }
    }
    let documents = changes.into_iter().filter(|c| text(*c, "type") == Some(DOCUMENT));
    host.policies.extend(documents.filter_map(|change| of_document(tree, change)));
    host
}

/// The data source that makes policies.
const DOCUMENT: &str = "aws_iam_policy_document";

pub(super) fn text<'t>(value: Value<'t>, name: &str) -> Option<&'t str> {
    value.get(name)?.as_str()
}

/// Takes all resources of a module and of those below it.
pub(super) fn modules<'t>(root: Value<'t>, mut take: impl FnMut(Value<'t>)) {
    let mut open = vec![root];
    while let Some(module) = open.pop() {
        module.get("resources").into_iter().flat_map(Value::elements).for_each(&mut take);
        open.extend(module.get("child_modules").into_iter().flat_map(Value::elements));
    }
}

/// The policies in the attributes of a resource.
pub(super) fn of_resource(tree: &Tree, resource: Value<'_>, values: Value<'_>, host: &mut Host) {
    let attachments = attachment::of_terraform(text(resource, "type").unwrap_or_default());
    let mut open = vec![values];
    let mut strings = Vec::new();
    while let Some(value) = open.pop() {
        if embedded::is_suspect(value) {
            strings.push(value);
        }
        open.extend(value.children());
    }
    strings.sort_by_key(|string| string.range());
    for string in strings {
        let attachment = attachments.iter().find(|a| leads_to(a.path, values, string));
        let hint = attachment.map(|a| match a.hint.kind {
            Some(_) => Some(a.hint),
            None => a.is_by_type.then(|| by_type(values)).flatten(),
        });
        // A language of its own.
        let Some(hint) = hint.unwrap_or(Some(Hint::default())) else { continue };
        let pointer = tree.pointer(string.id());
        let (texts, told) = (vec![of_string(string)], Vec::new());
        host.policies.push(HostPolicy { pointer, hint, texts, told });
    }
}

/// Whether a path of an attribute leads to a value.
fn leads_to(path: &str, values: Value<'_>, to: Value<'_>) -> bool {
    let mut here = vec![values];
    for step in path.split('/') {
        here = match step {
            "*" => here.into_iter().flat_map(Value::elements).collect(),
            name => here.into_iter().filter_map(|v| v.get(name)).collect(),
        };
    }
    here.iter().any(|value| value.id() == to.id())
}

/// The kind of an organisation's policy.
fn by_type(values: Value<'_>) -> Option<Hint> {
    let kind = text(values, "type").unwrap_or("SERVICE_CONTROL_POLICY");
    PolicyKind::parse(kind).map(|kind| Hint { kind: Some(kind), resource_type: None })
}

/// The text of a policy in a string.
pub(super) fn of_string(string: Value<'_>) -> Written {
    let mut writer = Writer::default();
    let text = Text::of_json(string);
    writer.text(&text.value, Source::Text(&text, 0), true);
    writer.finish()
}

/// The policy of a data source that is read when the plan is applied.
pub(super) fn of_document(tree: &Tree, change: Value<'_>) -> Option<HostPolicy> {
    let after = change.get("change")?.get("after")?;
    let unknown = change.get("change").and_then(|c| c.get("after_unknown"));
    let statements = after.get("statement")?;
    statements.elements().next()?;
    let arguments = known(after, unknown, "");
    let pointer = tree.pointer(statements.id());
    let texts = vec![document::policy(&arguments, true)?.into_json().written()?];
    Some(HostPolicy { pointer, hint: Hint::default(), texts, told: Vec::new() })
}

/// A value with holes where it is not known before the plan is applied. The plan nests no deeper
/// than its parser allows.
fn known(value: Value<'_>, unknown: Option<Value<'_>>, label: &str) -> value::Value {
    let range = value.range();
    if is_unknown(unknown) {
        return value::Value::hole(label, range);
    }
    let kind = match value.kind() {
        NodeKind::Object => Kind::Map(members(value, unknown, label)),
        NodeKind::Array => Kind::List(items(value, unknown, label)),
        NodeKind::String => Kind::Text(vec![Piece::Text(Arc::new(Text::of_json(value)))]),
        NodeKind::Number => Kind::Number(value.source().to_owned()),
        NodeKind::Bool => Kind::Bool(value.source() == "true"),
        NodeKind::Null | NodeKind::Member | NodeKind::Error => Kind::Null,
    };
    value::Value::new(range, kind)
}

/// The members that are known, and those that are not.
fn members(
    map: Value<'_>,
    unknown: Option<Value<'_>>,
    label: &str,
) -> Vec<(value::Value, value::Value)> {
    let dot = if label.is_empty() { "" } else { "." };
    let labelled = |name: &str| format!("{label}{dot}{name}");
    let of = |name: &str| unknown.and_then(|u| u.get(name));
    let own = map.members().filter_map(|member| {
        let value = member.value()?;
        let name = value::Value::made(member.name(), TextRange::empty(value.range().start));
        Some((name, known(value, of(member.name()), &labelled(member.name()))))
    });
    let more = unknown.into_iter().flat_map(Value::members).filter_map(|member| {
        let is_new = map.get(member.name()).is_none() && is_unknown(member.value());
        let name = value::Value::made(member.name(), TextRange::empty(map.range().start));
        is_new.then(|| (name, value::Value::hole(labelled(member.name()), map.range())))
    });
    own.chain(more).collect()
}

/// The items of a list. Those that are not known are missing from it where they come last.
fn items(list: Value<'_>, unknown: Option<Value<'_>>, label: &str) -> Vec<value::Value> {
    let (mut items, mut unknown) = (list.elements(), unknown.map(Value::elements));
    let mut known_items = Vec::new();
    for index in 0.. {
        let label = format!("{label}[{index}]");
        let own = unknown.as_mut().and_then(Iterator::next);
        match (items.next(), own) {
            (Some(item), own) => known_items.push(known(item, own, &label)),
            (None, Some(_)) => known_items.push(value::Value::hole(label, list.range())),
            (None, None) => break,
        }
    }
    known_items
}

/// Whether `after_unknown` says so of a whole value.
pub(super) fn is_unknown(value: Option<Value<'_>>) -> bool {
    value.is_some_and(|v| v.kind() == NodeKind::Bool && v.source() == "true")
}
