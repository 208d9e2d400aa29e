//! What a rule is.

use keyaki_catalog::Service;
use keyaki_diag::RuleMeta;
use keyaki_ir::{
    ActionPattern, ConditionBlock, ConditionEntry, Defect, PolicyKind, PrincipalEntry,
    PrincipalGroup, ResourcePattern, Statement,
};
use keyaki_syntax::SyntaxError;

use crate::arn_form::ArnPattern;
use crate::context::Context;
use crate::setting::Setting;

/// A rule: its metadata, the kinds of policy that it is about, and its check.
#[derive(Debug)]
pub struct Rule {
    /// What everybody sees of it.
    pub meta: RuleMeta,
    /// The kinds of policy that it is about.
    pub kinds: Kinds,
    /// What `keyaki.toml` can set of it.
    pub settings: &'static [Setting],
    pub(crate) check: Check,
}

impl Rule {
    /// Whether it asks the engine what policies mean.
    pub fn asks(&self) -> bool {
        matches!(self.check, Check::Proof(_))
    }
}

/// A set of policy kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// Every kind.
    pub const ANY: Kinds = Kinds::of(&PolicyKind::ALL);
    /// Policies attached to principals: identity, boundary and session policies.
    pub const IDENTITY: Kinds =
        Kinds::of(&[PolicyKind::Identity, PolicyKind::Boundary, PolicyKind::Session]);
    /// Policies attached to resources and to VPC endpoints, without trust policies.
    pub const RESOURCE: Kinds = Kinds::of(&[PolicyKind::Resource, PolicyKind::VpcEndpoint]);
    /// Role trust policies.
    pub const TRUST: Kinds = Kinds::of(&[PolicyKind::Trust]);
    /// Service control policies.
    pub const SCP: Kinds = Kinds::of(&[PolicyKind::Scp]);
    /// Resource control policies.
    pub const RCP: Kinds = Kinds::of(&[PolicyKind::Rcp]);

    /// The set of these kinds.
    pub const fn of(kinds: &[PolicyKind]) -> Kinds {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << kinds[i] as u16;
            i += 1;
        }
        Kinds(bits)
    }

    /// Both sets together.
    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Whether a kind is in the set.
    pub const fn contains(self, kind: PolicyKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// The kinds of the set, in their order.
    pub fn iter(self) -> impl Iterator<Item = PolicyKind> {
        PolicyKind::ALL.into_iter().filter(move |&kind| self.contains(kind))
    }
}

/// An entry of `Action` or `NotAction` with what it stands in.
#[derive(Clone, Copy)]
pub(crate) struct ActionSite<'p> {
    pub(crate) statement: &'p Statement,
    pub(crate) entry: &'p ActionPattern,
    /// The service that it names; none where there is no such service.
    pub(crate) service: Option<Service<'p>>,
}

/// An entry of `Resource` or `NotResource`.
#[derive(Clone, Copy)]
pub(crate) struct ResourceSite<'p> {
    pub(crate) entry: &'p ResourcePattern,
    /// The entry read as an ARN; none where it is none, or holds a placeholder.
    pub(crate) arn: Option<&'p ArnPattern<'p>>,
}

/// An entry of `Principal` or `NotPrincipal` with the group that it stands in.
#[derive(Clone, Copy)]
pub(crate) struct PrincipalSite<'p> {
    pub(crate) group: &'p PrincipalGroup,
    pub(crate) entry: &'p PrincipalEntry,
}

/// A condition key with what it stands in.
#[derive(Clone, Copy)]
pub(crate) struct ConditionSite<'p> {
    pub(crate) statement: &'p Statement,
    pub(crate) block: &'p ConditionBlock,
    pub(crate) entry: &'p ConditionEntry,
}

/// What a rule looks at. The runner walks the policy once and calls each check where it belongs.
#[derive(Debug)]
pub(crate) enum Check {
    /// Once for each fault of the text.
    Syntax(fn(&mut Context<'_>, &SyntaxError)),
    /// Once for each thing that does not fit the grammar of policies.
    Defect(fn(&mut Context<'_>, &Defect)),
    /// Once.
    Document(fn(&mut Context<'_>)),
    /// Once, where proofs are wanted; the check asks the engine what the policy means.
    Proof(fn(&mut Context<'_>)),
    /// Once for each statement.
    Statement(fn(&mut Context<'_>, &Statement)),
    /// Once for each entry of `Action` and `NotAction`.
    Action(fn(&mut Context<'_>, ActionSite<'_>)),
    /// Once for each entry of `Resource` and `NotResource`.
    Resource(fn(&mut Context<'_>, ResourceSite<'_>)),
    /// Once for each entry of `Principal` and `NotPrincipal`; the lone `"*"` is none.
    Principal(fn(&mut Context<'_>, PrincipalSite<'_>)),
    /// Once for each condition key under each operator.
    Condition(fn(&mut Context<'_>, ConditionSite<'_>)),
}

/// Declares the rule of a file: doc comment, metadata, check.
///
/// The doc comment is the rule's page. Its first paragraph is the summary;
/// `## Avoid` and `## Prefer` hold JSON examples that are tests:
/// a comment line of carets marks what the rule must report in the line above it.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])+
        name: $name:literal,
        $(aws: $aws:literal,)?
        level: $level:ident,
        $(confidence: $confidence:ident,)?
        $(persona: $persona:ident,)?
        kinds: $kinds:expr,
        $(options: [$($takes:ident $option:literal: $about:literal),* $(,)?],)?
        $(replaces: [$($replaces:literal),* $(,)?],)?
        check: $hook:ident($check:path),
    ) => {
        $(#[doc = $doc])+
        pub(crate) static RULE: $crate::rule::Rule = $crate::rule::Rule {
            meta: keyaki_diag::RuleMeta {
                name: $name,
                aws_code: $crate::rule::optional!($($aws)?),
                replaces: &[$($($replaces),*)?],
                level: keyaki_diag::Level::$level,
                confidence: $crate::rule::or_high!($($confidence)?),
                persona: $crate::rule::or_regular!($($persona)?),
                docs: concat!($($doc, "\n"),+),
            },
            kinds: {
                use $crate::rule::Kinds;
                $kinds
            },
            settings: &[$($(
                $crate::Setting {
                    name: $option,
                    takes: $crate::Takes::$takes,
                    about: $about,
                }
            ),*)?],
            check: $crate::rule::Check::$hook($check),
        };
    };
}

macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

macro_rules! or_high {
    () => {
        keyaki_diag::Confidence::High
    };
    ($value:ident) => {
        keyaki_diag::Confidence::$value
    };
}

macro_rules! or_regular {
    () => {
        keyaki_diag::Persona::Regular
    };
    ($value:ident) => {
        keyaki_diag::Persona::$value
    };
}

pub(crate) use {optional, or_high, or_regular, rule};
