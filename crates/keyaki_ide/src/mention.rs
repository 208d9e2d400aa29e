//! Policies by their names: the resources of templates that hold them, and managed policies.
//!
//! A logical id is known in its own document alone, an address of Terraform in the files of its
//! folder. The name of a managed policy is the same in all files. This crate looks at one at a time:
//! [`name_at`] tells which name to look for in the others, [`mentions_of`] where it stands there.

use keyaki_diag::{Edit, TextRange};
use keyaki_workspace::{Mention, MentionSource, is_managed_policy_name, mentions};

pub use keyaki_workspace::PolicyName;

use crate::Document;

/// Marks of a text that may name a policy: without them it need not be read.
const SIGNS: [&str; 4] = [":policy/", "Resources", "ManagedPolicyName", "aws_"];

/// Whether a text may name a policy: a look at its bytes, before it is read.
pub fn may_name_policies(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// The places of a document that name policies, in order of position.
pub(crate) fn all(document: &Document) -> &[Mention] {
    document.mentions.get_or_init(|| match may_name_policies(document.text()) {
        true if document.is_json() => mentions(MentionSource::Json(&document.tree)),
        true if document.is_yaml() => mentions(MentionSource::Yaml(document.text())),
        true if document.is_terraform() => {
            mentions(MentionSource::Terraform(document.text(), document.path()))
        }
        true | false => Vec::new(),
    })
}

/// The place at an offset that names a policy.
pub(crate) fn mention_at(document: &Document, offset: u32) -> Option<&Mention> {
    all(document).iter().find(|mention| mention.range.contains(TextRange::empty(offset)))
}

/// The name of a policy at an offset.
pub fn name_at(document: &Document, offset: u32) -> Option<&PolicyName> {
    mention_at(document, offset).map(|mention| &mention.name)
}

/// Where a document names a policy, in order of position, and whether it is called so there.
pub fn mentions_of<'d>(
    document: &'d Document,
    name: &'d PolicyName,
) -> impl Iterator<Item = (TextRange, bool)> + 'd {
    let same = all(document).iter().filter(move |mention| mention.name == *name);
    same.map(|mention| (mention.range, mention.is_definition))
}

/// The places that are to change together while somebody types a logical id in a template.
pub fn linked(document: &Document, offset: u32) -> Vec<TextRange> {
    match name_at(document, offset) {
        Some(name @ PolicyName::Resource { .. }) => written_out(document, name).collect(),
        Some(PolicyName::Managed(_) | PolicyName::Address { .. }) | None => Vec::new(),
    }
}

/// The edits that give a policy another name in a document.
///
/// # Errors
/// Why the name cannot be given, in a sentence.
pub fn rename_mentions(
    document: &Document,
    name: &PolicyName,
    to: &str,
) -> Result<Vec<Edit>, String> {
    let is_id = !to.is_empty() && to.bytes().all(|b| b.is_ascii_alphanumeric());
    let shown = to.escape_default();
    let is_taken =
        |taken: &PolicyName| name != taken && mentions_of(document, taken).next().is_some();
    match name {
        PolicyName::Resource { .. } if !is_id => {
            return Err(format!("`{shown}` is no logical id: these are letters and digits alone"));
        }
        PolicyName::Managed(_) if !is_managed_policy_name(to) => {
            return Err(format!("`{shown}` is no name of a managed policy"));
        }
        PolicyName::Resource { document: number, .. } => {
            let taken = PolicyName::Resource { document: *number, id: to.into() };
            if is_taken(&taken) {
                return Err(format!("`{to}` is the logical id of another resource"));
            }
        }
        PolicyName::Address { .. } if !is_identifier(to) => {
            return Err(format!("`{shown}` is no name of a resource"));
        }
        PolicyName::Address { folder, kind, .. } => {
            let (folder, kind) = (folder.clone(), kind.clone());
            if is_taken(&PolicyName::Address { folder, kind, name: to.into() }) {
                return Err(format!("`{to}` is the name of another resource"));
            }
        }
        PolicyName::Managed(_) => {}
    }
    let edit = |range| Edit { range, replacement: to.to_owned() };
    Ok(written_out(document, name).map(edit).collect())
}

/// Where a name can be changed.
fn written_out(document: &Document, name: &PolicyName) -> impl Iterator<Item = TextRange> {
    let same = all(document).iter().filter(move |m| m.name == *name && m.is_written_out);
    same.map(|mention| mention.range)
}

/// Whether a text can be the name of a resource of Terraform.
fn is_identifier(text: &str) -> bool {
    let is_start = |c: char| c.is_alphabetic() || c == '_';
    text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_numeric() || c == '-')
}
