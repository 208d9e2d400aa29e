//! Whether one policy allows what another does not.

use super::*;
use serde_json::Value;
use std::path::Path;

/// Verdicts that are ruled wrong, each with its reason in `docs/rulings.md`.
const RULED: [(&str, u64, &str); 1] = [(
    "identity-policies/check-access-to-sensitive-resource/ec2-network-acl.md",
    // The candidate is about another network ACL than the one that the reference protects.
    3,
    "PASS",
)];

/// The recorded verdicts of AWS's CheckNoNewAccess: `oracle/check-no-new-access.json` of the
/// data set that is not part of this repository.
#[test]
fn verdicts_agree_with_those_of_aws() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/oracle/check-no-new-access.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return;
    };
    // One reference has a placeholder where its candidates have this account.
    let text = text.replace("<ACCOUNT ID>", "111111111111");
    let cases: Value = serde_json::from_str(&text).expect("JSON");
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases.as_array().expect("a list") {
        let subject = |policy: &Value| {
            let document = document(&policy.to_string());
            match case["policy_type"].as_str() {
                Some("RESOURCE_POLICY") => Subject::resource(document),
                _ => Subject::identity(vec![document]),
            }
        };
        let old = subject(&case["reference"]);
        for candidate in case["candidates"].as_array().expect("a list") {
            count += 1;
            let new = subject(&candidate["policy"]);
            let question = Question::NoNewAccess { old: &old, new: &new };
            let started = std::time::Instant::now();
            let answer = answer(&question, Actions::Any);
            let expected = candidate["verdict"].as_str().unwrap_or_default();
            let got = match &answer {
                Answer::Proved { .. } => "PASS",
                Answer::Refuted(_) => "FAIL",
                Answer::Undecided(_) => "UNDECIDED",
            };
            let source = case["source"].as_str().unwrap_or_default();
            let number = candidate["n"].as_u64().unwrap_or_default();
            let ruled = RULED.contains(&(source, number, got));
            if got != expected && !ruled {
                wrong.push(format!(
                    "{} {}: {expected}, not {answer:?} {:?}\n{}",
                    case["source"],
                    candidate["n"],
                    started.elapsed(),
                    candidate["why"]
                ));
            }
        }
    }
    println!("{} of {count} verdicts agree", count - wrong.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n\n"));
}
