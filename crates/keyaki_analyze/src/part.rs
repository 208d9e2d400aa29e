//! Parts of policies: a statement, one of its elements, one value of that; and policies without
//! some of them.

use keyaki_eval::{Document, Layer, Policies, StatementRef};
use keyaki_ir::{
    ActionPattern, ConditionBlock, ConditionEntry, Element, Pattern, PrincipalElement,
    PrincipalForm, ResourcePattern, Shape, Statement,
};

/// An element of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
    /// One key under one operator of `Condition`, by their positions.
    Condition {
        /// Which operator.
        block: usize,
        /// Which of its keys.
        entry: usize,
    },
}

/// A part of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// The statement.
    pub at: StatementRef,
    /// One of its elements; none stands for the whole statement.
    pub place: Option<Place>,
    /// One of the element's values, by its position; none stands for the whole element.
    pub value: Option<usize>,
}

impl Part {
    /// A whole statement.
    pub fn statement(at: StatementRef) -> Part {
        Part { at, place: None, value: None }
    }

    /// A whole element.
    pub fn element(at: StatementRef, place: Place) -> Part {
        Part { at, place: Some(place), value: None }
    }
}

impl Place {
    /// The elements of a statement that narrow it down.
    pub fn all(statement: &Statement) -> Vec<Place> {
        let has = |place, is_there: bool| is_there.then_some(place);
        let mut places: Vec<Place> = [
            has(Place::Principal, statement.principal_elements().next().is_some()),
            has(Place::Action, statement.action_elements().next().is_some()),
            has(Place::Resource, statement.resource_elements().next().is_some()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let blocks = statement.condition.iter().flat_map(|c| &c.blocks).enumerate();
        places.extend(blocks.flat_map(|(block, b)| {
            (0..b.entries.len()).map(move |entry| Place::Condition { block, entry })
        }));
        places
    }

    /// The key under its operator, where this is a condition.
    pub fn condition(self, statement: &Statement) -> Option<(&ConditionBlock, &ConditionEntry)> {
        let Place::Condition { block, entry } = self else { return None };
        let block = statement.condition.as_ref()?.blocks.get(block)?;
        Some((block, block.entries.get(entry)?))
    }

    /// The element's name, as it is written; of a condition also its operator and its key.
    pub fn name(self, statement: &Statement) -> String {
        let named = |name: &str| match self.is_negated(statement) {
            true => format!("Not{name}"),
            false => name.to_owned(),
        };
        match self {
            Place::Principal => named("Principal"),
            Place::Action => named("Action"),
            Place::Resource => named("Resource"),
            Place::Condition { .. } => match self.condition(statement) {
                Some((block, entry)) => {
                    format!("Condition {} {}", block.operator.text, entry.key.value)
                }
                None => "Condition".to_owned(),
            },
        }
    }

    /// The element's values.
    pub fn values(self, statement: &Statement) -> Vec<&str> {
        match self {
            Place::Principal => {
                let elements = statement.principal_elements().take(1);
                elements.flat_map(|p| p.entries()).map(|(_, e)| &*e.text).collect()
            }
            Place::Action => {
                let elements = statement.action_elements().take(1);
                elements.flat_map(|e| &e.entries).map(|e| &*e.text).collect()
            }
            Place::Resource => {
                let elements = statement.resource_elements().take(1);
                elements.flat_map(|e| &e.entries).map(|e| e.text()).collect()
            }
            Place::Condition { .. } => {
                let entry = self.condition(statement).map(|(_, entry)| entry);
                entry.into_iter().flat_map(|e| &e.values).map(|v| v.text()).collect()
            }
        }
    }

    /// Whether each further value makes the statement match less rather than more.
    pub(crate) fn is_negated(self, statement: &Statement) -> bool {
        match self {
            Place::Principal => statement.principal.is_none(),
            Place::Action => statement.action.is_none(),
            Place::Resource => statement.resource.is_none(),
            Place::Condition { .. } => self
                .condition(statement)
                .and_then(|(block, _)| block.operator.operator)
                .is_some_and(|o| o.base.is_negated()),
        }
    }
}

/// The policies without some of their parts. A statement is gone; an element holds of everything; a
/// value stands in its list no more.
pub(crate) fn without(policies: &Policies, parts: &[Part]) -> Policies {
    let mut policies = policies.clone();
    let mut parts = parts.to_vec();
    // From the back, so that the positions of the others stay.
    parts.sort_unstable_by(|a, b| b.cmp(a));
    parts.dedup();
    for Part { at, place, value } in parts {
        let Some(document) = document_mut(&mut policies, at) else { continue };
        let statements = &mut document.policy.statements;
        match (place, statements.get_mut(at.statement)) {
            (_, None) => {}
            (None, Some(_)) => {
                statements.remove(at.statement);
            }
            (Some(place), Some(statement)) => match value {
                None => widen(statement, place),
                Some(value) => remove(statement, place, value),
            },
        }
    }
    policies
}

fn document_mut(policies: &mut Policies, at: StatementRef) -> Option<&mut Document> {
    let documents = match at.layer {
        Layer::Scp(level) => policies.scp.as_mut()?.get_mut(level)?.as_mut_slice(),
        Layer::Rcp(level) => policies.rcp.as_mut()?.get_mut(level)?.as_mut_slice(),
        Layer::Endpoint => policies.endpoint.as_mut_slice(),
        Layer::Resource => policies.resource.as_mut_slice(),
        Layer::Identity => policies.identity.as_mut_slice(),
        Layer::Boundary => policies.boundary.as_mut()?.as_mut_slice(),
        Layer::Session => policies.session.as_mut()?.as_mut_slice(),
    };
    documents.get_mut(at.document)
}

/// Makes an element hold of everything.
fn widen(statement: &mut Statement, place: Place) {
    let origin = statement.origin;
    let (negated, name, shape) = (false, origin, Shape::Single);
    match place {
        Place::Principal => {
            let form = PrincipalForm::Any;
            statement.principal = Some(PrincipalElement { negated, name, origin, form });
            statement.not_principal = None;
        }
        Place::Action => {
            let entries = vec![ActionPattern::new("*", origin)];
            statement.action = Some(Element { negated, name, origin, shape, entries });
            statement.not_action = None;
        }
        Place::Resource => {
            let entries = vec![ResourcePattern { pattern: Pattern::new("*"), arn: None, origin }];
            statement.resource = Some(Element { negated, name, origin, shape, entries });
            statement.not_resource = None;
        }
        Place::Condition { block, entry } => {
            let blocks = statement.condition.as_mut().map(|c| &mut c.blocks);
            let block = blocks.and_then(|b| b.get_mut(block));
            if let Some(block) = block.filter(|b| entry < b.entries.len()) {
                block.entries.remove(entry);
            }
        }
    }
}

/// Takes a value out of an element's list.
fn remove(statement: &mut Statement, place: Place, value: usize) {
    match place {
        Place::Principal => {
            let element = statement.principal.as_mut().or(statement.not_principal.as_mut());
            let Some(PrincipalForm::Map(groups)) = element.map(|e| &mut e.form) else { return };
            let mut before = 0;
            for group in groups {
                let within = value.checked_sub(before).filter(|v| *v < group.entries.len());
                before += group.entries.len();
                if let Some(within) = within {
                    group.entries.remove(within);
                    return;
                }
            }
        }
        Place::Action => {
            let element = statement.action.as_mut().or(statement.not_action.as_mut());
            take_out(element.map(|e| &mut e.entries), value);
        }
        Place::Resource => {
            let element = statement.resource.as_mut().or(statement.not_resource.as_mut());
            take_out(element.map(|e| &mut e.entries), value);
        }
        Place::Condition { block, entry } => {
            let blocks = statement.condition.as_mut().map(|c| &mut c.blocks);
            let block = blocks.and_then(|b| b.get_mut(block));
            take_out(block.and_then(|b| b.entries.get_mut(entry)).map(|e| &mut e.values), value);
        }
    }
}

fn take_out<T>(list: Option<&mut Vec<T>>, at: usize) {
    if let Some(list) = list.filter(|l| at < l.len()) {
        list.remove(at);
    }
}
