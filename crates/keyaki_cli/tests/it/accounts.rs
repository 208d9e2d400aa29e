//! Hand-made accounts: `testdata/accounts/<case>/`.
//!
//! `snapshot/` holds the files, `options` the options of `keyaki analyze`, and `expected` each
//! finding and each thing that was not analysed, a line each: what is planted is found, and the
//! safe neighbours of it are silent. With `UPDATE_EXPECT=1` in the environment, what is found
//! becomes what must be.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{keyaki, run, told};

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/accounts");
    let entries = fs::read_dir(&root).expect("there are accounts");
    let mut cases: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    cases.sort();
    cases
}

fn analysis(case: &Path) -> Value {
    let options = fs::read_to_string(case.join("options")).expect("the case has options");
    let mut words = vec!["analyze", "snapshot", "--format", "json", "--catalog", "embedded"];
    words.extend(options.split_whitespace());
    let (stdout, stderr, _) = told(case, &words);
    assert_eq!(stderr, "", "{}", case.display());
    serde_json::from_str(&stdout).expect("JSON")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" and "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

fn lines(output: &Value) -> String {
    let list = |name: &str| output[name].as_array().cloned().unwrap_or_default();
    let finding = |f: &Value| {
        let head =
            format!("{} {} {}", text(&f["severity"]), text(&f["kind"]), text(&f["resource"]));
        let ways = f["steps"].as_array().into_iter().flatten().map(|s| text(&s["way"]));
        let mut ways: Vec<String> = ways.collect();
        ways.dedup();
        let parts = [&f["principal"], &f["actions"], &f["conditions"]].map(text);
        let parts = parts.into_iter().chain([ways.join(" then ")]);
        let rest: Vec<String> = parts.filter(|p| !p.is_empty()).collect();
        format!("{head} | {}\n", rest.join(" | "))
    };
    let not = |n: &Value| {
        format!(
            "not analysed: {}: {}: {}\n",
            text(&n["analysis"]),
            text(&n["about"]),
            text(&n["why"])
        )
    };
    let findings: String = list("findings").iter().map(finding).collect();
    let not_analysed: String = list("not_analysed").iter().map(not).collect();
    findings + &not_analysed
}

#[test]
fn planted_findings_are_found_and_their_neighbours_are_not() {
    let mut differences = Vec::new();
    for case in cases() {
        let found = lines(&analysis(&case));
        let expected = case.join("expected");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&expected, &found).expect("the expectation can be written");
        }
        if fs::read_to_string(&expected).unwrap_or_default() != found {
            differences.push(format!("{}:\n{found}", case.display()));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_witness_is_decided_as_it_is_shown_when_its_command_decides_it_again() {
    let mut replayed = 0;
    for case in cases() {
        let output = analysis(&case);
        for finding in output["findings"].as_array().into_iter().flatten() {
            let steps = finding["steps"].as_array().cloned().unwrap_or_default();
            let commands: Vec<&Value> = match steps.is_empty() {
                true => vec![&finding["replay"]],
                false => steps.iter().map(|s| &s["replay"]).collect(),
            };
            for command in commands {
                let Some(words) = command.as_array() else {
                    let by_list = finding["statements"] == serde_json::json!([]);
                    let kind = text(&finding["kind"]);
                    let of_credentials = ["unused", "root-", "no-second-factor"];
                    let is_of_them = of_credentials.iter().any(|k| kind.starts_with(k));
                    assert!(by_list || is_of_them, "{finding:#}");
                    continue;
                };
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                assert_eq!(words.first(), Some(&"keyaki"));
                let told = run(keyaki(&case, &words[1..]), b"");
                let why = String::from_utf8_lossy(&told.stderr).into_owned();
                // Of a lock-out, what nobody can do is shown.
                let code = i32::from(finding["kind"] == "lock-out");
                assert_eq!(told.status.code(), Some(code), "{}: {words:?} {why}", case.display());
                replayed += 1;
            }
        }
    }
    assert!(replayed > 50, "{replayed} witnesses were replayed");
}

#[test]
fn who_can_tells_always_from_under_conditions() {
    let case = cases().into_iter().find(|c| c.ends_with("who-can")).expect("the case");
    let words = ["who-can", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::data/report"];
    let (stdout, stderr, code) =
        told(&case, &[&words[..], &["snapshot", "--format", "json"]].concat());
    assert_eq!((stderr.as_str(), code), ("", 1));
    let output: Value = serde_json::from_str(&stdout).expect("JSON");
    let of = |p: &Value| format!("{} {}", text(&p["principal"]), text(&p["can"]));
    let found: Vec<String> =
        output["principals"].as_array().into_iter().flatten().map(of).collect();
    let expected = [
        "arn:aws:iam::111122223333:role/named always",
        "arn:aws:iam::111122223333:user/ann always",
        "arn:aws:iam::111122223333:user/cid when",
        "arn:aws:iam::111122223333:user/fay always",
    ];
    assert_eq!(found, expected);
    for principal in output["principals"].as_array().into_iter().flatten() {
        let words: Vec<&str> = principal["replay"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let told = run(keyaki(&case, &words[1..]), b"");
        assert_eq!(told.status.code(), Some(0), "{words:?}");
    }
}

/// Who can change the policy of a bucket of `lock-out-known`, as words: the name, how, and what was
/// left free.
fn who_can_change(bucket: &str, now: &str) -> Vec<String> {
    let case = cases().into_iter().find(|c| c.ends_with("lock-out-known")).expect("the case");
    let resource = format!("arn:aws:s3:::{bucket}");
    let words = ["who-can", "--action", "s3:PutBucketPolicy", "--resource", &resource];
    let more = ["snapshot", "--now", now, "--format", "json"];
    let (stdout, stderr, _) = told(&case, &[&words[..], &more].concat());
    assert_eq!(stderr, "");
    let output: Value = serde_json::from_str(&stdout).expect("JSON");
    let mut found = Vec::new();
    for principal in output["principals"].as_array().into_iter().flatten() {
        let arn = text(&principal["principal"]);
        let name = arn.rsplit('/').next().unwrap_or_default();
        let how = [name, &text(&principal["can"]), &text(&principal["free"])].join(" ");
        found.push(how.trim_end().to_owned());
        let words = principal["replay"].as_array().into_iter().flatten();
        let words: Vec<&str> = words.filter_map(Value::as_str).collect();
        assert_eq!(run(keyaki(&case, &words[1..]), b"").status.code(), Some(0), "{words:?}");
    }
    found
}

#[test]
fn who_can_knows_ids_tags_organisation_and_time() {
    let now = "2026-11-22T00:00:00Z";
    assert_eq!(who_can_change("id-gone", now), names(&[]));
    assert_eq!(who_can_change("id-of-user", now), names(&["ann always"]));
    assert_eq!(who_can_change("id-of-role", now), names(&["ops always"]));
    assert_eq!(who_can_change("tag-of-nobody", now), names(&[]));
    assert_eq!(who_can_change("tag-of-role", now), names(&["ops always"]));
    assert_eq!(who_can_change("other-organization", now), names(&[]));
    assert_eq!(who_can_change("own-organization", now), names(&["ops always", "ann always"]));
    assert_eq!(who_can_change("over", now), names(&[]));
    assert_eq!(who_can_change("over", "2019-11-22T00:00:00Z"), names(&["ops when", "ann when"]));
    assert_eq!(who_can_change("not-over", now), names(&["ops when", "ann when"]));
    assert_eq!(who_can_change("until-2099", now), names(&["ops when", "ann when"]));
}

#[test]
fn what_the_snapshot_does_not_tell_is_left_free_and_told() {
    let now = "2026-11-22T00:00:00Z";
    let id = "cid when aws:userid, as the snapshot does not tell its id";
    assert_eq!(who_can_change("id-not-known", now), names(&[id]));
    let tag = "tagged when aws:PrincipalTag/team, as its trust policy lets sessions have tags of their own";
    assert_eq!(who_can_change("tag-of-session", now), names(&[tag]));
}

#[test]
fn guardrails_leave_nobody_what_they_deny() {
    let case = cases().into_iter().find(|c| c.ends_with("who-can")).expect("the case");
    let words =
        ["who-can", "--action", "s3:DeleteObject", "--resource", "arn:aws:s3:::data/report"];
    let (stdout, _, code) = told(&case, &[&words[..], &["snapshot"]].concat());
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("0 of 7 users and roles can"), "{stdout}");
}

#[test]
fn what_can_tells_of_policies_of_resources_too() {
    let case = cases().into_iter().find(|c| c.ends_with("who-can")).expect("the case");
    let (stdout, stderr, code) = told(&case, &["what-can", "named", "snapshot"]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    let expected = "arn:aws:iam::111122223333:role/named\n\
                    in its own account: 1 action of 1 service\n  sts: GetCallerIdentity\n\
                    granted by the policy of arn:aws:s3:::data\n  GetObject\n";
    assert_eq!(stdout, expected);
    let (stdout, _, _) = told(&case, &["what-can", "eve", "snapshot", "--format", "json"]);
    let output: Value = serde_json::from_str(&stdout).expect("JSON");
    let s3 = text(&output["own_account"]["s3"]);
    assert!(s3.contains("s3:GetObject and") && !s3.contains("s3:DeleteObject and"), "{s3}");
}

/// What is answered about `weakened`, and the exit code.
fn asked_of_weakened(words: &[&str]) -> (String, i32) {
    let case = cases().into_iter().find(|c| c.ends_with("weakened")).expect("the case");
    let (stdout, _, code) = told(&case, &[words, &["snapshot"]].concat());
    (stdout, code)
}

#[test]
fn nobody_can_is_no_answer_where_something_is_missing_or_broken() {
    let words = ["who-can", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k"];
    let (text, code) = asked_of_weakened(&words);
    assert_eq!(code, 3, "{text}");
    let last = "0 of 3 users and roles can; 1 could not be judged; \
                what is missing or broken may change that\n";
    assert!(text.ends_with(last), "{text}");
    assert!(text.contains("role/broken: cannot, as far as is known"), "{text}");
    for part in ["without the last (weakens: all", "`objects` is left out", "p-gone: is missing"] {
        let has = text.lines().any(|l| l.starts_with("not judged: ") && l.contains(part));
        assert!(has, "{part}: {text}");
    }
    let (json, _) = asked_of_weakened(&[&words[..], &["--format", "json"]].concat());
    let output: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&output["can"], &output["not_judged"]), (&0.into(), &1.into()));
    assert!(output["weaknesses"].as_array().is_some_and(|w| w.len() >= 4), "{output:#}");
}

#[test]
fn guardrails_that_are_not_known_refuse_nobody() {
    let resource = "arn:aws:sqs:eu-west-1:111122223333:orders";
    let words = ["who-can", "--action", "sqs:SendMessage", "--resource", resource];
    let (text, code) = asked_of_weakened(&words);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("role/bounded: can"), "{text}");
    for lacking in ["arn:aws:iam::111122223333:policy/boundary", "p-gone"] {
        assert!(text.contains(&format!("missing or broken: {lacking}\n")), "{text}");
    }
}

/// Who can do something, of the roles of `held`, and the exit code.
fn who_can_of_held(action: &str, resource: &str) -> (Vec<String>, i32) {
    let case = cases().into_iter().find(|c| c.ends_with("held")).expect("the case");
    let words = ["who-can", "--action", action, "--resource", resource, "--format", "json"];
    let (stdout, stderr, code) = told(&case, &[&words[..], &["snapshot"]].concat());
    assert_eq!(stderr, "");
    let output: Value = serde_json::from_str(&stdout).expect("JSON");
    let mut can = Vec::new();
    for principal in output["principals"].as_array().into_iter().flatten() {
        let how = text(&principal["can"]);
        let arn = text(&principal["principal"]);
        let name = arn.rsplit('/').next().unwrap_or_default();
        can.push(format!("{name} {how}"));
        if let Some(words) = principal["replay"].as_array() {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            assert_eq!(run(keyaki(&case, &words[1..]), b"").status.code(), Some(0), "{words:?}");
        }
    }
    (can, code)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn policies_of_resources_count_where_the_resource_is_a_pattern() {
    for resource in ["*", "arn:aws:s3:::*", "arn:aws:s3:::*/report"] {
        let found = who_can_of_held("s3:GetObject", resource);
        assert_eq!(found, (names(&["named when"]), 1), "{resource}");
    }
    let found = who_can_of_held("s3:GetObject", "arn:aws:s3:::shut/*");
    assert_eq!(found, (names(&[]), 0), "the bucket's policy denies what the role's allows");
}

#[test]
fn keys_and_roles_let_nobody_in_whom_their_own_policies_do_not() {
    for resource in ["*", "arn:aws:kms:eu-west-1:111122223333:key/*"] {
        assert_eq!(who_can_of_held("kms:Decrypt", resource), (names(&["key-user when"]), 1));
    }
    assert_eq!(who_can_of_held("sts:AssumeRole", "*"), (names(&[]), 0));
    let other = "arn:aws:kms:eu-west-1:111122223333:key/2222";
    let open = names(&["decrypter unknown", "key-user unknown"]);
    assert_eq!(who_can_of_held("kms:Decrypt", other), (open, 3));
}

#[test]
fn everybody_can_ask_who_they_are() {
    let (can, code) = who_can_of_held("sts:GetCallerIdentity", "*");
    assert_eq!((can.len(), code), (6, 1), "{can:?}");
}

#[test]
fn what_is_no_arn_is_refused() {
    let case = cases().into_iter().find(|c| c.ends_with("held")).expect("the case");
    let words = ["who-can", "--action", "s3:GetObject", "--resource", "data/report", "snapshot"];
    let (_, stderr, code) = told(&case, &words);
    assert_eq!(code, 2);
    assert!(stderr.contains("`data/report` is neither an ARN nor `*`"), "{stderr}");
}

#[test]
fn policies_of_resources_grant_what_they_say_to_whom_they_name() {
    let case = cases().into_iter().find(|c| c.ends_with("held")).expect("the case");
    let granted = |name: &str| {
        let (stdout, stderr, code) = told(&case, &["what-can", name, "snapshot"]);
        assert_eq!((stderr.as_str(), code), ("", 0));
        let (_, by) = stdout.split_once("granted by").unwrap_or_default();
        by.to_owned()
    };
    assert_eq!(granted("named"), " the policy of arn:aws:s3:::data\n  GetObject\n");
    assert_eq!(granted("lister"), "");
}

#[test]
fn an_empty_folder_answers_nothing() {
    let folder = std::env::temp_dir().join(format!("keyaki-empty-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let words = ["who-can", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k", "."];
    let (stdout, _, code) = told(&folder, &words);
    assert_eq!(code, 3, "{stdout}");
    assert!(stdout.contains("not judged: not in the snapshot: no account was found"), "{stdout}");
    fs::remove_dir(&folder).expect("it is empty");
}

#[test]
fn what_can_tells_of_policies_that_are_broken() {
    let (text, code) = asked_of_weakened(&["what-can", "broken"]);
    assert_eq!(code, 3, "{text}");
    let broken =
        "RoleDetailList/1/RolePolicyList/0/PolicyDocument: the policy is missing or broken";
    assert!(text.contains(broken) && text.contains("not judged: "), "{text}");
}

#[test]
fn a_snapshot_tells_what_it_lacks() {
    let case = cases().into_iter().find(|c| c.ends_with("bad-input")).expect("the case");
    let (stdout, stderr, code) = told(&case, &["snapshot", "info", "snapshot"]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    for part in [
        "for unused: the credential report of 444455556666: passwords and access keys",
        "arn:aws:iam::444455556666:policy/not-there: is missing",
        "snapshot/truncated.json: the file is broken",
        "snapshot/somewhere/unknown.json: is none of the answers that are understood",
    ] {
        assert!(stdout.contains(part), "{part}\n{stdout}");
    }
}

#[test]
fn the_report_for_a_browser_holds_every_finding() {
    let case = cases().into_iter().find(|c| c.ends_with("roles")).expect("the case");
    let (page, stderr, code) = told(&case, &["analyze", "snapshot", "--format", "html"]);
    assert_eq!((stderr.as_str(), code), ("", 1));
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert_eq!(page.matches("<script").count(), 1, "the one whose digest the page names");
    let output = analysis(&case);
    for finding in output["findings"].as_array().into_iter().flatten() {
        assert!(page.contains(&format!("id=\"f-{}\"", text(&finding["id"]))), "{finding:#}");
    }
}

#[test]
fn json_of_findings_has_the_fields_of_version_1() {
    let case = cases().into_iter().find(|c| c.ends_with("roles")).expect("the case");
    let output = analysis(&case);
    let names = |value: &Value| {
        let members = value.as_object().into_iter().flatten();
        members.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(output["version"], 1);
    let head = "version analyses zone now days profile tool catalog findings resolved archived \
                not_analysed routes snapshot";
    assert_eq!(names(&output), head);
    let finding = &output["findings"][0];
    let members = "id kind severity status account resource resource_kind principal actions conditions \
                   sentence witness layers notes replay steps statements remedy proposal controls";
    assert_eq!(names(finding), members);
    assert_eq!(names(&finding["witness"]), "principal action resource context absent");
    let statement = "layer file pointer policy statement sid lines text";
    assert_eq!(names(&finding["statements"][0]), statement);
}

#[test]
fn public_samples_are_analysed() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/snapshots");
    if !samples.is_dir() {
        #[expect(clippy::print_stderr, reason = "who skips a test says so")]
        {
            eprintln!("skipped: there are no public samples at {}", samples.display());
        }
        return;
    }
    let expected = [("authz", 16), ("cloudmapper-demo", 7), ("airiam-iam-data.json", 1)];
    for (sample, least) in expected {
        let words = ["analyze", sample, "--now", "2024-01-01T00:00:00Z", "--format", "json"];
        let (stdout, stderr, code) = told(&samples, &words);
        assert_eq!((stderr.as_str(), code), ("", 1), "{sample}");
        let output: Value = serde_json::from_str(&stdout).expect("JSON");
        let findings = output["findings"].as_array().cloned().unwrap_or_default();
        assert!(findings.len() >= least, "{sample}: {}", findings.len());
        for finding in findings.iter().filter(|f| f["replay"].is_array()).take(20) {
            let words = finding["replay"].as_array().cloned().unwrap_or_default();
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            let told = run(keyaki(&samples, &words[1..]), b"");
            assert_eq!(told.status.code(), Some(0), "{words:?}");
        }
    }
}

/// A row of `testdata/planted.txt`.
struct Planted<'t> {
    kind: &'t str,
    case: &'t str,
    about: &'t str,
    action: &'t str,
    neighbour: &'t str,
}

fn planted(table: &str) -> Vec<Planted<'_>> {
    let rows = table.lines().filter(|l| !l.starts_with('#') && !l.is_empty());
    let row = |line| {
        let cells: Vec<&str> = str::split(line, '\t').collect();
        let [kind, case, about, action, neighbour] = cells[..] else { panic!("{line}") };
        Planted { kind, case, about, action, neighbour }
    };
    rows.map(row).collect()
}

/// The finding of a kind about something that ends so.
fn found<'f>(output: &'f Value, kind: &str, about: &str) -> Option<&'f Value> {
    let ends = |value: &Value| value.as_str().is_some_and(|text| text.ends_with(about));
    let mut findings = output["findings"].as_array().into_iter().flatten();
    findings.find(|f| f["kind"] == kind && (ends(&f["resource"]) || ends(&f["principal"])))
}

/// All texts and paths of a snapshot.
fn texts(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
    let of = |path: PathBuf| match path.is_dir() {
        true => texts(&path),
        false => format!("{}\n{}", path.display(), fs::read_to_string(&path).unwrap_or_default()),
    };
    entries.map(|e| of(e.path())).collect()
}

#[test]
fn every_kind_of_finding_is_planted_beside_a_neighbour_that_is_safe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let table = fs::read_to_string(root.join("planted.txt")).expect("the table");
    let rows = planted(&table);
    let mut outputs: std::collections::BTreeMap<&str, (Value, String)> = Default::default();
    let mut wrong = Vec::new();
    for row in &rows {
        let case = root.join("accounts").join(row.case);
        let (output, held) = outputs
            .entry(row.case)
            .or_insert_with(|| (analysis(&case), texts(&case.join("snapshot"))));
        let head = format!("{} in {}", row.kind, row.case);
        match found(output, row.kind, row.about) {
            None => wrong.push(format!("{head}: not found: {}", row.about)),
            Some(finding) => {
                let last = finding["steps"].as_array().and_then(|s| s.last());
                let witness = last.map_or(&finding["witness"], |step| &step["witness"]);
                let action = witness["action"].as_str().unwrap_or("-");
                if action != row.action {
                    wrong.push(format!("{head}: {}: shown by {action}", row.about));
                }
            }
        }
        if found(output, row.kind, row.neighbour).is_some() {
            wrong.push(format!("{head}: found, and is safe: {}", row.neighbour));
        }
        let name = row.neighbour.rsplit([':', '/']).next().unwrap_or_default();
        let name = name.trim_end_matches("_0000000000000000");
        if !held.contains(name.rsplit("AWSReservedSSO_").next().unwrap_or(name)) {
            wrong.push(format!("{head}: the snapshot has no {}", row.neighbour));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Ways to more permissions have a table of their own, and events a test of theirs.
    let elsewhere = ["escalation", "unused-action"];
    for kind in keyaki_audit::FindingKind::ALL {
        let number = rows.iter().filter(|r| r.kind == kind.name()).count();
        assert!(number > 0 || elsewhere.contains(&kind.name()), "{} is not planted", kind.name());
    }
    let (all, ways) = (rows.len(), keyaki_audit::ways().len());
    assert!(all >= 100 && ways >= 80, "{all} findings are planted, and {ways} ways");
}

#[test]
fn the_configuration_says_what_is_trusted_and_expected() {
    let case = cases().into_iter().find(|c| c.ends_with("perimeter")).expect("the case");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("perimeter.toml");
    let text =
        "[perimeter]\nzone = \"organization\"\nnetworks = [\"203.0.113.0/24\", \"vpc-1a2b3c4d\"]\n";
    fs::write(&path, text).expect("the file can be written");
    let path = path.display().to_string();
    let words = ["analyze", "snapshot", "--analysis", "perimeter", "--format", "json"];
    let (stdout, stderr, _) = told(&case, &[&words[..], &["--config", &path]].concat());
    assert_eq!(stderr, "");
    let by_file: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(lines(&by_file), lines(&analysis(&case)));
    assert_eq!(by_file["zone"], "organization");
    let (_, stderr, code) = told(&case, &[&words[..], &["--network", "office"]].concat());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("`office` is no network"), "{stderr}");
}

#[test]
fn networks_that_nobody_names_are_told_as_not_analysed() {
    let case = cases().into_iter().find(|c| c.ends_with("perimeter")).expect("the case");
    let words = ["analyze", "snapshot", "--analysis", "perimeter", "--zone", "organization"];
    let (stdout, _, code) = told(&case, &words);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("perimeter: expected networks: nothing says which"), "{stdout}");
}

#[test]
fn a_vpc_endpoint_lets_through_what_its_policy_allows() {
    let case = cases().into_iter().find(|c| c.ends_with("perimeter")).expect("the case");
    let resource = "arn:aws:sqs:eu-west-1:222233334444:orders";
    let asked_about = |resource: &str, endpoint: &str| {
        let words = ["who-can", "--action", "sqs:SendMessage", "--resource", resource];
        let more = ["--endpoint", endpoint, "snapshot", "--format", "json"];
        let (stdout, stderr, code) = told(&case, &[&words[..], &more].concat());
        (serde_json::from_str::<Value>(&stdout).unwrap_or_default(), stderr, code)
    };
    let asked = |endpoint: &str| asked_about(resource, endpoint);
    // It belongs to the VPC that one role asks for, and no address is there to be compared.
    let (output, _, code) = asked("vpce-0000000000000003c");
    let names: Vec<String> = output["principals"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|p| p["replay"].is_array())
        .map(|p| text(&p["principal"]))
        .collect();
    let expected = ["by-endpoint", "by-vpc"].map(|n| format!("arn:aws:iam::222233334444:role/{n}"));
    assert_eq!((names, code), (expected.to_vec(), 1));
    for principal in output["principals"].as_array().into_iter().flatten() {
        let words: Vec<&str> = principal["replay"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert!(words.contains(&"--endpoint"), "{words:?}");
        let told = run(keyaki(&case, &words[1..]), b"");
        assert_eq!(told.status.code(), Some(0), "{words:?}");
    }
    // Those of another service, and those that are not there yet, let nothing through.
    for (endpoint, why) in [
        ("vpce-0000000000000001a", "leads to s3"),
        ("vpce-0000000000000005e", "is in the state `pendingacceptance`"),
    ] {
        let (output, _, _) = asked(endpoint);
        let notes = text(&output["notes"]);
        assert!(output["can"] == 0 && notes.contains(why), "{notes}");
    }
    let elsewhere = "arn:aws:sqs:us-east-1:222233334444:orders";
    let (output, _, _) = asked_about(elsewhere, "vpce-0000000000000003c");
    assert!(text(&output["notes"]).contains("leads to eu-west-1"), "{output}");
    // Of one without a policy nothing is known.
    let (_, stderr, code) = asked("vpce-0000000000000004d");
    assert_eq!(code, 2, "{stderr}");
    let (_, stderr, code) = asked("vpce-9");
    assert!(code == 2 && stderr.contains("does not hold the VPC endpoint `vpce-9`"), "{stderr}");
}

#[test]
fn nobody_can_across_partitions() {
    let case = cases().into_iter().find(|c| c.ends_with("perimeter")).expect("the case");
    let can = |resource: &str| {
        let words = ["who-can", "--action", "s3:GetObject", "--resource", resource, "snapshot"];
        let (stdout, _, _) = told(&case, &[&words[..], &["--format", "json"]].concat());
        let output: Value = serde_json::from_str(&stdout).unwrap_or_default();
        let is_told = text(&output["notes"]).contains("users and roles are of another partition");
        (output["can"] != 0, is_told)
    };
    assert_eq!(can("arn:aws:s3:::elsewhere/x"), (true, false));
    assert_eq!(can("arn:aws-cn:s3:::elsewhere/x"), (false, true));
    assert_eq!(can("arn:aws-us-gov:s3:::elsewhere/x"), (false, true));
}

#[test]
fn an_owner_that_nothing_tells_can_be_named() {
    let case = cases().into_iter().find(|c| c.ends_with("perimeter")).expect("the case");
    let asked = |resource: &str, owner: &[&str]| {
        let words = ["who-can", "--action", "s3:GetObject", "--resource", resource, "snapshot"];
        told(&case, &[&words[..], owner].concat())
    };
    let resource = "arn:aws:s3:::elsewhere/x";
    let lacks = "not judged: not in the snapshot: which account owns the resource";
    let (stdout, _, _) = asked(resource, &[]);
    assert!(stdout.contains(lacks) && stdout.contains("--resource-account"), "{stdout}");
    // Those of another account need its policy, of which nothing is known.
    let (stdout, _, _) = asked(resource, &["--resource-account", "999988887777"]);
    assert!(!stdout.contains(lacks) && stdout.contains("\n0 of "), "{stdout}");
    let (stdout, _, _) = asked(resource, &["--resource-account", "222233334444"]);
    assert!(!stdout.contains(lacks) && stdout.contains("role/unguarded: can"), "{stdout}");
    let (_, stderr, code) =
        asked("arn:aws:s3:::from-anywhere/x", &["--resource-account", "999988887777"]);
    assert!(code == 2 && stderr.contains("222233334444 owns"), "{stderr}");
}
