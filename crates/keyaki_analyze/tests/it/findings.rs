//! Who can reach a resource, and under which conditions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;
use keyaki_analyze::{Bounds, Finding, Findings, KeyCell, Zone, findings};
use keyaki_eval::{Caller, Context, Evaluator, Forms, Layer, Request, Values, complete};
use keyaki_ir::Effect;
use serde_json::Value;

fn found(policy: &str) -> Findings {
    found_outside(policy, &Zone::default())
}

fn found_outside(policy: &str, zone: &Zone) -> Findings {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let steps = Budget::DEFAULT_STEPS;
    let asker = Asker::new(catalog, &profile, Actions::Any, steps);
    let subject = Subject::resource(document(policy));
    findings(&subject, zone, &asker).expect("findings")
}

/// Principal, conditions and actions, as texts.
type Row = (String, BTreeMap<String, String>, BTreeSet<String>);

fn row(finding: &Finding) -> Row {
    let principal = finding.bounds.principal.as_ref().map_or("*", |(_, name)| name);
    let conditions = finding.bounds.conditions.iter();
    let conditions = conditions.map(|(key, cell)| {
        let text = match cell {
            KeyCell::Absent => "absent".to_owned(),
            KeyCell::Present => "present".to_owned(),
            KeyCell::Like { .. } => cell.values().join(" "),
        };
        (key.to_string(), text)
    });
    let actions = finding.actions.iter().map(|a| a.to_string());
    (principal.to_owned(), conditions.collect(), actions.collect())
}

fn rows(found: &Findings) -> BTreeSet<Row> {
    found.all.iter().map(row).collect()
}

fn recorded(path: &Path) -> BTreeSet<Row> {
    let text = std::fs::read_to_string(path).expect("a record");
    let record: Value = serde_json::from_str(&text).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |finding: &Value| {
        let conditions = finding["condition"].as_object().into_iter().flatten();
        let actions = finding["action"].as_array().into_iter().flatten();
        (
            text(&finding["principal"]["AWS"]),
            conditions.map(|(key, value)| (key.clone(), text(value))).collect(),
            actions.map(text).collect(),
        )
    };
    record["findings"].as_array().expect("a list").iter().map(of).collect()
}

/// A policy of `testdata/findings/`, with what is expected of it.
struct Example {
    name: String,
    policy: String,
    findings: BTreeSet<Row>,
    cover: usize,
}

fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/findings");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    paths.sort();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let read = |path: &PathBuf| {
        let example = std::fs::read_to_string(path).expect("an example");
        let example: Value = serde_json::from_str(&example).expect("JSON");
        let rows = example["findings"].as_array().expect("a list").iter().map(|finding| {
            let conditions = finding["conditions"].as_object().expect("an object").iter();
            let actions = finding["actions"].as_array().expect("a list").iter();
            (
                text(&finding["principal"]),
                conditions.map(|(key, value)| (key.clone(), text(value))).collect(),
                actions.map(text).collect(),
            )
        });
        Example {
            name: path.display().to_string(),
            policy: example["policy"].to_string(),
            findings: rows.collect(),
            cover: example["cover"].as_u64().expect("a number") as usize,
        }
    };
    paths.iter().map(read).collect()
}

#[test]
fn examples_have_their_findings() {
    let examples = examples();
    assert!(examples.len() >= 10);
    for example in examples {
        let found = found(&example.policy);
        assert_eq!(rows(&found), example.findings, "{}", example.name);
        assert_eq!(found.all.len(), example.findings.len(), "{}", example.name);
        assert_eq!(found.cover.len(), example.cover, "{}", example.name);
        assert!(found.is_fewest, "{}", example.name);
        assert!(found.unconfirmed.is_empty(), "{:?}", found.unconfirmed);
    }
}

/// Whether the policy of a resource alone allows a request: by the evaluator, statement by
/// statement.
fn grants(subject: &Subject, request: &Request) -> bool {
    let profile = Profile::documented();
    let evaluator = Evaluator::new(&subject.policies, &profile, keyaki_catalog::embedded());
    let has = |effect: Effect| {
        let statements = subject.policies.statements(Layer::Resource);
        let mut own = statements.filter(|(_, s)| s.effect() == Some(effect));
        own.any(|(at, _)| evaluator.matches(at, Forms::ALL, request).is_ok())
    };
    has(Effect::Allow) && !has(Effect::Deny)
}

/// Whether a cell holds a request, by the evaluator.
fn holds(bounds: &Bounds, request: &Request) -> bool {
    let profile = Profile::documented();
    let named = match &bounds.principal {
        None => true,
        Some((_, name)) => {
            let arn = request.caller.principal_arn();
            request.caller.account() == Some(name) || arn.as_deref() == Some(name)
        }
    };
    let mut keys = bounds.conditions.iter();
    named && keys.all(|(key, cell)| cell.holds(key, &request.context, &profile))
}

/// Requests with every combination of some values of the keys that the examples ask for.
fn requests() -> Vec<Request> {
    let callers = [
        "arn:aws:iam::111122223333:user/abc",
        "arn:aws:iam::111122223333:user/abcdef",
        "arn:aws:iam::111122223333:user/abdef",
        "arn:aws:iam::111122223333:user/xbc",
        "arn:aws:iam::555566667777:role/Reader",
        "arn:aws:iam::123456789012:role/Other",
    ];
    let mut callers: Vec<Caller> =
        callers.iter().map(|c| Caller::parse(c).expect("a caller")).collect();
    callers.push(Caller::Anonymous);
    let values: [(&str, &[&str]); 4] = [
        ("aws:SourceVpce", &["vpce-1", "vpce-2", "vpce-3"]),
        ("aws:SourceArn", &["t1", "xyz", "xz"]),
        ("aws:SourceIp", &["203.0.0.1", "203.0.113.7", "203.0.113.11", "198.51.100.1"]),
        ("aws:PrincipalOrgPaths", &["o-1/r-1/ou-a/x/", "o-1/r-1/ou-c/"]),
    ];
    let mut contexts = vec![Context::new()];
    for (key, values) in values {
        let with = |context: &Context, value: &&str| {
            let mut context = context.clone();
            match key {
                "aws:SourceArn" => {
                    context.set(key, format!("arn:aws:sns:eu-west-1:111122223333:{value}"));
                }
                "aws:PrincipalOrgPaths" => {
                    context.set(key, Values::List(vec![value.to_string()]));
                }
                _ => context.set(key, *value),
            }
            context
        };
        let more: Vec<Context> =
            contexts.iter().flat_map(|c| values.iter().map(move |v| with(c, v))).collect();
        contexts.extend(more);
    }
    let mut requests = Vec::new();
    for caller in &callers {
        for context in &contexts {
            let request = Request {
                caller: caller.clone(),
                action: "sqs:SendMessage".to_owned(),
                resource: "arn:aws:sqs:eu-west-1:444455556666:orders".to_owned(),
                resource_account: None,
                context: context.clone(),
            };
            requests.extend(complete(&request).ok().map(|c| c.request));
        }
    }
    requests
}

#[test]
fn every_allowed_request_lies_in_a_finding_of_the_cover() {
    let requests = requests();
    let mut seen = 0;
    for example in examples() {
        let found = found(&example.policy);
        let subject = Subject::resource(document(&example.policy));
        for request in requests.iter().filter(|r| grants(&subject, r)) {
            seen += 1;
            let is_covered = found.cover.iter().any(|n| holds(&found.all[*n].bounds, request));
            assert!(is_covered, "{} {request:?}", example.name);
        }
    }
    assert!(seen > 500, "{seen}");
}

fn policies(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|e| e.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|p| p.to_string_lossy().ends_with(".policy.json")).collect();
    paths.sort();
    paths
}

/// The findings of AWS's service for policies of an experiment:
/// `oracle/external-access-findings` of the data set that is not part of this repository.
#[test]
fn findings_are_those_of_aws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/oracle/external-access-findings");
    let mut compared = 0;
    for part in ["Correctness", "Scalability_05Keys", "Scalability_06Keys"] {
        for path in policies(&folder.join(part)) {
            let record = path.to_string_lossy().replace(".policy.", ".access-analyzer.");
            if !Path::new(&record).exists() {
                continue;
            }
            let policy = std::fs::read_to_string(&path).expect("a policy");
            let found = found(&policy);
            let own = rows(&found);
            let theirs = recorded(Path::new(&record));
            println!("{} {} {}", path.display(), own.len(), found.cover.len());
            assert_eq!(own, theirs, "{}", path.display());
            assert!(found.unconfirmed.is_empty() && found.approximations.is_empty());
            compared += 1;
        }
    }
    if compared == 0 {
        eprintln!("skipped: no {}", folder.display());
    }
    println!("{compared} policies compared");
}

#[test]
fn every_finding_has_an_allowed_request() {
    for example in examples() {
        let subject = Subject::resource(document(&example.policy));
        for finding in found(&example.policy).all {
            let request = &finding.witness.request;
            assert!(grants(&subject, request), "{} {request:?}", example.name);
            assert!(holds(&finding.bounds, request), "{} {request:?}", example.name);
            assert!(finding.witness.is_realistic, "{} {request:?}", example.name);
            assert!(!finding.statements.is_empty());
        }
    }
}

#[test]
fn trusted_accounts_and_organisations_are_left_out() {
    let policy = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["111122223333", "555566667777"]},
         "Action": "sqs:SendMessage", "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "*",
         "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:PurgeQueue", "Resource": "*",
         "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}}]}"#;
    let principals = |zone: Zone| -> Vec<String> {
        let found = found_outside(policy, &zone);
        found.all.iter().map(|f| format!("{:?}", row(f))).collect()
    };
    assert_eq!(principals(Zone::default()).len(), 4);
    let accounts = vec!["111122223333".to_owned()];
    let organizations = vec!["o-1".to_owned()];
    let left = principals(Zone { accounts, organizations });
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("555566667777"));
}

#[test]
fn a_relation_between_keys_is_confirmed_by_a_request_or_told_apart() {
    let policy = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
         "Resource": "arn:aws:s3:::home/${aws:username}/*",
         "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}]}"#;
    let found = found(policy);
    assert_eq!(found.all.len() + found.unconfirmed.len(), 1);
}
