//! Findings about files rather than about policies.

use keyaki_diag::{Confidence, Finding, Level, Persona, Place, RuleMeta, TextRange};

/// A file that cannot be read.
pub static UNREADABLE_FILE: RuleMeta = RuleMeta {
    name: "unreadable-file",
    aws_code: None,
    replaces: &[],
    level: Level::Error,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A file or folder that cannot be read.

Its policies were not checked, so the run says nothing about them:
the exit code is 2, whatever was found elsewhere.
The same is said of links that lead back to a folder above them,
of files of more than 64 MiB, and of files that change while they are read.

## When to ignore it
Never; leave the file out of the run instead.
",
};

/// A file without a policy.
pub static NO_POLICY: RuleMeta = RuleMeta {
    name: "no-policy",
    aws_code: None,
    replaces: &[],
    level: Level::Error,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A file that was named on the command line and holds no policy.

A policy is an object with a `Statement`,
on its own, inside an answer of an AWS interface, or as text inside a string.
Files without one that are found while a folder is searched are left out without a word.

## When to ignore it
Never; leave the file out of the run instead.
",
};

/// A finding of that rule about the file as a whole.
pub(crate) fn about_file(rule: &'static RuleMeta, message: String) -> Finding {
    let place = Place { range: TextRange::default(), pointer: String::new(), label: String::new() };
    Finding {
        rule,
        level: rule.level,
        confidence: rule.confidence,
        message,
        places: vec![place],
        notes: Vec::new(),
        fixes: Vec::new(),
    }
}
