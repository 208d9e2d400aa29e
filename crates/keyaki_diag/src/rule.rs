//! What is known of a rule apart from its code.

/// How bad it is, in the four steps of AWS's policy validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The policy is refused by AWS, or a part of it cannot do what it says.
    Error,
    /// The policy works and grants more than is safe.
    Security,
    /// The policy works, probably not as meant.
    Warning,
    /// The policy could be simpler or clearer.
    Suggestion,
}

impl Level {
    /// All levels, the gravest first.
    pub const ALL: [Level; 4] = [Level::Error, Level::Security, Level::Warning, Level::Suggestion];

    /// The name that the command line, the JSON output and the config use.
    pub fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Security => "security",
            Level::Warning => "warning",
            Level::Suggestion => "suggestion",
        }
    }

    /// What AWS's `ValidatePolicy` calls the same level.
    pub fn aws_name(self) -> &'static str {
        match self {
            Level::Error => "ERROR",
            Level::Security => "SECURITY_WARNING",
            Level::Warning => "WARNING",
            Level::Suggestion => "SUGGESTION",
        }
    }
}

/// How sure a finding is that it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A hint; look before you act.
    Low,
    /// Right most of the time; depends on facts that the policy does not show.
    Medium,
    /// Follows from the policy and from documented facts.
    High,
}

impl Confidence {
    /// The name that outputs and the config use.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// Who wants to see a rule's findings; each persona also sees those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Persona {
    /// Everybody: few findings, each worth acting on.
    Regular,
    /// Those who want every deviation from good style as well.
    Pedantic,
    /// Those who review on purpose and accept noise.
    Auditor,
}

impl Persona {
    /// The name that the command line and the config use.
    pub fn name(self) -> &'static str {
        match self {
            Persona::Regular => "regular",
            Persona::Pedantic => "pedantic",
            Persona::Auditor => "auditor",
        }
    }
}

/// The facts about a rule that every consumer shows: terminal, editor, SARIF, docs.
#[derive(Debug)]
pub struct RuleMeta {
    /// Kebab-case name, the rule's identity everywhere.
    pub name: &'static str,
    /// The issue code of AWS's `ValidatePolicy` that this rule stands for.
    pub aws_code: Option<&'static str>,
    /// Rules of other tools that this one replaces, as `tool:RULE`.
    pub replaces: &'static [&'static str],
    /// Default level.
    pub level: Level,
    /// Default confidence.
    pub confidence: Confidence,
    /// The least demanding persona that sees the rule.
    pub persona: Persona,
    /// The doc comment of the rule, Markdown: the first paragraph is the summary.
    pub docs: &'static str,
}

impl RuleMeta {
    /// The first paragraph of the docs on one line.
    pub fn summary(&self) -> String {
        let lines = self.docs.lines().map(str::trim).skip_while(|l| l.is_empty());
        lines.take_while(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The docs without the space that doc comments have at the start of each line.
    pub fn page(&self) -> String {
        let lines = self.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Whether `name` means this rule: its name or its AWS code, in any letter case.
    pub fn answers_to(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.aws_code.is_some_and(|code| code.eq_ignore_ascii_case(name))
    }
}
