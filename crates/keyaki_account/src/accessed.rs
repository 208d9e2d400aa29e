//! When services were last used: the answer of `aws iam get-service-last-accessed-details`.
//!
//! The answer does not tell whom it is about. That is told by a member `Arn` beside the others,
//! by the file's name, by the answer of the call that began the job, or by the one principal that
//! the entries name.

use std::sync::Arc;

use keyaki_ir::Arn;
use keyaki_syntax::Value;

use crate::fragment::{Fragment, Piece};
use crate::place::PathParts;
use crate::{Format, ServiceAccess, json};

/// Whether an object is such an answer.
pub(crate) fn is_one(root: Value<'_>) -> bool {
    root.get("ServicesLastAccessed").is_some()
}

pub(crate) fn read(file: &Arc<str>, root: Value<'_>) -> Fragment {
    let mut fragment = Fragment::new(file, Format::LastAccessed);
    if json::has_more(root) {
        fragment.remark("is one page of several", "unused services");
    }
    if json::text(root, "JobStatus").is_some_and(|s| s != "COMPLETED") {
        fragment.remark("the job had not ended", "unused services");
        return fragment;
    }
    let entries: Vec<Value<'_>> = json::list(root, "ServicesLastAccessed").collect();
    let parts = PathParts::of(file);
    let name = Some(parts.name()).filter(|n| Arn::plain(n).is_some());
    let member = json::text(root, "Arn").or_else(|| json::text(root, "arn"));
    let of = member.map(str::to_owned).or(name).or_else(|| only_entity(&entries));
    let job = parts.stem.to_owned();
    let services = services(entries.into_iter());
    fragment.pieces.push(Piece::LastAccessed { of, job, services });
    fragment
}

/// The job that such a call began, for the principal that the file's name tells.
pub(crate) fn read_job(file: &Arc<str>, root: Value<'_>) -> Option<Fragment> {
    let job = json::text(root, "JobId")?.to_owned();
    let arn = Some(PathParts::of(file).name()).filter(|n| Arn::plain(n).is_some())?;
    let mut fragment = Fragment::new(file, Format::LastAccessed);
    fragment.pieces.push(Piece::Job { job, arn });
    Some(fragment)
}

fn only_entity(entries: &[Value<'_>]) -> Option<String> {
    let mut named: Vec<&str> =
        entries.iter().filter_map(|e| json::text(*e, "LastAuthenticatedEntity")).collect();
    named.sort_unstable();
    named.dedup();
    match named.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

/// The entries of a list.
pub(crate) fn services<'t>(entries: impl Iterator<Item = Value<'t>>) -> Vec<ServiceAccess> {
    let service = |entry: Value<'t>| {
        let actions = json::list(entry, "TrackedActionsLastAccessed").filter_map(|a| {
            Some((json::text(a, "ActionName")?.to_owned(), json::time(a, "LastAccessedTime")))
        });
        Some(ServiceAccess {
            namespace: json::text(entry, "ServiceNamespace")?.to_owned(),
            last: json::time(entry, "LastAuthenticated"),
            actions: actions.collect(),
        })
    };
    entries.filter_map(service).collect()
}
