use keyaki_ir::Principal;

use crate::context::Context;
use crate::rule::{PrincipalSite, rule};

rule! {
    /// Unique id of a user as principal.
    ///
    /// When a policy is saved, AWS keeps the unique id of each user that it names, and shows the ARN as long as the user exists.
    /// An id that starts with `AIDA` shows that the user was deleted, or that the text was copied from another account.
    /// A new user of the same name has another id, and the policy does not admit it.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "AIDAQWERTYUIOPASDFGHJ" },
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
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:user/ann" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is a record of what AWS returned, and the user is known to be gone.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-invalid-user-reference>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users>
    name: "invalid-user-reference",
    aws: "INVALID_USER_REFERENCE",
    level: Warning,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST),
    check: Principal(check),
}

fn check(cx: &mut Context<'_>, site: PrincipalSite<'_>) {
    if site.entry.principal == Principal::UserId {
        let message = format!("`{}` is the unique id of a user", site.entry.text);
        cx.report(site.entry.origin, message)
            .note("the user is gone, or the text was copied; name the user by its ARN");
    }
}
