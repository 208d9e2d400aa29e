use keyaki_diag::Applicability;

use crate::context::Context;
use crate::rule::rule;
use crate::sids::{self, FreeSids};

rule! {
    /// Sid that another statement of the policy has, where AWS refuses that.
    ///
    /// The Sids of a policy must differ from each other; letter case counts.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Sid": "Reports",
    ///       "Effect": "Allow",
    ///       "Action": "s3:ListBucket",
    ///       "Resource": "arn:aws:s3:::reports"
    ///     },
    ///     {
    ///       "Sid": "Reports",
    ///       //     ^^^^^^^^^
    ///       "Effect": "Allow",
    ///       "Action": "s3:GetObject",
    ///       "Resource": "arn:aws:s3:::reports/*"
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
    ///     {
    ///       "Sid": "ListReports",
    ///       "Effect": "Allow",
    ///       "Action": "s3:ListBucket",
    ///       "Resource": "arn:aws:s3:::reports"
    ///     },
    ///     {
    ///       "Sid": "ReadReports",
    ///       "Effect": "Allow",
    ///       "Action": "s3:GetObject",
    ///       "Resource": "arn:aws:s3:::reports/*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unique-sids-required>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
    name: "unique-sids-required",
    aws: "UNIQUE_SIDS_REQUIRED",
    level: Error,
    kinds: Kinds::IDENTITY.and(Kinds::TRUST).and(Kinds::SCP).and(Kinds::RCP),
    replaces: ["parliament:DUPLICATE_SID", "iam-policy-validator:sid_uniqueness"],
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let mut free = None;
    for repeat in sids::repeats(cx.policy()) {
        let free = free.get_or_insert_with(|| FreeSids::of(cx.policy()));
        let sid = &repeat.sid.value;
        let renamed = free.next(sid);
        cx.report(repeat.sid.origin, format!("the Sid `{sid}` is used already"))
            .note(format!("statement {} has it first", repeat.first.index + 1))
            .replace_string(
                repeat.sid.origin,
                format!("rename to `{renamed}`"),
                Applicability::Safe,
                &renamed,
            );
    }
}
