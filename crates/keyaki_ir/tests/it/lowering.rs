//! What becomes of the elements, right or wrong.

use keyaki_ir::{
    DefectKind, Effect, Principal, PrincipalForm, PrincipalKey, Shape, Statement, Version,
};

use crate::policy;

fn statement(text: &str) -> Statement {
    let policy = policy(&format!(r#"{{"Statement":{text}}}"#));
    policy.statements.into_iter().next().expect("one statement")
}

/// The defects of a document, as (element or meant name, source text).
fn defects(text: &str) -> Vec<(String, String)> {
    let tree = keyaki_syntax::Tree::parse(text);
    let policy = keyaki_ir::lower(&tree);
    let name = |kind: &DefectKind| match kind {
        DefectKind::NotAnObject => "not an object".to_owned(),
        DefectKind::UnknownElement { meant, .. } => format!("unknown, {}", meant.unwrap_or("-")),
        DefectKind::WrongType { element, .. } => (*element).to_owned(),
    };
    let at = |origin| tree.range(origin).slice(tree.source()).to_owned();
    policy.defects.iter().map(|d| (name(&d.kind), at(d.origin))).collect()
}

#[test]
fn a_policy_becomes_its_elements() {
    let policy = policy(
        r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Deny",
            "NotAction":["s3:Get*","*"],"NotResource":"arn:aws:s3:::b/${aws:username}",
            "Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":["a",1,true]}}}]}"#,
    );
    assert!(policy.defects.is_empty());
    assert_eq!(policy.effective_version(), Version::V2012);
    let statement = &policy.statements[0];
    assert_eq!(statement.effect(), Some(Effect::Deny));
    let actions = statement.not_action.as_ref().expect("NotAction");
    assert!(actions.negated && actions.shape == Shape::List && actions.entries[1].is_star());
    assert_eq!(actions.entries[0].service(), Some("s3"));
    let resources = statement.not_resource.as_ref().expect("NotResource");
    assert_eq!(resources.shape, Shape::Single);
    assert_eq!(resources.entries[0].pattern.variables().len(), 1);
    assert!(resources.entries[0].arn.is_some());
    let (block, entry) = statement.condition_entries().next().expect("a condition");
    let operator = block.operator.operator.map(|o| o.name());
    assert_eq!(operator.as_deref(), Some("ForAnyValue:StringLikeIfExists"));
    let values: Vec<_> = entry.values.iter().map(|v| v.text()).collect();
    assert_eq!(values, ["a", "1", "true"]);
}

#[test]
fn without_version_the_old_language_applies() {
    assert_eq!(policy(r#"{"Statement":[]}"#).effective_version(), Version::V2008);
    assert_eq!(policy(r#"{"Version":"2013-01-01"}"#).effective_version(), Version::V2012);
}

#[test]
fn principals_are_read_by_kind() {
    let statement = statement(
        r#"{"Principal":{"AWS":["111122223333","*"],"Service":"s3.amazonaws.com","User":"x"}}"#,
    );
    let element = statement.principal.expect("Principal");
    assert!(element.is_everybody());
    let PrincipalForm::Map(groups) = &element.form else { unreachable!("a map") };
    let kinds: Vec<_> = groups.iter().map(|g| g.kind).collect();
    assert_eq!(kinds, [Some(PrincipalKey::Aws), Some(PrincipalKey::Service), None]);
    assert_eq!(groups[0].entries[0].principal, Principal::Account);
}

#[test]
fn what_does_not_fit_becomes_a_defect_and_the_rest_stays() {
    let found = defects(
        r#"{"Version":1,"Statment":[],"Statement":[5,{"Effect":["Allow"],"Action":{"a":1},
            "Resource":["*",null],"Resources":"x","Condition":[]}]}"#,
    );
    let expected = [
        ("Version", "1"),
        ("unknown, Statement", "\"Statment\""),
        ("Statement", "5"),
        ("Effect", "[\"Allow\"]"),
        ("Action", "{\"a\":1}"),
        ("Resource", "null"),
        ("unknown, Resource", "\"Resources\""),
        ("Condition", "[]"),
    ];
    let expected: Vec<_> = expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
    assert_eq!(found, expected);
}

#[test]
fn any_json_value_is_a_policy_of_sorts() {
    for text in ["", "5", "[]", "\"x\"", "null", "{", "{\"Statement\":", "[{\"Effect\":"] {
        let policy = policy(text);
        assert!(policy.statements.is_empty(), "{text}");
    }
}
