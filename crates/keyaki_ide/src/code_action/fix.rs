//! The fixes that findings offer.

use keyaki_diag::{Applicability, Edit, Finding, TextRange};

use super::{CodeAction, CodeActionId, CodeActionKind};
use crate::Document;
use crate::formatting::replacement;

/// The fixes of the findings that touch a range; those that need a person's own text are left out.
pub(super) fn quick_fixes(document: &Document, range: TextRange) -> Vec<CodeAction> {
    touching(document, range).flat_map(|(index, finding)| fixes(index, finding)).collect()
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

fn fixes(index: usize, finding: &Finding) -> impl Iterator<Item = CodeAction> {
    let first_safe = finding.fixes.iter().position(|f| f.applicability == Applicability::Safe);
    finding.fixes.iter().enumerate().filter_map(move |(number, fix)| {
        let remark = match fix.applicability {
            Applicability::Safe => "",
            Applicability::Unsafe => " (changes what the policy allows)",
            Applicability::DisplayOnly => return None,
        };
        Some(CodeAction {
            id: CodeActionId::Fix { finding: index, fix: number },
            title: capitalized(&fix.title) + remark,
            kind: CodeActionKind::QuickFix,
            is_preferred: first_safe == Some(number),
            finding: Some(index),
        })
    })
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}

pub(super) fn is_mended_safely(finding: &Finding) -> bool {
    finding.fixes.iter().any(|fix| fix.applicability == Applicability::Safe)
}

pub(super) fn edits(document: &Document, finding: usize, fix: usize) -> Vec<Edit> {
    let fix = document.findings().get(finding).and_then(|finding| finding.fixes.get(fix));
    fix.map(|fix| fix.edits.clone()).unwrap_or_default()
}

/// All safe fixes, applied until nothing is left to mend.
pub(super) fn all(document: &Document) -> Vec<Edit> {
    let options = &document.settings.options;
    let text = document.text();
    let fixed = keyaki_workspace::fix(&document.path, text, options, Applicability::Safe);
    replacement(text, &fixed.text)
}
