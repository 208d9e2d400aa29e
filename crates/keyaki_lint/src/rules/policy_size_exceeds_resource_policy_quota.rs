use keyaki_ir::ResourceType;

use crate::context::Context;
use crate::rule::rule;
use crate::size;

rule! {
    /// Resource policy longer than its service takes.
    ///
    /// Most services take 20,480 characters, Amazon SNS and AWS KMS more, Amazon SQS less.
    /// White space between the tokens is left out of the count.
    ///
    /// The statement of the first example stands there one hundred and forty times.
    ///
    /// ## Avoid
    /// ```json repeat=140
    /// {
    /// //^
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Sid": "Tenant@N@", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:role/tenant-@N@" }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::tenants/@N@/*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::tenants/${aws:PrincipalTag/tenant}/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service of the resource has a larger quota.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-policy-size-exceeds-resource-policy-quota>
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html>
    /// - <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html>
    /// - <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html>
    /// - <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
    name: "policy-size-exceeds-resource-policy-quota",
    aws: "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
    level: Warning,
    kinds: Kinds::RESOURCE,
    check: Document(check),
}

/// The quota of Amazon S3 and of most services, in characters.
const QUOTA: usize = 20_480;

/// Quotas that differ.
const QUOTAS: [(ResourceType, usize); 3] = [
    (ResourceType::SqsQueue, 8_192),
    (ResourceType::SnsTopic, 30_720),
    (ResourceType::KmsKey, 32_768),
];

fn check(cx: &mut Context<'_>) {
    let policy = cx.policy().origin;
    let quota = quota(cx.resource_type());
    let range = cx.range(policy);
    if range.len() as usize <= quota {
        return;
    }
    let compact = size::measure(cx.tree(), range).compact;
    if compact > quota {
        let message = format!(
            "the policy has {compact} characters without white space; the quota is {quota}"
        );
        cx.report(policy, message)
            .opening()
            .note("name the principals or resources by a condition or a wildcard");
    }
}

fn quota(resource: Option<ResourceType>) -> usize {
    let differing = QUOTAS.iter().find(|(of, _)| Some(*of) == resource);
    differing.map_or(QUOTA, |(_, quota)| *quota)
}
