//! Statements that let outsiders in who send what is asked for.
//!
//! Some condition keys hold what the caller writes into the request: a referrer, the name of a
//! program, a prefix, tags. They tell requests apart, and nobody is kept out by them. What is found
//! is a request of somebody whom the policy does not name, as for [`crate::Question::NoPublicAccess`],
//! that such a statement allows.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.

use keyaki_eval::{Layer, StatementRef};
use keyaki_ir::{ConditionEntry, Effect, Statement};

use crate::asked::matches;
use crate::{Answer, Asker, Subject, public};

/// Keys whose values the caller chooses.
const CHOSEN: [&str; 11] = [
    "aws:Referer",
    "aws:SecureTransport",
    "aws:TagKeys",
    "aws:UserAgent",
    "kms:EncryptionContextKeys",
    "s3:authType",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
    "s3:RequestObjectTagKeys",
    "sts:RoleSessionName",
];

/// Beginnings of keys whose values the caller chooses.
const CHOSEN_PREFIXES: [&str; 4] =
    ["aws:RequestTag/", "kms:EncryptionContext:", "s3:RequestObjectTag/", "s3:x-amz-"];

/// Whether the caller chooses what a key holds.
fn is_chosen(entry: &ConditionEntry) -> bool {
    CHOSEN.iter().any(|key| entry.is(key)) || CHOSEN_PREFIXES.iter().any(|p| entry.starts_with(p))
}

impl Subject {
    /// The statements of a resource's policy that allow on a condition that the caller can choose
    /// to satisfy.
    pub fn gates(&self) -> Vec<StatementRef> {
        let is_gate = |s: &Statement| {
            s.effect() == Some(Effect::Allow) && s.condition_entries().any(|(_, e)| is_chosen(e))
        };
        let statements = self.policies.statements(Layer::Resource);
        statements.filter(|(_, s)| is_gate(s)).map(|(at, _)| at).collect()
    }
}

/// Whether a statement lets no outsider in.
pub(crate) fn not_spoofable(subject: &Subject, at: StatementRef, asker: &Asker<'_>) -> Answer {
    let Some(statement) = subject.policies.statement(at).filter(|_| at.layer == Layer::Resource)
    else {
        return Answer::Undecided("there is no such statement of a resource's policy".to_owned());
    };
    public::granted(subject, None, asker, |caller| matches(0, at, statement, caller, asker.profile))
}
