//! What stands where in a policy: the node of each name and value with what it means.

use keyaki_ir::{
    ActionPattern, ConditionBlock, ConditionEntry, ConditionValue, Element, Policy, PrincipalEntry,
    PrincipalGroup, ResourcePattern, Statement, Text,
};
use keyaki_syntax::{NodeId, Value};

use crate::Document;

/// What a node of a policy is.
#[derive(Clone, Copy)]
pub(crate) enum Site<'d> {
    /// The name of an element of the document or of a statement.
    ElementName(&'d str),
    /// The value of `Version`.
    Version,
    /// The value of `Effect`.
    Effect,
    /// The value of `Sid`.
    Sid(&'d Text),
    /// An entry of `Action` or `NotAction`.
    Action { element: &'d Element<ActionPattern>, entry: &'d ActionPattern },
    /// An entry of `Resource` or `NotResource`.
    Resource(&'d ResourcePattern),
    /// A kind of principal.
    PrincipalKey(&'d PrincipalGroup),
    /// A principal.
    Principal(&'d PrincipalEntry),
    /// A condition operator.
    Operator(&'d ConditionBlock),
    /// A condition key.
    Key { statement: &'d Statement, entry: &'d ConditionEntry },
    /// A value of a condition key.
    Value(&'d ConditionValue),
}

/// The node at an offset and what it is; none outside of policies.
pub(crate) fn site_at(document: &Document, offset: u32) -> Option<(Value<'_>, Site<'_>)> {
    let read = document.policy_at(offset)?;
    let value = document.tree.node_at(offset)?;
    let sites = sites(document, &read.policy);
    let (_, site) = sites.into_iter().find(|&(node, _)| node == value.id())?;
    Some((value, site))
}

/// All sites of all policies of a document, in order of position.
pub(crate) fn all_sites(document: &Document) -> Vec<(NodeId, Site<'_>)> {
    document.policies().iter().flat_map(|read| sites(document, &read.policy)).collect()
}

/// All sites of a policy, in order of position.
fn sites<'d>(document: &'d Document, policy: &'d Policy) -> Vec<(NodeId, Site<'d>)> {
    let mut sites = names(document, policy.origin);
    sites.extend(policy.version.iter().map(|version| (version.origin, Site::Version)));
    for statement in &policy.statements {
        sites.extend(names(document, statement.origin));
        push_statement(&mut sites, statement);
    }
    sites.sort_by_key(|&(node, _)| node);
    sites
}

fn names(document: &Document, object: NodeId) -> Vec<(NodeId, Site<'_>)> {
    let members = document.tree.value(object).into_iter().flat_map(Value::members);
    members.map(|member| (member.key().id(), Site::ElementName(member.name()))).collect()
}

fn push_statement<'d>(sites: &mut Vec<(NodeId, Site<'d>)>, statement: &'d Statement) {
    sites.extend(statement.sid.iter().map(|sid| (sid.origin, Site::Sid(sid))));
    sites.extend(statement.effect.iter().map(|effect| (effect.origin, Site::Effect)));
    for element in statement.action_elements() {
        let action = |entry: &'d ActionPattern| (entry.origin, Site::Action { element, entry });
        sites.extend(element.entries.iter().map(action));
    }
    for element in statement.resource_elements() {
        sites.extend(element.entries.iter().map(|entry| (entry.origin, Site::Resource(entry))));
    }
    for element in statement.principal_elements() {
        let mut last = None;
        for (group, entry) in element.entries() {
            if last != Some(group.key.origin) {
                sites.push((group.key.origin, Site::PrincipalKey(group)));
                last = Some(group.key.origin);
            }
            sites.push((entry.origin, Site::Principal(entry)));
        }
    }
    push_condition(sites, statement);
}

fn push_condition<'d>(sites: &mut Vec<(NodeId, Site<'d>)>, statement: &'d Statement) {
    for block in statement.condition.iter().flat_map(|condition| &condition.blocks) {
        sites.push((block.operator.origin, Site::Operator(block)));
        for entry in &block.entries {
            sites.push((entry.key.origin, Site::Key { statement, entry }));
            sites.extend(entry.values.iter().map(|value| (value.origin, Site::Value(value))));
        }
    }
}
