//! For each contested point a case on which its readings differ.

use keyaki_eval::{Caller, Context, Point, Policies, Request, ResourceRole, Values, Verdict};

use crate::support::document;

/// Policies and a request on which the readings of a point differ.
pub(super) struct Case {
    pub(super) point: Point,
    pub(super) policies: Policies,
    pub(super) request: Request,
    pub(super) documented: Verdict,
    pub(super) alternative: Verdict,
}

const USER: &str = "arn:aws:iam::111122223333:user/ann";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s";

fn request(caller: &str) -> Request {
    Request {
        caller: Caller::parse(caller).unwrap_or(Caller::Anonymous),
        action: "s3:GetObject".to_owned(),
        resource: "arn:aws:s3:::bucket/key".to_owned(),
        resource_account: Some("111122223333".to_owned()),
        context: Context::new(),
    }
}

fn identity(statements: &str) -> Policies {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Policies { identity: vec![document(&text)], ..Policies::default() }
}

fn with_resource_policy(statements: &str) -> Policies {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Policies { resource: Some(document(&text)), ..Policies::default() }
}

/// A statement that allows everything under a condition.
fn if_holds(condition: &str) -> Policies {
    identity(&format!(
        r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{{condition}}}}}"#
    ))
}

/// A statement that allows everything on a resource.
fn on(resource: &str) -> Policies {
    identity(&format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "{resource}"}}"#))
}

/// A session policy about something else.
fn other_session_policy(policies: Policies) -> Policies {
    let text = r#"{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}"#;
    Policies { session: Some(vec![document(text)]), ..policies }
}

fn grant_to(principal: &str) -> Policies {
    with_resource_policy(&format!(
        r#"{{"Effect": "Allow", "Principal": "{principal}", "Action": "*", "Resource": "*"}}"#
    ))
}

/// The documented reading allows.
fn allows(point: Point, policies: Policies, request: Request) -> Case {
    let (documented, alternative) = (Verdict::Allow, Verdict::ImplicitDeny);
    Case { point, policies, request, documented, alternative }
}

/// The other reading allows.
fn refuses(point: Point, policies: Policies, request: Request) -> Case {
    let (documented, alternative) = (Verdict::ImplicitDeny, Verdict::Allow);
    Case { point, policies, request, documented, alternative }
}

fn held(key: &str, value: impl Into<Values>) -> Request {
    let mut request = request(USER);
    request.context.set(key, value);
    request
}

fn reading(resource: &str) -> Request {
    Request { resource: resource.to_owned(), ..request(USER) }
}

/// All cases, by number.
pub(super) fn all() -> Vec<Case> {
    vec![
        refuses(
            Point::ArnColon,
            on("arn:aws:svc:*:111122223333:finance/*"),
            reading("arn:aws:svc:us-east-2:999999999999:store/abc:111122223333:finance/a.txt"),
        ),
        allows(
            Point::SessionArnCap,
            other_session_policy(with_resource_policy(&format!(
                r#"{{"Effect": "Allow", "Principal": {{"AWS": "{SESSION}"}}, "Action": "*",
                    "Resource": "*"}}"#
            ))),
            request(SESSION),
        ),
        allows(Point::EverybodyCap, other_session_policy(grant_to("*")), request(SESSION)),
        allows(
            Point::RootWithoutPolicies,
            Policies::default(),
            request("arn:aws:iam::111122223333:root"),
        ),
        allows(
            Point::ForAnyValueIfExists,
            if_holds(r#""ForAnyValue:StringEqualsIfExists": {"app:key": "a"}"#),
            request(USER),
        ),
        Case {
            point: Point::NotPrincipalAccount,
            policies: with_resource_policy(&format!(
                r#"{{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}},
                   {{"Effect": "Deny", "NotPrincipal": {{"AWS": "{USER}"}}, "Action": "*",
                     "Resource": "*"}}"#
            )),
            request: request(USER),
            documented: Verdict::ExplicitDeny,
            alternative: Verdict::Allow,
        },
        refuses(
            Point::Variables2008,
            Policies {
                identity: vec![document(
                    r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*",
                        "Resource": "arn:aws:s3:::bucket/${aws:username}"}}"#,
                )],
                ..Policies::default()
            },
            held("aws:username", "key"),
        ),
        allows(
            Point::EscapeInEquals,
            if_holds(r#""StringEquals": {"app:key": "${*}"}"#),
            held("app:key", "*"),
        ),
        allows(
            Point::NotResourceUnresolved,
            identity(
                r#"{"Effect": "Allow", "Action": "*",
                    "NotResource": "arn:aws:s3:::bucket/${app:none}"}"#,
            ),
            request(USER),
        ),
        allows(Point::EmptyVariable, on("arn:aws:s3:::bucket/key${app:key}"), held("app:key", "")),
        allows(
            Point::DefaultWithoutSpace,
            on("arn:aws:s3:::bucket/${app:none,'key'}"),
            request(USER),
        ),
        allows(
            Point::EpochDates,
            if_holds(r#""DateLessThan": {"app:key": "2024-01-01T00:00:00Z"}"#),
            held("app:key", "1700000000"),
        ),
        refuses(
            Point::NumberPrefix,
            if_holds(r#""NumericEquals": {"app:key": "10"}"#),
            held("app:key", "10abc"),
        ),
        refuses(
            Point::NumberPrefix,
            if_holds(r#""NumericEquals": {"app:key": "2026.5"}"#),
            held("app:key", "2026.5-05.01"),
        ),
        allows(
            Point::ArnNotLikeMalformed,
            if_holds(r#""ArnNotLike": {"app:key": "arn:aws:iam::111122223333:role/app"}"#),
            held("app:key", "not-an-arn"),
        ),
        allows(
            Point::ArnLikeStar,
            if_holds(r#""ArnLike": {"app:key": "*"}"#),
            held("app:key", "arn:aws:iam::111122223333:role/app"),
        ),
        allows(
            Point::Ipv6Text,
            if_holds(r#""IpAddress": {"app:key": "2001:DB8::1"}"#),
            held("app:key", "2001:db8:0:0:0:0:0:1"),
        ),
        allows(Point::Newline, on("arn:aws:s3:::bucket/*"), reading("arn:aws:s3:::bucket/a\nb")),
        allows(
            Point::Newline,
            on("arn:aws:s3:::bucket/${app:key}*"),
            Request { resource: "arn:aws:s3:::bucket/a\nb".to_owned(), ..held("app:key", "a") },
        ),
        allows(
            Point::TypeWildcard,
            on("arn:aws:ec2:*:*:*/i-0abc"),
            reading("arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc"),
        ),
        allows(
            Point::TypeWildcard,
            on("arn:aws:ec2:*:*:inst?nce/i-0abc"),
            reading("arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc"),
        ),
        refuses(
            Point::ArnCase,
            on("arn:aws:sqs:EU-WEST-1:111122223333:queue"),
            reading("arn:aws:sqs:eu-west-1:111122223333:queue"),
        ),
        allows(Point::ShortArn, on("arn:aws:s3"), request(USER)),
        refuses(
            Point::MultivaluedPlain,
            if_holds(r#""StringEquals": {"app:key": "a"}"#),
            held("app:key", Values::List(vec!["a".to_owned(), "b".to_owned()])),
        ),
        allows(
            Point::NullModifiers,
            if_holds(r#""NullIfExists": {"app:key": "true"}"#),
            request(USER),
        ),
        refuses(
            Point::BoolVariables,
            if_holds(r#""Bool": {"app:key": "${app:key}"}"#),
            held("app:key", "true"),
        ),
        refuses(
            Point::TrustPolicyDecides,
            Policies { resource_role: ResourceRole::Role, ..on("*") },
            Request {
                action: "sts:AssumeRole".to_owned(),
                resource: "arn:aws:iam::111122223333:role/target".to_owned(),
                ..request(USER)
            },
        ),
    ]
}
