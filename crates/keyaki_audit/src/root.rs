//! Root users with access keys, without a second factor, or in use; users who sign in with a
//! password alone.

use keyaki_account::{Account, Credentials, Principal};

use crate::Clock;
use crate::finding::{About, Finding, FindingKind, Outcome, Severity};

/// What the credential report of an account tells of its root user.
pub fn root(id: &str, account: &Account, clock: &Clock) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(root) = &account.root else { return outcome };
    let about = About { account: Some(id), arn: &root.arn, kind: "root" };
    let mut tell = |kind: FindingKind, severity: Severity, sentence: String, remedy: &str| {
        outcome.findings.push(Finding::about(about, kind, severity, sentence, remedy));
    };
    let credentials = &root.credentials;
    let keys = credentials.keys.iter().filter(|k| k.is_active).count();
    if keys > 0 {
        let sentence = format!("The root user of {id} has {keys} active access keys");
        let remedy = "Delete the access keys of the root user; nothing needs them.";
        tell(FindingKind::RootKey, Severity::High, sentence, remedy);
    }
    if credentials.has_mfa == Some(false) && credentials.has_password != Some(false) {
        let sentence = format!("The root user of {id} signs in without a second factor");
        let remedy = "Give the root user a second factor, or take its credentials away centrally.";
        tell(FindingKind::NoSecondFactor, Severity::High, sentence, remedy);
    }
    let times = credentials.keys.iter().filter_map(|k| k.used).chain(credentials.password_used);
    let used = times.max().filter(|at| clock.is_recent(*at));
    if let Some(day) = used.and_then(|at| at.calendar()) {
        let sentence = format!("The root user of {id} was used on {day}");
        let remedy = "Use the root user for what only it can do; work with roles.";
        tell(FindingKind::RootUse, Severity::Medium, sentence, remedy);
    }
    outcome
}

/// Whether a user signs in with a password alone.
pub fn no_second_factor(user: &Principal) -> Outcome {
    let Some(Credentials { has_password: Some(true), has_mfa: Some(false), .. }) =
        &user.credentials
    else {
        return Outcome::default();
    };
    let sentence = format!("{} signs in with a password alone", user.arn);
    let remedy = "Ask for a second factor, or let the user sign in by an identity provider.";
    let (kind, severity) = (FindingKind::NoSecondFactor, Severity::Medium);
    Outcome::of(Finding::about(user, kind, severity, sentence, remedy))
}
