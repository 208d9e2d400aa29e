//! Policies with holes as policies without: what holds whatever fills the holes.
//!
//! A part with a hole matches some requests, nobody knows which. [`general`] lets a free condition
//! stand for it: a key of the request that no service has, named after the part's text, so that
//! equal parts match the same requests, and different parts have nothing to do with each other.
//! What holds of all requests, with such a key or without, holds whatever fills the holes: for any
//! filling, a request matches a part exactly if it matches the part with the key set to that.
//!
//! For a part of an element, what is written around the hole is kept as far as the hole cannot
//! undo it: the beginning of an action, and of an ARN whose hole is in its last segment.

use keyaki_diag::TextRange;
use keyaki_syntax::{NodeId, NodeKind, Tree, Value};

use crate::{
    ActionPattern, Arn, Condition, ConditionBlock, ConditionEntry, ConditionValue, Effect, Element,
    Operator, OperatorElement, Pattern, Policy, PrincipalElement, PrincipalForm, PrincipalGroup,
    PrincipalKey, ResourcePattern, Shape, Statement, Text,
};

/// The most statements that a policy may come to: each part with a hole makes one more of each
/// statement.
const MOST: usize = 2000;

/// Parameters whose values hold no colon, wildcard or variable.
const PLAIN: [&str; 4] = ["AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"];

/// A policy of which [`general`] cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooOpen {
    /// The label of the hole.
    pub label: Box<str>,
}

/// What becomes of principals with holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principals {
    /// Everybody under a free condition. That is right where the policy is asked about by itself:
    /// in a decision over several layers it matters how a caller is named.
    Free,
    /// As [`Principals::Free`], but those that can stand for members of one account alone are left
    /// out. That is right where the question is about callers whom the policy does not name, and
    /// nothing else grants more to others for it.
    Unnamed,
}

/// The policy with free conditions instead of holes. `identity` gives for a label what the hole
/// stands for: equal texts for equal values. With `by_effect`, a part of a `Deny` has nothing to do
/// with the same part of an `Allow`. Statements keep their `index`.
///
/// # Errors
/// Where a hole leaves open what a statement is, or takes part in `NotPrincipal`.
pub fn general(
    tree: &Tree,
    policy: &Policy,
    by_effect: bool,
    principals: Principals,
    identity: &dyn Fn(&str) -> String,
) -> Result<Policy, TooOpen> {
    let version = policy.effective_version().name();
    let reading = String::new();
    let mut opening = Opening { tree, identity, principals, reading, covered: Vec::new() };
    opening.covered.extend(policy.id.as_ref().map(|id| tree.range(id.origin)));
    let mut statements = Vec::new();
    for statement in &policy.statements {
        let effect = statement.effect().filter(|_| by_effect).map_or("", Effect::name);
        opening.reading = format!("{version} {effect}");
        let one = opening.statement(statement);
        statements.extend(opening.any_number(statement, one));
        if statements.len() > MOST {
            return Err(TooOpen { label: policy.holes.first().cloned().unwrap_or_default() });
        }
    }
    let range = tree.range(policy.origin);
    let is_covered = |hole: &TextRange| opening.covered.iter().any(|part| part.contains(*hole));
    match tree.holes_in(range).iter().find(|hole| !is_covered(hole)) {
        Some(hole) => Err(TooOpen { label: hole.slice(tree.source()).into() }),
        None => Ok(Policy { statements, holes: Vec::new(), ..policy.clone() }),
    }
}

/// A condition that holds where a request has the key of this text, which no other condition has.
/// The text may be anything.
pub fn free_condition(text: &str, is_true: bool) -> ConditionBlock {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let name = if is_true { "StringEquals" } else { "StringNotEquals" };
    let origin = NodeId::ROOT;
    let value = ConditionValue { pattern: Pattern::new("yes"), origin, json: NodeKind::String };
    let entry = ConditionEntry {
        key: Text { value: format!("keyaki:{digits}").into(), origin },
        origin,
        shape: Shape::Single,
        values: vec![value],
    };
    let operator = OperatorElement { text: name.into(), origin, operator: Operator::parse(name) };
    ConditionBlock { operator, origin, is_object: true, entries: vec![entry] }
}

/// The statement with one more condition.
#[must_use]
pub fn with_condition(mut statement: Statement, block: ConditionBlock) -> Statement {
    let origin = statement.origin;
    let condition = statement.condition.get_or_insert(Condition { origin, blocks: Vec::new() });
    condition.blocks.push(block);
    statement
}

struct Opening<'t> {
    tree: &'t Tree,
    identity: &'t dyn Fn(&str) -> String,
    principals: Principals,
    /// What the meaning of a text depends on apart from itself.
    reading: String,
    /// The ranges whose holes are dealt with.
    covered: Vec<TextRange>,
}

impl Opening<'_> {
    /// The statements that a statement comes to together.
    fn statement(&mut self, statement: &Statement) -> Vec<Statement> {
        let mut all = vec![self.conditions(statement.clone())];
        if let Some(element) = &statement.sid {
            self.covered.push(self.tree.range(element.origin));
        }
        let actions = statement.action_elements().next();
        let actions = actions.map(|e| self.element(e, "action", |a| a.origin, widened_action));
        all = product(all, actions, |s, element| {
            (s.action, s.not_action) = sides(element);
        });
        let resources = statement.resource_elements().next();
        let resources =
            resources.map(|e| self.element(e, "resource", |r| r.origin, widened_resource));
        all = product(all, resources, |s, element| {
            (s.resource, s.not_resource) = sides(element);
        });
        let principals = statement.principal.as_ref().map(|p| self.principal(p));
        product(all, principals, |s, element| s.principal = Some(element))
    }

    /// What a statement comes to that may stand for any number of its like: the same, where one of
    /// these matches. That is one condition more, as nobody knows in which of them a part matches.
    fn any_number(&mut self, statement: &Statement, one: Vec<Statement>) -> Vec<Statement> {
        let range = self.tree.range(statement.origin);
        let Some(all) = self.tree.repeated_around(range) else { return one };
        self.covered.push(TextRange::new(range.end, all.end));
        let block = free_condition(&self.spelled("statements", all), true);
        one.into_iter().map(|s| with_condition(s, block.clone())).collect()
    }

    /// Whether some part of a range is a hole.
    fn is_open(&self, range: TextRange) -> bool {
        !self.tree.holes_in(range).is_empty()
    }

    /// What a range stands for, as a text; its holes are dealt with.
    fn said(&mut self, what: &str, range: TextRange) -> String {
        self.covered.push(range);
        self.spelled(what, range)
    }

    /// What a range stands for, as a text.
    fn spelled(&self, what: &str, range: TextRange) -> String {
        let source = self.tree.source();
        let mut said = format!("{} {what}: ", self.reading);
        let mut at = range.start;
        for hole in self.tree.holes_in(range) {
            let label = hole.slice(source);
            said.push_str(TextRange::new(at, hole.start.max(at)).slice(source));
            // Lengths keep apart what is written and what labels stand for.
            let identity = (self.identity)(label_of(label));
            said.push_str(&format!("\u{0}{}\u{0}{identity}\u{0}", identity.len()));
            at = hole.end;
        }
        said.push_str(TextRange::new(at.min(range.end), range.end).slice(source));
        said
    }

    /// An element in parts: the entries without holes, and each with one under its condition.
    fn element<T: Clone>(
        &mut self,
        element: &Element<T>,
        what: &str,
        origin: fn(&T) -> NodeId,
        widened: fn(Option<Value<'_>>, NodeId) -> T,
    ) -> Vec<(Element<T>, Option<ConditionBlock>)> {
        let range = self.tree.range(element.origin);
        if !self.is_open(range) {
            return vec![(element.clone(), None)];
        }
        if element.negated {
            let everything = widened(None, element.origin);
            let positive = Element { negated: false, entries: vec![everything], ..element.clone() };
            let said = self.said(&format!("not {what}"), range);
            return vec![(positive, Some(free_condition(&said, true)))];
        }
        let is_closed = |e: &T| !self.is_open(self.tree.range(origin(e)));
        let (closed, open): (Vec<T>, Vec<T>) = element.entries.iter().cloned().partition(is_closed);
        let with = |entries: Vec<T>| Element { entries, ..element.clone() };
        let mut parts = Vec::new();
        if !closed.is_empty() {
            parts.push((with(closed), None));
        }
        for entry in open {
            let range = self.tree.range(origin(&entry));
            let wider = widened(self.tree.value(origin(&entry)), origin(&entry));
            let said = self.said(what, range);
            parts.push((with(vec![wider]), Some(free_condition(&said, true))));
        }
        parts
    }

    /// A principal element in parts, as [`Opening::element`].
    fn principal(
        &mut self,
        element: &PrincipalElement,
    ) -> Vec<(PrincipalElement, Option<ConditionBlock>)> {
        let range = self.tree.range(element.origin);
        if !self.is_open(range) {
            return vec![(element.clone(), None)];
        }
        let everybody = || PrincipalElement { form: PrincipalForm::Any, ..element.clone() };
        let PrincipalForm::Map(groups) = &element.form else {
            let said = self.said("principal", range);
            return vec![(everybody(), Some(free_condition(&said, true)))];
        };
        let mut closed: Vec<PrincipalGroup> = Vec::new();
        let mut parts = Vec::new();
        for group in groups {
            let mut rest = PrincipalGroup { entries: Vec::new(), ..group.clone() };
            for entry in &group.entries {
                let range = self.tree.range(entry.origin);
                if self.is_open(range) {
                    let key = self.tree.range(group.key.origin);
                    let said = match self.is_open(key) {
                        true => self.said("principal", key.cover(range)),
                        false => self.said(&format!("principal {}", group.key.value), range),
                    };
                    let value = self.tree.value(entry.origin);
                    if self.principals == Principals::Unnamed
                        && group.kind == Some(PrincipalKey::Aws)
                        && value.is_some_and(is_of_one_account)
                    {
                        continue;
                    }
                    parts.push((everybody(), Some(free_condition(&said, true))));
                } else {
                    rest.entries.push(entry.clone());
                }
            }
            closed.extend((!rest.entries.is_empty()).then_some(rest));
        }
        if !closed.is_empty() {
            let form = PrincipalForm::Map(closed);
            parts.push((PrincipalElement { form, ..element.clone() }, None));
        }
        parts
    }

    /// The statement with free conditions in the place of those with holes.
    fn conditions(&mut self, mut statement: Statement) -> Statement {
        let tree = self.tree;
        let whole = tree.value(statement.origin).and_then(|s| s.get("Condition"));
        // What has no known operator may add to the values of any other test.
        let is_any =
            |value: &Value<'_>| value.is_hole() || value.members().any(|test| test.key().is_hole());
        if let Some(whole) = whole.filter(is_any) {
            let said = self.said("condition", whole.range());
            statement.condition = None;
            return with_condition(statement, free_condition(&said, true));
        }
        let Some(condition) = statement.condition.as_mut() else { return statement };
        let mut free = Vec::new();
        for block in &mut condition.blocks {
            let operator = tree.range(block.operator.origin);
            let whole = tree.range(block.origin);
            if self.is_open(operator) || !block.is_object && self.is_open(whole) {
                let range = TextRange::new(operator.start, whole.end.max(operator.end));
                free.push(free_condition(&self.said("condition", range), true));
                block.entries.clear();
                continue;
            }
            let name = block.operator.text.clone();
            block.entries.retain(|entry| {
                let (key, value) = (tree.range(entry.key.origin), tree.range(entry.origin));
                let range = TextRange::new(key.start, value.end.max(key.end));
                let is_open = self.is_open(range);
                if is_open {
                    let said = self.said(&format!("condition {name}"), range);
                    free.push(free_condition(&said, true));
                }
                !is_open
            });
        }
        condition.blocks.retain(|block| !block.entries.is_empty());
        condition.blocks.extend(free);
        statement
    }
}

/// Each statement with each part of an element.
fn product<E: Clone>(
    statements: Vec<Statement>,
    parts: Option<Vec<(E, Option<ConditionBlock>)>>,
    set: impl Fn(&mut Statement, E),
) -> Vec<Statement> {
    let Some(parts) = parts else { return statements };
    let mut all = Vec::new();
    for statement in statements {
        for (element, condition) in &parts {
            let mut statement = statement.clone();
            set(&mut statement, element.clone());
            all.push(match condition {
                Some(block) => with_condition(statement, block.clone()),
                None => statement,
            });
        }
    }
    all.truncate(MOST + 1);
    all
}

/// An element as the positive or the `Not…` element of a statement.
fn sides<T>(element: Element<T>) -> (Option<Element<T>>, Option<Element<T>>) {
    if element.negated { (None, Some(element)) } else { (Some(element), None) }
}

/// The text of a hole's label without its `${` and `}`.
fn label_of(written: &str) -> &str {
    written.strip_prefix("${").and_then(|w| w.strip_suffix('}')).unwrap_or(written)
}

/// An action pattern that matches what an entry can match: what stands before the hole. Without an
/// entry, it matches everything.
fn widened_action(entry: Option<Value<'_>>, origin: NodeId) -> ActionPattern {
    let parts = entry.map_or_else(Vec::new, parts);
    let head = parts.first().map_or("", |(head, _)| head);
    let text = if head.contains(':') { format!("{head}*") } else { "*".to_owned() };
    ActionPattern::new(text, origin)
}

/// The texts of an entry, each with the label of the hole behind it.
fn parts(entry: Value<'_>) -> Vec<(String, Option<String>)> {
    let text = entry.as_str().unwrap_or_default();
    let (mut parts, mut at) = (Vec::new(), 0);
    for hole in entry.inner_holes() {
        let label = text.get(hole.clone()).map(|l| label_of(l).to_owned());
        parts.push((text.get(at..hole.start).unwrap_or_default().to_owned(), label));
        at = hole.end;
    }
    parts.push((text.get(at..).unwrap_or_default().to_owned(), None));
    parts
}

/// Whether a principal is an ARN of one account, whatever fills its holes. There are no wildcards
/// in principals.
fn is_of_one_account(entry: Value<'_>) -> bool {
    let mut before = String::new();
    for (text, label) in parts(entry) {
        before.push_str(&text);
        match label.as_deref() {
            Some(label) if PLAIN.contains(&label) => before.push_str("one"),
            Some(_) => break,
            None => {}
        }
    }
    let segments: Vec<&str> = before.splitn(6, ':').collect();
    matches!(segments[..], ["arn", _, "iam" | "sts", "", account, _] if !account.is_empty())
}

/// A resource pattern that matches what an entry can match; without an entry, everything. A hole
/// may hold colons, so that it may undo the segments behind it; those of the pseudo parameters
/// hold none.
fn widened_resource(entry: Option<Value<'_>>, origin: NodeId) -> ResourcePattern {
    let mut text = String::new();
    let mut is_in_last = false;
    for (before, label) in entry.map_or_else(Vec::new, parts) {
        text.push_str(&before);
        // Colons of variables separate nothing.
        is_in_last = Pattern::new(&*text).widened().matches(':').count() >= 5;
        if label.is_some() && opens_variable(&text) {
            is_in_last = false;
            break;
        }
        match label.as_deref() {
            None => {}
            Some(label) if PLAIN.contains(&label) => text.push('*'),
            Some(_) => {
                text.push('*');
                break;
            }
        }
    }
    let is_arn = is_in_last && text.starts_with("arn:");
    let text = if is_arn { text } else { "*".to_owned() };
    let arn = Arn::parse(&text);
    ResourcePattern { pattern: Pattern::new(text), arn, origin }
}

/// Whether what comes next may make a policy variable of the end of a text.
fn opens_variable(text: &str) -> bool {
    text.ends_with('$') || text.rsplit_once("${").is_some_and(|(_, rest)| !rest.contains('}'))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    /// A policy in which `<Name>` is a hole.
    fn open(text: &str) -> (Tree, Policy) {
        let text = text.replace('<', "${").replace('>', "}");
        let is_hole = |at: &usize| text.get(at + 2..at + 3).is_some_and(|c| c == c.to_uppercase());
        let starts = text.match_indices("${").map(|(at, _)| at).filter(is_hole);
        let end = |at: usize| at + text.get(at..).and_then(|t| t.find('}')).unwrap_or_default() + 1;
        let holes = starts.map(|at| TextRange::new(at as u32, end(at) as u32)).collect();
        let tree = Tree::parse(text.clone()).with_holes(holes);
        let policy = crate::lower(&tree);
        (tree, policy)
    }

    fn of(statement: &str) -> Result<Vec<Statement>, TooOpen> {
        let (tree, policy) =
            open(&format!("{{\"Version\": \"2012-10-17\", \"Statement\": {statement}}}"));
        general(&tree, &policy, false, Principals::Free, &str::to_owned)
            .map(|policy| policy.statements)
    }

    fn resource(entry: &str) -> String {
        let statement =
            format!("{{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"{entry}\"}}");
        of(&statement).unwrap()[0].resource.as_ref().unwrap().entries[0].text().to_owned()
    }

    #[test]
    fn what_a_hole_cannot_undo_is_kept() {
        assert_eq!(resource("arn:aws:s3:::<Bucket>/*"), "arn:aws:s3:::*");
        assert_eq!(
            resource("arn:<AWS::Partition>:sqs:<AWS::Region>:1:q-<Queue>-x"),
            "arn:*:sqs:*:1:q-*"
        );
        assert_eq!(resource("arn:<Partition>:sqs:eu-west-1:1:q"), "*");
        assert_eq!(resource("arn:aws:s3:${a:b}:<Bucket>:x"), "*");
        assert_eq!(resource("<Arn>"), "*");
        assert_eq!(resource("arn:aws:s3:::$<Variable>"), "*");
        assert_eq!(resource("arn:aws:s3:::${aws:<Key>}"), "*");
    }

    #[test]
    fn entries_without_holes_stay_apart_from_those_with_one() {
        let statements = of(r#"{"Effect": "Allow", "Action": ["s3:Get*", "s3:<Put>"],
            "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::<B>", "arn:aws:s3:::<C>"]}"#);
        let statements = statements.unwrap();
        assert_eq!(statements.len(), 6);
        let free = |s: &Statement| s.condition.as_ref().map_or(0, |c| c.blocks.len());
        assert_eq!(statements.iter().map(free).collect::<Vec<_>>(), [0, 1, 1, 1, 2, 2]);
    }

    #[test]
    fn equal_parts_have_equal_keys() {
        let key = |block: &ConditionBlock| block.entries[0].key.value.clone();
        let keys = |text: &str| {
            let statement = of(text).unwrap().remove(0);
            statement.condition.unwrap().blocks.iter().map(key).collect::<Vec<_>>()
        };
        let of = |effect: &str, bucket: &str| {
            keys(&format!(
                r#"{{"Effect": "{effect}", "Action": "*", "Resource": "arn:aws:s3:::<{bucket}>"}}"#
            ))
        };
        assert_eq!(of("Allow", "B"), of("Deny", "B"));
        assert_ne!(of("Allow", "B"), of("Allow", "C"));
        assert_ne!(of("Allow", "Bb"), of("Allow", "BB"));
    }

    #[test]
    fn any_number_of_statements_matches_where_one_of_them_does() {
        let text = r#"{"Statement": [{"Effect": "Deny", "Action": "s3:<Verb>", "Resource": "*"},
            "<Others>", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
        let (tree, policy) = open(text);
        let refused = general(&tree, &policy, false, Principals::Free, &str::to_owned);
        assert_eq!(refused.map_err(|open| open.label).err().as_deref(), Some("${Others}"));
        let source = tree.source();
        let end = source.find("Others").unwrap() + "Others}\"".len();
        let all = TextRange::new(source.find("{\"Effect").unwrap() as u32, end as u32);
        let tree = tree.with_repeated(vec![all]);
        let made = general(&tree, &policy, false, Principals::Free, &str::to_owned).unwrap();
        let conditions = made.statements.iter().map(|s| s.condition.as_ref());
        let free: Vec<usize> = conditions.map(|c| c.map_or(0, |c| c.blocks.len())).collect();
        assert_eq!(free, [2, 0]);
    }

    #[test]
    fn what_leaves_the_statement_open_is_refused() {
        let label = |text: &str| of(text).map_err(|open| open.label).err();
        let said = label(r#"{"Effect": "<Effect>", "Action": "*", "Resource": "*"}"#);
        assert_eq!(said.as_deref(), Some("${Effect}"));
        assert!(label(r#"["<Statement>"]"#).is_some());
        assert!(
            label(r#"{"Effect": "Deny", "NotPrincipal": {"AWS": "<A>"}, "Action": "*"}"#).is_some()
        );
        let conditions = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"StringLike": {"aws:username": ["<U>", "x"], "aws:userid": "y"}}}"#;
        assert_eq!(label(conditions), None);
    }
}
