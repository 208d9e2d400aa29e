//! Policies of AWS that give no way to gain permissions when they are attached.

use keyaki_catalog::{ActionSet, Catalog, ManagedPolicy};
use keyaki_ir::arn::Segment;
use keyaki_ir::{Arn, Statement, glob};
use keyaki_syntax::Tree;

use super::ways;
use crate::context::Context;
use crate::granted::allowed;

/// Those of the policies whose ARNs statements ask for that give no way: neither by themselves nor
/// together, nor with what the policy grants. Only AWS's own are known, as the catalogue has them.
pub(super) fn harmless<'a>(statements: &[&'a Statement], cx: &Context<'a>) -> Vec<&'a str> {
    let catalog = cx.catalog();
    let granted = cx.granted();
    let own = &granted.allowed;
    let entries = statements.iter().flat_map(|s| s.condition_entries()).map(|(_, entry)| entry);
    let values = entries.filter(|e| e.is("iam:PolicyARN")).flat_map(|e| &e.values);
    let closed = values.filter(|v| !v.pattern.has_variables()).map(|v| v.text());
    let known = closed.filter_map(|text| Some((text, managed(text, catalog)?)));
    let mut harmless: Vec<&str> = Vec::new();
    let mut together = ActionSet::new();
    for (text, policy) in known {
        let granted = allowed(catalog, &keyaki_ir::lower(&Tree::parse(policy.document)));
        if !opens_way(&granted, own, catalog) {
            harmless.push(text);
            together.union_with(&granted);
        }
    }
    harmless.retain(|_| !opens_way(&together, own, catalog));
    harmless
}

/// The policy of AWS whose ARN it is, in whatever partition.
fn managed(text: &str, catalog: &Catalog) -> Option<&'static ManagedPolicy> {
    let arn = Arn::parse(text)?;
    let name = arn.get(text, Segment::Resource);
    let is_own =
        arn.get(text, Segment::Service) == "iam" && arn.get(text, Segment::Account) == "aws";
    match is_own && !glob::has_wildcard(name) {
        true => catalog.managed_policy(&format!("arn:aws:iam::aws:{name}")),
        false => None,
    }
}

/// Whether actions that are granted more open a way, with the others.
fn opens_way(more: &ActionSet, own: &ActionSet, catalog: &Catalog) -> bool {
    let is_in =
        |set: &ActionSet, action| catalog.action(action).is_some_and(|a| set.contains(a.id()));
    ways().iter().any(|way| {
        way.steps.iter().any(|s| is_in(more, s.action))
            && way.steps.iter().all(|s| is_in(more, s.action) || is_in(own, s.action))
    })
}
