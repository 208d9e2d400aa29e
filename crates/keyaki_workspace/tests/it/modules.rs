//! Who holds what in modules of Terraform, and what is unknown of it.

use std::path::Path;

use keyaki_analyze::{Answer, Asker, Open, Question, ask_open};
use keyaki_eval::Profile;
use keyaki_symbolic::Actions;
use keyaki_workspace::{Gathered, Holder, Part, Siblings, Side, gather, holders_among};

use crate::twins::{json_name, json_of, without_places};

const STEPS: u64 = 200_000;

/// The holders of the first of some files of a module, which has the same ones in JSON.
pub(crate) fn read(files: &[(&str, &str)]) -> Vec<Holder> {
    let holders = read_as_it_is(files);
    if let Some(twins) = twins_of(files) {
        let twins: Vec<(&str, &str)> = twins.iter().map(|(n, t)| (&**n, &**t)).collect();
        assert_eq!(shown(&read_as_it_is(&twins)), shown(&holders), "{twins:#?}");
    }
    holders
}

/// The same files in JSON.
fn twins_of(files: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
    let twin = |(name, text): &(&str, &str)| match json_name(name) {
        Some(name) => Some((name, json_of(text)?)),
        None => Some(((*name).to_owned(), (*text).to_owned())),
    };
    files.iter().map(twin).collect()
}

/// Who holds what, without the places of what is not known.
fn shown(holders: &[Holder]) -> Vec<String> {
    let mut all = Vec::new();
    for holder in holders {
        for way in &holder.ways {
            let boundary = way.boundary.iter().flatten();
            let parts = way.identity.iter().chain(boundary).chain(&way.resource);
            let part = |part: &Part| {
                let text = part.tree().map(|tree| tree.source().to_owned());
                format!("{} {}", part.name, text.unwrap_or_default())
            };
            let parts: Vec<String> = parts.map(part).collect();
            let said = format!("{} {:?} {:?} {parts:#?}", holder.name, holder.kind, way.assumed);
            all.push(without_places(&said).replace(".tf.json", ".tf"));
        }
    }
    all.sort();
    all
}

fn read_as_it_is(files: &[(&str, &str)]) -> Vec<Holder> {
    let all = files.iter().map(|(name, text)| (Path::new(*name), text.as_bytes()));
    let siblings = Siblings::of_texts(all);
    let (name, text) = files.first().expect("a file");
    let found = holders_among(Path::new(name), text.as_bytes(), &siblings);
    found.expect("it is read").expect("a module")
}

/// The names of holders, how many policies each has, and whether it tells of others.
pub(crate) fn outsiders(holders: &[Holder]) -> Vec<(&str, usize, bool)> {
    let shown = holders.iter();
    shown.map(|h| (h.name.as_str(), h.ways[0].identity.len(), h.is_told_of_others)).collect()
}

pub(crate) fn side_of(files: &[(&str, &str)], name: &str, side: Side) -> Gathered {
    side_in(files, name, side, "main.tf")
}

/// The origin tells the unknown values of one revision from those of another.
pub(crate) fn side_in(files: &[(&str, &str)], name: &str, side: Side, origin: &str) -> Gathered {
    let all = read(files);
    let names: Vec<&str> = all.iter().map(|h| h.name.as_str()).collect();
    let holder = all.iter().find(|h| h.name == name);
    let holder = holder.unwrap_or_else(|| panic!("{name} is not in {names:?}"));
    gather(holder, side, origin, keyaki_catalog::embedded()).expect("it has policies")
}

/// What a role may do.
pub(crate) fn role(text: &str) -> Gathered {
    side_of(&[("a/main.tf", text)], "aws_iam_role.r", Side::Identity)
}

pub(crate) fn names(gathered: &Gathered) -> Vec<&str> {
    gathered.parts.iter().map(|(name, _)| name.as_str()).collect()
}

pub(crate) fn no_more(old: &Open, new: &Open) -> Answer {
    let profile = Profile::documented();
    let asker = Asker::new(keyaki_catalog::embedded(), &profile, Actions::Known, STEPS);
    let question = Question::NoNewAccess { old: &old.subject, new: &new.subject };
    ask_open(&question, &[old, new], &asker)
}

/// A policy that allows an action on a resource.
pub(crate) fn allow(action: &str, resource: &str) -> String {
    format!(
        "jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"{action}\", Resource = \"{resource}\" }}] }})"
    )
}

const READ: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const SQS: &str = "arn:aws:iam::aws:policy/AmazonSQSFullAccess";

/// A role of that name with something else in the module.
pub(crate) fn with(role: &str, rest: &str) -> String {
    format!("resource \"aws_iam_role\" \"r\" {{\n{role}\n}}\n{rest}")
}

/// A resource that attaches a managed policy to somebody.
fn attach(role: &str, arn: &str, more: &str) -> String {
    format!(
        "resource \"aws_iam_role_policy_attachment\" \"a\" {{\n{more}\nrole = {role}\npolicy_arn = {arn}\n}}\n"
    )
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

#[test]
fn a_role_has_what_the_module_attaches_to_it() {
    let limit = allow("s3:*", "*");
    let text = format!(
        r#"
resource "aws_iam_role" "r" {{
  managed_policy_arns  = ["{READ}", aws_iam_policy.p.arn, var.elsewhere]
  permissions_boundary = aws_iam_policy.limit.arn
  inline_policy {{
    policy = {limit}
  }}
}}
resource "aws_iam_policy" "p" {{
  policy = data.aws_iam_policy_document.p.json
}}
resource "aws_iam_policy" "limit" {{
  policy = {limit}
}}
"#
    );
    let other = r#"
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["sqs:*"]
    resources = ["*"]
  }
}
resource "aws_iam_role_policy" "own" {
  role   = aws_iam_role.r.id
  policy = data.aws_iam_policy_document.p.json
}
"#;
    let files = [("a/main.tf", text.as_str()), ("a/other.tf", other)];
    let role = side_of(&files, "aws_iam_role.r", Side::Identity);
    assert_eq!(
        names(&role),
        [
            "/resource/aws_iam_role/r/inline_policy/0/policy",
            READ,
            "/resource/aws_iam_policy/p/policy",
            "managed policy `${var.elsewhere}`",
            "/resource/aws_iam_role_policy/own/policy",
            "/resource/aws_iam_policy/limit/policy",
        ]
    );
    assert!(role.open.subject.policies.boundary.is_some());
    // Nothing of these is told a second time, whichever file is looked at.
    assert_eq!(read(&files).len(), 1);
    let all = read(&[files[1], files[0]]);
    assert_eq!((all.len(), all[0].is_elsewhere), (1, true));
}

#[test]
fn names_tell_whom_a_policy_is_attached_to() {
    let to = |name: &str, whom: &str| {
        names(&role(&with(name, &attach(whom, &quoted(SQS), "")))).join(", ")
    };
    assert_eq!(to("name = \"app\"", "\"app\""), SQS);
    assert_eq!(to("name = \"${var.p}-app\"", "\"${var.p}-app\""), SQS);
    let may = "whom `aws_iam_role_policy_attachment.a` is attached to";
    assert_eq!(to("name = \"app\"", "var.role"), may);
    assert_eq!(to("name = var.name", "\"app\""), may);
    assert_eq!(to("name = \"app\"", "module.m.role"), may);
    assert_eq!(to("path = \"/\"", "module.m.role"), may);
    assert_eq!(to("path = \"/\"", "element([aws_iam_role.r.name], 0)"), may);
    assert_eq!(to("path = \"/\"", "aws_iam_role.r.name"), SQS);
    for (name, role) in [
        ("name = \"app\"", "\"other\""),
        ("name = \"${var.p}-app\"", "\"${var.p}-other\""),
        ("path = \"/\"", "var.role"),
        ("path = \"/\"", "\"app\""),
    ] {
        assert!(
            read(&[("a/main.tf", &with(name, &attach(role, &quoted(SQS), "")))])[0].ways[0]
                .identity
                .is_empty()
        );
    }
}

#[test]
fn what_counts_decide_is_a_condition() {
    let text = with("", &attach("aws_iam_role.r.name", &quoted(SQS), "count = var.on ? 1 : 0"));
    let all = read(&[("a/main.tf", &text)]);
    let counts: Vec<usize> = all[0].ways.iter().map(|way| way.identity.len()).collect();
    assert_eq!((counts, all[0].is_exhaustive), (vec![1, 0], true));
    // It is nobody's guess how many there are.
    let text = with("", &attach("aws_iam_role.r.name", &quoted(SQS), "count = var.n"));
    assert_eq!(read(&[("a/main.tf", &text)])[0].ways.len(), 2);
}

#[test]
fn each_instance_attaches_what_it_says() {
    let known = format!("for_each = toset([\"{READ}\", \"{SQS}\"])");
    let text = with("", &attach("aws_iam_role.r.name", "each.value", &known));
    // A set is in order.
    assert_eq!(names(&role(&text)), [SQS, READ]);
    let text = with("", &attach("aws_iam_role.r.name", "each.value", "for_each = var.arns"));
    assert_eq!(names(&role(&text)), ["what `aws_iam_role_policy_attachment.a` attaches"]);
    let both = "for_each = { a = \"x\", b = \"y\" }";
    let text = with(both, &attach("aws_iam_role.r[each.key].name", &quoted(SQS), both));
    let all = read(&[("a/main.tf", &text)]);
    let has: Vec<_> = all.iter().map(|h| (h.name.as_str(), h.ways[0].identity.len())).collect();
    assert_eq!(has, [("aws_iam_role.r[\"a\"]", 1), ("aws_iam_role.r[\"b\"]", 1)]);
    let text = with(both, &attach("aws_iam_role.r[\"a\"].name", &quoted(SQS), ""));
    let all = read(&[("a/main.tf", &text)]);
    assert_eq!(all[1].ways[0].identity.len(), 0);
}

#[test]
fn one_of_many_has_the_policy_of_the_same_key() {
    let policy = allow("s3:GetObject", "arn:aws:s3:::${each.value}/*");
    let text = with(
        "for_each = var.roles",
        &format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\nfor_each = var.roles\nrole = aws_iam_role.r[each.key].id\npolicy = {policy}\n}}"
        ),
    );
    assert_eq!(names(&role(&text)), ["/resource/aws_iam_role_policy/p/policy"]);
    // Any number of policies for one role are like one of which nothing is known.
    let text = text.replacen("for_each = var.roles", "", 1).replace("[each.key]", "");
    assert_eq!(names(&role(&text)), ["what `aws_iam_role_policy.p` attaches"]);
}

#[test]
fn what_cannot_be_followed_may_add_anything() {
    let attached = attach("aws_iam_role.r.name", &quoted(READ), "");
    let added = |own: &str, rest: &str| {
        let text = with(own, &format!("{attached}{rest}"));
        names(&role(&text)).iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()
    };
    let module = |argument: &str| format!("module \"m\" {{\nsource = \"./m\"\n{argument}\n}}");
    for argument in [
        "role = aws_iam_role.r.name",
        "arns = { a = \"${aws_iam_role.r.arn}\" }",
        "all = [for r in [aws_iam_role.r] : r.name]",
        "role = aws_iam_role.r",
        "for_each = { r = aws_iam_role.r.name }\nrole = each.value",
    ] {
        assert_eq!(added("", &module(argument)), [READ, "what module `m` adds"], "{argument}");
    }
    assert_eq!(added("", &module("bucket = aws_s3_bucket.b.id")), [READ]);
    assert_eq!(added("name = var.name", &module("name = var.name")).len(), 2);
    let ignored = "lifecycle {\nignore_changes = [inline_policy]\n}";
    assert_eq!(added(ignored, "").len(), 2);
    let again = "resource \"aws_iam_role\" \"r\" {\n}";
    assert!(added("", again).len() > 1);
    let dynamic = "dynamic \"inline_policy\" {\nfor_each = var.x\ncontent {\npolicy = inline_policy.value\n}\n}";
    assert_eq!(added(dynamic, "").len(), 2);
    assert_eq!(added("managed_policy_arns = var.arns", "").len(), 2);
}

#[test]
fn files_that_are_not_read_may_add_anything() {
    let text = with("", &attach("aws_iam_role.r.name", &quoted(READ), ""));
    let with_file = |name: &str, other: &str| {
        let files = [("a/main.tf", text.as_str()), (name, other)];
        let role = side_of(&files, "aws_iam_role.r", Side::Identity);
        names(&role).iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(with_file("a/more.tf", "locals {}"), [READ]);
    assert_eq!(with_file("a/broken.tf", "resource {"), [READ, "what `broken.tf` says"]);
    assert_eq!(with_file("a/more.tf.json", "{}"), [READ]);
    for broken in ["{", "[1]", "{\"locals\": \"x\"}", "{\"locals\": {\"x\": \"${\"}}"] {
        assert_eq!(with_file("a/b.tf.json", broken), [READ, "what `b.tf.json` says"], "{broken}");
    }
    for (name, text) in [("x_override.tf", "locals {}"), ("override.tf.json", "{}")] {
        let said = format!("what `{name}` says");
        assert!(with_file(&format!("a/{name}"), text).contains(&said));
    }
}

#[test]
fn a_value_that_is_made_otherwise_now_is_another_value() {
    let text = |rest: &str, resource: &str| {
        let policy = allow("s3:GetObject", resource);
        with(
            "",
            &format!(
                "resource \"aws_iam_role_policy\" \"p\" {{\nrole = aws_iam_role.r.id\npolicy = {policy}\n}}\n{rest}"
            ),
        )
    };
    let answer = |resource: &str, old: &str, new: &str| {
        let side = |text: String, origin: &str| {
            side_in(&[("a/main.tf", &text)], "aws_iam_role.r", Side::Identity, origin)
        };
        let (old, new) = (side(text(old, resource), "old"), side(text(new, resource), "new"));
        no_more(&old.open, &new.open).name().to_owned()
    };
    let bucket = |name: &str| format!("resource \"aws_s3_bucket\" \"b\" {{\nbucket = {name}\n}}\n");
    let of_bucket = "${aws_s3_bucket.b.arn}/*";
    assert_eq!(answer(of_bucket, &bucket("\"one\""), &bucket("\"one\"")), "proved");
    assert_eq!(answer(of_bucket, &bucket("\"one\""), &bucket("\"two\"")), "undecided");
    // What the name refers to counts, too.
    let named = |default: &str| {
        format!("{}variable \"n\" {{\ntype = string\ndefault = \"{default}\"\n}}", bucket("var.n"))
    };
    assert_eq!(answer(of_bucket, &named("a"), &named("a")), "proved");
    assert_eq!(answer(of_bucket, &named("a"), &named("b")), "undecided");
    let local = |value: &str| format!("locals {{\nx = lower({value})\n}}");
    assert_eq!(answer("${local.x}/*", &local("\"A\""), &local("\"A\"")), "proved");
    assert_eq!(answer("${local.x}/*", &local("\"A\""), &local("\"B\"")), "undecided");
    let random = "locals {\nx = uuid()\n}";
    assert_eq!(answer("${local.x}/*", random, random), "undecided");
    assert_eq!(answer("${module.m.x}/*", "", ""), "undecided");
}

#[test]
fn values_of_one_label_in_several_turns_are_several() {
    // What `lower` gives is not worked out; each turn of the loop may give something else.
    let statement = |effect: &str| {
        format!(
            "dynamic \"statement\" {{\nfor_each = [\"A\", \"B\"]\ncontent {{\neffect = statement.value == \"A\" ? \"Allow\" : \"{effect}\"\nactions = [\"s3:GetObject\"]\nresources = [lower(statement.value)]\n}}\n}}"
        )
    };
    let text = with(
        "",
        &format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\nrole = aws_iam_role.r.id\npolicy = data.aws_iam_policy_document.d.json\n}}\ndata \"aws_iam_policy_document\" \"d\" {{\n{}\n}}",
            statement("Deny")
        ),
    );
    let nothing = role(&with("", &attach("aws_iam_role.r.name", &quoted(SQS), "")));
    assert_ne!(no_more(&nothing.open, &role(&text).open).holds(), Some(true));
}

#[test]
fn policies_of_resources_and_of_nobody_are_told() {
    let policy = allow("s3:GetObject", "*");
    let text = format!(
        r#"
resource "aws_s3_bucket_policy" "b" {{
  bucket = "b"
  policy = {policy}
}}
resource "aws_sqs_queue_policy" "q" {{
  count  = var.on ? 2 : 0
  policy = {policy}
}}
resource "aws_iam_policy" "p" {{
  policy = {policy}
}}
data "aws_iam_policy_document" "unused" {{
  statement {{
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }}
}}
module "m" {{
  source = "./m"
  policy = {policy}
}}
"#
    );
    let all = read(&[("a/main.tf", &text)]);
    let names: Vec<&str> = all.iter().map(|holder| holder.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "aws_s3_bucket_policy.b",
            "aws_sqs_queue_policy.q[0]",
            "aws_sqs_queue_policy.q[1]",
            "aws_iam_policy.p",
            "data.aws_iam_policy_document.unused",
            "/module/m/policy",
        ]
    );
}

#[test]
fn a_user_has_what_its_groups_have() {
    let text = format!(
        r#"
resource "aws_iam_user" "u" {{ name = "u" }}
resource "aws_iam_group" "g" {{ name = "g" }}
resource "aws_iam_group_policy_attachment" "g" {{
  group      = aws_iam_group.g.name
  policy_arn = "{READ}"
}}
resource "aws_iam_user_group_membership" "m" {{
  user   = aws_iam_user.u.name
  groups = ["g", "elsewhere", var.more]
}}
"#
    );
    let user = side_of(&[("a/main.tf", &text)], "aws_iam_user.u", Side::Identity);
    assert_eq!(names(&user), [READ, "group `elsewhere`", "group `${var.more}`"]);
}

#[test]
fn large_modules_are_read_in_bounded_time() {
    let mut text = String::new();
    for i in 0..600 {
        text += &format!(
            "resource \"aws_iam_role\" \"r{i}\" {{\nname = \"r{i}\"\n}}\nresource \"aws_iam_role_policy_attachment\" \"a{i}\" {{\nrole = aws_iam_role.r{i}.name\npolicy_arn = \"{READ}\"\n}}\n"
        );
    }
    let json = json_of(&text).expect("a file");
    for (name, text) in [("a/main.tf", &text), ("a/main.tf.json", &json)] {
        let start = std::time::Instant::now();
        assert_eq!(read_as_it_is(&[(name, text)]).len(), 600);
        assert!(start.elapsed() < std::time::Duration::from_secs(10));
    }
}

#[test]
fn an_instance_that_only_some_readings_have_is_any_of_them() {
    let text =
        with("count = var.a ? var.n : 2", &attach("aws_iam_role.r[0].name", &quoted(SQS), ""));
    let all = read(&[("a/main.tf", &text)]);
    let names: Vec<&str> = all.iter().map(|holder| holder.name.as_str()).collect();
    assert_eq!(names, ["aws_iam_role.r"]);
    // The one may be the first, or another.
    assert!(all[0].ways.iter().all(|way| way.identity.len() <= 1));
}

#[test]
fn a_policy_of_aws_is_not_one_of_the_module_with_its_name() {
    let policy = format!(
        "resource \"aws_iam_policy\" \"p\" {{\nname = \"ReadOnlyAccess\"\npolicy = {}\n}}\n",
        allow("s3:*", "*")
    );
    let text = with("", &format!("{}{policy}", attach("aws_iam_role.r.name", &quoted(READ), "")));
    assert_eq!(names(&role(&text)), [READ]);
    let own = "\"arn:aws:iam::${data.aws_caller_identity.me.account_id}:policy/ReadOnlyAccess\"";
    let text = with("", &format!("{}{policy}", attach("aws_iam_role.r.name", own, "")));
    assert_eq!(names(&role(&text)), ["/resource/aws_iam_policy/p/policy"]);
}

#[test]
fn what_is_attached_outside_is_told_of_those() {
    let policy = format!(
        "resource \"aws_iam_role_policy\" \"p\" {{\nrole = var.role\npolicy = {}\n}}\n",
        allow("s3:GetObject", "*")
    );
    let text = with(
        "",
        &format!("{policy}{}", attach("\"existing\"", &quoted(SQS), "count = var.on ? 1 : 0")),
    );
    let all = read(&[("a/main.tf", &text)]);
    assert_eq!(
        outsiders(&all),
        [
            ("aws_iam_role.r", 0, false),
            ("role ${var.role}", 1, false),
            ("role existing", 1, false),
            ("aws_iam_role_policy.p", 1, true),
        ]
    );
}

/// Whether a module gives its role nothing but that it may send messages.
fn sends_alone(files: &[(&str, &str)]) -> &'static str {
    let new = side_of(files, "aws_iam_role.r", Side::Identity);
    no_more(&role(&with(&send(), "")).open, &new.open).name()
}

/// What lets a role send messages.
fn send() -> String {
    format!("inline_policy {{\npolicy = {}\n}}", allow("sqs:SendMessage", "*"))
}

#[test]
fn what_is_attached_with_another_provider_may_be_attached_to_somebody_else() {
    let policy = |name: &str, provider: &str, policy: &str| {
        format!(
            "resource \"aws_iam_role_policy\" \"{name}\" {{\n{provider}\nname = \"{name}\"\nrole = aws_iam_role.r.name\npolicy = {policy}\n}}\n"
        )
    };
    let all = allow("s3:*", "*");
    let deny = all.replace("Allow", "Deny");
    let module = |provider: &str, role: &str| {
        with(
            &format!("{role}\n{}", send()),
            &(policy("own", "", &all) + &policy("guard", provider, &deny)),
        )
    };
    let main = module("provider = aws.prod", "name = \"r\"");
    assert_eq!(sends_alone(&[("a/main.tf", &main)]), "refuted");
    for (provider, own) in [("", ""), ("provider = aws", ""), ("", "provider = aws")] {
        let main = module(provider, own);
        assert_eq!(sends_alone(&[("a/main.tf", &main)]), "proved", "{main}");
    }
}

#[test]
fn of_two_inline_policies_of_one_name_nobody_knows_which_is_there() {
    let all = allow("s3:*", "*");
    let deny = all.replace("Allow", "Deny");
    let module = |name: &str| {
        let own = |label: &str, name: &str, policy: &str| {
            format!(
                "resource \"aws_iam_role_policy\" \"{label}\" {{\nname = \"{name}\"\nrole = aws_iam_role.r.name\npolicy = {policy}\n}}\n"
            )
        };
        with(&send(), &(own("guard", "app", &deny) + &own("app", name, &all)))
    };
    assert_eq!(sends_alone(&[("a/main.tf", &module("other"))]), "proved");
    assert_ne!(sends_alone(&[("a/main.tf", &module("App"))]), "proved");
    let inside = with(
        &format!("inline_policy {{\nname = \"app\"\npolicy = {deny}\n}}"),
        &format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\nname = \"app\"\nrole = aws_iam_role.r.name\npolicy = {all}\n}}\n"
        ),
    );
    assert_ne!(sends_alone(&[("a/main.tf", &inside)]), "proved");
}

#[test]
fn keys_of_items_of_lists_are_told_apart() {
    let module = |statements: &str| {
        with(
            "",
            &format!(
                "resource \"aws_iam_role_policy\" \"p\" {{\nrole = aws_iam_role.r.name\npolicy = jsonencode({{ Version = \"2012-10-17\", Statement = {statements} }})\n}}\n"
            ),
        )
    };
    let turn = |effect: &str| {
        format!(
            "{{ Effect = {effect}, Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::b/${{k}}\" }}"
        )
    };
    let main = module(&format!("[for k, v in local.l : {}]", turn("v.e")));
    let locals = "locals { l = [{ e = \"Allow\" }, { e = \"Deny\" }] }\n";
    assert_ne!(sends_alone(&[("a/main.tf", &main), ("a/locals.tf", locals)]), "proved");
    let both = format!(
        "concat([for k, v in local.l : {}], [for k, v in toset(local.l) : {}])",
        turn("\"Allow\""),
        turn("\"Deny\"")
    );
    let main = format!("{}locals {{\nl = [\"x\"]\n}}\n", module(&both));
    assert_ne!(sends_alone(&[("a/main.tf", &main)]), "proved");
}

#[test]
fn a_count_in_quotes_is_a_number() {
    let policy = |count: &str| {
        format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\ncount = {count}\nrole = aws_iam_role.r.name\npolicy = {}\n}}\n",
            allow("s3:*", "*")
        )
    };
    for (count, answer) in [("\"0\"", "proved"), ("0", "proved"), ("\"1\"", "refuted")] {
        let main = with(&send(), &policy(count));
        assert_eq!(sends_alone(&[("a/main.tf", &main)]), answer, "{count}");
    }
}
