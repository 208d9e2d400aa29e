use keyaki_analyze::Question;
use keyaki_analyze::words::in_words;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Statement};

use crate::context::Context;
use crate::granted::allows;
use crate::meaning::of;
use crate::rule::rule;

rule! {
    /// Grant without a condition that the project asks for.
    ///
    /// What is asked for stands in `keyaki.toml`: a `[[require]]` names actions and the condition under which alone they may be granted.
    /// Whether a policy keeps to it is proved: every request for the actions that it allows must meet the condition, by whichever statements.
    ///
    /// Without `[[require]]` the rule says nothing; the examples ask that nothing be granted but under `aws:SecureTransport`.
    ///
    /// ## Avoid
    /// ```json require
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   //        ^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json require
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": "true" } }
    /// }
    /// ```
    /// ```json require
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" },
    ///     {
    ///       "Effect": "Deny",
    ///       "Action": "*",
    ///       "Resource": "*",
    ///       "Condition": { "Bool": { "aws:SecureTransport": "false" } }
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never; change what the project asks for.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#use-policy-conditions>
    name: "missing-required-condition",
    level: Security,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    replaces: ["iam-policy-validator:action_condition_enforcement"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for requirement in &cx.settings().requirements {
        let concerns = |entry: &&ActionPattern| {
            let meets = |a: &String| glob::intersects(a, &entry.text, Case::Insensitive);
            requirement.actions.iter().any(meets)
        };
        let granting = || cx.policy().statements.iter().filter(|s| allows(s));
        let named = granting().flat_map(|s: &Statement| s.action.iter().flat_map(|e| &e.entries));
        let left_in = granting().find_map(|s| s.not_action.as_ref()).map(|e| e.origin);
        let place = named.into_iter().find(concerns).map(|e| e.origin).or(left_in);
        let (Some(place), Some(meaning)) = (place, cx.meaning()) else { continue };
        let violation = of(requirement.violation.clone(), cx.kind());
        let question = Question::Disjoint { one: meaning.subject(), other: &violation };
        if let Some(witness) = meaning.refuted(cx.catalog(), &question) {
            cx.report(place, requirement.message.clone())
                .note(format!("for instance {} is allowed", in_words(&witness)));
        }
    }
}
