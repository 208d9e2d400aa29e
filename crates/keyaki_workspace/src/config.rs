//! `keyaki.toml`: what a project says about its policies and about findings in them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use ignore::gitignore::Gitignore;
use keyaki_catalog::Date;
use keyaki_diag::{Finding, Level, Persona, RuleMeta, TextRange};
use keyaki_ir::date::Instant;
use keyaki_ir::{Policy, PolicyKind, ResourceType};
use keyaki_lint::{Linter, Settings};

use crate::problem::{EXPIRED_SUPPRESSION, UNUSED_SUPPRESSION};
use crate::{CheckedDocument, CheckedFile, Status};

mod archive;
mod read;

pub use archive::ArchiveRule;
pub use read::InvalidConfig;

/// The name under which the file is looked for.
pub const CONFIG_NAME: &str = "keyaki.toml";

/// What a `keyaki.toml` says. Paths in it are relative to its folder and written as in a
/// `.gitignore`.
#[derive(Debug)]
pub struct Config {
    path: PathBuf,
    text: Box<str>,
    /// For whom findings are.
    pub persona: Option<Persona>,
    /// The rules to run alone: names, AWS codes or groups.
    pub select: Vec<String>,
    /// The rules to leave out.
    pub ignore: Vec<String>,
    /// The level from which on findings make the run fail.
    pub fail_level: Option<Level>,
    /// What it sets of rules, and what it asks of policies.
    pub settings: Settings,
    groups: Vec<(String, Vec<String>)>,
    levels: Vec<(&'static RuleMeta, Level)>,
    files: Vec<PerFile>,
    suppressions: Vec<Suppression>,
    /// Findings about snapshots that are put aside.
    pub archive: Vec<ArchiveRule>,
    /// Who is trusted in snapshots: `account`, `organization`, or ids; empty where it is not said.
    pub zone: Vec<String>,
    /// The networks that requests are expected from.
    pub networks: Vec<String>,
    today: Date,
}

/// What holds for some files.
#[derive(Debug)]
struct PerFile {
    paths: Paths,
    kind: Option<PolicyKind>,
    resource_type: Option<ResourceType>,
    ignore: Vec<&'static RuleMeta>,
}

/// Findings that somebody has looked at and accepts.
#[derive(Debug)]
struct Suppression {
    rule: &'static RuleMeta,
    paths: Option<Paths>,
    /// The policy in the file, or what it is in, by its pointer.
    policy: Option<String>,
    sid: Option<String>,
    at: Option<String>,
    expires: Option<Date>,
    /// Where it stands in the file.
    range: TextRange,
    /// Whether a file was checked to which it applies, and whether it silenced anything there.
    was_asked: AtomicBool,
    was_used: AtomicBool,
}

/// Files by patterns.
#[derive(Debug)]
struct Paths(Gitignore);

impl Paths {
    /// Whether a file is meant, by its absolute path; none is that lies outside of the
    /// configuration's folder.
    fn contain(&self, path: &Path) -> bool {
        let inside = path.starts_with(self.0.path());
        inside && self.0.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// The path as patterns see it.
fn absolute(path: &Path) -> Cow<'_, Path> {
    std::path::absolute(path).map_or(Cow::Borrowed(path), Cow::Owned)
}

impl Config {
    /// Reads the file at a path. `today` decides which suppressions have run out.
    ///
    /// # Errors
    /// A file that cannot be read, or that is no configuration.
    pub fn load(path: &Path, today: Date) -> Result<Config, InvalidConfig> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| InvalidConfig::unreadable(path, &error))?;
        read::config(path, text, today)
    }

    /// The file that applies to a folder: its own, or that of the nearest folder above. The
    /// search ends at the root of a repository.
    pub fn find(folder: &Path) -> Option<PathBuf> {
        let folder = std::path::absolute(folder).ok()?;
        for folder in folder.ancestors() {
            let path = folder.join(CONFIG_NAME);
            if path.is_file() {
                return Some(path);
            }
            if folder.join(".git").exists() {
                return None;
            }
        }
        None
    }

    /// Names of rules, with the members of the file's own groups in the place of these.
    pub fn expand(&self, names: &[String]) -> Vec<String> {
        let members = |name: &String| {
            let group = self.groups.iter().find(|(group, _)| group == name);
            group.map_or_else(|| vec![name.clone()], |(_, members)| members.clone())
        };
        names.iter().flat_map(members).collect()
    }

    /// What is said of the kind of the policies in a file, and of the resource they belong to.
    pub(crate) fn kind(&self, path: &Path) -> (Option<PolicyKind>, Option<ResourceType>) {
        let path = absolute(path);
        // What stands further down counts.
        let files = || self.files.iter().rev().filter(|f| f.paths.contain(&path));
        (files().find_map(|f| f.kind), files().find_map(|f| f.resource_type))
    }

    /// Gives findings their levels, and takes out those that are not wanted. The pointer is that of
    /// the policy in its file.
    pub(crate) fn settle(
        &self,
        path: &Path,
        (pointer, policy): (&str, &Policy),
        findings: &mut Vec<Finding>,
    ) {
        let path = absolute(path);
        let ignored = self.files.iter().filter(|f| !f.ignore.is_empty() && f.paths.contain(&path));
        let ignored: Vec<&RuleMeta> = ignored.flat_map(|f| &f.ignore).copied().collect();
        let applies = |s: &&Suppression| s.paths.as_ref().is_none_or(|p| p.contain(&path));
        let is_in = |s: &Suppression| s.policy.as_ref().is_none_or(|at| leads(at, pointer));
        let suppressions: Vec<&Suppression> = self.suppressions.iter().filter(applies).collect();
        for suppression in &suppressions {
            suppression.was_asked.store(true, Ordering::Relaxed);
        }
        let is_valid = |s: &Suppression| s.expires.is_none_or(|day| day >= self.today);
        findings.retain(|finding| {
            let is_ignored = ignored.iter().any(|r| r.name == finding.rule.name);
            let mut meant = suppressions.iter().filter(|s| is_in(s) && s.means(finding, policy));
            let by = meant.find(|s| {
                s.was_used.store(true, Ordering::Relaxed);
                is_valid(s)
            });
            !is_ignored && by.is_none()
        });
        for finding in findings {
            let level = self.levels.iter().find(|(rule, _)| rule.name == finding.rule.name);
            finding.level = level.map_or(finding.level, |(_, level)| *level);
        }
    }

    /// Findings about the file itself, after all files were checked: suppressions that have run
    /// out, and those of rules that run which silence nothing although a file was checked to
    /// which they apply.
    pub fn checked(&self, linter: &Linter) -> Option<CheckedFile> {
        let runs = |s: &&Suppression| linter.rules().iter().any(|r| r.meta.name == s.rule.name);
        let suppressions = self.suppressions.iter().filter(runs);
        let findings: Vec<Finding> = suppressions.filter_map(|s| self.about(s)).collect();
        if findings.is_empty() {
            return None;
        }
        let document = CheckedDocument {
            pointer: String::new(),
            kind: None,
            statements: Vec::new(),
            findings,
        };
        Some(CheckedFile {
            path: self.path.to_string_lossy().into_owned(),
            text: self.text.clone(),
            status: Status::Checked,
            documents: vec![document],
        })
    }

    fn about(&self, suppression: &Suppression) -> Option<Finding> {
        let Suppression { rule, range, expires, .. } = suppression;
        if !suppression.was_asked.load(Ordering::Relaxed) {
            return None;
        }
        if !suppression.was_used.load(Ordering::Relaxed) {
            let message = format!("nothing is left of `{}` to suppress", rule.name);
            return Some(crate::problem::at(&UNUSED_SUPPRESSION, message, *range));
        }
        let day = expires.filter(|day| *day < self.today)?;
        let message = format!("the suppression of `{}` has run out on {day}", rule.name);
        Some(crate::problem::at(&EXPIRED_SUPPRESSION, message, *range))
    }
}

impl Suppression {
    /// Whether a finding of a policy is one of those that are accepted.
    fn means(&self, finding: &Finding, policy: &Policy) -> bool {
        let pointer = finding.place().map_or("", |p| &p.pointer);
        let is_at = |at: &String| leads(at, pointer);
        let has_sid = |sid: &String| statement_sid(policy, pointer) == Some(sid.as_str());
        self.rule.name == finding.rule.name
            && self.at.as_ref().is_none_or(is_at)
            && self.sid.as_ref().is_none_or(has_sid)
    }
}

/// Whether a pointer is another one, or leads into what that points to.
fn leads(at: &str, pointer: &str) -> bool {
    pointer.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The day by the clock, in UTC.
pub fn today() -> Date {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let instant = Instant(i128::try_from(passed.as_nanos()).unwrap_or_default());
    let day = instant.calendar().and_then(|text| Date::parse(text.split('T').next()?));
    day.unwrap_or(Date::EPOCH)
}

/// The `Sid` of the statement that a pointer leads into.
fn statement_sid<'p>(policy: &'p Policy, pointer: &str) -> Option<&'p str> {
    let rest = pointer.strip_prefix("/Statement")?;
    // One statement may stand without a list.
    let index = rest.split('/').nth(1).and_then(|step| step.parse().ok()).unwrap_or(0);
    let statement = policy.statements.iter().find(|s| s.index == index)?;
    statement.sid.as_ref().map(|sid| &*sid.value)
}
