//! What can be done at a place, and what comes of it.

use keyaki_ide::{CodeAction, CodeActionId, CodeActionKind, TextRange, code_actions, edits_of};

use crate::fixture::{applied, at_cursor, document, statement};

fn actions(text: &str) -> Vec<CodeAction> {
    let (document, offset) = at_cursor(text);
    code_actions(&document, TextRange::empty(offset))
}

/// The text after the action of that title was taken.
fn done(text: &str, title: &str) -> String {
    let (document, offset) = at_cursor(text);
    let actions = code_actions(&document, TextRange::empty(offset));
    let titles: Vec<_> = actions.iter().map(|action| action.title.clone()).collect();
    let action = actions.into_iter().find(|action| action.title == title);
    let action = action.unwrap_or_else(|| panic!("{title} is not among {titles:?}"));
    assert_eq!(CodeActionId::parse(&action.id.to_string()), Some(action.id));
    applied(document.text(), &edits_of(&document, action.id))
}

#[test]
fn a_fix_mends_the_finding_under_the_cursor() {
    let allow = "\"Effect\": \"Allow\", \"Resource\": \"*\"";
    let text = statement(&format!("{allow}, \"Action\": \"s3:GetObjct$0\""));
    let fix = actions(&text).into_iter().find(|action| action.kind == CodeActionKind::QuickFix);
    let fix = fix.expect("a fix is offered");
    assert!(fix.finding.is_some());
    assert_eq!(
        done(&text, &fix.title),
        statement(&format!("{allow}, \"Action\": \"s3:GetObject\""))
    );
}

#[test]
fn fixes_of_other_places_are_not_offered() {
    let text =
        statement("\"Effect\": \"Al$0low\", \"Resource\": \"*\", \"Action\": \"s3:GetObjct\"");
    assert!(actions(&text).iter().all(|action| action.kind != CodeActionKind::QuickFix));
}

#[test]
fn a_fix_that_changes_what_is_allowed_says_so_and_is_not_preferred() {
    let text =
        statement("\"Effect\": \"Allow\", \"Resource\": \"*\", \"Action\": \"s3:GetObjct$0\"");
    let fixes = actions(&text).into_iter().filter(|a| a.kind == CodeActionKind::QuickFix);
    for fix in fixes {
        let warns = fix.title.ends_with("(changes what the policy allows)");
        assert!(warns && !fix.is_preferred, "{fix:?}");
    }
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
    assert_eq!(code_actions(&document, TextRange::new(0, 5)), []);
}

#[test]
fn an_action_of_another_text_does_nothing() {
    let document = document(&statement("\"Effect\": \"Allow\""));
    assert_eq!(edits_of(&document, CodeActionId::Fix { finding: 99, fix: 99 }), []);
    assert_eq!(CodeActionId::parse("fix 1"), None);
    assert_eq!(CodeActionId::parse("explode"), None);
}
