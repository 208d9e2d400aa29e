//! The recorded answers of AWS's own validator about its managed policies.
//!
//! `shared/data/oracle/validate-policy/findings.tsv` holds a row for each place of each finding,
//! `clean.tsv` the policies about which the validator said nothing. The documents themselves are
//! those of the catalogue; older versions come from the collection's history, which needs the
//! `zstd` program. Only codes for which there is a rule count. The test prints every difference.

#![expect(clippy::print_stdout, reason = "the figures and the differences are what it is about")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyaki_catalog::Date;
use keyaki_diag::Persona;
use keyaki_ir::PolicyKind;
use keyaki_lint::{Linter, Selection};
use keyaki_syntax::Tree;

use crate::support::{Reading, lint, shared_data};

#[test]
fn findings_agree_with_the_validator_of_aws() {
    let Some(data) = shared_data() else {
        println!("skipped: no shared/data beside the repository");
        return;
    };
    // What AWS reports is looked for among all findings, what it does not among those that
    // everybody sees.
    let of = |persona| {
        let selection = Selection::new(persona, &["aws".to_owned()], &[]);
        Linter::new(&selection.expect("a group"))
    };
    let (all, regular) = (of(Persona::Pedantic), of(Persona::Regular));
    let mut score = Score::default();
    let recorded = recordings(&data);
    let documents = Documents::read(&data, &recorded);
    for (policy, expected) in &recorded {
        match documents.get(policy) {
            Some(text) => {
                let linter = if expected.is_empty() { &regular } else { &all };
                score.add(policy, expected, text, linter);
            }
            None => score.absent.push(policy.to_string()),
        }
    }
    println!("{score}");
    assert!(score.clean.total >= 400, "only {} clean policies", score.clean.total);
    assert!(score.pairs.share() >= 0.99, "recall by policy and code: {}", score.pairs);
    assert!(score.places.share() >= 0.95, "recall by policy, code and path: {}", score.places);
    assert!(score.clean.share() <= 0.01, "clean policies flagged: {}", score.clean);
}

/// A version of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    name: String,
    version: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// The day of the youngest recording.
const RECORDED: &str = "2026-08-22";

/// A code and the path to the place, as AWS writes it: names and positions between slashes,
/// nothing escaped, and `Statement/0` also where the statement stands alone.
type Row = (String, String);

/// What the validator said about each policy; nothing for the clean ones.
fn recordings(data: &Path) -> BTreeMap<Version, BTreeSet<Row>> {
    let folder = data.join("oracle/validate-policy");
    let mut recorded: BTreeMap<Version, BTreeSet<Row>> = BTreeMap::new();
    for line in rows(&folder.join("clean.tsv")) {
        recorded.entry(version(&line)).or_default();
    }
    for line in rows(&folder.join("findings.tsv")) {
        let row = (line[3].clone(), line.get(4).cloned().unwrap_or_default());
        recorded.entry(version(&line)).or_default().insert(row);
    }
    recorded
}

fn version(line: &[String]) -> Version {
    Version { name: line[0].clone(), version: line[1].clone() }
}

/// The rows of a table, without its head.
fn rows(path: &PathBuf) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let row = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().skip(1).map(row).collect()
}

/// The texts of versions of policies.
struct Documents {
    /// Those versions that are not the newest.
    older: BTreeMap<Version, String>,
}

impl Documents {
    /// Reads the older ones of these versions from the history.
    fn read(data: &Path, wanted: &BTreeMap<Version, BTreeSet<Row>>) -> Self {
        let history = history(&data.join("corpus/managed-history.ndjson.zst"));
        let mut older = BTreeMap::new();
        for line in history.lines() {
            let tree = Tree::parse(line);
            let member = |name: &str| tree.resolve(name);
            let text = |name: &str| Some(member(name)?.as_str()?.to_owned());
            let Some((name, version)) = text("/name").zip(text("/version")) else { continue };
            let version = Version { name, version };
            if let Some(document) = member("/document").filter(|_| wanted.contains_key(&version)) {
                older.insert(version, document.source().to_owned());
            }
        }
        Self { older }
    }

    /// The text of that version of a policy.
    fn get(&self, policy: &Version) -> Option<&str> {
        let newest = keyaki_catalog::embedded().managed_policy(&policy.name);
        let newest = newest.filter(|newest| newest.version == policy.version);
        newest.map(|n| n.document).or_else(|| self.older.get(policy).map(String::as_str))
    }
}

/// One version of a policy a line; nothing where it cannot be unpacked.
fn history(path: &Path) -> String {
    let unpacked = Command::new("zstd").arg("-dcq").arg(path).output();
    match unpacked {
        Ok(output) if output.status.success() => {
            String::from_utf8(output.stdout).expect("the history is UTF-8")
        }
        Ok(_) | Err(_) => {
            println!("skipped older versions: `zstd` cannot unpack {}", path.display());
            String::new()
        }
    }
}

/// So many of so many.
#[derive(Clone, Copy, Default)]
struct Tally {
    hits: usize,
    total: usize,
}

impl Tally {
    fn count(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.total += 1;
    }

    fn share(self) -> f64 {
        if self.total == 0 { 0.0 } else { self.hits as f64 / self.total as f64 }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} ({:.2} %)", self.hits, self.total, 100.0 * self.share())
    }
}

#[derive(Default)]
struct Score {
    /// Policy and code: found of recorded.
    pairs: Tally,
    /// Policy, code and path: found of recorded.
    places: Tally,
    /// Policies without a finding of AWS's: flagged by us of all.
    clean: Tally,
    missed: Vec<String>,
    extra: Vec<String>,
    /// Rows whose code has no rule, by code.
    without_rule: BTreeMap<String, usize>,
    /// Rows that are mistakes of AWS's, or no longer right.
    false_alarms: Vec<String>,
    /// Policies whose text is not at hand.
    absent: Vec<String>,
}

impl Score {
    fn add(&mut self, policy: &Version, recorded: &BTreeSet<Row>, text: &str, linter: &Linter) {
        let tree = Tree::parse(text);
        let found = found(linter, text);
        let expected = self.in_scope(policy, recorded, &tree);
        self.count(policy, &expected, &found);
        if recorded.is_empty() {
            self.clean.count(!found.is_empty());
        }
        let codes: BTreeSet<&String> = recorded.iter().map(|(code, _)| code).collect();
        for (code, path) in &found {
            if !codes.contains(code) {
                let label = if recorded.is_empty() { "clean" } else { "flagged" };
                self.extra.push(format!("{policy} ({label}) {code} {path}"));
            }
        }
    }

    fn count(&mut self, policy: &Version, expected: &BTreeSet<Row>, found: &BTreeSet<Row>) {
        for row in expected {
            self.places.count(found.contains(row));
            if !found.contains(row) {
                self.missed.push(format!("{policy} {} {}", row.0, row.1));
            }
        }
        let codes = |rows: &BTreeSet<Row>| -> BTreeSet<String> {
            rows.iter().map(|(code, _)| code.clone()).collect()
        };
        let found = codes(found);
        for code in codes(expected) {
            self.pairs.count(found.contains(&code));
        }
    }

    /// The rows that a rule can find, without the validator's own mistakes.
    fn in_scope(&mut self, policy: &Version, rows: &BTreeSet<Row>, tree: &Tree) -> BTreeSet<Row> {
        let mut expected = BTreeSet::new();
        for (code, path) in rows {
            if keyaki_lint::rule(code).is_none() {
                *self.without_rule.entry(code.clone()).or_default() += 1;
            } else if is_false_alarm(code, path, tree) {
                self.false_alarms.push(format!("{policy} {code} {path}"));
            } else {
                expected.insert((code.clone(), path.clone()));
            }
        }
        expected
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "recall by policy and code:       {}", self.pairs)?;
        writeln!(f, "recall by policy, code and path: {}", self.places)?;
        writeln!(f, "clean policies flagged:          {}", self.clean)?;
        let without: Vec<String> =
            self.without_rule.iter().map(|(code, n)| format!("{n} {code}")).collect();
        let lists = [
            ("missed", &self.missed),
            ("not recorded by AWS", &self.extra),
            ("false alarms of AWS and out of date, left out", &self.false_alarms),
            ("rows of codes without a rule, left out", &without),
            ("policies that are not at hand", &self.absent),
        ];
        for (title, list) in lists {
            writeln!(f, "\n{title}: {}", list.len())?;
            list.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}

/// What the rules say, in the validator's terms; a finding has a row for each of its places.
fn found(linter: &Linter, text: &str) -> BTreeSet<Row> {
    let reading = Reading { kind: Some(PolicyKind::Identity), ..Reading::default() };
    let findings = lint(linter, text, reading);
    let rows = findings.iter().flat_map(|finding| {
        let code = finding.rule.aws_code.unwrap_or_default();
        finding.places.iter().map(move |place| (code.to_owned(), path_of(&place.pointer)))
    });
    rows.collect()
}

/// A pointer as AWS writes it.
fn path_of(pointer: &str) -> String {
    let unescape = |step: &str| step.replace("~1", "/").replace("~0", "~");
    let mut steps: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
    let is_position = |step: &String| step.bytes().all(|b| b.is_ascii_digit());
    if steps.first().is_some_and(|s| s == "Statement") && !steps.get(1).is_none_or(is_position) {
        steps.insert(1, "0".to_owned());
    }
    steps.join("/")
}

/// Two mistakes that the validator itself makes: it takes a policy variable for the name of a
/// region, and refuses service principals of more than one label under `aws:CalledVia`.
/// And an action that AWS added after the recordings is no mistake any more.
fn is_false_alarm(code: &str, path: &str, tree: &Tree) -> bool {
    let at = tree.values().find(|value| path_of(&tree.pointer(value.id())) == path);
    let text = at.and_then(|value| value.as_str()).unwrap_or("");
    match code {
        "INVALID_REGION" => text.contains("${"),
        "INVALID_ACTION" => {
            let first_seen = keyaki_catalog::embedded().action(text).and_then(|a| a.first_seen());
            first_seen > Date::parse(RECORDED)
        }
        "INVALID_SERVICE_PRINCIPAL_FORMAT" => {
            let name = text.strip_suffix(".amazonaws.com");
            path.contains("/aws:CalledVia/") && name.is_some_and(|n| n.contains('.'))
        }
        _ => false,
    }
}

#[test]
fn pointers_are_compared_in_the_validators_terms() {
    assert_eq!(path_of(""), "");
    assert_eq!(path_of("/Statement/2/Action/0"), "Statement/2/Action/0");
    assert_eq!(path_of("/Statement/Action"), "Statement/0/Action");
    assert_eq!(path_of("/Statement"), "Statement");
    let key = "/Statement/0/Condition/StringLike/aws:ResourceTag~1a~0b";
    assert_eq!(path_of(key), "Statement/0/Condition/StringLike/aws:ResourceTag/a~b");
}
