use keyaki_diag::Applicability;

use crate::context::Context;
use crate::rule::rule;
use crate::sids::{self, FreeSids};

rule! {
    /// Sid that another statement of the resource policy has.
    ///
    /// Most services take such a policy.
    /// But tools and API calls name a statement by its Sid, and then it is not clear which one is meant.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Sid": "Owner",
    ///       "Effect": "Allow",
    ///       "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///       "Action": "s3:ListBucket",
    ///       "Resource": "arn:aws:s3:::reports"
    ///     },
    ///     {
    ///       "Sid": "Owner",
    ///       //     ^^^^^^^
    ///       "Effect": "Allow",
    ///       "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
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
    ///       "Sid": "OwnerLists",
    ///       "Effect": "Allow",
    ///       "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///       "Action": "s3:ListBucket",
    ///       "Resource": "arn:aws:s3:::reports"
    ///     },
    ///     {
    ///       "Sid": "OwnerReads",
    ///       "Effect": "Allow",
    ///       "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///       "Action": "s3:GetObject",
    ///       "Resource": "arn:aws:s3:::reports/*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When nothing refers to the statements by their Sids.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-unique-sids-recommended>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
    name: "unique-sids-recommended",
    aws: "UNIQUE_SIDS_RECOMMENDED",
    level: Warning,
    kinds: Kinds::RESOURCE,
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
