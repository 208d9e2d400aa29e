//! What policies say to requests, and what is proved of them on request.

use keyaki_ide::{Access, Claim, Simulation, claim, request_draft, simulation};

use crate::fixture::{at_cursor, document, named, parts, statement};

const REPORTS: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"},
  {"Sid": "Secret", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/secret/*"},
  {"Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*",
   "Condition": {"StringEquals": {"aws:RequestTag/team": "red"}}}]}"#;

fn asked(action: &str, resource: &str) -> Simulation {
    let request = format!(
        r#"{{"principal": "arn:aws:iam::111122223333:user/ann", "action": "{action}", "resource": "{resource}"}}"#
    );
    simulation(&document(REPORTS), None, &request)
}

/// What the policy says, and the `Sid`s of the statements that decided.
fn decided(action: &str, resource: &str) -> (Option<&'static str>, Vec<String>) {
    let told = asked(action, resource);
    let document = document(REPORTS);
    let sid = |text: &str| text.split('"').nth(3).unwrap_or_default().to_owned();
    (told.says, parts(&document, &told.statements).into_iter().map(sid).collect())
}

#[test]
fn the_statements_that_decide_are_named() {
    let (allowed, denied) = ("arn:aws:s3:::reports/a", "arn:aws:s3:::reports/secret/a");
    assert_eq!(decided("s3:GetObject", allowed), (Some("allow"), vec!["Read".to_owned()]));
    assert_eq!(decided("s3:GetObject", denied), (Some("deny"), vec!["Secret".to_owned()]));
    assert_eq!(decided("s3:PutObject", allowed), (Some("nothing"), vec![]));
}

#[test]
fn the_page_says_why_a_statement_does_not_match() {
    let page = asked("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q").markdown;
    for part in [
        "# Not allowed: no statement matches\n",
        "- Statement 1 `Read`: Allow, does not match: no `Action` matches `sqs:SendMessage`\n",
        "- Statement 3 `Send`: Allow, does not match: `StringEquals` does not hold: `aws:RequestTag/team` is absent\n",
        "- conditions ask for keys that are absent: `aws:RequestTag/team`\n",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn what_cannot_be_decided_says_why() {
    let why = |text: &str, request: &str| {
        let told = simulation(&document(text), None, request);
        assert_eq!((told.says, told.statements), (None, vec![]));
        told.markdown.trim_start_matches("# Not decided\n\n").trim_end().to_owned()
    };
    let request = r#"{"principal": "anonymous", "action": "s3:GetObject"}"#;
    assert_eq!(why("{\"a\": 1}", request), "This text holds no such policy.");
    assert_eq!(
        why(&REPORTS.replace("Deny", "deny"), request),
        "The policy decides nothing: the policy does not fit AWS's grammar."
    );
    let of_request = |request: &str| why(REPORTS, request);
    assert_eq!(
        of_request("{\n"),
        "The request cannot be read, line 2, column 0: it ends too early."
    );
    assert_eq!(of_request("{}"), "There is no such request: the request has no `principal`.");
    assert_eq!(
        of_request(&request.replace("GetObject", "GetObjct")),
        "There is no such request: `s3` defines no action `GetObjct`; did you mean `s3:GetObject`?."
    );
}

#[test]
fn a_request_to_begin_with_is_one_that_the_statement_matches() {
    for (sid, says) in [("Read", "allow"), ("Secret", "deny"), ("Send", "allow")] {
        let text = REPORTS.replacen(&format!("\"{sid}\""), &format!("\"{sid}$0\""), 1);
        let (document, at) = at_cursor(&text);
        let draft = request_draft(&document, None, Some(at));
        let told = simulation(&document, None, &draft);
        assert_eq!(told.says, Some(says), "{sid}: {draft}\n{}", told.markdown);
        let names = parts(&document, &told.statements);
        assert!(names.iter().any(|text| text.contains(sid)), "{sid}: {draft}");
    }
    let draft = request_draft(&document(REPORTS), None, None);
    assert_eq!(simulation(&document(REPORTS), None, &draft).says, Some("allow"));
}

#[test]
fn a_policy_of_any_kind_can_be_asked() {
    let scp = statement(r#""Effect": "Deny", "Action": "s3:PutObject", "Resource": "*""#);
    let scp = named("scp/x.json", &scp);
    let draft = request_draft(&scp, None, None);
    assert_eq!(simulation(&scp, None, &draft).says, Some("deny"), "{draft}");
    let trust = document(&statement(
        r#""Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole""#,
    ));
    let draft = request_draft(&trust, None, None);
    assert_eq!(simulation(&trust, None, &draft).says, Some("allow"), "{draft}");
    let broken = document("{\"Version\": \"2012-10-17\", \"Statement\": [{\"Eff");
    assert!(request_draft(&broken, None, Some(5)).contains("\"s3:GetObject\""));
}

#[test]
fn claims_are_proved_or_refuted_by_a_request() {
    let document = document(REPORTS);
    let told = |wanted: Claim| claim(&document, None, &wanted, None);
    let of = |action: &str| Access { actions: vec![action.to_owned()], resources: vec![] };
    let proved = told(Claim::AccessNotGranted(of("iam:*")));
    assert_eq!(proved, "# Proved\n\nOf all requests: none of that access is granted.\n");
    let refuted = told(Claim::AccessNotGranted(of("sqs:*")));
    assert!(
        refuted
            .starts_with("# Refuted\n\nIt does not hold: a request for that access is allowed.\n")
    );
    assert!(refuted.contains("\nStatement 3 `Send` matches it:\n"), "{refuted}");
    assert!(!refuted.contains("Statement 1"), "{refuted}");
    let request = refuted.split("```json\n").last().and_then(|rest| rest.split("```").next());
    let told = simulation(&document, None, request.expect("a request"));
    assert_eq!(told.says, Some("allow"), "a request that refutes can be simulated");
}

#[test]
fn claims_about_what_was_there_before_need_it() {
    let (old, new) = (document(&REPORTS.replace("s3:Get*", "s3:GetObject")), document(REPORTS));
    let grown = claim(&new, None, &Claim::NoNewAccess, Some(&old));
    assert!(grown.starts_with("# Refuted"), "{grown}");
    assert!(grown.contains("Statement 1 `Read` matches it"), "{grown}");
    assert!(claim(&old, None, &Claim::NoNewAccess, Some(&new)).starts_with("# Proved"));
    assert!(claim(&old, None, &Claim::Equivalent, Some(&new)).starts_with("# Refuted"));
    assert!(claim(&new, None, &Claim::Equivalent, Some(&new)).starts_with("# Proved"));
    let without = claim(&new, None, &Claim::NoNewAccess, None);
    assert!(without.ends_with("there is no older text to compare with.\n"), "{without}");
    let gone = claim(&new, Some("/nowhere"), &Claim::AlwaysDenied, None);
    assert!(gone.ends_with("of this text, there is no such policy.\n"), "{gone}");
}
