//! Whether what somebody may create only within a permissions boundary can get out of it.
//!
//! Who may create users or roles on the condition that they have a boundary hands on at most what
//! the boundary allows, if neither it nor what it creates can lift the boundary, change it, or get
//! at somebody without it. Each of these steps is asked of the engine: of the one who creates, over
//! all its layers, and of what it creates, which is taken to have a policy that allows everything
//! within the boundary. What is found is the requests in order.

mod choice;
mod escape;
mod joining;
mod running;
mod unjudged;

use std::sync::Arc;

use keyaki_account::{Kind, Principal, Stored};
use keyaki_analyze::{Access, Answer, KeyIs, Subject, Witness, access_with};
use keyaki_eval::{Caller, Document, Policies};

use crate::finding::{About, Finding, FindingKind, Outcome, Severity, Shown, Step};
use crate::known::Known;
use crate::layered::{Layered, everything};
use crate::reach::settle;
use crate::target::{Target, partition};
use crate::{Auditor, replay, sentence};

use choice::{Named, asked_by_scp};
use escape::{ESCAPES, Escape};

const NAME: &str = "boundary";
const KEY: &str = "iam:PermissionsBoundary";

/// The ways out of the boundaries within which a user or role may create others.
pub fn closure(principal: &Principal, auditor: &Auditor<'_>) -> Outcome {
    let (layered, missing) = Layered::default().with_principal(auditor.snapshot, principal);
    let mut outcome = Outcome::default();
    let named = Named::of(principal, &layered, auditor);
    for text in &named.unknown {
        let why = format!("the snapshot holds no policy for the boundary `{text}`");
        outcome.add(Outcome::not(NAME, &principal.arn, why));
    }
    let Ok(caller) = Caller::parse(&principal.arn) else { return outcome };
    match named.is_asked {
        true => outcome.add(Outcome::lacking(NAME, &principal.arn, &missing)),
        false => return outcome.and(asked_by_scp(principal, &layered)),
    }
    let delegate = || Holder {
        principal: principal.clone(),
        caller: caller.clone(),
        layered: layered.clone(),
        auditor,
    };
    outcome.add(named.chosen(&delegate()));
    for arn in &named.arns {
        let managed = auditor.snapshot.managed.get(arn).map(|m| &m.document);
        let Some(document) = managed.filter(|d| d.defect.is_none()) else {
            let why = format!("the boundary {arn} is missing or broken");
            outcome.add(Outcome::not(NAME, &principal.arn, why));
            continue;
        };
        let delegation = Delegation { arn, named: &named, document, delegate: delegate(), auditor };
        outcome.add(delegation.ask());
    }
    outcome
}

/// A user or role with its layers.
struct Holder<'a> {
    principal: Principal,
    caller: Caller,
    layered: Layered,
    auditor: &'a Auditor<'a>,
}

/// What is asked for: an action on a resource, where the key of boundaries is known.
struct Wanted<'w> {
    action: &'w str,
    resource: &'w str,
    boundary: Option<KeyIs>,
    /// What guards the resource.
    target: Option<&'w Target>,
}

impl Wanted<'_> {
    /// Who owns the resource: the account of who asks, if nothing guards it that is another's.
    fn owner<'o>(&'o self, asking: &'o Principal) -> &'o String {
        self.target.and_then(|t| t.account.as_ref()).unwrap_or(&asking.account)
    }

    fn keys(&self) -> Vec<(String, KeyIs)> {
        self.boundary.iter().map(|is| (KEY.to_owned(), is.clone())).collect()
    }
}

impl<'a> Holder<'a> {
    fn of(principal: &Principal, auditor: &'a Auditor<'a>) -> Option<Holder<'a>> {
        let caller = Caller::parse(&principal.arn).ok()?;
        let (layered, _) = Layered::default().with_principal(auditor.snapshot, principal);
        Some(Holder { principal: principal.clone(), caller, layered, auditor })
    }

    fn layers(&self, wanted: &Wanted<'_>) -> Layered {
        let layered = self.layered.clone();
        let snapshot = self.auditor.snapshot;
        wanted.target.map_or_else(|| layered.clone(), |t| layered.clone().with_target(snapshot, t))
    }

    fn known(&self, wanted: &Wanted<'_>, layered: &Layered) -> Known {
        let owner = Some(wanted.owner(&self.principal));
        Known::of(&self.principal, owner, &layered.policies, self.auditor).but(&wanted.keys())
    }

    /// A request of that kind that is allowed, if there is one.
    fn find(&self, wanted: &Wanted<'_>) -> Result<Option<Box<Witness>>, String> {
        let layered = self.layers(wanted);
        let known = self.known(wanted, &layered);
        let subject = known.subject(layered.policies, &self.caller);
        let access = [Access {
            actions: vec![wanted.action.to_owned()],
            resources: vec![wanted.resource.to_owned()],
        }];
        let keys = [wanted.keys(), known.keys().to_vec()].concat();
        let asker = self.auditor.asker();
        let is_near = *wanted.owner(&self.principal) == self.principal.account;
        match access_with(&subject, &self.caller, is_near, &access, &keys, &asker) {
            Answer::Proved { .. } => Ok(None),
            Answer::Refuted(witness) => Ok(Some(witness)),
            Answer::Undecided(why) => Err(format!("{}: {why}", wanted.action)),
        }
    }

    /// The request as it is shown.
    fn step(
        &self,
        way: &'static str,
        gains: String,
        wanted: &Wanted<'_>,
        witness: &Witness,
    ) -> Result<Step, String> {
        let mut request = witness.request.clone();
        if request.context.one(KEY).is_some_and(is_made_up) {
            let (own, account) = (partition(&self.principal.arn), &self.principal.account);
            request.context.set(KEY, format!("arn:{own}:iam::{account}:policy/another"));
        }
        let (layered, auditor) = (self.layers(wanted), self.auditor);
        let absent = settle(&mut request, &witness.absent, &wanted.keys());
        let absent = self.known(wanted, &layered).settle(&mut request, &absent);
        let (profile, catalog) = (auditor.profile, auditor.catalog);
        let request = replay::shown(&request, &absent, &layered, profile, catalog)?;
        let statements = replay::granting(&request.request, &absent, &layered, auditor);
        Ok(Step { way, also: Vec::new(), gains, request, statements })
    }
}

/// Whether a value stands for any that no policy names.
fn is_made_up(boundary: &str) -> bool {
    !boundary.starts_with("arn:")
}

/// A boundary, and who may create others within it.
struct Delegation<'a> {
    arn: &'a str,
    /// All boundaries that it may choose from.
    named: &'a Named,
    document: &'a Arc<Stored>,
    delegate: Holder<'a>,
    auditor: &'a Auditor<'a>,
}

/// Who gets out.
#[derive(Clone, Copy)]
enum By {
    /// The one who creates.
    Delegate,
    /// What it creates.
    Created,
}

/// What is created within the boundary, with the requests that make it.
struct Created<'a> {
    holder: Holder<'a>,
    steps: Vec<Step>,
}

impl<'a> Delegation<'a> {
    fn ask(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let made = match self.made() {
            Ok(Some(made)) => made,
            Ok(None) => return outcome,
            Err(why) => return Outcome::not(NAME, &self.delegate.principal.arn, why),
        };
        for escape in &ESCAPES {
            match self.escape(escape, made.as_ref()) {
                Ok(None) => {}
                Ok(Some((by, steps))) => {
                    outcome.add(Outcome::of(self.finding(escape, by, steps)));
                }
                Err(why) => outcome.add(self.not(&format!("{}: {why}", escape.words))),
            }
        }
        let left_out = self.left_out(made.as_ref());
        outcome.and(left_out.unwrap_or_else(|why| self.not(&why)))
    }

    fn not(&self, why: &str) -> Outcome {
        Outcome::not(NAME, &self.delegate.principal.arn, format!("{}: {why}", self.arn))
    }

    fn key(&self) -> Option<KeyIs> {
        Some(KeyIs::Value(self.arn.to_owned()))
    }

    /// What it may create within the boundary and give policies; none inside where it may create
    /// and give no policies, none at all where it may not create.
    #[expect(clippy::option_option, reason = "to create and to give policies are two questions")]
    fn made(&self) -> Result<Option<Option<Created<'a>>>, String> {
        let own = &self.delegate.principal;
        let partition = partition(&own.arn);
        let mut can_create = false;
        for (kind, word) in [(Kind::Role, "Role"), (Kind::User, "User")] {
            let pattern = format!("arn:{partition}:iam::{}:{}/*", own.account, kind.name());
            let action = format!("iam:Create{word}");
            let create =
                Wanted { action: &action, resource: &pattern, boundary: self.key(), target: None };
            let Some(witness) = self.delegate.find(&create)? else { continue };
            can_create = true;
            let arn = witness.request.resource.clone();
            let gains = format!("{arn} with the boundary {}", self.arn);
            let first = self.delegate.step("create", gains, &create, &witness)?;
            for verb in ["Put", "Attach"] {
                let action = format!("iam:{verb}{word}Policy");
                let give =
                    Wanted { action: &action, resource: &arn, boundary: self.key(), target: None };
                let Some(witness) = self.delegate.find(&give)? else { continue };
                let gains = format!("{arn} with a policy that allows everything");
                let second = self.delegate.step("grant", gains, &give, &witness)?;
                let holder = self.holder(&arn, kind)?;
                return Ok(Some(Some(Created { holder, steps: vec![first, second] })));
            }
        }
        Ok(can_create.then_some(None))
    }

    /// What was created, with everything within the boundary.
    fn holder(&self, arn: &str, kind: Kind) -> Result<Holder<'a>, String> {
        let principal = Principal {
            arn: arn.to_owned(),
            kind,
            inline: vec![everything().clone()],
            attached: Vec::new(),
            groups: Vec::new(),
            boundary: Some(self.arn.to_owned()),
            trust: None,
            id: None,
            tags: Vec::new(),
            tells_tags: false,
            ..self.delegate.principal.clone()
        };
        let caller = Caller::parse(arn).map_err(|e| e.to_string())?;
        let (layered, _) = Layered::default().with_principal(self.auditor.snapshot, &principal);
        Ok(Holder { principal, caller, layered, auditor: self.auditor })
    }

    /// The requests of an escape: of the one who creates, else of what it creates.
    fn escape(
        &self,
        escape: &Escape,
        made: Option<&Created<'a>>,
    ) -> Result<Option<(By, Vec<Step>)>, String> {
        if let Some(steps) = self.out_of(escape, &self.delegate)? {
            return Ok(Some((By::Delegate, steps)));
        }
        let Some(made) = made else { return Ok(None) };
        let steps = self.out_of(escape, &made.holder)?;
        Ok(steps.map(|steps| (By::Created, made.steps.iter().cloned().chain(steps).collect())))
    }

    /// Whether somebody may do more than the boundary allows.
    fn exceeds(&self, other: &Principal) -> Result<bool, String> {
        let Ok(caller) = Caller::parse(&other.arn) else { return Ok(false) };
        let (layered, _) = Layered::default().with_principal(self.auditor.snapshot, other);
        let document = Document { name: self.arn.to_owned(), policy: self.document.policy.clone() };
        let policies = Policies { identity: vec![document], ..Policies::default() };
        let within = Subject { policies, layer: None };
        let own = Subject { policies: layered.policies, layer: None };
        let asker = self.auditor.asker();
        match keyaki_analyze::no_new_access_of(&within, &own, &caller, true, &asker) {
            Answer::Proved { .. } => Ok(false),
            Answer::Refuted(_) => Ok(true),
            Answer::Undecided(why) => Err(why),
        }
    }

    fn finding(&self, escape: &Escape, by: By, steps: Vec<Step>) -> Finding {
        let own = &self.delegate.principal;
        let last = steps.last();
        let action = last.map(|s| s.request.request.action.clone()).unwrap_or_default();
        let on = last.map(|s| s.request.request.resource.clone()).unwrap_or_default();
        let who = match by {
            By::Delegate => own.arn.clone(),
            By::Created => format!("what {} creates", own.arn),
        };
        let words = escape.words;
        let sentence = format!(
            "{} may create within the boundary {}, and {who} can {words}: {action} on {on}",
            own.arn, self.arn
        );
        let about = About { arn: self.arn, kind: "boundary", ..About::from(own) };
        let remedy = match by {
            By::Delegate => escape.remedy.to_owned(),
            By::Created => format!("In the boundary itself: {}", sentence::lowered(escape.remedy)),
        };
        way_out(about, own, words, (sentence, remedy), steps)
    }
}

/// Somebody who gets out in some steps, in a sentence and with what helps.
fn way_out<'f>(
    about: impl Into<About<'f>>,
    own: &Principal,
    words: &str,
    (sentence, remedy): (String, String),
    steps: Vec<Step>,
) -> Finding {
    let (kind, severity) = (FindingKind::BoundaryEscape, Severity::High);
    let last = steps.last().map(|s| s.request.request.action.clone());
    Finding {
        principal: Some(own.arn.clone()),
        actions: vec![last.unwrap_or_default()],
        conditions: vec![words.to_owned()],
        request: steps.first().map(|s| s.request.clone()),
        statements: Shown::each_once(steps.iter().flat_map(|s| &s.statements)),
        steps,
        ..Finding::about(about, kind, severity, sentence, remedy)
    }
}
