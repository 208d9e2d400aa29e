//! Access from outside that lists give: ACLs of buckets, shares of snapshots and images, grants of
//! keys. They hold for themselves: no policy need allow what they do, so there is no request to
//! replay; the finding names the entry.

use keyaki_account::{Grantee, Share};
use keyaki_ir::Arn;
use keyaki_ir::arn::Segment;

use crate::finding::{About, Finding, FindingKind, Outcome, Severity};
use crate::{Auditor, ZoneOfTrust, sentence};

/// What a list gives to somebody outside of the zone of trust.
pub fn external_share(share: &Share, zone: &ZoneOfTrust, auditor: &Auditor<'_>) -> Outcome {
    const NAME: &str = "external";
    if share.is_ignored || is_public(share) {
        return Outcome::default();
    }
    let Some(account) = &share.account else {
        return Outcome::not(NAME, &share.resource, "nothing tells which account owns it");
    };
    let zone = zone.around(account, auditor.snapshot);
    let of_account = |id: &str| (!zone.accounts.iter().any(|a| a == id)).then(|| id.to_owned());
    let outsider = match &share.with {
        Grantee::Everybody | Grantee::AuthenticatedUsers | Grantee::Service(_) => None,
        Grantee::Account(id) => of_account(id),
        Grantee::Principal(arn) => {
            let id = Arn::plain(arn).map(|a| a.get(arn, Segment::Account).to_owned());
            id.and_then(|id| of_account(&id)).map(|_| arn.clone())
        }
        Grantee::Organization(arn) => {
            let is_own = zone.organizations.iter().any(|o| arn.contains(o.as_str()));
            (!is_own).then(|| arn.clone())
        }
        // Which account that is, no answer tells.
        Grantee::CanonicalUser(id) => Some(id.clone()),
    };
    outsider.map_or_else(Outcome::default, |who| {
        Outcome::of(finding(share, FindingKind::External, who, Severity::Medium))
    })
}

/// What a list gives to everybody.
pub fn public_share(share: &Share) -> Outcome {
    match share.is_ignored || !is_public(share) {
        true => Outcome::default(),
        false => {
            let who = "anyone".to_owned();
            Outcome::of(finding(share, FindingKind::Public, who, Severity::High))
        }
    }
}

fn is_public(share: &Share) -> bool {
    matches!(share.with, Grantee::Everybody | Grantee::AuthenticatedUsers)
}

fn finding(share: &Share, kind: FindingKind, who: String, severity: Severity) -> Finding {
    let whom = match (&share.with, who.as_str()) {
        (Grantee::AuthenticatedUsers, _) => "Anyone with an AWS account",
        (_, "anyone") => "Anyone",
        (_, who) => who,
    };
    let remedy = match share.by {
        "ACL" => {
            "If this is not intended, turn on Block Public Access, or disable ACLs with the object ownership setting `BucketOwnerEnforced`."
        }
        "grant" => "If this is not intended, revoke the grant (`aws kms revoke-grant`).",
        _ => "If this is not intended, take the entry out of the list of those it is shared with.",
    };
    let sentence = format!(
        "{whom} can use {} ({}) by its {}, {}{}",
        share.resource,
        sentence::list(&share.permissions),
        share.by,
        share.place,
        sentence::when(&share.conditions)
    );
    let about = About { account: share.account.as_deref(), arn: &share.resource, kind: share.kind };
    Finding {
        principal: Some(who),
        actions: share.permissions.clone(),
        conditions: share.conditions.clone(),
        ..Finding::about(about, kind, severity, sentence, remedy)
    }
}
