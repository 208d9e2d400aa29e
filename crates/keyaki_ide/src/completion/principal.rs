//! Principals.

use keyaki_ir::{PolicyKind, PrincipalKey};

use super::{CompletionKind, Insertion, Sink, resource};
use crate::facts::Topic;

/// The whole value of `Principal`.
pub(super) fn forms(sink: &mut Sink<'_>) {
    let forms = [
        ("AWS", "{ \"AWS\": \"arn:aws:iam::⟨Account⟩:⟨root⟩\" }"),
        ("Service", "{ \"Service\": \"⟨⟩\" }"),
        ("Federated", "{ \"Federated\": \"⟨⟩\" }"),
    ];
    for (rank, (label, text)) in forms.into_iter().enumerate() {
        let text = Insertion::template(text);
        let item = sink.raw(CompletionKind::Snippet, label, text, format!("\"{label}\""));
        item.rank = rank as u32;
        item.topic = Some(Topic::Element(label.to_owned()));
    }
    let item = sink.string(CompletionKind::Principal, "*");
    item.detail = "everybody".to_owned();
}

pub(super) fn kinds(sink: &mut Sink<'_>) {
    for (rank, kind) in PrincipalKey::ALL.into_iter().enumerate() {
        if sink.has(kind.name()) {
            continue;
        }
        let value = Insertion::template("\"⟨⟩\"");
        let item = sink.member(CompletionKind::Element, kind.name(), value);
        item.rank = rank as u32;
        item.topic = Some(Topic::Element(kind.name().to_owned()));
        item.continues = true;
    }
}

pub(super) fn principals(sink: &mut Sink<'_>, kind: &str) {
    match PrincipalKey::ALL.into_iter().find(|known| known.name() == kind) {
        Some(PrincipalKey::Aws) => aws(sink),
        Some(PrincipalKey::Service) => services(sink),
        Some(PrincipalKey::Federated) => providers(sink),
        Some(PrincipalKey::CanonicalUser) | None => {}
    }
}

fn aws(sink: &mut Sink<'_>) {
    if resource::segments(sink) {
        return;
    }
    arns(sink);
    let everybody = sink.string(CompletionKind::Principal, "*");
    everybody.detail = "everybody, anonymous callers included".to_owned();
    everybody.rank = 60;
}

/// Accounts that the document names, and the forms of ARNs of principals.
pub(super) fn arns(sink: &mut Sink<'_>) {
    for (account, seen) in sink.accounts() {
        let item = sink.string(CompletionKind::Principal, &format!("arn:aws:iam::{account}:root"));
        item.detail = seen.to_owned();
        item.rank = 10;
    }
    let forms = [
        ("arn:aws:iam::${Account}:root", "an account"),
        ("arn:aws:iam::${Account}:role/${RoleName}", "a role"),
        ("arn:aws:iam::${Account}:user/${UserName}", "a user"),
        ("arn:aws:sts::${Account}:assumed-role/${RoleName}/${SessionName}", "a role session"),
    ];
    for (form, detail) in forms {
        let text = Insertion::of_holes(form, resource::first_value(sink));
        let item = sink.text(CompletionKind::Principal, form, text);
        item.detail = detail.to_owned();
        item.rank = 20;
    }
}

pub(super) fn services(sink: &mut Sink<'_>) {
    for name in SERVICES {
        sink.string(CompletionKind::Principal, &format!("{name}.amazonaws.com"));
    }
}

fn providers(sink: &mut Sink<'_>) {
    let forms = [
        ("arn:aws:iam::${Account}:oidc-provider/${Host}", "an OpenID Connect provider"),
        ("arn:aws:iam::${Account}:saml-provider/${Name}", "a SAML provider"),
        ("cognito-identity.amazonaws.com", "Amazon Cognito"),
        ("accounts.google.com", "Google"),
        ("graph.facebook.com", "Facebook"),
        ("www.amazon.com", "Login with Amazon"),
    ];
    let is_trust = sink.kind == PolicyKind::Trust;
    for (form, detail) in forms {
        let text = Insertion::of_holes(form, resource::first_value(sink));
        let item = sink.text(CompletionKind::Principal, form, text);
        item.detail = detail.to_owned();
        item.rank = if is_trust { 20 } else { 50 };
    }
}

/// Service principals that policies name often, without `.amazonaws.com`. AWS publishes no list of
/// all of them; each stands in the documentation of its service.
const SERVICES: &[&str] = &[
    "access-analyzer",
    "apigateway",
    "application-autoscaling",
    "appsync",
    "autoscaling",
    "backup",
    "batch",
    "bedrock",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "config",
    "datasync",
    "delivery.logs",
    "dms",
    "dynamodb",
    "ec2",
    "ecs",
    "ecs-tasks",
    "edgelambda",
    "eks",
    "eks-fargate-pods",
    "elasticloadbalancing",
    "elasticmapreduce",
    "events",
    "firehose",
    "glue",
    "guardduty",
    "iot",
    "kinesis",
    "lambda",
    "logs",
    "monitoring.rds",
    "pipes",
    "pods.eks",
    "rds",
    "redshift",
    "s3",
    "sagemaker",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "ses",
    "sns",
    "spotfleet",
    "sqs",
    "ssm",
    "states",
    "transfer",
    "vpc-flow-logs",
];
