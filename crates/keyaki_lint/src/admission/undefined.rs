//! What no kind of policy can say, because AWS stores none that says it.
//!
//! Such a text has no meaning: a proof about it would be one about nothing, and a `Deny` that says
//! it would be lost without a word. This is wider than [`refusals`] where that leaves principals and
//! values to other kinds of policy, and narrower where it is about managed policies alone, or about
//! what makes no difference to requests.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>.

use keyaki_catalog::Catalog;
use keyaki_diag::TextRange;
use keyaki_eval::Caller;
use keyaki_ir::ip::Cidr;
use keyaki_ir::{
    ConditionBlock, ConditionValue, Family, Policy, Principal, PrincipalElement, PrincipalEntry,
    PrincipalForm, PrincipalGroup, PrincipalKey, Statement,
};
use keyaki_syntax::{NodeId, Tree, Value};

use super::{Reason, Refusal, refusals};
use crate::placeholder::{is_known, is_template};

/// Whether the statements of a policy name principals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// All of them, as in the policy of a resource.
    Principals,
    /// None, as in the policy of an identity.
    Nobody,
    /// All or none.
    Either,
}

/// Why a policy has no meaning: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// Where in the source.
    pub range: TextRange,
    /// Lower case, no full stop.
    pub message: String,
}

/// All for which a policy has no meaning, in the order of the source.
pub fn undefined(tree: &Tree, policy: &Policy, names: Names, catalog: &Catalog) -> Vec<Undefined> {
    let mut found: Vec<Undefined> = refusals(tree, policy, catalog)
        .into_iter()
        .filter(|refusal| bears_on_requests(refusal, policy, tree))
        .map(|r| Undefined { range: r.range, message: r.reason.message().to_owned() })
        .collect();
    let mut add = |at: NodeId, message: String| {
        found.push(Undefined { range: tree.range(at), message });
    };
    let named = policy.statements.iter().any(|s| s.principal_elements().next().is_some());
    let names = match names {
        Names::Either if named => Names::Principals,
        Names::Principals | Names::Nobody | Names::Either => names,
    };
    for statement in &policy.statements {
        if let Some((at, message)) = misnamed(statement, names) {
            add(at, message.to_owned());
        }
        for element in statement.principal_elements() {
            principal(element, tree, &mut add);
        }
        for block in statement.condition.iter().flat_map(|c| &c.blocks) {
            values(block, &mut add);
        }
    }
    found.sort_by_key(|f| (f.range.start, f.range.end));
    found
}

/// Whether a reason for which IAM saves no managed policy is one for every kind of policy, and
/// bears on what requests are allowed.
fn bears_on_requests(refusal: &Refusal, policy: &Policy, tree: &Tree) -> bool {
    let statement = || {
        let mut statements = policy.statements.iter();
        statements.find(|s| tree.range(s.origin).contains(refusal.range))
    };
    match refusal.reason {
        Reason::Character
        | Reason::MissingVersion
        | Reason::OldVersion
        | Reason::SidCharacters
        | Reason::RepeatedSid
        | Reason::Principal
        // Such patterns have readings: points D18 and D20.
        | Reason::ShortArn
        | Reason::WildcardInService => false,
        // A trust policy names no resources, and services take short forms in their own policies.
        Reason::NoResource
        | Reason::Region
        | Reason::UnknownPartition
        | Reason::EmptyService => {
            statement().is_none_or(|s| s.principal_elements().next().is_none())
        }
        Reason::NotAnArn => {
            // API Gateway completes such a name: see the guide on its resource policies.
            let text = refusal.range.slice(tree.source());
            !text.trim_start_matches('"').starts_with("execute-api:/")
        }
        Reason::UnknownVersion
        | Reason::NoStatement
        | Reason::WrongType
        | Reason::UnknownElement
        | Reason::NoEffect
        | Reason::UnknownEffect
        | Reason::NoAction
        | Reason::EmptyActions
        | Reason::EmptyResources
        | Reason::BothForms
        | Reason::WildcardWithoutService
        | Reason::NoService
        | Reason::TwoColons
        | Reason::ServiceCharacters
        | Reason::UnknownOperator
        | Reason::Date => true,
    }
}

/// Whether a statement names principals where it must not, or does not where it must, or both by
/// `Principal` and by `NotPrincipal`.
fn misnamed(statement: &Statement, names: Names) -> Option<(NodeId, &'static str)> {
    match (names, &statement.principal, &statement.not_principal) {
        (Names::Principals, None, None) => {
            Some((statement.origin, "the statement names no principals"))
        }
        (Names::Nobody, Some(element), _) | (Names::Nobody, None, Some(element)) => {
            Some((element.name, "a policy of this layer names no principals"))
        }
        (_, Some(_), Some(negated)) => Some((negated.name, Reason::BothForms.message())),
        (Names::Principals | Names::Nobody | Names::Either, _, _) => None,
    }
}

fn principal(element: &PrincipalElement, tree: &Tree, add: &mut impl FnMut(NodeId, String)) {
    let is_hole = |at: NodeId| tree.value(at).is_some_and(Value::is_hole);
    match &element.form {
        PrincipalForm::Any => {}
        PrincipalForm::Wrong if is_hole(element.origin) => {}
        PrincipalForm::Wrong => {
            add(
                element.origin,
                "principals are `\"*\"` or an object such as `{\"AWS\": …}`".into(),
            );
        }
        PrincipalForm::Map(groups) if groups.is_empty() => {
            add(element.origin, "the object names no principals".to_owned());
        }
        PrincipalForm::Map(groups) => {
            let known = groups.iter().filter(|group| !is_hole(group.key.origin));
            known.for_each(|group| group_of(group, add));
        }
    }
}

fn group_of(group: &PrincipalGroup, add: &mut impl FnMut(NodeId, String)) {
    let Some(kind) = group.kind else {
        let key = &group.key.value;
        return add(group.key.origin, format!("there is no principal key `{key}`"));
    };
    if group.entries.is_empty() {
        add(group.origin, "the list names no principals".to_owned());
    }
    for entry in group.entries.iter().filter(|e| !is_template(&e.text) && !names_some(kind, e)) {
        let (key, text) = (kind.name(), &entry.text);
        add(entry.origin, format!("`{text}` names no principal under `{key}`"));
    }
}

/// Whether an entry can name somebody: there are no wildcards in it but the lone `*`.
fn names_some(kind: PrincipalKey, entry: &PrincipalEntry) -> bool {
    let text = &*entry.text;
    match entry.principal {
        Principal::Any
        | Principal::AnyFederated
        | Principal::UserId
        | Principal::RoleId
        | Principal::CanonicalUser => true,
        Principal::Unknown => false,
        Principal::Service => kind == PrincipalKey::Service && !text.contains(['*', '?', '/']),
        Principal::SamlProvider | Principal::OidcProvider | Principal::WebIdentity => {
            !text.contains(['*', '?'])
        }
        Principal::Account
        | Principal::User
        | Principal::Role
        | Principal::AssumedRole
        | Principal::FederatedUser => Caller::parse(text).is_ok(),
    }
}

/// Values that their operator cannot read.
fn values(block: &ConditionBlock, add: &mut impl FnMut(NodeId, String)) {
    let Some(operator) = block.operator.operator else { return };
    let family = operator.base.family();
    for value in block.entries.iter().flat_map(|e| &e.values).filter(|v| is_known(v)) {
        if let Some(what) = unreadable(family, value) {
            add(value.origin, format!("`{}` is {what}", value.text()));
        }
    }
}

fn unreadable(family: Family, value: &ConditionValue) -> Option<&'static str> {
    let text = value.text();
    match family {
        Family::Bool | Family::Null => {
            let is_truth = ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
            (!is_truth).then_some("neither `true` nor `false`")
        }
        Family::IpAddress => Cidr::parse(text).is_none().then_some("no range of addresses"),
        // A text that begins with a number may be read as one: point D13.
        Family::Numeric => {
            let digits = text.trim_start_matches(['+', '-', '.']);
            let begins = digits.bytes().next().is_some_and(|b| b.is_ascii_digit());
            (!begins).then_some("no number")
        }
        Family::String | Family::Date | Family::Binary | Family::Arn => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is undefined in the first place.
    fn first(statement: &str, names: Names) -> Option<String> {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
        let tree = Tree::parse(text.as_str());
        let policy = keyaki_ir::lower(&tree);
        let catalog = keyaki_catalog::embedded();
        undefined(&tree, &policy, names, catalog).into_iter().next().map(|f| f.message)
    }

    fn with_principal(principal: &str) -> Option<String> {
        let rest = r#""Effect": "Deny", "Action": "s3:*", "Resource": "*""#;
        first(&format!(r#"{{{rest}, "Principal": {principal}}}"#), Names::Principals)
    }

    fn with_condition(condition: &str) -> Option<String> {
        let rest = r#""Effect": "Deny", "Action": "s3:*", "Resource": "*""#;
        first(&format!(r#"{{{rest}, "Condition": {{{condition}}}}}"#), Names::Nobody)
    }

    #[test]
    fn principals_have_forms() {
        for principal in [
            r#""*""#,
            r#"{"AWS": ["*", "111122223333", "AIDAEXAMPLEEXAMPLEEXA"]}"#,
            r#"{"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#,
            r#"{"AWS": "arn:aws:iam::${Account}:root"}"#,
            r#"{"Service": "sns.amazonaws.com", "Federated": "accounts.google.com"}"#,
        ] {
            assert_eq!(with_principal(principal), None, "{principal}");
        }
        for principal in [
            r#""arn:aws:iam::111122223333:root""#,
            r#"["*"]"#,
            "{}",
            r#"{"AWS": []}"#,
            r#"{"aws": "*"}"#,
            r#"{"AWS": "arn:aws:iam::111122223333:user/*"}"#,
            r#"{"AWS": "arn:aws:iam::1111:root"}"#,
            r#"{"Service": "*"}"#,
        ] {
            assert!(with_principal(principal).is_some(), "{principal}");
        }
    }

    #[test]
    fn values_fit_their_operator() {
        for condition in [
            r#""Bool": {"aws:SecureTransport": [true, "False"]}"#,
            r#""NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::1"]}"#,
            r#""NumericLessThan": {"s3:max-keys": ["10", "-0.5", "10abc"]}"#,
            r#""IpAddress": {"aws:SourceIp": "<office>"}"#,
        ] {
            assert_eq!(with_condition(condition), None, "{condition}");
        }
        for condition in [
            r#""Bool": {"aws:SecureTransport": "yes"}"#,
            r#""Null": {"aws:SourceVpce": "absent"}"#,
            r#""NotIpAddress": {"aws:SourceIp": "10.0.0.0/240"}"#,
            r#""NumericLessThan": {"s3:max-keys": "ten"}"#,
            r#""StringEqual": {"s3:prefix": "a"}"#,
        ] {
            assert!(with_condition(condition).is_some(), "{condition}");
        }
    }

    #[test]
    fn policies_of_resources_name_principals_and_others_do_not() {
        let plain = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;
        let named = plain.replace('}', r#", "Principal": "*"}"#);
        assert!(first(plain, Names::Principals).is_some());
        assert!(first(&named, Names::Nobody).is_some());
        for statement in [plain, named.as_str()] {
            assert_eq!(first(statement, Names::Either), None);
        }
        assert!(first(&format!("{plain}, {named}"), Names::Either).is_some());
    }
}
