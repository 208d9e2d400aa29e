use keyaki_diag::Confidence;

use crate::admission::{Reason, Refusal, refusals};
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Policy that IAM refuses to save, for a reason that validation does not call an error.
    ///
    /// `CreatePolicy` is stricter than validation in some details:
    /// it takes no version but `2012-10-17`, no empty list of actions or resources, no wildcard in
    /// the service of an ARN, no date that does not parse, and no character beyond U+00FF.
    ///
    /// What another rule reports as an error at the same place is not reported again.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": [],
    ///   //        ^^
    ///   "Resource": "arn:aws:s*:::reports/*",
    ///   //          ^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "31 January 2027" } }
    ///   //                                                  ^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject"],
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "DateLessThan": { "aws:CurrentTime": "2027-01-31T00:00:00Z" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is attached inline and was saved before IAM became stricter.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "refused-by-iam",
    level: Error,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Identity, keyaki_ir::PolicyKind::Boundary]),
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    for refusal in refusals(cx.tree(), cx.policy(), cx.catalog()) {
        if refusal.reason.aws_code().is_none() {
            report(cx, refusal);
        }
    }
}

fn report(cx: &mut Context<'_>, refusal: Refusal) {
    let Refusal { reason, at, range } = refusal;
    let draft = cx
        .report(at, reason.message())
        .range(range)
        .note("IAM refuses to save the policy as it is");
    if reason == Reason::OldVersion {
        // An inline policy may have been saved with it.
        draft.confidence(Confidence::Medium);
    }
}
