//! The policies in a document.
//!
//! A document may be a policy, or it may hold some: answers of AWS interfaces carry them as
//! objects (`PolicyVersion.Document`), as JSON in a string (`Policy` of `get-bucket-policy`) or as
//! percent-encoded JSON in a string; lists of answers and plans carry many. Where they stand is not
//! written down here: whatever looks like a policy is one.
//!
//! Templates are another matter. A policy that still holds references of a template (`Ref`,
//! `Fn::Sub`) is not a policy yet and is left out.

use keyaki_syntax::{Member, NodeKind, Tree, Value};

use crate::embedded::{self, Embedded};

/// A policy, and where it was found.
pub(crate) enum Site<'t> {
    /// An object or another value of the tree.
    Here(Value<'t>),
    /// A string that seems to hold a document.
    Text(Value<'t>),
}

/// The policies of a tree, in order.
pub(crate) fn sites(tree: &Tree) -> Vec<Site<'_>> {
    let mut sites = all_sites(tree);
    sites.retain(|site| match site {
        Site::Here(value) => value.parent().is_none() || template_reference(*value).is_none(),
        Site::Text(_) => true,
    });
    sites
}

/// The same with the policies that hold references of a template.
fn all_sites(tree: &Tree) -> Vec<Site<'_>> {
    let mut sites = Vec::new();
    let mut done = 0;
    for value in tree.values() {
        if value.range().start < done {
            continue;
        }
        match value.kind() {
            NodeKind::Object if is_policy_object(value) => {
                done = value.range().end;
                sites.push(Site::Here(value));
            }
            NodeKind::String if embedded::is_suspect(value) => sites.push(Site::Text(value)),
            NodeKind::Object
            | NodeKind::Array
            | NodeKind::Member
            | NodeKind::String
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Error => {}
        }
    }
    sites
}

/// Whether a document is a policy itself, rather than something that holds policies.
pub fn is_policy(tree: &Tree) -> bool {
    tree.root().is_some_and(|root| root.kind() == NodeKind::Object && is_policy_object(root))
}

/// Whether an object is meant as a policy: it has the version of one, or a `Statement` that looks
/// like one. At the top of a document, any `Statement` will do.
fn is_policy_object(object: Value<'_>) -> bool {
    let version = object.get("Version").and_then(Value::as_str);
    if matches!(version, Some("2012-10-17" | "2008-10-17")) {
        return true;
    }
    let Some(statement) = object.get("Statement") else { return false };
    object.parent().is_none() || is_statement(statement) || statement.elements().any(is_statement)
}

/// Whether an object has an element that only statements have, in whatever case it is written.
fn is_statement(value: Value<'_>) -> bool {
    const OWN: [&str; 5] = ["Effect", "Action", "NotAction", "NotResource", "NotPrincipal"];
    value.members().any(|m| OWN.iter().any(|name| m.name().eq_ignore_ascii_case(name)))
}

/// Whether the top of a document was probably meant as a policy, though nothing in it is one.
pub(crate) fn resembles_policy(tree: &Tree) -> bool {
    let Some(root) = tree.root() else { return true };
    let mut members = root.members().peekable();
    if members.peek().is_none() {
        return true;
    }
    let elements = ["Version", "Id", "Statement", "Effect", "Action", "Resource"];
    members.any(|m| keyaki_ir::near::nearest(m.name(), elements).is_some())
}

/// A reference in a policy that a template has yet to resolve.
pub fn template_reference(policy: Value<'_>) -> Option<Value<'_>> {
    let mut open = vec![policy];
    while let Some(value) = open.pop() {
        let names = |m: Member<'_>| m.name() == "Ref" || m.name().starts_with("Fn::");
        if value.as_member().is_some_and(names) {
            return Some(value);
        }
        open.extend(value.children());
    }
    None
}

/// The policies of a text, each with the tree that it stands in and its pointer there: the text's
/// own tree, or that of a string in it, or of a string in that. Policies that hold references of a
/// template are among them. A text that is one value without any policy is one itself.
pub fn policies(tree: Tree) -> Vec<(Tree, String)> {
    let mut found = Vec::new();
    let mut open = vec![tree.clone()];
    // A string is shorter than the text that it stands in, so this ends.
    while let Some(tree) = open.pop() {
        let mut deeper = Vec::new();
        for site in all_sites(&tree) {
            match site {
                Site::Here(value) => found.push((tree.clone(), tree.pointer(value.id()))),
                Site::Text(string) => deeper.extend(Embedded::read(string).map(|e| e.tree)),
            }
        }
        open.extend(deeper.into_iter().rev());
    }
    if found.is_empty() && resembles_policy(&tree) {
        found.push((tree, String::new()));
    }
    found
}
