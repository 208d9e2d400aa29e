//! What can be asked.

use keyaki_eval::{Document, Layer, Policies, StatementRef};
use keyaki_ir::ResourceType;

use crate::{Answer, Part};

/// Policies whose access is asked about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The policies.
    pub policies: Policies,
    /// The one layer that is there, where there is only one: then the question is about what its
    /// documents say, and not about what else a request needs.
    pub layer: Option<Layer>,
}

impl Subject {
    /// Documents that are attached to an identity: what they grant together.
    pub fn identity(documents: Vec<Document>) -> Subject {
        let policies = Policies { identity: documents, ..Policies::default() };
        Subject { policies, layer: Some(Layer::Identity) }
    }

    /// The policy of a resource.
    pub fn resource(document: Document) -> Subject {
        let policies = Policies { resource: Some(document), ..Policies::default() };
        Subject { policies, layer: Some(Layer::Resource) }
    }
}

/// Access that is asked about: any of the actions on any of the resources.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Action patterns; none stands for all.
    pub actions: Vec<String>,
    /// Resource patterns; none stands for all.
    pub resources: Vec<String>,
}

/// A question.
#[derive(Clone, Debug)]
pub enum Question<'q> {
    /// Does `new` allow nothing that `old` does not?
    NoNewAccess {
        /// What is there.
        old: &'q Subject,
        /// What is to replace it.
        new: &'q Subject,
    },
    /// Do both allow the same requests?
    Equivalent {
        /// One.
        one: &'q Subject,
        /// The other.
        other: &'q Subject,
    },
    /// Is there no request that both allow?
    Disjoint {
        /// One.
        one: &'q Subject,
        /// The other.
        other: &'q Subject,
    },
    /// Is none of this access granted?
    AccessNotGranted {
        /// The policies.
        subject: &'q Subject,
        /// The access.
        access: &'q [Access],
    },
    /// Is nothing granted to the public?
    NoPublicAccess {
        /// The policies: that of the resource, and resource control policies.
        subject: &'q Subject,
        /// What the policy is attached to.
        resource_type: ResourceType,
    },
    /// Is every request refused?
    AlwaysDenied {
        /// The policies.
        subject: &'q Subject,
    },
    /// Does nothing get past a condition for want of its key: no request without the key that an
    /// `Allow` allows, and none that a `Deny` would refuse were it not for the condition?
    FailsClosed {
        /// The policies.
        subject: &'q Subject,
        /// The condition.
        part: Part,
    },
    /// Does it change no decision to take a part away?
    Dead {
        /// The policies.
        subject: &'q Subject,
        /// The statement, a value of it, or a condition.
        part: Part,
    },
    /// Does a statement let in nobody whom the policy does not name and who chooses the keys of
    /// the request that a caller can choose?
    NotSpoofable {
        /// The policies, with that of a resource.
        subject: &'q Subject,
        /// An `Allow` statement of the resource's policy.
        at: StatementRef,
    },
}

impl Question<'_> {
    /// The same question about other policies, in the order in which this one names its own; none
    /// of a question about a part of the policies.
    pub(crate) fn about<'o>(&'o self, subjects: &[&'o Subject]) -> Option<Question<'o>> {
        match (self, subjects) {
            (Question::NoNewAccess { .. }, [old, new]) => Some(Question::NoNewAccess { old, new }),
            (Question::Equivalent { .. }, [one, other]) => {
                Some(Question::Equivalent { one, other })
            }
            (Question::Disjoint { .. }, [one, other]) => Some(Question::Disjoint { one, other }),
            (Question::AccessNotGranted { access, .. }, [subject]) => {
                Some(Question::AccessNotGranted { subject, access })
            }
            (Question::NoPublicAccess { resource_type, .. }, [subject]) => {
                let resource_type = *resource_type;
                Some(Question::NoPublicAccess { subject, resource_type })
            }
            (Question::AlwaysDenied { .. }, [subject]) => Some(Question::AlwaysDenied { subject }),
            _ => None,
        }
    }

    /// The policies that it is about.
    pub(crate) fn subjects(&self) -> [Option<&Subject>; 2] {
        match self {
            Question::NoNewAccess { old, new } => [Some(old), Some(new)],
            Question::Equivalent { one, other } | Question::Disjoint { one, other } => {
                [Some(one), Some(other)]
            }
            Question::AccessNotGranted { subject, .. }
            | Question::NoPublicAccess { subject, .. }
            | Question::AlwaysDenied { subject }
            | Question::FailsClosed { subject, .. }
            | Question::Dead { subject, .. }
            | Question::NotSpoofable { subject, .. } => [Some(subject), None],
        }
    }

    /// The label of a hole in the policies: what it stands for is not known before deployment.
    pub(crate) fn hole(&self) -> Option<&str> {
        let policies = self.subjects().into_iter().flatten().map(|subject| &subject.policies);
        let documents =
            policies.flat_map(|p| p.layers().into_iter().flat_map(|layer| p.documents(layer)));
        documents.flat_map(|document| &document.policy.holes).map(|label| &**label).next()
    }

    /// What an answer means, in a sentence.
    pub fn meaning(&self, answer: &Answer) -> &'static str {
        let [none, some] = self.meanings();
        match answer {
            Answer::Proved { .. } => none,
            Answer::Refuted(_) => some,
            Answer::Undecided(_) => "neither a proof nor a request was found",
        }
    }

    /// What a request that is found means, in a sentence.
    pub fn found(&self) -> &'static str {
        self.meanings()[1]
    }

    /// What it means that there is no such request, and that there is one.
    fn meanings(&self) -> [&'static str; 2] {
        match self {
            Question::NoNewAccess { .. } => [
                "the new policies allow nothing that the old ones do not",
                "the new policies allow a request that the old ones do not",
            ],
            Question::Equivalent { .. } => [
                "both policies allow the same requests",
                "one policy allows a request that the other does not",
            ],
            Question::Disjoint { .. } => {
                ["no request is allowed by both policies", "a request is allowed by both policies"]
            }
            Question::AccessNotGranted { .. } => {
                ["none of that access is granted", "a request for that access is allowed"]
            }
            Question::NoPublicAccess { .. } => {
                ["nothing is granted to the public", "the public is allowed a request"]
            }
            Question::AlwaysDenied { .. } => ["every request is refused", "a request is allowed"],
            Question::FailsClosed { .. } => {
                ["without the key nothing gets through", "a request without the key gets through"]
            }
            Question::Dead { .. } => {
                ["this makes no difference", "there is a request to which this makes a difference"]
            }
            Question::NotSpoofable { .. } => {
                ["this lets no outsider in", "this lets in outsiders who send what it asks for"]
            }
        }
    }
}
