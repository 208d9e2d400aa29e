//! Answers about what runs with a role: functions, instances, stacks, projects.

use std::sync::Arc;

use keyaki_ir::Arn;
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_syntax::Value;

use crate::fragment::{Fragment, Piece};
use crate::place::PathParts;
use crate::{Format, json};

/// Something that runs with the permissions of a role, or can be made to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its ARN.
    pub arn: String,
    /// What it is: `lambda-function`.
    pub kind: &'static str,
    /// The account.
    pub account: String,
    /// The role that it runs with, as far as the answer tells.
    pub role: Option<RoleName>,
}

/// How an answer names the role of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleName {
    /// The ARN of the role.
    Role(String),
    /// The name of the instance profile that the role is in.
    Profile(String),
}

/// The form of an answer.
struct Shape {
    kind: &'static str,
    /// The service in the ARNs.
    service: &'static str,
    /// The members that lead to the list, or to the one entry.
    list: &'static [&'static str],
    /// The member with the ARN, or with the name that `template` makes an ARN of.
    name: &'static str,
    /// The last part of the ARN before the name, where the answer has no ARN.
    before: Option<&'static str>,
    /// The members that lead to the role.
    role: &'static [&'static str],
    /// The member that the role is in is an instance profile.
    in_profile: bool,
}

macro_rules! shapes {
    ($($kind:literal $service:literal $list:expr, $name:literal $before:expr, $role:expr, $profile:literal;)*) => {
        const SHAPES: &[Shape] = &[$(Shape {
            kind: $kind, service: $service, list: &$list, name: $name, before: $before,
            role: &$role, in_profile: $profile,
        },)*];
    };
}

shapes! {
    "lambda-function" "lambda" ["Functions"], "FunctionArn" None, ["Role"], false;
    "lambda-function" "lambda" ["Configuration"], "FunctionArn" None, ["Role"], false;
    "ec2-instance" "ec2" ["Reservations", "Instances"], "InstanceId" Some("instance/"), ["IamInstanceProfile", "Arn"], true;
    "launch-template" "ec2" ["LaunchTemplateVersions"], "LaunchTemplateId" Some("launch-template/"), ["LaunchTemplateData", "IamInstanceProfile", "Arn"], true;
    "launch-template" "ec2" ["LaunchTemplateVersions"], "LaunchTemplateId" Some("launch-template/"), ["LaunchTemplateData", "IamInstanceProfile", "Name"], true;
    "cloudformation-stack" "cloudformation" ["Stacks"], "StackId" None, ["RoleARN"], false;
    "cloudformation-stack-set" "cloudformation" ["StackSet"], "StackSetARN" None, ["AdministrationRoleARN"], false;
    "codebuild-project" "codebuild" ["projects"], "arn" None, ["serviceRole"], false;
    "apprunner-service" "apprunner" ["Service"], "ServiceArn" None, ["InstanceConfiguration", "InstanceRoleArn"], false;
    "sagemaker-notebook" "sagemaker" [], "NotebookInstanceArn" None, ["RoleArn"], false;
    "glue-dev-endpoint" "glue" ["DevEndpoints"], "EndpointName" Some("devEndpoint/"), ["RoleArn"], false;
    "glue-job" "glue" ["Jobs"], "Name" Some("job/"), ["Role"], false;
    "ecs-cluster" "ecs" ["clusters"], "clusterArn" None, [], false;
    "code-interpreter" "bedrock-agentcore" [], "codeInterpreterArn" None, ["executionRoleArn"], false;
}

/// The kinds of workloads that are read, each with the command whose answer tells of them.
pub const WORKLOADS: [(&str, &str); 12] = [
    ("apprunner-service", "apprunner describe-service"),
    ("cloudformation-stack", "cloudformation describe-stacks"),
    ("cloudformation-stack-set", "cloudformation describe-stack-set"),
    ("code-interpreter", "bedrock-agentcore-control get-code-interpreter"),
    ("codebuild-project", "codebuild batch-get-projects"),
    ("ec2-instance", "ec2 describe-instances"),
    ("ecs-cluster", "ecs describe-clusters"),
    ("glue-dev-endpoint", "glue get-dev-endpoints"),
    ("glue-job", "glue get-jobs"),
    ("lambda-function", "lambda list-functions"),
    ("launch-template", "ec2 describe-launch-template-versions"),
    ("sagemaker-notebook", "sagemaker describe-notebook-instance"),
];

/// An answer about workloads; an empty list tells that there are none.
pub(crate) fn read(file: &Arc<str>, root: Value<'_>) -> Option<Fragment> {
    let parts = PathParts::of(file);
    let fitting: Vec<&Shape> = SHAPES.iter().filter(|s| is_of(s, root, &parts)).collect();
    let first = *fitting.first()?;
    let mut fragment = Fragment::new(file, Format::Workloads);
    let account = parts.account().map(str::to_owned);
    fragment.pieces.push(Piece::Workloads { kind: first.kind, account });
    if json::has_more(root) {
        fragment.remark("is one page of several", "escalation");
    }
    for shape in fitting.into_iter().filter(|s| s.kind == first.kind) {
        for entry in entries(root, shape.list) {
            match workload(shape, entry, &parts) {
                Ok(workload) => fragment.pieces.push(Piece::Workload(Box::new(workload))),
                Err(lacks) => {
                    let message = format!("an entry of {} is left out: {lacks}", shape.kind);
                    fragment.remark(message, "escalation");
                }
            }
        }
    }
    Some(fragment)
}

/// Whether an answer has the form. Lists of nothing, and lists with names that others have, too,
/// are told by the folder.
fn is_of(shape: &Shape, root: Value<'_>, parts: &PathParts<'_>) -> bool {
    let Some((first, _)) = shape.list.split_first() else {
        return root.get(shape.name).is_some();
    };
    let Some(list) = root.get(first) else { return false };
    let is_named = parts.folders.contains(&shape.kind);
    let mut entries = entries(root, shape.list).into_iter();
    let has_name = entries.next().is_some_and(|e| e.get(shape.name).is_some());
    is_named
        || (has_name && (shape.name.to_ascii_lowercase().ends_with("arn") || list_is_own(first)))
        || (has_name && matches!(shape.name, "StackId" | "arn"))
        || (list.elements().next().is_none() && list_is_own(first))
}

/// Whether no other answer has a list of that name.
fn list_is_own(name: &str) -> bool {
    matches!(
        name,
        "Functions" | "Reservations" | "LaunchTemplateVersions" | "DevEndpoints" | "Stacks"
    )
}

fn entries<'t>(root: Value<'t>, path: &[&str]) -> Vec<Value<'t>> {
    let mut at = vec![root];
    for name in path {
        let next = at.into_iter().filter_map(|v| v.get(name));
        at = next
            .flat_map(|v| {
                if v.kind() == keyaki_syntax::NodeKind::Array {
                    v.elements().collect()
                } else {
                    vec![v]
                }
            })
            .collect();
    }
    at
}

fn workload(shape: &Shape, entry: Value<'_>, parts: &PathParts<'_>) -> Result<Workload, String> {
    let name = json::text(entry, shape.name).ok_or(format!("it has no `{}`", shape.name))?;
    let role = shape.role.iter().try_fold(entry, |v, name| v.get(name));
    let role = role.and_then(Value::as_str);
    let arn = match shape.before {
        None => name.to_owned(),
        Some(before) => {
            let place = Whereabouts::of(entry, role, parts)?;
            format!(
                "arn:{}:{}:{}:{}:{before}{name}",
                place.partition, shape.service, place.region, place.account
            )
        }
    };
    let parsed = Arn::plain(&arn).ok_or(format!("`{arn}` is no ARN"))?;
    let account = parsed.get(&arn, Segment::Account).to_owned();
    if !is_account_id(&account) {
        return Err(format!("`{arn}` names no account"));
    }
    let partition = parsed.get(&arn, Segment::Partition).to_owned();
    let role = role.filter(|r| !r.is_empty()).map(|role| match shape.in_profile {
        true => RoleName::Profile(role.rsplit('/').next().unwrap_or(role).to_owned()),
        false if role.starts_with("arn:") => RoleName::Role(role.to_owned()),
        false => RoleName::Role(format!("arn:{partition}:iam::{account}:role/{role}")),
    });
    Ok(Workload { arn, kind: shape.kind, account, role })
}

/// Where something is that has no ARN in its answer.
struct Whereabouts {
    partition: String,
    region: String,
    account: String,
}

impl Whereabouts {
    /// By what the entry tells, by the ARN of its role, and by the folders.
    fn of(
        entry: Value<'_>,
        role: Option<&str>,
        parts: &PathParts<'_>,
    ) -> Result<Whereabouts, String> {
        let by = role.or_else(|| json::text(entry, "CreatedBy"));
        let by = by.filter(|text| Arn::plain(text).is_some());
        let of_arn = |segment| by.and_then(|text| Some(Arn::plain(text)?.get(text, segment)));
        let account = parts.account().or(of_arn(Segment::Account)).filter(|a| is_account_id(a));
        let zone = entry.get("Placement").and_then(|p| json::text(p, "AvailabilityZone"));
        let of_zone = zone.map(|z| z.trim_end_matches(|c: char| c.is_ascii_lowercase()));
        let region = parts.region().or(of_zone).ok_or("nothing tells its region")?;
        Ok(Whereabouts {
            partition: of_arn(Segment::Partition).unwrap_or("aws").to_owned(),
            region: region.to_owned(),
            account: account.ok_or("nothing tells its account")?.to_owned(),
        })
    }
}
