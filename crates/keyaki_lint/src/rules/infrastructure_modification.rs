use keyaki_catalog::{AccessLevel, Action, ActionSet};

use crate::context::Context;
use crate::granted::{allows, can_be_scoped, is_every_resource, views};
use crate::rule::rule;
use crate::sensitive::report_granted;

rule! {
    /// Grant of changes to any resource of the account.
    ///
    /// The actions write, tag or set permissions, and take resources, but the grant names none.
    /// A `Deny` and conditions count for exactly what they do; where they stand against the grant, the engine is asked.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["ec2:TerminateInstances", "ec2:DescribeInstances"],
    ///   //         ^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:TerminateInstances",
    ///   "Resource": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for all resources of the account.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>
    name: "infrastructure-modification",
    level: Warning,
    confidence: Medium,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    replaces: ["cloudsplaining:InfrastructureModification", "checkov:CKV_AWS_111", "checkov:CKV_AWS_290"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let catalog = cx.catalog();
    let mut set = ActionSet::new();
    for (statement, named) in cx.policy().statements.iter().zip(&cx.granted().named) {
        let mut resources = statement.resource.iter().flat_map(|e| &e.entries);
        if allows(statement) && resources.any(is_every_resource) {
            set.union_with(named);
        }
    }
    let changing = views(catalog, &set).filter(|a| changes(*a) && can_be_scoped(*a));
    let changing: ActionSet = changing.map(Action::id).collect();
    report_granted(cx, &changing, "changes any resource", "name the resources in `Resource`");
}

fn changes(action: Action<'_>) -> bool {
    match action.access_level() {
        Some(AccessLevel::Write | AccessLevel::Tagging | AccessLevel::PermissionsManagement) => {
            true
        }
        Some(AccessLevel::List | AccessLevel::Read) | None => false,
    }
}
