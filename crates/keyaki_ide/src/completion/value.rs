//! Values of condition keys.

use keyaki_catalog::KeyType;
use keyaki_ir::{Family, Operator};

use super::{CompletionKind, Sink, principal, resource, variable};
use crate::facts::{self, Topic};
use crate::seen;

pub(super) fn values(sink: &mut Sink<'_>, operator: &str, key: &str) {
    if variable::variables(sink) {
        return;
    }
    let family = Operator::parse(operator).map(|operator| operator.base.family());
    let kind = facts::key_type(sink.document.catalog(), key);
    match (family, kind.map(KeyType::element)) {
        (Some(Family::Null | Family::Bool), _) | (_, Some(KeyType::Bool)) => {
            for value in ["true", "false"] {
                sink.string(CompletionKind::Value, value);
            }
        }
        (_, Some(KeyType::Arn)) => arns(sink, key),
        _ => texts(sink, key),
    }
}

fn arns(sink: &mut Sink<'_>, key: &str) {
    if resource::segments(sink) {
        return;
    }
    let key = key.to_ascii_lowercase();
    if key == "iam:policyarn" || key == "iam:permissionsboundary" {
        managed_policies(sink);
    } else if key == "aws:principalarn" {
        principal::arns(sink);
    }
}

fn managed_policies(sink: &mut Sink<'_>) {
    let typed = sink.cursor.before().to_ascii_lowercase();
    for policy in sink.document.catalog().managed_policies() {
        if !policy.arn.to_ascii_lowercase().contains(&typed) {
            continue;
        }
        let item = sink.string(CompletionKind::Value, policy.arn);
        item.topic = Some(Topic::ManagedPolicy(policy.name.to_owned()));
        item.rank = 40;
    }
}

/// Values of keys that are known to take one of a few, or one that the document names.
fn texts(sink: &mut Sink<'_>, key: &str) {
    let key = key.to_ascii_lowercase();
    match key.as_str() {
        "aws:requestedregion" | "aws:ec2instancesourceregion" => regions(sink),
        "aws:tagkeys" => offer(sink, seen::tag_keys(sink.document), "tag of this document"),
        "aws:principaltype" => {
            let types = ["Account", "User", "FederatedUser", "AssumedRole", "Anonymous"];
            offer(sink, types, "");
        }
        "iam:passedtoservice"
        | "iam:awsservicename"
        | "aws:principalservicename"
        | "aws:principalservicenameslist"
        | "aws:calledvia"
        | "aws:calledviafirst"
        | "aws:calledvialast" => principal::services(sink),
        key if key.ends_with("account") => {
            for (account, seen) in sink.accounts() {
                sink.string(CompletionKind::Value, account).detail = seen.to_owned();
            }
        }
        _ => {}
    }
}

fn regions(sink: &mut Sink<'_>) {
    for partition in sink.document.catalog().partitions() {
        for region in partition.regions() {
            sink.string(CompletionKind::Value, region).detail = partition.name().to_owned();
        }
    }
}

fn offer<'a>(sink: &mut Sink<'_>, values: impl IntoIterator<Item = &'a str>, detail: &str) {
    for value in values {
        sink.string(CompletionKind::Value, value).detail = detail.to_owned();
    }
}
