//! Other ways to write what stands at the cursor.

use keyaki_diag::Edit;
use keyaki_ir::Statement;

use super::{dependent, operator, statement, wildcard};
use crate::Document;
use crate::site::{Site, site_at};

/// Another way to write something.
pub(super) struct Refactoring {
    pub(super) title: String,
    pub(super) edits: Vec<Edit>,
}

/// All that can be written otherwise at an offset, in an order that depends on the text alone.
pub(super) fn refactorings(document: &Document, offset: u32) -> Vec<Refactoring> {
    let Some(read) = document.policy_at(offset) else { return Vec::new() };
    let policy = &read.policy;
    let holds =
        |s: &&Statement| document.range(s.origin).contains(keyaki_diag::TextRange::empty(offset));
    let Some(around) = policy.statements.iter().find(holds) else { return Vec::new() };
    let mut found = Vec::new();
    match site_at(document, offset).map(|(_, site)| site) {
        Some(Site::Action { element, entry }) => {
            found.extend(wildcard::expand(document, element, entry));
            found.extend(wildcard::collapse(document, element, entry));
            found.extend(dependent::add(document, policy, around, element, entry));
        }
        Some(Site::Operator(block)) => found.extend(operator::convert(document, around, block)),
        Some(
            Site::ElementName(_)
            | Site::Version
            | Site::Effect
            | Site::Sid(_)
            | Site::Resource(_)
            | Site::PrincipalKey(_)
            | Site::Principal(_)
            | Site::Key { .. }
            | Site::Value(_),
        )
        | None => {}
    }
    found.extend(statement::split(document, around));
    found.extend(statement::merge(document, policy, around));
    found
}
