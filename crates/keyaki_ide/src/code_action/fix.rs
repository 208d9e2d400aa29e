//! The fixes that findings offer.

use keyaki_diag::{Applicability, Edit, Finding, Fix, TextRange};
use keyaki_workspace::Change;

use super::{CodeAction, CodeActionId, CodeActionKind};
use crate::Document;
use crate::formatting::replacement;

/// The most fixes that are looked at in a range, for what they do to access.
const MOST_FIXES: usize = 24;

/// The fixes of the findings that touch a range, where it is proved that they allow no more; those
/// that need a person's own text are left out.
pub(super) fn quick_fixes(document: &Document, range: TextRange) -> Vec<CodeAction> {
    let fixes = touching(document, range).flat_map(|(finding, found)| {
        found.fixes.iter().enumerate().map(move |(fix, offered)| ((finding, fix), offered))
    });
    let is_whole = |(_, fix): &(_, &Fix)| fix.applicability != Applicability::DisplayOnly;
    let fixes: Vec<((usize, usize), &Fix)> = fixes.filter(is_whole).take(MOST_FIXES).collect();
    let changes = document.changes_of(&fixes);
    let mut actions: Vec<CodeAction> = Vec::new();
    for (((finding, fix), offered), change) in fixes.into_iter().zip(changes) {
        let is_safe = offered.applicability == Applicability::Safe && change == Change::None;
        let is_first = !actions.iter().any(|a| a.is_preferred && a.finding == Some(finding));
        let remark = match change {
            Change::None => "",
            Change::Less => " (allows less)",
            Change::Open => continue,
        };
        actions.push(CodeAction {
            id: CodeActionId::Fix { finding, fix },
            title: capitalized(&offered.title) + remark,
            kind: CodeActionKind::QuickFix,
            is_preferred: is_safe && is_first,
            finding: Some(finding),
        });
    }
    actions
}

/// The findings that touch a range, with their numbers.
fn touching(document: &Document, range: TextRange) -> impl Iterator<Item = (usize, &Finding)> {
    let touches = move |f: &Finding| f.range().start <= range.end && range.start <= f.range().end;
    document.findings().iter().enumerate().filter(move |(_, f)| touches(f))
}

/// Accepting the findings that touch a range, where there is a folder to keep that in.
pub(super) fn suppressions(document: &Document, range: TextRange) -> Vec<CodeAction> {
    if document.settings.folder.is_none() {
        return Vec::new();
    }
    let suppress = |(finding, found): (usize, &Finding)| CodeAction {
        id: CodeActionId::Suppress { finding },
        title: format!("Accept `{}` here, with a reason in keyaki.toml", found.rule.name),
        kind: CodeActionKind::Suppress,
        is_preferred: false,
        finding: Some(finding),
    };
    touching(document, range).map(suppress).collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}

pub(super) fn is_mended_safely(finding: &Finding) -> bool {
    finding.fixes.iter().any(|fix| fix.applicability == Applicability::Safe)
}

/// The edits of a fix; none where it may allow more.
pub(super) fn edits(document: &Document, finding: usize, fix: usize) -> Vec<Edit> {
    let found = document.findings().get(finding).and_then(|finding| finding.fixes.get(fix));
    let is_open = |found: &Fix| document.changes_of(&[((finding, fix), found)]) == [Change::Open];
    found.filter(|found| !is_open(found)).map(|found| found.edits.clone()).unwrap_or_default()
}

/// All safe fixes, applied until nothing is left to mend.
pub(super) fn all(document: &Document) -> Vec<Edit> {
    let options = &document.settings.options;
    let text = document.text();
    let fixed = keyaki_workspace::fix(&document.path, text, options, Applicability::Safe);
    replacement(text, &fixed.text)
}
