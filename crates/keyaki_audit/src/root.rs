//! Root users with access keys, without a second factor, or in use; users who sign in with a
//! password alone.

use keyaki_account::{Account, Credentials, Principal};

use crate::Clock;
use crate::finding::{Finding, FindingKind, Outcome, Severity};

/// What the credential report of an account tells of its root user.
pub fn root(id: &str, account: &Account, clock: &Clock) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(root) = &account.root else { return outcome };
    let arn = format!("arn:aws:iam::{id}:root");
    let keys = root.keys.iter().filter(|k| k.is_active).count();
    if keys > 0 {
        let sentence = format!("The root user of {id} has {keys} active access keys");
        let remedy = "Delete the access keys of the root user; nothing needs them.";
        let severity = Severity::High;
        outcome.add(Outcome::of(finding(
            FindingKind::RootKey,
            severity,
            id,
            &arn,
            "root",
            sentence,
            remedy,
        )));
    }
    if root.has_mfa == Some(false) && root.has_password != Some(false) {
        let sentence = format!("The root user of {id} signs in without a second factor");
        let remedy = "Give the root user a second factor, or take its credentials away centrally.";
        let severity = Severity::High;
        outcome.add(Outcome::of(finding(
            FindingKind::NoSecondFactor,
            severity,
            id,
            &arn,
            "root",
            sentence,
            remedy,
        )));
    }
    let used = root.keys.iter().filter_map(|k| k.used).chain(root.password_used).max();
    if let Some(day) = used.filter(|at| clock.is_recent(*at)).and_then(|at| at.calendar()) {
        let sentence = format!("The root user of {id} was used on {day}");
        let remedy = "Use the root user for what only it can do; work with roles.";
        let severity = Severity::Medium;
        outcome.add(Outcome::of(finding(
            FindingKind::RootUse,
            severity,
            id,
            &arn,
            "root",
            sentence,
            remedy,
        )));
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
    Outcome::of(finding(kind, severity, &user.account, &user.arn, "user", sentence, remedy))
}

fn finding(
    kind: FindingKind,
    severity: Severity,
    account: &str,
    arn: &str,
    resource_kind: &'static str,
    sentence: String,
    remedy: &str,
) -> Finding {
    Finding {
        kind,
        severity,
        account: Some(account.to_owned()),
        resource: arn.to_owned(),
        resource_kind,
        principal: None,
        actions: Vec::new(),
        conditions: Vec::new(),
        sentence,
        request: None,
        steps: Vec::new(),
        statements: Vec::new(),
        remedy: remedy.to_owned(),
    }
}
