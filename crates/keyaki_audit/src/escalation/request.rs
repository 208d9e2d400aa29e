//! The requests of a way, each decided over the layers that bear on it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use keyaki_account::{Kind, Principal, Stored};
use keyaki_analyze::{Access, Answer, Subject, access_with};
use keyaki_eval::{
    AskedKeys, Caller, Context, Evaluator, Policies, Request, Verdict, complete_where,
};
use keyaki_ir::Arn;
use keyaki_ir::arn::Segment;

use super::ground::Ground;
use super::hold::Hold;
use super::keys::{OWNER, TOKEN, first_region, is_own, known, with};
use super::need::Need;
use super::view::{View, may_match};
use crate::finding::{Shown, ShownRequest};
use crate::layered::Layered;
use crate::replay;

/// Who makes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum By {
    /// Whoever looks for more permissions.
    Held,
    /// A service on its behalf.
    Service(&'static str),
    /// A role that was passed.
    Role(usize),
}

/// What guards the resource of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Nothing that the snapshot could hold.
    None,
    /// What the snapshot holds of it.
    Target,
    /// A trust policy that names the caller, as it was just put there.
    Renewed,
}

/// A request that a way needs.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) by: By,
    pub(crate) action: &'static str,
    pub(crate) on: String,
    /// The user or role that it is about.
    pub(crate) object: Option<usize>,
    /// Keys that the request has.
    pub(crate) keys: Vec<(&'static str, String)>,
    pub(crate) guard: Guard,
}

impl Ask {
    pub(crate) fn held(action: &'static str, on: &str) -> Ask {
        Ask {
            by: By::Held,
            action,
            on: on.to_owned(),
            object: None,
            keys: vec![],
            guard: Guard::None,
        }
    }
}

/// A request that is allowed, with keys that must be absent.
pub(crate) type Allowed = (Request, Vec<String>);

/// Asks for one holder, and keeps the answers.
pub(crate) struct Asking<'g> {
    pub(crate) ground: &'g Ground<'g>,
    pub(crate) hold: Option<&'g Hold>,
    pub(crate) shared: &'g Shared,
}

/// What holders with equal policies share: answers that do not depend on who it is.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) views: RefCell<HashMap<(By, &'static str), Rc<View>>>,
    known: RefCell<HashMap<String, Result<bool, String>>>,
    /// What the engine found for an action the last time: it may do for the next resource, too.
    hints: RefCell<HashMap<(By, &'static str), Allowed>>,
    /// What actions need, by their names.
    pub(crate) needs: RefCell<HashMap<&'static str, Rc<Vec<Need>>>>,
    /// Names for new things on which all actions about them are allowed.
    pub(crate) things: RefCell<HashMap<String, Result<Option<String>, String>>>,
}

impl<'g> Asking<'g> {
    /// For a holder; without one, for services and for roles that were passed.
    pub(crate) fn new(
        ground: &'g Ground<'g>,
        hold: Option<&'g Hold>,
        shared: &'g Shared,
    ) -> Asking<'g> {
        Asking { ground, hold, shared }
    }

    pub(crate) fn principal(&self, by: By) -> Option<&'g Principal> {
        let number = match by {
            By::Held => self.hold?.principal,
            By::Role(number) => number,
            By::Service(_) => return None,
        };
        self.ground.principals.get(number).copied()
    }

    fn caller(&self, by: By) -> Result<Caller, String> {
        match by {
            By::Service(host) => Ok(Caller::Service { host: host.to_owned() }),
            By::Held | By::Role(_) => {
                let arn = self.principal(by).map(|p| p.arn.as_str()).unwrap_or_default();
                Caller::parse(arn).map_err(|e| e.to_string())
            }
        }
    }

    /// Whether a request is allowed, with whatever open keys it needs for that.
    pub(crate) fn allows(&self, ask: &Ask) -> Result<bool, String> {
        // What a resource's policy says depends on who it is.
        if ask.guard != Guard::None {
            return self.find(ask).map(|found| found.is_some());
        }
        let view = self.view(ask.by, ask.action);
        if !view.allows.iter().any(|s| may_match(s, &ask.on)) {
            return Ok(false);
        }
        let Ask { by, action, object, keys, .. } = ask;
        let name = match view.is_uniform {
            true => format!("{by:?} {action} {keys:?}"),
            false => format!("{by:?} {action} {} {object:?} {keys:?}", ask.on),
        };
        if let Some(known) = self.shared.known.borrow().get(&name) {
            return known.clone();
        }
        let answer = self.find(ask).map(|found| found.is_some());
        self.shared.known.borrow_mut().insert(name, answer.clone());
        answer
    }

    /// A request as it is asked for that is allowed, if there is one.
    pub(crate) fn find(&self, ask: &Ask) -> Result<Option<Allowed>, String> {
        let view = self.view(ask.by, ask.action);
        match self.guarded(&view.layered, ask)? {
            None => self.find_over(ask, &view.layered, &view.asked),
            Some(layered) => self.find_over(ask, &layered, &AskedKeys::of(&layered.policies)),
        }
    }

    fn find_over(
        &self,
        ask: &Ask,
        layered: &Layered,
        asked: &AskedKeys,
    ) -> Result<Option<Allowed>, String> {
        let mut keys = self.keys(ask, asked);
        if let Some(now) = self.session(ask.by).filter(|_| asked.has(TOKEN)) {
            // A user may come with a session, or without one.
            let found = self.find_with(ask, layered, asked, with(&keys, TOKEN, Some(now)))?;
            let is_user = self.principal(ask.by).is_some_and(|p| p.kind == Kind::User);
            if found.is_some() || !is_user {
                return Ok(found);
            }
            keys = with(&keys, TOKEN, None);
        }
        self.find_with(ask, layered, asked, keys)
    }

    fn find_with(
        &self,
        ask: &Ask,
        layered: &Layered,
        asked: &AskedKeys,
        keys: Vec<(String, Option<String>)>,
    ) -> Result<Option<Allowed>, String> {
        let mut request = Request {
            caller: self.caller(ask.by)?,
            action: ask.action.to_owned(),
            resource: ask.on.clone(),
            resource_account: None,
            context: Context::new(),
        };
        for (key, value) in &keys {
            value.iter().for_each(|value| request.context.set(key, value.as_str()));
        }
        if self.is_allowed(&request, &[], layered, asked) {
            return Ok(Some((request, Vec::new())));
        }
        let is_settled = |key: &str| {
            is_own(key, &ask.on) || keys.iter().any(|(k, _)| k.eq_ignore_ascii_case(key))
        };
        if asked.iter().all(is_settled) {
            return Ok(None);
        }
        if let Some(found) = self.by_hint(ask, &request, layered, asked) {
            return Ok(Some(found));
        }
        let found = self.search(&request, layered.policies.clone(), &keys, &ask.on)?;
        if let Some(found) = &found {
            self.shared.hints.borrow_mut().insert((ask.by, ask.action), found.clone());
        }
        Ok(found)
    }

    /// A request with the keys of an earlier one, where the evaluator allows it.
    fn by_hint(
        &self,
        ask: &Ask,
        plain: &Request,
        layered: &Layered,
        asked: &AskedKeys,
    ) -> Option<Allowed> {
        let (hint, absent) = self.shared.hints.borrow().get(&(ask.by, ask.action)).cloned()?;
        let mut request = plain.clone();
        for (key, values) in hint.context.iter() {
            if !is_own(&key.to_ascii_lowercase(), &ask.on) && !key.eq_ignore_ascii_case(OWNER) {
                request.context.set_if_absent(key, values.clone());
            }
        }
        let is_free = absent.iter().all(|key| !request.context.has(key));
        let is_allowed = is_free && self.is_allowed(&request, &absent, layered, asked);
        is_allowed.then_some((request, absent))
    }

    /// Asks the engine for a request with other keys.
    fn search(
        &self,
        plain: &Request,
        policies: Policies,
        keys: &[(String, Option<String>)],
        on: &str,
    ) -> Result<Option<Allowed>, String> {
        let subject = Subject { policies, layer: None };
        let resources = if on == "*" { Vec::new() } else { vec![on.to_owned()] };
        let access = [Access { actions: vec![plain.action.clone()], resources }];
        let (caller, same) = (&plain.caller, plain.is_same_account());
        let asker = self.ground.auditor.asker();
        match access_with(&subject, caller, same, &access, &known(keys), &asker) {
            Answer::Proved { .. } => Ok(None),
            Answer::Undecided(why) => Err(format!("{} on {on}: {why}", plain.action)),
            Answer::Refuted(witness) => {
                let mut request = witness.request.clone();
                for (key, values) in plain.context.iter() {
                    request.context.set_if_absent(key, values.clone());
                }
                Ok(Some((request, witness.absent)))
            }
        }
    }

    /// An ARN of one of these patterns on which an action is allowed.
    pub(crate) fn find_any(
        &self,
        action: &'static str,
        patterns: &[String],
    ) -> Result<Option<String>, String> {
        let caller = self.caller(By::Held)?;
        let view = self.view(By::Held, action);
        let keys = self.keys(&Ask::held(action, "*"), &view.asked);
        let subject = Subject { policies: view.layered.policies.clone(), layer: None };
        let access = [Access { actions: vec![action.to_owned()], resources: patterns.to_vec() }];
        let asker = self.ground.auditor.asker();
        match access_with(&subject, &caller, true, &access, &known(&keys), &asker) {
            Answer::Proved { .. } => Ok(None),
            Answer::Undecided(why) => Err(format!("{action}: {why}")),
            Answer::Refuted(witness) => {
                let region = witness.request.context.one("aws:RequestedRegion");
                Ok(Some(in_region(&witness.request.resource, region)))
            }
        }
    }

    /// The layers with what guards the resource; none where nothing does.
    fn guarded(&self, layered: &Layered, ask: &Ask) -> Result<Option<Layered>, String> {
        let target = self.ground.targets.get(&ask.on);
        let snapshot = self.ground.auditor.snapshot;
        Ok(match (ask.guard, target) {
            (Guard::None, _) | (_, None) => None,
            (Guard::Target, Some(target)) => Some(layered.clone().with_target(snapshot, target)),
            (Guard::Renewed, Some(target)) => {
                let arn = self.caller(ask.by)?.principal_arn().unwrap_or_default();
                let layered = layered.clone().with_target(snapshot, target);
                Some(layered.with_resource_policy(trusting(&arn)))
            }
        })
    }

    fn is_allowed(
        &self,
        request: &Request,
        absent: &[String],
        layered: &Layered,
        asked: &AskedKeys,
    ) -> bool {
        let auditor = self.ground.auditor;
        let evaluator = Evaluator::new(&layered.policies, auditor.profile, auditor.catalog);
        let completed = complete_where(request.clone(), |key| asked.has(key));
        let Ok(mut completed) = completed else { return false };
        absent.iter().for_each(|key| completed.request.context.remove(key));
        evaluator.decide(&completed.request).verdict == Verdict::Allow
    }

    /// A request as it is shown, with the statements that allow it.
    pub(crate) fn shown(&self, ask: &Ask) -> Result<(ShownRequest, Vec<Shown>), String> {
        let found = self.find(ask)?;
        let (request, absent) = found.ok_or("the request is refused")?;
        let view = self.view(ask.by, ask.action);
        let layered = self.guarded(&view.layered, ask)?.unwrap_or_else(|| view.layered.clone());
        replay::allowed(&request, &absent, &layered, self.ground.auditor)
    }
}

/// The trust policy that names somebody alone.
fn trusting(arn: &str) -> Arc<Stored> {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": {}}}, "Action": "sts:AssumeRole"}}]}}"#,
        replay::quoted(arn)
    );
    Arc::new(Stored { name: arn.to_owned(), ..Stored::of_text(replay::RENEWED, &text) })
}

/// An ARN with the region that a request names, or an existing one, where it has one at all.
fn in_region(arn: &str, region: Option<&str>) -> String {
    let Some(parsed) = Arn::plain(arn) else { return arn.to_owned() };
    let own = parsed.get(arn, Segment::Region);
    if own.is_empty() {
        return arn.to_owned();
    }
    let usual = first_region(parsed.get(arn, Segment::Partition));
    let region = region.unwrap_or(if own.len() > 6 { own } else { usual });
    let range = parsed.range(Segment::Region);
    let (before, after) = (arn.get(..range.start), arn.get(range.end..));
    format!("{}{region}{}", before.unwrap_or_default(), after.unwrap_or_default())
}
