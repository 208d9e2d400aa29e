//! Who may call: whom the cases of callers once left out.

use super::*;
use keyaki_analyze::Access;
use keyaki_eval::{Caller, Evaluator, Policies, Request, Verdict};

fn resource(statements: &str) -> Subject {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Subject::resource(document(&text))
}

fn allow(principal: &str, condition: &str) -> Subject {
    resource(&format!(
        r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "s3:*", "Resource": "*",
            "Condition": {{{condition}}}}}"#
    ))
}

/// The request that is new.
fn new_request(old: &Subject, new: &Subject) -> Request {
    match answer(&Question::NoNewAccess { old, new }, Actions::Any) {
        Answer::Refuted(witness) => witness.request,
        other @ (Answer::Proved { .. } | Answer::Undecided(_)) => panic!("{other:?}"),
    }
}

const USERS: &str = r#""StringEquals": {"aws:PrincipalType": "User"}"#;

#[test]
fn somebody_who_is_not_named_is_not_called_as_one_who_is() {
    let old = allow(r#"{"AWS": "arn:aws:iam::111122223333:user/alice"}"#, USERS);
    let new = allow(r#"{"AWS": "111122223333"}"#, USERS);
    let caller = new_request(&old, &new).caller;
    assert!(matches!(&caller, Caller::User { name, .. } if name != "alice"), "{caller:?}");
}

#[test]
fn a_stranger_is_in_no_account_that_a_policy_names() {
    let old = allow(r#"{"AWS": "999988887777"}"#, USERS);
    let new = allow(r#"{"AWS": "*"}"#, USERS);
    assert_ne!(new_request(&old, &new).caller.account(), Some("999988887777"));
}

#[test]
fn accounts_of_other_partitions_have_callers() {
    let old = allow(r#"{"AWS": "111122223333"}"#, "");
    let new = allow(r#"{"AWS": "arn:aws-cn:iam::444455556666:root"}"#, "");
    assert_eq!(new_request(&old, &new).caller.partition(), Some("aws-cn"));
}

#[test]
fn digits_alone_may_name_an_account_of_any_partition() {
    let account = r#"{"AWS": "111122223333"}"#;
    let root = r#""StringEquals": {"aws:PrincipalType": "Account"}"#;
    let of_aws = format!(r#"{root}, "ArnLike": {{"aws:PrincipalArn": "arn:aws:iam::*:root"}}"#);
    let caller = new_request(&allow(account, &of_aws), &allow(account, root)).caller;
    assert!(matches!(&caller, Caller::Root { partition, .. } if partition != "aws"), "{caller:?}");
}

#[test]
fn who_names_a_user_names_the_federated_sessions_of_that_user() {
    let principal = r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#;
    let caller = new_request(&allow(principal, USERS), &allow(principal, "")).caller;
    let user = Some("ann".to_owned());
    assert!(matches!(&caller, Caller::FederatedUser { user: u, .. } if *u == user), "{caller:?}");
}

#[test]
fn a_session_may_be_of_a_role_with_a_path() {
    let principal = r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/deploy/ci"}"#;
    let path = r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/eng/*"}"#;
    let nobody = resource("");
    let caller = new_request(&nobody, &allow(principal, path)).caller;
    let Caller::RoleSession { role, session, .. } = caller else { panic!("{caller:?}") };
    assert_eq!((role.as_str(), session.as_str()), ("eng/deploy", "ci"));
}

#[test]
fn no_rcp_reaches_a_service_linked_role() {
    let mut subject = resource(
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}"#,
    );
    let deny =
        r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#;
    subject.layer = None;
    subject.policies.rcp = Some(vec![vec![document(deny)]]);
    let access = [Access { actions: vec!["s3:*".to_owned()], resources: Vec::new() }];
    let question = Question::AccessNotGranted { subject: &subject, access: &access };
    match answer(&question, Actions::Known) {
        Answer::Refuted(witness) => {
            assert!(witness.request.caller.is_service_linked(), "{:?}", witness.request);
            assert!(is_allowed(&subject.policies, &witness.request));
        }
        other @ (Answer::Proved { .. } | Answer::Undecided(_)) => panic!("{other:?}"),
    }
}

#[test]
fn a_principal_for_whom_no_case_stands_leaves_the_answer_open() {
    let group = r#"{"AWS": "arn:aws:iam::111122223333:group/staff"}"#;
    let (old, new) = (resource(""), allow(group, ""));
    match answer(&Question::NoNewAccess { old: &old, new: &new }, Actions::Any) {
        Answer::Undecided(reason) => assert!(reason.contains("group/staff"), "{reason}"),
        other @ (Answer::Proved { .. } | Answer::Refuted(_)) => panic!("{other:?}"),
    }
}

#[test]
fn a_web_identity_may_have_any_type_of_principal() {
    let principal = r#"{"Federated": "accounts.google.com"}"#;
    let typed = r#""StringLike": {"aws:PrincipalType": "*"}"#;
    let caller = new_request(&resource(""), &allow(principal, typed)).caller;
    assert!(matches!(caller, Caller::WebIdentity { .. }), "{caller:?}");
}

#[test]
fn an_unnamed_service_linked_role_is_known_by_its_arn() {
    let config =
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/config*"}"#;
    let mut subject = allow(r#""*""#, config);
    subject.layer = None;
    let nothing =
        r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#;
    subject.policies.rcp = Some(vec![vec![document(nothing)]]);
    let all = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    subject.policies.identity = vec![document(all)];
    match answer(&Question::AlwaysDenied { subject: &subject }, Actions::Known) {
        Answer::Refuted(witness) => assert!(is_allowed(&subject.policies, &witness.request)),
        other @ (Answer::Proved { .. } | Answer::Undecided(_)) => panic!("{other:?}"),
    }
}

#[test]
fn a_witness_says_whose_the_resource_is() {
    let user = "arn:aws:iam::111122223333:user/alice";
    let new = Subject {
        policies: Policies {
            identity: vec![document(
                r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#,
            )],
            resource: Some(document(&format!(
                r#"{{"Statement": {{"Effect": "Allow", "Principal": {{"AWS": "{user}"}},
                    "Action": "s3:GetObject", "Resource": "*"}}}}"#
            ))),
            ..Policies::default()
        },
        layer: None,
    };
    let mut old = new.clone();
    old.policies.resource = None;
    // In the same account the identity policy suffices in both.
    let request = new_request(&old, &new);
    assert!(is_allowed(&new.policies, &request) && !is_allowed(&old.policies, &request));
}

fn is_allowed(policies: &Policies, request: &Request) -> bool {
    let profile = Profile::documented();
    let evaluator = Evaluator::new(policies, &profile, keyaki_catalog::embedded());
    evaluator.decide(request).verdict == Verdict::Allow
}

const CANONICAL: &str = r#"{"CanonicalUser":
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}"#;

#[test]
fn a_canonical_user_that_is_named_has_the_keys_of_a_principal_of_its_account() {
    let new = allow(CANONICAL, USERS);
    let request = new_request(&resource(""), &new);
    assert!(matches!(request.caller, Caller::CanonicalUser { .. }), "{request:?}");
    assert_eq!(request.context.one("aws:PrincipalType"), Some("User"));
}

#[test]
fn a_canonical_user_that_is_named_may_be_without_the_keys_of_principals() {
    let absent = r#""Null": {"aws:PrincipalType": "true"}"#;
    let request = new_request(&resource(""), &allow(CANONICAL, absent));
    assert!(matches!(request.caller, Caller::CanonicalUser { .. }), "{request:?}");
    assert!(!request.context.has("aws:PrincipalType"));
}

#[test]
fn a_canonical_user_may_be_of_an_account_that_is_denied() {
    let statement = |effect: &str, principal: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Principal": {principal}, "Action": "s3:*", "Resource": "*"}}"#
        )
    };
    let granted = statement("Allow", CANONICAL);
    let subject = |second: &str| resource(&format!("{granted}, {second}"));
    for name in ["111122223333", "arn:aws:iam::111122223333:role/x"] {
        let denied = statement("Deny", &format!(r#"{{"AWS": "{name}"}}"#));
        let (old, new) = (subject(&denied), resource(&granted));
        let gained = answer(&Question::NoNewAccess { old: &old, new: &new }, Actions::Any);
        assert!(matches!(&gained, Answer::Undecided(why) if why.contains(name)), "{gained:?}");
        let lost = answer(&Question::NoNewAccess { old: &new, new: &old }, Actions::Any);
        assert!(matches!(lost, Answer::Proved { .. }), "{lost:?}");
        let other = resource(&statement("Allow", &format!(r#"{{"AWS": "{name}"}}"#)));
        let disjoint = answer(&Question::Disjoint { one: &new, other: &other }, Actions::Any);
        assert!(matches!(disjoint, Answer::Undecided(_)), "{disjoint:?}");
    }
    let service = subject(&statement("Deny", r#"{"Service": "logs.amazonaws.com"}"#));
    let question = Question::NoNewAccess { old: &service, new: &resource(&granted) };
    let gained = answer(&question, Actions::Any);
    assert!(matches!(gained, Answer::Proved { .. }), "{gained:?}");
}
