//! What is described twice: put together where one description only lacks what the other has.

use std::sync::Arc;

use crate::{Group, Principal, Resource, Stored};

impl Principal {
    /// Takes in another description.
    ///
    /// # Errors
    /// The other description, where its policies are not the same.
    pub(crate) fn merge(&mut self, other: Principal) -> Result<(), Box<Principal>> {
        if self.has_policies() && other.has_policies() && !self.has_policies_of(&other) {
            return Err(Box::new(other));
        }
        if !self.has_policies() {
            (self.inline, self.attached) = (other.inline, other.attached);
            (self.groups, self.boundary) = (other.groups, other.boundary);
        }
        self.trust = self.trust.take().or(other.trust);
        self.created = self.created.or(other.created);
        self.last_used = self.last_used.max(other.last_used);
        self.credentials = self.credentials.take().or(other.credentials);
        self.services = self.services.take().or(other.services);
        for profile in other.instance_profiles {
            if !self.instance_profiles.contains(&profile) {
                self.instance_profiles.push(profile);
            }
        }
        // One of the name was there before, or tags have changed: neither is known any more.
        let has_another =
            other.id.as_ref().is_some_and(|id| self.id.as_ref().is_some_and(|own| own != id));
        self.id = self.id.take().or(other.id).filter(|_| !has_another);
        let has_others = self.tells_tags
            && other.tells_tags
            && sorted(self.tags.clone()) != sorted(other.tags.clone());
        self.tells_tags = (self.tells_tags || other.tells_tags) && !has_others;
        if self.tags.is_empty() {
            self.tags = other.tags;
        }
        Ok(())
    }

    /// Whether anything is said of what it may do or who may be it.
    fn has_policies(&self) -> bool {
        let has_own = !self.inline.is_empty() || !self.attached.is_empty();
        has_own || !self.groups.is_empty() || self.boundary.is_some() || self.trust.is_some()
    }

    fn has_policies_of(&self, other: &Principal) -> bool {
        let name = |group: &String| group.rsplit('/').next().map(str::to_owned);
        let groups = |p: &Principal| sorted(p.groups.iter().map(name).collect());
        let trust = match (&self.trust, &other.trust) {
            (Some(one), Some(other)) => one.says_the_same(other),
            (None, _) | (_, None) => true,
        };
        have_same(&self.inline, &other.inline)
            && sorted(self.attached.clone()) == sorted(other.attached.clone())
            && groups(self) == groups(other)
            && self.boundary == other.boundary
            && trust
    }
}

impl Group {
    /// Whether another description gives the same policies.
    pub(crate) fn is_as(&self, other: &Group) -> bool {
        let attached = |g: &Group| sorted(g.attached.clone());
        have_same(&self.inline, &other.inline) && attached(self) == attached(other)
    }
}

impl Resource {
    /// Takes in another description. What restricts the public less counts.
    ///
    /// # Errors
    /// The other description, where its owner or its policy is not the same.
    pub(crate) fn merge(&mut self, other: Resource) -> Result<(), Box<Resource>> {
        let same_owner = match (&self.account, &other.account) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        let same_policy = match (&self.policy, &other.policy) {
            (Some(one), Some(other)) => one.says_the_same(other),
            (None, _) | (_, None) => true,
        };
        if !same_owner || !same_policy {
            return Err(Box::new(other));
        }
        self.account = self.account.take().or(other.account);
        self.policy = self.policy.take().or(other.policy);
        self.leads_to = self.leads_to.take().or(other.leads_to);
        self.restricts_public_buckets =
            match (self.restricts_public_buckets, other.restricts_public_buckets) {
                (Some(one), Some(other)) => Some(one && other),
                (one, other) => one.or(other),
            };
        Ok(())
    }
}

/// Whether two lists of policies are the same but for their order.
fn have_same(one: &[Arc<Stored>], other: &[Arc<Stored>]) -> bool {
    let has = |list: &[Arc<Stored>], policy: &Stored| {
        list.iter().any(|p| p.name == policy.name && p.says_the_same(policy))
    };
    one.len() == other.len()
        && one.iter().all(|p| has(other, p))
        && other.iter().all(|p| has(one, p))
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}
