//! Who can do something, and what somebody can do.

use std::collections::BTreeMap;

use keyaki_account::{Principal, Snapshot, Stored};
use keyaki_analyze::{Access, Answer, Subject, access_of, actions_of, words};
use keyaki_eval::{Caller, Context, Request};
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::{Arn, Effect, Statement};

use crate::finding::{NotAnalysed, Shown, ShownRequest};
use crate::layered::{Layered, matches_action};
use crate::target::{Target, targets};
use crate::{Auditor, replay};

/// An action on a resource, with what guards that resource.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The action.
    pub action: String,
    /// The resource: an ARN, perhaps with wildcards, or `*`.
    pub resource: String,
    /// The account that owns it, where that is known.
    pub owner: Option<String>,
    /// What of the snapshot it belongs to.
    pub target: Option<Target>,
}

/// What somebody can do with what was asked about.
#[derive(Clone, Debug)]
pub enum Reach {
    /// The plain request is allowed.
    Always(Box<ShownRequest>),
    /// Some request is allowed; the conditions of the statements that allow it.
    When(Box<ShownRequest>, Vec<String>),
    /// No request is allowed.
    Never,
    /// It was not found out.
    Unknown(String),
}

/// Whether somebody can.
#[derive(Clone, Debug)]
pub struct Can {
    /// The ARN of the user or role.
    pub principal: String,
    /// Whether it can.
    pub reach: Reach,
    /// The statements that allow it.
    pub statements: Vec<Shown>,
    /// Its policies that the snapshot lacks.
    pub missing: Vec<String>,
}

/// What is asked about, with what the snapshot knows of it.
pub fn who_can_asked(action: &str, resource: &str, snapshot: &Snapshot) -> Asked {
    let target = targets(snapshot).into_iter().find(|t| t.has(resource));
    let in_arn = Arn::plain(resource).map(|a| a.get(resource, Segment::Account).to_owned());
    let owner = in_arn.filter(|a| is_account_id(a));
    let owner = owner.or_else(|| target.as_ref().and_then(|t| t.account.clone()));
    let (action, resource) = (action.to_owned(), resource.to_owned());
    Asked { action, resource, owner, target }
}

/// Whether a user or role can do what is asked about; none where no statement could allow it.
pub fn who_can(asked: &Asked, principal: &Principal, auditor: &Auditor<'_>) -> Option<Can> {
    let (identity, lacking) = auditor.snapshot.identity_of(principal);
    let unknown = |why: &str| Can {
        principal: principal.arn.clone(),
        reach: Reach::Unknown(why.to_owned()),
        statements: Vec::new(),
        missing: Vec::new(),
    };
    let Ok(caller) = Caller::parse(&principal.arn) else {
        return Some(unknown("its ARN names no user or role"));
    };
    let by_identity = identity.iter().any(|s| may_allow(s, &asked.action, |_| true));
    let policy = asked.target.as_ref().and_then(|t| t.policy.as_ref());
    let is_named =
        |s: &Statement| keyaki_eval::names(s, keyaki_eval::Forms::ALL, &caller, auditor.profile);
    let by_resource = policy.is_some_and(|p| may_allow(p, &asked.action, is_named));
    if !by_identity && !by_resource && lacking.is_empty() {
        return None;
    }
    let is_pattern = asked.action.contains(['*', '?']);
    let layers = if is_pattern { Layered::default() } else { Layered::about(&asked.action) };
    let (layered, missing) = layers.with_principal(auditor.snapshot, principal);
    let layered = match &asked.target {
        Some(target) => layered.with_target(auditor.snapshot, target),
        None => layered,
    };
    let same_account = asked.owner.as_ref().is_none_or(|o| *o == principal.account);
    let question = Question { asked, caller, layered, same_account, auditor };
    let (reach, statements) = question.answer();
    let is_no = matches!(reach, Reach::Never) && missing.is_empty();
    (!is_no).then(|| Can { principal: principal.arn.clone(), reach, statements, missing })
}

/// Whether some statement of those that count could allow an action.
fn may_allow(policy: &Stored, action: &str, counts: impl Fn(&Statement) -> bool) -> bool {
    let mut allows = policy.policy.statements.iter().filter(|s| s.effect() == Some(Effect::Allow));
    let is_pattern = action.contains(['*', '?']);
    policy.defect.is_none()
        && allows.any(|s| (is_pattern || matches_action(s, action)) && counts(s))
}

struct Question<'a> {
    asked: &'a Asked,
    caller: Caller,
    layered: Layered,
    same_account: bool,
    auditor: &'a Auditor<'a>,
}

impl Question<'_> {
    fn answer(&self) -> (Reach, Vec<Shown>) {
        let is_pattern = self.asked.action.contains(['*', '?'])
            || (self.asked.resource != "*" && self.asked.resource.contains(['*', '?']));
        if !is_pattern && let Ok(shown) = self.shown(&self.plain(), &[]) {
            let statements = self.granting(&shown);
            return (Reach::Always(Box::new(shown)), statements);
        }
        let subject = Subject { policies: self.layered.policies.clone(), layer: None };
        let resources = match self.asked.resource.as_str() {
            "*" => Vec::new(),
            resource => vec![resource.to_owned()],
        };
        let access = [Access { actions: vec![self.asked.action.clone()], resources }];
        match access_of(&subject, &self.caller, self.same_account, &access, &self.auditor.asker()) {
            Answer::Proved { .. } => (Reach::Never, Vec::new()),
            Answer::Undecided(why) => (Reach::Unknown(why), Vec::new()),
            Answer::Refuted(witness) => {
                let mut request = witness.request.clone();
                self.own(&mut request);
                match self.shown(&request, &witness.absent) {
                    Ok(shown) => {
                        let statements = self.granting(&shown);
                        let conditions = conditions(&statements);
                        (Reach::When(Box::new(shown), conditions), statements)
                    }
                    Err(why) => (Reach::Unknown(why), Vec::new()),
                }
            }
        }
    }

    /// The request without any condition keys but those that every such request has.
    fn plain(&self) -> Request {
        let mut request = Request {
            caller: self.caller.clone(),
            action: self.asked.action.clone(),
            resource: self.asked.resource.clone(),
            resource_account: None,
            context: Context::new(),
        };
        self.own(&mut request);
        request
    }

    fn own(&self, request: &mut Request) {
        if request.owner() != self.asked.owner.as_deref() {
            request.resource_account.clone_from(&self.asked.owner);
            request.context.remove("aws:ResourceAccount");
        }
    }

    fn shown(&self, request: &Request, absent: &[String]) -> Result<ShownRequest, String> {
        replay::shown(request, absent, &self.layered, self.auditor.profile, self.auditor.catalog)
    }

    fn granting(&self, shown: &ShownRequest) -> Vec<Shown> {
        replay::granting(&shown.request, &shown.absent, &self.layered, self.auditor)
    }
}

/// The conditions of statements, in words.
pub(crate) fn conditions(statements: &[Shown]) -> Vec<String> {
    let of = |shown: &Shown| {
        let statement = shown.policy.policy.statements.get(shown.statement);
        statement.map(words::conditions).unwrap_or_default()
    };
    let mut all: Vec<String> = statements.iter().flat_map(of).collect();
    all.dedup();
    all
}

/// What a user or role can do.
#[derive(Clone, Debug, Default)]
pub struct WhatCan {
    /// The actions on resources of its own account, by service. Which resources, and under which
    /// conditions, the policies tell.
    pub own_account: BTreeMap<String, Vec<String>>,
    /// The actions that policies of resources grant it, by the resource's ARN.
    pub by_resource: BTreeMap<String, Vec<String>>,
    /// What was not looked at.
    pub not_analysed: Vec<NotAnalysed>,
}

/// What a user or role can do: each action for which some request is allowed.
pub fn what_can(principal: &Principal, auditor: &Auditor<'_>) -> WhatCan {
    let mut can = WhatCan::default();
    let not = |about: &str, why: String| NotAnalysed {
        analysis: "what-can",
        about: about.to_owned(),
        why,
    };
    let Ok(caller) = Caller::parse(&principal.arn) else {
        can.not_analysed.push(not(&principal.arn, "its ARN names no user or role".to_owned()));
        return can;
    };
    let (layered, missing) = Layered::default().with_principal(auditor.snapshot, principal);
    can.not_analysed.extend(missing.iter().map(|m| not(m, "the policy is missing".to_owned())));
    let subject = Subject { policies: layered.policies.clone(), layer: None };
    for action in actions_of(&subject, &caller, true, &[], &auditor.asker()) {
        let service = action.split(':').next().unwrap_or_default().to_owned();
        can.own_account.entry(service).or_default().push(action);
    }
    for target in targets(auditor.snapshot) {
        let Some(policy) = &target.policy else { continue };
        let names = |s: &keyaki_ir::Statement| {
            s.effect() == Some(Effect::Allow)
                && keyaki_eval::names(s, keyaki_eval::Forms::ALL, &caller, auditor.profile)
        };
        if policy.defect.is_some() || !policy.policy.statements.iter().any(names) {
            continue;
        }
        let same_account = target.account.as_deref() == Some(&principal.account);
        let both = layered.clone().with_target(auditor.snapshot, &target);
        let subject = Subject { policies: both.policies, layer: None };
        let access = [Access { actions: Vec::new(), resources: target.patterns() }];
        let actions = actions_of(&subject, &caller, same_account, &access, &auditor.asker());
        if !actions.is_empty() {
            can.by_resource.insert(target.arn.clone(), actions);
        }
    }
    can
}
