//! Findings, as plain data.

use std::sync::Arc;

use keyaki_account::Stored;
use keyaki_eval::Request;

/// What an analysis found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What kind of finding.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// The account that it is in, where that is known.
    pub account: Option<String>,
    /// The ARN of the resource or the principal that it is about.
    pub resource: String,
    /// What that is: `s3-bucket`, `role`.
    pub resource_kind: &'static str,
    /// Who has access, as the policy names it; none where it is not about somebody else.
    pub principal: Option<String>,
    /// The actions, as policies name them.
    pub actions: Vec<String>,
    /// Under which conditions, in words.
    pub conditions: Vec<String>,
    /// What was found, in a sentence.
    pub sentence: String,
    /// A request that shows it; of several in order, the first.
    pub request: Option<ShownRequest>,
    /// All requests in order, where it takes several.
    pub steps: Vec<Step>,
    /// The statements that make it so.
    pub statements: Vec<Shown>,
    /// What can be done.
    pub remedy: String,
}

/// One of several requests, in order.
#[derive(Clone, Debug)]
pub struct Step {
    /// The name of the way to more permissions that it belongs to.
    pub way: &'static str,
    /// Other names of ways that lead to the same.
    pub also: Vec<&'static str>,
    /// Who has done this holds the permissions of this, in words; empty but for the last request
    /// of a way.
    pub gains: String,
    /// The request.
    pub request: ShownRequest,
    /// The statements that allow it.
    pub statements: Vec<Shown>,
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Everybody has access.
    Public,
    /// Somebody outside of the zone of trust has access.
    External,
    /// A user or role can do everything, or everything in IAM.
    Admin,
    /// A user or role can become an administrator, or get at what was asked about, by steps.
    Escalation,
    /// Somebody inside of the zone of trust has access to what was asked about.
    Internal,
    /// A service can be made by anybody to act on a resource.
    ConfusedDeputy,
    /// An account outside of the zone of trust can assume a role without an external id.
    ThirdParty,
    /// An identity provider lets in subjects whom the trust policy does not name.
    Federation,
    /// A root user has access keys.
    RootKey,
    /// A root user was used.
    RootUse,
    /// Somebody signs in with a password alone.
    NoSecondFactor,
    /// A role that nobody used.
    UnusedRole,
    /// A user whose credentials nobody used.
    UnusedUser,
    /// A password that nobody used.
    UnusedPassword,
    /// An access key that nobody used.
    UnusedAccessKey,
    /// Services that a user or role may use and does not.
    UnusedService,
    /// Actions that a user or role may take and did not, as events tell.
    UnusedAction,
}

impl FindingKind {
    /// The name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::Public => "public",
            FindingKind::External => "external",
            FindingKind::Admin => "admin",
            FindingKind::Escalation => "escalation",
            FindingKind::Internal => "internal",
            FindingKind::ConfusedDeputy => "confused-deputy",
            FindingKind::ThirdParty => "third-party",
            FindingKind::Federation => "federation",
            FindingKind::RootKey => "root-key",
            FindingKind::RootUse => "root-use",
            FindingKind::NoSecondFactor => "no-second-factor",
            FindingKind::UnusedRole => "unused-role",
            FindingKind::UnusedUser => "unused-user",
            FindingKind::UnusedPassword => "unused-password",
            FindingKind::UnusedAccessKey => "unused-access-key",
            FindingKind::UnusedService => "unused-service",
            FindingKind::UnusedAction => "unused-action",
        }
    }
}

/// How much a finding matters, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "plain words")]
pub enum Severity {
    High,
    Medium,
    Low,
}

impl Severity {
    /// The name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }
}

/// A request that the evaluator allows.
#[derive(Clone, Debug)]
pub struct ShownRequest {
    /// The request, with its keys.
    pub request: Request,
    /// Keys that must be absent.
    pub absent: Vec<String>,
    /// What each layer says to it.
    pub layers: Vec<LayerSays>,
    /// The command line that decides it again, word by word.
    pub replay: Vec<String>,
    /// What the reader should know about it.
    pub notes: Vec<String>,
}

/// What a layer says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSays {
    /// The layer.
    pub layer: String,
    /// `allow`, `deny`, `nothing`, or `does not apply`.
    pub says: &'static str,
}

/// A statement of a policy in the snapshot.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The layer.
    pub layer: String,
    /// The policy.
    pub policy: Arc<Stored>,
    /// Which of the policy's statements, among those that are objects.
    pub statement: usize,
}

/// Something that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotAnalysed {
    /// The analysis.
    pub analysis: &'static str,
    /// What was not looked at.
    pub about: String,
    /// Why.
    pub why: String,
}

/// What an analysis gives for one thing.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was not looked at.
    pub not_analysed: Vec<NotAnalysed>,
}

impl Outcome {
    pub(crate) fn of(finding: Finding) -> Outcome {
        Outcome { findings: vec![finding], not_analysed: Vec::new() }
    }

    pub(crate) fn not(analysis: &'static str, about: &str, why: impl Into<String>) -> Outcome {
        let not = NotAnalysed { analysis, about: about.to_owned(), why: why.into() };
        Outcome { findings: Vec::new(), not_analysed: vec![not] }
    }

    /// Both together.
    pub(crate) fn and(mut self, more: Outcome) -> Outcome {
        self.add(more);
        self
    }

    /// Takes in another outcome.
    pub fn add(&mut self, more: Outcome) {
        self.findings.extend(more.findings);
        self.not_analysed.extend(more.not_analysed);
    }

    /// In an order that depends on nothing but what was found.
    pub fn sort(&mut self) {
        self.findings.sort_by_cached_key(|f| (f.severity, f.kind, f.resource.clone(), f.key()));
        // Two descriptions of one thing may come to the same.
        let same = |f: &Finding| (f.fingerprint(), f.actions.clone(), f.sentence.clone());
        self.findings.dedup_by_key(|f| same(f));
        self.not_analysed.sort();
        self.not_analysed.dedup();
    }
}

impl Finding {
    /// What makes it another finding than others of its kind on the resource.
    fn key(&self) -> String {
        let principal = self.principal.as_deref().unwrap_or_default();
        match self.kind {
            FindingKind::UnusedAccessKey => self.actions.join("\n"),
            // What a list gives is another thing than what a policy gives.
            FindingKind::Public | FindingKind::External if self.request.is_none() => {
                format!("{principal}\n{}\nlist", self.conditions.join("\n"))
            }
            FindingKind::Escalation
            | FindingKind::Internal
            | FindingKind::ConfusedDeputy
            | FindingKind::ThirdParty
            | FindingKind::Federation
            | FindingKind::RootKey
            | FindingKind::RootUse
            | FindingKind::NoSecondFactor => principal.to_owned(),
            FindingKind::Public
            | FindingKind::External
            | FindingKind::Admin
            | FindingKind::UnusedRole
            | FindingKind::UnusedUser
            | FindingKind::UnusedPassword
            | FindingKind::UnusedService
            | FindingKind::UnusedAction => format!("{principal}\n{}", self.conditions.join("\n")),
        }
    }

    /// What stays the same while the same access or lack of use is there: made of the kind, the
    /// resource, the principal and the conditions.
    pub fn fingerprint(&self) -> String {
        let text = format!("{}\n{}\n{}", self.kind.name(), self.resource, self.key());
        format!("{:016x}", fnv1a(text.bytes()))
    }
}

/// The 64-bit FNV-1a hash (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
