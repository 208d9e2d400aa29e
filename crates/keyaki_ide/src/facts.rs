//! What is known of a name, as Markdown: the text of hovers and of completions.

mod action;
mod arn;
mod element;
mod key;
mod managed;
mod operator;
mod service;

use std::fmt;

use keyaki_catalog::Catalog;

pub(crate) use action::{action, by_level, expansion, members};
pub(crate) use arn::arn;
pub(crate) use element::element;
pub(crate) use key::{key, key_type};
pub(crate) use keyaki_lint::granted::{actions, allowed};
pub(crate) use managed::managed_policy;
pub(crate) use operator::operator;
pub(crate) use service::service;

/// Something to tell facts about.
///
/// It is written as one line of text and read back, so that an editor can hold on to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// An action, by its full name.
    Action(String),
    /// A pattern of actions.
    Actions(String),
    /// A condition key.
    Key(String),
    /// A condition operator.
    Operator(String),
    /// An element of the policy language.
    Element(String),
    /// A service, by its prefix.
    Service(String),
    /// A managed policy, by its name or ARN.
    ManagedPolicy(String),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self {
            Topic::Action(name) => ("action", name),
            Topic::Actions(name) => ("actions", name),
            Topic::Key(name) => ("key", name),
            Topic::Operator(name) => ("operator", name),
            Topic::Element(name) => ("element", name),
            Topic::Service(name) => ("service", name),
            Topic::ManagedPolicy(name) => ("managed-policy", name),
        };
        write!(f, "{kind} {name}")
    }
}

impl Topic {
    /// Reads what was written; none where it names no topic.
    pub fn parse(text: &str) -> Option<Topic> {
        let (kind, name) = text.split_once(' ')?;
        let name = name.to_owned();
        match kind {
            "action" => Some(Topic::Action(name)),
            "actions" => Some(Topic::Actions(name)),
            "key" => Some(Topic::Key(name)),
            "operator" => Some(Topic::Operator(name)),
            "element" => Some(Topic::Element(name)),
            "service" => Some(Topic::Service(name)),
            "managed-policy" => Some(Topic::ManagedPolicy(name)),
            _ => None,
        }
    }
}

/// What is known about a topic, as Markdown; none where nothing is.
pub fn documentation(catalog: &Catalog, topic: &Topic) -> Option<String> {
    match topic {
        Topic::Action(name) => catalog.action(name).map(action),
        Topic::Actions(pattern) => Some(expansion(catalog, pattern)),
        Topic::Key(name) => key(catalog, name),
        Topic::Operator(name) => keyaki_ir::Operator::parse(name).map(operator),
        Topic::Element(name) => element(name).map(|text| format!("**{name}**\n\n{text}")),
        Topic::Service(prefix) => catalog.service(prefix).map(service),
        Topic::ManagedPolicy(name) => {
            catalog.managed_policy(name).map(|p| managed_policy(catalog, p))
        }
    }
}

/// Names in code marks, at most so many, then how many more there are.
pub(crate) fn names<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let shown: Vec<_> = names.iter().take(most).map(|n| format!("`{}`", n.as_ref())).collect();
    let rest = match names.len().saturating_sub(most) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &rest
}

/// A number and its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// A number with commas between its thousands.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read_as_they_are_written() {
        let topic = Topic::Key("aws:ResourceTag/a b".to_owned());
        assert_eq!(Topic::parse(&topic.to_string()), Some(topic));
        assert_eq!(Topic::parse("nothing"), None);
    }

    #[test]
    fn long_numbers_have_commas() {
        assert_eq!([1, 999, 1000, 1_234_567].map(thousands), ["1", "999", "1,000", "1,234,567"]);
    }
}
