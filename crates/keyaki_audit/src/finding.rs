//! Findings, as plain data.

use std::sync::Arc;

use keyaki_account::{Principal, Stored};
use keyaki_eval::Request;

use crate::target::Target;

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

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $analysis:literal;)*) => {
        /// The kinds of findings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FindingKind {
            $($(#[$doc])* $kind,)*
        }

        impl FindingKind {
            /// All kinds.
            pub const ALL: &[FindingKind] = &[$(FindingKind::$kind),*];

            /// The name in outputs.
            pub fn name(self) -> &'static str {
                match self {
                    $(FindingKind::$kind => $name,)*
                }
            }

            /// The analysis that finds it.
            pub fn analysis(self) -> &'static str {
                match self {
                    $(FindingKind::$kind => $analysis,)*
                }
            }
        }
    };
}

kinds! {
    /// Everybody has access.
    Public "public" "public";
    /// Somebody outside of the zone of trust has access.
    External "external" "external";
    /// A user or role can do everything, or everything in IAM.
    Admin "admin" "admin";
    /// A user or role can become an administrator, or get at what was asked about, by steps.
    Escalation "escalation" "escalation";
    /// Somebody inside of the zone of trust has access to what was asked about.
    Internal "internal" "internal";
    /// A service can be made by anybody to act on a resource.
    ConfusedDeputy "confused-deputy" "confused-deputy";
    /// An account outside of the zone of trust can assume a role without an external id.
    ThirdParty "third-party" "third-party";
    /// An identity provider lets in subjects whom the trust policy does not name.
    Federation "federation" "federation";
    /// Nobody can change a policy any more, or only the root user can.
    LockOut "lock-out" "lock-out";
    /// What somebody may create only within a boundary can get out of it.
    BoundaryEscape "boundary-escape" "boundary";
    /// Something that matters works without a second factor.
    WithoutMfa "without-mfa" "mfa";
    /// A request crosses the perimeter.
    Perimeter "perimeter" "perimeter";
    /// Tags do not keep apart what a policy means to keep apart by them.
    TagIsolation "tag-isolation" "abac";
    /// A root user has access keys.
    RootKey "root-key" "credentials";
    /// A root user was used.
    RootUse "root-use" "credentials";
    /// Somebody signs in with a password alone.
    NoSecondFactor "no-second-factor" "credentials";
    /// A role that nobody used.
    UnusedRole "unused-role" "unused";
    /// A user whose credentials nobody used.
    UnusedUser "unused-user" "unused";
    /// A password that nobody used.
    UnusedPassword "unused-password" "unused";
    /// An access key that nobody used.
    UnusedAccessKey "unused-access-key" "unused";
    /// Services that a user or role may use and does not.
    UnusedService "unused-service" "unused";
    /// Actions that a user or role may take and did not, as events tell.
    UnusedAction "unused-action" "unused";
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

impl Shown {
    /// Statements, each once.
    pub(crate) fn each_once<'s>(all: impl Iterator<Item = &'s Shown>) -> Vec<Shown> {
        let mut once: Vec<Shown> = Vec::new();
        for shown in all {
            let is_same =
                |s: &Shown| Arc::ptr_eq(&s.policy, &shown.policy) && s.statement == shown.statement;
            if !once.iter().any(is_same) {
                once.push(shown.clone());
            }
        }
        once
    }
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

    /// That policies of somebody are missing or broken, if some are.
    pub(crate) fn lacking(analysis: &'static str, about: &str, missing: &[String]) -> Outcome {
        let Some(first) = missing.first() else { return Outcome::default() };
        let number = missing.len();
        let why = format!("{number} of its policies are missing or broken, such as {first}");
        Outcome::not(analysis, about, why)
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

/// What a finding is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) arn: &'a str,
    pub(crate) kind: &'static str,
}

impl<'a> From<&'a Principal> for About<'a> {
    fn from(principal: &'a Principal) -> About<'a> {
        let Principal { account, arn, kind, .. } = principal;
        About { account: Some(account), arn, kind: kind.name() }
    }
}

impl<'a> From<&'a Target> for About<'a> {
    fn from(target: &'a Target) -> About<'a> {
        About { account: target.account.as_deref(), arn: &target.arn, kind: target.kind }
    }
}

impl Finding {
    /// A finding with what every one has.
    pub(crate) fn about<'a>(
        about: impl Into<About<'a>>,
        kind: FindingKind,
        severity: Severity,
        sentence: String,
        remedy: impl Into<String>,
    ) -> Finding {
        let about = about.into();
        Finding {
            kind,
            severity,
            account: about.account.map(str::to_owned),
            resource: about.arn.to_owned(),
            resource_kind: about.kind,
            principal: None,
            actions: Vec::new(),
            conditions: Vec::new(),
            sentence,
            request: None,
            steps: Vec::new(),
            statements: Vec::new(),
            remedy: remedy.into(),
        }
    }

    /// What makes it another finding than others of its kind on the resource.
    fn key(&self) -> String {
        let principal = self.principal.as_deref().unwrap_or_default();
        match self.kind {
            FindingKind::UnusedAccessKey => self.actions.join("\n"),
            // Whoever crosses stands for many.
            FindingKind::Perimeter => self.conditions.join("\n"),
            FindingKind::BoundaryEscape => {
                let (actions, conditions) = (&self.actions, &self.conditions);
                format!("{principal}\n{}\n{}", actions.join("\n"), conditions.join("\n"))
            }
            // What a list gives is another thing than what a policy gives.
            FindingKind::Public | FindingKind::External if self.request.is_none() => {
                format!("{principal}\n{}\nlist", self.conditions.join("\n"))
            }
            FindingKind::Escalation
            | FindingKind::Internal
            | FindingKind::ConfusedDeputy
            | FindingKind::ThirdParty
            | FindingKind::Federation
            | FindingKind::LockOut
            | FindingKind::RootKey
            | FindingKind::RootUse
            | FindingKind::NoSecondFactor => principal.to_owned(),
            FindingKind::Public
            | FindingKind::External
            | FindingKind::Admin
            | FindingKind::WithoutMfa
            | FindingKind::TagIsolation
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
