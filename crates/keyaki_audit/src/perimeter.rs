//! The data perimeter: only trusted identities, to trusted resources, from expected networks.
//!
//! Each side is a policy of its own that allows what is expected and nothing else; the question is
//! whether the policies of the snapshot allow more. So a proof is about all requests, and a
//! refutation is one that crosses. AWS's services are expected everywhere: as callers
//! (`aws:PrincipalIsAWSService`) and where they act for somebody (`aws:ViaAWSService`). Requests
//! that tell no network at all come from services as well.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html>.

use std::sync::Arc;

use keyaki_account::{Principal, Resource, ResourceKind, Stored};
use keyaki_analyze::{
    Access, Answer, Subject, Witness, Zone, no_access_beyond, no_new_access_among, words,
};
use keyaki_eval::{Caller, Document, Layer, Policies};
use keyaki_ir::ip::Cidr;

use crate::escalation::is_service_linked;
use crate::exposure::{full_access, subjects};
use crate::finding::{About, Finding, FindingKind, Outcome, Severity};
use crate::layered::Layered;
use crate::target::{Target, partition};
use crate::{Auditor, ZoneOfTrust, replay, zone};

const NAME: &str = "perimeter";

/// What is expected.
#[derive(Clone, Debug, Default)]
pub struct Perimeter {
    /// Who and whose resources are trusted.
    pub zone: ZoneOfTrust,
    /// Addresses in CIDR notation.
    pub addresses: Vec<String>,
    /// Ids of VPCs and of VPC endpoints.
    pub vpcs: Vec<String>,
}

impl Perimeter {
    /// A perimeter of a zone and networks: CIDR blocks, `vpc-…`, `vpce-…`.
    ///
    /// # Errors
    /// A text that is none of these.
    pub fn new(zone: ZoneOfTrust, networks: &[String]) -> Result<Perimeter, String> {
        let mut perimeter = Perimeter { zone, ..Perimeter::default() };
        for network in networks {
            let is_vpc = network.starts_with("vpc-") || network.starts_with("vpce-");
            match is_vpc {
                true => perimeter.vpcs.push(network.clone()),
                false if Cidr::parse(network).is_some() => {
                    perimeter.addresses.push(network.clone());
                }
                false => {
                    return Err(format!(
                        "`{network}` is no network: expected a CIDR block, `vpc-…` or `vpce-…`"
                    ));
                }
            }
        }
        Ok(perimeter)
    }

    /// Whether it says anything of networks.
    pub fn has_networks(&self) -> bool {
        !self.addresses.is_empty() || !self.vpcs.is_empty()
    }
}

/// A side of the perimeter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Identities,
    Resources,
    Networks,
}

impl Side {
    /// What requests it is about: what has an owner, where it is about owners.
    fn access(self, partition: &str, actions: Vec<String>) -> Vec<Access> {
        let owned = format!("arn:{partition}:*:*:*:?*");
        let resources: Vec<String> =
            (self == Side::Resources).then_some(owned).into_iter().collect();
        match actions.is_empty() && resources.is_empty() {
            true => Vec::new(),
            false => vec![Access { actions, resources }],
        }
    }

    fn words(self) -> &'static str {
        match self {
            Side::Identities => "trusted identities",
            Side::Resources => "trusted resources",
            Side::Networks => "expected networks",
        }
    }

    fn remedy(self) -> &'static str {
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

/// What one side expects, as statements without their principals.
fn expected(side: Side, zone: &Zone, perimeter: &Perimeter) -> Vec<String> {
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
fn document(conditions: &[String], names_principals: bool) -> Document {
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

/// Whether the policy of a resource or role lets somebody in from outside of the perimeter.
pub fn perimeter_of_target(
    target: &Target,
    perimeter: &Perimeter,
    auditor: &Auditor<'_>,
) -> Outcome {
    let not = |why: String| Outcome::not(NAME, &target.arn, why);
    let Some(policy) = &target.policy else { return Outcome::default() };
    if let Some(why) = target.unreadable() {
        return not(why);
    }
    let Some(owner) = &target.account else {
        return not("nothing tells which account owns it".to_owned());
    };
    let zone = perimeter.zone.around(owner, auditor.snapshot);
    let layered = Layered::default().with_target(auditor.snapshot, target).with_everything();
    let subjects = subjects(target, &layered, auditor);
    let refs: Vec<&Subject> = subjects.iter().collect();
    let mut sides = Vec::new();
    if zone::names_outsiders(policy, &zone) && !crate::exposure::is_blocked(target) {
        sides.push(Side::Identities);
    }
    if perimeter.has_networks() {
        sides.push(Side::Networks);
    }
    let mut outcome = Outcome::default();
    for side in sides {
        let within = within(side, &zone, perimeter);
        outcome.add(match no_access_beyond(&within, &refs, &[], &auditor.asker()) {
            Answer::Proved { .. } => Outcome::default(),
            Answer::Undecided(why) => not(format!("{}: {why}", side.words())),
            Answer::Refuted(witness) => {
                let (about, at) = (target.into(), At::Target(target));
                Crossing { about, at, side, layered: &layered, auditor }.told(&witness)
            }
        });
    }
    outcome
}

/// The VPC endpoints of a snapshot.
pub fn endpoints(snapshot: &keyaki_account::Snapshot) -> impl Iterator<Item = &Resource> {
    snapshot.described_resources().filter(|r| r.kind.name == ResourceKind::VPC_ENDPOINT)
}

/// Whether the policy of a VPC endpoint lets through who is not trusted, or to what is not.
///
/// Without a policy of its own, an endpoint lets everything through:
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>.
pub fn perimeter_of_endpoint(
    endpoint: &Resource,
    perimeter: &Perimeter,
    auditor: &Auditor<'_>,
) -> Outcome {
    let not = |why: String| Outcome::not(NAME, &endpoint.arn, why);
    let Some(policy) = &endpoint.policy else {
        return not("the snapshot does not hold its policy".to_owned());
    };
    if let Some(defect) = &policy.defect {
        return not(format!("its policy is broken: {defect}"));
    }
    let Some(owner) = &endpoint.account else {
        return not("nothing tells which account owns it".to_owned());
    };
    let zone = perimeter.zone.around(owner, auditor.snapshot);
    let layered = Layered::default().with_everything().with_resource_policy(open_to_all());
    let layered = layered.with_endpoint(policy);
    let of_endpoint = layered.policies.endpoint.clone();
    let policies = Policies { endpoint: of_endpoint, ..Policies::default() };
    let own = Subject { policies, layer: Some(Layer::Endpoint) };
    let known = endpoint.leads_to.as_ref().filter(|name| auditor.catalog.service(name).is_some());
    let through: Vec<String> = known.map(|service| format!("{service}:*")).into_iter().collect();
    let mut outcome = Outcome::default();
    for side in [Side::Identities, Side::Resources] {
        let within = within(side, &zone, perimeter);
        let access = side.access(partition(&endpoint.arn), through.clone());
        outcome.add(match no_access_beyond(&within, &[&own], &access, &auditor.asker()) {
            Answer::Proved { .. } => Outcome::default(),
            Answer::Undecided(why) => not(format!("{}: {why}", side.words())),
            Answer::Refuted(witness) => {
                let (account, kind) = (Some(owner.as_str()), endpoint.kind.name);
                let about = About { account, arn: &endpoint.arn, kind };
                let at = At::Endpoint;
                Crossing { about, at, side, layered: &layered, auditor }.told(&witness)
            }
        });
    }
    outcome
}

/// What one side expects, as the policy of whatever is asked for.
fn within(side: Side, zone: &Zone, perimeter: &Perimeter) -> Subject {
    let resource = Some(document(&expected(side, zone, perimeter), true));
    let policies = Policies { resource, ..Policies::default() };
    Subject { policies, layer: Some(Layer::Resource) }
}

/// Whether a user or role gets out of the perimeter.
pub fn perimeter_of_principal(
    principal: &Principal,
    perimeter: &Perimeter,
    auditor: &Auditor<'_>,
) -> Outcome {
    if is_service_linked(&principal.arn) {
        return Outcome::default();
    }
    let Ok(caller) = Caller::parse(&principal.arn) else {
        return Outcome::not(NAME, &principal.arn, "its ARN names no user or role");
    };
    let (layered, missing) = Layered::default().with_principal(auditor.snapshot, principal);
    let mut outcome = Outcome::default();
    if let Some(first) = missing.first() {
        let why =
            format!("{} of its policies are missing or broken, such as {first}", missing.len());
        outcome.add(Outcome::not(NAME, &principal.arn, why));
    }
    let zone = perimeter.zone.around(&principal.account, auditor.snapshot);
    let inside = Inside { principal, caller, layered, auditor };
    let conditions = expected(Side::Resources, &zone, perimeter);
    outcome.add(inside.ask(Side::Resources, &conditions, &[false]));
    if perimeter.has_networks() {
        let conditions = expected(Side::Networks, &zone, perimeter);
        outcome.add(inside.ask(Side::Networks, &conditions, &[true, false]));
    }
    outcome
}

struct Inside<'a> {
    principal: &'a Principal,
    caller: Caller,
    layered: Layered,
    auditor: &'a Auditor<'a>,
}

impl Inside<'_> {
    /// Whether it can do more than what is expected, with resources of its own account, or of
    /// others whose policies are taken to allow everything.
    fn ask(&self, side: Side, conditions: &[String], topologies: &[bool]) -> Outcome {
        let mut outcome = Outcome::default();
        for same_account in topologies {
            let layered = match same_account {
                true => self.layered.clone(),
                false => self.layered.clone().with_resource_policy(open_to_all()),
            };
            let policies = Policies {
                identity: vec![document(conditions, false)],
                resource: layered.policies.resource.clone(),
                ..Policies::default()
            };
            let within = Subject { policies, layer: None };
            let own = Subject { policies: layered.policies.clone(), layer: None };
            let (caller, asker) = (&self.caller, self.auditor.asker());
            let access = side.access(partition(&self.principal.arn), Vec::new());
            match no_new_access_among(&within, &own, caller, *same_account, &access, &asker) {
                Answer::Proved { .. } => {}
                Answer::Undecided(why) => {
                    let why = format!("{}: {why}", side.words());
                    outcome.add(Outcome::not(NAME, &self.principal.arn, why));
                }
                Answer::Refuted(witness) => {
                    let (about, auditor) = (self.principal.into(), self.auditor);
                    let at = At::Principal;
                    let crossing = Crossing { about, at, side, layered: &layered, auditor };
                    return outcome.and(crossing.told(&witness));
                }
            }
        }
        outcome
    }
}

/// What allows everything to everybody: the policy of a resource of which nothing is known.
fn open_to_all() -> Arc<Stored> {
    Arc::new(full_access().clone())
}

/// Where a request crosses.
#[derive(Clone, Copy)]
enum At<'a> {
    Target(&'a Target),
    Principal,
    Endpoint,
}

/// A side that some request crosses.
struct Crossing<'a> {
    about: About<'a>,
    at: At<'a>,
    side: Side,
    layered: &'a Layered,
    auditor: &'a Auditor<'a>,
}

impl Crossing<'_> {
    fn told(&self, witness: &Witness) -> Outcome {
        let mut request = witness.request.clone();
        if let At::Target(target) = self.at {
            if !target.has(&request.resource) {
                // The policy says `*`, or names something in it.
                request.resource.clone_from(&target.arn);
            }
            crate::reach::own(&mut request, target.account.as_ref());
        }
        let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
        match replay::shown(&request, &witness.absent, self.layered, profile, catalog) {
            Err(why) => Outcome::not(NAME, self.about.arn, format!("{}: {why}", self.side.words())),
            Ok(shown) => Outcome::of(self.finding(shown)),
        }
    }

    fn sentence(&self, who: &str, on: &str) -> String {
        let arn = self.about.arn;
        match (self.side, self.at) {
            (Side::Identities, At::Endpoint) => {
                format!("{who}, who is not trusted, can make requests through {arn}")
            }
            (Side::Identities, At::Target(_) | At::Principal) => {
                format!("{who}, who is not trusted, can use {arn}")
            }
            (Side::Resources, At::Endpoint) => format!(
                "{arn} lets requests through to resources that are not trusted, such as {on}"
            ),
            (Side::Resources, At::Target(_) | At::Principal) => {
                format!("{arn} can act on resources that are not trusted, such as {on}")
            }
            (Side::Networks, At::Principal) => {
                format!("{arn} can make requests from outside of the expected networks")
            }
            (Side::Networks, At::Target(_) | At::Endpoint) => {
                format!("{arn} lets requests in from outside of the expected networks")
            }
        }
    }

    fn finding(&self, shown: crate::ShownRequest) -> Finding {
        let who = words::principal(&shown.request.caller);
        let sentence = self.sentence(&who, &shown.request.resource);
        let severity = match (self.side, &shown.request.caller) {
            (Side::Identities, Caller::Anonymous) => Severity::High,
            _ => Severity::Medium,
        };
        let statements = self.statements(&shown);
        let is_of_others = matches!(self.at, At::Target(_) | At::Endpoint);
        let (kind, remedy) = (FindingKind::Perimeter, self.remedy());
        Finding {
            principal: is_of_others.then_some(who),
            actions: vec![shown.request.action.clone()],
            conditions: vec![self.side.words().to_owned()],
            request: Some(shown),
            statements,
            ..Finding::about(self.about, kind, severity, sentence, remedy)
        }
    }

    /// The statements that let it pass.
    fn statements(&self, shown: &crate::ShownRequest) -> Vec<crate::Shown> {
        let granting = replay::granting(&shown.request, &shown.absent, self.layered, self.auditor);
        let known = granting.into_iter().filter(|s| !s.policy.file.starts_with("p-RCP"));
        known.chain(replay::matching(Layer::Endpoint, shown, self.layered, self.auditor)).collect()
    }

    fn remedy(&self) -> &'static str {
        match (self.at, self.side) {
            (At::Endpoint, Side::Identities) => {
                "Ask for `aws:PrincipalOrgID` or `aws:PrincipalAccount` in the policy of the endpoint."
            }
            (At::Endpoint, Side::Resources) => {
                "Ask for `aws:ResourceOrgID` or `aws:ResourceAccount` in the policy of the endpoint, but for the resources of AWS that are needed."
            }
            (_, side) => side.remedy(),
        }
    }
}
