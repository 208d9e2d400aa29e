//! The tests that a resource control policy needs so that it tells AWS services from other callers.
//!
//! AWS services call without the keys of a principal, other callers without the keys of a source.
//! A negated test, or one with `IfExists`, is true where its key is absent,
//! so a `Deny` with such a test also meets those callers that it was not meant for.

use keyaki_ir::{
    BaseOperator, ConditionBlock, ConditionEntry, Effect, Operator, SetOperator, Statement,
};

/// The key that tells AWS services from other callers.
pub(crate) const IS_SERVICE: &str = "aws:PrincipalIsAWSService";

/// Keys of the principal that callers have unless they are AWS services.
const PRINCIPAL_KEYS: [&str; 4] =
    ["aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];

/// Keys of the resource on whose behalf an AWS service calls.
const SOURCE_KEYS: [&str; 4] =
    ["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// The operator to test [`IS_SERVICE`] with.
pub(crate) const BOOL_IF_EXISTS: Operator =
    Operator { set: None, base: BaseOperator::Bool, if_exists: true };

/// The operator to ask whether a key is there.
pub(crate) const NULL: Operator =
    Operator { set: None, base: BaseOperator::Null, if_exists: false };

/// The first principal key that a `Deny` tests so that the test is true where the key is absent.
pub(crate) fn open_principal_key(statement: &Statement) -> Option<&ConditionEntry> {
    open_key(statement, &PRINCIPAL_KEYS)
}

/// The first source key that a `Deny` tests so that the test is true where the key is absent.
pub(crate) fn open_source_key(statement: &Statement) -> Option<&ConditionEntry> {
    open_key(statement, &SOURCE_KEYS)
}

fn open_key<'s>(statement: &'s Statement, keys: &[&str]) -> Option<&'s ConditionEntry> {
    if statement.effect() != Some(Effect::Deny) {
        return None;
    }
    let mut entries = statement.condition_entries();
    let open =
        |b: &ConditionBlock, e: &ConditionEntry| is_open(b) && keys.iter().any(|key| e.is(key));
    entries.find(|(b, e)| open(b, e)).map(|(_, e)| e)
}

/// Whether tests of this operator are true where the key is absent. `Null` is told apart.
fn is_open(block: &ConditionBlock) -> bool {
    block.operator.operator.is_some_and(|o| {
        let for_all = o.set == Some(SetOperator::ForAllValues);
        let for_any = o.set == Some(SetOperator::ForAnyValue);
        let negated = o.base.is_negated() && !for_any;
        o.base != BaseOperator::Null && (negated || o.if_exists || for_all)
    })
}

/// Whether a statement asks that the caller is an AWS service, or that it is none.
pub(crate) fn asks_for_service(statement: &Statement, answer: bool) -> bool {
    tests(statement, BaseOperator::Bool, &[IS_SERVICE], answer)
}

/// Whether a statement asks that the source of the call is known.
pub(crate) fn asks_for_source(statement: &Statement) -> bool {
    tests(statement, BaseOperator::Null, &["aws:SourceAccount", "aws:SourceArn"], false)
}

fn tests(statement: &Statement, base: BaseOperator, keys: &[&str], answer: bool) -> bool {
    let answer = if answer { "true" } else { "false" };
    statement.condition_entries().any(|(block, entry)| {
        block.operator.operator.is_some_and(|o| o.base == base)
            && keys.iter().any(|key| entry.is(key))
            && !entry.values.is_empty()
            && entry.values.iter().all(|v| v.text().eq_ignore_ascii_case(answer))
    })
}
