//! Terraform plans, as `terraform show -json` writes them.
//!
//! What counts is what the plan would leave behind: `planned_values`, and for an older plan
//! without them the state after each change. The state before is passed over. A policy is text in
//! an attribute; where the text is not known before the plan is applied, the data source
//! `aws_iam_policy_document` that it comes from often is in parts, and is read with holes.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>.

use keyaki_diag::TextRange;
use keyaki_ir::PolicyKind;
use keyaki_syntax::{NodeKind, Tree, Value};

use super::attachment;
use super::node::Text;
use super::written::{Source, Writer, Written};
use super::{Host, HostPolicy};
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
            None => by_type(values),
        });
        // A language of its own.
        let Some(hint) = hint.unwrap_or(Some(Hint::default())) else { continue };
        let pointer = tree.pointer(string.id());
        host.policies.push(HostPolicy { pointer, hint, texts: vec![of_string(string)] });
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
    let mut document = Document { writer: Writer::default() };
    document.policy(after, statements, unknown.and_then(|u| u.get("statement")));
    let pointer = tree.pointer(statements.id());
    let texts = vec![document.writer.finish()];
    Some(HostPolicy { pointer, hint: Hint::default(), texts })
}

/// A policy that is put together from the blocks of a data source.
struct Document {
    writer: Writer,
}

/// The elements of a statement that are lists of texts, and the attributes that they come from.
const LISTS: [(&str, &str); 4] = [
    ("Action", "actions"),
    ("NotAction", "not_actions"),
    ("Resource", "resources"),
    ("NotResource", "not_resources"),
];

impl Document {
    fn policy(&mut self, after: Value<'_>, statements: Value<'_>, unknown: Option<Value<'_>>) {
        let start = TextRange::empty(statements.range().start);
        self.writer.mark("{\"Version\": ", start);
        match after.get("version").filter(|v| v.as_str().is_some()) {
            Some(version) => self.string(version),
            None => self.writer.mark("\"2012-10-17\"", start),
        }
        self.writer.mark(", \"Statement\": [", start);
        for (index, statement) in statements.elements().enumerate() {
            if index > 0 {
                self.writer.mark(", ", TextRange::empty(statement.range().start));
            }
            let unknown = unknown.and_then(|u| u.elements().nth(index));
            self.statement(statement, unknown, &format!("statement[{index}]"));
        }
        self.writer.mark("]}", TextRange::empty(statements.range().end));
    }

    fn statement(&mut self, statement: Value<'_>, unknown: Option<Value<'_>>, label: &str) {
        let range = statement.range();
        let unknown = |name: &str| unknown.and_then(|u| u.get(name));
        self.writer.mark("{\"Effect\": ", TextRange::new(range.start, range.start + 1));
        match statement.get("effect") {
            _ if is_unknown(unknown("effect")) => self.hole(&format!("{label}.effect"), range),
            Some(effect) if effect.as_str().is_some() => self.string(effect),
            _ => self.writer.mark("\"Allow\"", TextRange::empty(range.start)),
        }
        if let Some(sid) =
            statement.get("sid").filter(|s| s.as_str().is_some_and(|s| !s.is_empty()))
        {
            self.name("Sid", sid);
            self.string(sid);
        }
        for (element, attribute) in LISTS {
            let label = format!("{label}.{attribute}");
            self.list(element, statement, attribute, unknown(attribute), &label);
        }
        for (element, attribute) in
            [("Principal", "principals"), ("NotPrincipal", "not_principals")]
        {
            let label = format!("{label}.{attribute}");
            self.principals(element, statement, attribute, unknown(attribute), &label);
        }
        self.conditions(statement, unknown("condition"), &format!("{label}.condition"));
        self.writer.mark("}", TextRange::empty(range.end));
    }

    /// A list of texts, if it is not empty.
    fn list(
        &mut self,
        element: &str,
        block: Value<'_>,
        attribute: &str,
        unknown: Option<Value<'_>>,
        label: &str,
    ) {
        let list = block.get(attribute);
        if is_unknown(unknown) {
            let at = list.unwrap_or(block);
            self.name(element, at);
            return self.hole(label, at.range());
        }
        let is_empty = |list: Option<Value<'_>>| list.is_none_or(|l| l.elements().next().is_none());
        if is_empty(list) && is_empty(unknown) {
            return;
        }
        let list = list.unwrap_or(block);
        self.name(element, list);
        self.texts(list, unknown, label);
    }

    /// The texts of a list. Those that are not known are missing from it where they come last.
    fn texts(&mut self, list: Value<'_>, unknown: Option<Value<'_>>, label: &str) {
        self.writer.mark("[", TextRange::empty(list.range().start));
        let (mut items, mut unknown) = (list.elements(), unknown.map(Value::elements));
        let mut next = || (items.next(), unknown.as_mut().and_then(Iterator::next));
        for index in 0.. {
            let (item, unknown) = next();
            if item.is_none() && unknown.is_none() {
                break;
            }
            if index > 0 {
                self.writer.mark(", ", TextRange::empty(item.unwrap_or(list).range().start));
            }
            match item.filter(|item| item.as_str().is_some() && !is_unknown(unknown)) {
                Some(item) => self.string(item),
                None => self.hole(&format!("{label}[{index}]"), item.unwrap_or(list).range()),
            }
        }
        self.writer.mark("]", TextRange::empty(list.range().end));
    }

    /// The principals: blocks of one type are put together.
    fn principals(
        &mut self,
        element: &str,
        statement: Value<'_>,
        attribute: &str,
        unknown: Option<Value<'_>>,
        label: &str,
    ) {
        let Some(blocks) = statement.get(attribute) else { return };
        let blocks: Vec<Value<'_>> = blocks.elements().collect();
        let Some(&first) = blocks.first() else {
            if is_unknown(unknown) {
                self.name(element, statement);
                self.hole(label, statement.range());
            }
            return;
        };
        self.name(element, first);
        let is_everybody = |block: &Value<'_>| text(*block, "type") == Some("*");
        let is_open = |index| {
            let unknown = unknown.and_then(|u| u.elements().nth(index));
            is_unknown(unknown) || is_unknown(unknown.and_then(|u| u.get("type")))
        };
        if blocks.len() == 1 && is_everybody(&first) {
            return self.writer.mark("\"*\"", first.range());
        }
        if is_unknown(unknown) || (0..blocks.len()).any(is_open) {
            return self.hole(label, first.range());
        }
        self.writer.mark("{", TextRange::empty(first.range().start));
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 {
                self.writer.mark(", ", TextRange::empty(block.range().start));
            }
            if let Some(kind) = block.get("type") {
                self.string(kind);
            }
            self.writer.mark(": ", TextRange::empty(block.range().start));
            let unknown =
                unknown.and_then(|u| u.elements().nth(index)).and_then(|u| u.get("identifiers"));
            let label = format!("{label}[{index}].identifiers");
            match block.get("identifiers") {
                Some(list) if !is_unknown(unknown) => self.texts(list, unknown, &label),
                _ => self.hole(&label, block.range()),
            }
        }
        self.writer.mark("}", TextRange::empty(first.range().end));
    }

    /// The conditions, an operator for each block; the blocks of one operator are put together.
    fn conditions(&mut self, statement: Value<'_>, unknown: Option<Value<'_>>, label: &str) {
        let blocks: Vec<Value<'_>> =
            statement.get("condition").into_iter().flat_map(Value::elements).collect();
        let at = |index| unknown.and_then(|u| u.elements().nth(index));
        let is_open = |index| {
            is_unknown(at(index))
                || ["test", "variable"].iter().any(|n| is_unknown(at(index).and_then(|u| u.get(n))))
        };
        let all_open = is_unknown(unknown) || (0..blocks.len()).any(is_open);
        let Some(&first) = blocks.first() else {
            if all_open {
                self.name("Condition", statement);
                self.hole(label, statement.range());
            }
            return;
        };
        self.name("Condition", first);
        if all_open {
            return self.hole(label, first.range());
        }
        let mut tests: Vec<&str> = blocks.iter().filter_map(|b| text(*b, "test")).collect();
        tests.sort_unstable();
        tests.dedup();
        self.writer.mark("{", TextRange::empty(first.range().start));
        for (count, test) in tests.iter().enumerate() {
            let mut own =
                blocks.iter().enumerate().filter(|(_, b)| text(**b, "test") == Some(test));
            let mut is_first = true;
            for (index, block) in own.by_ref() {
                let start = TextRange::empty(block.range().start);
                match (is_first, block.get("test")) {
                    (true, Some(operator)) => {
                        self.writer.mark(if count > 0 { ", " } else { "" }, start);
                        self.string(operator);
                        self.writer.mark(": {", start);
                    }
                    _ => self.writer.mark(", ", start),
                }
                is_first = false;
                if let Some(key) = block.get("variable") {
                    self.string(key);
                }
                self.writer.mark(": ", start);
                let unknown = at(index).and_then(|u| u.get("values"));
                let label = format!("{label}[{index}].values");
                match block.get("values") {
                    Some(list) if !is_unknown(unknown) => self.texts(list, unknown, &label),
                    _ => self.hole(&label, block.range()),
                }
            }
            self.writer.mark("}", TextRange::empty(first.range().end));
        }
        self.writer.mark("}", TextRange::empty(first.range().end));
    }

    fn name(&mut self, name: &str, at: Value<'_>) {
        self.writer.mark(&format!(", \"{name}\": "), TextRange::empty(at.range().start));
    }

    fn string(&mut self, string: Value<'_>) {
        let range = string.range();
        let text = Text::of_json(string);
        self.writer.mark("\"", TextRange::empty(range.start));
        self.writer.text(&text.value, Source::Text(&text, 0), false);
        self.writer.mark("\"", TextRange::empty(range.end));
    }

    fn hole(&mut self, label: &str, range: TextRange) {
        self.writer.mark("\"", TextRange::empty(range.start));
        self.writer.hole(label, range);
        self.writer.mark("\"", TextRange::empty(range.end));
    }
}

/// Whether `after_unknown` says so of a whole value.
pub(super) fn is_unknown(value: Option<Value<'_>>) -> bool {
    value.is_some_and(|v| v.kind() == NodeKind::Bool && v.source() == "true")
}
