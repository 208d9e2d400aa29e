use keyaki_catalog::Catalog;
use keyaki_diag::Applicability;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{
    BaseOperator, ConditionBlock, ConditionEntry, Effect, Family, Operator, Statement,
};

use crate::condition_edit::add_entry;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// DynamoDB attributes limited without `dynamodb:Select`.
    ///
    /// `dynamodb:Attributes` holds the attributes that the caller asks for by name.
    /// A caller who names none, or asks for all of them, gets every attribute,
    /// unless `dynamodb:Select` must be `SPECIFIC_ATTRIBUTES`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "dynamodb:GetItem",
    ///   "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
    ///   "Condition": {
    ///     "ForAllValues:StringEquals": { "dynamodb:Attributes": ["id", "status"] }
    ///     //                             ^^^^^^^^^^^^^^^^^^^^^
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "dynamodb:GetItem",
    ///   "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
    ///   "Condition": {
    ///     "ForAllValues:StringEquals": { "dynamodb:Attributes": ["id", "status"] },
    ///     "StringEqualsIfExists": { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When no item has an attribute that the caller must not see.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-dynamodb-attributes-without-select>
    /// - <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
    name: "dynamodb-attributes-without-select",
    aws: "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
    level: Security,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    check: Statement(check),
}

const SELECT: &str = "dynamodb:Select";

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let mut tests =
        statement.condition_entries().filter(|(b, e)| lets_attributes_pass(b, e)).peekable();
    if tests.peek().is_none()
        || statement.effect() != Some(Effect::Allow)
        || tests_select(statement)
        || !returns_attributes(cx.catalog(), statement)
    {
        return;
    }
    for (_, entry) in tests {
        report(cx, statement, entry);
    }
}

fn lets_attributes_pass(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let family = block.operator.operator.map(|o| o.base.family());
    entry.is("dynamodb:Attributes") && family != Some(Family::Null)
}

fn report(cx: &mut Context<'_>, statement: &Statement, entry: &ConditionEntry) {
    let equals = Operator { set: None, base: BaseOperator::StringEquals, if_exists: true };
    let edit = add_entry(cx, statement, equals, SELECT, "\"SPECIFIC_ATTRIBUTES\"");
    let draft = cx
        .report(entry.key.origin, "a caller who asks for no attribute by name gets all of them")
        .note("require `dynamodb:Select` to be `SPECIFIC_ATTRIBUTES`, where it exists");
    if let Some(edit) = edit {
        draft.fix("require `SPECIFIC_ATTRIBUTES`", Applicability::Unsafe, vec![edit]);
    }
}

/// Whether the statement asks for reads that name their attributes, or that return none.
fn tests_select(statement: &Statement) -> bool {
    let is_narrow = |text: &str| matches!(text, "SPECIFIC_ATTRIBUTES" | "COUNT");
    statement.condition_entries().any(|(block, entry)| {
        let base = block.operator.operator.map(|o| o.base);
        entry.is(SELECT)
            && base.is_some_and(|b| b.family() == Family::String && !b.is_negated())
            && entry.values.iter().all(|v| is_narrow(v.text()))
    })
}

/// Whether the statement allows an action that carries `dynamodb:Select`.
fn returns_attributes(catalog: &Catalog, statement: &Statement) -> bool {
    let Some(service) = catalog.service("dynamodb") else { return false };
    let mut reads = service.actions().filter(|a| a.condition_keys().any(|k| k.matches(SELECT)));
    reads.any(|action| allows(statement, &action.full_name()))
}

fn allows(statement: &Statement, action: &str) -> bool {
    statement.action_elements().any(|element| {
        let mut entries = element.entries.iter();
        entries.any(|e| glob::matches(&e.text, action, Case::Insensitive)) != element.negated
    })
}
