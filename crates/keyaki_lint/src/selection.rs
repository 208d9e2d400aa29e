//! Which rules run.

use keyaki_diag::{Level, Persona, RuleMeta};

/// Which rules run: by persona, then by the names that were selected or ignored.
#[derive(Clone, Debug)]
pub struct Selection {
    persona: Persona,
    select: Option<Vec<Pick>>,
    ignore: Vec<Pick>,
}

/// A rule or a group of rules.
#[derive(Clone, Debug)]
enum Pick {
    All,
    /// Every rule that stands for a code of AWS's validation.
    Aws,
    /// Every rule that asks the engine what policies mean.
    Proved,
    Level(Level),
    Rule(&'static RuleMeta),
}

/// A name that is neither a rule, an AWS code nor a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule {
    /// The name.
    pub name: String,
    /// The rule that was probably meant.
    pub meant: Option<&'static str>,
}

impl std::fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown rule `{}`", self.name)?;
        match self.meant {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownRule {}

impl Default for Selection {
    fn default() -> Self {
        Self { persona: Persona::Regular, select: None, ignore: Vec::new() }
    }
}

impl Selection {
    /// The names of the groups that [`Selection::new`] takes beside rules and AWS codes.
    pub const GROUPS: [&str; 7] =
        ["all", "aws", "proved", "error", "security", "warning", "suggestion"];

    /// A selection: all rules of the persona, or those selected, without those ignored.
    /// A rule selected by its own name runs whatever its persona; ignoring wins over selecting,
    /// unless the rule is selected by name and ignored by group only.
    ///
    /// # Errors
    /// A name that means no rule and no group.
    pub fn new(
        persona: Persona,
        select: &[String],
        ignore: &[String],
    ) -> Result<Selection, UnknownRule> {
        let picks = |names: &[String]| -> Result<Vec<Pick>, UnknownRule> {
            names.iter().map(|name| Pick::parse(name)).collect()
        };
        let (select, ignore) = (picks(select)?, picks(ignore)?);
        let select = (!select.is_empty()).then_some(select);
        Ok(Selection { persona, select, ignore })
    }

    /// Whether a rule runs.
    pub fn contains(&self, rule: &'static RuleMeta) -> bool {
        let named = |picks: &[Pick]| picks.iter().any(|p| p.names(rule));
        let meant = |picks: &[Pick]| picks.iter().any(|p| p.means(rule));
        let by_name = self.select.as_deref().is_some_and(named);
        if named(&self.ignore) || (meant(&self.ignore) && !by_name) {
            return false;
        }
        by_name || (rule.persona <= self.persona && self.select.as_deref().is_none_or(meant))
    }
}

impl Pick {
    fn parse(name: &str) -> Result<Pick, UnknownRule> {
        let lower = name.to_ascii_lowercase();
        if let Some(level) = Level::ALL.into_iter().find(|l| l.name() == lower) {
            return Ok(Pick::Level(level));
        }
        match lower.as_str() {
            "all" => Ok(Pick::All),
            "aws" => Ok(Pick::Aws),
            "proved" => Ok(Pick::Proved),
            _ => match crate::rule(name) {
                Some(rule) => Ok(Pick::Rule(&rule.meta)),
                None => {
                    let names = crate::rules().iter().map(|r| r.meta.name);
                    let names = names.chain(Selection::GROUPS);
                    let meant = keyaki_ir::near::nearest(&lower.replace('_', "-"), names);
                    Err(UnknownRule { name: name.to_owned(), meant })
                }
            },
        }
    }

    fn names(&self, rule: &RuleMeta) -> bool {
        matches!(self, Pick::Rule(named) if named.name == rule.name)
    }

    fn means(&self, rule: &RuleMeta) -> bool {
        match self {
            Pick::All => true,
            Pick::Aws => rule.aws_code.is_some(),
            Pick::Proved => crate::rule(rule.name).is_some_and(crate::Rule::asks),
            Pick::Level(level) => rule.level == *level,
            Pick::Rule(named) => named.name == rule.name,
        }
    }
}
