//! The values of a policy that findings are told in, ordered by what they hold.

use keyaki_eval::{Context, Profile, Test};
use keyaki_ir::{
    BaseOperator, ConditionEntry, ConditionValue, Effect, Operator, SetOperator, Statement, Version,
};
use keyaki_symbolic::Bits;

/// What a finding says of a condition key.
#[derive(Clone, Debug)]
pub enum KeyCell {
    /// The key is absent.
    Absent,
    /// The key is present.
    Present,
    /// The key compares with values of the policy.
    Like {
        /// The operator, never a negated one.
        operator: Operator,
        /// The key and the values. More than one only under `ForAllValues`.
        entry: ConditionEntry,
        /// The version of the policy.
        version: Version,
        /// The effect of the statement that the values are from.
        effect: Effect,
    },
}

impl KeyCell {
    /// Whether the cell holds a request with these keys.
    pub fn holds(&self, key: &str, context: &Context, profile: &Profile) -> bool {
        let present = || context.get(key).is_some_and(|v| !v.as_slice().is_empty());
        match self {
            KeyCell::Absent => !present(),
            KeyCell::Present => present(),
            KeyCell::Like { operator, entry, version, effect } => {
                let (operator, version, effect) = (*operator, *version, *effect);
                Test { operator, entry, version, effect, profile }.holds(context)
            }
        }
    }

    /// The values as texts; none for absence and presence.
    pub fn values(&self) -> Vec<&str> {
        match self {
            KeyCell::Absent | KeyCell::Present => Vec::new(),
            KeyCell::Like { entry, .. } => entry.values.iter().map(ConditionValue::text).collect(),
        }
    }
}

/// The cells that the conditions of a statement bring for their keys, in order.
pub(crate) fn of_statement(statement: &Statement, version: Version) -> Vec<(Box<str>, KeyCell)> {
    let effect = statement.effect().unwrap_or(Effect::Deny);
    let mut cells = Vec::new();
    for (block, entry) in statement.condition_entries() {
        let Some(operator) = block.operator.operator else { continue };
        let key = || entry.key.value.clone();
        if operator.base == BaseOperator::Null {
            cells.extend([(key(), KeyCell::Absent), (key(), KeyCell::Present)]);
            continue;
        }
        if operator.if_exists {
            cells.push((key(), KeyCell::Absent));
        }
        let base = operator.base.positive();
        let operator = Operator { base, if_exists: false, ..operator };
        let is_plain = |v: &&ConditionValue| {
            !(base.takes_variables() && version >= Version::V2012 && v.pattern.has_variables())
        };
        let lists: Vec<Vec<ConditionValue>> = match operator.set {
            // Several values of the key may take different ones of these.
            Some(SetOperator::ForAllValues) => {
                vec![entry.values.iter().filter(is_plain).cloned().collect()]
            }
            Some(SetOperator::ForAnyValue) | None => {
                entry.values.iter().filter(is_plain).map(|v| vec![v.clone()]).collect()
            }
        };
        cells.extend(lists.into_iter().filter(|values| !values.is_empty()).map(|values| {
            let entry = ConditionEntry { values, ..entry.clone() };
            (key(), KeyCell::Like { operator, entry, version, effect })
        }));
    }
    cells
}

/// Values of one axis; the first holds everything.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// What each value holds.
    pub(crate) holds: Vec<Bits>,
    /// What each value holds and no more specific one.
    pub(crate) core: Vec<Bits>,
    /// The values that hold less than each.
    pub(crate) below: Vec<Vec<usize>>,
}

impl Scale {
    /// A scale of values of which no two hold the same, none holds nothing, and none but the
    /// first everything.
    pub(crate) fn new(holds: Vec<Bits>) -> Scale {
        let within =
            |inner: usize, outer: usize| inner != outer && holds[inner].is_subset(&holds[outer]);
        let below: Vec<Vec<usize>> = (0..holds.len())
            .map(|outer| (0..holds.len()).filter(|inner| within(*inner, outer)).collect())
            .collect();
        let core = |v: usize| below[v].iter().fold(holds[v].clone(), |c, w| c.minus(&holds[*w]));
        let core = (0..holds.len()).map(core).collect();
        Scale { holds, core, below }
    }

    /// Whether a value holds all that another does.
    pub(crate) fn includes(&self, outer: usize, inner: usize) -> bool {
        outer == inner || self.below[outer].contains(&inner)
    }

    /// Of these values, those that no other of them includes.
    pub(crate) fn highest(&self, values: &[usize]) -> Vec<usize> {
        let is_below = |v: usize| values.iter().any(|w| self.below[*w].contains(&v));
        values.iter().copied().filter(|v| !is_below(*v)).collect()
    }
}
