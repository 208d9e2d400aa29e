//! What nobody uses: roles, users, passwords, access keys, services.

use keyaki_account::{AccessKey, Kind, Principal, ServiceAccess, Snapshot};
use keyaki_ir::date::Instant;

use crate::escalation::is_service_linked;
use crate::finding::{Finding, FindingKind, Outcome, Severity};
use crate::sentence;

/// When it is, and how long something may lie idle.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The time that counts as now.
    pub now: Instant,
    /// After how many days without use something is unused.
    pub days: u32,
}

const NANOS_A_DAY: i128 = 86_400_000_000_000;

impl Clock {
    /// Whether a point in time lies before the window.
    fn is_before(&self, at: Instant) -> bool {
        at.0 < self.now.0 - i128::from(self.days) * NANOS_A_DAY
    }

    /// Whether a point in time lies in the window.
    pub(crate) fn is_recent(&self, at: Instant) -> bool {
        !self.is_before(at)
    }

    /// Since when nothing happened, in words.
    fn since(&self, at: Option<Instant>) -> String {
        let day = at.and_then(Instant::calendar);
        match day.as_deref().and_then(|d| d.split('T').next()) {
            Some(day) => format!("since {day}"),
            None => "in all the time of which there are records".to_owned(),
        }
    }
}

/// What a user or role has and does not use.
///
/// Where the account lacks what would tell, [`keyaki_account::coverage`] says so once for all.
pub fn unused(principal: &Principal, clock: &Clock, snapshot: &Snapshot) -> Outcome {
    if is_service_linked(&principal.arn) {
        return Outcome::default();
    }
    let mut outcome = match principal.kind {
        Kind::Role => role(principal, clock),
        Kind::User => {
            let account = snapshot.accounts.get(&principal.account);
            let has_report = account.is_some_and(|a| a.has_credential_report);
            if has_report { user(principal, clock) } else { Outcome::default() }
        }
    };
    let is_unused = outcome
        .findings
        .iter()
        .any(|f| matches!(f.kind, FindingKind::UnusedRole | FindingKind::UnusedUser));
    // What an unused role may do, it does not either.
    if !is_unused {
        outcome.add(services(principal, clock));
    }
    outcome
}

fn role(role: &Principal, clock: &Clock) -> Outcome {
    let by_services = role.services.as_ref().map(|list| list.iter().filter_map(|s| s.last).max());
    let Some(last) = role.last_used.or(by_services) else { return Outcome::default() };
    let last = last.max(by_services.flatten());
    if !is_idle(last, role.created, clock) {
        return Outcome::default();
    }
    let sentence = format!("Nobody used the role {} {}", role.arn, clock.since(last));
    let remedy = "Delete the role if nobody needs it; until then, detach its policies.";
    Outcome::of(Finding::about(role, FindingKind::UnusedRole, Severity::Low, sentence, remedy))
}

/// Whether something was last used, or else made, before the window. What nothing tells the age
/// of counts as old.
fn is_idle(used: Option<Instant>, made: Option<Instant>, clock: &Clock) -> bool {
    used.or(made).is_none_or(|at| clock.is_before(at))
}

fn user(user: &Principal, clock: &Clock) -> Outcome {
    let Some(credentials) = &user.credentials else {
        let why = "the credential report of its account does not name it";
        return Outcome::not("unused", &user.arn, why);
    };
    let keys: Vec<&AccessKey> = credentials.keys.iter().filter(|k| k.is_active).collect();
    let has_password = credentials.has_password == Some(true);
    let password_made = credentials.password_changed.or(user.created);
    let idle_password = has_password && is_idle(credentials.password_used, password_made, clock);
    let idle_keys: Vec<&&AccessKey> =
        keys.iter().filter(|k| is_idle(k.used, k.rotated.or(user.created), clock)).collect();
    let is_new = user.created.is_some_and(|at| !clock.is_before(at));
    let all_idle = idle_keys.len() == keys.len() && idle_password == has_password;
    let last = keys.iter().filter_map(|k| k.used).chain(credentials.password_used).max();
    if all_idle && !is_new && last.is_none_or(|at| clock.is_before(at)) {
        let sentence = match has_password || !keys.is_empty() {
            true => format!(
                "Nobody used a password or access key of the user {} {}",
                user.arn,
                clock.since(last)
            ),
            false => {
                format!("The user {} has neither a password nor an active access key", user.arn)
            }
        };
        let remedy = "Delete the user if nobody needs it; until then, deactivate its credentials.";
        return Outcome::of(Finding::about(
            user,
            FindingKind::UnusedUser,
            Severity::Medium,
            sentence,
            remedy,
        ));
    }
    let mut outcome = Outcome::default();
    if idle_password {
        let since = clock.since(credentials.password_used);
        let sentence = format!("Nobody used the password of {} {since}", user.arn);
        let remedy = "Remove the password (`aws iam delete-login-profile`).";
        outcome.add(Outcome::of(Finding::about(
            user,
            FindingKind::UnusedPassword,
            Severity::Medium,
            sentence,
            remedy,
        )));
    }
    for key in idle_keys {
        let since = clock.since(key.used);
        let sentence = format!("Nobody used access key {} of {} {since}", key.number, user.arn);
        let remedy = "Deactivate the access key, and delete it when nothing misses it.";
        let mut found =
            Finding::about(user, FindingKind::UnusedAccessKey, Severity::Medium, sentence, remedy);
        found.actions = vec![format!("access key {}", key.number)];
        outcome.add(Outcome::of(found));
    }
    outcome
}

/// Services that are granted and were not used.
fn services(principal: &Principal, clock: &Clock) -> Outcome {
    let Some(services) = &principal.services else { return Outcome::default() };
    let idle: Vec<&ServiceAccess> =
        services.iter().filter(|s| is_idle(s.last, principal.created, clock)).collect();
    let used = services.iter().filter(|s| !is_idle(s.last, principal.created, clock));
    let actions = used.flat_map(|s| {
        let idle = s.actions.iter().filter(|(_, last)| is_idle(*last, principal.created, clock));
        idle.map(|(name, _)| format!("{}:{name}", s.namespace))
    });
    let mut names: Vec<String> = idle.iter().map(|s| format!("{}:*", s.namespace)).collect();
    let services_idle = names.len();
    names.extend(actions);
    if names.is_empty() {
        return Outcome::default();
    }
    names.sort_unstable();
    let sentence = format!(
        "{} may use {services_idle} of {} services and some of their actions, and did not within {} days: {}",
        principal.arn,
        services.len(),
        clock.days,
        sentence::list(&names)
    );
    let remedy = "Take what is not used out of the policies of the user or role.";
    let mut found =
        Finding::about(principal, FindingKind::UnusedService, Severity::Low, sentence, remedy);
    found.actions = names;
    Outcome::of(found)
}
