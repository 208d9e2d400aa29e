//! Which resources of a module attach something to whom.

use std::collections::HashMap;

use hcl_edit::expr::{Expression, TraversalOperator};

use super::holders::Resource;
use crate::host::attaching::{ATTACHED, INLINE};

/// A resource by its position, with the attribute that tells to whom it attaches something.
pub(super) type Row = (usize, &'static str);

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
                match whom(&own.value, of) {
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
    let TraversalOperator::GetAttr(name) = traversal.operators.first()?.value() else {
        return None;
    };
    (root.as_str() == kind).then(|| vec![name.as_str()])
}
