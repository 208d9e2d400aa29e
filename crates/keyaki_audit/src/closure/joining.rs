//! Somebody without the boundary who is put into a group that may do more.

use keyaki_account::{Group, Kind, Principal};

use super::{Delegation, Holder, Wanted};
use crate::finding::Step;
use crate::target::partition;

const ADD: &str = "iam:AddUserToGroup";
const GIVE: [&str; 2] = ["iam:PutGroupPolicy", "iam:AttachGroupPolicy"];

impl<'a> Delegation<'a> {
    /// Requests by which such a user joins a group that may do more, or that is given more or made
    /// for it.
    pub(super) fn by_joining(&self, holder: &Holder<'_>) -> Result<Option<Vec<Step>>, String> {
        let Some(user) = self.unbound(Kind::User).next() else { return Ok(None) };
        if !self.may(ADD, holder)? {
            return Ok(None);
        }
        for group in self.own_groups() {
            let Some(add) = self.group_step(ADD, &group.arn, holder)? else { continue };
            if self.exceeds(&member(user, group))? {
                return Ok(Some(vec![add]));
            }
            if let Some(give) = self.given_more(&group.arn, holder)? {
                return Ok(Some(vec![give, add]));
            }
        }
        self.by_new_group(holder)
    }

    /// The groups of the account.
    fn own_groups(&self) -> impl Iterator<Item = &'a Group> {
        let account = &self.delegate.principal.account;
        let all = self.auditor.snapshot.groups.values();
        all.filter(move |g| g.arn.split(':').nth(4) == Some(account))
    }

    fn by_new_group(&self, holder: &Holder<'_>) -> Result<Option<Vec<Step>>, String> {
        let own = &self.delegate.principal;
        let all = format!("arn:{}:iam::{}:group/*", partition(&own.arn), own.account);
        // The narrowest of the three permissions tells the name.
        for action in ["iam:CreateGroup", ADD, GIVE[0], GIVE[1]] {
            let wanted = Wanted { action, resource: &all, boundary: None, target: None };
            let Some(witness) = holder.find(&wanted)? else { continue };
            let arn = &witness.request.resource;
            let is_there = self.auditor.snapshot.groups.contains_key(arn);
            let create = self.group_step("iam:CreateGroup", arn, holder)?.filter(|_| !is_there);
            let rest = (create, self.given_more(arn, holder)?, self.group_step(ADD, arn, holder)?);
            if let (Some(create), Some(give), Some(add)) = rest {
                return Ok(Some(vec![create, give, add]));
            }
        }
        Ok(None)
    }

    fn given_more(&self, arn: &str, holder: &Holder<'_>) -> Result<Option<Step>, String> {
        for action in GIVE {
            if let Some(step) = self.group_step(action, arn, holder)? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    fn group_step(
        &self,
        action: &str,
        arn: &str,
        holder: &Holder<'_>,
    ) -> Result<Option<Step>, String> {
        let wanted = Wanted { action, resource: arn, boundary: None, target: None };
        let Some(witness) = holder.find(&wanted)? else { return Ok(None) };
        let gains = format!("more than {} allows", self.arn);
        holder.step("escape", gains, &wanted, &witness).map(Some)
    }
}

/// A user with what a group has, and nothing else.
fn member(user: &Principal, group: &Group) -> Principal {
    Principal {
        inline: group.inline.clone(),
        attached: group.attached.clone(),
        groups: Vec::new(),
        boundary: None,
        ..user.clone()
    }
}
