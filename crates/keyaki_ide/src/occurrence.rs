//! The same thing elsewhere: highlights, definitions, references, renaming.
//!
//! A policy that is named is the same wherever it is named (`mention.rs`).
//! A `Sid` is defined by its statement; nothing refers to it but its doubles. An action is the same
//! thing wherever a pattern matches it. Keys, operators, principals and resources are the same
//! where their texts are.

use keyaki_diag::{Edit, TextRange};
use keyaki_ir::glob::{self, Case};
use keyaki_syntax::NodeId;

use crate::Document;
use crate::mention::{mention_at, mentions_of, name_at, rename_mentions};
use crate::site::{Site, all_sites, site_at};

/// All places in the document that stand for what is at an offset, in order of position.
pub fn occurrences(document: &Document, offset: u32) -> Vec<TextRange> {
    if let Some(name) = name_at(document, offset) {
        return mentions_of(document, name).map(|(range, _)| range).collect();
    }
    let Some((_, wanted)) = site_at(document, offset) else { return Vec::new() };
    let sites = all_sites(document).into_iter();
    let same = sites.filter(|(_, site)| is_same(wanted, *site));
    same.map(|(origin, _)| document.inside(origin)).collect()
}

/// The place that defines what is at an offset: of a `Sid`, its statement's name; of a policy that
/// is named, where it is called so.
pub fn definition(document: &Document, offset: u32) -> Option<TextRange> {
    if let Some(name) = name_at(document, offset) {
        let mut places = mentions_of(document, name);
        return places.find(|(_, is_definition)| *is_definition).map(|(range, _)| range);
    }
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

/// The name at an offset that can be changed: that of a `Sid` or of a policy.
pub fn renamable(document: &Document, offset: u32) -> Option<TextRange> {
    if let Some(mention) = mention_at(document, offset) {
        return mention.is_written_out.then_some(mention.range);
    }
    sid_at(document, offset).map(|origin| document.inside(origin))
}

/// The edits that give the `Sid` at an offset, and its doubles, or the policy that is named there,
/// another name.
///
/// # Errors
/// Why the name cannot be given, in a sentence.
pub fn rename(document: &Document, offset: u32, name: &str) -> Result<Vec<Edit>, String> {
    if let Some(mention) = mention_at(document, offset) {
        if !mention.is_written_out {
            return Err("the name is put together of others here".to_owned());
        }
        return rename_mentions(document, &mention.name, name);
    }
    if sid_at(document, offset).is_none() {
        return Err("only a Sid or the name of a policy can be renamed".to_owned());
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
