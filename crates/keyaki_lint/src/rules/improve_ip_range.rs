use keyaki_diag::Applicability;
use keyaki_ir::Family;
use keyaki_ir::ip::Cidr;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// IP range with bits set below its prefix.
    ///
    /// Those bits are ignored: `203.0.113.7/24` is all of `203.0.113.0/24`, not the one address.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.7/24" } }
    ///   //                                            ^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the address documents a host and the range is meant.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-improve-ip-range>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress>
    /// - <https://www.rfc-editor.org/rfc/rfc4632>
    name: "improve-ip-range",
    aws: "IMPROVE_IP_RANGE",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if site.block.operator.operator.is_none_or(|o| o.base.family() != Family::IpAddress) {
        return;
    }
    for value in &site.entry.values {
        let Some(cidr) = Cidr::parse(value.text()).filter(|c| c.has_host_bits()) else { continue };
        let (text, network) = (value.text(), cidr.network());
        let title = format!("replace with `{network}`");
        cx.report(value.origin, format!("`{text}` has bits set below its prefix"))
            .note(format!("the range is all of `{network}`"))
            .replace_string(value.origin, title, Applicability::Safe, &network);
    }
}
