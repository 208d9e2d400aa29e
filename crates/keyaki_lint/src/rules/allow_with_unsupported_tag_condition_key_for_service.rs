use keyaki_ir::{Effect, Statement};

use crate::carried_key::{first_untagged, resource_tag_tests};
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Allow on the condition of a resource's tag, for an action whose requests carry none.
    ///
    /// A request for an action that carries no tags of its resource never passes such a test, so that the action is not granted.
    /// For a pattern it is enough that one of the actions it matches carries none.
    /// Actions that create what they tag are passed over where they are named.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["iam:ListUsers", "ec2:StopInstances"],
    ///   //         ^^^^^^^^^^^^^^^
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/env": "dev" } }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["ec2:StartInstances", "ec2:StopInstances"],
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/env": "dev" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When another statement decides about the action and the pattern is only written this way for short.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-allow-with-unsupported-tag-condition-key-for-service>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "allow-with-unsupported-tag-condition-key-for-service",
    aws: "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.action else { return };
    let mut tests = resource_tag_tests(statement, Effect::Allow).peekable();
    if tests.peek().is_none() {
        return;
    }
    let untagged = |e| first_untagged(cx, e).map(|action| (e, action));
    let found: Vec<_> = element.entries.iter().filter_map(untagged).collect();
    let Some(((entry, action), more)) = found.split_first() else { return };
    for test in tests {
        let key = &test.key;
        let message = format!("requests for `{}` carry no `{}`", action.full_name(), key.value);
        let mut draft = cx.report(entry.origin, message).and_at(key.origin, "tested here");
        for (entry, _) in more {
            draft = draft.and_at(entry.origin, "neither do these");
        }
        draft.note("put the actions that carry no tags into a statement without this test");
    }
}
