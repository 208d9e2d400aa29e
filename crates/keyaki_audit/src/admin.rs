//! Who can do everything that guardrails leave, or everything in IAM, or can change its own
//! policies as it likes, which comes to the same: whoever can, can give itself the rest.

use keyaki_account::{Kind, Principal, Stored};
use keyaki_analyze::{Access, Answer, Subject, Witness, access_of, no_new_access_of, words};
use keyaki_eval::{Caller, Document, Layer, Policies, StatementRef};
use keyaki_ir::{Effect, Statement};

use crate::finding::{Finding, FindingKind, Outcome, Severity, Shown};
use crate::layered::{Layered, everything, matches_action};
use crate::target::partition;
use crate::{Auditor, replay};

const NAME: &str = "admin";

/// How much a user or role can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Everything,
    Iam,
    /// Add policies to itself, and remove those that refuse it something.
    Own,
}

impl Extent {
    const ALL: [Extent; 3] = [Extent::Everything, Extent::Iam, Extent::Own];
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
    outcome.add(Outcome::lacking(NAME, &principal.arn, &missing));
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
    for extent in Extent::ALL {
        if admin.has(extent)?.is_some() {
            return Ok(true);
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
        let not = |why: String| Outcome::not(NAME, &self.principal.arn, why);
        for extent in Extent::ALL {
            match self.has(extent) {
                Ok(Some(witness)) => return self.told(extent, Vec::new(), &witness),
                Ok(None) => {}
                Err(why) => return not(why),
            }
        }
        let conditions = self.conditions();
        if conditions.is_empty() {
            return Outcome::default();
        }
        match self.witness(Extent::Everything) {
            Ok(Some(witness)) => self.told(Extent::Everything, conditions, &witness),
            // Guardrails refuse it everything.
            Ok(None) => Outcome::default(),
            Err(why) => not(why),
        }
    }

    /// A request of the extent, if nothing of it that guardrails leave is refused, and they leave
    /// something.
    fn has(&self, extent: Extent) -> Result<Option<Witness>, String> {
        match self.lacks_nothing(extent) {
            Answer::Proved { .. } => self.witness(extent),
            Answer::Refuted(_) => Ok(None),
            Answer::Undecided(why) => Err(why),
        }
    }

    fn lacks_nothing(&self, extent: Extent) -> Answer {
        let own = &self.layered.policies;
        let all = match extent {
            Extent::Everything => everything().policy.clone(),
            Extent::Iam => iam().policy.clone(),
            Extent::Own => self.own_policies().policy,
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

    /// The actions with which it changes its own policies.
    fn own_actions(&self) -> Vec<String> {
        let kind = match self.principal.kind {
            Kind::User => "User",
            Kind::Role => "Role",
        };
        let verbs = ["Attach", "Put", "Detach", "Delete"];
        let policies = verbs.iter().map(|verb| format!("iam:{verb}{kind}Policy"));
        let boundary = self.principal.boundary.as_ref();
        let boundary = boundary.map(|_| format!("iam:Delete{kind}PermissionsBoundary"));
        policies.chain(boundary).collect()
    }

    /// What allows it to change its own policies, and to leave its groups.
    fn own_policies(&self) -> Stored {
        let actions: Vec<String> = self.own_actions().iter().map(|a| replay::quoted(a)).collect();
        let allow = |actions: &str, resource: &str| {
            let resource = replay::quoted(resource);
            format!(r#"{{"Effect": "Allow", "Action": [{actions}], "Resource": {resource}}}"#)
        };
        let mut statements = vec![allow(&actions.join(", "), &self.principal.arn)];
        if !self.principal.groups.is_empty() {
            statements.push(allow(r#""iam:RemoveUserFromGroup""#, "*"));
        }
        let statements = statements.join(", ");
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        Stored::of_text("own", &text)
    }

    fn told(&self, extent: Extent, conditions: Vec<String>, witness: &Witness) -> Outcome {
        let arn = &self.principal.arn;
        let mut request = witness.request.clone();
        crate::reach::own(&mut request, Some(&self.principal.account));
        let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
        match replay::shown(&request, &witness.absent, &self.layered, profile, catalog) {
            Ok(shown) => {
                let at = witness.responsible.iter().map(|r| r.at);
                let statements = self.granting(at);
                let what = match extent {
                    Extent::Everything => "do everything",
                    Extent::Iam => "do everything in IAM, and so give itself the rest",
                    Extent::Own => "change its own policies, and so give itself everything",
                };
                let actions = match extent {
                    Extent::Everything => vec!["*".to_owned()],
                    Extent::Iam => vec!["iam:*".to_owned()],
                    Extent::Own => self.own_actions(),
                };
                let when = crate::sentence::when(&conditions);
                let sentence = format!("{arn} can {what}{when}");
                let remedy = "Grant only what is needed, or make sure that few people can become this principal, with a second factor.";
                let (kind, severity) = (FindingKind::Admin, Severity::Medium);
                Outcome::of(Finding {
                    principal: Some(arn.clone()),
                    actions,
                    conditions,
                    request: Some(shown),
                    statements,
                    ..Finding::about(self.principal, kind, severity, sentence, remedy)
                })
            }
            Err(why) => Outcome::not(NAME, arn, why),
        }
    }

    fn granting(&self, at: impl Iterator<Item = StatementRef>) -> Vec<Shown> {
        let own = at.filter(|at| at.layer == Layer::Identity);
        own.filter_map(|at| self.layered.shown(at)).collect()
    }

    /// A request of the extent that is allowed: one of IAM, where there is one.
    fn witness(&self, extent: Extent) -> Result<Option<Witness>, String> {
        let subject = Subject { policies: self.layered.policies.clone(), layer: None };
        let partition = partition(&self.principal.arn);
        let policy = format!("arn:{partition}:iam::{}:policy/example", self.principal.account);
        let of = |actions: &[&str], resources: &[&str]| Access {
            actions: actions.iter().map(|a| (*a).to_owned()).collect(),
            resources: resources.iter().map(|r| (*r).to_owned()).collect(),
        };
        let mut accesses = match extent {
            Extent::Everything | Extent::Iam => {
                vec![of(&["iam:CreatePolicyVersion"], &[&policy]), of(&["iam:*"], &[])]
            }
            Extent::Own => {
                let add = ["iam:AttachUserPolicy", "iam:AttachRolePolicy"];
                vec![of(&add, &[&self.principal.arn])]
            }
        };
        if extent == Extent::Everything {
            accesses.push(of(&[], &[]));
        }
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
fn iam() -> &'static Stored {
    static TEXT: std::sync::OnceLock<Stored> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}"#;
        Stored::of_text("iam", text)
    })
}
