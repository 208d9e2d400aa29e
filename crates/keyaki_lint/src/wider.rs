//! A cheap test before a proof: whether other statements could cover one, as their texts tell.

use keyaki_ir::glob::{self, Case};
use keyaki_ir::{
    ActionPattern, BaseOperator, ConditionBlock, ConditionEntry, Policy, ResourcePattern, Statement,
};

use crate::granted::{denies, names};
use crate::presence::{Presence, demand};

/// Whether each action and each resource of a statement could be within those of some others.
pub(crate) fn could_cover<'s>(
    others: impl Iterator<Item = &'s Statement> + Clone,
    statement: &Statement,
) -> bool {
    let Some(actions) = &statement.action else { return others.clone().any(is_open) };
    let Some(resources) = statement.resource.as_ref() else { return others.clone().any(is_open) };
    actions.entries.iter().all(|a| others.clone().any(|o| has_action(o, a)))
        && resources.entries.iter().all(|r| others.clone().any(|o| has_resource(o, r)))
}

/// Whether a statement is about more than it lists.
fn is_open(statement: &Statement) -> bool {
    statement.not_action.is_some()
        || statement.action.iter().flat_map(|e| &e.entries).any(|e| e.is_star())
}

/// Whether a statement could be about all that an entry names.
fn has_action(statement: &Statement, entry: &ActionPattern) -> bool {
    has_action_but(statement, entry, |_| false)
}

/// The same without some of the statement's entries.
pub(crate) fn has_action_but(
    statement: &Statement,
    entry: &ActionPattern,
    is_out: impl Fn(&ActionPattern) -> bool,
) -> bool {
    let mut entries = statement.action.iter().flat_map(|e| &e.entries);
    statement.not_action.is_some()
        || entries.any(|e| glob::includes(&e.text, &entry.text, Case::Insensitive) && !is_out(e))
}

/// Whether a statement could be on all that an entry names.
pub(crate) fn has_resource(statement: &Statement, entry: &ResourcePattern) -> bool {
    let mut entries = statement.resource.iter().flat_map(|e| &e.entries);
    // Variables are left to the proof.
    statement.not_resource.is_some()
        || entries.any(|e| {
            e.text() == entry.text()
                || glob::includes(&e.pattern.widened(), &entry.pattern.widened(), Case::Sensitive)
        })
}

/// Whether a request shows at once that others do not cover some actions of a statement: one
/// without the keys that they ask for and the statement does not, for what a pattern holds.
///
/// A yes is certain; a no leaves it to the proof.
pub(crate) fn is_wider(
    statement: &Statement,
    actions: &[ActionPattern],
    others: &[&Statement],
    policy: &Policy,
) -> bool {
    let Some(resources) = statement.resource.as_ref() else { return false };
    let names_callers = |s: &Statement| s.principal_elements().next().is_some();
    if statement.not_resource.is_some() || policy.statements.iter().any(names_callers) {
        return false;
    }
    let others: Vec<&Statement> =
        others.iter().copied().filter(|o| !asks_for_more(o, statement)).collect();
    let denying = || policy.statements.iter().filter(|s| denies(s));
    let actions = actions.iter().filter_map(|action| example_action(&action.text));
    let mut open = actions.filter(|action| !denying().any(|s| names(s, action)));
    open.any(|action| {
        let naming: Vec<&&Statement> = others.iter().filter(|o| names(o, &action)).collect();
        let texts = resources.entries.iter().filter(|r| r.pattern.variables().is_empty());
        let mut examples = texts.filter_map(|r| example_resource(r.text()));
        examples.any(|resource| !naming.iter().any(|o| could_be_on(o, &resource)))
    })
}

/// Whether a statement asks for a key that a request may lack which another statement is about.
fn asks_for_more(statement: &Statement, other: &Statement) -> bool {
    let needs = |(block, entry): &(&ConditionBlock, &ConditionEntry)| {
        demand(block.operator.operator, entry) == Some(Presence::Present)
    };
    let mut asked = statement.condition_entries().filter(needs);
    asked.any(|(_, entry)| may_be_absent(&entry.key.value, other))
}

/// Whether nothing that a statement asks for needs a key: no request needs tags, and the keys of a
/// service have to do with those of this service alone.
fn may_be_absent(key: &str, statement: &Statement) -> bool {
    let Some((service, name)) = key.split_once(':') else { return false };
    let is_tag = |name: &str| {
        let kind = name.split_once('/').map(|(kind, _)| kind);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("ResourceTag"))
    };
    match service.eq_ignore_ascii_case("aws") {
        true => is_tag(name) && !statement.condition_entries().any(|(_, e)| e.is(key)),
        false => !statement.condition_entries().any(|(_, e)| {
            e.key.value.split_once(':').is_none_or(|(own, _)| own.eq_ignore_ascii_case(service))
        }),
    }
}

/// A text that a pattern matches.
fn example(pattern: &str) -> String {
    pattern.replace('*', "keyaki").replace('?', "k")
}

/// An action that a pattern matches; none where it names no service.
fn example_action(pattern: &str) -> Option<String> {
    let is_star = pattern.bytes().all(|b| b == b'*');
    let example = if is_star { "keyaki:keyaki".to_owned() } else { example(pattern) };
    Some(example).filter(|text| text.contains(':'))
}

/// An ARN that a pattern matches; none where it is none.
fn example_resource(pattern: &str) -> Option<String> {
    if pattern.bytes().all(|b| b == b'*') {
        return Some("arn:aws:keyaki:us-east-1:123456789012:keyaki".to_owned());
    }
    let example = example(pattern);
    (example.starts_with("arn:") && example.matches(':').count() >= 5).then_some(example)
}

/// Whether a statement could be on a resource.
fn could_be_on(statement: &Statement, resource: &str) -> bool {
    let matches =
        |r: &ResourcePattern| glob::matches(&r.pattern.widened(), resource, Case::Sensitive);
    statement.resource.as_ref().is_none_or(|e| e.entries.iter().any(matches))
}

/// Whether some key is tested more than once.
pub(crate) fn repeats_a_key(statement: &Statement) -> bool {
    let Some(condition) = &statement.condition else { return false };
    if condition.blocks.len() < 2 {
        return false;
    }
    let mut keys: Vec<String> =
        statement.condition_entries().map(|(_, e)| e.key.value.to_ascii_lowercase()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether tests of one key could exclude each other: there are two of them beside one that only
/// asks that the key be there, which no other test excludes but one that asks that it be absent.
pub(crate) fn could_contradict(statement: &Statement) -> bool {
    let blocks = statement.condition.iter().flat_map(|c| &c.blocks);
    if blocks.count() < 2 {
        return false;
    }
    let tests = || statement.condition_entries().filter(|(b, e)| !asks_for_presence(b, e));
    tests()
        .enumerate()
        .any(|(i, (_, entry))| tests().skip(i + 1).any(|(_, other)| other.is(&entry.key.value)))
}

/// Whether a test is `Null` with `false` alone.
fn asks_for_presence(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let is_null = block.operator.operator.is_some_and(|o| o.base == BaseOperator::Null);
    is_null && entry.values.iter().all(|v| v.text().eq_ignore_ascii_case("false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the first statement is plainly wider than the others.
    fn wider(statements: &str) -> bool {
        let text = format!(r#"{{ "Version": "2012-10-17", "Statement": [{statements}] }}"#);
        let policy = keyaki_ir::lower(&keyaki_syntax::Tree::parse(text));
        let Some((first, rest)) = policy.statements.split_first() else { return false };
        let actions = first.action.as_ref().map_or(&[][..], |list| &list.entries);
        let others: Vec<&Statement> = rest.iter().filter(|s| !denies(s)).collect();
        is_wider(first, actions, &others, &policy)
    }

    fn allow(action: &str, resource: &str, condition: &str) -> String {
        format!(
            r#"{{ "Effect": "Allow", "Action": "{action}", "Resource": "{resource}",
                 "Condition": {{ {condition} }} }}"#
        )
    }

    #[test]
    fn a_key_that_only_the_others_ask_for_tells_them_apart() {
        let all = allow("s3:GetObject", "*", "");
        let tagged = r#""StringEquals": { "aws:ResourceTag/team": "a" }"#;
        assert!(wider(&format!("{all}, {}", allow("s3:*", "*", tagged))));
        let both = allow("s3:GetObject", "*", tagged);
        assert!(!wider(&format!("{both}, {}", allow("s3:*", "*", tagged))));
        let service = r#""StringLike": { "s3:prefix": "a/*" }"#;
        assert!(wider(&format!("{all}, {}", allow("s3:*", "*", service))));
        let other_key = allow("s3:GetObject", "*", r#""StringLike": { "s3:delimiter": "/" }"#);
        assert!(!wider(&format!("{other_key}, {}", allow("s3:*", "*", service))));
    }

    #[test]
    fn keys_that_a_request_may_have_to_have_tell_nothing() {
        let all = allow("s3:GetObject", "*", "");
        for key in ["aws:SecureTransport", "aws:TagKeys", "aws:PrincipalArn"] {
            let asks = format!(r#""StringLike": {{ "{key}": "*" }}"#);
            assert!(!wider(&format!("{all}, {}", allow("s3:*", "*", &asks))), "{key}");
        }
        let absent = r#""StringNotEquals": { "aws:ResourceTag/team": "a" }"#;
        assert!(!wider(&format!("{all}, {}", allow("s3:*", "*", absent))));
    }

    #[test]
    fn what_is_denied_tells_nothing() {
        let all = allow("s3:GetObject", "*", "");
        let part = allow("s3:*", "arn:aws:s3:::reports/*", "");
        let deny = part.replace("Allow", "Deny");
        assert!(wider(&format!("{all}, {part}")));
        assert!(!wider(&format!("{all}, {part}, {deny}")));
    }
}
