//! What IAM refuses to save: our own table, `testdata/admission.toml`, and recorded answers of
//! the service, `shared/data/oracle/create-policy-errors.json` beside the repository, where they
//! are there.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::collections::BTreeSet;
use std::path::Path;

use keyaki_diag::{Finding, Level};
use keyaki_ir::PolicyKind;
use keyaki_lint::admission::{Reason, refusals};
use keyaki_lint::{Linter, Selection};
use keyaki_syntax::{Tree, Value};

use crate::support::{Reading, lint, shared_data};

/// A document of the table.
struct Case {
    what: String,
    text: String,
    /// Names of reasons; none for a document that is taken.
    reasons: BTreeSet<String>,
}

#[test]
fn every_document_of_the_table_is_refused_for_its_reasons() {
    for case in table() {
        assert_eq!(reasons(&case.text), case.reasons, "{}\n{}", case.what, case.text);
    }
}

#[test]
fn every_reason_is_in_the_table() {
    let tested: BTreeSet<String> = table().into_iter().flat_map(|c| c.reasons).collect();
    let missing: Vec<_> = Reason::ALL.iter().filter(|r| !tested.contains(r.name())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_is_refused_gets_an_error_and_what_is_taken_none_of_this_rule() {
    // A policy without `Version` is refused as a managed policy only: that stays a warning.
    let tells = |f: &Finding| f.level == Level::Error || f.rule.name == "missing-version";
    for case in table() {
        let findings = findings(&case.text);
        let (refused, what) = (!case.reasons.is_empty(), &case.what);
        if refused {
            assert!(findings.iter().any(tells), "{what}");
        } else {
            assert!(findings.iter().all(|f| f.rule.name != "refused-by-iam"), "{what}");
        }
    }
}

#[test]
fn refused_by_iam_says_nothing_where_another_rule_reports_an_error() {
    for case in table() {
        let (own, others): (Vec<_>, Vec<_>) =
            findings(&case.text).into_iter().partition(|f| f.rule.name == "refused-by-iam");
        let errors = || others.iter().filter(|f| f.level == Level::Error);
        for finding in own {
            let same = errors().find(|f| f.range() == finding.range());
            assert!(same.is_none(), "{}: {} and {:?}", case.what, finding.message, same);
        }
    }
}

#[test]
fn recorded_answers_of_the_service_agree() {
    let Some(text) = recorded() else {
        println!("skipped: no shared/data/oracle/create-policy-errors.json");
        return;
    };
    let answers = Tree::parse(text);
    let root = answers.root().expect("a document");
    let refused: Vec<Value<'_>> = root.get("invalid").expect("refused ones").elements().collect();
    let accepted: Vec<Value<'_>> = root.get("valid").expect("accepted ones").elements().collect();
    assert!(refused.len() >= 53 && accepted.len() >= 31, "the record is incomplete");
    for answer in refused {
        let document = answer.get("document").expect("a document");
        let text = document.as_str().unwrap_or_else(|| document.source());
        assert!(!reasons(text).is_empty(), "taken, but the service refuses it: {text}");
        assert!(findings(text).iter().any(|f| f.level == Level::Error), "no error: {text}");
    }
    for document in accepted {
        let reasons = reasons(document.source());
        assert!(reasons.is_empty(), "the service takes it: {reasons:?} {}", document.source());
    }
}

/// Why a text is refused: `syntax`, or the names of the reasons.
fn reasons(text: &str) -> BTreeSet<String> {
    let tree = Tree::parse(text);
    if !tree.errors().is_empty() {
        return BTreeSet::from(["syntax".to_owned()]);
    }
    let found = refusals(&tree, &keyaki_ir::lower(&tree), keyaki_catalog::embedded());
    found.iter().map(|r| r.reason.name().to_owned()).collect()
}

fn findings(text: &str) -> Vec<Finding> {
    let reading = Reading { kind: Some(PolicyKind::Identity), ..Reading::default() };
    lint(&Linter::new(&Selection::default()), text, reading)
}

fn table() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/admission.toml");
    let text = std::fs::read_to_string(&file).expect("a readable table");
    let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let cases = |kind: &str| -> Vec<Case> {
        let cases = table.get(kind).and_then(toml::Value::as_array).expect("cases");
        cases.iter().map(case).collect()
    };
    let (refused, accepted) = (cases("refused"), cases("accepted"));
    assert!(refused.iter().all(|c| !c.reasons.is_empty()), "a refused one without reasons");
    assert!(accepted.iter().all(|c| c.reasons.is_empty()), "an accepted one with reasons");
    refused.into_iter().chain(accepted).collect()
}

fn case(case: &toml::Value) -> Case {
    let text = |key: &str| case.get(key).and_then(toml::Value::as_str);
    let policy = text("policy").map(str::to_owned);
    let wrapped = |s| format!("{{\"Version\": \"2012-10-17\", \"Statement\": {s}}}");
    let reasons = case.get("reasons").and_then(toml::Value::as_array);
    let names = reasons.into_iter().flatten().filter_map(toml::Value::as_str);
    Case {
        what: text("what").expect("a description").to_owned(),
        text: policy.or_else(|| text("statement").map(wrapped)).expect("a policy"),
        reasons: names.map(str::to_owned).collect(),
    }
}

fn recorded() -> Option<String> {
    std::fs::read_to_string(shared_data()?.join("oracle/create-policy-errors.json")).ok()
}
