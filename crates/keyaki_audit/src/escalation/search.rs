//! The search from all users and roles at once.

use std::sync::OnceLock;

use keyaki_account::{Principal, WORKLOADS};
use keyaki_ir::date::Instant;

use super::class::{Class, classes};
use super::graph::{Graph, Routes};
use super::ground::{Ground, NAME, is_service_linked};
use super::hold::Hold;
use super::moves::Mover;
use super::picture::Picture;
use super::request::{Asking, Shared};
use super::way::{Gain, Way, ways};
use crate::asked::Asked;
use crate::layered::Layered;
use crate::reach::{Can, Reach, who_can};
use crate::{Auditor, NotAnalysed, Outcome, admin, internal};

/// What is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Everything that guardrails leave, in some account.
    Administrator,
    /// A user or role, or access to a resource, by its ARN.
    Target(String),
}

/// Does some work for each of so many numbers, perhaps on several threads.
pub type Spread<'s> = dyn FnMut(&str, usize, &(dyn Fn(usize) + Sync)) + 's;

/// What the search gives.
#[derive(Clone, Debug, Default)]
pub struct Escalations {
    /// The findings, one for each user or role that can reach the goal, and what was not analysed.
    pub outcome: Outcome,
    /// The routes of all findings together.
    pub picture: Picture,
}

/// What one class of holdings leads to.
#[derive(Default)]
struct Found {
    is_admin: bool,
    reached: Vec<(usize, Vec<(Hold, usize)>)>,
    unknown: Vec<NotAnalysed>,
}

/// How often policies may be changed on one route; four times as many holdings as there are users
/// and roles are followed at most.
const ROUNDS: usize = 8;
const HOLDINGS: usize = 4;

/// Who can reach a goal, and how, by requests that are made now; without that, at any time.
pub fn escalations(
    auditor: &Auditor<'_>,
    goal: &Goal,
    now: Option<Instant>,
    spread: &mut Spread<'_>,
) -> Escalations {
    let ground = Ground::new(auditor, now);
    let (graph, mut outcome) = explore(&ground, goal, spread);
    outcome.not_analysed.extend(ground.unknown.iter().cloned());
    outcome.add(lacking(&ground));
    let goals = match goals(&ground, &graph, goal) {
        Ok(goals) => goals,
        Err(why) => {
            outcome.add(why);
            Vec::new()
        }
    };
    let routes = graph.routes(&goals);
    let starts = starts(&graph, &goals, &routes);
    let told = gather(spread, "escalation routes", starts.len(), &|at| {
        let start = starts.get(at).copied().unwrap_or_default();
        super::route::told(&ground, &graph, &routes, start, goal)
    });
    told.into_iter().for_each(|more| outcome.add(more));
    let picture = Picture::of(&ground, &graph, &routes, &starts);
    Escalations { outcome, picture }
}

/// The results of some work for each number, in order.
fn gather<R: Send + Sync>(
    spread: &mut Spread<'_>,
    name: &str,
    number: usize,
    work: &(dyn Fn(usize) -> R + Sync),
) -> Vec<R> {
    let places: Vec<OnceLock<R>> = (0..number).map(|_| OnceLock::new()).collect();
    spread(name, number, &|at| {
        if let Some(place) = places.get(at) {
            let _ = place.set(work(at));
        }
    });
    places.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Follows all ways from all users and roles, until nothing new turns up.
fn explore(ground: &Ground<'_>, goal: &Goal, spread: &mut Spread<'_>) -> (Graph, Outcome) {
    let mut graph = Graph::default();
    let mut outcome = Outcome::default();
    let most = HOLDINGS * ground.principals.len() + 1000;
    for (number, principal) in ground.principals.iter().enumerate() {
        if !is_service_linked(&principal.arn) {
            graph.number(Hold::plain(number));
        }
    }
    let mut done = 0;
    for _ in 0..ROUNDS {
        if done == graph.holds.len() || done > most {
            break;
        }
        let new: Vec<(usize, &Hold)> = graph.holds.iter().enumerate().skip(done).collect();
        let classes = classes(ground, &new);
        done = graph.holds.len();
        let found = gather(spread, NAME, classes.len(), &|at| {
            let class = classes.get(at);
            class.map(|c| follow(ground, &graph, c, goal)).unwrap_or_default()
        });
        for (class, found) in classes.iter().zip(found) {
            for hold in &class.holds {
                if let Some(is_admin) = graph.admins.get_mut(*hold) {
                    *is_admin = found.is_admin;
                }
            }
            outcome.not_analysed.extend(found.unknown);
            found.reached.into_iter().for_each(|(from, reached)| graph.add(from, reached));
        }
    }
    if done < graph.holds.len() {
        let why = "there are so many ways to change policies that not all were followed";
        outcome.add(Outcome::not(NAME, "the search", why));
    }
    (graph, outcome)
}

/// What the holdings of a class lead to.
fn follow(ground: &Ground<'_>, graph: &Graph, class: &Class, goal: &Goal) -> Found {
    let mut found = Found::default();
    let holds = class.holds.iter().filter_map(|n| Some((*n, graph.holds.get(*n)?)));
    let Some((_, first)) = holds.clone().next() else { return found };
    match is_admin(ground, first) {
        Ok(is_admin) => found.is_admin = is_admin,
        Err(why) => found.unknown.push(unknown(ground, first, why)),
    }
    // An administrator needs no more.
    if found.is_admin && *goal == Goal::Administrator {
        return found;
    }
    let shared = Shared::default();
    for (number, hold) in holds {
        let asking = Asking::new(ground, Some(hold), &shared);
        let Some(mover) = Mover::new(&asking, hold, None) else { continue };
        let mut reached = Vec::new();
        for (at, way) in ways().iter().enumerate() {
            mover.follow(way, &mut |to, _| reached.push((to, at)));
        }
        found.reached.push((number, reached));
        let whys = mover.unknown.into_inner().into_iter();
        found.unknown.extend(whys.map(|why| unknown(ground, hold, why)));
    }
    found
}

fn unknown(ground: &Ground<'_>, hold: &Hold, why: String) -> NotAnalysed {
    let about = ground.principals.get(hold.principal).map(|p| p.arn.clone()).unwrap_or_default();
    NotAnalysed { analysis: NAME, about, why }
}

fn is_admin(ground: &Ground<'_>, hold: &Hold) -> Result<bool, String> {
    let Some(principal) = ground.principals.get(hold.principal).copied() else { return Ok(false) };
    let auditor = ground.auditor;
    let layered = hold.layered(Layered::default(), principal, auditor.snapshot, auditor.catalog);
    admin::is_admin(principal, layered, auditor)
}

/// The holdings that are a goal.
fn goals(ground: &Ground<'_>, graph: &Graph, goal: &Goal) -> Result<Vec<usize>, Outcome> {
    let all = graph.holds.iter().enumerate();
    let admins = graph.admins.iter().enumerate().filter(|(_, is)| **is).map(|(n, _)| n);
    let Goal::Target(arn) = goal else { return Ok(admins.collect()) };
    if let Some(number) = ground.number(arn) {
        return Ok(all.filter(|(_, h)| h.principal == number).map(|(n, _)| n).collect());
    }
    let asked = asked_of(arn, ground.auditor);
    let Some(owner) = &asked.owner else {
        let why = "nothing tells which account owns it";
        return Err(Outcome::not(NAME, arn, why));
    };
    // An administrator of its account can have access to it, if by a change of its policy.
    let is_owner = |n: &usize| {
        let hold = graph.holds.get(*n).and_then(|h| ground.principals.get(h.principal));
        hold.is_some_and(|p| p.account == *owner)
    };
    let mut goals: Vec<usize> = admins.filter(is_owner).collect();
    let plain = all.filter(|(_, h)| h.is_plain());
    goals.extend(plain.filter(|(_, h)| has_access(ground, h, &asked)).map(|(n, _)| n));
    goals.sort_unstable();
    goals.dedup();
    Ok(goals)
}

/// Any access to a resource.
pub(crate) fn asked_of(arn: &str, auditor: &Auditor<'_>) -> Asked {
    let service = arn.split(':').nth(2).unwrap_or_default();
    Asked::new(&format!("{service}:*"), arn, auditor)
}

fn has_access(ground: &Ground<'_>, hold: &Hold, asked: &Asked) -> bool {
    let principal = ground.principals.get(hold.principal);
    principal.is_some_and(|p| access_to(p, asked, ground.auditor).is_some())
}

/// Some access to what is asked about, with a request.
pub(crate) fn access_to(
    principal: &Principal,
    asked: &Asked,
    auditor: &Auditor<'_>,
) -> Option<Can> {
    let can = who_can(asked, principal, auditor)?;
    if !matches!(can.reach, Reach::Always(_) | Reach::When(..)) {
        return None;
    }
    let Some(owner) = asked.owner.as_ref().filter(|_| !asked.targets.is_empty()) else {
        return Some(can);
    };
    let mut targets = asked.targets.iter();
    targets.find_map(|t| internal::access(t, owner, principal, auditor)).map(|(_, can)| can)
}

/// Users and roles as they are that have a way to a goal and are none.
fn starts(graph: &Graph, goals: &[usize], routes: &Routes) -> Vec<usize> {
    let plain = graph.holds.iter().enumerate().filter(|(_, h)| h.is_plain()).map(|(n, _)| n);
    plain.filter(|n| !goals.contains(n) && routes.from(*n).is_some()).collect()
}

/// What the search needs and the snapshot lacks: descriptions that agree, and workloads whose roles
/// could be made use of.
fn lacking(ground: &Ground<'_>) -> Outcome {
    let snapshot = ground.auditor.snapshot;
    let mut outcome = Outcome::default();
    let others = snapshot.other_principals.iter().map(|p| &p.arn);
    for arn in others.chain(snapshot.other_resources.iter().map(|r| &r.arn)) {
        let why = "its descriptions contradict each other; ways are followed by the first alone";
        outcome.add(Outcome::not(NAME, arn, why));
    }
    for (id, _) in snapshot.accounts.iter().filter(|(_, a)| a.has_identities) {
        let is_lacking =
            |kind: &str| !snapshot.workload_kinds.iter().any(|(a, k)| a == id && *k == kind);
        let lacking = WORKLOADS.iter().filter(|(kind, _)| is_lacking(kind));
        let names: Vec<&str> = lacking.map(|(kind, _)| *kind).collect();
        if names.is_empty() {
            continue;
        }
        let needing = ways().iter().filter(|w| needs_any(w, &names)).map(|w| w.name);
        let ways: Vec<&str> = needing.collect();
        let why = format!(
            "the snapshot does not tell what runs with which role ({}), so these ways were not followed: {}",
            names.join(", "),
            ways.join(", ")
        );
        outcome.add(Outcome::not(NAME, id, why));
    }
    outcome
}

fn needs_any(way: &Way, kinds: &[&str]) -> bool {
    match &way.gain {
        Gain::Run { kind, .. } => kinds.contains(kind),
        Gain::Pass { beside, .. } | Gain::StackSet { beside } => {
            beside.is_some_and(|kind| kinds.contains(&kind))
        }
        Gain::Take
        | Gain::Trust
        | Gain::Assume
        | Gain::Own
        | Gain::Group
        | Gain::Join
        | Gain::Unbound => false,
    }
}
