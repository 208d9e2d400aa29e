use keyaki_diag::{Applicability, Edit};
use keyaki_ir::{Effect, PrincipalForm, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Principal `"*"` in a role trust policy.
    ///
    /// AWS does not take the short form for everybody in a trust policy.
    /// Name the accounts, roles or services that may assume the role.
    /// Where really everybody in an organisation may, write `{"AWS": "*"}` with a condition.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "*",
    ///   //           ^^^
    ///   "Action": "sts:AssumeRole",
    ///   "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "*" },
    ///   "Action": "sts:AssumeRole",
    ///   "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-role-trust-policy-unsupported-wildcard-in-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous>
    name: "role-trust-policy-unsupported-wildcard-in-principal",
    aws: "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    level: Error,
    kinds: Kinds::TRUST,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.principal else { return };
    if !matches!(element.form, PrincipalForm::Any) {
        return;
    }
    let opens = statement.effect() == Some(Effect::Allow) && statement.condition.is_none();
    let range = cx.range(element.origin);
    let draft = cx
        .report(element.origin, "`\"Principal\": \"*\"` is not supported in role trust policies")
        .note("name who may assume the role");
    // An Allow without condition would open the role to the world.
    if !opens {
        let edit = Edit { range, replacement: "{\"AWS\": \"*\"}".to_owned() };
        draft.fix("replace with `{\"AWS\": \"*\"}`", Applicability::Unsafe, vec![edit]);
    }
}
