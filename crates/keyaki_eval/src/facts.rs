//! What a request is apart from policies.

use keyaki_catalog::Catalog;
use keyaki_ir::glob::{self, Case};

use crate::Request;
use crate::clause::Fact;
use crate::policies::{Policies, ResourceRole};

/// Whether a fact holds of a request.
pub(crate) fn holds(fact: Fact, request: &Request, policies: &Policies, catalog: &Catalog) -> bool {
    let is = |action: &str| request.action.eq_ignore_ascii_case(action);
    match fact {
        Fact::NeedsNoPermission => is("sts:GetCallerIdentity"),
        Fact::AssumesRole => is("sts:AssumeRole"),
        Fact::CoveredByRcp => is_covered_by_rcp(request, catalog),
        Fact::AwsOwned => is_aws_owned(request),
        Fact::TargetsRole => targeted(&request.action, &request.resource) == ResourceRole::Role,
        Fact::TargetsKey => targeted(&request.action, &request.resource) == ResourceRole::Key,
        Fact::Grant(index) => policies.grants.get(index).is_some_and(|g| g.allows(request)),
    }
}

/// Actions on roles that their trust policies decide, and on KMS keys, all of which their key
/// policies decide: a pattern of the action and one of the resource.
pub const ROLES: (&str, &str) = ("sts:*", "arn:*:iam::*:role/*");
/// As [`ROLES`].
pub const KEYS: (&str, &str) = ("kms:*", "arn:*:kms:*:*:key/*");

/// What an action on a resource is aimed at: a role or a KMS key whose own policy must allow it,
/// or something else.
pub fn targeted(action: &str, resource: &str) -> ResourceRole {
    let is = |(of_action, of_resource): (&str, &str)| {
        glob::matches(of_action, action, Case::Insensitive)
            && glob::matches(of_resource, resource, Case::Sensitive)
    };
    match (is(ROLES), is(KEYS)) {
        (true, _) => ResourceRole::Role,
        (false, true) => ResourceRole::Key,
        (false, false) => ResourceRole::Ordinary,
    }
}

/// RCPs reach the services that support them, and there all actions but `kms:RetireGrant`:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>.
fn is_covered_by_rcp(request: &Request, catalog: &Catalog) -> bool {
    let service = request.action.split_once(':').map_or("", |(service, _)| service);
    let mut covered = catalog.rcp_services();
    covered.any(|s| s.eq_ignore_ascii_case(service))
        && !request.action.eq_ignore_ascii_case("kms:RetireGrant")
}

/// Reading is always possible; what changes, passes or deletes AWS's own policies, reserved roles
/// and reserved aliases is refused whatever the policies say. A part of the resource's ARN, with
/// the actions that are refused on resources with that part:
/// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>
/// - <https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html>
/// - <https://docs.aws.amazon.com/kms/latest/developerguide/alias-about.html>
pub const AWS_OWNED: [(&str, &[&str]); 3] = [
    (
        ":iam::aws:policy/",
        &[
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            "iam:TagPolicy",
            "iam:UntagPolicy",
        ],
    ),
    (
        ":role/aws-reserved/",
        &[
            "iam:AttachRolePolicy",
            "iam:DeleteRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:PassRole",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
    ),
    (":alias/aws/", &["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]),
];

fn is_aws_owned(request: &Request) -> bool {
    AWS_OWNED.iter().any(|(part, actions)| {
        request.resource.contains(part)
            && actions.iter().any(|a| request.action.eq_ignore_ascii_case(a))
    })
}
