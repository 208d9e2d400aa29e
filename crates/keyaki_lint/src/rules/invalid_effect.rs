use keyaki_diag::Applicability;
use keyaki_ir::{Effect, Statement, near};
use keyaki_syntax::NodeKind;

use crate::context::Context;
use crate::placeholder::has_placeholder;
use crate::rule::rule;

rule! {
    /// Effect that is neither `Allow` nor `Deny`.
    ///
    /// The two words are written exactly so, with a capital letter.
    /// AWS refuses a policy with any other effect.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "allow",
    ///   //        ^^^^^^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-effect>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html>
    name: "invalid-effect",
    aws: "INVALID_EFFECT",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = statement.effect.as_ref().filter(|e| e.effect.is_none()) else { return };
    let is_string = cx.node(element.origin).is_some_and(|v| v.kind() == NodeKind::String);
    if !is_string || element.text.contains("${") || has_placeholder(&element.text) {
        return;
    }
    let meant = near::nearest(&element.text, [Effect::Allow, Effect::Deny].map(Effect::name));
    let draft = cx
        .report(element.origin, format!("the effect `{}` does not exist", element.text))
        .note("the effects are `Allow` and `Deny`; letter case counts");
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.replace_string(element.origin, title, Applicability::Unsafe, meant);
    }
}
