use keyaki_ir::BaseOperator;
use keyaki_ir::ip::Cidr;

use crate::context::Context;
use crate::rule::ConditionSite;
use crate::rule::rule;

rule! {
    /// Addresses that together are all addresses.
    ///
    /// A test for any of them is a test for nothing: every request over that version of IP passes it.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }
    ///   //                            ^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": { "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When requests over the other version of IP are to be kept out.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress>
    name: "misleading-ip-range",
    level: Warning,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let base = site.block.operator.operator.map(|o| o.base);
    if !matches!(base, Some(BaseOperator::IpAddress | BaseOperator::NotIpAddress)) {
        return;
    }
    let ranges: Vec<Cidr> =
        site.entry.values.iter().filter_map(|v| Cidr::parse(v.text())).collect();
    for (is_v6, name) in [(false, "IPv4"), (true, "IPv6")] {
        if are_all(ranges.iter().filter(|r| r.is_v6() == is_v6), is_v6) {
            let message = format!("these ranges are all addresses of {name}");
            cx.report(site.entry.key.origin, message)
                .and_at(site.entry.origin, "the ranges")
                .note("every request that carries such an address is in them");
        }
    }
}

/// Whether ranges leave no address out.
fn are_all<'r>(ranges: impl Iterator<Item = &'r Cidr>, is_v6: bool) -> bool {
    let mut bounds: Vec<(u128, u128)> = ranges.map(|r| (r.first(), r.last())).collect();
    bounds.sort_unstable();
    let end = if is_v6 { u128::MAX } else { u128::from(u32::MAX) };
    let mut next = Some(0);
    for (first, last) in bounds {
        match next {
            Some(open) if first <= open && last >= open => next = last.checked_add(1),
            Some(_) | None => {}
        }
    }
    next.is_none_or(|open| open > end)
}
