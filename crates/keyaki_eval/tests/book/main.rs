//! The semantics book, evaluated: each case of `testdata/semantics/` gives its decision.

use std::path::Path;

use keyaki_eval::{AskedKeys, Evaluator, Reason, Verdict, complete, complete_where};
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

/// Whether the decision is the one of the book. Where the book says that nothing grants, the
/// evaluator may name the layer whose silence it is.
fn agrees(wanted: &str, found: &str) -> bool {
    const SILENT: [&str; 4] = ["identity", "resource", "boundary", "session"];
    let layer = found.strip_prefix("implicit-deny ").unwrap_or_default();
    wanted == found || (wanted == "implicit-deny no-grant" && SILENT.contains(&layer))
}

#[test]
fn every_case_of_the_book_is_decided_as_it_says() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|case| {
            let found = decided(case);
            (!agrees(&case.decision, &found))
                .then(|| format!("{}: {} expected, {found} found", case.name, case.decision))
        })
        .collect();
    assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn keys_that_no_policy_asks_for_change_no_decision() {
    let catalog = keyaki_catalog::embedded();
    for case in cases().iter().filter(|case| case.completes) {
        let asked = AskedKeys::of(&case.policies);
        let few = complete_where(case.request.clone(), |key| asked.has(key));
        let (Ok(all), Ok(few)) = (complete(&case.request), few) else { continue };
        let evaluator = Evaluator::new(&case.policies, &case.profile, catalog);
        let (all, few) = (evaluator.decide(&all.request), evaluator.decide(&few.request));
        assert_eq!(all, few, "{}", case.name);
    }
}

#[test]
fn the_book_is_long_enough_and_sourced() {
    let cases = cases();
    assert!(cases.len() >= 250, "only {} cases", cases.len());
    let unsourced: Vec<_> = cases.iter().filter(|c| !c.has_source).map(|c| &c.name).collect();
    assert!(unsourced.is_empty(), "cases without a source: {unsourced:?}");
}
