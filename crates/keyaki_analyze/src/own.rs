//! What the callers' own policies say, where only the policy of a resource is asked about.
//!
//! Within one account a resource policy that names the account leaves it to the caller's identity
//! policies, one that names a user, role or session grants by itself, and a grant to a role is
//! limited by boundaries and session policies where one to a session is not. So two policies
//! that say yes to the same requests may still grant different things.
//! Source: the table of
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.

use keyaki_eval::{Caller, Forms, Layer};

use crate::ask::both;
use crate::{Answer, Asker, Question, Subject, ask};

/// What the callers' own policies say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnPolicies {
    /// They allow everything: whoever is named is granted what the policy says.
    #[default]
    Everything,
    /// There are none.
    Nothing,
    /// There are none, and a boundary or a session policy allows nothing.
    Bounded,
}

impl OwnPolicies {
    /// All that they can say.
    pub const ALL: [OwnPolicies; 3] = [Self::Everything, Self::Nothing, Self::Bounded];

    /// What they can say where it matters: where only policies of resources are asked about.
    pub(crate) fn bearing_on(subjects: &[&Subject]) -> &'static [OwnPolicies] {
        match subjects.iter().any(|s| s.layer == Some(Layer::Resource)) {
            true => &Self::ALL,
            false => &Self::ALL[..1],
        }
    }

    /// What is so then, in words; nothing where they do not limit anything.
    pub(crate) fn words(self) -> Option<&'static str> {
        match self {
            Self::Everything => None,
            Self::Nothing => Some("the caller's own policies do not allow it"),
            Self::Bounded => Some("the caller's boundary or session policies do not allow it"),
        }
    }

    /// The ways of naming a caller that grant beside such policies.
    pub(crate) fn ways(self, caller: &Caller) -> Forms {
        match (self, caller) {
            (Self::Everything, _) | (_, Caller::Root { .. }) => Forms::ALL,
            (Self::Nothing, _) => Forms::DIRECT,
            (Self::Bounded, _) => Forms::UNLIMITED,
        }
    }
}

/// As [`ask`], about requests of callers whose own policies say whatever they may: it is proved
/// where it holds beside each of them.
pub fn ask_beside_any(question: &Question<'_>, asker: &Asker<'_>) -> Answer {
    let subjects: Vec<&Subject> = question.subjects().into_iter().flatten().collect();
    beside_any(&subjects, asker, |asker| ask(question, asker))
}

/// An answer that must hold beside all that the callers' own policies can say.
pub(crate) fn beside_any(
    subjects: &[&Subject],
    asker: &Asker<'_>,
    answer: impl Fn(&Asker<'_>) -> Answer,
) -> Answer {
    let beside = |own: &OwnPolicies| answer(&Asker { own: *own, ..*asker });
    let (first, rest) = (beside(&OwnPolicies::Everything), &OwnPolicies::bearing_on(subjects)[1..]);
    rest.iter().fold(first, |answer, own| both(answer, || beside(own)))
}
