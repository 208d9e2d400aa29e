use keyaki_analyze::Question;
use keyaki_catalog::{Action, Catalog};
use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::{allows, denies};
use crate::rule::rule;
use crate::wider::{could_contradict, could_cover};

rule! {
    /// Policy whose grants amount to nothing.
    ///
    /// It has `Allow` statements, but no request is left that it allows: their conditions never hold, or the policy's own `Deny` statements take everything back.
    /// That is proved.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///   //           ^
    ///     { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*" },
    ///     { "Effect": "Deny", "Action": "s3:*", "Resource": "*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*" },
    ///     { "Effect": "Deny", "Action": "s3:Put*", "Resource": "*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is to grant nothing for a time.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html>
    name: "empty-policy",
    level: Warning,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Identity, keyaki_ir::PolicyKind::Resource]),
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    let denying = statements.iter().filter(|s| denies(s));
    let mut granting = statements.iter().filter(|s| allows(s)).peekable();
    let is_likely = granting.peek().is_some()
        && granting.all(|s| could_contradict(s) || could_cover(denying.clone(), s));
    let Some(meaning) = cx.meaning().filter(|_| is_likely) else { return };
    let first = statements.iter().filter(|s| allows(s)).find_map(|s| first_action(cx.catalog(), s));
    // One action tells nearly always, in a fraction of the time.
    if first.is_some_and(|action| meaning.grants(cx.catalog(), &action.full_name())) {
        return;
    }
    if meaning.holds(cx.catalog(), &Question::AlwaysDenied { subject: meaning.subject() }) {
        cx.report(cx.whole(), "the policy grants nothing")
            .opening()
            .note("proved: no request is left that it allows");
    }
}

fn first_action<'c>(catalog: &'c Catalog, statement: &Statement) -> Option<Action<'c>> {
    let entries = statement.action.iter().flat_map(|element| &element.entries);
    let mut sets = entries.map(|entry| catalog.expand(&entry.text));
    sets.find_map(|set| catalog.action_by_id(set.iter().next()?))
}
