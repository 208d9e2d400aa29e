//! From what somebody holds to what it can hold next, by each of the known ways.

use std::cell::RefCell;

use keyaki_account::{Kind, Principal};
use keyaki_catalog::Action;
use keyaki_ir::Effect;
use keyaki_ir::glob::{self, Case};

use super::ground::{CLOUDFORMATION, Ground, Run};
use super::hold::{Added, Hold};
use super::request::{Ask, Asking, By, Guard, first_region};
use super::way::{Change, Gain, Way, types_of};

/// What a way leads to, with its requests where these are wanted.
pub(crate) type Reached<'f> = dyn FnMut(Hold, Vec<Ask>) + 'f;

/// Looks for ways from what somebody holds.
pub(crate) struct Mover<'g> {
    ground: &'g Ground<'g>,
    asking: &'g Asking<'g>,
    hold: &'g Hold,
    own: &'g Principal,
    /// The one thing that is looked for; else everything, without the requests.
    only: Option<&'g Hold>,
    /// What could not be found out.
    pub(crate) unknown: RefCell<Vec<String>>,
}

/// What the actions of a way are about, where they are not about new things.
#[derive(Clone, Copy, Default)]
struct Bound<'b> {
    /// A user or role.
    target: Option<usize>,
    group: Option<&'b str>,
    policy: Option<&'b str>,
    workload: Option<&'b str>,
    service: Option<&'static str>,
    /// What guards a role that is assumed.
    renewed: bool,
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
        let may = |action: &&'static str| self.asking.may(By::Held, action) || is_run(way);
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
    fn told<T>(&self, answer: Result<T, String>) -> Option<T> {
        answer.map_err(|why| self.unknown.borrow_mut().push(why)).ok()
    }

    /// The requests that an action makes: one for each resource that it needs.
    fn drafts(
        &self,
        way: &'static Way,
        action: &'static str,
        bound: Bound<'_>,
    ) -> Option<Vec<Ask>> {
        let known = self.ground.auditor.catalog.action(action)?;
        let resources = self.resources(way, known, action, bound)?;
        Some(resources.into_iter().map(|on| self.draft(action, on, bound)).collect())
    }

    fn draft(&self, action: &'static str, on: String, bound: Bound<'_>) -> Ask {
        let object = bound.target.filter(|n| self.arn(*n) == Some(&on));
        let passed = bound.service.filter(|_| action == "iam:PassRole");
        let attached = bound.policy.filter(|_| action.starts_with("iam:Attach"));
        let keys = passed.map(|s| ("iam:PassedToService", s.to_owned())).into_iter();
        let keys = keys.chain(attached.map(|p| ("iam:PolicyARN", p.to_owned())));
        let guard = match (action, object) {
            ("sts:AssumeRole", _) if bound.renewed => Guard::Renewed,
            ("sts:AssumeRole", _) => Guard::Target,
            // A resource's own policy counts where the snapshot holds one.
            (_, None) if self.ground.targets.contains_key(&on) => Guard::Target,
            (_, _) => Guard::None,
        };
        Ask { object, keys: keys.collect(), guard, ..Ask::held(action, &on) }
    }

    fn arn(&self, number: usize) -> Option<&str> {
        self.ground.principals.get(number).map(|p| p.arn.as_str())
    }

    /// The resources of an action: what it is bound to, or new things.
    fn resources(
        &self,
        way: &'static Way,
        known: Action<'_>,
        action: &'static str,
        bound: Bound<'_>,
    ) -> Option<Vec<String>> {
        let mut resources = Vec::new();
        let mut optional: Vec<String> = Vec::new();
        for row in known.resources() {
            let kind = row.resource_type();
            let patterns: Vec<String> = kind.arns().map(|a| self.pattern(a.template())).collect();
            let is_needed = match types_of(action) {
                Some(types) => types.contains(&kind.name()),
                None => row.is_required(),
            };
            let exact = match (kind.service().prefix(), kind.name()) {
                ("iam" | "sts", "role" | "user") => bound.target.and_then(|n| self.arn(n)),
                ("iam", "group") => bound.group,
                ("iam", "policy") => bound.policy,
                _ => bound.workload.filter(|w| patterns.iter().any(|p| is_like(p, w))),
            };
            match (exact, is_needed) {
                (Some(exact), _) => resources.push(exact.to_owned()),
                (None, true) => resources.push(self.thing(way, &patterns)?),
                (None, false) => optional.extend(patterns),
            }
        }
        if resources.is_empty() {
            resources.push(match optional.is_empty() {
                true => "*".to_owned(),
                false => self.thing(way, &optional)?,
            });
        }
        Some(resources)
    }

    /// A template as a pattern within the holder's account.
    fn pattern(&self, template: &str) -> String {
        let partition = self.own.arn.split(':').nth(1).unwrap_or("aws");
        let filled =
            template.replace("${Partition}", partition).replace("${Account}", &self.own.account);
        let mut pattern = String::new();
        let mut rest = filled.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            pattern.push_str(before);
            pattern.push_str("?*");
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        pattern + rest
    }

    /// A name for a new thing on which all actions of the way that are about it are allowed.
    fn thing(&self, way: &'static Way, patterns: &[String]) -> Option<String> {
        let actions: Vec<&'static str> =
            way.needs.iter().copied().filter(|a| self.is_about(a, patterns)).collect();
        let key = format!("{patterns:?} {actions:?}");
        if let Some(known) = self.asking.shared.things.borrow().get(&key) {
            return known.clone().ok().flatten();
        }
        let found = self.find_thing(&actions, patterns);
        self.asking.shared.things.borrow_mut().insert(key, found.clone());
        self.told(found).flatten()
    }

    /// Whether new things of an action are those of the patterns.
    fn is_about(&self, action: &str, patterns: &[String]) -> bool {
        let known = self.ground.auditor.catalog.action(action);
        let mut types = known.into_iter().flat_map(Action::resources);
        types.any(|r| {
            let mut own = r.resource_type().arns().map(|a| self.pattern(a.template()));
            own.any(|p| patterns.contains(&p))
        })
    }

    fn find_thing(
        &self,
        actions: &[&'static str],
        patterns: &[String],
    ) -> Result<Option<String>, String> {
        let fits = |arn: &str| -> Result<bool, String> {
            for action in actions {
                if !self.asking.allows(&Ask::held(action, arn))? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let partition = self.own.arn.split(':').nth(1).unwrap_or("aws");
        for pattern in patterns {
            let usual = example(pattern, first_region(partition));
            if fits(&usual)? {
                return Ok(Some(usual));
            }
        }
        for action in actions {
            match self.asking.find_any(action, patterns)? {
                None => return Ok(None),
                Some(arn) if fits(&arn)? => return Ok(Some(arn)),
                Some(_) if actions.len() == 1 => {}
                Some(_) => {}
            }
        }
        let all = actions.join(", ");
        Err(format!("no name was found for a new resource on which all of {all} are allowed"))
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

fn is_run(way: &Way) -> bool {
    matches!(way.gain, Gain::Run { .. })
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

fn is_like(pattern: &str, arn: &str) -> bool {
    glob::matches(pattern, arn, Case::Sensitive)
}

/// A pattern with usual names in its holes.
fn example(pattern: &str, region: &str) -> String {
    let mut parts: Vec<String> = pattern.splitn(6, ':').map(str::to_owned).collect();
    if let Some(part) = parts.get_mut(3).filter(|p| *p == "?*") {
        region.clone_into(part);
    }
    parts.join(":").replace("?*", "example")
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
