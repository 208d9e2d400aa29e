use keyaki_diag::Applicability;
use keyaki_ir::BaseOperator;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};
use crate::source_ip::{self, Private};

rule! {
    /// `IpAddress` on `aws:SourceIp` with private addresses among public ones.
    ///
    /// `aws:SourceIp` holds the public address of the caller; through a VPC endpoint it is absent.
    /// The private addresses in the list have no effect.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"] } }
    ///   //                                                               ^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": ["203.0.113.0/24"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the list is shared with a policy that tests `aws:VpcSourceIp`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-private-ip-address-subset>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpcsourceip>
    name: "private-ip-address-subset",
    aws: "PRIVATE_IP_ADDRESS_SUBSET",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if source_ip::private(site, BaseOperator::IpAddress) != Some(Private::Some) {
        return;
    }
    for value in site.entry.values.iter().filter(|v| source_ip::is_private(v)) {
        let text = value.text();
        cx.report(value.origin, format!("the private range `{text}` has no effect"))
            .note("`aws:SourceIp` is never a private address; inside a VPC use `aws:VpcSourceIp`")
            .remove(value.origin, format!("remove `{text}`"), Applicability::Unsafe);
    }
}
