//! The same thing elsewhere: highlights, definitions, references, renaming.
//!
//! A `Sid` is defined by its statement; nothing refers to it but its doubles. An action is the same
//! thing wherever a pattern matches it. Keys, operators, principals and resources are the same
//! where their texts are.

use keyaki_diag::{Edit, TextRange};
use keyaki_ir::glob::{self, Case};
use keyaki_syntax::NodeId;

use crate::Document;
use crate::site::{Site, all_sites, site_at};

/// All places in the document that stand for what is at an offset, in order of position.
pub fn occurrences(document: &Document, offset: u32) -> Vec<TextRange> {
    let Some((_, wanted)) = site_at(document, offset) else { return Vec::new() };
    let sites = all_sites(document).into_iter();
    let same = sites.filter(|(_, site)| is_same(wanted, *site));
    same.map(|(origin, _)| document.inside(origin)).collect()
}

/// The place that defines what is at an offset: of a `Sid`, its statement's name.
pub fn definition(document: &Document, offset: u32) -> Option<TextRange> {
    let (_, site) = site_at(document, offset)?;
    match site {
        Site::Sid(_) => occurrences(document, offset).into_iter().next(),
        Site::ElementName(_)
        | Site::Version
        | Site::Effect
        | Site::Action { .. }
        | Site::Resource(_)
        | Site::PrincipalKey(_)
        | Site::Principal(_)
        | Site::Operator(_)
        | Site::Key { .. }
        | Site::Value(_) => None,
    }
}

/// The name at an offset that can be changed: that of a `Sid`.
pub fn renamable(document: &Document, offset: u32) -> Option<TextRange> {
    sid_at(document, offset).map(|origin| document.inside(origin))
}

/// The edits that give the `Sid` at an offset, and its doubles, another name.
///
/// # Errors
/// Why the name cannot be given, in a sentence.
pub fn rename(document: &Document, offset: u32, name: &str) -> Result<Vec<Edit>, String> {
    if sid_at(document, offset).is_none() {
        return Err("only a Sid can be renamed".to_owned());
    }
    if name.is_empty() || name.contains(['"', '\\']) || name.contains(char::is_control) {
        return Err(format!("`{}` is no Sid", name.escape_default()));
    }
    let takes_principal = document.policy_at(offset).is_some_and(|p| p.kind.takes_principal());
    if !takes_principal && !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(format!(
            "`{name}` is no Sid: this kind of policy takes letters and digits alone"
        ));
    }
    let edit = |range| Edit { range, replacement: name.to_owned() };
    Ok(occurrences(document, offset).into_iter().map(edit).collect())
}

fn sid_at(document: &Document, offset: u32) -> Option<NodeId> {
    match site_at(document, offset)?.1 {
        Site::Sid(sid) => Some(sid.origin),
        Site::ElementName(_)
        | Site::Version
        | Site::Effect
        | Site::Action { .. }
        | Site::Resource(_)
        | Site::PrincipalKey(_)
        | Site::Principal(_)
        | Site::Operator(_)
        | Site::Key { .. }
        | Site::Value(_) => None,
    }
}

fn is_same(wanted: Site<'_>, other: Site<'_>) -> bool {
    match (wanted, other) {
        (Site::Sid(a), Site::Sid(b)) => a.value == b.value,
        (Site::Action { entry: a, .. }, Site::Action { entry: b, .. }) => {
            glob::intersects(&a.text, &b.text, Case::Insensitive)
        }
        (Site::Resource(a), Site::Resource(b)) => a.text() == b.text(),
        (Site::Principal(a), Site::Principal(b)) => a.text == b.text,
        (Site::Key { entry: a, .. }, Site::Key { entry: b, .. }) => a.is(&b.key.value),
        (Site::Operator(a), Site::Operator(b)) => {
            a.operator.text.eq_ignore_ascii_case(&b.operator.text)
        }
        (Site::Value(a), Site::Value(b)) => a.text() == b.text(),
        _ => false,
    }
}
