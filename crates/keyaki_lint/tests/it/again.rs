//! Texts that are checked again after every change: what is found must be what a fresh look finds.

use keyaki_diag::{Finding, Persona};
use keyaki_ir::PolicyKind;
use keyaki_lint::{Document, Linter, Memory, Selection};
use keyaki_syntax::{NodeKind, Tree, Value};

use crate::examples::examples;
use crate::support::Random;

/// How many texts are made of each kind of policy, and how often each is changed.
const TEXTS: u64 = 5;
const CHANGES: usize = 25;

/// What takes the place of a part of a text.
const PIECES: [&str; 18] = [
    "",
    "x",
    "*",
    "?",
    "\"",
    "{",
    "}",
    ",",
    ":",
    "Allow",
    "Deny",
    "2008-10-17",
    "${aws:username}",
    "\"Sid\": \"A\"",
    "s3:GetObjct",
    "nothing:Here",
    "aws:Nothing",
    "rolesanywhere.amazonaws.com",
];

/// A text that changes, with the tree of its last version and what was found in that.
struct Edited<'l> {
    linter: &'l Linter,
    kind: PolicyKind,
    before: Option<(Tree, Memory)>,
    /// How often a statement was not looked at again.
    recalled: usize,
}

impl Edited<'_> {
    fn check(&mut self, text: &str) {
        let tree = Tree::parse(text);
        let policy = keyaki_ir::lower(&tree);
        let document = Document::detected(&tree, &policy, keyaki_catalog::embedded());
        let document = document.with_kind(self.kind);
        let before = self.before.as_ref().map(|(tree, memory)| (tree, memory));
        let (found, memory) = self.linter.lint_again(document, before);
        let fresh = self.linter.lint(document);
        assert_eq!(seen(&found), seen(&fresh), "{:?}\n{text}", self.kind);
        self.recalled += memory.recalled();
        self.before = Some((tree, memory));
    }
}

fn seen(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{finding:?}")).collect()
}

/// All rules but those that ask the engine.
fn linter() -> Linter {
    Linter::without_proofs(&Selection::new(Persona::Auditor, &[], &[]).expect("all rules"))
}

/// The statements of the rules' examples for a kind of policy.
fn statements(kind: PolicyKind) -> Vec<String> {
    let rules = keyaki_lint::rules().iter().filter(|rule| rule.kinds.contains(kind));
    let texts = rules.flat_map(|rule| examples(rule)).map(|example| Tree::parse(example.text));
    let of = |tree: Tree| -> Vec<String> {
        let statement = tree.root().and_then(|root| root.get("Statement"));
        let is_list = |s: &Value<'_>| s.kind() == NodeKind::Array;
        let all = statement
            .into_iter()
            .flat_map(|s| if is_list(&s) { s.elements().collect() } else { vec![s] });
        all.filter(|s| s.source().len() < 1000).map(|s| s.source().to_owned()).collect()
    };
    texts.flat_map(of).collect()
}

fn text(random: &mut Random, statements: &[String]) -> String {
    let number = 1 + random.below(8);
    let chosen: Vec<&str> = (0..number).map(|_| &**random.pick(statements)).collect();
    let version = random.pick(&["2012-10-17", "2012-10-17", "2008-10-17"]);
    let all = chosen.join(",\n  ");
    if number == 1 {
        return format!("{{\"Version\": \"{version}\", \"Statement\": {all}}}");
    }
    format!("{{\"Version\": \"{version}\",\n \"Statement\": [\n  {all}\n]}}")
}

fn changed(random: &mut Random, text: &str, statements: &[String]) -> String {
    let tree = Tree::parse(text);
    let list = tree.root().and_then(|root| root.get("Statement"));
    let elements: Vec<_> = list.into_iter().flat_map(|list| list.elements()).collect();
    let mut changed = text.to_owned();
    if let (Some(range), 0) = (elements.get(random.below(elements.len().max(1))), random.below(4)) {
        // A statement is put before another, or takes its place.
        let at = range.range().start as usize;
        let end = if random.below(2) == 0 { range.range().end as usize } else { at };
        let comma = if end == at { ", " } else { "" };
        changed.replace_range(at..end, &(random.pick(statements).clone() + comma));
        return changed;
    }
    let boundary = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = boundary(random.below(text.len()));
    let end = boundary((start + random.below(3)).min(text.len())).max(start);
    let piece: &&str = random.pick(&PIECES);
    changed.replace_range(start..end, piece);
    changed
}

#[test]
fn what_is_found_after_a_change_is_what_a_fresh_look_finds() {
    let linter = linter();
    let mut recalled = 0;
    for kind in PolicyKind::ALL {
        let statements = statements(kind);
        for seed in 0..TEXTS {
            let mut random = Random(seed * 31 + kind as u64);
            let mut edited = Edited { linter: &linter, kind, before: None, recalled: 0 };
            let mut now = text(&mut random, &statements);
            edited.check(&now);
            for _ in 0..CHANGES {
                let next = changed(&mut random, &now, &statements);
                edited.check(&next);
                // Most changes are made in a text that is whole.
                if Tree::parse(&*next).errors().is_empty() && next.len() < 6000 {
                    now = next;
                } else {
                    edited.check(&now);
                }
            }
            recalled += edited.recalled;
        }
    }
    assert!(recalled > 3_000, "{recalled}");
}

#[test]
fn searches_are_granted_as_to_a_fresh_look() {
    let linter = linter();
    let mut edited =
        Edited { linter: &linter, kind: PolicyKind::Identity, before: None, recalled: 0 };
    // More unknown names than meant ones are looked for.
    let statement = |name: &str| {
        format!(r#"{{"Effect": "Allow", "Action": ["s3:{name}", "ec2:Describ"], "Resource": "*"}}"#)
    };
    let policy = |names: &[&str]| {
        let all: Vec<String> = names.iter().map(|name| statement(name)).collect();
        format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, all.join(","))
    };
    let mut names = vec!["GetObjct"; 130];
    edited.check(&policy(&names));
    for (at, name) in [(70, "GetObject"), (10, "PutObjct"), (120, "GetObject"), (70, "GetObjct")] {
        names[at] = name;
        edited.check(&policy(&names));
    }
    names.drain(5..80);
    edited.check(&policy(&names));
    names.extend(["PutObjct"; 90]);
    edited.check(&policy(&names));
    assert!(edited.recalled > 100, "{}", edited.recalled);
}

#[test]
fn other_facts_about_the_policy_are_noticed() {
    let linter = linter();
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}"}]}"#;
    let mut edited =
        Edited { linter: &linter, kind: PolicyKind::Resource, before: None, recalled: 0 };
    edited.check(text);
    edited.check(&text.replace("2012", "2008"));
    edited.kind = PolicyKind::Identity;
    edited.check(text);
    assert_eq!(edited.recalled, 0);
    edited.check(text);
    assert_eq!(edited.recalled, 1);
}
