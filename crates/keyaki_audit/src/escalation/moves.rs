//! From what somebody holds to what it can hold next, by each of the known ways.

use std::cell::RefCell;

use keyaki_account::{Kind, Principal};
use keyaki_ir::Effect;

use super::ground::{CLOUDFORMATION, Ground, Run};
use super::hold::{Added, Hold};
use super::need::Bound;
use super::request::{Ask, Asking, By, Guard};
use super::way::{Change, Gain, Way};

/// What a way leads to, with its requests where these are wanted.
pub(crate) type Reached<'f> = dyn FnMut(Hold, Vec<Ask>) + 'f;

/// Looks for ways from what somebody holds.
pub(crate) struct Mover<'g> {
    pub(crate) ground: &'g Ground<'g>,
    pub(crate) asking: &'g Asking<'g>,
    hold: &'g Hold,
    pub(crate) own: &'g Principal,
    /// The one thing that is looked for; else everything, without the requests.
    only: Option<&'g Hold>,
    /// What could not be found out.
    pub(crate) unknown: RefCell<Vec<String>>,
}

impl<'g> Mover<'g> {
    pub(crate) fn new(
        asking: &'g Asking<'g>,
        hold: &'g Hold,
        only: Option<&'g Hold>,
    ) -> Option<Mover<'g>> {
        let ground = asking.ground;
        let own = ground.principals.get(hold.principal).copied()?;
        Some(Mover { ground, asking, hold, own, only, unknown: RefCell::default() })
    }

    /// Everything that one way leads to.
    pub(crate) fn follow(&self, way: &'static Way, reached: &mut Reached<'_>) {
        let mut identity = way.needs.iter().filter(|a| **a != "sts:AssumeRole");
        // The policy of a workload may allow what no identity policy does.
        let kind = if let Gain::Run { kind, .. } = &way.gain { Some(*kind) } else { None };
        let is_guarded = kind.is_some_and(|k| self.ground.is_guarded(&self.own.account, k));
        let may = |action: &&'static str| is_guarded || self.asking.may(By::Held, action);
        if !identity.all(may) {
            return;
        }
        match &way.gain {
            Gain::Pass { services, in_profile, beside } => {
                for service in services {
                    self.pass(way, service, *in_profile, *beside, reached);
                }
            }
            Gain::Run { kind, with_agent } => self.run(way, kind, *with_agent, reached),
            Gain::StackSet { beside } => self.stack_set(way, *beside, reached),
            Gain::Take => self.take(way, reached),
            Gain::Trust => self.trust(way, reached),
            Gain::Assume => self.assume(way, reached),
            Gain::Own => self.change_own(way, reached),
            Gain::Group => self.change_group(way, reached),
            Gain::Join => self.join(way, reached),
            Gain::Unbound => self.unbind(way, reached),
        }
    }

    fn is_wanted(&self, to: &Hold) -> bool {
        to != self.hold && self.only.is_none_or(|only| only == to)
    }

    /// The requests of a way, if all are allowed. Without a wish for them none is given.
    fn asks(&self, way: &'static Way, bound: Bound<'_>, without: &[&str]) -> Option<Vec<Ask>> {
        let mut asks = Vec::new();
        for action in way.needs.iter().filter(|a| !without.contains(*a)) {
            for ask in self.drafts(way, action, bound)? {
                if !self.is_allowed(&ask) {
                    return None;
                }
                if self.only.is_some() {
                    asks.push(ask);
                }
            }
        }
        Some(asks)
    }

    fn is_allowed(&self, ask: &Ask) -> bool {
        self.told(self.asking.allows(ask)).unwrap_or(false)
    }

    /// An answer; what is not known is kept and told.
    pub(crate) fn told<T>(&self, answer: Result<T, String>) -> Option<T> {
        answer.map_err(|why| self.unknown.borrow_mut().push(why)).ok()
    }

    /// Roles that trust a service and can be passed to it.
    fn pass(
        &self,
        way: &'static Way,
        service: &'static str,
        in_profile: bool,
        beside: Option<&'static str>,
        reached: &mut Reached<'_>,
    ) {
        let roles = self.ground.trusting(&self.own.account, service);
        let Some((beside, _)) = self.beside(way, beside).filter(|_| !roles.is_empty()) else {
            return;
        };
        for role in roles {
            let to = Hold::plain(*role);
            let has_profile =
                self.ground.principals.get(*role).is_some_and(|p| !p.instance_profiles.is_empty());
            if *role == self.hold.principal || !self.is_wanted(&to) || (in_profile && !has_profile)
            {
                continue;
            }
            let bound = Bound {
                target: Some(*role),
                service: Some(service),
                workload: beside,
                ..Bound::default()
            };
            let asks = match self.only {
                Some(_) => self.asks(way, bound, &[]),
                None => self.can_pass(way, bound).then(Vec::new),
            };
            if let Some(mut asks) = asks {
                asks.extend(self.only.map(|_| self.ground.assume(By::Service(service), *role)));
                reached(to, asks);
            }
        }
    }

    /// Whether a role can be passed, where everything else is known to be allowed.
    fn can_pass(&self, way: &'static Way, bound: Bound<'_>) -> bool {
        let about_role = way.needs.iter().filter(|a| ROLE_ACTIONS.contains(*a));
        let mut drafts = about_role.flat_map(|a| self.drafts(way, a, bound).unwrap_or_default());
        drafts.all(|ask| self.is_allowed(&ask))
    }

    /// A workload beside which a way works, if it needs one; all but what is about the role must
    /// be allowed.
    fn beside(
        &self,
        way: &'static Way,
        kind: Option<&'static str>,
    ) -> Option<(Option<&'g str>, Vec<Ask>)> {
        let Some(kind) = kind else {
            return Some((None, self.asks(way, Bound::default(), &ROLE_ACTIONS)?));
        };
        let ground: &'g Ground<'g> = self.ground;
        ground.workloads(&self.own.account, kind).iter().find_map(|run| {
            let workload = Some(run.workload.arn.as_str());
            let bound = Bound { workload, ..Bound::default() };
            Some((workload, self.asks(way, bound, &ROLE_ACTIONS)?))
        })
    }

    /// The roles of workloads that do as they are told.
    fn run(
        &self,
        way: &'static Way,
        kind: &'static str,
        with_agent: bool,
        reached: &mut Reached<'_>,
    ) {
        for Run { workload, role } in self.ground.workloads(&self.own.account, kind) {
            let Some(role) = role.filter(|r| *r != self.hold.principal) else { continue };
            let to = Hold::plain(role);
            let bound = Bound { workload: Some(&workload.arn), ..Bound::default() };
            if !self.is_wanted(&to) {
                continue;
            }
            let Some(mut asks) = self.asks(way, bound, &[]) else { continue };
            if with_agent {
                let agent = Ask {
                    by: By::Role(role),
                    ..Ask::held("ssmmessages:CreateControlChannel", "*")
                };
                if !self.is_allowed(&agent) {
                    continue;
                }
                asks.push(agent);
            }
            reached(to, asks);
        }
    }

    fn stack_set(
        &self,
        way: &'static Way,
        beside: Option<&'static str>,
        reached: &mut Reached<'_>,
    ) {
        let Some((workload, _)) = self.beside(way, beside) else { return };
        for passed in self.ground.trusting(&self.own.account, CLOUDFORMATION) {
            let service = Some(CLOUDFORMATION);
            let bound = Bound { target: Some(*passed), service, workload, ..Bound::default() };
            let ends = self.ground.through.get(passed).map_or(&[][..], Vec::as_slice);
            let mut ends = ends.iter().filter(|e| self.is_wanted(&Hold::plain(**e))).peekable();
            if ends.peek().is_none() {
                continue;
            }
            let Some(asks) = self.asks(way, bound, &[]) else { continue };
            for end in ends {
                let more = [
                    self.ground.assume(By::Service(CLOUDFORMATION), *passed),
                    self.ground.assume(By::Role(*passed), *end),
                ];
                let more = more.into_iter().filter(|_| self.only.is_some());
                reached(Hold::plain(*end), asks.iter().cloned().chain(more).collect());
            }
        }
    }

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
        let partition = arn.split(':').nth(1).unwrap_or("aws");
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

    /// Whether the way changes users, rather than roles.
    fn take(&self, way: &'static Way, reached: &mut Reached<'_>) {
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

    fn trust(&self, way: &'static Way, reached: &mut Reached<'_>) {
        for role in self.ground.of_account(&self.own.account, Kind::Role) {
            let Some(target) = self.ground.principals.get(role).copied() else { continue };
            if role != self.hold.principal {
                self.change(way, target, Bound { target: Some(role), ..Bound::default() }, reached);
            }
        }
    }

    fn assume(&self, way: &'static Way, reached: &mut Reached<'_>) {
        for (role, is_named) in self.ground.assumable(self.own) {
            let Some(target) = self.ground.principals.get(role).copied() else { continue };
            let may = is_named || self.asking.may_on(By::Held, "sts:AssumeRole", &target.arn);
            // Who changes a role must be of its account.
            let is_near = way.change.is_none() || target.account == self.own.account;
            if role != self.hold.principal
                && may
                && is_near
                && !super::ground::is_service_linked(&target.arn)
            {
                self.change(way, target, Bound { target: Some(role), ..Bound::default() }, reached);
            }
        }
    }

    fn change_own(&self, way: &'static Way, reached: &mut Reached<'_>) {
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

    fn change_group(&self, way: &'static Way, reached: &mut Reached<'_>) {
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

    fn join(&self, way: &'static Way, reached: &mut Reached<'_>) {
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

    fn unbind(&self, way: &'static Way, reached: &mut Reached<'_>) {
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

/// Actions that are about the role that is passed.
const ROLE_ACTIONS: [&str; 2] = ["iam:PassRole", "sts:AssumeRole"];

impl Ground<'_> {
    /// The request by which a role is assumed.
    pub(crate) fn assume(&self, by: By, role: usize) -> Ask {
        let target = self.principals.get(role);
        let account = target.map(|t| t.account.clone()).unwrap_or_default();
        let on = target.map(|t| t.arn.clone()).unwrap_or_default();
        let keys = match by {
            By::Service(_) => vec![("aws:SourceAccount", account)],
            By::Held | By::Role(_) => Vec::new(),
        };
        Ask {
            by,
            keys,
            object: Some(role),
            guard: Guard::Target,
            ..Ask::held("sts:AssumeRole", &on)
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
