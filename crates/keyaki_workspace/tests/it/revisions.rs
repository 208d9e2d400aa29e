//! What counts as the same in two revisions of a module of Terraform, and what nobody can tell.

use keyaki_workspace::{Gathered, Side};

use crate::modules::{allow, names, no_more, side_in, with};
use crate::twins::json_of;

type Files<'f> = [(&'f str, &'f str)];

fn of(files: &Files<'_>, origin: &str) -> Gathered {
    side_in(files, "aws_iam_role.r", Side::Identity, origin)
}

/// Whether a role of a module may do no more than before.
fn between(old: &Files<'_>, new: &Files<'_>) -> String {
    no_more(&of(old, "old").open, &of(new, "new").open).name().to_owned()
}

fn changed(old: &str, new: &str) -> String {
    between(&[("a/main.tf", old)], &[("a/main.tf", new)])
}

/// A role with a policy, and the rest of its module.
fn with_policy(policy: &str, rest: &str) -> String {
    let inline = format!("inline_policy {{\npolicy = {policy}\n}}");
    with(&inline, rest)
}

fn on(resource: &str, rest: &str) -> String {
    with_policy(&allow("s3:GetObject", resource), rest)
}

/// Whether what a role may do is some of what an action allows.
fn is_at_most(action: &str, text: &str) -> String {
    changed(&with_policy(&allow(action, "*"), ""), text)
}

fn doing(action: &str, rest: &str) -> String {
    with_policy(&allow(action, "*"), rest)
}

#[test]
fn every_argument_may_make_another_value() {
    let cases = [
        (
            "aws_elasticache_user.x.arn",
            "resource \"aws_elasticache_user\" \"x\" {\nuser_id = \"V\"\n}",
        ),
        (
            "aws_ses_domain_identity.x.arn",
            "resource \"aws_ses_domain_identity\" \"x\" {\ndomain = \"V\"\n}",
        ),
        (
            "aws_ecs_service.x.id",
            "resource \"aws_ecs_service\" \"x\" {\nname = \"x\"\ncluster = \"V\"\n}",
        ),
        ("aws_s3_bucket.x.tags.t", "resource \"aws_s3_bucket\" \"x\" {\ntags = { t = \"V\" }\n}"),
        ("data.aws_vpc.x.id", "data \"aws_vpc\" \"x\" {\ntags = { Name = \"V\" }\n}"),
    ];
    for (value, block) in cases {
        let text = |to: &str| on(&format!("${{{value}}}"), &block.replace('V', to));
        assert_eq!(changed(&text("a"), &text("a")), "proved", "{value}");
        assert_eq!(changed(&text("a"), &text("b")), "undecided", "{value}");
    }
    // Tags make no name.
    let text = |tag: &str| {
        on(
            "${aws_s3_bucket.x.arn}",
            &format!("resource \"aws_s3_bucket\" \"x\" {{\ntags = {{ t = \"{tag}\" }}\n}}"),
        )
    };
    assert_eq!(changed(&text("a"), &text("b")), "proved");
}

#[test]
fn what_is_in_files_may_be_another_value() {
    for kind in ["local_file", "external", "http", "archive_file"] {
        let block = format!("data \"{kind}\" \"x\" {{\nfilename = \"p\"\n}}");
        let text = with_policy(&format!("data.{kind}.x.content"), &block);
        assert_eq!(changed(&text, &text), "undecided", "{kind}");
    }
    // What is on disk belongs to no given texts.
    let files = [("main.tf", &*with_policy("file(\"Cargo.toml\")", ""))];
    assert_eq!(between(&files, &files), "undecided");
}

#[test]
fn a_module_is_the_same_if_it_says_all_by_itself() {
    let call = with("", "module \"m\" {\nsource = \"./m\"\nrole = aws_iam_role.r.name\n}");
    let module = |policy: &str| {
        format!("resource \"aws_iam_role_policy\" \"p\" {{\nrole = var.role\npolicy = {policy}\n}}")
    };
    let with_module = |text: &str, other: &str| {
        between(
            &[("a/main.tf", &call), ("a/m/main.tf", text)],
            &[("a/main.tf", &call), ("a/m/main.tf", other)],
        )
    };
    let (one, two) = (module(&allow("s3:GetObject", "*")), module(&allow("s3:*", "*")));
    assert_eq!(with_module(&one, &one), "proved");
    assert_eq!(with_module(&one, &two), "undecided");
    let of_file = module("file(\"p.json\")");
    assert_eq!(with_module(&of_file, &of_file), "undecided");
    // A folder that was not given is not looked for.
    assert_eq!(changed(&call, &call), "undecided");
}

#[test]
fn files_of_values_tell_variables_apart() {
    let text = on("${var.b}/*", "variable \"b\" {\ndefault = \"x\"\n}");
    for name in
        ["a/terraform.tfvars", "a/x.auto.tfvars", "a/terraform.tfvars.json", "a/prod.tfvars"]
    {
        let is_json = name.ends_with(".json");
        let said = |value: &str| match is_json {
            true => format!("{{\"b\": \"{value}\", \"other\": \"{value}\"}}"),
            false => format!("b = \"{value}\"\nother = \"{value}\""),
        };
        let (one, two) = (said("one"), said("two"));
        let old = [("a/main.tf", &*text), (name, &*one)];
        let new = [("a/main.tf", &*text), (name, &*two)];
        assert_eq!(between(&old, &old), "proved", "{name}");
        assert_eq!(between(&old, &new), "undecided", "{name}");
        assert_eq!(between(&old[..1], &new), "undecided", "{name}");
        // What is said of others does not count, but what is not understood may be about any.
        let other = two.replacen("two", "one", 1);
        assert_eq!(between(&old, &[old[0], (name, &other)]), "proved", "{name}");
        let broken = format!("{one}\n}}");
        assert_eq!(between(&old, &[old[0], (name, &broken)]), "undecided", "{name}");
    }
}

#[test]
fn the_last_file_that_terraform_reads_by_itself_counts() {
    let text = on("${var.b}/*", "variable \"b\" {}");
    let with = |files: &[(&'static str, &'static str)]| {
        let mut all = vec![("a/main.tf", text.clone())];
        all.extend(files.iter().map(|(name, said)| (*name, (*said).to_owned())));
        all
    };
    let same = |old: &[(&'static str, &'static str)], new: &[(&'static str, &'static str)]| {
        let (old, new) = (with(old), with(new));
        let files = |all: &[(&'static str, String)]| -> Vec<(&'static str, &'static str)> {
            all.iter().map(|(name, said)| (*name, &*said.clone().leak())).collect()
        };
        between(&files(&old), &files(&new))
    };
    let (first, json) = ("a/terraform.tfvars", "a/terraform.tfvars.json");
    let (early, late) = ("a/a.auto.tfvars", "a/b.auto.tfvars");
    let (one, two) = ("b = \"one\"", "b = \"two\"");
    for (before, after) in [(first, json), (json, early), (early, late)] {
        let (json_one, json_two) = ("{\"b\": \"one\"}", "{\"b\": \"two\"}");
        let said = |name: &str| if name == json { (json_one, json_two) } else { (one, two) };
        let ((before_one, before_two), (after_one, after_two)) = (said(before), said(after));
        let old = [(before, before_one), (after, after_one)];
        assert_eq!(same(&old, &[(before, before_two), (after, after_one)]), "proved", "{after}");
        assert_eq!(same(&old, &[(after, after_one)]), "proved", "{after}");
        let new = [(before, before_one), (after, after_two)];
        assert_eq!(same(&old, &new), "undecided", "{after}");
    }
}

#[test]
fn what_is_said_of_variables_is_an_example_and_proves_nothing() {
    let variable = |default: &str| format!("variable \"b\" {{\n{default}\n}}");
    let few = |text: &str, said: &str| {
        let limit = on("arn:aws:s3:::few/*", "");
        let old = [("a/main.tf", &*limit)];
        between(&old, &[("a/main.tf", text), ("a/terraform.tfvars", said)])
    };
    let text = on("arn:aws:s3:::${var.b}/*", &variable(""));
    // Whatever is said, something else may come.
    assert_eq!(few(&text, "b = \"few\""), "refuted");
    assert_eq!(few(&text, "b = \"many\""), "refuted");
    // A value of our own refutes nothing here, and one that is said does.
    let text = |default: &str| on("arn:aws:s3:::few/${var.b}x", &variable(default));
    let limit = with_policy(&allow("s3:GetObject", "arn:aws:s3:::few/var*"), "");
    let value = |default: &str, said: &str| {
        let new = text(default);
        between(&[("a/main.tf", &*limit)], &[("a/main.tf", &*new), ("a/x.auto.tfvars", said)])
    };
    assert_eq!(value("", ""), "undecided");
    assert_eq!(value("", "b = \"other\""), "refuted");
    assert_eq!(value("", "c = \"other\""), "undecided");
    assert_eq!(value("default = \"other\"", ""), "refuted");
    assert_eq!(value("default = \"other\"", "b = \"variable\""), "undecided");
    // A secret is told to nobody.
    assert_eq!(value("sensitive = true", "b = \"other\""), "undecided");
}

#[test]
fn a_statement_of_an_unknown_sid_may_replace_another() {
    let document = |sid: &str, documents: &str| {
        format!(
            r#"data "aws_iam_policy_document" "base" {{
  statement {{
    actions   = ["*"]
    resources = ["*"]
  }}
  statement {{
    sid       = "Deny"
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]
  }}
}}
data "aws_iam_policy_document" "p" {{
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  {documents}
  statement {{
    sid       = {sid}
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }}
}}"#
        )
    };
    let text = |sid: &str, documents: &str| {
        with_policy("data.aws_iam_policy_document.p.json", &document(sid, documents))
    };
    assert_eq!(is_at_most("sqs:*", &text("\"Other\"", "")), "proved");
    assert_eq!(is_at_most("sqs:*", &text("var.sid", "")), "undecided");
    assert_eq!(is_at_most("sqs:*", &text("\"${var.sid}y\"", "")), "undecided");
    let overrides = "override_policy_documents = [var.more]";
    assert_eq!(is_at_most("sqs:*", &text("\"Other\"", overrides)), "undecided");
}

#[test]
fn maps_and_sets_are_in_order_and_may_have_a_name_twice() {
    let local = |value: &str| {
        doing(
            "${local.x}",
            &format!(
                "locals {{\nm = {{ b = \"s3:GetObject\", a = \"s3:DeleteObject\" }}\nx = {value}\n}}"
            ),
        )
    };
    assert_eq!(is_at_most("s3:DeleteObject", &local("[for k, v in local.m : v][0]")), "proved");
    let set = "tolist(toset([\"s3:GetObject\", \"s3:DeleteObject\"]))[0]";
    assert_eq!(is_at_most("s3:DeleteObject", &local(set)), "proved");
    let open = "tolist(toset([\"s3:${var.x}\", \"s3:GetObject\"]))[1]";
    assert_eq!(is_at_most("s3:GetObject", &local(open)), "undecided");
    assert_eq!(is_at_most("s3:GetObject", &local("local.m[\"b\"]")), "proved");
    for map in [
        "merge({ a = \"s3:GetObject\" }, { (var.k) = \"s3:DeleteObject\" })",
        "{ a = \"s3:GetObject\", (var.k) = \"s3:DeleteObject\" }",
    ] {
        assert_eq!(is_at_most("s3:GetObject", &local(&format!("{map}.a"))), "undecided", "{map}");
    }
}

#[test]
fn functions_and_texts_beside_a_reference_may_mean_anybody() {
    let to = |role: &str, more: &str| {
        let policy = allow("s3:*", "*");
        let other = "resource \"aws_iam_role\" \"o\" {\ncount = var.n\nname = \"o\"\n}";
        let text = with(
            "name = \"r\"",
            &format!(
                "{other}\nresource \"aws_iam_role_policy\" \"q\" {{\nrole = {role}\npolicy = {policy}\n{more}\n}}"
            ),
        );
        let all = crate::modules::read(&[("a/main.tf", &text)]);
        let way =
            all.iter().find(|h| h.name == "aws_iam_role.r").expect("the role").ways[0].clone();
        way.identity.len()
    };
    for sure in [
        "aws_iam_role.o[0].name",
        "one(aws_iam_role.o[*].name)",
        "try(aws_iam_role.o[0].name, aws_iam_role.o[1].id)",
    ] {
        assert_eq!(to(sure, ""), 0, "{sure}");
    }
    for open in [
        "try(aws_iam_role.o[0].name, \"r\")",
        "replace(aws_iam_role.o[0].name, \"o\", \"r\")",
        "one(concat(aws_iam_role.o[*].name, [\"r\"]))",
        "one(aws_iam_role.o[*].description)",
        "aws_iam_role.o[0].description",
    ] {
        assert_eq!(to(open, ""), 1, "{open}");
    }
    let ignored = "lifecycle {\nignore_changes = [role]\n}";
    assert_eq!(to("aws_iam_role.o[0].name", ignored), 1);
}

#[test]
fn only_files_of_the_module_count_and_each_name_once() {
    let text = doing("${local.x}", "");
    let among = |others: &[(&str, &str)]| {
        let mut files = vec![("a/main.tf", &*text)];
        files.extend(others);
        let read = doing("s3:GetObject", "");
        between(&[("a/main.tf", &read)], &files)
    };
    let (read, all) = ("locals {\nx = \"s3:GetObject\"\n}", "locals {\nx = \"s3:*\"\n}");
    assert_eq!(among(&[("a/loc.tf", read)]), "proved");
    assert_eq!(among(&[("a/loc.tf", read), ("a/.old.tf", all)]), "proved");
    for twice in ["a/loc.tofu", "a/zz.prod_override.tf", "a/more.tf"] {
        assert_ne!(among(&[("a/loc.tf", read), (twice, all)]), "proved", "{twice}");
    }
    let both = "locals {\nx = \"s3:GetObject\"\nx = \"s3:*\"\n}";
    assert_ne!(among(&[("a/loc.tf", both)]), "proved");
}

#[test]
fn white_space_in_texts_counts() {
    let when = |value: &str, effect: &str| {
        format!(
            "var.x == \"{value}\" ? [{{ Effect = \"{effect}\", Action = \"s3:*\", Resource = \"*\" }}] : []"
        )
    };
    let text = |deny: &str| {
        let statements = format!(
            "concat([{{ Effect = \"Deny\", Action = \"s3:GetObject\", Resource = \"*\" }}], {}, {})",
            when("a  b", "Allow"),
            when(deny, "Deny")
        );
        with_policy(
            &format!("jsonencode({{ Version = \"2012-10-17\", Statement = {statements} }})"),
            "",
        )
    };
    assert_eq!(is_at_most("sqs:*", &text("a  b")), "proved");
    assert_ne!(is_at_most("sqs:*", &text("a b")), "proved");
}

#[test]
fn marks_strip_white_space() {
    let local = "locals {\na = \"s3:Delete\"\n}";
    for action in ["${local.a ~} Object", "${local.a}%{ if true ~} Object %{~ endif }"] {
        assert_eq!(is_at_most("s3:DeleteObject", &doing(action, local)), "proved", "{action}");
    }
    let same = names(&of(&[("a/main.tf", &doing("${local.a} Object", local))], "new")).len();
    assert_eq!(same, 1);
}

#[test]
fn a_module_that_is_spelled_in_json_now_is_the_same() {
    let rest = "variable \"b\" {\ntype = string\n}\nresource \"aws_sqs_queue\" \"q\" {\n\
                name = \"q\"\ndepends_on = [aws_iam_role.r]\n}";
    for resource in ["${var.b}", "${aws_sqs_queue.q.arn}", "*"] {
        let (hcl, other) = (on(resource, rest), on("arn:aws:s3:::b", rest));
        let json = json_of(&hcl).expect("a file");
        let spelled = [("a/main.tf.json", &*json)];
        assert_eq!(between(&[("a/main.tf", &hcl)], &spelled), "proved", "{json}");
        assert_eq!(between(&spelled, &[("a/main.tf", &hcl)]), "proved", "{json}");
        assert_ne!(between(&[("a/main.tf", &other)], &spelled), "proved", "{json}");
    }
}
