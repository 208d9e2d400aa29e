//! Who can do everything that guardrails leave, or everything in IAM, which comes to the same:
//! whoever can, can give itself the rest.

use keyaki_account::Principal;
use keyaki_analyze::{Access, Answer, Subject, Witness, access_of, no_new_access_of, words};
use keyaki_eval::{Caller, Document, Layer, Policies, StatementRef};
use keyaki_ir::{Effect, Statement};

use crate::finding::{Finding, FindingKind, Outcome, Severity, Shown};
use crate::layered::{Layered, everything, matches_action};
use crate::{Auditor, replay};

const NAME: &str = "admin";

/// How much a user or role can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Everything,
    Iam,
}

/// Whether a user or role can do everything, or everything in IAM.
pub fn admin(principal: &Principal, auditor: &Auditor<'_>) -> Outcome {
    let (layered, missing) = Layered::default().with_principal(auditor.snapshot, principal);
    if !may_be_admin(&layered) {
        return Outcome::default();
    }
    let Ok(caller) = Caller::parse(&principal.arn) else {
        return Outcome::not(NAME, &principal.arn, "its ARN names no user or role");
    };
    let mut outcome = Outcome::default();
    if let Some(first) = missing.first() {
        let why = format!("{} of its policies are missing, such as {first}", missing.len());
        outcome.add(Outcome::not(NAME, &principal.arn, why));
    }
    let admin = Admin { principal, caller, layered, auditor };
    outcome.add(admin.ask());
    outcome
}

/// Whether somebody with these layers can do everything, or everything in IAM, without conditions.
///
/// # Errors
/// Why that was not found out.
pub(crate) fn is_admin(
    principal: &Principal,
    layered: Layered,
    auditor: &Auditor<'_>,
) -> Result<bool, String> {
    let caller = Caller::parse(&principal.arn).ok().filter(|_| may_be_admin(&layered));
    let Some(caller) = caller else { return Ok(false) };
    let admin = Admin { principal, caller, layered, auditor };
    for extent in [Extent::Everything, Extent::Iam] {
        match admin.has(extent) {
            // Where guardrails refuse everything, nothing is left.
            Answer::Proved { .. } => return Ok(admin.witness()?.is_some()),
            Answer::Refuted(_) => {}
            Answer::Undecided(why) => return Err(why),
        }
    }
    Ok(false)
}

/// Whether identity policies spell out enough for all of IAM.
fn may_be_admin(layered: &Layered) -> bool {
    let may = |action: &str| {
        let mut statements = layered.policies.statements(Layer::Identity).map(|(_, s)| s);
        statements.any(|s| s.effect() == Some(Effect::Allow) && matches_action(s, action))
    };
    ["iam:CreatePolicyVersion", "iam:PutUserPolicy", "iam:ListUsers"].into_iter().all(may)
}

struct Admin<'a> {
    principal: &'a Principal,
    caller: Caller,
    layered: Layered,
    auditor: &'a Auditor<'a>,
}

impl Admin<'_> {
    fn ask(&self) -> Outcome {
        for extent in [Extent::Everything, Extent::Iam] {
            match self.has(extent) {
                Answer::Proved { .. } => return self.told(extent, Vec::new()),
                Answer::Refuted(_) => {}
                Answer::Undecided(why) => return Outcome::not(NAME, &self.principal.arn, why),
            }
        }
        let conditions = self.conditions();
        match conditions.is_empty() {
            true => Outcome::default(),
            false => self.told(Extent::Everything, conditions),
        }
    }

    /// Whether nothing of the extent that guardrails leave is refused.
    fn has(&self, extent: Extent) -> Answer {
        let own = &self.layered.policies;
        let all = match extent {
            Extent::Everything => everything().policy.clone(),
            Extent::Iam => iam().policy.clone(),
        };
        let identity = vec![Document { name: "everything".to_owned(), policy: all }];
        let policies = Policies { identity, scp: own.scp.clone(), ..Policies::default() };
        let whole = Subject { policies, layer: None };
        let own = Subject { policies: own.clone(), layer: None };
        no_new_access_of(&own, &whole, &self.caller, true, &self.auditor.asker())
    }

    /// The conditions of a statement that allows everything under conditions.
    fn conditions(&self) -> Vec<String> {
        let star = |s: &Statement| {
            let actions = s.action.iter().flat_map(|e| &e.entries);
            let resources = s.resource.iter().flat_map(|e| &e.entries);
            s.effect() == Some(Effect::Allow)
                && actions.clone().any(|a| a.is_star())
                && resources.clone().any(|r| r.is_star())
        };
        let statements = self.layered.policies.statements(Layer::Identity).map(|(_, s)| s);
        let mut all = statements.filter(|s| star(s) && s.condition.is_some());
        all.next().map(words::conditions).unwrap_or_default()
    }

    fn told(&self, extent: Extent, conditions: Vec<String>) -> Outcome {
        let arn = &self.principal.arn;
        let witness = match self.witness() {
            Ok(Some(witness)) => witness,
            // Guardrails refuse it everything.
            Ok(None) => return Outcome::default(),
            Err(why) => return Outcome::not(NAME, arn, why),
        };
        let mut request = witness.request.clone();
        if request.owner() != Some(&self.principal.account) {
            request.resource_account = Some(self.principal.account.clone());
            request.context.remove("aws:ResourceAccount");
        }
        let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
        match replay::shown(&request, &witness.absent, &self.layered, profile, catalog) {
            Ok(shown) => {
                let at = witness.responsible.iter().map(|r| r.at);
                let statements = self.granting(at);
                let what = match extent {
                    Extent::Everything => "everything",
                    Extent::Iam => "everything in IAM, and so give itself the rest",
                };
                let when = crate::sentence::when(&conditions);
                Outcome::of(Finding {
                    kind: FindingKind::Admin,
                    severity: Severity::Medium,
                    account: Some(self.principal.account.clone()),
                    resource: arn.clone(),
                    resource_kind: self.principal.kind.name(),
                    principal: Some(arn.clone()),
                    actions: vec![if extent == Extent::Iam { "iam:*" } else { "*" }.to_owned()],
                    sentence: format!("{arn} can do {what}{when}"),
                    conditions,
                    request: Some(shown),
                    steps: Vec::new(),
                    statements,
                    remedy: "Grant only what is needed, or make sure that few people can become this principal, with a second factor.".to_owned(),
                })
            }
            Err(why) => Outcome::not(NAME, arn, why),
        }
    }

    fn granting(&self, at: impl Iterator<Item = StatementRef>) -> Vec<Shown> {
        let own = at.filter(|at| at.layer == Layer::Identity);
        own.filter_map(|at| self.layered.shown(at)).collect()
    }

    /// A request that is allowed: one of IAM, where there is one.
    fn witness(&self) -> Result<Option<Witness>, String> {
        let subject = Subject { policies: self.layered.policies.clone(), layer: None };
        let partition = self.principal.arn.split(':').nth(1).unwrap_or("aws");
        let policy = format!("arn:{partition}:iam::{}:policy/example", self.principal.account);
        let of = |actions: &[&str], resources: &[&str]| Access {
            actions: actions.iter().map(|a| (*a).to_owned()).collect(),
            resources: resources.iter().map(|r| (*r).to_owned()).collect(),
        };
        let accesses =
            [of(&["iam:CreatePolicyVersion"], &[&policy]), of(&["iam:*"], &[]), of(&[], &[])];
        let mut undecided = None;
        for access in accesses {
            let access = [access];
            match access_of(&subject, &self.caller, true, &access, &self.auditor.asker()) {
                Answer::Refuted(witness) => return Ok(Some(*witness)),
                Answer::Proved { .. } => {}
                Answer::Undecided(why) => undecided = Some(why),
            }
        }
        undecided.map_or(Ok(None), Err)
    }
}

/// All of IAM.
fn iam() -> &'static keyaki_account::Stored {
    static TEXT: std::sync::OnceLock<keyaki_account::Stored> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}"#;
        keyaki_account::Stored::of_text("iam", text)
    })
}
