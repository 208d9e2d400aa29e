//! What all searches share: who there is, who trusts whom, what runs with which role.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use keyaki_account::{Kind, Principal, RoleName, Workload};
use keyaki_eval::{Caller, Forms, names};
use keyaki_ir::date::Instant;
use keyaki_ir::{Effect, PrincipalForm, Statement};

use super::request::{Asking, By, Shared};
use super::way::{Gain, ways};
use crate::target::{Target, partition, targets};
use crate::{Auditor, NotAnalysed};

pub(crate) const NAME: &str = "escalation";

/// The users and roles of a snapshot, and what leads from one to another whoever asks.
pub(crate) struct Ground<'a> {
    pub(crate) auditor: &'a Auditor<'a>,
    /// When the requests are made, as keys hold it; none where that is open.
    pub(crate) now: Option<String>,
    /// Users and roles, by ARN.
    pub(crate) principals: Vec<&'a Principal>,
    /// Roles and resources, by ARN.
    pub(crate) targets: BTreeMap<String, Target>,
    /// Roles that trust a service, by account and service.
    trusting: BTreeMap<(String, &'static str), Vec<usize>>,
    /// Roles whose trust policies name a text: an ARN, an account, everybody.
    naming: HashMap<String, Vec<usize>>,
    /// Roles whose trust policies must be asked, whoever it is.
    open: Vec<usize>,
    /// What roles that CloudFormation may be passed can assume.
    pub(crate) through: BTreeMap<usize, Vec<usize>>,
    workloads: BTreeMap<(String, &'static str), Vec<Run<'a>>>,
    /// Kinds of workloads of which some have policies of their own, by account.
    guarded: BTreeSet<(String, &'static str)>,
    numbers: HashMap<&'a str, usize>,
    /// What could not be found out on the way.
    pub(crate) unknown: Vec<NotAnalysed>,
}

/// A workload, with its role where the snapshot holds it.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) workload: &'a Workload,
    pub(crate) role: Option<usize>,
}

pub(crate) const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";

impl<'a> Ground<'a> {
    pub(crate) fn new(auditor: &'a Auditor<'a>, now: Option<Instant>) -> Ground<'a> {
        let principals: Vec<&Principal> = auditor.snapshot.principals.values().collect();
        let numbers = principals.iter().enumerate().map(|(n, p)| (p.arn.as_str(), n)).collect();
        let mut all: BTreeMap<String, Target> = BTreeMap::new();
        for target in targets(auditor.snapshot) {
            all.entry(target.arn.clone()).or_insert(target);
        }
        let mut ground = Ground {
            auditor,
            now: now.and_then(Instant::calendar),
            targets: all,
            trusting: BTreeMap::new(),
            naming: HashMap::new(),
            open: Vec::new(),
            through: BTreeMap::new(),
            workloads: BTreeMap::new(),
            guarded: BTreeSet::new(),
            numbers,
            unknown: Vec::new(),
            principals,
        };
        ground.read_trust();
        ground.read_workloads();
        ground.read_through();
        ground
    }

    /// The number of a user or role.
    pub(crate) fn number(&self, arn: &str) -> Option<usize> {
        self.numbers.get(arn).copied()
    }

    /// The users or the roles of an account that can be had.
    pub(crate) fn of_account(&self, account: &str, kind: Kind) -> impl Iterator<Item = usize> {
        let fits = move |p: &&&Principal| {
            p.account == account && p.kind == kind && !is_service_linked(&p.arn)
        };
        let all = self.principals.iter().enumerate();
        let numbers: Vec<usize> = all.filter(|(_, p)| fits(p)).map(|(n, _)| n).collect();
        numbers.into_iter()
    }

    /// The roles of an account that trust a service.
    pub(crate) fn trusting(&self, account: &str, service: &'static str) -> &[usize] {
        self.trusting.get(&(account.to_owned(), service)).map_or(&[], Vec::as_slice)
    }

    /// The workloads of a kind.
    pub(crate) fn workloads(&self, account: &str, kind: &'static str) -> &[Run<'a>] {
        self.workloads.get(&(account.to_owned(), kind)).map_or(&[], Vec::as_slice)
    }

    /// Whether some workloads of a kind have policies of their own.
    pub(crate) fn is_guarded(&self, account: &str, kind: &'static str) -> bool {
        self.guarded.contains(&(account.to_owned(), kind))
    }

    /// The roles whose trust policies may let somebody in, and whether they name it, rather than
    /// its account.
    pub(crate) fn assumable(&self, principal: &Principal) -> Vec<(usize, bool)> {
        let partition = partition(&principal.arn);
        let account = &principal.account;
        let root = format!("arn:{partition}:iam::{account}:root");
        let of = |text: &str| self.naming.get(text).into_iter().flatten().copied();
        let mut found: BTreeMap<usize, bool> = BTreeMap::new();
        for role in of(&root).chain(of(account)) {
            found.entry(role).or_insert(false);
        }
        let open = self.open.iter().copied();
        for role in of(&principal.arn).chain(of("*")).chain(open) {
            found.insert(role, true);
        }
        found.into_iter().collect()
    }

    fn read_trust(&mut self) {
        let services: BTreeSet<&'static str> = ways().iter().flat_map(services_of).collect();
        for (number, role) in self.principals.clone().into_iter().enumerate() {
            let Some(trust) = role.trust.as_ref().filter(|t| t.defect.is_none()) else { continue };
            if is_service_linked(&role.arn) {
                continue;
            }
            let allows =
                || trust.policy.statements.iter().filter(|s| s.effect() == Some(Effect::Allow));
            for service in &services {
                let caller = Caller::Service { host: (*service).to_owned() };
                let named = |s: &Statement| names(s, Forms::ALL, &caller, self.auditor.profile);
                if allows().any(named) && self.lets_in(number, service) {
                    let key = (role.account.clone(), *service);
                    self.trusting.entry(key).or_default().push(number);
                }
            }
            allows().for_each(|s| self.read_names(number, s));
        }
        self.open.dedup();
    }

    /// Whether a role lets a service in, asked of the engine.
    fn lets_in(&mut self, role: usize, service: &'static str) -> bool {
        match self.assumed_by(By::Service(service), role) {
            Ok(is_let_in) => is_let_in,
            Err(why) => {
                self.cannot_tell(role, why);
                false
            }
        }
    }

    fn cannot_tell(&mut self, role: usize, why: String) {
        let about = self.principals.get(role).map(|p| p.arn.clone()).unwrap_or_default();
        self.unknown.push(NotAnalysed { analysis: NAME, about, why });
    }

    fn assumed_by(&self, by: By, role: usize) -> Result<bool, String> {
        let ask = self.assume(by, role);
        Asking::new(self, None, &Shared::default()).allows(&ask)
    }

    fn read_names(&mut self, role: usize, statement: &Statement) {
        let is_named = statement.not_principal.is_none();
        let Some(principal) = statement.principal.as_ref().filter(|_| is_named) else {
            return self.open.push(role);
        };
        match &principal.form {
            PrincipalForm::Any => self.name("*".to_owned(), role),
            PrincipalForm::Wrong => {}
            PrincipalForm::Map(_) => {
                for (_, entry) in principal.entries() {
                    use keyaki_ir::Principal as P;
                    match entry.principal {
                        P::Any | P::Account | P::User | P::Role => {
                            self.name(entry.text.to_string(), role);
                        }
                        P::AssumedRole => self.open.push(role),
                        P::FederatedUser
                        | P::Service
                        | P::SamlProvider
                        | P::OidcProvider
                        | P::WebIdentity
                        | P::AnyFederated
                        | P::CanonicalUser
                        | P::UserId
                        | P::RoleId
                        | P::Unknown => {}
                    }
                }
            }
        }
    }

    fn name(&mut self, text: String, role: usize) {
        let roles = self.naming.entry(text).or_default();
        if roles.last() != Some(&role) {
            roles.push(role);
        }
    }

    fn read_workloads(&mut self) {
        let mut profiles: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (number, role) in self.principals.iter().enumerate() {
            for profile in &role.instance_profiles {
                profiles.insert((&role.account, profile), number);
            }
        }
        for workload in self.auditor.snapshot.workloads.values() {
            let role = match &workload.role {
                None => None,
                Some(RoleName::Role(arn)) => self.numbers.get(arn.as_str()).copied(),
                Some(RoleName::Profile(name)) => {
                    profiles.get(&(workload.account.as_str(), name.as_str())).copied()
                }
            };
            if workload.role.is_some() && role.is_none() {
                let why = "the snapshot does not hold the role that it runs with";
                self.unknown.push(NotAnalysed {
                    analysis: NAME,
                    about: workload.arn.clone(),
                    why: why.to_owned(),
                });
            }
            let key = (workload.account.clone(), workload.kind);
            if self.targets.get(&workload.arn).is_some_and(|t| t.policy.is_some()) {
                self.guarded.insert(key.clone());
            }
            self.workloads.entry(key).or_default().push(Run { workload, role });
        }
    }

    fn read_through(&mut self) {
        let all = self.trusting.iter().filter(|((_, service), _)| *service == CLOUDFORMATION);
        let passed: Vec<usize> = all.flat_map(|(_, roles)| roles.iter().copied()).collect();
        for role in passed {
            let Some(principal) = self.principals.get(role).copied() else { continue };
            let mut found = Vec::new();
            for (other, _) in self.assumable(principal) {
                match self.assumed_by(By::Role(role), other) {
                    Ok(true) if other != role => found.push(other),
                    Ok(_) => {}
                    Err(why) => self.cannot_tell(other, why),
                }
            }
            self.through.insert(role, found);
        }
    }
}

fn services_of(way: &super::way::Way) -> Vec<&'static str> {
    match &way.gain {
        Gain::Pass { services, .. } => services.clone(),
        Gain::StackSet { .. } => vec![CLOUDFORMATION],
        Gain::Run { .. }
        | Gain::Take
        | Gain::Trust
        | Gain::Assume
        | Gain::Own
        | Gain::Group
        | Gain::Join
        | Gain::Unbound => Vec::new(),
    }
}

/// Roles of services, which nobody else can have.
pub(crate) fn is_service_linked(arn: &str) -> bool {
    arn.contains(":role/aws-service-role/")
}
