use keyaki_ir::BaseOperator;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};
use crate::source_ip::{self, Private};

rule! {
    /// `NotIpAddress` on `aws:SourceIp` with private addresses only.
    ///
    /// `aws:SourceIp` holds the public address of the caller; through a VPC endpoint it is absent.
    /// A test against private addresses alone always holds.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "*",
    ///   "Resource": "*",
    ///   "Condition": { "NotIpAddress": { "aws:SourceIp": "10.0.0.0/8" } }
    ///   //                                               ^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "*",
    ///   "Resource": "*",
    ///   "Condition": { "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the test does not do what it says.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-private-not-ip-address>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpcsourceip>
    name: "private-not-ip-address",
    aws: "PRIVATE_NOT_IP_ADDRESS",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if source_ip::private(site, BaseOperator::NotIpAddress) != Some(Private::All) {
        return;
    }
    cx.report(
        site.entry.origin,
        "the test always holds: `aws:SourceIp` is never a private address",
    )
    .note("for addresses inside a VPC use `aws:VpcSourceIp` together with `aws:SourceVpc`");
}
