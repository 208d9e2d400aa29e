use keyaki_analyze::Question;
use keyaki_ir::ResourceType;

use crate::attached_to::likely_type;
use crate::context::Context;
use crate::granted::denies;
use crate::meaning::with_effect;
use crate::rule::rule;

rule! {
    /// Bucket, queue or topic that takes requests without TLS.
    ///
    /// No statement denies requests where `aws:SecureTransport` is false, or some of them get past it.
    /// That is asked of the engine: any request without TLS that no `Deny` of the policy meets is a finding.
    ///
    /// ## Avoid
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///   //           ^
    ///     {
    ///       "Effect": "Allow",
    ///       "Principal": { "AWS": "arn:aws:iam::111122223333:role/report-reader" },
    ///       "Action": "s3:GetObject",
    ///       "Resource": "arn:aws:s3:::reports/*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Effect": "Deny",
    ///       "Principal": "*",
    ///       "Action": "s3:*",
    ///       "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
    ///       "Condition": { "Bool": { "aws:SecureTransport": "false" } }
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a policy above this one denies such requests for all resources.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html>
    name: "plain-http-not-denied",
    level: Warning,
    confidence: Medium,
    persona: Auditor,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Resource]),
    replaces: ["cdk-nag:AwsSolutions-S10", "cdk-nag:AwsSolutions-SNS3", "cdk-nag:AwsSolutions-SQS4"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let resource_type = likely_type(cx.kind(), cx.resource_type(), cx.policy());
    let Some((_, service, typical)) = TYPICAL.into_iter().find(|t| t.0 == resource_type) else {
        return;
    };
    let Some(meaning) = cx.meaning() else { return };
    let denied = meaning.some(|s| denies(s).then(|| with_effect(s, keyaki_ir::Effect::Allow)));
    let text = format!(
        r#"{{ "Version": "2012-10-17", "Statement": {{ "Effect": "Allow", "Principal": "*",
        "Action": "{typical}", "Resource": "arn:aws:{service}:*",
        "Condition": {{ "Bool": {{ "aws:SecureTransport": "false" }} }} }} }}"#,
    );
    let unsafe_requests = meaning.other(&text);
    let question = Question::Disjoint { one: &denied, other: &unsafe_requests };
    if meaning.ask(cx.catalog(), &question).holds() == Some(true) {
        cx.report(cx.whole(), "no statement denies requests without TLS")
            .opening()
            .note("deny them all where `aws:SecureTransport` is `false`");
    }
}

/// What a policy about TLS is to deny at least.
const TYPICAL: [(ResourceType, &str, &str); 3] = [
    (ResourceType::S3Bucket, "s3", "s3:GetObject"),
    (ResourceType::SnsTopic, "sns", "sns:Publish"),
    (ResourceType::SqsQueue, "sqs", "sqs:SendMessage"),
];
