//! What policies mean: lines above them, explanations, comparisons, proofs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use keyaki_ide::{
    Document, Proofs, Target, TextRange, committed, comparison, explanation, is_versioned, lenses,
    proofs,
};

use crate::fixture::{document, named, statement};

fn proved(document: &Document) -> Proofs {
    proofs(document, &|| true).expect("nobody told it to stop")
}

/// A bucket's policy with one statement of these members.
fn of_bucket(members: &str) -> String {
    statement(&format!(
        "\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::b/*\", {members}"
    ))
}

const ANYBODY: &str = "\"Principal\": \"*\"";
const INSIDE: &str = "\"Principal\": \"*\", \"Condition\": {\"StringEquals\": {\"aws:PrincipalOrgID\": \"o-abcdefghij\"}}";

fn titles(text: &str, is_proved: bool) -> Vec<String> {
    let document = document(text);
    let found = is_proved.then(|| proved(&document));
    lenses(&document, found.as_ref()).into_iter().map(|lens| lens.title).collect()
}

#[test]
fn a_policy_says_what_it_grants_and_whether_that_is_public() {
    let public = of_bucket(ANYBODY);
    assert_eq!(titles(&public, false), ["grants 1 action", "explain", "simulate…"]);
    assert_eq!(titles(&public, true), ["grants 1 action, public", "explain", "simulate…"]);
    assert_eq!(
        titles(&of_bucket(INSIDE), true),
        ["grants 1 action, not public", "explain", "simulate…"]
    );
    let own = statement(
        "\"Effect\": \"Allow\", \"Action\": [\"s3:PutObject\", \"s3:GetObject\", \"s3:PutBucketPolicy\"], \"Resource\": \"*\"",
    );
    let short = "grants 3 actions, 1 write, 1 permissions management";
    assert_eq!(titles(&own, true), [short, "explain", "simulate…"]);
    let deny =
        statement("\"Effect\": \"Deny\", \"Action\": \"sqs:SendMessage\", \"Resource\": \"*\"");
    assert_eq!(titles(&deny, true), ["denies 1 action, 1 write", "explain", "simulate…"]);
    let wrong = deny.replace("Deny", "deny");
    assert_eq!(titles(&wrong, true), ["grants 0 actions", "explain", "simulate…"]);
    assert_eq!(titles("{\"name\": \"x\"}", true), Vec::<String>::new());
}

#[test]
fn a_policy_that_is_too_long_to_be_proved_says_so() {
    let statement = "{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \
                     \"Resource\": \"arn:aws:s3:::b/*\", \"Principal\": \"*\"}";
    let statements = vec![statement; 61].join(",");
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{statements}]}}");
    let title = &titles(&text, true)[0];
    let why = "undecided: it has more than 60 statements";
    assert_eq!(*title, format!("grants 1 action, public? {why}, redundant statements? {why}"));
    let title = &titles(&text.replace(", \"Principal\": \"*\"", ""), true)[0];
    assert_eq!(*title, format!("grants 1 action, redundant statements? {why}"));
}

#[test]
fn a_public_policy_leads_to_its_finding() {
    let document = document(&of_bucket(ANYBODY));
    let proofs = proved(&document);
    let [finding] = proofs.findings() else { panic!("{:?}", proofs.findings()) };
    assert_eq!(finding.rule.name, "public-access");
    assert_eq!(finding.range().slice(document.text()), "\"*\"");
    assert!(finding.notes[0].starts_with("for instance `s3:GetObject` on `arn:aws:s3:::b/"));
    let lens = &lenses(&document, Some(&proofs))[0];
    assert_eq!(lens.target, Target::Place(finding.range()));
}

#[test]
fn what_a_deny_takes_back_is_not_public() {
    let text = format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \
         \"Resource\": \"arn:aws:s3:::b/*\", {ANYBODY}}}, {{\"Effect\": \"Deny\", \"Action\": \"s3:*\", \
         \"Resource\": \"arn:aws:s3:::b/*\", {ANYBODY}}}]}}"
    );
    let proofs = proved(&document(&text));
    let names: Vec<_> = proofs.findings().iter().map(|finding| finding.rule.name).collect();
    assert_eq!(names, ["empty-policy", "redundant-grant"], "what is allowed is denied");
}

#[test]
fn statements_that_grant_nothing_of_their_own_are_found_together() {
    let allow = |action: &str, resource: &str| {
        format!("{{\"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"{resource}\"}}")
    };
    let policy = |statements: &[String]| {
        format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}", statements.join(", "))
    };
    let found = |statements: &[String]| -> Vec<String> {
        let document = document(&policy(statements));
        let proofs = proved(&document);
        let text = |f: &keyaki_ide::Finding| f.range().slice(document.text()).to_owned();
        proofs.findings().iter().map(text).collect()
    };
    let (wide, narrow) = (allow("s3:Get*", "*"), allow("s3:GetObject", "arn:aws:s3:::b/*"));
    let only = std::slice::from_ref(&narrow);
    assert_eq!(found(&[wide.clone(), narrow.clone()]), only);
    assert_eq!(found(&[narrow.clone(), wide.clone()]), only);
    // Of two that cover each other, one stays.
    let other = allow("s3:get*", "*").replace("Allow\"", "Allow\", \"Sid\": \"B\"");
    assert!(found(&[wide.clone(), other]).len() <= 1);
    assert_eq!(found(&[allow("s3:PutObject", "*"), wide]), Vec::<String>::new());
}

#[test]
fn proofs_stop_when_they_are_told_to() {
    assert!(proofs(&document(&of_bucket(ANYBODY)), &|| false).is_none());
}

#[test]
fn what_has_no_meaning_is_not_proved() {
    for text in
        ["{\"Statement\": [{\"Effect\": \"Allw\"}]}", "{\"Statement\": [{\"Effect\"", "", "[1]"]
    {
        assert!(proved(&document(text)).is_empty(), "{text}");
    }
}

#[test]
fn a_policy_is_told_in_words() {
    let document = document(&statement(
        "\"Sid\": \"Read\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:ListBucket\"], \
         \"Resource\": [\"arn:aws:s3:::b\", \"arn:aws:s3:::b/*\"], \
         \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}",
    ));
    let text = explanation(&document, Some(&proved(&document)));
    for part in [
        "# policy.json",
        "Policy of kind *identity*: grants 2 actions.",
        "## Statement 1: Read",
        "Whoever has the policy **may**",
        "- do `s3:GetObject`, `s3:ListBucket`: 2 actions",
        "- on `arn:aws:s3:::b`, `arn:aws:s3:::b/*`",
        "- when aws:SecureTransport is true",
        "List (1): `s3:ListBucket`.",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let public = named("policy.json", &of_bucket(ANYBODY));
    let text = explanation(&public, Some(&proved(&public)));
    assert!(text.contains("**Public**, proved by a request:"), "{text}");
    assert!(text.contains("Anyone **may**"), "{text}");
}

#[test]
fn what_changed_is_told_with_an_example() {
    let allow = |action: &str| {
        statement(&format!(
            "\"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"arn:aws:s3:::b/*\""
        ))
    };
    let (old, new) = (document(&allow("s3:GetObject")), document(&allow("s3:PutObject")));
    let text = comparison(&old, &new);
    let gained = text.find("## Gained\n\n- `s3:PutObject`").expect("what was gained");
    let lost = text.find("## Lost\n\n- `s3:GetObject`").expect("what was lost");
    assert!(gained < lost && text.contains("for instance `s3:PutObject` on `arn:aws:s3:::b/"));
    let same = document(&allow("s3:getobject"));
    assert!(comparison(&old, &same).contains("Both allow the same requests. This is proved."));
    let broken = document("{\"Statement\": [{\"Effect\": \"Allow\", ");
    assert!(
        comparison(&old, &broken).contains("It cannot be compared: the text is no valid JSON.")
    );
    assert!(comparison(&broken, &old).contains("The old text cannot be compared"));
}

fn git(folder: &PathBuf, words: &[&str]) {
    let status = Command::new("git").arg("-C").arg(folder).args(words).status();
    assert!(status.is_ok_and(|status| status.success()), "git {words:?}");
}

#[test]
fn the_last_commit_is_read_from_git() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("last-commit");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("sub")).expect("a folder");
    git(&folder, &["init", "--quiet"]);
    let file = folder.join("sub/p.json");
    fs::write(&file, "old").expect("a file");
    git(&folder, &["add", "."]);
    let author = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
    git(&folder, &[&author[..], &["commit", "--quiet", "-m", "x"]].concat());
    fs::write(&file, "new").expect("a file");
    assert!(is_versioned(&file));
    assert_eq!(committed(&file).as_deref(), Ok("old"));
    let missing = committed(&folder.join("sub/q.json"));
    assert_eq!(missing, Err("the last commit does not have it".to_owned()));
}

#[test]
fn every_beginning_of_a_policy_has_a_meaning_or_none() {
    let text = of_bucket(INSIDE);
    for end in (0..=text.len()).step_by(7) {
        let document = document(&text[..end]);
        let proofs = proved(&document);
        let fits = |range: TextRange| range.end as usize <= end;
        assert!(proofs.findings().iter().all(|finding| fits(finding.range())));
        assert!(lenses(&document, Some(&proofs)).iter().all(|lens| fits(lens.range)));
        assert!(explanation(&document, Some(&proofs)).starts_with("# policy.json"));
    }
}
