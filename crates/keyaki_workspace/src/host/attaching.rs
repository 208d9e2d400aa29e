//! The resources of Terraform that attach policies to roles, users and groups.
//!
//! Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>.

use crate::holder::{Holder, Kind, Part, Way};

/// Who has policies, by the type of the resource.
pub(super) fn holder_kind(resource_type: &str) -> Option<Kind> {
    match resource_type {
        "aws_iam_role" => Some(Kind::Role),
        "aws_iam_user" => Some(Kind::User),
        "aws_iam_group" => Some(Kind::Group),
        _ => None,
    }
}

/// The types of those to whom something is attached, with the words for what they are outside.
pub(super) const OUTSIDERS: [(&str, &str); 3] =
    [("aws_iam_role", "role"), ("aws_iam_user", "user"), ("aws_iam_group", "group")];

/// How many of a type are told outside.
pub(super) const MOST_OUTSIDERS: usize = 500;

/// Those of a type who are too many to be told: nothing is known of them.
pub(super) fn beyond(word: &str) -> Holder {
    let what = format!("what {word}s beyond the first {MOST_OUTSIDERS} have");
    let way = Way { identity: vec![Part::unknown(&what, "")], ..Way::default() };
    let name = format!("{word}s beyond the first {MOST_OUTSIDERS}");
    Holder::new(name, Kind::Outsider, (vec![way], true), |_| None)
}

/// The resources that make users members of groups, with the attributes that name both.
pub(super) const MEMBERSHIPS: [(&str, &str, &str); 2] = [
    ("aws_iam_user_group_membership", "user", "groups"),
    ("aws_iam_group_membership", "users", "group"),
];

/// The resources that attach a policy of their own, with the attribute that names to whom.
pub(super) const INLINE: [(&str, &str, &str); 3] = [
    ("aws_iam_role_policy", "role", "aws_iam_role"),
    ("aws_iam_user_policy", "user", "aws_iam_user"),
    ("aws_iam_group_policy", "group", "aws_iam_group"),
];

/// The resources that attach a managed policy.
pub(super) const ATTACHED: [(&str, &str, &str); 9] = [
    ("aws_iam_role_policy_attachment", "role", "aws_iam_role"),
    ("aws_iam_user_policy_attachment", "user", "aws_iam_user"),
    ("aws_iam_group_policy_attachment", "group", "aws_iam_group"),
    ("aws_iam_policy_attachment", "roles", "aws_iam_role"),
    ("aws_iam_policy_attachment", "users", "aws_iam_user"),
    ("aws_iam_policy_attachment", "groups", "aws_iam_group"),
    ("aws_iam_role_policy_attachments_exclusive", "role_name", "aws_iam_role"),
    ("aws_iam_user_policy_attachments_exclusive", "user_name", "aws_iam_user"),
    ("aws_iam_group_policy_attachments_exclusive", "group_name", "aws_iam_group"),
];

/// Attributes that hold several names or ARNs.
pub(super) const LISTS: [&str; 5] =
    ["groups", "managed_policy_arns", "policy_arns", "roles", "users"];
