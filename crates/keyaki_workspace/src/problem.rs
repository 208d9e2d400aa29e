//! Findings about files rather than about policies.

use keyaki_diag::{Confidence, Finding, Level, Persona, Place, RuleMeta, TextRange};

/// A file that cannot be read.
pub(crate) static UNREADABLE_FILE: RuleMeta = RuleMeta {
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

/// A template that cannot be read.
pub(crate) static UNREADABLE_TEMPLATE: RuleMeta = RuleMeta {
    name: "unreadable-template",
    aws_code: None,
    replaces: &[],
    level: Level::Error,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A template whose text cannot be read: YAML or Terraform with a mistake, with values that nest too
deeply, or with references that stand for more than is read.

Its policies were not checked, or not all of them.
A file that is found while a folder is searched is passed over in silence
if it is written for a template engine, with `{{`, or if nothing in it looks like a policy.

## When to ignore it
Never; leave the file out of the run instead.
",
};

/// A resource of a template whose name is taken.
pub(crate) static DUPLICATE_RESOURCE: RuleMeta = RuleMeta {
    name: "duplicate-resource",
    aws_code: None,
    replaces: &[],
    level: Level::Error,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A resource of a template with the logical id of another one, or of Terraform with its address.

Of two resources of one name, a reader of YAML or JSON keeps the last without a word,
and a policy of the first is not deployed; Terraform refuses both.
It is told in templates with policies, for the names of one file, and in Terraform's language for
those of all files of a folder: in the file whose name comes later.
Files that override others, such as `override.tf`, repeat addresses on purpose.

## When to ignore it
Never; give one of them another name.
",
};

/// A file without a policy.
pub(crate) static NO_POLICY: RuleMeta = RuleMeta {
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

/// A suppression that silences nothing.
pub(crate) static UNUSED_SUPPRESSION: RuleMeta = RuleMeta {
    name: "unused-suppression",
    aws_code: None,
    replaces: &[],
    level: Level::Warning,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A suppression for which there is no finding any more: in `keyaki.toml`, in a comment of a template,
or in the `Metadata` of one.

It is reported when a file was checked to which the suppression applies.
The next mistake of the same kind would be silenced by it, unseen.
A comment that silences nothing because its reason is missing, or its rule does not exist,
is reported, too.

## When to ignore it
When the run leaves out the rule, by `--select` or `--ignore`.
",
};

/// A suppression whose day is over.
pub(crate) static EXPIRED_SUPPRESSION: RuleMeta = RuleMeta {
    name: "expired-suppression",
    aws_code: None,
    replaces: &[],
    level: Level::Warning,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A suppression in `keyaki.toml` whose `expires` is over.

The finding that it silenced is reported again.

## When to ignore it
Never; mend the policy, or look at the finding again and set another day.
",
};

/// What is found about files, whatever rules are selected.
pub static ABOUT_FILES: [&RuleMeta; 6] = [
    &UNREADABLE_FILE,
    &UNREADABLE_TEMPLATE,
    &DUPLICATE_RESOURCE,
    &NO_POLICY,
    &UNUSED_SUPPRESSION,
    &EXPIRED_SUPPRESSION,
];

/// A finding of that rule about the file as a whole.
pub(crate) fn about_file(rule: &'static RuleMeta, message: String) -> Finding {
    at(rule, message, TextRange::default())
}

/// A finding of that rule at a range of the file.
pub(crate) fn at(rule: &'static RuleMeta, message: String, range: TextRange) -> Finding {
    let place = Place { range, pointer: String::new(), label: String::new() };
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
