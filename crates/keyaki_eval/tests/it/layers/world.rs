//! Policies and requests that combinations stand for.

use keyaki_eval::{Caller, Context, Document, Policies, Request, ResourceRole};

use super::truth::{Says, World};
use crate::support::document;

/// The account of the callers.
const OWN: &str = "111122223333";
/// The other account.
const OTHER: &str = "444455556666";

/// The kinds of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Anonymous,
    Root,
    User,
    RoleSession,
    ServiceLinked,
    /// A session that the user made with `GetFederationToken`.
    FederatedUser,
    Service,
    WebIdentity,
    Saml,
    Canonical,
}

impl Kind {
    pub(super) const ALL: [Kind; 10] = [
        Kind::Anonymous,
        Kind::Root,
        Kind::User,
        Kind::RoleSession,
        Kind::ServiceLinked,
        Kind::FederatedUser,
        Kind::Service,
        Kind::WebIdentity,
        Kind::Saml,
        Kind::Canonical,
    ];

    fn caller(self) -> Caller {
        let (partition, account) = ("aws".to_owned(), OWN.to_owned());
        match self {
            Kind::Anonymous => Caller::Anonymous,
            Kind::Root => Caller::Root { partition, account },
            Kind::User => Caller::User { partition, account, name: "eng/ann".to_owned() },
            Kind::RoleSession => Caller::RoleSession {
                partition,
                account,
                role: "eng/app".to_owned(),
                session: "s".to_owned(),
            },
            Kind::ServiceLinked => Caller::RoleSession {
                partition,
                account,
                role: "aws-service-role/x.amazonaws.com/AWSServiceRoleForX".to_owned(),
                session: "x".to_owned(),
            },
            Kind::FederatedUser => Caller::FederatedUser {
                partition,
                account,
                name: "bob".to_owned(),
                user: Some("eng/ann".to_owned()),
            },
            Kind::Service => Caller::Service { host: "x.amazonaws.com".to_owned() },
            Kind::WebIdentity => Caller::WebIdentity { provider: "accounts.google.com".to_owned() },
            Kind::Saml => {
                Caller::Saml { provider: format!("arn:aws:iam::{OWN}:saml-provider/corp") }
            }
            Kind::Canonical => Caller::CanonicalUser { id: "c".repeat(64) },
        }
    }
}

/// What stands in the principal element of a resource policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Somebody of a third account.
    Stranger,
    /// `"*"`.
    Everybody,
    /// `{"AWS": "*"}`.
    EveryAwsPrincipal,
    /// Twelve digits.
    AccountId,
    /// The ARN of the account's root.
    Account,
    User,
    Role,
    ServiceLinkedRole,
    Session,
    FederatedUser,
    Service,
    WebIdentity,
    Saml,
    Canonical,
    /// `NotPrincipal` with somebody of a third account.
    NotStranger,
    /// `NotPrincipal` with all of the callers that belong to the account, their account, and the
    /// service.
    NotListed,
}

impl Form {
    pub(super) const ALL: [Form; 16] = [
        Form::Stranger,
        Form::Everybody,
        Form::EveryAwsPrincipal,
        Form::AccountId,
        Form::Account,
        Form::User,
        Form::Role,
        Form::ServiceLinkedRole,
        Form::Session,
        Form::FederatedUser,
        Form::Service,
        Form::WebIdentity,
        Form::Saml,
        Form::Canonical,
        Form::NotStranger,
        Form::NotListed,
    ];

    /// The element, with its name.
    fn element(self) -> String {
        const LINKED: &str = "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
        let aws = |arn: String| format!(r#""Principal": {{"AWS": "{arn}"}}"#);
        let iam = |name: &str| aws(format!("arn:aws:iam::{OWN}:{name}"));
        let sts = |name: &str| aws(format!("arn:aws:sts::{OWN}:{name}"));
        match self {
            Form::Stranger => aws("arn:aws:iam::777788889999:user/eve".to_owned()),
            Form::Everybody => r#""Principal": "*""#.to_owned(),
            Form::EveryAwsPrincipal => aws("*".to_owned()),
            Form::AccountId => aws(OWN.to_owned()),
            Form::Account => iam("root"),
            Form::User => iam("user/eng/ann"),
            Form::Role => iam("role/eng/app"),
            Form::ServiceLinkedRole => iam(LINKED),
            Form::Session => sts("assumed-role/app/s"),
            Form::FederatedUser => sts("federated-user/bob"),
            Form::Service => r#""Principal": {"Service": "x.amazonaws.com"}"#.to_owned(),
            Form::WebIdentity => r#""Principal": {"Federated": "accounts.google.com"}"#.to_owned(),
            Form::Saml => {
                format!(r#""Principal": {{"Federated": "arn:aws:iam::{OWN}:saml-provider/corp"}}"#)
            }
            Form::Canonical => format!(r#""Principal": {{"CanonicalUser": "{}"}}"#, "c".repeat(64)),
            Form::NotStranger => {
                r#""NotPrincipal": {"AWS": "arn:aws:iam::777788889999:user/eve"}"#.to_owned()
            }
            Form::NotListed => format!(
                r#""NotPrincipal": {{"Service": "x.amazonaws.com", "AWS": ["{OWN}",
                    "arn:aws:iam::{OWN}:user/eng/ann", "arn:aws:iam::{OWN}:role/eng/app",
                    "arn:aws:iam::{OWN}:{LINKED}", "arn:aws:sts::{OWN}:assumed-role/app/s",
                    "arn:aws:sts::{OWN}:assumed-role/AWSServiceRoleForX/x",
                    "arn:aws:sts::{OWN}:federated-user/bob"]}}"#
            ),
        }
    }
}

/// All policies and requests that occur, each read once.
pub(super) struct Papers {
    /// Without a principal element.
    plain: [Document; 3],
    /// For everybody.
    open: [Document; 3],
    resource: Vec<[Document; 3]>,
    requests: Vec<Request>,
}

/// A policy with one statement that allows, denies, or is about something else.
fn three(principal: &str) -> [Document; 3] {
    let text = |effect: &str, action: &str| {
        let comma = if principal.is_empty() { "" } else { "," };
        document(&format!(
            r#"{{"Version": "2012-10-17", "Statement": [
                {{"Effect": "{effect}", "Action": "{action}", "Resource": "*"{comma} {principal}}}]}}"#
        ))
    };
    [text("Allow", "sqs:*"), text("Allow", "*"), text("Deny", "*")]
}

fn pick(three: &[Document; 3], says: Says) -> Option<Document> {
    match says {
        Says::Absent => None,
        Says::Silent => Some(three[0].clone()),
        Says::Allow => Some(three[1].clone()),
        Says::Deny => Some(three[2].clone()),
    }
}

impl Papers {
    pub(super) fn new() -> Self {
        let mut requests = Vec::new();
        for role in super::ROLES {
            for kind in Kind::ALL {
                requests.extend([OWN, OTHER].map(|owner| request(role, kind, owner)));
            }
        }
        let resource = Form::ALL.map(|form| three(&form.element())).to_vec();
        Self { plain: three(""), open: three(&Form::Everybody.element()), resource, requests }
    }

    /// The policies of a combination.
    pub(super) fn policies(&self, world: &World) -> Policies {
        let plain = |says| pick(&self.plain, says);
        let level = |says| plain(says).into_iter().collect::<Vec<_>>();
        let form = Form::ALL.iter().position(|f| *f == world.form).unwrap_or(0);
        Policies {
            identity: plain(world.identity).into_iter().collect(),
            boundary: plain(world.boundary).map(|d| vec![d]),
            session: plain(world.session).map(|d| vec![d]),
            scp: world.scp.map(|levels| levels.map(level).to_vec()),
            rcp: pick(&self.open, world.rcp).map(|d| vec![vec![d]]),
            endpoint: pick(&self.open, world.endpoint),
            resource: pick(&self.resource[form], world.resource),
            resource_role: world.role,
            ..Policies::default()
        }
    }

    /// The request of a combination.
    pub(super) fn request(&self, world: &World) -> &Request {
        let role = super::ROLES.iter().position(|r| *r == world.role).unwrap_or(0);
        let kind = Kind::ALL.iter().position(|k| *k == world.kind).unwrap_or(0);
        &self.requests[(role * Kind::ALL.len() + kind) * 2 + usize::from(!world.same_account)]
    }
}

fn request(role: ResourceRole, kind: Kind, owner: &str) -> Request {
    let (action, resource) = match (role, kind) {
        (ResourceRole::Ordinary, _) => ("s3:GetObject", "arn:aws:s3:::bucket/key".to_owned()),
        (ResourceRole::Role, Kind::WebIdentity) => {
            ("sts:AssumeRoleWithWebIdentity", format!("arn:aws:iam::{owner}:role/target"))
        }
        (ResourceRole::Role, Kind::Saml) => {
            ("sts:AssumeRoleWithSAML", format!("arn:aws:iam::{owner}:role/target"))
        }
        (ResourceRole::Role, _) => ("sts:AssumeRole", format!("arn:aws:iam::{owner}:role/target")),
        (ResourceRole::Key, _) => ("kms:Decrypt", format!("arn:aws:kms:eu-west-1:{owner}:key/k")),
    };
    Request {
        caller: kind.caller(),
        action: action.to_owned(),
        resource,
        resource_account: Some(owner.to_owned()),
        context: Context::new(),
    }
}
