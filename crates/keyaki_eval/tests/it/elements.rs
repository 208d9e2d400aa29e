//! Statements that lack elements, or that have too many.

use keyaki_eval::{
    Caller, CallerKind, Context, Evaluator, Layer, Policies, Profile, Request, Says, Verdict,
};

use crate::support::document;

fn request(caller: &str, action: &str, resource: &str) -> Request {
    Request {
        caller: Caller::parse(caller).unwrap_or(Caller::Anonymous),
        action: action.to_owned(),
        resource: resource.to_owned(),
        resource_account: Some("111122223333".to_owned()),
        context: Context::new(),
    }
}

fn resource_policy(statement: &str) -> Policies {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
    Policies { resource: Some(document(&text)), ..Policies::default() }
}

fn decide(policies: &Policies, request: &Request) -> Verdict {
    let profile = Profile::documented();
    Evaluator::new(policies, &profile, keyaki_catalog::embedded()).decide(request).verdict
}

const USER: &str = "arn:aws:iam::111122223333:user/ann";

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#access_policies-json>:
/// a resource's policy without the element is about the resource that it is attached to.
#[test]
fn a_resource_policy_without_resource_is_about_its_resource() {
    let repository = "arn:aws:ecr:eu-west-1:111122223333:repository/app";
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": "{USER}"}}, "Action": "ecr:BatchGetImage"}}"#
    );
    let pull = request(USER, "ecr:BatchGetImage", repository);
    assert_eq!(decide(&resource_policy(&statement), &pull), Verdict::Allow);
    let text = r#"{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "ecr:BatchGetImage"}}"#;
    let identity = Policies { identity: vec![document(text)], ..Policies::default() };
    assert_eq!(decide(&identity, &pull), Verdict::ImplicitDeny);
}

/// AWS refuses both; a statement that has them names whom both leave.
#[test]
fn principal_and_not_principal_together_name_whom_both_leave() {
    let statement = |not: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": "{USER}"}},
                "NotPrincipal": {{"AWS": "{not}"}}, "Action": "*", "Resource": "*"}}"#
        )
    };
    let read = request(USER, "s3:GetObject", "arn:aws:s3:::bucket/key");
    let other = "arn:aws:iam::111122223333:user/eve";
    assert_eq!(decide(&resource_policy(&statement(other)), &read), Verdict::Allow);
    assert_eq!(decide(&resource_policy(&statement(USER)), &read), Verdict::ImplicitDeny);
}

/// What the trace says of a layer is what the decision made of it.
#[test]
fn the_trace_knows_that_not_principal_hits_bounded_principals() {
    let deny = r#"{"Effect": "Deny", "NotPrincipal": {"AWS": ["111122223333",
        "arn:aws:iam::111122223333:user/ann"]}, "Action": "*", "Resource": "*"}"#;
    let boundary = r#"{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let policies = Policies { boundary: Some(vec![document(boundary)]), ..resource_policy(deny) };
    let read = request(USER, "s3:GetObject", "arn:aws:s3:::bucket/key");
    let profile = Profile::documented();
    let evaluator = Evaluator::new(&policies, &profile, keyaki_catalog::embedded());
    assert_eq!(evaluator.decide(&read).verdict, Verdict::ExplicitDeny);
    let trace = evaluator.trace(&read);
    let resource = trace.iter().find(|l| l.layer == Layer::Resource);
    assert_eq!(resource.map(|l| l.says), Some(Says::Deny));
}

#[test]
fn the_trace_tells_layers_that_have_no_say() {
    let text = r#"{"Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#;
    let policies = Policies {
        scp: Some(vec![vec![document(text)]]),
        rcp: Some(vec![vec![document(text)]]),
        ..Policies::default()
    };
    let profile = Profile::documented();
    let evaluator = Evaluator::new(&policies, &profile, keyaki_catalog::embedded());
    let applying = |caller: &str, action: &str| {
        let trace = evaluator.trace(&request(caller, action, "*"));
        let applying = trace.into_iter().filter(|l| l.applies).map(|l| l.layer);
        applying.collect::<Vec<_>>()
    };
    let (scp, rcp) = (Layer::Scp(0), Layer::Rcp(0));
    assert_eq!(applying(USER, "s3:GetObject"), [rcp, scp, Layer::Identity]);
    assert_eq!(applying(USER, "ec2:RunInstances"), [scp, Layer::Identity]);
    assert_eq!(applying("anonymous", "s3:GetObject"), [rcp]);
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/X";
    let caller = Caller::parse(linked).map(|c| CallerKind::of(&c));
    assert_eq!(caller, Ok(CallerKind::ServiceLinkedRole));
    assert_eq!(applying(linked, "s3:GetObject"), [Layer::Identity]);
}
