//! Whether two statements say the same, whatever their order, `Sid` and letter case.
//!
//! A statement with a part that could not be read is the same as no other.

use keyaki_ir::{
    ActionPattern, Condition, ConditionBlock, ConditionValue, Element, PrincipalElement,
    PrincipalForm, ResourcePattern, Shape, Statement,
};

use crate::text_hash::{exact, folded};

/// A number that is equal for statements that say the same; none where a part could not be read.
pub(crate) fn fingerprint(statement: &Statement) -> Option<u64> {
    is_readable(statement)?;
    let mut sum = exact(statement.effect()?.name());
    for element in statement.action_elements() {
        let texts = element.entries.iter().map(|e| folded(&e.text));
        sum = add(sum, if element.negated { "NotAction" } else { "Action" }, texts);
    }
    for element in statement.resource_elements() {
        let texts = element.entries.iter().map(|e| exact(e.text()));
        sum = add(sum, if element.negated { "NotResource" } else { "Resource" }, texts);
    }
    for element in statement.principal_elements() {
        let texts = element.entries().map(|(_, entry)| exact(&entry.text));
        sum = add(sum, if element.negated { "NotPrincipal" } else { "Principal" }, texts);
    }
    for (block, entry) in statement.condition_entries() {
        let operator = block.operator.operator?.base.name();
        sum = add(sum, operator, [folded(&entry.key.value)]);
        sum = add(sum, operator, entry.values.iter().map(|v| exact(v.text())));
    }
    Some(sum)
}

/// Whether two statements surely say the same.
pub fn says_the_same(a: &Statement, b: &Statement) -> bool {
    is_readable(a).is_some() && is_readable(b).is_some() && same(a, b)
}

/// None where a part of a statement could not be read.
fn is_readable(statement: &Statement) -> Option<()> {
    statement.effect()?;
    statement.action_elements().try_for_each(|element| readable(element.shape))?;
    statement.resource_elements().try_for_each(|element| readable(element.shape))?;
    statement.principal_elements().try_for_each(readable_principal)?;
    for (block, entry) in statement.condition_entries() {
        readable(entry.shape)?;
        block.operator.operator?;
    }
    let mut blocks = statement.condition.iter().flat_map(|c| &c.blocks);
    blocks.all(|b| b.is_object && b.operator.operator.is_some()).then_some(())
}

/// Whether two statements that have a fingerprint say the same.
pub(crate) fn same(a: &Statement, b: &Statement) -> bool {
    a.effect() == b.effect()
        && both(a.action.as_ref(), b.action.as_ref(), same_actions)
        && both(a.not_action.as_ref(), b.not_action.as_ref(), same_actions)
        && both(a.resource.as_ref(), b.resource.as_ref(), same_resources)
        && both(a.not_resource.as_ref(), b.not_resource.as_ref(), same_resources)
        && both(a.principal.as_ref(), b.principal.as_ref(), same_principals)
        && both(a.not_principal.as_ref(), b.not_principal.as_ref(), same_principals)
        && same_conditions(a.condition.as_ref(), b.condition.as_ref())
}

fn readable(shape: Shape) -> Option<()> {
    (shape != Shape::Wrong).then_some(())
}

fn readable_principal(element: &PrincipalElement) -> Option<()> {
    match &element.form {
        PrincipalForm::Any => Some(()),
        PrincipalForm::Map(groups) => {
            groups.iter().all(|g| g.kind.is_some() && g.shape != Shape::Wrong).then_some(())
        }
        PrincipalForm::Wrong => None,
    }
}

/// Adds texts to a sum that does not depend on their order.
fn add(sum: u64, label: &str, texts: impl IntoIterator<Item = u64>) -> u64 {
    let label = exact(label);
    texts.into_iter().fold(sum.wrapping_add(label), |sum, text| {
        sum.wrapping_add((text ^ label).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    })
}

fn both<T>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Whether two lists are the same item by item; where they are not, their items may still be the
/// same in another order.
fn alike<'i, T: 'i>(
    a: impl IntoIterator<Item = &'i T>,
    b: impl IntoIterator<Item = &'i T>,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if same(a, b) => {}
            (_, _) => return false,
        }
    }
}

fn same_actions(a: &Element<ActionPattern>, b: &Element<ActionPattern>) -> bool {
    let texts =
        |e: &Element<ActionPattern>| sorted(e.entries.iter().map(|e| e.text.to_ascii_lowercase()));
    alike(&a.entries, &b.entries, |a, b| a.text.eq_ignore_ascii_case(&b.text))
        || texts(a) == texts(b)
}

fn same_resources(a: &Element<ResourcePattern>, b: &Element<ResourcePattern>) -> bool {
    alike(&a.entries, &b.entries, |a, b| a.text() == b.text())
        || sorted(a.entries.iter().map(ResourcePattern::text))
            == sorted(b.entries.iter().map(ResourcePattern::text))
}

fn same_principals(a: &PrincipalElement, b: &PrincipalElement) -> bool {
    let any = |e: &PrincipalElement| matches!(e.form, PrincipalForm::Any);
    let entries = |e: &PrincipalElement| {
        let entries = e.entries().map(|(group, entry)| (group.kind, entry.text.clone()));
        sorted(entries)
    };
    any(a) == any(b) && entries(a) == entries(b)
}

fn same_conditions(a: Option<&Condition>, b: Option<&Condition>) -> bool {
    let blocks = |condition: Option<&'_ Condition>| condition.map_or(0, |c| c.blocks.len());
    let is_alike = || match (a, b) {
        (Some(a), Some(b)) => alike(&a.blocks, &b.blocks, same_block),
        (None, _) | (_, None) => blocks(a) == blocks(b),
    };
    is_alike() || tests(a) == tests(b)
}

/// Whether two blocks test the same keys in the same order.
fn same_block(a: &ConditionBlock, b: &ConditionBlock) -> bool {
    let same_values = |a: &ConditionValue, b: &ConditionValue| a.text() == b.text();
    a.operator.operator == b.operator.operator
        && alike(&a.entries, &b.entries, |a, b| {
            a.is(&b.key.value) && alike(&a.values, &b.values, same_values)
        })
}

/// What a condition tests: operator, key and values, in an order of their own.
fn tests(condition: Option<&Condition>) -> Vec<(String, String, Vec<&str>)> {
    let blocks = condition.into_iter().flat_map(|c| &c.blocks);
    let tests = blocks.flat_map(|block: &ConditionBlock| {
        let operator = block.operator.operator.map(|o| o.name()).unwrap_or_default();
        block.entries.iter().map(move |entry| {
            let values = sorted(entry.values.iter().map(|v| v.text()));
            (operator.clone(), entry.key.value.to_ascii_lowercase(), values)
        })
    });
    sorted(tests)
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items
}
