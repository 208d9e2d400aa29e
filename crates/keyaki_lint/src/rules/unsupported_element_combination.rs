use keyaki_ir::Statement;
use keyaki_syntax::NodeId;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Statement with an element and its `Not` form at once.
    ///
    /// `Action` and `NotAction`, `Resource` and `NotResource`, `Principal` and `NotPrincipal` exclude
    /// each other in a statement.
    /// AWS refuses a policy that has both.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "NotAction": "s3:PutObject",
    ///   //^
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
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-element-combination>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>
    name: "unsupported-element-combination",
    aws: "UNSUPPORTED_ELEMENT_COMBINATION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let s = statement;
    let action = s.action.as_ref().and(s.not_action.as_ref().map(|e| e.name));
    let resource = s.resource.as_ref().and(s.not_resource.as_ref().map(|e| e.name));
    let principal = s.principal.as_ref().and(s.not_principal.as_ref().map(|e| e.name));
    report(cx, "Action", action);
    report(cx, "Resource", resource);
    report(cx, "Principal", principal);
}

fn report(cx: &mut Context<'_>, element: &str, negated: Option<NodeId>) {
    if let Some(name) = negated {
        cx.report(name, format!("`Not{element}` cannot stand beside `{element}`"))
            .note("remove one of them, or make two statements");
    }
}
