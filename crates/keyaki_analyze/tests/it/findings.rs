//! Who can reach a resource, and under which conditions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;
use keyaki_analyze::{Finding, Findings, Zone, findings};
use serde_json::Value;

fn found(policy: &str) -> Findings {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let steps = Budget::DEFAULT_STEPS;
    let asker = Asker { catalog, profile: &profile, actions: Actions::Any, steps };
    let subject = Subject::resource(document(policy));
    let found = findings(&subject, &Zone::default(), &asker).expect("findings");
    found
}

/// Principal, conditions and actions, as texts.
type Row = (String, BTreeMap<String, String>, BTreeSet<String>);

fn row(finding: &Finding) -> Row {
    let principal = finding.bounds.principal.as_ref().map_or("*", |(_, name)| name);
    let conditions = finding.bounds.conditions.iter();
    let conditions = conditions.map(|(key, cell)| (key.to_string(), cell.values().join(" ")));
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
