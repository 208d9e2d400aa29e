//! The templates under `testdata/templates`, each with what is found in it.
//!
//! A line of `NAME.expected` is a finding: where it starts, its rule, and the text it points at.
//! `UPDATE=1` writes these files anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use keyaki_diag::LineIndex;
use keyaki_lint::{Linter, Selection};
use keyaki_workspace::{CheckedFile, Options, check_text};

/// A folder, by its path from the top of the repository.
pub(crate) fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

pub(crate) fn options(selection: &Selection) -> Options<'static> {
    Options {
        kind: None,
        resource_type: None,
        linter: Linter::new(selection),
        catalog: keyaki_catalog::embedded(),
        jobs: None,
        config: None,
    }
}

fn described(file: &CheckedFile) -> String {
    let lines = LineIndex::new(&file.text);
    let mut out = String::new();
    for document in &file.documents {
        for finding in &document.findings {
            let at = lines.line_column(&file.text, finding.range().start);
            let text = finding.range().slice(&file.text).replace('\n', "⏎");
            let text: String = text.chars().take(60).collect();
            let _ = writeln!(out, "{}:{} {} `{text}`", at.line, at.column, finding.rule.name);
        }
    }
    out
}

#[test]
fn findings_point_at_the_text_of_the_template() {
    let options = options(&Selection::default());
    let mut stale = Vec::new();
    let mut names: Vec<_> = fs::read_dir(folder("testdata/templates"))
        .expect("the templates")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|e| e != "expected"))
        .collect();
    names.sort();
    assert!(names.len() >= 8);
    for path in names {
        let text = fs::read(&path).expect("the template");
        let found = described(&check_text(&path, text, &options));
        let expected = path.with_file_name(format!(
            "{}.expected",
            path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default()
        ));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &found).expect("the file of findings");
        }
        if fs::read_to_string(&expected).unwrap_or_default() != found {
            stale.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn holes_are_never_wrong() {
    let text = fs::read(folder("testdata/templates/holes.yaml")).expect("the template");
    let everything = Selection::new(keyaki_diag::Persona::Auditor, &[], &[]);
    let options = options(&everything.expect("a selection"));
    let file = check_text(Path::new("holes.yaml"), text, &options);
    assert_eq!(described(&file), "");
    assert!(file.documents.len() >= 4);
}

#[test]
fn a_fix_is_proved_whatever_fills_the_holes() {
    let yaml = |sid: &str, range: &str| {
        format!(
            "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
             PolicyDocument:\n        Version: 2012-10-17\n        Statement:\n        \
             - Sid: {sid}\n          Effect: Allow\n          Action: s3:GetObject\n          \
             Resource: !Sub 'arn:aws:s3:::${{Name}}/*'\n          \
             Condition: {{IpAddress: {{aws:SourceIp: {range}}}}}\n"
        )
    };
    let options = options(&Selection::default());
    let up_to = keyaki_diag::Applicability::Safe;
    let before = yaml("read-all", "198.51.100.1/24");
    let fixed = keyaki_workspace::fix(Path::new("a.yaml"), &before, &options, up_to);
    assert_eq!((fixed.applied, &*fixed.text), (2, &*yaml("readAll", "198.51.100.0/24")));
}

#[test]
fn fixes_are_offered_for_the_text_of_the_template() {
    let yaml = "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
                PolicyDocument:\n        Version: 2012-10-17\n        Statement:\n        \
                - Effect: Deny\n          Action: [s3:GetObjekt, 's3:PutObjekt']\n          \
                Resource: !Sub 'arn:aws:s3:::${Name}/*'\n";
    let options = options(&Selection::default());
    let file = check_text(Path::new("a.yaml"), yaml.as_bytes(), &options);
    let edits = file.findings().flat_map(|f| &f.fixes).flat_map(|fix| &fix.edits);
    let edits: Vec<_> = edits.map(|e| (e.range.slice(yaml), &*e.replacement)).collect();
    assert_eq!(edits, [("s3:GetObjekt", "s3:GetObject"), ("s3:PutObjekt", "s3:PutObject")]);
    // What was denied under the wrong names is denied no longer, so that both are left out.
    let up_to = keyaki_diag::Applicability::Unsafe;
    let fixed = keyaki_workspace::fix(Path::new("a.yaml"), yaml, &options, up_to);
    assert_eq!((fixed.applied, fixed.withheld, &*fixed.text), (0, 2, yaml));
}
