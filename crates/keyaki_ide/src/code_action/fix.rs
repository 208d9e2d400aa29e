//! The fixes that findings offer.

use keyaki_diag::{Applicability, Edit, Finding, TextRange};

use super::{CodeAction, CodeActionId, CodeActionKind};
use crate::Document;
use crate::formatting::replacement;

/// The fixes of the findings that touch a range; those that need a person's own text are left out.
pub(super) fn quick_fixes(document: &Document, range: TextRange) -> Vec<CodeAction> {
    let touches = |f: &Finding| f.range().start <= range.end && range.start <= f.range().end;
    let findings = document.findings().iter().enumerate().filter(|(_, f)| touches(f));
    findings.flat_map(|(index, finding)| fixes(index, finding)).collect()
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
