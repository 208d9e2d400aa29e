//! What nobody can change any more: policies of resources, boundaries, and all of an account's
//! users and roles.
//!
//! Asked are the users and roles that there are, one by one, over all layers, with whatever
//! condition keys help; then the root user. Somebody who could, if one of the policies did not
//! refuse it, is shown with the request that is refused, and with what refuses it.
//!
//! Where no policy refuses and nobody was given the permission, nobody is locked out.

use std::collections::BTreeSet;

use keyaki_account::{Principal, Snapshot};
use keyaki_analyze::{Access, Answer, Subject, access_of};
use keyaki_eval::{Caller, Context, Evaluator, Layer, Policies, Request, ResourceRole, Verdict};
use keyaki_ir::{Arn, Effect, arn::Segment};

use crate::asked::Asked;
use crate::escalation::is_service_linked;
use crate::finding::{Finding, FindingKind, Outcome, Severity, Shown, ShownRequest};
use crate::layered::{Layered, matches_action};
use crate::reach::{Reach, own, who_can};
use crate::target::{Target, partition, targets};
use crate::{Auditor, replay};

const NAME: &str = "lock-out";

/// The actions that change what guards a kind of resource, or take it away.
const MENDING: [(&str, &[&str]); 24] = [
    ("account", &["iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:AttachUserPolicy"]),
    ("boundary", &["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"]),
    (
        "backup-vault",
        &["backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"],
    ),
    ("certificate-authority", &["acm-pca:PutPolicy", "acm-pca:DeletePolicy"]),
    (
        "codeartifact-domain",
        &["codeartifact:PutDomainPermissionsPolicy", "codeartifact:DeleteDomainPermissionsPolicy"],
    ),
    (
        "codeartifact-repository",
        &[
            "codeartifact:PutRepositoryPermissionsPolicy",
            "codeartifact:DeleteRepositoryPermissionsPolicy",
        ],
    ),
    ("dynamodb-table", &["dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"]),
    ("ecr-repository", &["ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy"]),
    (
        "efs-file-system",
        &["elasticfilesystem:PutFileSystemPolicy", "elasticfilesystem:DeleteFileSystemPolicy"],
    ),
    ("event-bus", &["events:PutPermission", "events:RemovePermission"]),
    ("glue-catalog", &["glue:PutResourcePolicy", "glue:DeleteResourcePolicy"]),
    ("kinesis-stream", &["kinesis:PutResourcePolicy", "kinesis:DeleteResourcePolicy"]),
    ("kms-key", &["kms:PutKeyPolicy"]),
    ("lambda-function", &["lambda:AddPermission", "lambda:RemovePermission"]),
    ("lambda-layer", &["lambda:AddLayerVersionPermission", "lambda:RemoveLayerVersionPermission"]),
    ("logs-destination", &["logs:PutDestinationPolicy"]),
    ("opensearch-domain", &["es:UpdateDomainConfig"]),
    ("s3-access-point", &["s3:PutAccessPointPolicy", "s3:DeleteAccessPointPolicy"]),
    ("s3-bucket", &["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]),
    ("s3-glacier-vault", &["glacier:SetVaultAccessPolicy", "glacier:DeleteVaultAccessPolicy"]),
    ("s3-table-bucket", &["s3tables:PutTableBucketPolicy", "s3tables:DeleteTableBucketPolicy"]),
    (
        "secrets-manager-secret",
        &["secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"],
    ),
    ("sns-topic", &["sns:SetTopicAttributes"]),
    ("sqs-queue", &["sqs:SetQueueAttributes"]),
];

/// Kinds whose policy the root user of the account can change whatever that policy says:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-tasks.html>.
const ROOT_MENDS: [&str; 2] = ["s3-bucket", "sqs-queue"];

/// What can be locked: resources with policies, boundaries of the accounts' own, and accounts.
pub fn lockable(snapshot: &Snapshot) -> Vec<Target> {
    let mut all = targets(snapshot);
    all.retain(|t| t.kind != "role" && t.policy.is_some());
    let named = snapshot.described_principals().filter_map(|p| p.boundary.as_ref());
    let boundaries: BTreeSet<&String> =
        named.filter(|b| !b.contains(":iam::aws:") && snapshot.managed.contains_key(*b)).collect();
    let account_of = |arn: &str| Arn::plain(arn).map(|a| a.get(arn, Segment::Account).to_owned());
    all.extend(boundaries.into_iter().map(|arn| bare(arn, "boundary", account_of(arn))));
    for (id, _) in snapshot.accounts.iter().filter(|(_, a)| a.has_identities) {
        let partition = partition_of(snapshot, id);
        let arn = format!("arn:{partition}:iam::{id}:root");
        all.push(bare(&arn, "account", Some(id.clone())));
    }
    all
}

fn bare(arn: &str, kind: &'static str, account: Option<String>) -> Target {
    Target {
        arn: arn.to_owned(),
        kind,
        resource_type: None,
        account,
        role: ResourceRole::Ordinary,
        policy: None,
        restricts_public_buckets: false,
    }
}

/// The partition of an account: that of its users and roles.
fn partition_of<'s>(snapshot: &'s Snapshot, account: &str) -> &'s str {
    let first = snapshot.principals.values().find(|p| p.account == account);
    first.and_then(|p| p.arn.split(':').nth(1)).unwrap_or("aws")
}

/// Whether somebody of its account can still change what guards it.
pub fn lock_out(target: &Target, auditor: &Auditor<'_>) -> Outcome {
    let not = |why: String| Outcome::not(NAME, &target.arn, why);
    if let Some(why) = target.unreadable() {
        return not(why);
    }
    let known = MENDING.iter().find(|(kind, _)| *kind == target.kind);
    let Some((_, actions)) = known else {
        let mut statements = target.policy.iter().flat_map(|p| &p.policy.statements);
        let denies = statements.any(|s| s.effect() == Some(Effect::Deny));
        let why = || not("which actions change the policies of its kind is not known".to_owned());
        return if denies { why() } else { Outcome::default() };
    };
    let Some(owner) = &target.account else {
        return not("nothing tells which account owns it".to_owned());
    };
    let lock = Lock { target, owner, actions, auditor };
    let is_read = auditor.snapshot.accounts.get(owner).is_some_and(|a| a.has_identities);
    if !is_read || !lock.is_guarded() {
        return Outcome::default();
    }
    match lock.is_open() {
        Ok(true) => Outcome::default(),
        Ok(false) => match target.sessions() {
            Some(why) => not(why),
            None => lock.shut().unwrap_or_else(not),
        },
        Err(why) => not(why),
    }
}

struct Lock<'a> {
    target: &'a Target,
    owner: &'a str,
    actions: &'static [&'static str],
    auditor: &'a Auditor<'a>,
}

impl Lock<'_> {
    /// Whether some policy may refuse what would change it.
    fn is_guarded(&self) -> bool {
        let is_asked = matches!(self.target.kind, "kms-key" | "account" | "boundary");
        if is_asked || self.people().all(|p| p.boundary.is_some()) {
            return true;
        }
        let layered = self.layers(self.target);
        let about = |layer: Layer, effect: Effect| {
            let of = layered.policies.statements(layer).map(|(_, s)| s);
            of.filter(|s| s.effect() == Some(effect))
                .any(|s| self.actions.iter().any(|action| matches_action(s, action)))
        };
        let is_cap = |layer: Layer| matches!(layer, Layer::Scp(_));
        let mut layers = layered.policies.layers().into_iter();
        layers.any(|l| about(l, Effect::Deny) || (is_cap(l) && !about(l, Effect::Allow)))
    }

    /// The layers that count whoever of the account it is.
    fn layers(&self, target: &Target) -> Layered {
        let snapshot = self.auditor.snapshot;
        Layered::default().with_guardrails(snapshot, self.owner).with_target(snapshot, target)
    }

    /// The users and roles of the account.
    fn people(&self) -> impl Iterator<Item = &Principal> {
        let all = self.auditor.snapshot.described_principals();
        all.filter(|p| p.account == self.owner && !is_service_linked(&p.arn))
    }

    /// Whether a user or role can change it.
    ///
    /// # Errors
    /// Of whom that was not found out, and why.
    fn is_open(&self) -> Result<bool, String> {
        let mut open = None;
        for principal in self.people() {
            for action in self.actions {
                let resource = self.pattern();
                let catalog = self.auditor.catalog;
                let asked = Asked::within(self.target, self.owner, action, resource, catalog);
                let Some(can) = who_can(&asked, principal, self.auditor) else { continue };
                let why = match &can.reach {
                    Reach::Always(_) | Reach::When(..) => return Ok(true),
                    Reach::Unknown(why) => why.clone(),
                    Reach::Never => "the snapshot lacks policies of it".to_owned(),
                };
                let whether = format!("whether {} can change it was not found out", principal.arn);
                open.get_or_insert(format!("{whether}: {why}"));
            }
        }
        open.map_or(Ok(false), Err)
    }

    fn pattern(&self) -> String {
        self.target.patterns().into_iter().next().unwrap_or_default()
    }

    /// What nobody can do, if policies are the reason.
    fn shut(&self) -> Result<Outcome, String> {
        let root = self.root_can()?;
        let refused = match self.would_be() {
            Some((principal, action)) => Some(self.refused(principal, action)?),
            // A key that its own account is not given is locked whoever is there.
            None if !root => Some(self.refused_root()?),
            None => None,
        };
        Ok(refused.map_or_else(Outcome::default, |(shown, statements)| {
            Outcome::of(self.finding(root, shown, statements))
        }))
    }

    /// Whether the root user can change it.
    fn root_can(&self) -> Result<bool, String> {
        let mut target = self.target.clone();
        if ROOT_MENDS.contains(&target.kind) {
            target.policy = None;
        }
        let subject = Subject { policies: self.layers(&target).policies, layer: None };
        let actions = self.actions.iter().map(|a| (*a).to_owned()).collect();
        let access = [Access { actions, resources: vec![self.pattern()] }];
        match access_of(&subject, &self.root(), true, &access, &self.auditor.asker()) {
            Answer::Proved { .. } => Ok(false),
            Answer::Refuted(_) => Ok(true),
            Answer::Undecided(why) => Err(why),
        }
    }

    fn root(&self) -> Caller {
        let partition = partition(&self.target.arn).to_owned();
        Caller::Root { partition, account: self.owner.to_owned() }
    }

    fn request(&self, caller: Caller, action: &str) -> Request {
        let example = if action.ends_with("UserPolicy") { "user/example" } else { "role/example" };
        let resource = match self.target.kind {
            "account" => format!("{}{example}", self.target.arn.trim_end_matches("root")),
            _ => self.target.arn.clone(),
        };
        let mut request = Request {
            caller,
            action: action.to_owned(),
            resource,
            resource_account: None,
            context: Context::new(),
        };
        own(&mut request, self.target.account.as_ref());
        request
    }

    /// A user or role whose own policies allow it, and the action.
    fn would_be(&self) -> Option<(&Principal, &'static str)> {
        self.people().find_map(|principal| {
            let caller = Caller::parse(&principal.arn).ok()?;
            let (layered, _) = Layered::default().with_principal(self.auditor.snapshot, principal);
            let identity = layered.policies.identity;
            let policies = Policies { identity, ..Policies::default() };
            let evaluator = Evaluator::new(&policies, self.auditor.profile, self.auditor.catalog);
            let allows = |action: &&&str| {
                let request = self.request(caller.clone(), action);
                evaluator.decide(&request).verdict == Verdict::Allow
            };
            self.actions.iter().find(allows).map(|action| (principal, *action))
        })
    }

    fn refused(
        &self,
        principal: &Principal,
        action: &str,
    ) -> Result<(ShownRequest, Vec<Shown>), String> {
        let caller = Caller::parse(&principal.arn).map_err(|e| e.to_string())?;
        let (layered, _) = Layered::default().with_principal(self.auditor.snapshot, principal);
        let layered = layered.with_target(self.auditor.snapshot, self.target);
        replay::refused(&self.request(caller, action), &layered, self.auditor)
    }

    fn refused_root(&self) -> Result<(ShownRequest, Vec<Shown>), String> {
        let action = self.actions.first().copied().unwrap_or_default();
        let request = self.request(self.root(), action);
        replay::refused(&request, &self.layers(self.target), self.auditor)
    }

    fn finding(&self, root: bool, shown: ShownRequest, statements: Vec<Shown>) -> Finding {
        let (arn, owner) = (&self.target.arn, self.owner);
        let what = match self.target.kind {
            "account" => format!("what users and roles of {owner} may do"),
            "boundary" => format!("the boundary {arn}"),
            _ => format!("the policy of {arn}"),
        };
        let (but, severity) = match root {
            true => ("only its root user can", Severity::Medium),
            false => ("its root user cannot either", Severity::High),
        };
        let sentence = format!("No user and no role of {owner} can change {what} any more; {but}");
        let remedy = match (root, self.target.kind) {
            (true, _) => {
                "Let the root user take back what refuses it, and then except those who administer it (`ArnNotEquals` on `aws:PrincipalArn`)."
            }
            (false, "kms-key") => {
                "If an SCP or RCP refuses it, change that from the management account; else ask AWS Support. In key policies, let the account (`arn:aws:iam::ACCOUNT:root`) call `kms:PutKeyPolicy`."
            }
            (false, _) => {
                "If an SCP or RCP refuses it, change that from the management account; else ask AWS Support. Except those who administer it from every statement that denies everybody."
            }
        };
        Finding {
            actions: self.actions.iter().map(|a| (*a).to_owned()).collect(),
            conditions: crate::reach::conditions(&statements),
            request: Some(shown),
            statements,
            ..Finding::about(self.target, FindingKind::LockOut, severity, sentence, remedy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_knows_every_action_that_mends() {
        for (kind, actions) in MENDING {
            for action in actions {
                assert!(keyaki_catalog::embedded().action(action).is_some(), "{kind}: {action}");
            }
        }
    }

    #[test]
    fn kinds_are_those_of_the_readers() {
        let known: Vec<&str> = keyaki_account::ResourceKind::all().map(|k| k.name).collect();
        let of_resources = MENDING.iter().filter(|(k, _)| !["account", "boundary"].contains(k));
        for (kind, _) in of_resources {
            assert!(known.contains(kind), "{kind}");
        }
    }
}
