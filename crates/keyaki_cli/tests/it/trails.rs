//! Hand-made trails: `testdata/trails/<case>/`, with a snapshot and the events of its principals.
//!
//! `expected` is what `keyaki generate` says of each. With `UPDATE_EXPECT=1` in the environment,
//! what it says becomes what it must say.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::told;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/trails").join(name)
}

#[test]
fn a_folder_without_events_is_a_failure_and_not_a_trail_of_nothing() {
    let folder = crate::program::folder("no-events");
    fs::create_dir(folder.join("events")).expect("the folder can be created");
    fs::write(folder.join("events/other.json"), "{}").expect("the file can be written");
    let snapshot = case("deploy").join("snapshot");
    let snapshot = snapshot.to_string_lossy();
    for words in [
        &["generate", "--from", "cloudtrail", "events"][..],
        &["analyze", &snapshot, "--analysis", "unused", "--cloudtrail", "events"],
    ] {
        let (stdout, stderr, code) = told(&folder, words);
        assert_eq!((stdout.as_str(), code), ("", 2), "{words:?}");
        assert!(stderr.starts_with("error: events: no event of CloudTrail in 1 files"), "{stderr}");
    }
}

#[test]
fn policies_grant_what_was_used_and_no_more() {
    for name in ["deploy", "broken"] {
        let case = case(name);
        let words = [
            "generate",
            "--from",
            "cloudtrail",
            "events",
            "--in",
            "snapshot",
            "--catalog",
            "embedded",
        ];
        let (stdout, stderr, _) = told(&case, &words);
        assert_eq!(stderr, "");
        let expected = case.join("expected");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&expected, &stdout).expect("the expectation can be written");
        }
        assert_eq!(fs::read_to_string(&expected).unwrap_or_default(), stdout, "{name}");
    }
}

#[test]
fn every_use_is_allowed_and_every_policy_is_proved_to_stay_within_the_old_one() {
    let words =
        ["generate", "--from", "cloudtrail", "events", "--in", "snapshot", "--format", "json"];
    let (stdout, _, code) = told(&case("deploy"), &words);
    assert_eq!(code, 0);
    let output: Value = serde_json::from_str(&stdout).expect("JSON");
    let policies = output["policies"].as_array().cloned().unwrap_or_default();
    assert_eq!(policies.len(), 9);
    let mut uses = 0;
    for policy in &policies {
        assert_eq!(policy["certificate"]["within_old"]["answer"], "proved", "{policy:#}");
        for used in policy["certificate"]["used"].as_array().into_iter().flatten() {
            assert_ne!(used["allowed"], "no", "{used}");
            uses += 1;
        }
    }
    assert!(uses > 25, "{uses}");
}

#[test]
fn a_policy_alone_is_json_that_the_program_takes() {
    let case = case("deploy");
    let arn = "arn:aws:iam::111122223333:role/team/deploy";
    let words =
        ["generate", "--from", "cloudtrail", "events", "--principal", arn, "--format", "policy"];
    let (stdout, stderr, code) = told(&case, &words);
    assert_eq!(code, 0);
    assert!(stderr.contains("no snapshot was given"), "{stderr}");
    let policy: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(policy["Version"], "2012-10-17");
    let (_, stderr, code) =
        told(&case, &["generate", "--from", "cloudtrail", "events", "--principal", "arn:x"]);
    assert_eq!(code, 2, "{stderr}");
}

#[test]
fn what_was_never_used_is_found_with_the_policy_that_would_do() {
    let words = [
        "analyze",
        "snapshot",
        "--analysis",
        "unused",
        "--cloudtrail",
        "events",
        "--format",
        "json",
        "--now",
        "2026-01-03T00:00:00Z",
    ];
    let (stdout, stderr, code) = told(&case("deploy"), &words);
    assert_eq!((stderr.as_str(), code), ("", 1));
    let output: Value = serde_json::from_str(&stdout).expect("JSON");
    let findings = output["findings"].as_array().cloned().unwrap_or_default();
    let unused: Vec<&Value> = findings.iter().filter(|f| f["kind"] == "unused-action").collect();
    let of = |name: &str| {
        unused.iter().copied().find(|f| f["resource"].as_str().is_some_and(|r| r.ends_with(name)))
    };
    assert!(of("role/exact").is_none(), "it used all that it may do");
    assert!(of("role/idle").is_none(), "what did nothing is an unused role");
    let encrypt = of("role/encrypt").expect("a finding");
    assert_eq!(encrypt["actions"], serde_json::json!(["kms:GenerateDataKey"]));
    assert!(
        encrypt["proposal"].as_str().is_some_and(|p| p.contains("kms:ViaService")),
        "{encrypt:#}"
    );
    let many = of("role/many").expect("a finding");
    let actions = many["actions"].as_array().cloned().unwrap_or_default();
    assert!(
        !actions.iter().any(|a| a == "dynamodb:PutItem"),
        "no trail recorded data events of it"
    );
    let not = output["not_analysed"].to_string();
    assert!(not.contains("whether it used 32 actions is not recorded: dynamodb:"), "{not}");
}

#[test]
fn public_recordings_give_policies() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cloudtrail");
    if !samples.is_dir() {
        #[expect(clippy::print_stderr, reason = "who skips a test says so")]
        {
            eprintln!("skipped: there are no public recordings at {}", samples.display());
        }
        return;
    }
    for sample in ["invictus", "stratus", "otrf"] {
        let words = ["generate", "--from", "cloudtrail", sample, "--format", "json"];
        let (stdout, stderr, _) = told(&samples, &words);
        assert_eq!(stderr, "");
        let output: Value = serde_json::from_str(&stdout).expect("JSON");
        let policies = output["policies"].as_array().cloned().unwrap_or_default();
        assert!(!policies.is_empty(), "{sample}");
        for used in
            policies.iter().flat_map(|p| p["certificate"]["used"].as_array().into_iter().flatten())
        {
            assert_ne!(used["allowed"], "no", "{sample}: {used}");
        }
    }
}
