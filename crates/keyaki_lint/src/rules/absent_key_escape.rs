use keyaki_analyze::{Part, Place, Question};
use keyaki_ir::{BaseOperator, Statement};

use crate::context::Context;
use crate::granted::denies;
use crate::meaning::opened;
use crate::presence::{Presence, demand};
use crate::rule::rule;

rule! {
    /// `Deny` that a request escapes because it lacks the key.
    ///
    /// A test that needs its key does not hold without it, so that the `Deny` meets no such request.
    /// The finding shows one.
    /// Tests on tags are passed over: that there is no tag is what they ask for.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:PutObject",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "s3:x-amz-server-side-encryption": "AES256" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:PutObject",
    ///   "Resource": "*",
    ///   "Condition": { "StringEqualsIfExists": { "s3:x-amz-server-side-encryption": "AES256" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When requests without the key are not meant.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists>
    name: "absent-key-escape",
    level: Warning,
    confidence: Low,
    persona: Auditor,
    kinds: Kinds::ANY,
    replaces: ["iam-policy-validator:set_operator_validation"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for statement in cx.policy().statements.iter().filter(|s| denies(s)) {
        let blocks = statement.condition.iter().flat_map(|c| &c.blocks);
        for (b, block) in blocks.enumerate() {
            for (e, entry) in block.entries.iter().enumerate() {
                let operator = block.operator.operator;
                let is_null = operator.is_some_and(|o| o.base == BaseOperator::Null);
                let is_tag = entry.key.value.contains('/');
                if is_null || is_tag || demand(operator, entry) != Some(Presence::Present) {
                    continue;
                }
                if let Some(example) = escapes(cx, statement, b, e) {
                    let message =
                        format!("requests without `{}` escape this deny", entry.key.value);
                    cx.report(entry.key.origin, message).note(example);
                }
            }
        }
    }
}

/// A request that escapes, in words.
fn escapes(cx: &Context<'_>, statement: &Statement, block: usize, entry: usize) -> Option<String> {
    let meaning = cx.meaning()?;
    let is_it = |s: &Statement| s.origin == statement.origin;
    let subject = opened(meaning.some(|s| is_it(s).then(|| s.clone())));
    let part = Part::element(meaning.at(0), Place::Condition { block, entry });
    let witness =
        meaning.refuted(cx.catalog(), &Question::FailsClosed { subject: &subject, part })?;
    Some(format!("for instance {}", keyaki_analyze::words::in_words(&witness)))
}
