//! What requests of the principals of an account must bring, beside a statement of their own.

use std::collections::BTreeMap;

use keyaki_account::Principal;
use keyaki_analyze::{Answer, Subject, access_among};
use keyaki_eval::{Caller, Context, Request};

use crate::Auditor;
use crate::asked::Asked;
use crate::layered::Layered;

/// By account, the keys with which a request gets past the guardrails and the policy of the
/// resource, where all that a principal's own policies could refuse is left out.
///
/// They are a guess that is worth a try: whoever makes a request of them has it decided. Questions
/// about many principals put one question to the engine for each account, then, and one for each
/// principal for whom the guess does not do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usual(BTreeMap<String, Keys>);

#[derive(Clone, Debug)]
struct Keys {
    context: Context,
    absent: Vec<String>,
}

impl Usual {
    /// The keys for one action on one resource, which is described once.
    pub(crate) fn of(asked: &Asked, auditor: &Auditor<'_>) -> Usual {
        let mut usual = Usual::default();
        for principal in auditor.snapshot.described_principals() {
            if !usual.0.contains_key(&principal.account) {
                let found = keys(asked, principal, auditor);
                usual.0.extend(found.map(|keys| (principal.account.clone(), keys)));
            }
        }
        usual
    }

    /// The request with the keys of the account, and the keys that must be absent.
    pub(crate) fn request(&self, account: &str, plain: Request) -> Option<(Request, &[String])> {
        let keys = self.0.get(account)?;
        Some((Request { context: keys.context.clone(), ..plain }, &keys.absent))
    }
}

fn keys(asked: &Asked, principal: &Principal, auditor: &Auditor<'_>) -> Option<Keys> {
    let caller = Caller::parse(&principal.arn).ok()?;
    let (layered, _) = Layered::about(&asked.action).with_principal(auditor.snapshot, principal);
    let layered = layered.changed(&[], None, true).with_everything();
    let layered = match asked.targets.first() {
        Some(target) => layered.with_target(auditor.snapshot, target),
        None => layered,
    };
    let guarding = asked.guarding(asked.owner_with_policy(), principal);
    let layered = layered.with_owner(auditor.snapshot, guarding);
    let same_account = asked.owner_with_policy().is_none_or(|o| *o == principal.account);
    let subject = Subject { policies: layered.policies, layer: None };
    let access = [asked.access()];
    match access_among(&subject, &caller, same_account, &access, &[], &[], &auditor.asker()) {
        Answer::Refuted(witness) => {
            let mut context = witness.request.context;
            context.remove("aws:ResourceAccount");
            Some(Keys { context, absent: witness.absent })
        }
        Answer::Proved { .. } | Answer::Undecided(_) => None,
    }
}
