use keyaki_analyze::Question;
use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::presence::{Presence, demand, of_star};
use crate::rule::rule;

rule! {
    /// Condition that every request meets.
    ///
    /// The statement applies as if it had no condition.
    /// That is proved for all requests, those without the keys included.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": {
    ///   //           ^
    ///     "StringNotEqualsIfExists": { "aws:PrincipalTag/team": [] }
    ///   }
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": {
    ///   //           ^
    ///     "IpAddressIfExists": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1", "::/0"] }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": { "IpAddressIfExists": { "aws:SourceIp": "203.0.113.0/24" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the document is made by a tool that always writes a condition.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    name: "vacuous-condition",
    level: Warning,
    persona: Pedantic,
    kinds: Kinds::ANY,
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for statement in cx.policy().statements.iter().filter(|s| could_always_hold(s)) {
        let Some(meaning) = cx.meaning() else { return };
        let Some(condition) = &statement.condition else { continue };
        let with = meaning.alone(statement);
        let without = meaning.alone_without_condition(statement);
        if meaning.holds(cx.catalog(), &Question::NoNewAccess { old: &with, new: &without }) {
            cx.report(condition.origin, "every request meets this condition")
                .opening()
                .note("proved: the statement applies as if it had none")
                .remove(condition.origin, "remove the condition", Applicability::Safe);
        }
    }
}

/// Whether no test needs its key, and some is no test against `*` alone.
fn could_always_hold(statement: &Statement) -> bool {
    let tests = || statement.condition_entries().map(|(b, e)| (b.operator.operator, e));
    tests().all(|(o, e)| demand(o, e).is_none_or(|p| p == Presence::Always))
        && tests().any(|(o, e)| of_star(o, e).is_none())
}
