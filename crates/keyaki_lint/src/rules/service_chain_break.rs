use keyaki_analyze::Question;
use keyaki_analyze::words::in_words;
use keyaki_ir::{ConditionEntry, Statement};

use crate::context::Context;
use crate::granted::denies;
use crate::rule::rule;

rule! {
    /// `Deny` by network that stops services acting for a caller.
    ///
    /// Where a service calls another one on behalf of a principal, the request comes from the service's network.
    /// A `Deny` outside of the own addresses or VPCs meets it, unless `aws:ViaAWSService` is asked about.
    /// The finding shows such a request.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "*",
    ///   "Resource": "*",
    ///   "Condition": { "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }
    ///   //                               ^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "*",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" },
    ///     "Bool": { "aws:ViaAWSService": "false" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When no service is to act for the principals.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>
    name: "service-chain-break",
    level: Warning,
    confidence: Medium,
    kinds: Kinds::IDENTITY.and(Kinds::SCP),
    check: Proof(check),
}

const NETWORK: [&str; 4] = ["aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"];

fn check(cx: &mut Context<'_>) {
    for statement in cx.policy().statements.iter().filter(|s| denies(s)) {
        let Some(test) = network_test(statement) else { continue };
        let Some(meaning) = cx.meaning() else { return };
        let denied = meaning.alone(statement);
        let forwarded = meaning.other(FORWARDED);
        let question = Question::Disjoint { one: &denied, other: &forwarded };
        if let Some(witness) = meaning.refuted(cx.catalog(), &question) {
            cx.report(test.key.origin, "requests that services make for a caller are denied, too")
                .note(format!("for instance {}", in_words(&witness)))
                .note("deny only where `aws:ViaAWSService` is `false`");
        }
    }
}

const FORWARDED: &str = r#"{ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
    "Principal": "*", "Action": "*", "Resource": "*",
    "Condition": { "Bool": { "aws:ViaAWSService": "true" } } } }"#;

/// A negated test of where a request comes from.
fn network_test(statement: &Statement) -> Option<&ConditionEntry> {
    let mut tests = statement.condition_entries().filter(|(block, _)| {
        block.operator.operator.is_some_and(|operator| operator.base.is_negated())
    });
    tests.find(|(_, e)| NETWORK.iter().any(|key| e.is(key))).map(|(_, entry)| entry)
}
