//! Analyses of a snapshot: what an auditor asks of accounts and organisations.
//!
//! Each analysis gives [`Finding`]s and, beside them, what it could not look at and why
//! ([`NotAnalysed`]): an analysis whose inputs are missing says so. What a finding says of access
//! is shown by a request that the evaluator allows over all layers that the snapshot tells of.
//!
//! Nothing here reads a file or a clock, and nothing starts a thread: the functions take one
//! resource or principal each, so that whoever calls them may do it on many threads.

mod finding;
mod layered;
mod replay;
mod sentence;
mod target;
mod through;
mod zone;

mod abac;
mod admin;
mod asked;
mod closure;
mod escalation;
mod exposure;
mod internal;
mod known;
mod lock_out;
mod mfa;
mod never_used;
mod outsiders;
mod perimeter;
mod proposal;
mod reach;
mod root;
mod shared;
mod unused;
mod usual;
mod what_can;

pub use abac::abac;
pub use admin::admin;
pub use asked::Asked;
pub use closure::closure;
pub use escalation::{
    Escalations, Goal, Picture, PictureEdge, PictureNode, Spread, Way, escalations, ways,
};
pub use exposure::{external, public};
pub use finding::{
    Finding, FindingKind, LayerSays, NotAnalysed, Outcome, Severity, Shown, ShownRequest, Step,
};
pub use internal::internal;
pub use layered::{Layered, everything};
pub use lock_out::{lock_out, lockable};
pub use mfa::without_mfa;
pub use never_used::{NeverUsed, never_used, unused_actions};
pub use outsiders::{deputies, federation, third_parties};
pub use perimeter::{
    Perimeter, endpoints, perimeter_of_endpoint, perimeter_of_principal, perimeter_of_share,
    perimeter_of_target,
};
pub use proposal::{Allowed, Proposal, Used, Within, proposal};
pub use reach::{Can, Reach, who_can};
pub use root::{no_second_factor, root};
pub use shared::{external_share, public_share};
pub use target::{Target, targets};
pub use unused::{Clock, unused};
pub use what_can::{WhatCan, what_can};
pub use zone::ZoneOfTrust;

use keyaki_account::Snapshot;
use keyaki_analyze::Asker;
use keyaki_catalog::Catalog;
use keyaki_eval::Profile;
use keyaki_ir::date::Instant;
use keyaki_symbolic::Actions;

/// What analyses are made with.
#[derive(Clone, Copy, Debug)]
pub struct Auditor<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// What AWS services define.
    pub catalog: &'a Catalog,
    /// The readings of contested points.
    pub profile: &'a Profile,
    /// The time that counts as now; without one, times are chosen freely.
    pub now: Option<Instant>,
    /// The steps that each query may take.
    pub steps: u64,
}

impl<'a> Auditor<'a> {
    /// What questions are asked with: about all actions, those that AWS may add some day included.
    pub(crate) fn asker(&self) -> Asker<'a> {
        Asker::new(self.catalog, self.profile, Actions::Any, self.steps)
    }
}
