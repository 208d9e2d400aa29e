//! Standard streams: closed pipes, colour.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::program::{folder, keyaki, told};

/// A policy with so many findings that a pipe cannot take them at once.
fn many_findings() -> String {
    let actions: Vec<String> = (0..1500).map(|i| format!("\"s3:Nothing{i}\"")).collect();
    let actions = actions.join(",\n");
    format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": [\n{{\"Effect\": \"Allow\", \
         \"Resource\": \"*\", \"Action\": [\n{actions}\n]}}]}}"
    )
}

#[test]
fn a_closed_pipe_is_no_error() {
    for format in ["concise", "json", "sarif", "full"] {
        let place = folder("closed-pipe");
        fs::write(place.join("p.json"), many_findings()).expect("the policy can be written");
        let mut command = keyaki(&place, &["check", "--format", format, "p.json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdout = child.stdout.take().expect("standard output is a pipe");
        let mut first = [0; 10];
        stdout.read_exact(&mut first).expect("something is written");
        drop(stdout);
        let output = child.wait_with_output().expect("the program ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{format}: {stderr}");
        assert!(!stderr.contains("error:"), "{format}: {stderr}");
    }
}

#[test]
fn output_is_coloured_when_asked_for_and_only_then() {
    let place = folder("colour");
    fs::write(place.join("p.json"), "{\"Statement\": [,]}").expect("the policy can be written");
    for (arguments, coloured) in [
        (&["check", "--color", "always", "p.json"][..], true),
        (&["check", "--color", "auto", "p.json"], false),
        (&["check", "--color", "never", "p.json"], false),
        (&["check", "--color", "always", "--format", "json", "p.json"], false),
    ] {
        let (stdout, _, _) = told(&place, arguments);
        assert_eq!(stdout.contains('\x1b'), coloured, "{arguments:?}");
    }
}

#[test]
fn the_order_of_output_does_not_depend_on_the_number_of_threads() {
    let place = folder("threads");
    for i in 0..100 {
        let text = format!("{{\"Statement\": {{\"Action\": \"s3:Nothing{i}\"}}}}");
        fs::write(place.join(format!("{i}.json")), text).expect("the policy can be written");
    }
    let with = |jobs| told(&place, &["check", "--format", "concise", "--jobs", jobs]);
    let one = with("1");
    assert!(one.0.lines().count() >= 100);
    assert_eq!(one, with("7"));
}

/// Terraform with three hundred policies, with this in the place of a resource.
fn terraform(resource: &str) -> String {
    let policy = |i| {
        format!(
            "resource \"aws_iam_policy\" \"p{i}\" {{\n  policy = jsonencode({{\n    Statement = \
             [{{ Effect = \"Allow\", Action = \"s3:Nothing{i}\", Resource = {resource} }}]\n  \
             }})\n}}\n"
        )
    };
    (0..300).map(policy).collect()
}

/// YAML with a hundred policies.
fn yaml() -> String {
    let policy = |i| {
        format!(
            "- PolicyDocument:\n    Version: \"2012-10-17\"\n    Statement:\n    - Effect: \
             Allow\n      Action: s3:Nothing{i}\n      Resource: !Sub \"${{A}}-{i}\"\n"
        )
    };
    (0..100).map(policy).collect()
}

/// Local values each of which has twice as much in it as the one before: for few policies that
/// refer to the last one all of it is worked out.
fn doubling() -> String {
    let local = |i| format!("  l{} = [local.l{i}, local.l{i}]\n", i + 1);
    let locals: String = (0..10).map(local).collect();
    format!("locals {{\n  l0 = [1]\n{locals}}}\n")
}

#[test]
fn neither_do_the_policies_of_one_long_file() {
    let place = folder("threads-inside");
    for (name, text) in [
        ("a.tf", terraform("\"*\"")),
        ("b.tf", doubling() + &terraform("local.l10")),
        ("c.yaml", yaml()),
    ] {
        fs::write(place.join(name), &text).expect("the file can be written");
        let with = |jobs| told(&place, &["check", "--format", "concise", "--jobs", jobs, name]);
        let one = with("1");
        assert!(one.0.lines().count() >= 20, "{}", one.0);
        assert_eq!(one, with("7"));
        assert_eq!(one, told(&place, &["check", "--format", "concise", name]));
    }
}
