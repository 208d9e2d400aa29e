//! Ways that change users, roles and groups, or become them.

use keyaki_account::{Kind, Principal};
use keyaki_ir::Effect;

use super::ground::is_service_linked;
use super::hold::{Added, Hold};
use super::moves::{Mover, Reached};
use super::need::Bound;
use super::request::{Ask, By};
use super::way::{Change, Gain, Way};
use crate::target::partition;

impl Mover<'_> {
    /// What a user or role can be made to have, beside what it has.
    fn changes(&self, way: &'static Way, target: &Principal) -> Vec<(Option<String>, Hold)> {
        let Some(number) = self.ground.number(&target.arn) else { return Vec::new() };
        match way.change {
            None => vec![(None, Hold::plain(number))],
            Some(Change::Add) => vec![(None, Hold::with(number, Added::Everything))],
            Some(Change::Attach) => {
                let policies = self.widest(&target.arn).into_iter();
                policies.map(|p| (Some(p.clone()), Hold::with(number, Added::Policy(p)))).collect()
            }
            Some(Change::Version) => {
                let own = self.own_policies(target).into_iter();
                let to = |p: &String| Hold {
                    removed: Some(p.clone()),
                    ..Hold::with(number, Added::Everything)
                };
                own.map(|p| (Some(p.clone()), to(&p))).collect()
            }
        }
    }

    /// Managed policies that allow everything, or everything in IAM.
    fn widest(&self, arn: &str) -> Vec<String> {
        let partition = partition(arn);
        let mut widest: Vec<String> = ["AdministratorAccess", "IAMFullAccess"]
            .iter()
            .map(|name| format!("arn:{partition}:iam::aws:policy/{name}"))
            .collect();
        let own = format!("arn:{partition}:iam::{}:policy/", self.own.account);
        let all = self.ground.auditor.snapshot.managed.values();
        let own = all.filter(|m| m.arn.starts_with(&own) && allows_all(&m.document.policy));
        widest.extend(own.map(|m| m.arn.clone()));
        widest
    }

    /// The managed policies of its account that a user or role has.
    fn own_policies(&self, target: &Principal) -> Vec<String> {
        let snapshot = self.ground.auditor.snapshot;
        let groups = target.groups.iter().filter_map(|g| snapshot.group_of(g, target));
        let all = target.attached.iter().chain(groups.flat_map(|g| &g.attached));
        let mut own: Vec<String> = all.filter(|p| !p.contains(":iam::aws:")).cloned().collect();
        own.sort_unstable();
        own.dedup();
        own
    }

    pub(crate) fn take(&self, way: &'static Way, reached: &mut Reached<'_>) {
        for user in self.ground.of_account(&self.own.account, Kind::User) {
            let Some(target) = self.ground.principals.get(user).copied() else { continue };
            if user == self.hold.principal || !has_room(way, target) {
                continue;
            }
            self.change(way, target, Bound { target: Some(user), ..Bound::default() }, reached);
        }
    }

    /// All changes to one user or role that are allowed.
    fn change(
        &self,
        way: &'static Way,
        target: &Principal,
        bound: Bound<'_>,
        reached: &mut Reached<'_>,
    ) {
        for (policy, to) in self.changes(way, target) {
            if !self.is_wanted(&to) {
                continue;
            }
            let bound = Bound { policy: policy.as_deref(), ..bound };
            if let Some(mut asks) = self.asks(way, bound, &[]) {
                if way.gain == Gain::Trust {
                    let ask = self.renewed(&target.arn, bound);
                    if !self.is_allowed(&ask) {
                        continue;
                    }
                    asks.extend(self.only.map(|_| ask));
                }
                reached(to, asks);
            }
        }
    }

    /// The request that assumes a role whose trust policy now names the caller.
    fn renewed(&self, role: &str, bound: Bound<'_>) -> Ask {
        self.draft("sts:AssumeRole", role.to_owned(), Bound { renewed: true, ..bound })
    }

    pub(crate) fn trust(&self, way: &'static Way, reached: &mut Reached<'_>) {
        for role in self.ground.of_account(&self.own.account, Kind::Role) {
            let Some(target) = self.ground.principals.get(role).copied() else { continue };
            if role != self.hold.principal {
                self.change(way, target, Bound { target: Some(role), ..Bound::default() }, reached);
            }
        }
    }

    pub(crate) fn assume(&self, way: &'static Way, reached: &mut Reached<'_>) {
        for (role, is_named) in self.ground.assumable(self.own) {
            let Some(target) = self.ground.principals.get(role).copied() else { continue };
            let may = is_named || self.asking.may_on(By::Held, "sts:AssumeRole", &target.arn);
            // Who changes a role must be of its account.
            let is_near = way.change.is_none() || target.account == self.own.account;
            if role != self.hold.principal && may && is_near && !is_service_linked(&target.arn) {
                self.change(way, target, Bound { target: Some(role), ..Bound::default() }, reached);
            }
        }
    }

    pub(crate) fn change_own(&self, way: &'static Way, reached: &mut Reached<'_>) {
        let needs = way.needs.first().copied().unwrap_or_default();
        let fits = match self.own.kind {
            Kind::User => !needs.contains("Role"),
            Kind::Role => !needs.contains("User"),
        };
        if self.hold.added == Some(Added::Everything) || !fits {
            return;
        }
        let bound = Bound { target: Some(self.hold.principal), ..Bound::default() };
        for (policy, to) in self.changes(way, self.own) {
            let to = Hold { unbounded: self.hold.unbounded, ..to };
            let bound = Bound { policy: policy.as_deref(), ..bound };
            if self.is_wanted(&to)
                && let Some(asks) = self.asks(way, bound, &[])
            {
                reached(to, asks);
            }
        }
    }

    pub(crate) fn change_group(&self, way: &'static Way, reached: &mut Reached<'_>) {
        let snapshot = self.ground.auditor.snapshot;
        for name in &self.own.groups {
            let Some(group) = snapshot.group_of(name, self.own) else { continue };
            for (policy, to) in self.changes(way, self.own) {
                let to = Hold { unbounded: self.hold.unbounded, ..to };
                let group = Some(group.arn.as_str());
                let bound = Bound { group, policy: policy.as_deref(), ..Bound::default() };
                if self.is_wanted(&to)
                    && let Some(asks) = self.asks(way, bound, &[])
                {
                    reached(to, asks);
                }
            }
        }
    }

    pub(crate) fn join(&self, way: &'static Way, reached: &mut Reached<'_>) {
        if self.own.kind != Kind::User {
            return;
        }
        let snapshot = self.ground.auditor.snapshot;
        let own: Vec<&str> = self
            .own
            .groups
            .iter()
            .filter_map(|name| snapshot.group_of(name, self.own))
            .map(|g| g.arn.as_str())
            .collect();
        let account = format!("::{}:group/", self.own.account);
        for group in snapshot.groups.keys().filter(|g| g.contains(&account)) {
            let to = Hold { added: Some(Added::Group(group.clone())), ..self.hold.clone() };
            if own.contains(&group.as_str()) || self.hold.added.is_some() || !self.is_wanted(&to) {
                continue;
            }
            let bound = Bound { group: Some(group), ..Bound::default() };
            if let Some(asks) = self.asks(way, bound, &[]) {
                reached(to, asks);
            }
        }
    }

    pub(crate) fn unbind(&self, way: &'static Way, reached: &mut Reached<'_>) {
        let needs = way.needs.first().copied().unwrap_or_default();
        let fits = needs.contains("User") == (self.own.kind == Kind::User);
        let to = Hold { unbounded: true, ..self.hold.clone() };
        if self.own.boundary.is_none() || !fits || !self.is_wanted(&to) {
            return;
        }
        let bound = Bound { target: Some(self.hold.principal), ..Bound::default() };
        if let Some(asks) = self.asks(way, bound, &[]) {
            reached(to, asks);
        }
    }
}

/// Whether a user has room for what the way gives it: a second access key, or a password.
/// Where nothing tells, it has.
fn has_room(way: &Way, user: &Principal) -> bool {
    let Some(credentials) = &user.credentials else { return true };
    let keys = credentials.keys.len();
    let fits = |action: &&'static str| match *action {
        "iam:CreateAccessKey" if way.needs.contains(&"iam:DeleteAccessKey") => keys == 2,
        "iam:CreateAccessKey" => keys < 2,
        "iam:CreateLoginProfile" => credentials.has_password != Some(true),
        "iam:UpdateLoginProfile" => credentials.has_password != Some(false),
        _ => true,
    };
    way.needs.iter().all(fits)
}

fn allows_all(policy: &keyaki_ir::Policy) -> bool {
    policy.statements.iter().any(|s| {
        let actions = s.action.iter().flat_map(|e| &e.entries);
        let resources = s.resource.iter().flat_map(|e| &e.entries);
        s.effect() == Some(Effect::Allow)
            && s.condition.is_none()
            && actions.clone().any(|a| a.is_star())
            && resources.clone().any(|r| r.is_star())
    })
}
