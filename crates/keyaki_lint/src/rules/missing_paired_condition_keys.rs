use std::cell::OnceCell;

use keyaki_ir::{BaseOperator, ConditionEntry, Effect, Family, Statement};

use crate::context::Context;
use crate::rule::rule;

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
    check: Document(check),
}

/// Keys that say something only beside one of their partners.
const PAIRS: [(&str, &[&str]); 2] = [
    ("aws:VpcSourceIp", &["aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"]),
    ("aws:Ec2InstanceSourcePrivateIPv4", &["aws:Ec2InstanceSourceVpc"]),
];

fn check(cx: &mut Context<'_>) {
    for (key, partners) in PAIRS {
        check_pair(cx, key, partners);
    }
}

fn check_pair(cx: &mut Context<'_>, key: &str, partners: &[&str]) {
    let statements = &cx.policy().statements;
    // Every `Deny` must be passed, so the partner may stand in any of them.
    let denied = OnceCell::new();
    let is_denied = || {
        let mut denials = statements.iter().filter(|s| s.effect() == Some(Effect::Deny));
        denials.any(|s| tests_any(s, partners, true))
    };
    for statement in statements {
        let Some(effect) = statement.effect() else { continue };
        // Only what an `Allow` asks for, or what a `Deny` spares, lets someone in.
        let negated = effect == Effect::Deny;
        if !tests_any(statement, &[key], negated) {
            continue;
        }
        let is_paired = match effect {
            Effect::Allow => tests_any(statement, partners, negated),
            Effect::Deny => *denied.get_or_init(is_denied),
        };
        if !is_paired {
            tests(statement, &[key], negated).for_each(|entry| report(cx, entry, partners));
        }
    }
}

fn report(cx: &mut Context<'_>, entry: &ConditionEntry, partners: &[&str]) {
    let key = &entry.key;
    cx.report(key.origin, format!("`{}` does not say in which network", key.value))
        .note(format!("private addresses exist in every VPC: also test `{}`", partners[0]));
}

/// Whether a statement compares one of the keys with something, in the positive or in the
/// negative.
fn tests_any(statement: &Statement, keys: &[&str], negated: bool) -> bool {
    tests(statement, keys, negated).next().is_some()
}

fn tests<'s>(
    statement: &'s Statement,
    keys: &[&str],
    negated: bool,
) -> impl Iterator<Item = &'s ConditionEntry> {
    let compares =
        move |base: BaseOperator| base.family() != Family::Null && base.is_negated() == negated;
    let tests = statement.condition_entries().filter(move |(block, entry)| {
        block.operator.operator.is_some_and(|o| compares(o.base))
            && keys.iter().any(|key| entry.is(key))
    });
    tests.map(|(_, entry)| entry)
}
