//! The IAM policy language as types.
//!
//! [`lower`] turns a syntax tree into a [`Policy`]. It is total: whatever the tree holds, there is
//! a policy, and what did not fit the grammar stands beside it as [`Defect`]s. Every value keeps
//! its origin, a [`keyaki_syntax::NodeId`], so that later layers can point at the character.
//!
//! The enums are closed on purpose: a new operator, principal form or policy kind must fail to
//! compile until every layer handles it.

pub mod arn;
pub mod date;
pub mod glob;
pub mod hole;
pub mod ip;
pub mod near;
pub mod number;
pub mod percent;

mod condition;
mod kind;
mod lower;
mod operator;
mod pattern;
mod policy;
mod principal;

pub use arn::Arn;
pub use condition::{Condition, ConditionBlock, ConditionEntry, ConditionValue, OperatorElement};
pub use kind::{Detected, PolicyKind, ResourceType, detect};
pub use lower::{lower, lower_value};
pub use operator::{BaseOperator, Comparison, Family, Operator, Order, SetOperator};
pub use pattern::{Part, Pattern, Variable, VariableDefect};
pub use policy::{
    ActionPattern, Defect, DefectKind, Effect, EffectElement, Element, Policy, ResourcePattern,
    Shape, Statement, Text, Version, VersionElement,
};
pub use principal::{
    Principal, PrincipalElement, PrincipalEntry, PrincipalForm, PrincipalGroup, PrincipalKey,
};
