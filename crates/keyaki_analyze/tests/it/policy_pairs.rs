//! Pairs of policies with verdicts of a published experiment: `oracle/policy-pairs.json` of the
//! data set that is not part of this repository.

use super::*;
use serde_json::Value;
use std::path::Path;

#[test]
fn verdicts_differ_from_the_published_ones_as_ruled() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/oracle/policy-pairs.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return;
    };
    let data: Value = serde_json::from_str(&text).expect("JSON");
    let mut differing = Vec::new();
    let mut count = 0;
    for pair in data["pairs"].as_array().expect("a list") {
        let [p1, p2] = [&pair["p1"], &pair["p2"]].map(subject);
        for (name, first, second) in [("p1_minus_p2", &p1, &p2), ("p2_minus_p1", &p2, &p1)] {
            count += 1;
            let question = Question::NoNewAccess { old: second, new: first };
            let got = match answer(&question, Actions::Any) {
                Answer::Proved { .. } => "UNSAT".to_owned(),
                Answer::Refuted(w) => format!(
                    "SAT {} {} {:?} {:?}",
                    w.request.action, w.request.resource, w.request.context, w.request.caller
                ),
                Answer::Undecided(reason) => format!("undecided: {reason}"),
            };
            let expected = pair[name].as_str().unwrap_or_default();
            if got.split(' ').next() != Some(expected) {
                differing.push(format!(
                    "{expected}, not {got}: {name} of {} and {}\n {}\n {}",
                    pair["p1_path"], pair["p2_path"], pair["p1"], pair["p2"]
                ));
            }
        }
    }
    println!("{} of {count} verdicts agree", count - differing.len());
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
}

fn subject(policy: &Value) -> Subject {
    let document = document(&policy.to_string());
    let names = |s: &keyaki_ir::Statement| s.principal_elements().next().is_some();
    match document.policy.statements.iter().any(names) {
        true => Subject::resource(document),
        false => Subject::identity(vec![document]),
    }
}
