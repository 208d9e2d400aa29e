//! Who can do something, by `who-can` and by one simulation for each user and role.
//!
//! An organisation is made up; for each of ten actions on a resource, both tell of its hundred roles
//! which can. The simulator is asked in its mode that leaves open what a request's condition keys
//! hold, as `who-can` does, and gets each role's policies ready-made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use keyaki_eval::Verdict;
use keyaki_test_support::organization::{Size, organization};
use serde_json::{Value, json};

use super::{CODES, print};
use crate::Outcome;
use crate::bench::{Bench, Took};
use crate::compare::{Answer, Peer};

const SEED: u64 = 7;
const SIZE: Size = Size { accounts: 2, roles: 100, resources: 80 };
const QUESTIONS: usize = 10;
/// Answers have to fit into a pipe.
const AT_ONCE: usize = 16;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// An action on a resource, of an account, with the resource's policy.
struct Question {
    action: &'static str,
    resource: String,
    account: String,
    policy: Value,
}

pub(super) fn compare(bench: &Bench, root: &Path) -> Outcome {
    let files = organization(SEED, SIZE);
    let folder = bench.folder.join("organization");
    for (path, text) in &files {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, text)?;
    }
    let files: BTreeMap<String, Value> = files
        .into_iter()
        .map(|(path, text)| Ok((path, serde_json::from_str(&text)?)))
        .collect::<Result<_>>()?;
    let questions = questions(&files);
    let mut ours = Took { seconds: 0.0, kilobytes: 0.0 };
    let mut can = Vec::new();
    for question in &questions {
        let (took, who) = ask_ours(bench, &folder, question)?;
        ours.seconds += took.seconds;
        ours.kilobytes = ours.kilobytes.max(took.kilobytes);
        can.push(who);
    }
    let cases: Vec<Value> = questions.iter().flat_map(|q| cases(&files, q)).collect();
    let (theirs, answers) = ask_theirs(bench, root, &cases)?;
    println!("\n{} requests: {} questions to who-can\n", cases.len(), questions.len());
    println!("| program | CPU | times ours | peak memory |\n|---|---|---|---|");
    print(&ours, concat!("keyaki ", env!("CARGO_PKG_VERSION"), ", a run for each question"), &ours);
    print(&theirs, &format!("iam-simulate {}, one run", Peer::version()), &ours);
    sort(&cases, &answers, &can)
}

/// Resources of all kinds with an action each, spread over the accounts.
fn questions(files: &BTreeMap<String, Value>) -> Vec<Question> {
    let all: Vec<Question> = files
        .iter()
        .filter_map(|(path, policy)| {
            let parts: Vec<&str> = path.split('/').collect();
            let ["accounts", account, _, kind, name] = parts.as_slice() else { return None };
            let of = policy["Statement"][0]["Resource"].as_str();
            let of = of.or(policy["Statement"][0]["Resource"][0].as_str())?;
            let (action, resource) = match *kind {
                "s3-bucket" if name.len() % 2 == 0 => ("s3:ListBucket", of.to_owned()),
                "s3-bucket" => ("s3:GetObject", format!("{of}/report.csv")),
                "sqs-queue" => ("sqs:SendMessage", of.to_owned()),
                _ => ("sns:Publish", of.to_owned()),
            };
            let (account, policy) = ((*account).to_owned(), policy.clone());
            Some(Question { action, resource, account, policy })
        })
        .collect();
    let step = all.len().div_ceil(QUESTIONS).max(1);
    all.into_iter().step_by(step).collect()
}

/// The roles that can, by our program.
fn ask_ours(bench: &Bench, folder: &Path, question: &Question) -> Result<(Took, BTreeSet<String>)> {
    let mut command = Command::new(&bench.keyaki);
    command.args(["who-can", "--jobs", "1", "--format", "json", "--action", question.action]);
    command.args(["--resource", &question.resource]).arg(folder);
    let took = bench.measure(&command, &CODES)?;
    let output: Value = serde_json::from_slice(&command.output()?.stdout)?;
    let all = output["principals"].as_array().into_iter().flatten();
    if output["not_judged"] != 0 {
        return Err("who-can leaves something open".into());
    }
    let can = all.filter_map(|p| p["principal"].as_str()).map(str::to_owned).collect();
    Ok((took, can))
}

/// What the simulator needs for each role of the organisation.
fn cases(files: &BTreeMap<String, Value>, question: &Question) -> Vec<Value> {
    let guardrails = &files["organization.json"];
    let content = |name: &str| -> Value {
        let all = guardrails["Policies"].as_array().into_iter().flatten();
        let mut named = all.filter(|p| p["PolicySummary"]["Id"] == name);
        let text = named.next().and_then(|p| p["Content"].as_str()).unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    };
    let full = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let accounts = files.iter().filter(|(path, _)| path.ends_with("authorization.json"));
    let roles = accounts.flat_map(|(_, details)| {
        let roles = details["RoleDetailList"].as_array().into_iter().flatten();
        roles.map(move |role| (role, details))
    });
    let case = |(role, details): (&Value, &Value)| {
        json!({
            "mode": "Discovery", "principal": role["Arn"], "action": question.action,
            "resource": question.resource, "account": question.account, "context": {},
            "identity": identity(role, details),
            "scp": [[full], [full, content("p-region")], [full]],
            "rcp": [[content("p-rcp")]],
            "resource_policy": question.policy,
        })
    };
    roles.map(case).collect()
}

/// The documents of a role's policies.
fn identity(role: &Value, details: &Value) -> Vec<Value> {
    let list = |of: &Value, name: &str| of[name].as_array().cloned().unwrap_or_default();
    let inline = list(role, "RolePolicyList").into_iter().map(|p| p["PolicyDocument"].clone());
    let policies = list(details, "Policies");
    let managed = list(role, "AttachedManagedPolicies").into_iter().filter_map(|attached| {
        let arn = attached["PolicyArn"].as_str()?.to_owned();
        let own = policies.iter().find(|p| p["Arn"] == *arn);
        let of_aws = || keyaki_catalog::embedded().managed_policy(&arn);
        own.map(|p| p["PolicyVersionList"][0]["Document"].clone())
            .or_else(|| serde_json::from_str(of_aws()?.document).ok())
    });
    inline.chain(managed).collect()
}

/// What the simulator says to each case: first measured as a run over all of them, then read.
fn ask_theirs(bench: &Bench, root: &Path, cases: &[Value]) -> Result<(Took, Vec<Answer>)> {
    let mut peer = Peer::start(root)?;
    let mut answers = Vec::new();
    for some in cases.chunks(AT_ONCE) {
        answers.extend(peer.ask(some)?);
    }
    let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
    let input = bench.folder.join("cases.ndjson");
    std::fs::write(&input, lines.join("\n") + "\n")?;
    let script =
        format!("cd '{}' && node driver.mjs < '{}'", peer.folder().display(), input.display());
    let took = bench.measure(Command::new("sh").args(["-c", &script]), &CODES)?;
    Ok((took, answers))
}

/// Counts what is said alike, and tells what is not.
fn sort(cases: &[Value], answers: &[Answer], can: &[BTreeSet<String>]) -> Outcome {
    let (mut yes, mut no, mut differing) = (0, 0, 0);
    let roles = cases.len() / can.len().max(1);
    for (number, (case, answer)) in cases.iter().zip(answers).enumerate() {
        let who = case["principal"].as_str().unwrap_or_default();
        let ours = can.get(number / roles.max(1)).is_some_and(|can| can.contains(who));
        let theirs = match answer {
            Answer::Decided(verdict, _) => *verdict == Verdict::Allow,
            Answer::Refused(why) => {
                return Err(format!("the simulator refuses {case}: {why}").into());
            }
        };
        match (ours, ours == theirs) {
            (true, true) => yes += 1,
            (false, true) => no += 1,
            (_, false) => {
                differing += 1;
                println!("ours {ours}, theirs {theirs}: {case}");
            }
        }
    }
    println!("\nboth say that {yes} can and {no} cannot; they differ on {differing}");
    if differing > 0 { Err("nothing explains the differences".into()) } else { Ok(()) }
}
