use keyaki_ir::{Effect, Family, Statement};

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Private address tested without saying in which network.
    ///
    /// Private addresses exist in every VPC.
    /// `aws:VpcSourceIp` says something only together with `aws:SourceVpc` or `aws:SourceVpce`,
    /// and `aws:Ec2InstanceSourcePrivateIPv4` only together with `aws:Ec2InstanceSourceVpc`.
    ///
    /// In an `Allow` the other key must stand in the same statement.
    /// A `Deny` of other addresses may have a second `Deny` of other networks beside it.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "IpAddress": { "aws:VpcSourceIp": "10.0.0.0/16" } }
    ///   //                            ^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": {
    ///     "IpAddress": { "aws:VpcSourceIp": "10.0.0.0/16" },
    ///     "StringEquals": { "aws:SourceVpc": "vpc-0a1b2c3d4e5f60718" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When another policy that always applies names the network.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-missing-paired-condition-keys>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpcsourceip>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2-instance-source-private-ip>
    name: "missing-paired-condition-keys",
    aws: "MISSING_PAIRED_CONDITION_KEYS",
    level: Security,
    kinds: Kinds::ANY,
    check: Condition(check),
}

/// Keys that say something only beside one of their partners.
const PAIRS: [(&str, &[&str]); 2] = [
    ("aws:VpcSourceIp", &["aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"]),
    ("aws:Ec2InstanceSourcePrivateIPv4", &["aws:Ec2InstanceSourceVpc"]),
];

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some((_, partners)) = PAIRS.iter().find(|(key, _)| site.entry.is(key)) else { return };
    let Some(base) = site.block.operator.operator.map(|o| o.base) else { return };
    let Some(effect) = site.statement.effect() else { return };
    // Only what an `Allow` asks for, or what a `Deny` spares, lets someone in.
    let negated = effect == Effect::Deny;
    if base.family() == Family::Null || base.is_negated() != negated {
        return;
    }
    let is_paired = match effect {
        Effect::Allow => tests_any(site.statement, partners, negated),
        Effect::Deny => {
            let denials = || cx.policy().statements.iter().filter(|s| s.effect() == Some(effect));
            denials().any(|s| tests_any(s, partners, negated))
        }
    };
    if is_paired {
        return;
    }
    let key = &site.entry.key;
    cx.report(key.origin, format!("`{}` does not say in which network", key.value))
        .note(format!("private addresses exist in every VPC: also test `{}`", partners[0]));
}

/// Whether a statement compares one of the keys with something, in the positive or in the
/// negative.
fn tests_any(statement: &Statement, keys: &[&str], negated: bool) -> bool {
    statement.condition_entries().any(|(block, entry)| {
        let base = block.operator.operator.map(|o| o.base);
        base.is_some_and(|b| b.family() != Family::Null && b.is_negated() == negated)
            && keys.iter().any(|key| entry.is(key))
    })
}
