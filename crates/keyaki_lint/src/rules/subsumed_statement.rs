use keyaki_diag::Applicability;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Statement};

use crate::context::Context;
use crate::granted::{allows, denies};
use crate::meaning::narrowed;
use crate::rule::rule;
use crate::wider::{could_cover, is_wider};

rule! {
    /// Statement that grants nothing which the others do not grant.
    ///
    /// That is proved for all requests, with conditions and `Deny` counted for what they do.
    /// All statements that are found in a policy can be left out together.
    /// `keyaki prove equivalent` answers the same question for two policies.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*" },
    ///     { "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" },
    ///     {
    ///     //^
    ///       "Effect": "Allow",
    ///       "Action": ["s3:GetObject", "s3:PutObject"],
    ///       "Resource": "arn:aws:s3:::reports/2026/*",
    ///       "Condition": { "Bool": { "aws:SecureTransport": "true" } }
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*" },
    ///     { "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" },
    ///     {
    ///       "Effect": "Allow",
    ///       "Action": ["s3:GetObject", "s3:PutObject"],
    ///       "Resource": "arn:aws:s3:::invoices/*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the statement says something to people, or the policy is put together from parts.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
    name: "subsumed-statement",
    level: Suggestion,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    let mut gone: Vec<usize> = Vec::new();
    for (i, statement) in statements.iter().enumerate().filter(|(_, s)| allows(s)).rev() {
        let rest = statements.iter().enumerate().filter(|(j, s)| *j != i && allows(s));
        let rest = rest.filter(|(j, _)| !gone.contains(j)).map(|(_, s)| s);
        if could_cover(rest.clone(), statement)
            && is_covered(cx, statement, &rest.collect::<Vec<_>>())
        {
            gone.push(i);
        }
    }
    for i in gone.into_iter().rev() {
        let origin = statements[i].origin;
        cx.report(origin, "the policy grants the same without this statement")
            .note("proved: what it allows, other statements allow or deny")
            .remove(origin, "remove the statement", Applicability::Safe);
    }
}

/// Whether what a statement grants, the rest grants.
fn is_covered(cx: &Context<'_>, statement: &Statement, rest: &[&Statement]) -> bool {
    let actions = statement.action.as_ref().map_or(&[][..], |list| &list.entries);
    if is_wider(statement, actions, rest, cx.policy()) {
        return false;
    }
    let Some(meaning) = cx.meaning() else { return false };
    let own = |s: &Statement| s.origin == statement.origin;
    let others = |s: &Statement| rest.iter().any(|r| r.origin == s.origin);
    let meets = |e: &ActionPattern| {
        let own = statement.action.iter().flat_map(|a| &a.entries);
        statement.action.is_none()
            || own.into_iter().any(|o| glob::intersects(&o.text, &e.text, Case::Insensitive))
    };
    let new = meaning.some(|s| match own(s) {
        true => Some(s.clone()),
        false => denies(s).then(|| narrowed(s, meets)),
    });
    let old = meaning.some(|s| (others(s) || denies(s)).then(|| narrowed(s, meets)));
    // A statement that grants nothing at all is another rule's.
    meaning.covers(cx.catalog(), &old, &new)
}
