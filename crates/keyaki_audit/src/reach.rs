//! Who can do something.

use keyaki_account::{Principal, Stored};
use keyaki_analyze::{Access, Answer, KeyIs, access_among, words};
use keyaki_eval::{Caller, Context, Forms, Request};
use keyaki_ir::{Effect, Statement};

use crate::asked::Asked;
use crate::finding::{Shown, ShownRequest};
use crate::known::Known;
use crate::layered::{Layered, known_identity, matches_action};
use crate::target::Target;
use crate::through::Through;
use crate::{Auditor, replay};

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
    /// The condition keys of which the snapshot could tell the value and does not, and why: they
    /// are chosen freely.
    pub free: Vec<String>,
    /// Its policies that the snapshot lacks or that are broken.
    pub missing: Vec<String>,
}

/// Whether a user or role can do what is asked about; none where no statement could allow it.
pub fn who_can(asked: &Asked, principal: &Principal, auditor: &Auditor<'_>) -> Option<Can> {
    if !asked.is_of_partition(&principal.arn) || asked.obstacle().is_some() {
        return None;
    }
    let (identity, lacking) = known_identity(auditor.snapshot, principal);
    let Ok(caller) = Caller::parse(&principal.arn) else {
        let reach = Reach::Unknown("its ARN names no user or role".to_owned());
        let (statements, free, missing) = (Vec::new(), Vec::new(), Vec::new());
        return Some(Can { principal: principal.arn.clone(), reach, statements, free, missing });
    };
    let by_identity = asked.needs_no_permission()
        || identity.iter().any(|s| may_allow(s, &asked.action, |s| asked.may_be_about(s)));
    let is_named = |s: &Statement| keyaki_eval::names(s, Forms::ALL, &caller, auditor.profile);
    let grants =
        |t: &&Target| t.policy.as_ref().is_some_and(|p| may_allow(p, &asked.action, is_named));
    let granting: Vec<&Target> = asked.targets.iter().filter(grants).collect();
    if !by_identity && granting.is_empty() && lacking.is_empty() {
        return None;
    }
    let layers =
        if asked.has_action_pattern() { Layered::default() } else { Layered::about(&asked.action) };
    let (layered, missing) = layers.with_principal(auditor.snapshot, principal);
    let question = Question { asked, principal, caller, layered, auditor };
    let Judged { reach, statements, free } = match asked.is_open() {
        true => question.open(by_identity, &granting),
        false => question.exact(),
    };
    // What a boundary or an SCP refuses beyond that does not matter then.
    let is_no = matches!(reach, Reach::Never) && lacking.is_empty();
    (!is_no).then(|| Can { principal: principal.arn.clone(), reach, statements, free, missing })
}

impl Reach {
    /// The request that is allowed, if one was found.
    pub fn request(&self) -> Option<&ShownRequest> {
        match self {
            Reach::Always(shown) | Reach::When(shown, _) => Some(shown),
            Reach::Never | Reach::Unknown(_) => None,
        }
    }

    /// Whether somebody can.
    pub fn is_yes(&self) -> bool {
        self.request().is_some()
    }
}

/// Whether some statement of those that count could allow an action.
pub(crate) fn may_allow(
    policy: &Stored,
    action: &str,
    counts: impl Fn(&Statement) -> bool,
) -> bool {
    let mut allows = policy.policy.statements.iter().filter(|s| s.effect() == Some(Effect::Allow));
    let is_pattern = action.contains(['*', '?']);
    policy.defect.is_none()
        && allows.any(|s| (is_pattern || matches_action(s, action)) && counts(s))
}

/// A request that is allowed, with the statements that allow it.
type Allowed = (ShownRequest, Vec<Shown>);

struct Question<'a> {
    asked: &'a Asked,
    principal: &'a Principal,
    caller: Caller,
    layered: Layered,
    auditor: &'a Auditor<'a>,
}

/// An answer, with the statements that allow it and the keys that stayed free.
struct Judged {
    reach: Reach,
    statements: Vec<Shown>,
    free: Vec<String>,
}

impl From<Reach> for Judged {
    fn from(reach: Reach) -> Judged {
        Judged { reach, statements: Vec::new(), free: Vec::new() }
    }
}

impl Judged {
    fn unknown(why: impl Into<String>) -> Judged {
        Reach::Unknown(why.into()).into()
    }

    fn is_never(&self) -> bool {
        matches!(self.reach, Reach::Never)
    }
}

impl Question<'_> {
    /// About one resource: as each of its descriptions has it.
    fn exact(&self) -> Judged {
        let mut judged = Judged::from(Reach::Never);
        for target in &self.asked.targets {
            judged = better(judged, self.judge(Some(target), &[]));
        }
        if self.asked.targets.is_empty() {
            judged = self.judge(None, &[]);
            if !self.asked.guarded.is_empty() && !judged.is_never() {
                return Judged::unknown(
                    "its own policy decides, and the snapshot does not hold it",
                );
            }
        }
        judged
    }

    /// About whatever fits: something that the snapshot does not hold, or one of what it holds.
    fn open(&self, by_identity: bool, granting: &[&Target]) -> Judged {
        let mut judged = Judged::from(Reach::Never);
        let mut of_all = false;
        if by_identity {
            judged = self.elsewhere();
            // Where its own policies leave nothing anywhere, those of resources must name it.
            of_all = !judged.reach.is_yes() && !self.judge(None, &[]).is_never();
        }
        for target in &self.asked.targets {
            let is_granting = granting.iter().any(|t| std::ptr::eq(*t, target));
            if !judged.reach.is_yes() && (of_all || is_granting) {
                let next = self.judge(Some(target), &[]);
                judged = better(judged, next);
            }
        }
        judged
    }

    /// About what the snapshot does not hold, where its own policies suffice.
    fn elsewhere(&self) -> Judged {
        const ROUNDS: usize = 32;
        let asked = self.asked;
        let mut but = Vec::new();
        if !asked.guarded.is_empty() {
            but.push(Access { actions: asked.guarded.clone(), resources: Vec::new() });
        }
        for _ in 0..ROUNDS {
            let judged = self.judge(None, &but);
            let at = judged.reach.request().map(|s| s.request.resource.as_str());
            match asked.targets.iter().find(|t| at.is_some_and(|at| t.has(at))) {
                Some(held) => {
                    but.push(Access { actions: Vec::new(), resources: held.patterns() });
                }
                None => return judged,
            }
        }
        Judged::unknown("its policies name many resources of the snapshot one by one")
    }

    /// About resources that belong to the target, if there is one, and not to `but`.
    fn judge(&self, target: Option<&Target>, but: &[Access]) -> Judged {
        let asked = self.asked;
        let owner = target.and_then(|t| t.account.as_ref()).or(asked.owner.as_ref());
        let layered = self.layers(target, owner);
        let is_plain = !asked.has_action_pattern()
            && but.is_empty()
            && (!asked.has_pattern() || (asked.resource == "*" && target.is_none()));
        let known = Known::of(self.principal, owner, &layered.policies, self.auditor);
        let known = if asked.any_tags { known.with_any_tags() } else { known };
        let (plain, absent) = self.plain(owner, &known);
        if is_plain && let Ok(allowed) = self.allowed(&layered, &plain, &absent) {
            return Self::granted(allowed, !known.tells_time(), known);
        }
        if let Some(usual) = asked.usual(self.auditor)
            && let Some((mut request, absent)) = usual.request(&self.principal.account, plain)
        {
            let absent = known.correct(&mut request, absent);
            if let Ok(allowed) = self.allowed(&layered, &request, &absent) {
                return Self::granted(allowed, false, known);
            }
        }
        let same_account = owner.is_none_or(|o| *o == self.principal.account);
        let subject = known.subject(layered.policies.clone(), &self.caller);
        let of_target = target.map(|t| Access { actions: Vec::new(), resources: t.patterns() });
        let carried = asked.through.as_ref().and_then(Through::access);
        let all: Vec<Access> =
            [asked.access()].into_iter().chain(of_target).chain(carried).collect();
        let asker = self.auditor.asker();
        let ask = |known: &[(String, KeyIs)]| {
            let keys = [asked.keys(), known.to_vec()].concat();
            access_among(&subject, &self.caller, same_account, &all, but, &keys, &asker)
        };
        let mut answer = ask(known.keys());
        if let (Answer::Undecided(_), Some(examples)) = (&answer, known.examples())
            && let found @ Answer::Refuted(_) = ask(&examples)
        {
            answer = found;
        }
        match answer {
            Answer::Proved { .. } => Reach::Never.into(),
            Answer::Undecided(why) => Judged::unknown(why),
            Answer::Refuted(witness) => {
                let mut request = witness.request.clone();
                own(&mut request, owner);
                let absent = settle(&mut request, &witness.absent, &asked.keys());
                let absent = known.settle(&mut request, &absent);
                match self.allowed(&layered, &request, &absent) {
                    Ok(allowed) => Self::granted(allowed, false, known),
                    Err(why) => Judged::unknown(why),
                }
            }
        }
    }

    /// All layers that bear on requests for what belongs to the target, or to nothing of the
    /// snapshot.
    fn layers(&self, target: Option<&Target>, owner: Option<&String>) -> Layered {
        let snapshot = self.auditor.snapshot;
        let own = self.layered.clone();
        let layered = match target {
            Some(target) => own.with_target(snapshot, target),
            None => own,
        };
        let layered = match target.and_then(|t| t.account.as_ref()) {
            Some(_) => layered,
            None => layered.with_owner(snapshot, self.asked.guarding(owner, self.principal)),
        };
        match &self.asked.through {
            Some(through) => layered.with_endpoint(&through.policy),
            None => layered,
        }
    }

    /// That a request is allowed, by these statements.
    fn granted((shown, statements): Allowed, is_always: bool, known: Known) -> Judged {
        let shown = Box::new(shown);
        let reach = match is_always {
            true => Reach::Always(shown),
            false => Reach::When(shown, conditions(&statements)),
        };
        Judged { reach, statements, free: known.free }
    }

    /// The request without any condition keys but those that every such request has, and the keys
    /// that it must not have.
    fn plain(&self, owner: Option<&String>, known: &Known) -> (Request, Vec<String>) {
        let mut request = Request {
            caller: self.caller.clone(),
            action: self.asked.action.clone(),
            resource: self.asked.resource.clone(),
            resource_account: None,
            context: Context::new(),
        };
        own(&mut request, owner);
        let absent = settle(&mut request, &[], &self.asked.keys());
        let absent = known.settle(&mut request, &absent);
        (request, absent)
    }

    fn allowed(
        &self,
        layered: &Layered,
        request: &Request,
        absent: &[String],
    ) -> Result<Allowed, String> {
        replay::allowed(request, absent, layered, self.auditor)
    }
}

/// Gives a request the keys that are known to hold a value, where it lacks them. Gives the keys that
/// it must not have, with those that are known to be absent.
pub(crate) fn settle(
    request: &mut Request,
    absent: &[String],
    keys: &[(String, KeyIs)],
) -> Vec<String> {
    let mut absent = absent.to_vec();
    for (key, is) in keys {
        match is {
            KeyIs::Value(value) => request.context.set_if_absent(key, value.as_str()),
            KeyIs::Begins(start) => {
                request.context.set_if_absent(key, format!("{start}session").as_str());
            }
            KeyIs::Absent if !absent.contains(key) => absent.push(key.clone()),
            KeyIs::Absent | KeyIs::Arn(_) | KeyIs::Other(_) => {}
        }
    }
    absent
}

/// The owner, where the ARN does not tell it.
pub(crate) fn own(request: &mut Request, owner: Option<&String>) {
    if request.owner() != owner.map(String::as_str) {
        request.resource_account = owner.cloned();
        request.context.remove("aws:ResourceAccount");
    }
}

/// The answer that says more: that somebody can, else that it is open.
fn better(one: Judged, other: Judged) -> Judged {
    let rank = |judged: &Judged| match judged.reach {
        Reach::Always(_) => 3,
        Reach::When(..) => 2,
        Reach::Unknown(_) => 1,
        Reach::Never => 0,
    };
    if rank(&other) > rank(&one) { other } else { one }
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
