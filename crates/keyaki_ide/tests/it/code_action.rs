//! What can be done at a place, and what comes of it.

use keyaki_ide::{CodeAction, CodeActionId, CodeActionKind, TextRange, code_actions, edits_of};

use crate::fixture::{applied, at_cursor, document, statement};

fn actions(text: &str) -> Vec<CodeAction> {
    let (document, offset) = at_cursor(text);
    code_actions(&document, TextRange::empty(offset), &|_| true)
}

/// The text after the action of that title was taken.
fn done(text: &str, title: &str) -> String {
    let (document, offset) = at_cursor(text);
    let actions = code_actions(&document, TextRange::empty(offset), &|_| true);
    let titles: Vec<_> = actions.iter().map(|action| action.title.clone()).collect();
    let action = actions.into_iter().find(|action| action.title == title);
    let action = action.unwrap_or_else(|| panic!("{title} is not among {titles:?}"));
    assert_eq!(CodeActionId::parse(&action.id.to_string()), Some(action.id));
    applied(document.text(), &edits_of(&document, action.id))
}

#[test]
fn a_fix_mends_the_finding_under_the_cursor() {
    let allow = "\"Effect\": \"Allow\", \"Resource\": \"*\"";
    let text = statement(&format!("{allow}, \"Action\": [\"s3:Get*\", \"s3:GetObject$0\"]"));
    let fix = actions(&text).into_iter().find(|action| action.kind == CodeActionKind::QuickFix);
    let fix = fix.expect("a fix is offered");
    assert!(fix.finding.is_some() && fix.is_preferred && !fix.title.ends_with(')'), "{fix:?}");
    let mended = statement(&format!("{allow}, \"Action\": [\"s3:Get*\"]"));
    assert_eq!(done(&text, &fix.title), mended);
}

#[test]
fn a_fix_that_may_allow_more_is_not_offered_and_the_finding_names_what_was_meant() {
    let (document, offset) = at_cursor(&statement(
        "\"Effect\": \"Allow\", \"Resource\": \"*\", \"Action\": \"s3:GetObjct$0\"",
    ));
    let offered = code_actions(&document, TextRange::empty(offset), &|_| true);
    assert!(offered.iter().all(|action| action.kind != CodeActionKind::QuickFix), "{offered:?}");
    let [finding] = document.findings() else { panic!("{:?}", document.findings()) };
    assert_eq!(finding.notes, ["did you mean `s3:GetObject`?"]);
    assert_eq!(edits_of(&document, CodeActionId::Fix { finding: 0, fix: 0 }), []);
}

#[test]
fn fixes_of_other_places_are_not_offered() {
    let text = statement(
        "\"Effect\": \"Al$0low\", \"Resource\": \"*\", \"Action\": [\"s3:Get*\", \"s3:GetObject\"]",
    );
    assert!(actions(&text).iter().all(|action| action.kind != CodeActionKind::QuickFix));
}

#[test]
fn a_fix_that_allows_less_says_so_and_is_not_preferred() {
    let text = statement(
        "\"Effect\": \"Allow\", \"Resource\": \"*\", \"Action\": \"s3:GetObject\", \"Condition\": \
         { \"ForAllValues:StringEquals\": { \"aws:PrincipalOrgID$0\": \"o-1234567890\" } }",
    );
    let offered = actions(&text);
    let fix = offered.iter().find(|action| action.title.starts_with("Use `StringEquals`"));
    let fix = fix.unwrap_or_else(|| panic!("{offered:?}"));
    assert_eq!(fix.title, "Use `StringEquals` (allows less)");
    assert!(fix.kind == CodeActionKind::QuickFix && !fix.is_preferred, "{fix:?}");
}

#[test]
fn only_kinds_that_are_wanted_are_listed() {
    let allow = "\"Effect\": \"Allow\", \"Resource\": \"*\"";
    let text = statement(&format!("{allow}, \"Action\": \"s3:GetObjct$0\""));
    let (document, offset) = at_cursor(&text);
    let is_wanted = |kind| kind == CodeActionKind::Organize;
    let found = code_actions(&document, TextRange::empty(offset), &is_wanted);
    assert_eq!(found.iter().map(|a| a.id).collect::<Vec<_>>(), [CodeActionId::Organize]);
}

#[test]
fn all_safe_fixes_are_applied_at_once() {
    let text = "{\"Version\": \"2012-10-17\", \"Statement\": [$0\
                {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:Get*\"], \
                 \"Resource\": \"*\"}]}";
    let mended = done(text, "Fix all that is safe to fix");
    assert!(mended.contains("\"Action\": [\"s3:Get*\"]"), "{mended}");
}

#[test]
fn elements_are_brought_into_order() {
    let text = "{$0\"Statement\": [{\"Action\": \"s3:*\", \"Effect\": \"Deny\", \
                \"Resource\": \"*\"}], \"Version\": \"2012-10-17\"}\n";
    let expected = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \
                    \"Effect\": \"Deny\",\n      \"Action\": \"s3:*\",\n      \
                    \"Resource\": \"*\"\n    }\n  ]\n}\n";
    assert_eq!(done(text, "Bring elements into canonical order"), expected);
}

#[test]
fn nothing_is_offered_for_a_text_that_is_no_policy() {
    let document = document("{\"name\": [1, 2,]}");
    assert_eq!(code_actions(&document, TextRange::new(0, 5), &|_| true), []);
}

#[test]
fn an_action_of_another_text_does_nothing() {
    let document = document(&statement("\"Effect\": \"Allow\""));
    assert_eq!(edits_of(&document, CodeActionId::Fix { finding: 99, fix: 99 }), []);
    assert_eq!(CodeActionId::parse("fix 1"), None);
    assert_eq!(CodeActionId::parse("explode"), None);
}

#[test]
fn a_pattern_is_expanded_to_the_actions_that_are_not_there_yet() {
    let text = statement("\"Action\": \"sqs:Purge*$0\"");
    let expected = statement("\"Action\": \"sqs:PurgeQueue\"");
    assert_eq!(done(&text, "Expand `sqs:Purge*` to 1 action"), expected);
    let text = statement("\"Action\": [\"sqs:*tagQueue$0\", \"sqs:TagQueue\"]");
    let expected = statement("\"Action\": [\"sqs:UntagQueue\", \"sqs:TagQueue\"]");
    assert_eq!(done(&text, "Expand `sqs:*tagQueue` to 1 action"), expected);
}

#[test]
fn a_pattern_in_a_list_over_several_lines_keeps_the_lines() {
    let text = statement("\n  \"Action\": [\n    \"s3:GetObject\",\n    \"sqs:*tagQueue$0\"\n  ]");
    let expected = statement(
        "\n  \"Action\": [\n    \"s3:GetObject\",\n    \"sqs:TagQueue\",\n    \"sqs:UntagQueue\"\n  ]",
    );
    assert_eq!(done(&text, "Expand `sqs:*tagQueue` to 2 actions"), expected);
}

#[test]
fn actions_are_collapsed_where_a_pattern_matches_nothing_else() {
    let actions = "\"s3:GetObject\", \"sqs:List$0Queues\", \"sqs:ListQueueTags\", \
                   \"sqs:ListDeadLetterSourceQueues\", \"sqs:ListMessageMoveTasks\"";
    let text = statement(&format!("\"Action\": [{actions}]"));
    let title = "Collapse 4 entries to `sqs:List*`, which takes in what AWS adds later";
    let expected = statement("\"Action\": [\"s3:GetObject\", \"sqs:List*\"]");
    assert_eq!(done(&text, title), expected);
    let fewer = text.replace(", \"sqs:ListMessageMoveTasks\"", "");
    assert!(!self::actions(&fewer).iter().any(|action| action.title.starts_with("Collapse")));
}

#[test]
fn what_an_action_needs_is_added() {
    let action = keyaki_ide::catalog().actions().find(|action| {
        let needed: Vec<_> = action.dependent_actions().collect();
        matches!(needed[..], [only] if only.full_name() == "iam:PassRole")
    });
    let name = action.expect("some action needs iam:PassRole alone").full_name();
    let rest = "\"Resource\": \"*\", \"Action\": ";
    let text = statement(&format!("\"Effect\": \"Allow\", {rest}\"{name}$0\""));
    let expected =
        statement(&format!("\"Effect\": \"Allow\", {rest}[\"{name}\", \"iam:PassRole\"]"));
    assert_eq!(done(&text, &format!("Also allow `iam:PassRole`, which `{name}` needs")), expected);
    for other in
        [text.replace("\"Allow\"", "\"Deny\""), expected.replace(&name, &format!("{name}$0"))]
    {
        assert!(!actions(&other).iter().any(|action| action.title.starts_with("Also")), "{other}");
    }
}

#[test]
fn operators_are_converted() {
    let at = |operator: &str, key: &str, value: &str| {
        statement(&format!("\"Condition\": {{\"{operator}\": {{\"{key}\": \"{value}\"}}}}"))
    };
    let text = at("ForAnyValue:String$0EqualsIfExists", "aws:TagKeys", "a");
    let expected = at("ForAnyValue:StringLikeIfExists", "aws:TagKeys", "a");
    assert_eq!(done(&text, "Convert to `ForAnyValue:StringLikeIfExists`"), expected);
    let text = at("String$0Equals", "aws:PrincipalTag/team", "a*");
    let title = "Convert to `StringLike`, where `*` and `?` are wildcards";
    assert_eq!(done(&text, title), at("StringLike", "aws:PrincipalTag/team", "a*"));
    let text = at("String$0Like", "aws:SourceArn", "arn:aws:s3:::b");
    let title = "Convert to `ArnLike`, which compares segment by segment";
    assert_eq!(done(&text, title), at("ArnLike", "aws:SourceArn", "arn:aws:s3:::b"));
    let text = at("Arn$0Like", "aws:SourceArn", "arn:aws:s3:::b");
    assert_eq!(
        done(&text, "Convert to `ArnEquals`"),
        at("ArnEquals", "aws:SourceArn", "arn:aws:s3:::b")
    );
    let text = at("Bo$0ol", "aws:SecureTransport", "true");
    assert!(actions(&text).iter().all(|action| action.kind != CodeActionKind::Rewrite));
}

const MIXED: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [\n  \
    {\"Sid\": \"Use\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"sqs:SendMessage\", \"S3:PutObject\"], \"Resource\": \"*\"}\n]}";

const APART: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [\n  \
    {\"Sid\": \"Use\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"S3:PutObject\"], \"Resource\": \"*\"},\n  \
    {\"Sid\": \"Use2\", \"Effect\": \"Allow\", \"Action\": [\"sqs:SendMessage\"], \"Resource\": \"*\"}\n]}";

const TOGETHER: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [\n  \
    {\"Sid\": \"Use\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"S3:PutObject\", \"sqs:SendMessage\"], \"Resource\": \"*\"}\n]}";

#[test]
fn a_statement_is_split_by_service_and_merged_again() {
    let text = MIXED.replace("Allow", "All$0ow");
    assert_eq!(done(&text, "Split into 2 statements, one for each service"), APART);
    let text = APART.replacen("Allow", "All$0ow", 1);
    assert_eq!(done(&text, "Merge with the next statement"), TOGETHER);
}

#[test]
fn statements_that_differ_in_more_than_their_actions_are_not_merged() {
    let text = APART.replacen("Allow", "All$0ow", 1).replace(
        "sqs:SendMessage\"], \"Resource\": \"*\"",
        "sqs:SendMessage\"], \"Resource\": \"arn:aws:sqs:*:*:q\"",
    );
    assert!(!actions(&text).iter().any(|action| action.title.starts_with("Merge")), "{text}");
}
