//! The data perimeter: only trusted identities, to trusted resources, from expected networks.
//!
//! Each side is a policy of its own that allows what is expected and nothing else; the question is
//! whether the policies of the snapshot allow more. So a proof is about all requests, and a
//! refutation is one that crosses. AWS's services are expected everywhere: as callers
//! (`aws:PrincipalIsAWSService`) and where they act for somebody (`aws:ViaAWSService`). Requests
//! that tell no network at all come from services as well.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html>.

mod crossing;
mod side;

use std::sync::Arc;

use keyaki_account::{Principal, Resource, ResourceKind, Share, Snapshot, Stored};
use keyaki_analyze::{Access, Answer, Subject, no_access_beyond, no_new_access_among};
use keyaki_eval::{Caller, Layer, Policies};
use keyaki_ir::ip::Cidr;

use crate::escalation::is_service_linked;
use crate::exposure::{full_access, is_blocked, subjects};
use crate::finding::{About, Outcome};
use crate::layered::Layered;
use crate::shared::external_share;
use crate::target::Target;
use crate::through::{closed, id, services};
use crate::{Auditor, ZoneOfTrust, zone};

use crossing::{At, Crossing};
use side::{Side, asked, document, expected, within};

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

    /// The same, with the endpoints that belong to the expected VPCs: what passes one of them comes
    /// from its VPC.
    #[must_use]
    pub fn with_endpoints(mut self, snapshot: &Snapshot) -> Perimeter {
        let is_of_vpc = |e: &&Resource| {
            let vpc = e.endpoint.as_ref().and_then(|e| e.vpc.as_ref());
            vpc.is_some_and(|vpc| self.vpcs.contains(vpc))
        };
        let within = endpoints(snapshot).filter(is_of_vpc);
        let ids: Vec<String> = within.map(|e| id(e).to_owned()).collect();
        self.vpcs.extend(ids);
        self
    }

    /// Whether it says anything of networks.
    pub fn has_networks(&self) -> bool {
        !self.addresses.is_empty() || !self.vpcs.is_empty()
    }
}

/// Whether an ACL, a list or a grant lets somebody in who is not trusted; what exactly it gives,
/// the analysis of external access tells.
pub fn perimeter_of_share(share: &Share, perimeter: &Perimeter, auditor: &Auditor<'_>) -> Outcome {
    if external_share(share, &perimeter.zone, auditor).findings.is_empty() {
        return Outcome::default();
    }
    let why =
        format!("its {} lets in somebody who is not trusted; `external` tells whom", share.by);
    Outcome::not(NAME, &share.resource, why)
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
    if zone::names_outsiders(policy, &zone) && !is_blocked(target) {
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
pub fn endpoints(snapshot: &Snapshot) -> impl Iterator<Item = &Resource> {
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
    if let Some(why) = endpoint.endpoint.as_ref().and_then(closed) {
        return not(format!("it {why}"));
    }
    let zone = perimeter.zone.around(owner, auditor.snapshot);
    let layered = Layered::default().with_everything().with_resource_policy(open_to_all());
    let layered = layered.with_endpoint(policy);
    let of_endpoint = layered.policies.endpoint.clone();
    let policies = Policies { endpoint: of_endpoint, ..Policies::default() };
    let own = Subject { policies, layer: Some(Layer::Endpoint) };
    let known = services(endpoint, auditor.catalog).into_iter().flatten();
    let through: Vec<String> = known.map(|service| format!("{service}:*")).collect();
    let mut outcome = Outcome::default();
    for side in [Side::Identities, Side::Resources] {
        let within = within(side, &zone, perimeter);
        let asker = auditor.asker();
        let ask = |access: &[Access]| no_access_beyond(&within, &[&own], access, &asker);
        outcome.add(match asked(side, &endpoint.arn, &through, ask) {
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
    outcome.add(Outcome::lacking(NAME, &principal.arn, &missing));
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
            let ask = |access: &[Access]| {
                no_new_access_among(&within, &own, caller, *same_account, access, &asker)
            };
            match asked(side, &self.principal.arn, &[], ask) {
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
