//! The analyses, and what of a snapshot each is about, one thing at a time.

use keyaki_account::{Account, Principal, Resource, Share};
use keyaki_audit::{Auditor, Clock, NotAnalysed, Outcome, Perimeter, Target, lockable, targets};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Analysis {
    /// Access of principals outside of the zone of trust.
    External,
    /// Access that everybody has.
    Public,
    /// Roles, users, passwords, access keys and services that nobody uses.
    Unused,
    /// Users and roles that can do everything.
    Admin,
    /// Users and roles that can become administrators.
    Escalation,
    /// Who inside of the zone of trust has access to the resources of `--resource`.
    Internal,
    /// Services that anybody can make act on a resource.
    ConfusedDeputy,
    /// Other accounts that can assume a role without an external id.
    ThirdParty,
    /// Identity providers that let in subjects whom no policy names.
    Federation,
    /// Root users with access keys, in use or without a second factor, and users without one.
    Credentials,
    /// Policies that nobody, or only the root user, can change any more.
    LockOut,
    /// What may be created only within a boundary and can get out of it.
    Boundary,
    /// What passwords and access keys alone are good for, without a second factor.
    Mfa,
    /// Tags that do not keep apart what policies mean to keep apart by them.
    Abac,
    /// Requests that cross the perimeter of `--zone` and `--network`.
    Perimeter,
}

impl Analysis {
    /// All that need no choice.
    pub(super) const ALL: [Analysis; 13] = [
        Analysis::External,
        Analysis::Public,
        Analysis::Unused,
        Analysis::Admin,
        Analysis::Escalation,
        Analysis::ConfusedDeputy,
        Analysis::ThirdParty,
        Analysis::Federation,
        Analysis::Credentials,
        Analysis::LockOut,
        Analysis::Boundary,
        Analysis::Mfa,
        Analysis::Abac,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Analysis::External => "external",
            Analysis::Public => "public",
            Analysis::Unused => "unused",
            Analysis::Admin => "admin",
            Analysis::Escalation => "escalation",
            Analysis::Internal => "internal",
            Analysis::ConfusedDeputy => "confused-deputy",
            Analysis::ThirdParty => "third-party",
            Analysis::Federation => "federation",
            Analysis::Credentials => "credentials",
            Analysis::LockOut => "lock-out",
            Analysis::Boundary => "boundary",
            Analysis::Mfa => "mfa",
            Analysis::Abac => "abac",
            Analysis::Perimeter => "perimeter",
        }
    }
}

/// One thing that an analysis is about.
#[derive(Clone, Copy)]
pub(super) enum Item<'s> {
    Target(&'s Target),
    Principal(&'s Principal),
    Share(&'s Share),
    Endpoint(&'s Resource),
    Account(&'s str, &'s Account),
}

impl<'s> Item<'s> {
    /// Its ARN, or the id of the account.
    pub(super) fn name(self) -> &'s str {
        match self {
            Item::Target(target) => &target.arn,
            Item::Principal(principal) => &principal.arn,
            Item::Share(share) => &share.resource,
            Item::Endpoint(endpoint) => &endpoint.arn,
            Item::Account(id, _) => id,
        }
    }
}

/// A snapshot with what analyses of it are made with.
pub(super) struct Scope<'s> {
    pub(super) auditor: &'s Auditor<'s>,
    pub(super) perimeter: &'s Perimeter,
    pub(super) clock: &'s Clock,
    targets: Vec<Target>,
    lockable: Vec<Target>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(
        auditor: &'s Auditor<'s>,
        perimeter: &'s Perimeter,
        clock: &'s Clock,
    ) -> Scope<'s> {
        let targets = targets(auditor.snapshot);
        let lockable = lockable(auditor.snapshot);
        Scope { auditor, perimeter, clock, targets, lockable }
    }

    /// Resources and roles.
    pub(super) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// What an analysis is about; nothing where it looks at the whole snapshot at once.
    pub(super) fn items(&self, analysis: Analysis) -> Vec<Item<'_>> {
        let snapshot = self.auditor.snapshot;
        let shares = || snapshot.shares.iter().map(Item::Share);
        let targets = || self.targets.iter().map(Item::Target);
        let principals = || snapshot.described_principals().map(Item::Principal);
        match analysis {
            Analysis::External | Analysis::Public => shares().chain(targets()).collect(),
            Analysis::ConfusedDeputy | Analysis::ThirdParty | Analysis::Federation => {
                targets().collect()
            }
            Analysis::LockOut => self.lockable.iter().map(Item::Target).collect(),
            Analysis::Unused
            | Analysis::Admin
            | Analysis::Boundary
            | Analysis::Mfa
            | Analysis::Abac => principals().collect(),
            Analysis::Perimeter => {
                let endpoints = keyaki_audit::endpoints(snapshot).map(Item::Endpoint);
                targets().chain(shares()).chain(endpoints).chain(principals()).collect()
            }
            Analysis::Credentials => {
                let accounts = snapshot.accounts.iter().map(|(id, a)| Item::Account(id, a));
                accounts.chain(principals()).collect()
            }
            Analysis::Escalation | Analysis::Internal => Vec::new(),
        }
    }

    /// What an analysis finds about one thing.
    pub(super) fn outcome(&self, analysis: Analysis, item: Item<'_>) -> Outcome {
        match item {
            Item::Target(target) => self.of_target(analysis, target),
            Item::Principal(principal) => self.of_principal(analysis, principal),
            Item::Share(share) if analysis == Analysis::Public => keyaki_audit::public_share(share),
            Item::Share(share) if analysis == Analysis::Perimeter => {
                keyaki_audit::perimeter_of_share(share, self.perimeter, self.auditor)
            }
            Item::Share(share) => {
                keyaki_audit::external_share(share, &self.perimeter.zone, self.auditor)
            }
            Item::Endpoint(endpoint) => {
                keyaki_audit::perimeter_of_endpoint(endpoint, self.perimeter, self.auditor)
            }
            Item::Account(id, account) => keyaki_audit::root(id, account, self.clock),
        }
    }

    fn of_target(&self, analysis: Analysis, target: &Target) -> Outcome {
        let (auditor, zone) = (self.auditor, &self.perimeter.zone);
        match analysis {
            Analysis::External => keyaki_audit::external(target, zone, auditor),
            Analysis::Public => keyaki_audit::public(target, auditor),
            Analysis::ConfusedDeputy => keyaki_audit::deputies(target, auditor),
            Analysis::ThirdParty => keyaki_audit::third_parties(target, zone, auditor),
            Analysis::Federation => keyaki_audit::federation(target, auditor),
            Analysis::LockOut => keyaki_audit::lock_out(target, auditor),
            Analysis::Perimeter => {
                keyaki_audit::perimeter_of_target(target, self.perimeter, auditor)
            }
            Analysis::Unused
            | Analysis::Admin
            | Analysis::Escalation
            | Analysis::Internal
            | Analysis::Credentials
            | Analysis::Boundary
            | Analysis::Mfa
            | Analysis::Abac => Outcome::default(),
        }
    }

    fn of_principal(&self, analysis: Analysis, principal: &Principal) -> Outcome {
        let auditor = self.auditor;
        match analysis {
            Analysis::Unused => keyaki_audit::unused(principal, self.clock, auditor.snapshot),
            Analysis::Admin => keyaki_audit::admin(principal, auditor),
            Analysis::Credentials => keyaki_audit::no_second_factor(principal),
            Analysis::Boundary => keyaki_audit::closure(principal, auditor),
            Analysis::Mfa => keyaki_audit::without_mfa(principal, &self.targets, auditor),
            Analysis::Abac => keyaki_audit::abac(principal, &self.targets, auditor),
            Analysis::Perimeter => {
                keyaki_audit::perimeter_of_principal(principal, self.perimeter, auditor)
            }
            Analysis::External
            | Analysis::Public
            | Analysis::Escalation
            | Analysis::Internal
            | Analysis::ConfusedDeputy
            | Analysis::ThirdParty
            | Analysis::Federation
            | Analysis::LockOut => Outcome::default(),
        }
    }

    /// What the snapshot lacks for these analyses, and what was not understood of it.
    pub(super) fn lacking(&self, analyses: &[Analysis]) -> Vec<NotAnalysed> {
        let snapshot = self.auditor.snapshot;
        let coverage = keyaki_account::coverage(snapshot);
        let asked = |question: &str| {
            analyses.iter().map(|a| a.name()).find(|name| *name == question || question == "all")
        };
        let missing = coverage.missing.iter().filter_map(|m| {
            let analysis = asked(m.question)?;
            let why = "the snapshot does not hold it".to_owned();
            Some(NotAnalysed { analysis, about: m.what.clone(), why })
        });
        let (weighty, _) = snapshot.remarks_by_weight();
        let remarks = weighty.into_iter().map(|r| NotAnalysed {
            analysis: "all",
            about: r.about.clone(),
            why: format!("{} (weakens: {})", r.message, r.weakens),
        });
        let asks_networks =
            analyses.contains(&Analysis::Perimeter) && !self.perimeter.has_networks();
        let networks = asks_networks.then(|| NotAnalysed {
            analysis: "perimeter",
            about: "expected networks".to_owned(),
            why: "nothing says which networks are expected: give `--network`".to_owned(),
        });
        missing.chain(remarks).chain(networks).collect()
    }
}
