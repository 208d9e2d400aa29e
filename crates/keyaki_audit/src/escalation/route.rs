//! A route in words, each request decided again and shown.

use keyaki_account::Principal;

use super::graph::{Graph, Move, Routes};
use super::ground::{Ground, NAME};
use super::hold::{Added, Hold};
use super::moves::Mover;
use super::request::{Ask, Asking, Shared};
use super::search::{Goal, access_to, asked_of};
use super::way::{Gain, Way, ways};
use crate::finding::{About, Finding, FindingKind, Outcome, Severity, Shown, Step};
use crate::reach::{Reach, conditions};
use crate::sentence;

/// The finding about one user or role.
pub(crate) fn told(
    ground: &Ground<'_>,
    graph: &Graph,
    routes: &Routes,
    start: usize,
    goal: &Goal,
) -> Outcome {
    let principal =
        graph.holds.get(start).and_then(|h| ground.principals.get(h.principal).copied());
    let (Some(principal), Some(moves)) = (principal, routes.from(start)) else {
        return Outcome::default();
    };
    let route = Route { ground, graph, goal, principal, moves };
    match route.steps() {
        Ok(steps) => Outcome::of(route.finding(steps)),
        Err(why) => Outcome::not(NAME, &principal.arn, why),
    }
}

struct Route<'r> {
    ground: &'r Ground<'r>,
    graph: &'r Graph,
    goal: &'r Goal,
    principal: &'r Principal,
    moves: Vec<(usize, Move)>,
}

impl Route<'_> {
    fn steps(&self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        for (from, step) in &self.moves {
            steps.extend(self.steps_of(*from, step)?);
        }
        if let Some(last) = self.last() {
            steps.push(last);
        }
        Ok(steps)
    }

    /// The requests of one move, decided again.
    fn steps_of(&self, from: usize, step: &Move) -> Result<Vec<Step>, String> {
        let (Some(hold), Some(to)) = (self.graph.holds.get(from), self.graph.holds.get(step.to))
        else {
            return Err("a move leads nowhere".to_owned());
        };
        let mut names = step.ways.iter().filter_map(|w| ways().get(*w));
        let way: &Way = names.next().ok_or("a move has no way")?;
        let shared = Shared::default();
        let asking = Asking::new(self.ground, Some(hold), &shared);
        let asks =
            asks(&asking, hold, to, way).ok_or("the requests of a way were not found again")?;
        let also: Vec<&'static str> = names.map(|w| w.name).collect();
        let last = asks.len().saturating_sub(1);
        let mut steps = Vec::new();
        for (at, ask) in asks.iter().enumerate() {
            let (request, statements) = asking.shown(ask)?;
            let gains = if at == last { self.words(to) } else { String::new() };
            let also = if at == last { also.clone() } else { Vec::new() };
            steps.push(Step { way: way.name, also, gains, request, statements });
        }
        Ok(steps)
    }

    /// The request for the resource that is the goal.
    fn last(&self) -> Option<Step> {
        let Goal::Target(arn) = self.goal else { return None };
        let end = self.graph.holds.get(self.moves.last()?.1.to).filter(|h| h.is_plain())?;
        let principal = self.ground.principals.get(end.principal).filter(|p| p.arn != *arn)?;
        let asked = asked_of(arn, self.ground.auditor);
        let can = access_to(principal, &asked, self.ground.auditor)?;
        let (Reach::Always(request) | Reach::When(request, _)) = can.reach else { return None };
        let gains = format!("access to {arn}");
        let statements = can.statements;
        Some(Step { way: "access", also: Vec::new(), gains, request: *request, statements })
    }

    /// What is held, in words.
    fn words(&self, hold: &Hold) -> String {
        let arn = self.ground.principals.get(hold.principal).map_or("", |p| p.arn.as_str());
        let change = match &hold.added {
            None => String::new(),
            Some(Added::Everything) => " with a policy that allows everything".to_owned(),
            Some(Added::Policy(policy)) => format!(" with {policy}"),
            Some(Added::Group(group)) => format!(" with the policies of {group}"),
        };
        let boundary = if hold.unbounded { ", without its boundary" } else { "" };
        format!("the permissions of {arn}{change}{boundary}")
    }

    fn finding(&self, steps: Vec<Step>) -> Finding {
        let arn = &self.principal.arn;
        let statements = Shown::each_once(steps.iter().flat_map(|s| &s.statements));
        let mut actions: Vec<String> =
            steps.iter().map(|s| s.request.request.action.clone()).collect();
        let mut seen = std::collections::BTreeSet::new();
        actions.retain(|a| seen.insert(a.clone()));
        let own = About::from(self.principal);
        let about = match self.goal {
            Goal::Administrator => own,
            Goal::Target(target) => About { arn: target, kind: self.target_kind(target), ..own },
        };
        let (kind, severity) = (FindingKind::Escalation, Severity::High);
        let sentence = self.sentence(steps.len());
        Finding {
            principal: Some(arn.clone()),
            actions,
            conditions: conditions(&statements),
            request: steps.first().map(|s| s.request.clone()),
            steps,
            statements,
            ..Finding::about(about, kind, severity, sentence, self.remedy())
        }
    }

    fn target_kind(&self, arn: &str) -> &'static str {
        let principal = self.ground.number(arn).and_then(|n| self.ground.principals.get(n));
        let resource = self.ground.auditor.snapshot.resources.get(arn).map(|r| r.kind.name);
        principal.map(|p| p.kind.name()).or(resource).unwrap_or("resource")
    }

    fn sentence(&self, requests: usize) -> String {
        let hops = self.moves.iter().filter_map(|(_, step)| {
            let way = ways().get(*step.ways.first()?)?;
            Some(format!("{} to {}", way.name, self.words(self.graph.holds.get(step.to)?)))
        });
        let hops: Vec<String> = hops.collect();
        let what = match self.goal {
            Goal::Administrator => "become an administrator".to_owned(),
            Goal::Target(arn) => format!("get at {arn}"),
        };
        let number = sentence::count(requests, "request", "requests");
        format!("{} can {what} with {number}: {}", self.principal.arn, hops.join(", then "))
    }

    /// What ends the first move.
    fn remedy(&self) -> String {
        let first = self.moves.first().and_then(|(_, step)| ways().get(*step.ways.first()?));
        let Some(way) = first else { return String::new() };
        let actions = way.needs.join(", ");
        match &way.gain {
            Gain::Pass { .. } | Gain::StackSet { .. } => format!(
                "Let {} pass only the roles that it needs to pass (`Resource` of iam:PassRole), each to its service alone (`iam:PassedToService`), and none that can do more than it.",
                self.principal.arn
            ),
            Gain::Run { .. } => format!(
                "Limit {actions} to workloads whose roles can do no more than {}, or give those roles less.",
                self.principal.arn
            ),
            Gain::Assume if way.change.is_none() => format!(
                "Let the role's trust policy name only those who need it, or take sts:AssumeRole on it from {}.",
                self.principal.arn
            ),
            Gain::Unbound => "Deny the removal of boundaries to everybody who has one.".to_owned(),
            Gain::Take | Gain::Trust | Gain::Assume | Gain::Own | Gain::Group | Gain::Join => {
                format!(
                    "Limit {actions} to users, roles, groups and policies that can do no more than {}, by path or by `iam:PermissionsBoundary`.",
                    self.principal.arn
                )
            }
        }
    }
}

/// The requests by which a way leads from one holding to another.
fn asks<'g>(
    asking: &'g Asking<'g>,
    hold: &'g Hold,
    to: &'g Hold,
    way: &'static Way,
) -> Option<Vec<Ask>> {
    let mover = Mover::new(asking, hold, Some(to))?;
    let mut found: Option<Vec<Ask>> = None;
    mover.follow(way, &mut |_, asks| {
        if found.is_none() {
            found = Some(asks);
        }
    });
    found
}
