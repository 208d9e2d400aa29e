//! The document, its statements, and their elements.

use keyaki_syntax::NodeId;

use crate::{Arn, Condition, Pattern, PrincipalElement, glob};

/// A text with the node it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The decoded text.
    pub value: Box<str>,
    /// The string in the source.
    pub origin: NodeId,
}

/// A policy document.
///
/// Grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The document's object.
    pub origin: NodeId,
    /// The `Version` element.
    pub version: Option<VersionElement>,
    /// The `Id` element, which AWS ignores.
    pub id: Option<Text>,
    /// The value of the `Statement` element, whatever it is.
    pub statement_element: Option<NodeId>,
    /// The statements that are objects, in order.
    pub statements: Vec<Statement>,
    /// What did not fit the grammar, in order of position within each element.
    pub defects: Vec<Defect>,
    /// Labels of what is not known before deployment, each once. What a policy with holes means
    /// depends on what fills them.
    pub holes: Vec<Box<str>>,
}

impl Policy {
    /// The version whose rules apply. Without `Version` that is [`Version::V2008`];
    /// an unknown version is read by the newest rules.
    pub fn effective_version(&self) -> Version {
        match &self.version {
            None => Version::V2008,
            Some(element) => element.version.unwrap_or(Version::V2012),
        }
    }

    /// The same policy with these statements alone.
    pub fn with_statements(&self, statements: Vec<Statement>) -> Policy {
        Policy {
            origin: self.origin,
            version: self.version.clone(),
            id: None,
            statement_element: self.statement_element,
            statements,
            defects: Vec::new(),
            holes: self.holes.clone(),
        }
    }
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`: no policy variables.
    V2008,
    /// `2012-10-17`: the current language.
    V2012,
}

impl Version {
    /// The date that names the version.
    #[inline]
    pub fn name(self) -> &'static str {
        match self {
            Version::V2008 => "2008-10-17",
            Version::V2012 => "2012-10-17",
        }
    }
}

/// `Version` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionElement {
    /// The value node.
    pub origin: NodeId,
    /// The text; empty where it is no string.
    pub text: Box<str>,
    /// The version, if there is one of that name.
    pub version: Option<Version>,
}

/// What a matching statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Refuses, and overrides every grant.
    Deny,
}

impl Effect {
    /// The spelling of the policy language.
    #[inline]
    pub fn name(self) -> &'static str {
        match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        }
    }
}

/// `Effect` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectElement {
    /// The value node.
    pub origin: NodeId,
    /// The text; empty where it is no string.
    pub text: Box<str>,
    /// The effect, if the text names one exactly.
    pub effect: Option<Effect>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Position among all entries of the `Statement` list, from 0.
    pub index: usize,
    /// The statement's object.
    pub origin: NodeId,
    /// `Sid`.
    pub sid: Option<Text>,
    /// `Effect`.
    pub effect: Option<EffectElement>,
    /// `Principal`.
    pub principal: Option<PrincipalElement>,
    /// `NotPrincipal`.
    pub not_principal: Option<PrincipalElement>,
    /// `Action`.
    pub action: Option<Element<ActionPattern>>,
    /// `NotAction`.
    pub not_action: Option<Element<ActionPattern>>,
    /// `Resource`.
    pub resource: Option<Element<ResourcePattern>>,
    /// `NotResource`.
    pub not_resource: Option<Element<ResourcePattern>>,
    /// `Condition`.
    pub condition: Option<Condition>,
}

impl Statement {
    /// The effect, if it is a valid one.
    pub fn effect(&self) -> Option<Effect> {
        self.effect.as_ref()?.effect
    }

    /// `Action` and `NotAction`, those that are there.
    #[inline]
    pub fn action_elements(&self) -> impl Iterator<Item = &Element<ActionPattern>> {
        self.action.iter().chain(&self.not_action)
    }

    /// `Resource` and `NotResource`, those that are there.
    #[inline]
    pub fn resource_elements(&self) -> impl Iterator<Item = &Element<ResourcePattern>> {
        self.resource.iter().chain(&self.not_resource)
    }

    /// `Principal` and `NotPrincipal`, those that are there.
    #[inline]
    pub fn principal_elements(&self) -> impl Iterator<Item = &PrincipalElement> {
        self.principal.iter().chain(&self.not_principal)
    }

    /// All condition keys with their operators and values.
    pub fn condition_entries(
        &self,
    ) -> impl Iterator<Item = (&crate::ConditionBlock, &crate::ConditionEntry)> {
        let blocks = self.condition.iter().flat_map(|c| &c.blocks);
        blocks.flat_map(|block| block.entries.iter().map(move |entry| (block, entry)))
    }
}

/// Whether an element was written as one value or as a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One value.
    Single,
    /// A list, possibly empty.
    List,
    /// Something that the element does not take; it has no entries.
    Wrong,
}

/// A list-valued element in its positive or its `Not…` form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<T> {
    /// Is it the `Not…` form?
    pub negated: bool,
    /// The node of the element's name.
    pub name: NodeId,
    /// The node of the element's value.
    pub origin: NodeId,
    /// One value or a list.
    pub shape: Shape,
    /// The entries that are strings.
    pub entries: Vec<T>,
}

impl<T> Element<T> {
    /// Whether it was written as `[]`.
    pub fn is_empty_list(&self) -> bool {
        self.shape == Shape::List && self.entries.is_empty()
    }
}

/// An entry of `Action` or `NotAction`: `*`, or `service:name` with wildcards.
/// Letter case does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPattern {
    /// The text as written.
    pub text: Box<str>,
    /// The string in the source.
    pub origin: NodeId,
    /// Where its first colon is, or its end.
    colon: u32,
    /// Where its first wildcard is, or its end.
    wildcard: u32,
}

impl ActionPattern {
    /// Reads an entry.
    pub fn new(text: impl Into<Box<str>>, origin: NodeId) -> ActionPattern {
        let text = text.into();
        let colon = text.bytes().position(|b| b == b':').unwrap_or(text.len()) as u32;
        let wildcard = glob::literal_head(&text).len() as u32;
        ActionPattern { text, origin, colon, wildcard }
    }

    /// Whether it is the lone `*`.
    #[inline]
    pub fn is_star(&self) -> bool {
        &*self.text == "*"
    }

    /// The parts before and after the first colon; none without a colon.
    #[inline]
    pub fn split(&self) -> Option<(&str, &str)> {
        let colon = self.colon as usize;
        Some((self.text.get(..colon)?, self.text.get(colon + 1..)?))
    }

    /// The part before the first colon; none without a colon.
    #[inline]
    pub fn service(&self) -> Option<&str> {
        self.split().map(|(service, _)| service)
    }

    /// The part after the first colon; none without a colon.
    #[inline]
    pub fn name(&self) -> Option<&str> {
        self.split().map(|(_, name)| name)
    }

    /// Whether it holds `*` or `?`.
    #[inline]
    pub fn has_wildcard(&self) -> bool {
        (self.wildcard as usize) < self.text.len()
    }
}

/// An entry of `Resource` or `NotResource`: `*`, or an ARN with wildcards and variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePattern {
    /// The text with its variables.
    pub pattern: Pattern,
    /// The ARN's segments; none where the text is no ARN of six segments.
    pub arn: Option<Arn>,
    /// The string in the source.
    pub origin: NodeId,
}

impl ResourcePattern {
    /// The text as written.
    #[inline]
    pub fn text(&self) -> &str {
        self.pattern.text()
    }

    /// Whether it is in short, as in the policy of an API: AWS completes it with the API's ARN.
    #[inline]
    pub fn is_in_short(&self) -> bool {
        self.text().starts_with("execute-api:/")
    }

    /// Whether it is the lone `*`.
    #[inline]
    pub fn is_star(&self) -> bool {
        self.text() == "*"
    }
}

/// Something that does not fit the grammar of policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// What.
    pub kind: DefectKind,
    /// Where: the name of an unknown element, else the value that does not fit.
    pub origin: NodeId,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefectKind {
    /// The document is not an object.
    NotAnObject,
    /// An element that the language does not have.
    UnknownElement {
        /// The element that was probably meant.
        meant: Option<&'static str>,
        /// Whether it stands in a statement rather than in the document.
        in_statement: bool,
    },
    /// A value of a JSON type that the element does not take.
    WrongType {
        /// The element, such as `Action`, or `Condition key`.
        element: &'static str,
        /// What it takes, as a phrase: "a string or a list of strings".
        expected: &'static str,
    },
}
