//! Dynamic blocks and `for` of which it is not known how many turns they have: what is found in
//! them, and what is proved of them.

use keyaki_workspace::Side;

use crate::modules::{allow, no_more, role, side_in, with};
use crate::terraform::found;

/// A document with these blocks.
fn document(blocks: &str) -> String {
    format!("data \"aws_iam_policy_document\" \"d\" {{\n{blocks}\n}}\n")
}

/// A dynamic block of this name.
fn dynamic(name: &str, each: &str, content: &str) -> String {
    format!("dynamic \"{name}\" {{\nfor_each = {each}\ncontent {{\n{content}\n}}\n}}\n")
}

fn block(content: &str) -> String {
    format!("statement {{\n{content}\n}}\n")
}

const PASS: &str = "actions = [\"iam:PassRole\"]\nresources = [\"*\"]";
const STAR: &str = "pass-role-with-star-in-resource";

#[test]
fn what_is_written_beside_a_loop_and_in_it_is_checked() {
    let wrong = "actions = [\"s3:NoSuch\", statement.value.action]\nresources = [\"*\"]";
    let text = document(&(block(PASS) + &dynamic("statement", "var.all", wrong)));
    assert_eq!(
        found(&text),
        [format!("3 {STAR} \"iam:PassRole\""), "9 invalid-action \"s3:NoSuch\"".to_owned()]
    );
    let text = document(&dynamic("statement", "var.all", PASS));
    assert_eq!(found(&text), [format!("5 {STAR} \"iam:PassRole\"")]);
}

#[test]
fn what_each_turn_may_change_is_left_open() {
    for content in [
        "actions = statement.value.actions\nresources = [\"*\"]",
        "actions = [\"iam:PassRole\"]\nresources = statement.value.arns",
        "effect = statement.value.effect\nactions = [\"iam:PassRole\"]\nresources = [\"*\"]",
        "actions = [\"iam:${statement.key}\"]\nresources = [\"*\"]",
    ] {
        let text = document(
            &(block("actions = [\"s3:GetObject\"]") + &dynamic("statement", "var.all", content)),
        );
        let found = found(&text);
        assert!(found.iter().all(|f| f.starts_with("2 missing-resource")), "{found:?}");
    }
    let iterator = "iterator = it\ncontent {\nactions = [it.value]\nresources = [\"*\"]\n}";
    let text = document(&format!("dynamic \"statement\" {{\nfor_each = var.all\n{iterator}\n}}"));
    assert_eq!(found(&text), Vec::<String>::new());
    let known = text.replace("var.all", "[\"s3:GetObject\", \"s3:NoSuch\"]");
    assert_eq!(found(&known), ["3 invalid-action \"s3:NoSuch\""]);
}

#[test]
fn what_is_said_of_all_statements_waits_for_them_to_be_known() {
    let text = |more: &str| {
        let one =
            "{ Sid = \"A\", Effect = \"Allow\", Action = \"iam:PassRole\", Resource = \"*\" }";
        let all = format!("concat([{one}, {one}], {more})");
        let policy = format!("jsonencode({{ Version = \"2012-10-17\", Statement = {all} }})");
        format!("resource \"aws_iam_policy\" \"p\" {{\npolicy = {policy}\n}}\n")
    };
    let rules = |more: &str| {
        let found = found(&text(more)).into_iter();
        found.map(|f| f.split(' ').nth(1).unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert!(rules("[]").iter().any(|rule| rule == "unique-sids-required"), "{:?}", rules("[]"));
    let each = "[for s in var.all : { Effect = \"Allow\", Action = s.x, Resource = s.y }]";
    assert_eq!(rules(each), [STAR, STAR]);
    assert_eq!(rules("var.all"), [STAR, STAR]);
}

#[test]
fn known_items_beside_unknown_ones_are_written_out() {
    let content = "actions = [statement.value]\nresources = [\"*\"]";
    let text = document(&dynamic("statement", "concat([\"s3:NoSuch\"], var.more)", content));
    assert_eq!(found(&text), ["3 invalid-action \"s3:NoSuch\""]);
}

#[test]
fn objects_of_a_loop_are_checked_as_statements() {
    let text = |collection: &str, condition: &str| {
        format!(
            "resource \"aws_iam_policy\" \"p\" {{\npolicy = jsonencode({{\nVersion = \"2012-10-17\"\nStatement = [for s in {collection} : {{\nEffect = \"Allow\"\nAction = [\"s3:NoSuch\", s.action]\nResource = \"*\"\n}}{condition}]\n}})\n}}\n"
        )
    };
    let wrong = ["6 invalid-action \"s3:NoSuch\""];
    assert_eq!(found(&text("var.all", "")), wrong);
    assert_eq!(found(&text("[{ action = \"s3:GetObject\" }]", " if var.on")), wrong);
    assert_eq!(found(&text("var.all", "").replace("NoSuch", "GetObject")), Vec::<String>::new());
}

#[test]
fn conditions_and_principals_of_a_loop_are_checked() {
    let statement =
        |more: &str| block(&format!("actions = [\"s3:GetObject\"]\nresources = [\"*\"]\n{more}"));
    let condition = |test: &str| {
        let content =
            format!("test = \"{test}\"\nvariable = \"aws:SourceVpc\"\nvalues = [condition.value]");
        found(&document(&statement(&dynamic("condition", "var.vpcs", &content))))
    };
    assert_eq!(condition("StringEqual"), ["8 invalid-condition-operator \"StringEqual\""]);
    assert_eq!(condition("StringEquals"), Vec::<String>::new());
    // A document for identities may have a loop that makes no principals for them.
    let principals = "type = \"AWS\"\nidentifiers = principals.value";
    let text = document(&statement(&dynamic("principals", "var.all", principals)));
    let used =
        "resource \"aws_iam_policy\" \"p\" {\npolicy = data.aws_iam_policy_document.d.json\n}";
    assert_eq!(found(&format!("{text}{used}")), Vec::<String>::new());
}

/// Whether a change of a module is proved to give a role nothing new.
fn changed(old: &str, new: &str) -> &'static str {
    let side = |text: &str, origin: &str| {
        side_in(&[("a/main.tf", &holder(text))], "aws_iam_role.r", Side::Identity, origin)
    };
    no_more(&side(old, "old").open, &side(new, "new").open).name()
}

/// A role with what a document says.
fn holder(document: &str) -> String {
    let policy = "resource \"aws_iam_role_policy\" \"p\" {\nrole = aws_iam_role.r.id\npolicy = data.aws_iam_policy_document.d.json\n}\n";
    with("", &format!("{policy}{document}"))
}

/// Whether a role with some statements can do no more than one with others.
fn is_no_more(old: &str, new: &str) -> &'static str {
    changed(&document(old), &document(new))
}

const READ: &str = "actions = [\"s3:GetObject\"]\nresources = [\"*\"]";

fn queues(effect: &str) -> String {
    let content = format!(
        "effect = \"{effect}\"\nactions = [\"sqs:${{statement.value.verb}}\"]\nresources = statement.value.arns"
    );
    dynamic("statement", "var.queues", &content)
}

#[test]
fn any_number_of_grants_is_no_more_than_all_that_they_may_be() {
    let read = block(READ);
    let all = block("actions = [\"s3:GetObject\", \"sqs:*\"]\nresources = [\"*\"]");
    let some = read.clone() + &queues("Allow");
    assert_eq!(is_no_more(&all, &some), "proved");
    assert_eq!(is_no_more(&read, &some), "refuted");
    // There may be none.
    assert_ne!(is_no_more(&some, &all), "proved");
    let fixed = dynamic("statement", "var.all", READ);
    assert_eq!(is_no_more(&read, &fixed), "proved");
    assert_ne!(is_no_more(&fixed, &read), "proved");
}

#[test]
fn any_number_of_denials_grants_nothing_and_may_deny_nothing() {
    let all = block("actions = [\"s3:*\", \"sqs:*\"]\nresources = [\"*\"]");
    let less = all.clone() + &queues("Deny");
    assert_eq!(is_no_more(&all, &less), "proved");
    assert_ne!(is_no_more(&less, &all), "proved");
    let fixed =
        all.clone() + &dynamic("statement", "var.all", &format!("effect = \"Deny\"\n{READ}"));
    assert_ne!(is_no_more(&fixed, &all), "proved");
}

#[test]
fn a_turn_that_may_allow_or_deny_leaves_the_answer_open() {
    let all = block("actions = [\"*\"]\nresources = [\"*\"]");
    let content = format!("effect = statement.value.effect\n{READ}");
    assert_eq!(
        is_no_more(&all, &(all.clone() + &dynamic("statement", "var.all", &content))),
        "undecided"
    );
    let but = "not_principals {\ntype = \"AWS\"\nidentifiers = [statement.value]\n}";
    let content = format!("effect = \"Deny\"\n{READ}\n{but}");
    assert_eq!(
        is_no_more(&all, &(all.clone() + &dynamic("statement", "var.all", &content))),
        "undecided"
    );
}

#[test]
fn turns_that_decide_a_condition_in_both_ways_leave_the_answer_open() {
    let all = block("actions = [\"*\"]\nresources = [\"*\"]");
    let with = |effect: &str| {
        let content = format!("effect = {effect}\n{READ}");
        all.clone() + &dynamic("statement", "var.all", &content)
    };
    assert_eq!(is_no_more(&all, &with("statement.value.deny ? \"Deny\" : \"Allow\"")), "undecided");
    assert_eq!(is_no_more(&all, &with("var.deny ? \"Deny\" : \"Allow\"")), "proved");
    // A finding about either is told.
    let wrong = with("statement.value.deny ? \"Deny\" : \"Allow\"").replace("GetObject", "NoSuch");
    assert!(found(&document(&wrong)).contains(&"10 invalid-action \"s3:NoSuch\"".to_owned()));
}

#[test]
fn a_known_turn_is_certain() {
    let content = "actions = [statement.value]\nresources = [\"*\"]";
    let some = dynamic("statement", "concat([\"sqs:SendMessage\"], var.more)", content);
    let one = block("actions = [\"sqs:SendMessage\"]\nresources = [\"*\"]");
    assert_eq!(is_no_more(&some, &one), "proved");
    assert_ne!(is_no_more(&dynamic("statement", "var.more", content), &one), "proved");
}

#[test]
fn a_statement_that_an_override_may_replace_stays_open() {
    let base = "data \"aws_iam_policy_document\" \"base\" {\nstatement {\nsid = \"A\"\neffect = \"Deny\"\nactions = [\"sqs:*\"]\nresources = [\"*\"]\n}\n}\n";
    let text = |blocks: &str| {
        let own =
            format!("source_policy_documents = [data.aws_iam_policy_document.base.json]\n{blocks}");
        role(&format!("{}{base}", holder(&document(&own))))
    };
    let grant = block("sid = \"B\"\nactions = [\"sqs:*\"]\nresources = [\"*\"]");
    let replacing = dynamic("statement", "var.all", &format!("sid = \"A\"\n{READ}"));
    let nothing = role(&holder(&document(&block(READ))));
    let more = text(&(grant.clone() + &replacing));
    assert_ne!(no_more(&nothing.open, &more.open).name(), "proved");
    // Without a `sid`, a turn takes the place of nothing.
    let beside = text(&(grant + &dynamic("statement", "var.all", READ)));
    assert_eq!(no_more(&nothing.open, &beside.open).name(), "proved");
}

#[test]
fn a_loop_over_the_same_gives_the_same() {
    let nested = dynamic(
        "condition",
        "statement.value.conditions",
        "test = condition.value.test\nvariable = \"aws:SourceVpc\"\nvalues = condition.value.values",
    );
    let text = |default: &str, action: &str| {
        let content = format!(
            "actions = [\"{action}\"]\nresources = lookup(statement.value, \"arns\", [])\n{nested}"
        );
        let variable = format!("variable \"all\" {{\ndefault = {default}\n}}\n");
        variable + &document(&dynamic("statement", "var.all", &content))
    };
    assert_eq!(changed(&text("[]", "sqs:*"), &text("[]", "sqs:*")), "proved");
    assert_ne!(changed(&text("[]", "sqs:*"), &text("[1]", "sqs:*")), "proved");
    assert_ne!(changed(&text("[]", "sqs:*"), &text("[]", "s3:*")), "proved");
}

#[test]
fn a_loop_in_each_turn_of_another_one_is_another_one() {
    let inner = dynamic(
        "condition",
        "statement.value.all",
        "test = \"StringEquals\"\nvariable = \"aws:SourceVpc\"\nvalues = [lower(condition.value)]",
    );
    let text = |effect: &str| {
        let content = format!(
            "effect = statement.key\nactions = [statement.value.do]\nresources = [\"*\"]\n{inner}"
        );
        let each = format!(
            "{{ Allow = {{ do = \"sqs:*\", all = var.a }}, {effect} = {{ do = \"sqs:*\", all = var.b }} }}"
        );
        dynamic("statement", &each, &content)
    };
    // Whether the denial takes away all that is allowed depends on what the two turns loop over.
    let nothing = block(READ);
    assert_ne!(is_no_more(&nothing, &(nothing.clone() + &text("Deny"))), "proved");
}

#[test]
fn a_condition_beside_a_loop_of_conditions_counts() {
    let text = |value: &str| {
        let own = format!(
            "condition {{\ntest = \"StringEquals\"\nvariable = \"aws:SourceVpc\"\nvalues = [\"{value}\"]\n}}"
        );
        let more = dynamic(
            "condition",
            "var.all",
            "test = condition.value\nvariable = \"aws:username\"\nvalues = [\"a\"]",
        );
        format!("variable \"all\" {{\n}}\n{}", document(&block(&format!("{READ}\n{own}\n{more}"))))
    };
    assert_eq!(changed(&text("vpc-1"), &text("vpc-1")), "proved");
    assert_ne!(changed(&text("vpc-1"), &text("vpc-2")), "proved");
    let known =
        |value: &str| text(value).replace("test = condition.value", "test = \"StringEquals\"");
    assert_eq!(changed(&known("vpc-1"), &known("vpc-1")), "proved");
    assert_ne!(changed(&known("vpc-1"), &known("vpc-2")), "proved");
    // Without the loop there are fewer conditions.
    let without = known("vpc-1").replace("for_each = var.all", "for_each = []");
    assert_eq!(changed(&without, &known("vpc-1")), "proved");
    assert_ne!(changed(&known("vpc-1"), &without), "proved");
}

#[test]
fn principals_of_a_loop_are_more_than_those_beside_it() {
    let bucket = |blocks: &str| {
        let used = "resource \"aws_s3_bucket_policy\" \"b\" {\npolicy = data.aws_iam_policy_document.d.json\n}\n";
        format!("variable \"all\" {{\n}}\n{used}{}", document(&block(&format!("{READ}\n{blocks}"))))
    };
    let is_no_more = |old: &str, new: &str| {
        let [old, new] = [(old, "old"), (new, "new")].map(|(blocks, origin)| {
            let text = bucket(blocks);
            side_in(&[("a/main.tf", &text)], "aws_s3_bucket_policy.b", Side::Resource, origin)
        });
        no_more(&old.open, &new.open).name()
    };
    let one = |account: &str| {
        format!(
            "principals {{\ntype = \"AWS\"\nidentifiers = [\"arn:aws:iam::{account}:root\"]\n}}\n"
        )
    };
    for kind in ["\"AWS\"", "principals.value.type"] {
        let content = format!("type = {kind}\nidentifiers = principals.value.ids");
        let more = dynamic("principals", "var.all", &content);
        let both = |account: &str| one(account) + &more;
        assert_eq!(is_no_more(&both("111122223333"), &both("111122223333")), "proved");
        assert_eq!(is_no_more(&both("111122223333"), &one("111122223333")), "proved");
        assert_ne!(is_no_more(&one("111122223333"), &both("111122223333")), "proved");
        assert_ne!(is_no_more(&both("111122223333"), &both("444455556666")), "proved");
        assert_eq!(is_no_more(&more, &more), "proved");
    }
}

#[test]
fn a_refutation_tells_that_there_is_one_turn() {
    let old = role(&with(
        "",
        &format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\nrole = aws_iam_role.r.id\npolicy = {}\n}}\n",
            allow("s3:GetObject", "*")
        ),
    ));
    let new = role(&holder(&document(&(queues("Allow") + &block(READ)))));
    let example = new.open.examples.first().expect("an example");
    let turns = example.values.iter().find(|(name, _)| name.starts_with("turns in the loop at"));
    assert_eq!(turns.map(|(_, value)| value.as_str()), Some("one"));
    assert_eq!(no_more(&old.open, &new.open).name(), "refuted");
}

#[test]
fn blocks_that_are_not_known_are_the_same_only_where_all_in_them_is() {
    let each = |content: &str| {
        let key = "{ a = { e = \"Allow\", k = var.x }, b = { e = \"Deny\", k = var.y } }";
        let content = format!(
            "effect = statement.value.e\nactions = [\"s3:GetObject\"]\nresources = [\"*\"]\ncondition {{\n{content}\n}}"
        );
        document(&dynamic("statement", key, &content))
    };
    let nothing = document(&block("effect = \"Deny\"\nactions = [\"s3:*\"]\nresources = [\"*\"]"));
    for (content, is_same) in [
        ("test = \"StringEquals\"\nvariable = statement.value.k\nvalues = [\"red\"]", false),
        ("test = var.t\nvariable = \"aws:username\"\nvalues = [statement.value.k]", false),
        ("test = var.t\nvariable = \"aws:username\"\nvalues = [statement.value.e]", false),
        ("test = var.t\nvariable = \"aws:username\"\nvalues = [\"red\"]", true),
    ] {
        let answer = changed(&nothing, &each(content));
        assert_eq!(answer == "proved", is_same, "{content}: {answer}");
    }
}
