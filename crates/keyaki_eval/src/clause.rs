//! What a decision consists of.

use crate::Formula;
use crate::forms::Forms;
use crate::policies::{Layer, StatementRef};

/// What a formula asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// Whether a statement matches the request, naming the caller in one of these ways.
    Statement {
        /// Which statement.
        at: StatementRef,
        /// The ways that count.
        via: Forms,
    },
    /// Something about the request that no policy says.
    Fact(Fact),
}

/// Something about the request that no policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The action is `sts:GetCallerIdentity`, which needs no permission.
    NeedsNoPermission,
    /// The action is `sts:AssumeRole`, which root users may not call.
    AssumesRole,
    /// The action is of a service that RCPs cover, and not one that they do not reach.
    CoveredByRcp,
    /// The target is AWS's own: a managed policy, a reserved role, a reserved alias.
    AwsOwned,
    /// A grant on the KMS key allows the request.
    Grant(usize),
    /// The target is a role, and the action one that its trust policy decides.
    TargetsRole,
    /// The target is a KMS key, whose key policy decides.
    TargetsKey,
}

/// Why a request is refused or allowed: a formula with the layer that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What it is about.
    pub reason: Reason,
    /// When it holds.
    pub formula: Formula<Atom>,
}

/// What a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A layer of policies.
    Layer(Layer),
    /// S3 Block Public Access.
    BlockPublicAccess,
    /// AWS protects what is its own.
    AwsOwned,
    /// A rule of AWS's about root users.
    RootUser,
    /// No policy grants it.
    NoGrant,
}

impl Reason {
    /// The name in messages and outputs.
    pub fn name(self) -> String {
        match self {
            Reason::Layer(layer) => layer.name(),
            Reason::BlockPublicAccess => "block-public-access".to_owned(),
            Reason::AwsOwned => "aws-owned".to_owned(),
            Reason::RootUser => "root-user".to_owned(),
            Reason::NoGrant => "no-grant".to_owned(),
        }
    }
}

/// The decision as formulas: allowed if it needs no permission, or if nothing denies,
/// every cap holds, and something grants.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Holds for requests that are allowed whatever the policies say.
    pub exempt: Formula<Atom>,
    /// Explicit denies, in the order in which AWS reports them; any one refuses.
    pub denies: Vec<Clause>,
    /// What must hold whatever grants: SCPs, the endpoint, Block Public Access.
    pub caps: Vec<Clause>,
    /// What grants: each with the caps that apply to it.
    pub grants: Vec<Formula<Atom>>,
    /// For a request that nothing grants: the layers without whose silence something would,
    /// each with when that is so.
    pub silences: Vec<Clause>,
}

impl Decision {
    /// The whole decision as one formula.
    pub fn formula(&self) -> Formula<Atom> {
        let denied = Formula::or(self.denies.iter().map(|c| c.formula.clone()));
        let capped = Formula::and(self.caps.iter().map(|c| c.formula.clone()));
        let granted = Formula::or(self.grants.iter().cloned());
        let decided = Formula::and([Formula::not(denied), capped, granted]);
        Formula::or([self.exempt.clone(), decided])
    }
}
