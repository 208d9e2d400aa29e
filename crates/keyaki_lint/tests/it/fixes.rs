//! The fixes that the rules offer, on their own examples and on the table of AWS's codes:
//! a fix leaves a text that parses as well as before, it silences the finding, and fixing comes
//! to an end.

use keyaki_diag::{Applicability, Finding, Fix};
use keyaki_lint::{Linter, Rule};
use keyaki_syntax::Tree;

use crate::checks::table;
use crate::examples::examples;
use crate::support::{Reading, lint, only};

#[test]
fn each_fix_silences_its_finding_and_keeps_the_text_sound() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (rule, text, reading) in faulty_texts() {
        let linter = only(rule.meta.name);
        let findings = lint(&linter, &text, reading);
        for fix in findings.iter().filter_map(first_fix) {
            tried += 1;
            let fixed = apply(&text, fix);
            let left = lint(&linter, &fixed, reading).len();
            let (before, after) = (mistakes(&text), mistakes(&fixed));
            if left >= findings.len() || after > before {
                wrong.push(format!(
                    "{}: {}: {} findings, then {left}; {before} mistakes, then {after}\n{fixed}",
                    rule.meta.name,
                    fix.title,
                    findings.len()
                ));
            }
        }
        wrong.extend(endless(rule, &linter, &text, reading));
    }
    assert!(tried > 100, "only {tried} fixes");
    assert!(wrong.is_empty(), "{} fixes of {tried} fail\n{}", wrong.len(), wrong.join("\n"));
}

/// The examples to avoid and the triggers of the table, with their rules.
pub(crate) fn faulty_texts() -> Vec<(&'static Rule, String, Reading)> {
    let rules = keyaki_lint::rules().iter().copied();
    let avoided = rules.flat_map(|rule| {
        let faulty = examples(rule).into_iter().filter(|e| e.avoid);
        faulty.map(move |example| (rule, example.text, example.reading))
    });
    let triggers = table().into_iter().filter_map(|entry| {
        let rule = keyaki_lint::rule(&entry.code)?;
        Some((rule, entry.trigger, entry.reading))
    });
    avoided.chain(triggers).collect()
}

/// The fix that would be applied where unsafe ones are allowed.
fn first_fix(finding: &Finding) -> Option<&Fix> {
    finding.fixes.iter().find(|fix| fix.applicability <= Applicability::Unsafe)
}

/// A complaint if there is still a fix after as many rounds as there were findings.
fn endless(rule: &Rule, linter: &Linter, text: &str, reading: Reading) -> Option<String> {
    let mut text = text.to_owned();
    let rounds = lint(linter, &text, reading).len();
    for _ in 0..=rounds {
        let findings = lint(linter, &text, reading);
        let fix = findings.iter().find_map(first_fix)?;
        text = apply(&text, fix);
    }
    Some(format!("{}: fixing does not end\n{text}", rule.meta.name))
}

fn mistakes(text: &str) -> usize {
    Tree::parse(text).errors().len()
}

/// The text with the edits of a fix.
pub(crate) fn apply(text: &str, fix: &Fix) -> String {
    let mut fixed = text.to_owned();
    for edit in fix.edits.iter().rev() {
        let range = edit.range.start as usize..edit.range.end as usize;
        fixed.replace_range(range, &edit.replacement);
    }
    fixed
}
