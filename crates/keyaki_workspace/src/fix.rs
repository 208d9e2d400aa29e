//! Applying what the findings offer.

use std::path::Path;

use keyaki_diag::{Applicability, Edit, Finding, Fix, TextRange};
use keyaki_syntax::Tree;

use crate::guard::{Change, Guard};
use crate::host::{self, Language, Modules};
use crate::{CheckedFile, Options, check_text};

/// Fixes may lead to new findings with fixes. After so many rounds, two rules work against each
/// other.
const MAX_ROUNDS: usize = 20;

/// So many fixes of a text are tried one by one in a round.
const MAX_ALONE: usize = 200;

/// A text after its fixes.
#[derive(Debug)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// How many fixes were applied.
    pub applied: usize,
    /// How many were left out, because it was not proved what they are said to do.
    pub withheld: usize,
    /// What is left to say about it.
    pub checked: CheckedFile,
}

/// Applies the fixes of a text, those up to an applicability, until no more can be applied.
///
/// Of fixes that touch each other, the first is applied and the others are looked at again.
/// A round that would break the text is not applied. Safe fixes are applied once it is proved
/// that the policies allow the same requests afterwards, others once it is proved that they allow
/// no more.
pub fn fix(path: &Path, text: &str, options: &Options<'_>, up_to: Applicability) -> Fixed {
    let mut text = text.to_owned();
    let mut checked = check_text(path, text.as_bytes(), options);
    let (mut applied, mut withheld) = (0, 0);
    for _ in 0..MAX_ROUNDS {
        let guard = Guard::new(path, &text, options);
        let (mut fixes, safe) = proved(&guard, checked.findings(), Applicability::Safe);
        withheld = safe;
        if fixes.is_empty() && up_to > Applicability::Safe {
            let (others, more) = proved(&guard, checked.findings(), Applicability::Unsafe);
            (fixes, withheld) = (others, safe + more);
        }
        let mistakes = |text: &str| mistakes(path, text);
        let Some((new, count)) = apply_sound(&text, &fixes, mistakes) else { break };
        text = new;
        applied += count;
        checked = check_text(path, text.as_bytes(), options);
    }
    Fixed { text, applied, withheld, checked }
}

/// The fixes of an applicability of which it is proved together that they do what they are said to
/// do, as many as can be added one by one where it is not proved of all; and how many were left
/// out.
fn proved<'f>(
    guard: &Guard<'_>,
    findings: impl Iterator<Item = &'f Finding>,
    applicability: Applicability,
) -> (Vec<&'f Fix>, usize) {
    let most = Change::most(applicability);
    let fixes = compatible(findings, applicability);
    if fixes.is_empty() || guard.change(&fixes, most) <= most {
        return (fixes, 0);
    }
    let mut proved = Vec::new();
    for fix in fixes.iter().take(MAX_ALONE) {
        proved.push(*fix);
        if guard.change(&proved, most) > most {
            proved.pop();
        }
    }
    let left_out = fixes.len() - proved.len();
    (proved, left_out)
}

/// The first fix of that applicability of each finding, without those that touch an earlier one.
fn compatible<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    applicability: Applicability,
) -> Vec<&'f Fix> {
    let first = |f: &'f Finding| f.fixes.iter().find(|fix| fix.applicability == applicability);
    let mut taken: Vec<TextRange> = Vec::new();
    let mut fixes = Vec::new();
    for fix in findings.filter_map(first) {
        let clashes = |e: &Edit| taken.iter().any(|t| touches(*t, e.range));
        if fix.edits.is_empty() || fix.edits.iter().any(clashes) {
            continue;
        }
        taken.extend(fix.edits.iter().map(|e| e.range));
        fixes.push(fix);
    }
    fixes
}

/// Ranges that share a byte, or that would insert at the same place.
fn touches(a: TextRange, b: TextRange) -> bool {
    a.overlaps(b) || a == b || (a.is_empty() || b.is_empty()) && (a.contains(b) || b.contains(a))
}

/// The text with the fixes applied, and their number: all of them, or, if that breaks the text,
/// the first that does not. None if nothing can be applied.
fn apply_sound(
    text: &str,
    fixes: &[&Fix],
    mistakes: impl Fn(&str) -> usize,
) -> Option<(String, usize)> {
    let sound = |fixes: &[&Fix]| {
        let new = apply(text, fixes)?;
        (new != text && mistakes(&new) <= mistakes(text)).then_some((new, fixes.len()))
    };
    sound(fixes).or_else(|| fixes.iter().find_map(|fix| sound(&[fix])))
}

/// How many mistakes of its language a text has, as far as they are counted.
fn mistakes(path: &Path, text: &str) -> usize {
    match host::language(path, text.as_bytes()) {
        Language::Json => Tree::parse(text).errors().iter().filter(|e| e.kind.is_grammar()).count(),
        language @ (Language::Yaml | Language::Hcl | Language::HclJson | Language::Markdown) => {
            let host = host::read(language, path, text, &Modules::default(), Some(1));
            usize::from(host.problem.is_some())
        }
    }
}

/// The text with the edits of some fixes; none if an edit does not fit the text.
pub(crate) fn apply(text: &str, fixes: &[&Fix]) -> Option<String> {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|e| e.range);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(text.get(at..edit.range.start as usize)?);
        out.push_str(&edit.replacement);
        at = edit.range.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix_of(edits: &[(u32, u32, &str)]) -> Fix {
        let edit = |&(start, end, text): &(u32, u32, &str)| Edit {
            range: TextRange::new(start, end),
            replacement: text.to_owned(),
        };
        let edits = edits.iter().map(edit).collect();
        Fix { title: String::new(), applicability: Applicability::Safe, edits }
    }

    #[test]
    fn edits_are_applied_in_order_of_position() {
        let (a, b) = (fix_of(&[(4, 5, "9")]), fix_of(&[(1, 2, "7"), (2, 2, "8")]));
        assert_eq!(apply("[1, 2]", &[&a, &b]), Some("[78, 9]".to_owned()));
    }

    #[test]
    fn an_edit_outside_of_the_text_is_refused() {
        assert_eq!(apply("[]", &[&fix_of(&[(1, 9, "")])]), None);
        assert_eq!(apply("é", &[&fix_of(&[(1, 2, "")])]), None);
    }

    #[test]
    fn a_fix_that_breaks_the_text_is_left_out() {
        let (breaks, works) = (fix_of(&[(0, 1, "")]), fix_of(&[(1, 2, "3")]));
        let sound =
            |fixes: &[&Fix]| apply_sound("[1]", fixes, |t| mistakes(Path::new("a.json"), t));
        assert_eq!(sound(&[&breaks, &works]), Some(("[3]".to_owned(), 1)));
        assert_eq!(sound(&[&breaks]), None);
        assert_eq!(sound(&[]), None);
    }

    #[test]
    fn insertions_at_one_place_touch() {
        let range = TextRange::new;
        assert!(touches(range(3, 3), range(3, 3)));
        assert!(touches(range(3, 3), range(3, 5)));
        assert!(touches(range(1, 4), range(3, 5)));
        assert!(!touches(range(1, 3), range(3, 5)));
    }
}
