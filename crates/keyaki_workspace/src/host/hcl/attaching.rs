//! Which resources of a module attach something to whom.

use std::collections::HashMap;

use hcl_edit::expr::{Expression, TraversalOperator};

use super::evaluate::attribute as name_of;
use super::grants::is_ignored;
use super::holders::Resource;
use crate::host::attaching::{ATTACHED, INLINE};

/// A resource by its position, with the attribute that tells to whom it attaches something.
pub(super) type Row = (usize, &'static str);

/// The attributes that somebody is called by.
pub(super) const NAMES: [&str; 4] = ["arn", "id", "name", "unique_id"];

/// What may attach something to somebody.
#[derive(Debug, Default)]
pub(super) struct Attaching {
    /// By the type and name of a resource that is referred to.
    sure: HashMap<(String, String), Vec<Row>>,
    /// By the type of those who may be meant.
    open: HashMap<&'static str, Vec<Row>>,
}

impl Attaching {
    pub(super) fn of(resources: &[Resource<'_>]) -> Attaching {
        let mut all = Attaching::default();
        for (at, resource) in resources.iter().enumerate() {
            let rows = INLINE.iter().chain(&ATTACHED).filter(|(t, ..)| *t == resource.kind);
            for (_, attribute, of) in rows {
                let Some(own) = resource.block.body.get_attribute(attribute) else { continue };
                let is_known = !is_ignored(resource.block, attribute);
                match whom(&own.value, of).filter(|_| is_known) {
                    Some(names) => names.into_iter().for_each(|name| {
                        let key = ((*of).to_owned(), name.to_owned());
                        all.sure.entry(key).or_default().push((at, attribute));
                    }),
                    None => all.open.entry(of).or_default().push((at, attribute)),
                }
            }
        }
        all
    }

    /// What attaches something to those of a type that it does not refer to.
    pub(super) fn open(&self, kind: &str) -> &[Row] {
        self.open.get(kind).map_or(&[], Vec::as_slice)
    }

    /// What may attach something to a resource, in order.
    pub(super) fn to(&self, kind: &str, name: &str) -> Vec<Row> {
        let sure = self.sure.get(&(kind.to_owned(), name.to_owned()));
        let all = sure.into_iter().chain(self.open.get(kind)).flatten();
        let mut all: Vec<Row> = all.copied().collect();
        all.sort_unstable();
        all
    }
}

/// The names of the resources of a type that an expression refers to, if it is nothing else.
fn whom<'e>(expression: &'e Expression, kind: &str) -> Option<Vec<&'e str>> {
    if let Some(items) = expression.as_array() {
        let names = items.iter().map(|item| whom(item, kind)).collect::<Option<Vec<_>>>()?;
        return Some(names.concat());
    }
    let traversal = expression.as_traversal()?;
    let root = traversal.expr.as_variable()?;
    let mut names = traversal.operators.iter().filter_map(|own| name_of(own));
    let (name, last) = (names.next()?, names.next()?);
    let is_name = names.next().is_none() && NAMES.contains(&last);
    let is_first = matches!(traversal.operators.first()?.value(), TraversalOperator::GetAttr(_));
    (root.as_str() == kind && is_name && is_first).then(|| vec![name])
}
