//! From what somebody holds to what it can hold next, by each of the known ways.

use std::cell::RefCell;

use keyaki_account::Principal;

use super::ground::{CLOUDFORMATION, Ground, Run};
use super::hold::Hold;
use super::need::Bound;
use super::request::{Ask, Asking, By, Guard};
use super::way::{Gain, Way};

/// What a way leads to, with its requests where these are wanted.
pub(crate) type Reached<'f> = dyn FnMut(Hold, Vec<Ask>) + 'f;

/// Looks for ways from what somebody holds.
pub(crate) struct Mover<'g> {
    pub(crate) ground: &'g Ground<'g>,
    pub(crate) asking: &'g Asking<'g>,
    pub(crate) hold: &'g Hold,
    pub(crate) own: &'g Principal,
    /// The one thing that is looked for; else everything, without the requests.
    pub(crate) only: Option<&'g Hold>,
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

    pub(crate) fn is_wanted(&self, to: &Hold) -> bool {
        to != self.hold && self.only.is_none_or(|only| only == to)
    }

    /// The requests of a way, if all are allowed. Without a wish for them none is given.
    pub(crate) fn asks(
        &self,
        way: &'static Way,
        bound: Bound<'_>,
        without: &[&str],
    ) -> Option<Vec<Ask>> {
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

    pub(crate) fn is_allowed(&self, ask: &Ask) -> bool {
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
