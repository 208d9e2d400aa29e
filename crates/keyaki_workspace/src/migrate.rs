//! Configurations of other linters as a `keyaki.toml`.
//!
//! What they call by their own names becomes our rules, by what each of these says that it
//! replaces. Whatever has no like of it is named, so that nothing is lost silently.

mod yaml;

use std::fmt::Write;

use keyaki_diag::Level;
use keyaki_lint::Rule;

use self::yaml::Node;
use crate::accept::quoted;

/// A linter whose configuration is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// parliament: findings by their names.
    Parliament,
    /// iam-policy-validator: checks by their names, and patterns to ignore.
    IamPolicyValidator,
}

/// What came of a configuration.
#[derive(Debug, Default)]
pub struct Migrated {
    /// The `keyaki.toml`.
    pub text: String,
    /// What could not be carried over, in words.
    pub left: Vec<String>,
    ignore: Vec<&'static str>,
    select: Vec<&'static str>,
    levels: Vec<(&'static str, Level)>,
    fail_level: Option<Level>,
    suppress: Vec<Suppress>,
    require: Vec<(Vec<String>, String)>,
}

/// Findings to be accepted.
#[derive(Debug)]
struct Suppress {
    rule: &'static str,
    paths: Vec<String>,
    sid: Option<String>,
    reason: String,
}

/// Carries a configuration over.
///
/// # Errors
/// Why it cannot be read.
pub fn migrate(tool: Tool, text: &str) -> Result<Migrated, String> {
    let root = yaml::read(text)?;
    let Node::Map(members) = &root else { return Err("no mapping at the top".to_owned()) };
    let mut migrated = Migrated::default();
    for (name, value) in members {
        migrated.check(tool, name, value);
    }
    migrated.write();
    Ok(migrated)
}

/// Checks of iam-policy-validator that stand for several rules of AWS's codes.
const CHECKS: [(&str, &[&str]); 8] = [
    ("action_validation", &["invalid-action", "invalid-service-in-action"]),
    (
        "condition_key_validation",
        &["invalid-global-condition-key", "invalid-service-condition-key"],
    ),
    ("condition_type_mismatch", &["type-mismatch"]),
    ("resource_validation", &["invalid-arn-prefix", "missing-arn-field", "invalid-arn-resource"]),
    ("principal_validation", &["invalid-principal-format", "public-access"]),
    ("policy_type_validation", &["missing-principal", "unsupported-principal"]),
    ("policy_structure", &["invalid-policy-element", "missing-effect", "missing-action"]),
    ("mfa_condition_antipattern", &["misleading-mfa-test"]),
];

/// Our rules in the place of a finding or check.
fn rules(tool: Tool, name: &str) -> Vec<&'static Rule> {
    let prefix = match tool {
        Tool::Parliament => "parliament:",
        Tool::IamPolicyValidator => "iam-policy-validator:",
    };
    let listed =
        CHECKS.iter().find(|(check, _)| *check == name && tool == Tool::IamPolicyValidator);
    if let Some((_, names)) = listed {
        return names.iter().filter_map(|name| keyaki_lint::rule(name)).collect();
    }
    let replaces = |rule: &&&'static Rule| {
        rule.meta.replaces.iter().any(|r| r.strip_prefix(prefix) == Some(name))
    };
    keyaki_lint::rules().iter().filter(replaces).copied().collect()
}

impl Migrated {
    /// A member of the top: a finding or check with what is said of it.
    fn check(&mut self, tool: Tool, name: &str, value: &Node) {
        if tool == Tool::IamPolicyValidator && name == "ignore_patterns" {
            self.left
                .push("ignore_patterns for all checks: name the rules in `[[files]]`".to_owned());
            return;
        }
        if let (Tool::IamPolicyValidator, "settings", Node::Map(members)) = (tool, name, value) {
            members.iter().for_each(|(setting, value)| self.of_the_run(setting, value));
            return;
        }
        let (rules, Node::Map(members)) = (rules(tool, name), value) else {
            self.left.push(format!("`{name}`"));
            return;
        };
        if rules.is_empty() {
            self.left.push(format!("`{name}`: no rule stands for it"));
            return;
        }
        for (setting, value) in members {
            self.setting(name, &rules, setting, value);
        }
    }

    /// What holds for a whole run.
    fn of_the_run(&mut self, setting: &str, value: &Node) {
        let severities: Vec<Severity> = value.texts().iter().map(|t| level(t)).collect();
        let levels = severities.iter().map(|severity| match severity {
            Severity::Level(level) => Some(*level),
            Severity::Off | Severity::Unknown => None,
        });
        match (setting, levels.collect::<Option<Vec<Level>>>()) {
            ("fail_on_severity", Some(levels)) if !levels.is_empty() => {
                self.fail_level = levels.into_iter().max();
            }
            _ => self.left.push(format!("`settings`: `{setting}`")),
        }
    }

    fn setting(&mut self, name: &str, rules: &[&'static Rule], setting: &str, value: &Node) {
        let names = || rules.iter().map(|r| r.meta.name);
        match (setting, value) {
            ("enabled", Node::Text(text)) if text == "false" => self.ignore.extend(names()),
            ("enabled", Node::Text(text)) if text == "true" => self.select.extend(names()),
            ("severity", Node::Text(text)) => match level(text) {
                Severity::Off => self.ignore.extend(names()),
                Severity::Level(level) => self.levels.extend(names().map(|n| (n, level))),
                Severity::Unknown => self.left.push(format!("`{name}`: severity `{text}`")),
            },
            ("ignore_locations" | "ignore_patterns", Node::List(list)) => {
                list.iter().for_each(|location| self.location(name, rules, location));
            }
            ("action_condition_requirements", Node::List(list)) => {
                list.iter().for_each(|requirement| self.requirement(name, requirement));
            }
            ("title" | "description" | "group", _) => {}
            _ => self.left.push(format!("`{name}`: `{setting}`")),
        }
    }

    /// A place at which findings are ignored.
    fn location(&mut self, name: &str, rules: &[&'static Rule], location: &Node) {
        let Node::Map(members) = location else {
            self.left.push(format!("`{name}`: a location that is no mapping"));
            return;
        };
        let (mut paths, mut sid, mut reason) = (Vec::new(), None, None);
        for (setting, value) in members {
            let texts = value.texts();
            let globs: Option<Vec<String>> = texts.iter().map(|t| glob(t)).collect();
            match (setting.as_str(), globs) {
                ("filepath", Some(globs)) if !globs.is_empty() => paths = globs,
                ("sid", Some(globs))
                    if globs.iter().all(|g| !g.contains('*')) && globs.len() == 1 =>
                {
                    sid = texts.first().cloned();
                }
                ("reason", _) => reason = texts.first().cloned(),
                _ => {
                    self.left
                        .push(format!("`{name}`: a place by `{setting}` {}", texts.join(", ")));
                    return;
                }
            }
        }
        let reason = reason.unwrap_or_else(|| format!("ignored before, as {name}"));
        self.suppress.extend(rules.iter().map(|rule| Suppress {
            rule: rule.meta.name,
            paths: paths.clone(),
            sid: sid.clone(),
            reason: reason.clone(),
        }));
    }

    /// Conditions that are asked for: those by a key with the values that it may have.
    fn requirement(&mut self, name: &str, requirement: &Node) {
        let actions = requirement.get("actions").map(Node::texts).unwrap_or_default();
        let conditions = match requirement.get("required_conditions") {
            Some(Node::List(list)) => list.as_slice(),
            Some(Node::Map(_) | Node::Text(_)) | None => &[],
        };
        for condition in conditions {
            let key = condition.get("condition_key").map(Node::texts).unwrap_or_default();
            let values = condition.get("expected_value").map(Node::texts).unwrap_or_default();
            let ([key], false) = (key.as_slice(), actions.is_empty()) else {
                self.left.push(format!("`{name}`: a requirement without key or actions"));
                continue;
            };
            let test = match values.is_empty() {
                true => format!("{{ Null = {{ {} = \"false\" }} }}", quoted(key)),
                false => {
                    let operator = if key.eq_ignore_ascii_case("aws:SourceIp") {
                        "IpAddress"
                    } else {
                        "StringEquals"
                    };
                    format!("{{ {operator} = {{ {} = {} }} }}", quoted(key), list(&values))
                }
            };
            self.require.push((actions.clone(), test));
        }
    }

    fn write(&mut self) {
        let mut text = String::new();
        for left in &self.left {
            let _ = writeln!(text, "# not carried over: {left}");
        }
        // What is for another persona runs once its level is named here.
        let wanted = |rule: &&&str| {
            keyaki_lint::rule(rule).is_some_and(|r| r.meta.persona > keyaki_diag::Persona::Regular)
        };
        let more: Vec<&str> = self.select.iter().filter(wanted).copied().collect();
        if !more.is_empty() {
            let _ = writeln!(text, "# these run with `persona = \"auditor\"`: {}", more.join(", "));
        }
        self.ignore.sort_unstable();
        self.ignore.dedup();
        if !self.ignore.is_empty() {
            let _ = writeln!(text, "ignore = {}", list(&self.ignore));
        }
        if let Some(level) = self.fail_level {
            let _ = writeln!(text, "fail-level = \"{}\"", level.name());
        }
        self.levels.sort_unstable();
        self.levels.dedup_by_key(|(rule, _)| *rule);
        if !self.levels.is_empty() {
            text += "\n[levels]\n";
            for (rule, level) in &self.levels {
                let _ = writeln!(text, "{rule} = \"{}\"", level.name());
            }
        }
        for (actions, condition) in &self.require {
            let _ = writeln!(
                text,
                "\n[[require]]\nactions = {}\ncondition = {condition}",
                list(actions)
            );
        }
        for Suppress { rule, paths, sid, reason } in &self.suppress {
            let _ =
                writeln!(text, "\n[[suppress]]\nrule = \"{rule}\"\nreason = {}", quoted(reason));
            if !paths.is_empty() {
                let _ = writeln!(text, "path = {}", list(paths));
            }
            if let Some(sid) = sid {
                let _ = writeln!(text, "sid = {}", quoted(sid));
            }
        }
        self.text = text;
    }
}

/// What a severity of theirs is here.
enum Severity {
    Off,
    Level(Level),
    Unknown,
}

fn level(text: &str) -> Severity {
    match text.to_ascii_lowercase().as_str() {
        "mute" | "muted" => Severity::Off,
        "error" => Severity::Level(Level::Error),
        "critical" | "high" => Severity::Level(Level::Security),
        "medium" | "warning" => Severity::Level(Level::Warning),
        "low" | "info" => Severity::Level(Level::Suggestion),
        _ => Severity::Unknown,
    }
}

/// A regular expression for paths as a pattern of a `.gitignore`, where it has nothing but `.*`
/// and plain text, dots before an ending included.
fn glob(expression: &str) -> Option<String> {
    let text = expression.trim_start_matches('^').trim_end_matches('$');
    let text = text.replace("\\.", "\u{1}").replace(".*", "*");
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '*' | '.' | '\u{1}');
    text.chars().all(is_plain).then(|| text.replace('\u{1}', "."))
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|t| quoted(t.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;
    use crate::Config;

    /// A file that is gone afterwards, also where a test fails.
    struct Removed(std::path::PathBuf);

    impl Drop for Removed {
        fn drop(&mut self) {
            // Where it was never written, there is nothing to remove.
            let _ = std::fs::remove_file(&self.0);
        }
    }

    /// The result, read back as a configuration.
    fn checked(tool: Tool, text: &str) -> (String, Vec<String>) {
        let Migrated { text, left, .. } = migrate(tool, text).unwrap();
        let name = format!("keyaki-migrate-{}-{tool:?}-{}.toml", std::process::id(), text.len());
        let path = Removed(std::env::temp_dir().join(name));
        std::fs::write(&path.0, &text).unwrap();
        let read = Config::load(&path.0, keyaki_catalog::embedded().snapshot().date);
        assert!(read.is_ok(), "{text}\n{}", read.unwrap_err());
        (text, left)
    }

    #[test]
    fn findings_of_parliament_become_rules() {
        let text = "UNKNOWN_ACTION:\n  severity: MEDIUM\n  ignore_locations:\n  - filepath:\n    - testa.json\n    - .*.py\n\nRESOURCE_MISMATCH:\n  severity: MUTE\n";
        let (text, left) = checked(Tool::Parliament, text);
        assert!(text.contains("ignore = [\"inert-action\"]"), "{text}");
        assert!(text.contains("invalid-action = \"warning\""), "{text}");
        assert!(text.contains("path = [\"testa.json\", \"*.py\"]"), "{text}");
        assert_eq!(left, Vec::<String>::new());
    }

    #[test]
    fn what_has_no_like_of_it_is_named() {
        let text = "RESOURCE_MISMATCH:\n  ignore_locations:\n  - actions: \".*s3.*\"\nSENSITIVE_BUCKET_ACCESS:\n  severity: LOW\n";
        let (text, left) = checked(Tool::Parliament, text);
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(text.contains("# not carried over: `SENSITIVE_BUCKET_ACCESS`"), "{text}");
    }

    #[test]
    fn requirements_of_iam_policy_validator_are_kept() {
        let text = "action_condition_enforcement:\n  enabled: true\n  action_condition_requirements:\n    - actions: [\"iam:PassRole\"]\n      required_conditions:\n        - condition_key: \"iam:PassedToService\"\nservice_wildcard:\n  enabled: false\n";
        let (text, left) = checked(Tool::IamPolicyValidator, text);
        assert!(text.contains("[[require]]\nactions = [\"iam:PassRole\"]"), "{text}");
        assert!(text.contains("ignore = [\"service-wildcard\"]"), "{text}");
        assert_eq!(left, Vec::<String>::new());
    }

    #[test]
    fn settings_that_are_not_known_are_named() {
        let text = "settings:\n  fail_on_severity: [error, high]\n  fail_fast: true\nignore_patterns:\n  - filepath: \"a/*.json\"\n";
        let (text, left) = checked(Tool::IamPolicyValidator, text);
        assert!(text.contains("fail-level = \"security\""), "{text}");
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(left.contains(&"`settings`: `fail_fast`".to_owned()), "{left:?}");
    }
}
