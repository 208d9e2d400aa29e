//! What the names of a template stand for.

use std::collections::BTreeSet;

use super::intrinsic::Template;
use super::node::{Id, Kind, Nodes};

/// What a label stands for, as a text that is equal in two templates only where the value is taken
/// to be: the definitions of the parameter, resource or condition that it names, and of what these
/// refer to. Of a resource of AWS's that is its type and the properties that name it.
pub(super) fn identity(template: &Template<'_>, root: Id, label: &str) -> Option<String> {
    if label.contains(" at ") {
        return None;
    }
    let nodes = template.nodes;
    let section = |name| nodes.member(root, name);
    let define = |name: &str| {
        let of = |s| Some((nodes.member(section(s)?, name)?, s == "Resources"));
        ["Parameters", "Resources", "Conditions"].into_iter().find_map(of)
    };
    let mut said = label.to_owned();
    let mut open: Vec<String> = vec![label.split('.').next().unwrap_or(label).to_owned()];
    let mut known = BTreeSet::new();
    while let Some(name) = open.pop() {
        let definition = define(&name).filter(|_| known.insert(name.clone()));
        let Some((definition, is_resource)) = definition else { continue };
        if known.len() > 50 {
            return None;
        }
        said.push_str(&format!("\n{name}"));
        for text in naming_texts(nodes, definition, is_resource)? {
            said.push_str(&format!(" {}:{text}", text.len()));
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':');
            open.extend(words.filter(|word| define(word).is_some()).map(str::to_owned));
        }
    }
    Some(said)
}

/// The most texts of one definition that are compared.
const MOST_TEXTS: usize = 2000;

/// The texts of a definition that its value depends on, names of properties among them; none where
/// there are too many.
fn naming_texts(nodes: &Nodes, definition: Id, is_resource: bool) -> Option<Vec<&str>> {
    let kind = nodes.member(definition, "Type").and_then(|id| nodes.text(id)).unwrap_or("");
    let is_opaque = ["AWS::CloudFormation::", "Custom::"].iter().any(|p| kind.starts_with(p));
    let mut open = vec![definition];
    let mut texts = vec![kind];
    if is_resource && !is_opaque {
        let properties = nodes.member(definition, "Properties").into_iter();
        let all = properties.flat_map(|id| nodes.members(id));
        let naming: Vec<_> = all.filter(|(n, _)| n.ends_with("Name") || *n == "Name").collect();
        open = naming.iter().map(|(_, id)| *id).collect();
        texts.extend(naming.iter().map(|(name, _)| *name));
    }
    while let Some(id) = open.pop() {
        if texts.len() > MOST_TEXTS {
            return None;
        }
        texts.extend(nodes.get(id).tag.as_deref());
        match &nodes.get(id).kind {
            Kind::Text(text) => texts.push(&text.value),
            Kind::Bool(value) => texts.push(if *value { "true" } else { "false" }),
            Kind::Null | Kind::Other => texts.push(""),
            Kind::List(items) => open.extend(items),
            Kind::Map(entries) => open.extend(entries.iter().flat_map(|&(n, v)| [n, v])),
        }
    }
    Some(texts)
}
