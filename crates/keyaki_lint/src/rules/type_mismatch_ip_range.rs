use keyaki_ir::Family;
use keyaki_ir::ip::Cidr;

use crate::context::Context;
use crate::placeholder::is_known;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Value of an IP address operator that is neither an address nor a range.
    ///
    /// A range is written as in RFC 4632: `203.0.113.0/24`, `2001:db8:1234::/48`.
    /// AWS refuses anything else.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "203.0.114.0/240"] } }
    ///   //                                                               ^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "203.0.114.0/24"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-type-mismatch-ip-range>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress>
    /// - <https://www.rfc-editor.org/rfc/rfc4632>
    name: "type-mismatch-ip-range",
    aws: "TYPE_MISMATCH_IP_RANGE",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MISMATCHED_TYPE"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if site.block.operator.operator.is_none_or(|o| o.base.family() != Family::IpAddress) {
        return;
    }
    let is_range = |text: &str| Cidr::parse(text).is_some();
    for value in site.entry.values.iter().filter(|v| !is_range(v.text()) && is_known(v)) {
        cx.report(value.origin, format!("`{}` is no IP address or range", value.text()))
            .note("write an address, or a range in CIDR notation such as `203.0.113.0/24`");
    }
}
