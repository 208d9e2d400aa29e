//! Texts far larger than any that AWS takes. Their check must take a time in proportion to them.
//!
//! The bound is generous: without optimisation and on a busy machine each of these takes a few
//! seconds, and one step that compares everything with everything takes many minutes.

use std::time::{Duration, Instant};

use crate::program::{folder, keyaki, run};

const BOUND: Duration = Duration::from_secs(100);

/// Checks a text and counts its findings.
fn count_findings(kind: &str, format: &str, text: &str) -> usize {
    count_for("regular", kind, format, text)
}

/// The same for a persona.
fn count_for(persona: &str, kind: &str, format: &str, text: &str) -> usize {
    let place = folder(&format!("size-{kind}-{format}-{}", text.len()));
    let start = Instant::now();
    let output = run(
        keyaki(&place, &["check", "--persona", persona, "--kind", kind, "--format", format, "-"]),
        text.as_bytes(),
    );
    assert!(start.elapsed() < BOUND, "{} bytes took {:?}", text.len(), start.elapsed());
    assert_eq!(output.status.code(), Some(1));
    let output = String::from_utf8(output.stdout).expect("the program writes UTF-8");
    output.matches("error[").count() + output.matches("suggestion[").count()
}

/// A list of so many strings, without line breaks.
fn list(length: usize, entry: impl Fn(usize) -> String) -> String {
    let entries: Vec<String> = (0..length).map(|i| format!("\"{}\"", entry(i))).collect();
    entries.join(",")
}

fn policy(elements: &str) -> String {
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":{{\"Effect\":\"Allow\",{elements}}}}}")
}

#[test]
fn sixty_thousand_unknown_services_and_keys_on_one_line() {
    let actions = list(60_000, |i| format!("nosuch{i}é:Do{i}"));
    let keys = list(60_000, |i| format!("nokey{i}:Thing\":\"v"));
    let condition = format!("\"Condition\":{{\"StringEquals\":{{{keys}}}}}");
    let text = policy(&format!("\"Action\":[{actions}],\"Resource\":\"*\",{condition}"));
    assert_eq!(count_findings("identity", "concise", &text), 120_000);
}

#[test]
fn thousands_of_findings_far_down_in_a_text() {
    let actions = list(6_000, |i| format!("nosuch{i}:Do{i}")).replace(',', ",\n");
    let long = "x".repeat(1_000);
    let text = policy(&format!(
        "{}\"Action\":[{actions}],\"Resource\":\"arn:aws:s3:::{long}\"",
        "\n".repeat(100_000)
    ));
    assert_eq!(count_findings("identity", "full", &text), 6_000);
}

#[test]
fn thousands_of_tests_that_may_contradict_each_other() {
    let keys = list(30_000, |i| format!("aws:PrincipalTag/t{i}\":\"*"));
    let condition = format!("\"Condition\":{{\"StringLike\":{{{keys}}}}}");
    let text = policy(&format!("\"Action\":\"s3:GetObject\",\"Resource\":\"*\",{condition}"));
    assert_eq!(count_for("pedantic", "identity", "concise", &text), 30_000);
}

#[test]
fn thousands_of_resources_with_variables_of_their_own() {
    let resources = list(30_000, |i| format!("arn:aws:s3:::b/${{aws:nope{i}}}/x"));
    let text = policy(&format!("\"Action\":\"nosuch:GetObject\",\"Resource\":[{resources}]"));
    assert_eq!(count_findings("identity", "concise", &text), 1);
}

#[test]
fn thousands_of_wildcards_that_may_cover_each_other() {
    let actions = list(30_000, |i| match i % 2 {
        0 => format!("s3:*a{i}*"),
        _ => format!("s3:Get{i}"),
    });
    let text = policy(&format!("\"Action\":[{actions}],\"Resource\":\"*\""));
    assert!(count_findings("identity", "concise", &text) >= 15_000);
}

#[test]
fn thousands_of_policies_in_a_text_full_of_mistakes() {
    let policy = policy("\"Action\":\"nosuch:x\",\"Resource\":\"*\"").replace("}}", "},}");
    let text = format!("[{}]", vec![policy; 10_000].join(","));
    assert!(count_findings("identity", "concise", &text) >= 10_000);
}

#[test]
fn thousands_of_identity_providers() {
    let issuer = |i| format!("token.actions.a{i}.ghe.com");
    let principals =
        list(10_000, |i| format!("arn:aws:iam::111122223333:oidc-provider/{}", issuer(i)));
    let keys = list(10_000, |i| format!("{}:nosuch\":\"x", issuer(i)));
    let condition = format!("\"Condition\":{{\"Nope\":{{{keys}}}}}");
    let text = policy(&format!(
        "\"Action\":\"sts:AssumeRoleWithWebIdentity\",\
         \"Principal\":{{\"Federated\":[{principals}]}},{condition}"
    ));
    assert!(count_findings("trust", "concise", &text) >= 1);
}
