//! What is asked about: an action on a resource, or on whatever fits a pattern.

use std::sync::OnceLock;

use keyaki_account::{Principal, Resource};
use keyaki_analyze::{Access, KeyIs};
use keyaki_catalog::Catalog;
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Arn, Element, ResourcePattern, Statement};

use crate::Auditor;
use crate::target::{Target, partition, targets};
use crate::through::Through;
use crate::usual::Usual;

/// An action on a resource, with what guards that resource.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The action, perhaps with wildcards.
    pub action: String,
    /// The resource: an ARN, perhaps with wildcards, or `*`.
    pub resource: String,
    /// The account that owns it, where that is known.
    pub owner: Option<String>,
    /// What of the snapshot it belongs to, or may belong to where it has wildcards: what one
    /// policy says is one target.
    pub targets: Vec<Target>,
    /// Those of the actions that the policy of a role or a KMS key must allow.
    pub guarded: Vec<String>,
    /// The VPC endpoint that requests come through, if it is asked about one.
    pub(crate) through: Option<Through>,
    /// Whether principals may have other tags than the snapshot tells.
    pub(crate) any_tags: bool,
    /// Whether it is a part of the one target, so that nothing else fits.
    is_within: bool,
    /// What requests of each account's principals bring, once it was asked for.
    usual: OnceLock<Usual>,
}

impl Asked {
    /// What is asked about, with what the snapshot knows of it.
    pub fn new(action: &str, resource: &str, auditor: &Auditor<'_>) -> Asked {
        let in_arn = Arn::plain(resource).map(|a| a.get(resource, Segment::Account).to_owned());
        let mut asked = Asked {
            action: action.to_owned(),
            resource: resource.to_owned(),
            owner: in_arn.filter(|a| is_account_id(a)),
            targets: Vec::new(),
            guarded: guarded(action, auditor.catalog),
            through: None,
            any_tags: false,
            is_within: false,
            usual: OnceLock::new(),
        };
        let mut targets = targets(auditor.snapshot);
        targets.retain(|t| match asked.is_open() {
            true => asked.may_be_of(t),
            false => t.has(resource) && asked.is_of_service(t),
        });
        if !asked.is_open() {
            let known = targets.first().and_then(|t| t.account.clone());
            let mut shares = auditor.snapshot.shares.iter().filter(|s| asked.bears_on(&s.resource));
            let shared = shares.find_map(|s| s.account.clone());
            asked.owner = asked.owner.or(known).or(shared);
        }
        asked.targets = targets;
        asked
    }

    /// The same, of requests that come through a VPC endpoint.
    ///
    /// # Errors
    /// Why it is not known what the endpoint lets through.
    pub fn through(mut self, endpoint: &Resource, catalog: &Catalog) -> Result<Asked, String> {
        let arn = &endpoint.arn;
        let policy = endpoint.policy.clone();
        let policy =
            policy.ok_or_else(|| format!("the snapshot does not hold the policy of {arn}"))?;
        if let Some(defect) = &policy.defect {
            return Err(format!("the policy of {arn} is broken: {defect}"));
        }
        self.through = Some(Through::new(endpoint, policy, catalog));
        Ok(self)
    }

    /// Why nobody can, whatever the policies say, if so: no such request passes the endpoint.
    pub fn obstacle(&self) -> Option<String> {
        self.through.as_ref()?.obstacle(&self.action, &self.resource)
    }

    /// What of the endpoint is taken for granted.
    pub fn unknown_of_endpoint(&self) -> Vec<String> {
        self.through.as_ref().map(Through::unknown).unwrap_or_default()
    }

    /// Whether somebody is of the partition that the resource and the endpoint are in: nothing
    /// crosses from one to another.
    pub fn is_of_partition(&self, principal: &str) -> bool {
        let own = partition(principal);
        let of_resource = Arn::plain(&self.resource).is_none_or(|arn| {
            glob::matches(arn.get(&self.resource, Segment::Partition), own, Case::Sensitive)
        });
        of_resource && self.through.as_ref().is_none_or(|t| t.partition() == own)
    }

    /// The same, of a resource that an account owns.
    ///
    /// # Errors
    /// That another account is known to own it.
    pub fn owned_by(mut self, account: &str) -> Result<Asked, String> {
        match self.owner_with_policy().filter(|known| *known != account) {
            Some(known) => Err(format!("{known} owns {}, not {account}", self.resource)),
            None => {
                self.owner = Some(account.to_owned());
                Ok(self)
            }
        }
    }

    /// What requests of each account's principals bring; it does not tell of requests through an
    /// endpoint.
    pub(crate) fn usual(&self, auditor: &Auditor<'_>) -> Option<&Usual> {
        let is_one = !self.is_within && !self.has_action_pattern() && !self.has_pattern();
        let is_tried = is_one && self.through.is_none() && self.targets.len() <= 1;
        is_tried.then(|| self.usual.get_or_init(|| Usual::of(self, auditor)))
    }

    /// Whether the action is a pattern.
    pub(crate) fn has_action_pattern(&self) -> bool {
        self.action.contains(['*', '?'])
    }

    /// What is known of the keys of requests.
    pub(crate) fn keys(&self) -> Vec<(String, KeyIs)> {
        self.through.as_ref().map(|t| t.keys(self.is_open())).unwrap_or_default()
    }

    /// A part of one target is asked about: one of its patterns, or what fits it.
    pub(crate) fn within(
        target: &Target,
        owner: &str,
        action: &str,
        resource: String,
        catalog: &Catalog,
    ) -> Asked {
        Asked {
            action: action.to_owned(),
            resource,
            owner: Some(owner.to_owned()),
            targets: vec![target.clone()],
            guarded: guarded(action, catalog),
            through: None,
            any_tags: false,
            is_within: true,
            usual: OnceLock::new(),
        }
    }

    /// Whether it is about whatever fits a pattern, in the snapshot or not.
    pub fn is_open(&self) -> bool {
        !self.is_within && self.has_pattern()
    }

    /// The account that owns it, as the one target has it where there is one.
    pub(crate) fn owner_with_policy(&self) -> Option<&String> {
        self.targets.first().and_then(|t| t.account.as_ref()).or(self.owner.as_ref())
    }

    /// The account whose RCPs guard what is asked about: its owner's, which is taken to be the
    /// principal's own of one resource whose owner nothing tells.
    pub(crate) fn guarding<'a>(
        &self,
        owner: Option<&'a String>,
        principal: &'a Principal,
    ) -> Option<&'a String> {
        owner.or_else(|| (!self.is_open()).then_some(&principal.account))
    }

    /// Whether the resource is a pattern.
    pub(crate) fn has_pattern(&self) -> bool {
        self.resource.contains(['*', '?'])
    }

    /// Whether the `Resource` of a statement lets it be about what is asked, as far as texts tell.
    pub(crate) fn may_be_about(&self, statement: &Statement) -> bool {
        let fits = |p: &ResourcePattern| {
            glob::matches(&p.pattern.widened(), &self.resource, Case::Insensitive)
        };
        let any = |e: &Element<ResourcePattern>| e.entries.iter().any(fits);
        self.has_pattern() || statement.resource.as_ref().is_none_or(any)
    }

    /// Whether everybody can ask who they are.
    pub(crate) fn needs_no_permission(&self) -> bool {
        glob::matches(&self.action, "sts:GetCallerIdentity", Case::Insensitive)
    }

    /// The access.
    pub(crate) fn access(&self) -> Access {
        let resources = Some(self.resource.clone()).filter(|r| r != "*");
        Access { actions: vec![self.action.clone()], resources: resources.into_iter().collect() }
    }

    /// Whether what guards a resource may bear on what is asked: an action of its service on it, or
    /// on something in it.
    pub fn bears_on(&self, arn: &str) -> bool {
        let service = arn.split(':').nth(2).unwrap_or_default();
        let within = [arn.to_owned(), format!("{arn}/*")];
        glob::intersects(&format!("{service}:*"), &self.action, Case::Insensitive)
            && within.iter().any(|own| glob::intersects(own, &self.resource, Case::Sensitive))
    }

    fn may_be_of(&self, target: &Target) -> bool {
        let meets = |own: &String| glob::intersects(own, &self.resource, Case::Sensitive);
        self.is_of_service(target) && target.patterns().iter().any(meets)
    }

    /// Whether the policy of a target bears on the action: that of a role does on actions of STS
    /// alone.
    fn is_of_service(&self, target: &Target) -> bool {
        let own = format!("{}*:*", target.service());
        glob::intersects(&own, &self.action, Case::Insensitive)
    }
}

/// The actions that fit a pattern and that the policy of a role or a KMS key must allow: identity
/// policies alone never suffice.
pub(crate) fn guarded(pattern: &str, catalog: &Catalog) -> Vec<String> {
    let mut guarded = Vec::new();
    for (service, guard) in [("kms", "key"), ("sts", "role")] {
        for action in catalog.service(service).into_iter().flat_map(|s| s.actions()) {
            let is_guarded = action.resources().any(|r| r.resource_type().name() == guard);
            if is_guarded && glob::matches(pattern, &action.full_name(), Case::Insensitive) {
                guarded.push(action.full_name());
            }
        }
    }
    guarded
}
