//! The requests of a way, each decided over the layers that bear on it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use keyaki_account::{Kind, Principal, Stored};
use keyaki_analyze::{Access, Answer, KeyIs, Subject, access_with};
use keyaki_eval::{
    AskedKeys, Caller, Context, Evaluator, Layer, Policies, Request, Verdict, complete_where,
};
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Arn, Effect, Statement};

use super::ground::Ground;
use super::hold::Hold;
use super::need::Need;
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
    hold: Option<&'g Hold>,
    pub(crate) shared: &'g Shared,
}

/// What holders with equal policies share: answers that do not depend on who it is.
#[derive(Default)]
pub(crate) struct Shared {
    views: RefCell<HashMap<(By, &'static str), Rc<View>>>,
    known: RefCell<HashMap<String, Result<bool, String>>>,
    /// What the engine found for an action the last time: it may do for the next resource, too.
    hints: RefCell<HashMap<(By, &'static str), Allowed>>,
    /// What actions need, by their names.
    pub(crate) needs: RefCell<HashMap<&'static str, Rc<Vec<Need>>>>,
    /// Names for new things on which all actions about them are allowed.
    pub(crate) things: RefCell<HashMap<String, Result<Option<String>, String>>>,
}

/// What the layers of a caller say about an action.
struct View {
    layered: Layered,
    /// The keys that they ask for.
    asked: AskedKeys,
    /// Whether they say the same about every resource.
    is_uniform: bool,
    /// The statements of its identity policies that allow it.
    allows: Vec<Statement>,
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

    fn principal(&self, by: By) -> Option<&'g Principal> {
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

    fn view(&self, by: By, action: &'static str) -> Rc<View> {
        if let Some(known) = self.shared.views.borrow().get(&(by, action)) {
            return known.clone();
        }
        let snapshot = self.ground.auditor.snapshot;
        let layers = Layered::about(action);
        let layered = match (by, self.principal(by), self.hold) {
            (By::Held, Some(principal), Some(hold)) => {
                hold.layered(layers, principal, snapshot, self.ground.auditor.catalog)
            }
            (_, Some(principal), _) => layers.with_principal(snapshot, principal).0,
            (_, None, _) => layers,
        };
        let of_identity = layered.policies.statements(Layer::Identity).map(|(_, s)| s);
        let allows = of_identity.filter(|s| s.effect() == Some(Effect::Allow)).cloned().collect();
        let asked = AskedKeys::of(&layered.policies);
        let is_uniform = is_uniform(&layered.policies, &asked);
        let view = Rc::new(View { layered, asked, is_uniform, allows });
        self.shared.views.borrow_mut().insert((by, action), view.clone());
        view
    }

    /// Whether some identity policy may allow an action, on whatever.
    pub(crate) fn may(&self, by: By, action: &'static str) -> bool {
        !self.view(by, action).allows.is_empty()
    }

    /// Whether some identity policy may allow an action on a resource, whatever else says no.
    pub(crate) fn may_on(&self, by: By, action: &'static str, on: &str) -> bool {
        self.view(by, action).allows.iter().any(|s| may_match(s, on))
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

    /// When a session of a caller began, where that is known: it is one that is made now.
    fn session(&self, by: By) -> Option<String> {
        let now = self.ground.now.clone()?;
        (!matches!(by, By::Service(_))).then_some(now)
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

    /// What is known of the keys of a request, of those that are asked for: none for those that
    /// are absent.
    fn keys(&self, ask: &Ask, asked: &AskedKeys) -> Vec<(String, Option<String>)> {
        let mut keys: Vec<(String, Option<String>)> =
            ask.keys.iter().map(|(k, v)| ((*k).to_owned(), Some(v.clone()))).collect();
        let object = ask.object.and_then(|n| self.ground.principals.get(n));
        let subject = self.principal(ask.by);
        for key in asked.iter() {
            if keys.iter().any(|(k, _)| k.eq_ignore_ascii_case(key)) {
                continue;
            }
            let known = object
                .and_then(|o| of_object(key, ask.action, o))
                .or_else(|| subject.and_then(|s| self.of_subject(key, s)))
                .or_else(|| of_action(key, ask.action, subject))
                .or_else(|| self.of_time(key));
            keys.extend(known.map(|value| (key.to_owned(), value)));
        }
        keys
    }

    /// What is known of a key that tells about the caller.
    fn of_subject(&self, key: &str, subject: &Principal) -> Option<Option<String>> {
        if let Some(tag) = key.strip_prefix("aws:principaltag/") {
            let value = tag_of(subject, tag);
            // A session of a role may have tags of its own.
            let is_known = value.is_some() || subject.kind == Kind::User;
            return is_known.then_some(value);
        }
        let organization = self.ground.auditor.snapshot.organization_of(&subject.account);
        (key == "aws:principalorgid").then(|| organization.map(|o| Some(o.id.clone()))).flatten()
    }

    fn of_time(&self, key: &str) -> Option<Option<String>> {
        (key == "aws:currenttime").then(|| self.ground.now.clone().map(Some)).flatten()
    }

    /// A request as it is shown, with the statements that allow it.
    pub(crate) fn shown(&self, ask: &Ask) -> Result<(ShownRequest, Vec<Shown>), String> {
        let found = self.find(ask)?;
        let (request, absent) = found.ok_or("the request is refused")?;
        let view = self.view(ask.by, ask.action);
        let layered = self.guarded(&view.layered, ask)?.unwrap_or_else(|| view.layered.clone());
        let auditor = self.ground.auditor;
        let shown = replay::shown(&request, &absent, &layered, auditor.profile, auditor.catalog)?;
        let statements = replay::granting(&request, &absent, &layered, auditor);
        Ok((shown, statements))
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

const OWNER: &str = "aws:ResourceAccount";
const TOKEN: &str = "aws:TokenIssueTime";

/// Whether no statement and no key tells resources apart.
fn is_uniform(policies: &Policies, asked: &AskedKeys) -> bool {
    let is_of_all = |s: &Statement| {
        let mut entries = s.resource.iter().flat_map(|e| &e.entries);
        s.not_resource.is_none() && entries.any(|e| e.is_star())
    };
    let mut statements = policies.layers().into_iter().flat_map(|l| policies.statements(l));
    let tells = |key: &str| {
        key.starts_with("aws:resource")
            || key.starts_with("iam:resourcetag/")
            || matches!(key, "iam:permissionsboundary" | "aws:requestedregion")
    };
    statements.all(|(_, s)| is_of_all(s)) && !asked.iter().any(tells)
}

/// Keys as the engine is told of them.
fn known(keys: &[(String, Option<String>)]) -> Vec<(String, KeyIs)> {
    let is = |value: &Option<String>| value.clone().map_or(KeyIs::Absent, KeyIs::Value);
    keys.iter().map(|(key, value)| (key.clone(), is(value))).collect()
}

/// Keys, and one more.
fn with(
    keys: &[(String, Option<String>)],
    key: &str,
    value: Option<String>,
) -> Vec<(String, Option<String>)> {
    keys.iter().cloned().chain([(key.to_owned(), value)]).collect()
}

/// Keys that follow from the caller and the resource.
fn is_own(key: &str, on: &str) -> bool {
    const OWN: [&str; 8] = [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:username",
        "aws:viaawsservice",
    ];
    let segment = |segment| Arn::plain(on).map_or("", |arn| arn.get(on, segment));
    OWN.contains(&key)
        || (key == "aws:resourceaccount" && is_account_id(segment(Segment::Account)))
        || (key == "aws:requestedregion" && !segment(Segment::Region).is_empty())
}

/// What is known of a key that tells about the user or role that is acted on.
fn of_object(key: &str, action: &str, object: &Principal) -> Option<Option<String>> {
    let tag = key.strip_prefix("aws:resourcetag/").or_else(|| key.strip_prefix("iam:resourcetag/"));
    if let Some(tag) = tag {
        return Some(tag_of(object, tag));
    }
    let tells_boundary = key == "iam:permissionsboundary" && action != "iam:PassRole";
    tells_boundary.then(|| object.boundary.clone())
}

/// IAM has one region in each partition:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
fn of_action(key: &str, action: &str, subject: Option<&Principal>) -> Option<Option<String>> {
    let partition = subject?.arn.split(':').nth(1)?;
    let is_of_iam = key == "aws:requestedregion" && action.starts_with("iam:");
    is_of_iam.then(|| Some(first_region(partition).to_owned()))
}

fn tag_of(principal: &Principal, name: &str) -> Option<String> {
    let mut tags = principal.tags.iter();
    tags.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

/// The region in which a partition began.
pub(crate) fn first_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
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

/// Whether the resource element of a statement may match; variables match everything here.
fn may_match(statement: &Statement, on: &str) -> bool {
    let Some(element) = &statement.resource else { return statement.not_resource.is_some() };
    element.entries.iter().any(|e| {
        let text = e.text();
        text.contains('$') || text == "*" || glob::matches(text, on, Case::Insensitive)
    })
}
