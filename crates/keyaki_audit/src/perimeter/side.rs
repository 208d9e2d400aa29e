//! The sides of the perimeter: what each expects, as a policy.

use keyaki_account::Stored;
use keyaki_analyze::{Access, Answer, Subject, Zone};
use keyaki_eval::{Document, Layer, Policies};

use super::Perimeter;
use crate::replay;
use crate::target::partition;

/// A side of the perimeter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Identities,
    Resources,
    Networks,
}

impl Side {
    /// What requests of an ARN's partition it is about: for what has an owner, where it is about
    /// owners.
    pub(super) fn access(self, of: &str, actions: &[String]) -> Vec<Access> {
        match self {
            Side::Resources => vec![named(of, actions)],
            Side::Identities | Side::Networks if actions.is_empty() => Vec::new(),
            Side::Identities | Side::Networks => {
                vec![Access { actions: actions.to_vec(), resources: Vec::new() }]
            }
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Side::Identities => "trusted identities",
            Side::Resources => "trusted resources",
            Side::Networks => "expected networks",
        }
    }

    pub(super) fn remedy(self) -> &'static str {
        match self {
            Side::Identities => {
                "Deny with a resource control policy, or in the policy of the resource, whoever has another `aws:PrincipalOrgID` and is no AWS service (`aws:PrincipalIsAWSService`)."
            }
            Side::Resources => {
                "Deny with a service control policy what has another `aws:ResourceOrgID`, but for the resources of AWS that are needed."
            }
            Side::Networks => {
                "Deny what has neither an expected `aws:SourceIp` nor an expected `aws:SourceVpc` or `aws:SourceVpce`, unless `aws:ViaAWSService` or `aws:PrincipalIsAWSService` is true: for identities with a service control policy, for resources with a resource control policy."
            }
        }
    }
}

/// Requests for something that has an ARN.
fn named(of: &str, actions: &[String]) -> Access {
    let resources = vec![format!("arn:{}:*:*:*:?*", partition(of))];
    Access { actions: actions.to_vec(), resources }
}

/// The answer for all requests; of those that refute, if possible, one for something that has an
/// ARN, which tells more.
pub(super) fn asked(
    side: Side,
    of: &str,
    actions: &[String],
    ask: impl Fn(&[Access]) -> Answer,
) -> Answer {
    let answer = ask(&side.access(of, actions));
    if side == Side::Resources || !matches!(answer, Answer::Refuted(_)) {
        return answer;
    }
    match ask(&[named(of, actions)]) {
        telling @ Answer::Refuted(_) => telling,
        Answer::Proved { .. } | Answer::Undecided(_) => answer,
    }
}

/// What one side expects, as statements without their principals.
pub(super) fn expected(side: Side, zone: &Zone, perimeter: &Perimeter) -> Vec<String> {
    let list = |values: &[String]| {
        let quoted: Vec<String> = values.iter().map(|v| replay::quoted(v)).collect();
        format!("[{}]", quoted.join(", "))
    };
    let is = |operator: &str, key: &str, values: &[String]| {
        (!values.is_empty()).then(|| format!(r#"{{"{operator}": {{"{key}": {}}}}}"#, list(values)))
    };
    let flag = |key: &str| Some(format!(r#"{{"Bool": {{"{key}": "true"}}}}"#));
    let (accounts, organizations) = (&zone.accounts, &zone.organizations);
    let vpcs = |head: &str| -> Vec<String> {
        perimeter.vpcs.iter().filter(|id| id.starts_with(head)).cloned().collect()
    };
    let conditions = match side {
        Side::Identities => vec![
            is("StringEquals", "aws:PrincipalAccount", accounts),
            is("StringEquals", "aws:PrincipalOrgID", organizations),
            flag("aws:PrincipalIsAWSService"),
        ],
        Side::Resources => vec![
            is("StringEquals", "aws:ResourceAccount", accounts),
            is("StringEquals", "aws:ResourceOrgID", organizations),
        ],
        Side::Networks => vec![
            is("IpAddress", "aws:SourceIp", &perimeter.addresses),
            is("StringEquals", "aws:SourceVpc", &vpcs("vpc-")),
            is("StringEquals", "aws:SourceVpce", &vpcs("vpce-")),
            flag("aws:ViaAWSService"),
            flag("aws:PrincipalIsAWSService"),
            Some(r#"{"Null": {"aws:SourceIp": "true", "aws:SourceVpc": "true", "aws:SourceVpce": "true"}}"#.to_owned()),
        ],
    };
    conditions.into_iter().flatten().collect()
}

/// A policy that allows everything under each of these conditions, and identity providers to let
/// in whom they vouch for where it names principals: whom they let in, `federation` asks.
pub(super) fn document(conditions: &[String], names_principals: bool) -> Document {
    let who = if names_principals { r#""Principal": "*", "# } else { "" };
    let statement = |condition: &String| {
        format!(
            r#"{{"Effect": "Allow", {who}"Action": "*", "Resource": "*", "Condition": {condition}}}"#
        )
    };
    let mut statements: Vec<String> = conditions.iter().map(statement).collect();
    if names_principals && conditions.iter().any(|c| c.contains("aws:PrincipalAccount")) {
        let providers = r#"{"Effect": "Allow", "Principal": {"Federated": "*"}, "Action": "sts:*", "Resource": "*"}"#;
        statements.push(providers.to_owned());
    }
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "));
    let stored = Stored::of_text("what is expected", &text);
    debug_assert!(stored.defect.is_none(), "what is expected is a policy: {text}");
    Document { name: stored.name, policy: stored.policy }
}

/// What one side expects, as the policy of whatever is asked for.
pub(super) fn within(side: Side, zone: &Zone, perimeter: &Perimeter) -> Subject {
    let resource = Some(document(&expected(side, zone, perimeter), true));
    let policies = Policies { resource, ..Policies::default() };
    Subject { policies, layer: Some(Layer::Resource) }
}
