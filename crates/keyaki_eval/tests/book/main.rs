//! The semantics book, evaluated: each case of `testdata/semantics/` gives its decision.

use std::path::Path;

use keyaki_eval::{Evaluator, Point, Reason, Verdict, complete};
use keyaki_test_support::semantics::{Case, load};

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/semantics");
    load(&folder).unwrap_or_else(|e| unreachable!("{e}"))
}

/// The decision in the words of the book.
fn decided(case: &Case) -> String {
    let request = match case.completes {
        true => match complete(&case.request) {
            Ok(completed) => completed.request,
            Err(contradiction) => return format!("contradiction: {contradiction}"),
        },
        false => case.request.clone(),
    };
    let catalog = keyaki_catalog::embedded();
    let outcome = Evaluator::new(&case.policies, &case.profile, catalog).decide(&request);
    match (outcome.verdict, outcome.reason) {
        (Verdict::Allow, _) => "allow".to_owned(),
        (verdict, reason) => {
            format!("{} {}", verdict.name(), reason.map(Reason::name).unwrap_or_default())
        }
    }
}

#[test]
fn every_case_of_the_book_is_decided_as_it_says() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|case| {
            let found = decided(case);
            (found != case.decision)
                .then(|| format!("{}: {} expected, {found} found", case.name, case.decision))
        })
        .collect();
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_book_is_long_enough_and_sourced() {
    let cases = cases();
    assert!(cases.len() >= 250, "only {} cases", cases.len());
    let unsourced: Vec<_> = cases.iter().filter(|c| !c.has_source).map(|c| &c.name).collect();
    assert!(unsourced.is_empty(), "cases without a source: {unsourced:?}");
}

#[test]
fn the_documentation_lists_every_contested_point() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/semantics.md");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| D")).collect();
    let expected = Point::ALL.iter().map(|p| {
        format!("| {} | `{}` | {} | {} |", p.id(), p.name(), p.documented(), p.alternative())
    });
    assert_eq!(rows, expected.collect::<Vec<_>>());
}

#[test]
fn both_readings_of_every_contested_point_have_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/semantics");
    let chapter = folder.join("13-contested-points.md");
    let text = std::fs::read_to_string(chapter).unwrap_or_default();
    for point in Point::ALL {
        let heading = format!("### {}: ", point.id());
        let case = text.split_once(&heading).map_or("", |(_, rest)| rest);
        let case = case.split("\n### ").next().unwrap_or_default();
        let alternative = format!("point: {} alternative", point.id());
        let requests: Vec<&str> = case.split("```text request").skip(1).collect();
        let (other, documented): (Vec<&str>, Vec<&str>) =
            requests.into_iter().partition(|r| r.contains(&alternative));
        assert!(!other.is_empty() && !documented.is_empty(), "{}", point.id());
    }
}
