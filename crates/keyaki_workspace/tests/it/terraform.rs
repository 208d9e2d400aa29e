//! Terraform: modules of several files, and texts that are broken or too much.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keyaki_diag::{LineIndex, TextRange};
use keyaki_lint::Selection;
use keyaki_workspace::{CheckedFile, check, check_text, discover};

use crate::templates::options;

/// The findings of a file, each with its line, its rule and what it points at.
pub(crate) fn told(file: &CheckedFile) -> Vec<String> {
    let lines = LineIndex::new(&file.text);
    let line = |range: TextRange| lines.line_column(&file.text, range.start).line;
    let text = |range: TextRange| range.slice(&file.text).lines().next().unwrap_or_default();
    let one = |f: &keyaki_diag::Finding| {
        format!("{} {} {}", line(f.range()), f.rule.name, text(f.range()))
    };
    file.findings().map(one).collect()
}

pub(crate) fn found(text: &str) -> Vec<String> {
    let start = Instant::now();
    let options = options(&Selection::default());
    let found = told(&check_text(Path::new("nowhere/a.tf"), text.as_bytes(), &options));
    assert!(start.elapsed() < Duration::from_secs(30));
    found
}

/// A folder with these files.
pub(crate) fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// The findings of all files of a folder, under their names.
pub(crate) fn of_folder(folder: &Path, names: &[&str]) -> Vec<String> {
    let paths: Vec<PathBuf> = match names {
        [] => vec![folder.to_owned()],
        names => names.iter().map(|name| folder.join(name)).collect(),
    };
    let files = check(&discover(&paths), &options(&Selection::default()));
    let name = |file: &CheckedFile| {
        Path::new(&file.path).file_name().map(|n| n.to_string_lossy().into_owned())
    };
    let of = |file: &CheckedFile| {
        let name = name(file).unwrap_or_default();
        told(file).into_iter().map(move |told| format!("{name}:{told}")).collect::<Vec<_>>()
    };
    files.iter().flat_map(of).collect()
}

const BASE: &str = r#"
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Base"
    actions   = ["s3:NoSuch"]
    resources = ["*"]
  }
}
"#;

const MAIN: &str = r#"
data "aws_iam_policy_document" "merged" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    actions   = local.actions
    resources = ["*"]
  }
}
resource "aws_iam_policy" "a" {
  policy = data.aws_iam_policy_document.merged.json
}
"#;

#[test]
fn what_another_file_says_is_told_where_it_is_used() {
    let locals = "locals {\n  actions = [\"sqs:NoSuch\"]\n}\n";
    let module = folder("module", &[("base.tf", BASE), ("locals.tf", locals), ("main.tf", MAIN)]);
    assert_eq!(
        of_folder(&module, &["main.tf"]),
        [
            "main.tf:3 invalid-action data.aws_iam_policy_document.base.json",
            "main.tf:5 invalid-action local.actions",
        ]
    );
    // A document of a file that is checked in the same run is told there.
    assert_eq!(
        of_folder(&module, &[]),
        ["base.tf:5 invalid-action \"s3:NoSuch\"", "main.tf:5 invalid-action local.actions",]
    );
}

#[test]
fn a_document_is_of_the_kind_that_it_is_used_as() {
    let trust = BASE.replace("s3:NoSuch", "sts:AssumeRole").replace("base", "trust");
    let used = "resource \"aws_iam_role\" \"r\" {\n  \
                assume_role_policy = data.aws_iam_policy_document.trust.json\n}\n";
    let module = folder("kinds", &[("trust.tf", &trust), ("role.tf", used)]);
    let found = of_folder(&module, &["trust.tf"]);
    assert!(found.iter().any(|f| f.contains("missing-principal")), "{found:?}");
    let iot =
        used.replace("aws_iam_role", "aws_iot_policy").replace("assume_role_policy", "policy");
    let base = BASE.replace("base", "trust");
    let module = folder("iot", &[("trust.tf", &base), ("role.tf", &iot)]);
    assert_eq!(of_folder(&module, &[]), Vec::<String>::new());
}

#[test]
fn files_are_read_below_the_module() {
    let policy = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iam:NoSuch", "Resource": "*"}]}"#;
    let main = "resource \"aws_iam_policy\" \"p\" {\n  policy = file(\"${path.module}/in/p.txt\")\n}\n\
                resource \"aws_iam_policy\" \"q\" {\n  policy = file(\"/in/p.txt\")\n}\n\
                resource \"aws_iam_policy\" \"r\" {\n  policy = file(\"in\")\n}\n";
    let module = folder("files", &[("main.tf", main), ("in/p.txt", policy)]);
    let expected = ["main.tf:2 invalid-action file(\"${path.module}/in/p.txt\")"];
    assert_eq!(of_folder(&module, &[]), expected);
    let json = main.replace("p.txt", "p.json");
    let module = folder("files", &[("main.tf", &json), ("in/p.json", policy)]);
    assert_eq!(of_folder(&module, &[]), ["p.json:2 invalid-action \"iam:NoSuch\""]);
}

#[test]
fn broken_terraform_is_told_with_its_place() {
    let rules = |text: &str| -> Vec<String> {
        let place = |f: String| f.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
        found(text).into_iter().map(place).collect()
    };
    let texts = [
        "a = 1\nb = [\n",
        "a = 1\nb = [1 2]\n",
        "a = \"${b\"\n",
        "a = <<E\n{\n",
        "resource \"a\" {\n  b = = 1\n}\n",
        "\u{feff}a = 1\n",
        "",
    ];
    let told: Vec<String> = texts.into_iter().flat_map(rules).collect();
    let expected = [
        "2 unreadable-template",
        "2 unreadable-template",
        "1 unreadable-template",
        "2 unreadable-template",
        "2 unreadable-template",
        "1 no-policy",
        "1 no-policy",
    ];
    assert_eq!(told, expected);
    let module = folder("broken", &[("a.tf", "locals {\n  policy = {\n"), ("base.tf", BASE)]);
    assert_eq!(of_folder(&module, &[]), ["base.tf:5 invalid-action \"s3:NoSuch\""]);
    let module = folder("broken", &[("a.tf", &BASE.replace(']', "")), ("base.tf", BASE)]);
    let told = of_folder(&module, &[]);
    assert!(told[0].starts_with("a.tf:6 unreadable-template") && told.len() == 2, "{told:?}");
}

#[test]
fn deep_nesting_is_told() {
    for deep in [
        "a = ".to_owned() + &"[".repeat(100_000),
        "a = ".to_owned() + &"!".repeat(100_000) + "true",
        "a = ".to_owned() + &"\"${".repeat(100_000),
        "a = ".to_owned() + &"b ? ".repeat(100_000),
        "a = ".to_owned() + &"b + ".repeat(100_000) + "1",
        "a {\n".repeat(100_000),
        format!("a = <<E\n{}\nE\n", "%{ if b }".repeat(100_000)),
    ] {
        let found = found(&deep);
        assert!(found.len() == 1 && found[0].contains("unreadable-template"), "{found:?}");
    }
}

#[test]
fn references_that_multiply_are_cut_short() {
    let mut bomb = String::from("locals {\n  a0 = [\"x\", \"x\", \"x\", \"x\"]\n");
    for i in 1..30 {
        let items = vec![format!("local.a{}", i - 1); 10].join(", ");
        bomb += &format!("  a{i} = flatten([{items}])\n");
    }
    bomb += "  b = [for x in local.a9 : [for y in local.a9 : [x, y, local.a9]]]\n";
    bomb += "  self = [local.self, local.self]\n}\n";
    for list in ["local.a29", "local.b", "local.self"] {
        let policy = MAIN.replace("local.actions", list);
        let found = found(&format!("{bomb}{policy}"));
        assert!(found.iter().all(|f| !f.contains("unreadable")), "{found:?}");
    }
    let cycle = MAIN.replace(".base.", ".merged.");
    assert_eq!(found(&cycle), Vec::<String>::new());
}

#[test]
fn huge_objects_are_refused() {
    let names: String = (0..100_000).map(|i| format!("a{i}=1,")).collect();
    let found = found(&format!("locals {{\n  a = {{{names}}}\n}}\n"));
    assert!(found.len() == 1 && found[0].starts_with("2 unreadable-template"), "{found:?}");
}

#[test]
fn many_blocks_take_no_longer_than_their_length() {
    let blocks: String = (0..2_000)
        .map(|i| {
            format!("    principals {{\n      type = \"T{i}\"\n      identifiers = []\n    }}\n")
        })
        .collect();
    let statements: String = (0..2_000)
        .map(|i| {
            format!("  statement {{\n    sid = \"S{i}\"\n    actions = [\"s3:GetObject\"]\n  }}\n")
        })
        .collect();
    let loops = "dynamic \"condition\" {\nfor_each = statement.value\ncontent {\ntest = condition.key\n}\n}\n".repeat(2_000);
    for text in [
        format!(
            "data \"aws_iam_policy_document\" \"a\" {{\ndynamic \"statement\" {{\nfor_each = var.a\ncontent {{\n{loops}}}\n}}\n}}\n"
        ),
        format!("data \"aws_iam_policy_document\" \"a\" {{\n  statement {{\n{blocks}  }}\n}}\n"),
        format!("data \"aws_iam_policy_document\" \"a\" {{\n{statements}}}\n"),
        "# keyaki: ignore[invalid-action] x\n".repeat(30_000) + BASE,
    ] {
        let _ = found(&text);
    }
}

#[test]
fn resources_of_one_address_are_told() {
    let policy = "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"*\" }] })";
    let one = format!("resource \"aws_iam_policy\" \"p\" {{\n{policy}\n}}\n");
    assert_eq!(found(&format!("{one}{one}")), ["4 duplicate-resource \"p\""]);
}

#[test]
fn an_address_of_another_file_is_told_in_the_later_one() {
    let of = |kind: &str, name: &str| format!("resource \"{kind}\" \"{name}\" {{\n}}\n");
    let (bucket, policy) = (of("aws_s3_bucket", "b"), BASE);
    let files = [
        ("a.tf", format!("{bucket}{policy}")),
        (
            "b.tf",
            format!("\n{}{bucket}{}", of("aws_s3_bucket", "c"), policy.replace("base", "own")),
        ),
        ("c.tf", of("aws_s3_bucket", "c") + &policy.replace("base", "other")),
        ("c_override.tf", bucket.clone() + policy),
    ];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let module = folder("addresses", &files);
    let duplicates = |names: &[&str]| {
        let mut all = of_folder(&module, names);
        all.retain(|told| told.contains("duplicate-resource"));
        all
    };
    let expected = ["b.tf:4 duplicate-resource \"b\"", "c.tf:1 duplicate-resource \"c\""];
    assert_eq!(duplicates(&[]), expected);
    // It does not matter which files are checked.
    assert_eq!(duplicates(&["b.tf"]), expected[..1]);
    assert_eq!(duplicates(&["a.tf", "c_override.tf"]), Vec::<String>::new());
    // Where there is `a.tofu`, OpenTofu does not read `a.tf`.
    let both = folder("tofu", &[("a.tf", policy), ("a.tofu", policy)]);
    assert!(of_folder(&both, &[]).iter().all(|told| !told.contains("duplicate")));
}

#[test]
fn policies_in_functions_that_are_not_worked_out_are_found() {
    let policy = "jsonencode({\nVersion = \"2012-10-17\"\nStatement = [{ Effect = \"Allow\", Action = \"s3:NoSuch\", Resource = \"*\" }]\n})";
    for value in [
        format!("try({policy}, null)"),
        format!("coalesce(var.p, {policy})"),
        format!("var.x == 1 ? {policy} : null"),
        format!("try(var.x ? {policy} : null, \"\")"),
    ] {
        let text = format!("resource \"aws_iam_policy\" \"p\" {{\npolicy = {value}\n}}\n");
        assert_eq!(found(&text), ["4 invalid-action \"s3:NoSuch\""], "{value}");
    }
}

#[test]
fn a_heredoc_that_is_no_json_is_told_at_its_place() {
    let text = |resource: &str, end: &str| {
        format!(
            "resource \"aws_iam_policy\" \"p\" {{\npolicy = <<E\n{{\"Version\": \"2012-10-17\",\n\"Statement\": [{{\"Effect\": \"Allow\",\n\"Action\": \"s3:GetObject\"{end}\n\"Resource\": {resource}}}]}}\nE\n}}\n"
        )
    };
    let lines = |text: &str| {
        let all = found(text).into_iter();
        all.map(|told| told.split(' ').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&text("\"*\"", "")), ["5"]);
    assert_eq!(lines(&text("\"${var.a}\"", "")), ["5"]);
    // What is written around a value that is not known is left alone.
    assert_eq!(found(&text("${jsonencode(var.a)}", ",")), Vec::<String>::new());
    let each = "${var.a} %{ for a in var.b }\"${a}\"%{ endfor }";
    assert_eq!(found(&text(each, ",")), ["1 no-policy "]);
    assert_eq!(
        found(&text("${jsonencode(var.a)}", ",").replace("GetObject", "NoSuch")),
        ["5 invalid-action \"s3:NoSuch\""]
    );
}
