//! The whole story of a decision: every layer and statement, also when another decided already.

use keyaki_ir::{Effect, Statement};

use crate::clause::{Atom, Fact};
use crate::decision;
use crate::evaluate::{Evaluator, Mismatch};
use crate::forms::Forms;
use crate::policies::{Layer, StatementRef};
use crate::topology::CallerKind;
use crate::{Request, principal};

/// What one layer says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerTrace {
    /// The layer.
    pub layer: Layer,
    /// Whether the layer has a say in the decision: an SCP has none over service-linked roles, an
    /// RCP none over services that do not support it.
    pub applies: bool,
    /// What its statements come to, taken by themselves.
    pub says: Says,
    /// Its statements.
    pub statements: Vec<StatementTrace>,
}

/// What a layer says, taken by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Says {
    /// Some statement denies.
    Deny,
    /// Some statement allows and none denies.
    Allow,
    /// No statement matches.
    Nothing,
}

impl Says {
    /// The name that the outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Says::Deny => "deny",
            Says::Allow => "allow",
            Says::Nothing => "nothing",
        }
    }
}

/// What one statement says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementTrace {
    /// Which statement.
    pub at: StatementRef,
    /// Its effect; none if that is no valid one, and then it never matches.
    pub effect: Option<Effect>,
    /// The first element that does not match; none if all do.
    pub mismatch: Option<Mismatch>,
    /// The ways in which it names the caller; of a resource policy only.
    pub naming: Option<Forms>,
}

impl Evaluator<'_> {
    /// Asks every statement of every layer.
    pub fn trace(&self, request: &Request) -> Vec<LayerTrace> {
        let layers = self.policies().layers();
        layers.into_iter().map(|layer| self.trace_layer(layer, request)).collect()
    }

    fn trace_layer(&self, layer: Layer, request: &Request) -> LayerTrace {
        let (policies, caller) = (self.policies(), CallerKind::of(&request.caller));
        let via = |s: &Statement| decision::asked(s, layer, caller, policies, Forms::ALL);
        let statements: Vec<StatementTrace> = (policies.statements(layer))
            .map(|(at, statement)| StatementTrace {
                at,
                effect: statement.effect(),
                mismatch: self.matches(at, via(statement), request).err(),
                naming: (layer == Layer::Resource)
                    .then(|| principal::naming(statement, &request.caller, self.profile())),
            })
            .collect();
        let some =
            |effect| statements.iter().any(|s| s.effect == Some(effect) && s.mismatch.is_none());
        let says = match (some(Effect::Deny), some(Effect::Allow)) {
            (true, _) => Says::Deny,
            (false, true) => Says::Allow,
            (false, false) => Says::Nothing,
        };
        let reaches = match layer {
            Layer::Rcp(_) => self.holds(Atom::Fact(Fact::CoveredByRcp), request),
            Layer::Scp(_)
            | Layer::Endpoint
            | Layer::Resource
            | Layer::Identity
            | Layer::Boundary
            | Layer::Session => true,
        };
        let applies = reaches && decision::applies(layer, caller);
        LayerTrace { layer, applies, says, statements }
    }
}
