//! Pairs of policies with verdicts of a published experiment: `oracle/policy-pairs.json` of the
//! data set that is not part of this repository.

use super::*;
use serde_json::Value;
use std::path::Path;

/// Recorded verdicts that are ruled wrong, by the policy and the verdict that is right; the reasons
/// are in `docs/rulings.md`.
const RULED: [(&str, &str); 5] = [
    ("samples/ec2/exp_single/ec2_require_mfa_session_token/", "UNSAT"),
    ("samples/ec2/exp_single/ec2_allow_ebs_volume_owners/", "SAT"),
    ("samples/ec2/exp_single/ec2_terminate_instance_ip/", "SAT"),
    ("samples/iam/exp_single/iam_role_policy_modify_iam_but_not_own_policies/", "SAT"),
    ("samples/s3/exp_single/s3_policy_for_lambda_function", "SAT"),
];

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
    let (mut count, mut ruled) = (0, 0);
    for pair in data["pairs"].as_array().expect("a list") {
        let [p1, p2] = [&pair["p1"], &pair["p2"]].map(subject);
        for (name, first, second) in [("p1_minus_p2", &p1, &p2), ("p2_minus_p1", &p2, &p1)] {
            count += 1;
            let question = Question::NoNewAccess { old: second, new: first };
            let got = match answer(&question, Actions::Any) {
                Answer::Proved { .. } => "UNSAT".to_owned(),
                Answer::Refuted(witness) => format!("SAT {:?}", witness.request),
                Answer::Undecided(reason) => format!("undecided: {reason}"),
            };
            let expected = pair[name].as_str().unwrap_or_default();
            let verdict = got.split(' ').next().unwrap_or_default();
            let path = pair["p1_path"].as_str().unwrap_or_default();
            let is_ruled = RULED.iter().any(|(p, right)| path.starts_with(p) && *right == verdict);
            if verdict != expected && is_ruled {
                ruled += 1;
            } else if verdict != expected {
                differing.push(format!(
                    "{expected}, not {got}: {name} of {} and {}\n {}\n {}",
                    pair["p1_path"], pair["p2_path"], pair["p1"], pair["p2"]
                ));
            }
        }
    }
    let agree = count - ruled - differing.len();
    println!("{agree} of {count} verdicts agree, {ruled} are ruled wrong");
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
    assert_eq!(ruled, 74, "as many as docs/rulings.md says");
}

fn subject(policy: &Value) -> Subject {
    let document = document(&policy.to_string());
    let names = |s: &keyaki_ir::Statement| s.principal_elements().next().is_some();
    match document.policy.statements.iter().any(names) {
        true => Subject::resource(document),
        false => Subject::identity(vec![document]),
    }
}
