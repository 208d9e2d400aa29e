use keyaki_ir::Principal;

use crate::context::Context;
use crate::rule::{PrincipalSite, rule};

rule! {
    /// Unique id of a role as principal.
    ///
    /// When a policy is saved, AWS keeps the unique id of each role that it names, and shows the ARN as long as the role exists.
    /// An id that starts with `AROA` shows that the role was deleted, or that the text was copied from another account.
    /// A new role of the same name has another id, and the policy does not admit it.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "AROAQWERTYUIOPASDFGHJ" },
    ///   //                    ^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:role/report-reader" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is a record of what AWS returned, and the role is known to be gone.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-invalid-role-reference>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles>
    name: "invalid-role-reference",
    aws: "INVALID_ROLE_REFERENCE",
    level: Warning,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST),
    check: Principal(check),
}

fn check(cx: &mut Context<'_>, site: PrincipalSite<'_>) {
    if site.entry.principal == Principal::RoleId {
        let message = format!("`{}` is the unique id of a role", site.entry.text);
        cx.report(site.entry.origin, message)
            .note("the role is gone, or the text was copied; name the role by its ARN");
    }
}
