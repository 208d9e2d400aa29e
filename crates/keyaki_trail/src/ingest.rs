//! One file of events, added up.

use std::io::{self, Read};

use keyaki_catalog::{Action, Catalog};
use keyaki_ir::arn::is_account_id;

use crate::arns::{Place, resources};
use crate::caller::{Caller, caller};
use crate::event::Event;
use crate::parameters::Parameters;
use crate::split::{Defect, Splitter};
use crate::table::{Special, table};
use crate::usage::ActionUse;
use crate::{Names, Usage};

/// What one file gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// What its events tell.
    pub usage: Usage,
    /// Whether it holds events at all.
    pub is_trail: bool,
}

/// Reads the events of one file. The path is as it is to be shown; what it tells of the account
/// is compared with the events. Files that begin like gzip are taken as such.
pub fn ingest(path: &str, source: impl Read, names: &mut Names<'_>) -> Ingested {
    let mut begin = [0; 2];
    let mut source = source;
    let length = read_full(&mut source, &mut begin);
    let head = io::Cursor::new(begin.get(..length).unwrap_or_default().to_vec());
    let whole = head.chain(source);
    match begin == [0x1F, 0x8B] {
        true => ingest_text(path, flate2::read::MultiGzDecoder::new(whole), names),
        false => ingest_text(path, whole, names),
    }
}

fn read_full(source: &mut impl Read, buffer: &mut [u8]) -> usize {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|r| !r.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The next read gives the error again.
            Err(_) => break,
        }
    }
    length
}

fn ingest_text(path: &str, source: impl Read, names: &mut Names<'_>) -> Ingested {
    let mut splitter = Splitter::new(source);
    let mut reading =
        Reading { path, account: account_of_path(path), usage: Usage::default(), names };
    while let Some((line, piece)) = splitter.next() {
        match piece {
            Ok(text) => {
                reading.usage.bytes += text.len() as u64;
                match Event::read(text) {
                    Ok(event) => reading.event(&event, line),
                    Err(why) => reading.broken(line, &format!("an event cannot be read: {why}")),
                }
            }
            Err(why) => reading.broken(line, &words(&why)),
        }
    }
    let is_trail = reading.usage.events > 0;
    Ingested { usage: reading.usage, is_trail }
}

fn words(defect: &Defect) -> String {
    match defect {
        Defect::BreaksOff => "it breaks off inside an event".to_owned(),
        Defect::Unbalanced => "an event does not end where it should".to_owned(),
        Defect::Stray => "there is text between events that is no JSON".to_owned(),
        Defect::Unreadable(why) => format!("it cannot be read further: {why}"),
        Defect::GivenUp => "so much of it is broken that the rest was not read".to_owned(),
    }
}

/// The account that a delivered file is of: `…/AWSLogs/ACCOUNT/CloudTrail/…`, or the first part
/// of its name.
fn account_of_path(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    let name = parts.next_back()?;
    let by_name = name.split_once("_CloudTrail_").map(|(account, _)| account);
    let after_logs = || parts.skip_while(|p| *p != "AWSLogs").skip(1).find(|p| is_account_id(p));
    by_name.filter(|a| is_account_id(a)).or_else(after_logs).map(str::to_owned)
}

struct Reading<'r, 'c> {
    path: &'r str,
    account: Option<String>,
    usage: Usage,
    names: &'r mut Names<'c>,
}

impl Reading<'_, '_> {
    fn broken(&mut self, line: usize, what: &str) {
        let about = format!("{}:{line}", self.path);
        self.usage.trouble(&about, what, true);
    }

    fn event(&mut self, event: &Event<'_>, line: usize) {
        if let Some(text) = event.inner.get() {
            return match Event::read(text.as_bytes()) {
                Ok(inner) if inner.inner.get().is_none() => self.event(&inner, line),
                Ok(_) => self.broken(line, "an event holds an event that holds an event"),
                Err(why) => self.broken(line, &format!("an event cannot be read: {why}")),
            };
        }
        self.usage.events += 1;
        if let Some(time) = event.event_time.get() {
            self.usage.time(time);
        }
        let is_request = matches!(event.event_type.get(), None | Some("AwsApiCall"));
        if !is_request {
            self.usage.not_requests += 1;
            return;
        }
        match caller(event) {
            Caller::Principal(arn) => self.of_principal(event, &arn),
            Caller::Other => self.usage.other_callers += 1,
            Caller::Contradiction(what) => {
                let what = format!("an event names {what}; it does not count");
                self.usage.trouble(self.path, &what, true);
            }
        }
    }

    fn of_principal(&mut self, event: &Event<'_>, arn: &str) {
        let (source, name) = (&*event.event_source.0, &*event.event_name.0);
        if let (Some(of_path), Some(told)) = (&self.account, event.recipient_account_id.get())
            && of_path != told
        {
            let what = format!("the file is of account {of_path}, and an event of {told}");
            self.usage.trouble(self.path, &what, false);
        }
        let actions: Vec<Action<'_>> = self.names.actions(source, name).to_vec();
        let Some(first) = actions.first() else {
            let about = format!("{source} {name}");
            return self.usage.trouble(&about, "no action of the catalogue is called so", true);
        };
        if event.is_data() {
            let prefix = first.service().prefix();
            if !self.usage.data_services.contains(prefix) {
                self.usage.data_services.insert(prefix.to_owned());
            }
        }
        match Fate::of(&event.error_code.0) {
            Fate::Denied => {
                let used = self.usage.principals.entry(arn.to_owned()).or_default();
                for action in &actions {
                    *used.denied.entry(action.full_name()).or_default() += 1;
                }
            }
            Fate::Throttled => self.usage.throttled += 1,
            Fate::Allowed => self.used(event, arn, &actions),
        }
    }

    fn used(&mut self, event: &Event<'_>, arn: &str, actions: &[Action<'_>]) {
        let raw = event.request_parameters.map_or("null", |r| r.get());
        let parameters = match raw {
            "null" => Parameters::default(),
            raw => Parameters::read(raw),
        };
        let own = event.resource_arns();
        let account = event.recipient_account_id.get();
        let of_arn = || arn.split(':').nth(4).unwrap_or_default();
        let place = Place {
            region: &event.aws_region.0,
            account: account.unwrap_or_else(of_arn),
            caller: arn,
        };
        let catalog = self.names.catalog();
        if !self.usage.principals.contains_key(arn) {
            self.usage.principals.insert(arn.to_owned(), Default::default());
        }
        let Some(principal) = self.usage.principals.get_mut(arn) else { return };
        for action in special(actions, &parameters, catalog) {
            let name = action.full_name();
            if !principal.actions.contains_key(&name) {
                principal.actions.insert(name.clone(), ActionUse::default());
            }
            let Some(used) = principal.actions.get_mut(&name) else { continue };
            used.count += 1;
            if *used.last < *event.event_time.0 {
                used.last = event.event_time.0.to_string();
            }
            resources(action, &own, &parameters, place)
                .iter()
                .for_each(|r| used.resources.insert(r));
            via(event, &place, used);
            let passes = action.dependent_actions().any(|d| d.full_name() == "iam:PassRole");
            if passes {
                let service = table().passed_to(action.service().prefix());
                let roles =
                    parameters.arns().filter(|a| a.contains(":iam::") && a.contains(":role/"));
                used.passed.extend(roles.map(|role| (role.to_owned(), service.clone())));
            }
        }
        self.copied(event, arn, &parameters, place);
    }

    /// A copy of an object reads another one.
    fn copied(&mut self, event: &Event<'_>, arn: &str, parameters: &Parameters, place: Place<'_>) {
        let is_copy = matches!(&*event.event_name.0, "CopyObject" | "UploadPartCopy");
        let Some(from) = parameters.get("x-amz-copy-source").next().filter(|_| is_copy) else {
            return;
        };
        let from = keyaki_ir::percent::decoded(from);
        let object = from.trim_start_matches('/').split("?versionId=").next().unwrap_or_default();
        let name =
            if from.contains("?versionId=") { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let principal = self.usage.principals.entry(arn.to_owned()).or_default();
        let used = principal.actions.entry(name.to_owned()).or_default();
        used.count += 1;
        used.last = std::mem::take(&mut used.last).max(event.event_time.0.to_string());
        used.via.insert(String::new());
        let source = format!("arn:{}:s3:::{}", place.partition(), crate::arns::escaped(object));
        used.resources.insert(&source);
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Allowed,
    Denied,
    /// Refused for want of speed, before or after it was known whether it is allowed.
    Throttled,
}

impl Fate {
    /// By the error code of the event. A request that failed for another reason was allowed.
    fn of(code: &str) -> Fate {
        const DENIED: [&str; 9] = [
            "AccessDenied",
            "Unauthorized",
            "Forbidden",
            "AuthorizationError",
            "NotAuthorized",
            "InvalidClientTokenId",
            "ExpiredToken",
            "SignatureDoesNotMatch",
            "UnrecognizedClient",
        ];
        const THROTTLED: [&str; 5] =
            ["Throttling", "RequestLimitExceeded", "TooManyRequests", "SlowDown", "Throttled"];
        let has = |words: &[&str]| !code.is_empty() && words.iter().any(|w| code.contains(w));
        match (has(&DENIED), has(&THROTTLED)) {
            (true, _) => Fate::Denied,
            (false, true) => Fate::Throttled,
            (false, false) => Fate::Allowed,
        }
    }
}

/// The actions with what parameters of the request add or change.
fn special<'c>(
    actions: &[Action<'c>],
    parameters: &Parameters,
    catalog: &'c Catalog,
) -> Vec<Action<'c>> {
    let mut all = Vec::new();
    for action in actions {
        let (prefix, name) = (action.service().prefix(), action.name());
        let of =
            |s: &&Special| s.prefix == prefix && s.action == name && parameters.has(s.parameter);
        let named = |s: &Special| catalog.action(&format!("{}:{}", s.prefix, s.becomes));
        let instead = table().instead.iter().find(of).and_then(named);
        all.push(instead.unwrap_or(*action));
        all.extend(table().also.iter().filter(of).filter_map(named));
    }
    all
}

/// Notes the service that made a request on the caller's behalf.
fn via(event: &Event<'_>, place: &Place<'_>, used: &mut ActionUse) {
    let by = event.user_identity.as_ref().and_then(|i| i.invoked_by.get());
    let host = by.filter(|by| by.ends_with(".amazonaws.com"));
    let via = match host.and_then(|h| h.strip_suffix(".amazonaws.com")) {
        Some(service) => format!("{service}.{}.amazonaws.com", place.region),
        None => String::new(),
    };
    if !used.via.contains(&via) {
        used.via.insert(via);
    }
}
