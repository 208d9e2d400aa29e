//! A request that crosses the perimeter, as a finding.

use keyaki_analyze::{Witness, words};
use keyaki_eval::{Caller, Layer};

use super::NAME;
use super::side::Side;
use crate::finding::{About, Finding, FindingKind, Outcome, Severity};
use crate::layered::Layered;
use crate::target::Target;
use crate::{Auditor, replay};

/// Where a request crosses.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    Target(&'a Target),
    Principal,
    Endpoint,
}

/// A side that some request crosses.
pub(super) struct Crossing<'a> {
    pub(super) about: About<'a>,
    pub(super) at: At<'a>,
    pub(super) side: Side,
    pub(super) layered: &'a Layered,
    pub(super) auditor: &'a Auditor<'a>,
}

impl Crossing<'_> {
    pub(super) fn told(&self, witness: &Witness) -> Outcome {
        let mut request = witness.request.clone();
        if let At::Target(target) = self.at {
            if !target.has(&request.resource) {
                // The policy says `*`, or names something in it.
                request.resource.clone_from(&target.arn);
            }
            crate::reach::own(&mut request, target.account.as_ref());
        }
        let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
        match replay::shown(&request, &witness.absent, self.layered, profile, catalog) {
            Err(why) => Outcome::not(NAME, self.about.arn, format!("{}: {why}", self.side.words())),
            Ok(shown) => Outcome::of(self.finding(shown)),
        }
    }

    fn sentence(&self, who: &str, on: &str) -> String {
        let arn = self.about.arn;
        match (self.side, self.at) {
            (Side::Identities, At::Endpoint) => {
                format!("{who}, who is not trusted, can make requests through {arn}")
            }
            (Side::Identities, At::Target(_) | At::Principal) => {
                format!("{who}, who is not trusted, can use {arn}")
            }
            (Side::Resources, At::Endpoint) => format!(
                "{arn} lets requests through to resources that are not trusted, such as {on}"
            ),
            (Side::Resources, At::Target(_) | At::Principal) => {
                format!("{arn} can act on resources that are not trusted, such as {on}")
            }
            (Side::Networks, At::Principal) => {
                format!("{arn} can make requests from outside of the expected networks")
            }
            (Side::Networks, At::Target(_) | At::Endpoint) => {
                format!("{arn} lets requests in from outside of the expected networks")
            }
        }
    }

    fn finding(&self, shown: crate::ShownRequest) -> Finding {
        let who = words::principal(&shown.request.caller);
        let sentence = self.sentence(&who, &shown.request.resource);
        let severity = match (self.side, &shown.request.caller) {
            (Side::Identities, Caller::Anonymous) => Severity::High,
            _ => Severity::Medium,
        };
        let statements = self.statements(&shown);
        let is_of_others = matches!(self.at, At::Target(_) | At::Endpoint);
        let (kind, remedy) = (FindingKind::Perimeter, self.remedy());
        Finding {
            principal: is_of_others.then_some(who),
            actions: vec![shown.request.action.clone()],
            conditions: vec![self.side.words().to_owned()],
            request: Some(shown),
            statements,
            ..Finding::about(self.about, kind, severity, sentence, remedy)
        }
    }

    /// The statements that let it pass.
    fn statements(&self, shown: &crate::ShownRequest) -> Vec<crate::Shown> {
        let granting = replay::granting(&shown.request, &shown.absent, self.layered, self.auditor);
        let known = granting.into_iter().filter(|s| !s.policy.file.starts_with("p-RCP"));
        known.chain(replay::matching(Layer::Endpoint, shown, self.layered, self.auditor)).collect()
    }

    fn remedy(&self) -> &'static str {
        match (self.at, self.side) {
            (At::Endpoint, Side::Identities) => {
                "Ask for `aws:PrincipalOrgID` or `aws:PrincipalAccount` in the policy of the endpoint."
            }
            (At::Endpoint, Side::Resources) => {
                "Ask for `aws:ResourceOrgID` or `aws:ResourceAccount` in the policy of the endpoint, but for the resources of AWS that are needed."
            }
            (_, side) => side.remedy(),
        }
    }
}
