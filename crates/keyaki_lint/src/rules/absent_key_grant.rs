use keyaki_analyze::{Part, Place, Question};
use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, Effect, Operator, Statement};

use crate::condition_edit::add_entry;
use crate::context::Context;
use crate::granted::allows;
use crate::presence::{Presence, demand, of_star};
use crate::rule::rule;

rule! {
    /// Grant whose condition a request passes because it lacks the key.
    ///
    /// Negated operators, `IfExists` and `ForAllValues` hold where the key is absent.
    /// The finding shows such a request, which the evaluator allowed and which the condition was not asked about.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": { "StringNotEquals": { "aws:PrincipalTag/team": "guests" } }
    ///   //                                  ^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringNotEquals": { "aws:PrincipalTag/team": "guests" },
    ///     "Null": { "aws:PrincipalTag/team": "false" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When requests without the key are to be allowed.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "absent-key-grant",
    level: Security,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE).and(Kinds::TRUST),
    replaces: ["iam-policy-validator:ifexists_condition_usage", "iam-policy-validator:set_operator_validation"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for statement in cx.policy().statements.iter().filter(|s| allows(s)) {
        let blocks = statement.condition.iter().flat_map(|c| &c.blocks);
        for (b, block) in blocks.enumerate() {
            for (e, entry) in block.entries.iter().enumerate() {
                let operator = block.operator.operator;
                let needs_key = demand(operator, entry).is_some_and(|p| p != Presence::Always);
                if needs_key || of_star(operator, entry).is_some() || is_null(operator) {
                    continue;
                }
                let Some(example) = gets_through(cx, statement, b, e) else { continue };
                let guard = add_entry(cx, statement, NULL, &entry.key.value, "\"false\"");
                let message = format!("requests without `{}` pass this test", entry.key.value);
                let draft = cx.report(entry.key.origin, message).note(example);
                if let Some(edit) = guard {
                    draft.fix("ask for the key as well", Applicability::Unsafe, vec![edit]);
                }
            }
        }
    }
}

const NULL: Operator = Operator { set: None, base: BaseOperator::Null, if_exists: false };

fn is_null(operator: Option<Operator>) -> bool {
    operator.is_some_and(|o| o.base == BaseOperator::Null)
}

/// An allowed request without the key, in words.
fn gets_through(
    cx: &Context<'_>,
    statement: &Statement,
    block: usize,
    entry: usize,
) -> Option<String> {
    let meaning = cx.meaning()?;
    let is_it = |s: &Statement| s.origin == statement.origin;
    let bears = |s: &Statement| is_it(s) || s.effect() == Some(Effect::Deny);
    let subject = meaning.some(|s| bears(s).then(|| s.clone()));
    let kept: Vec<&Statement> = cx.policy().statements.iter().filter(|s| bears(s)).collect();
    let at = meaning.at(kept.iter().position(|s| is_it(s))?);
    let part = Part::element(at, Place::Condition { block, entry });
    let witness =
        meaning.refuted(cx.catalog(), &Question::FailsClosed { subject: &subject, part })?;
    Some(format!("for instance {}", keyaki_analyze::words::in_words(&witness)))
}
