use keyaki_catalog::Action;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::{actions, allows, can_be_scoped, is_every_resource, listed, views};
use crate::rule::rule;

rule! {
    /// Grant on every resource of actions that can be scoped to some.
    ///
    /// The actions take resources, so that the grant could name those that are meant.
    /// Actions that take no resource are passed over, and so are grants whose condition tells resources apart, by tags or by the owner.
    /// However `*` is spelled, it is seen: `**` and `arn:*` hold every resource, too.
    ///
    /// The setting `allowed-actions` of `keyaki.toml` names action patterns that may stand on every resource.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:ListAllMyBuckets"],
    ///   "Resource": "*"
    ///   //          ^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListAllMyBuckets",
    ///   "Resource": "*"
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/team": "reports" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for all resources of the account, as a policy for auditors is.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "unscoped-resource",
    level: Security,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::IDENTITY,
    options: [Texts "allowed-actions": "Action patterns that may be granted on every resource."],
    replaces: ["parliament:RESOURCE_STAR", "parliament:RESOURCE_EFFECTIVELY_STAR", "iam-policy-validator:wildcard_resource", "cloudsplaining:InfrastructureModification", "checkov:CKV_AWS_355", "checkov:CKV_AWS_356", "cdk-nag:AwsSolutions-IAM5", "trivy:AWS-0057", "aws-guardrails:IAM104"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let star = statement.resource.iter().flat_map(|e| &e.entries).find(|e| is_every_resource(e));
    let Some(star) = star.filter(|_| allows(statement) && !tells_resources_apart(statement)) else {
        return;
    };
    let catalog = cx.catalog();
    let mut set = actions(catalog, statement);
    cx.texts("allowed-actions").iter().for_each(|t| set.subtract(&catalog.expand(t)));
    let scopable = views(catalog, &set).filter(|action| can_be_scoped(*action));
    let names: Vec<String> = scopable.map(Action::full_name).collect();
    if !names.is_empty() {
        cx.report(star.origin, "actions are granted on every resource that can be scoped to some")
            .note(format!("these take resources: {}", listed(&names)));
    }
}

/// Whether a condition limits the resources.
fn tells_resources_apart(statement: &Statement) -> bool {
    statement.condition_entries().any(|(_, entry)| {
        let name = entry.key.value.split_once(':').map_or("", |(_, name)| name);
        name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("resource"))
    })
}
