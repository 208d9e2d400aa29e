//! From the text of a `keyaki.toml` to what it says.

mod require;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use ignore::gitignore::GitignoreBuilder;
use keyaki_catalog::Date;
use keyaki_diag::{Level, LineColumn, LineIndex, Persona, RuleMeta, TextRange};
use keyaki_ir::{PolicyKind, ResourceType, near};
use keyaki_lint::{Selection, SettingValue, Settings, Takes};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::archive::{CONDITION, Criterion, FIELDS};
use super::{ArchiveRule, Config, Paths, PerFile, Suppression};

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidConfig {
    path: PathBuf,
    /// Where the mistake is; nowhere if the file could not be read.
    at: Option<LineColumn>,
    message: String,
}

impl InvalidConfig {
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> InvalidConfig {
        InvalidConfig { path: path.to_owned(), at: None, message: error.kind().to_string() }
    }
}

impl fmt::Display for InvalidConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(at) = self.at {
            write!(f, ":{}:{}", at.line, at.column)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for InvalidConfig {}

/// A mistake at a range of the text.
type Mistake = (std::ops::Range<usize>, String);
type Read<T> = Result<T, Mistake>;
type Spot<'t> = Spanned<DeValue<'t>>;

pub(super) fn config(path: &Path, text: String, today: Date) -> Result<Config, InvalidConfig> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let table = DeTable::parse(&text)
        .map_err(|error| (error.span().unwrap_or_default(), error.message().to_owned()));
    let read =
        table.and_then(|table| Reader { folder: &folder, text: &text }.config(table.get_ref()));
    match read {
        Ok(read) => Ok(Config { path: path.to_owned(), text: text.into(), today, ..read }),
        Err((range, message)) => {
            let offset = u32::try_from(range.start).unwrap_or(u32::MAX);
            let at = Some(LineIndex::new(&text).line_column(&text, offset));
            Err(InvalidConfig { path: path.to_owned(), at, message })
        }
    }
}

struct Reader<'a> {
    folder: &'a Path,
    text: &'a str,
}

const TOP: [&str; 12] = [
    "persona",
    "select",
    "ignore",
    "groups",
    "fail-level",
    "levels",
    "rules",
    "require",
    "files",
    "suppress",
    "archive",
    "perimeter",
];
const FILES: [&str; 4] = ["path", "kind", "resource-type", "ignore"];
const ARCHIVE: [&str; 3] = ["when", "reason", "expires"];
const PERIMETER: [&str; 2] = ["zone", "networks"];
const TESTS: [&str; 4] = ["eq", "neq", "contains", "exists"];
const SUPPRESS: [&str; 7] = ["rule", "path", "policy", "sid", "at", "reason", "expires"];

impl Reader<'_> {
    fn config(&self, table: &DeTable<'_>) -> Read<Config> {
        known(table, &TOP)?;
        let persona = one(table, "persona", persona)?;
        let groups = groups(table)?;
        let select = names(table, "select", &groups)?;
        let ignore = names(table, "ignore", &groups)?;
        let mut settings = rule_settings(table)?;
        settings.requirements = self.all(table, "require", |_, value| require::read(value))?;
        let mut levels = Vec::new();
        if let Some(value) = table.get("levels") {
            for (name, value) in as_table(value)? {
                let rule = rule(name.get_ref()).map_err(|m| (name.span(), m))?;
                levels.push((rule, level(text(value)?).map_err(|m| (value.span(), m))?));
            }
        }
        let (zone, networks) = perimeter(table)?;
        Ok(Config {
            path: PathBuf::new(),
            text: "".into(),
            persona,
            select,
            ignore,
            fail_level: one(table, "fail-level", level)?,
            settings,
            groups,
            levels,
            files: self.all(table, "files", Self::per_file)?,
            suppressions: self.all(table, "suppress", Self::suppression)?,
            archive: self.all(table, "archive", Self::archive)?,
            zone,
            networks,
            today: Date::EPOCH,
        })
    }

    /// The tables of a list.
    fn all<T>(
        &self,
        table: &DeTable<'_>,
        name: &str,
        read: impl Fn(&Self, &Spot<'_>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let Some(list) = table.get(name) else { return Ok(Vec::new()) };
        match list.get_ref() {
            DeValue::Array(tables) => tables.iter().map(|table| read(self, table)).collect(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => {
                Err((list.span(), format!("`{name}` is a list of tables: write `[[{name}]]`")))
            }
        }
    }

    fn per_file(&self, value: &Spot<'_>) -> Read<PerFile> {
        let table = as_table(value)?;
        known(table, &FILES)?;
        let rules = rule_list(table, "ignore")?;
        Ok(PerFile {
            paths: self.paths(table)?.ok_or_else(|| missing(value, "path"))?,
            kind: one(table, "kind", kind)?,
            resource_type: one(table, "resource-type", resource_type)?,
            ignore: rules,
        })
    }

    fn suppression(&self, value: &Spot<'_>) -> Read<Suppression> {
        let table = as_table(value)?;
        known(table, &SUPPRESS)?;
        needs_reason(value, table)?;
        let expires = table.get("expires").map(date).transpose()?;
        let (start, end) = (value.span().start as u32, value.span().end as u32);
        Ok(Suppression {
            rule: one(table, "rule", rule)?.ok_or_else(|| missing(value, "rule"))?,
            paths: self.paths(table)?,
            policy: one(table, "policy", |text| Ok(text.trim_end_matches('/').to_owned()))?,
            sid: one(table, "sid", |text| Ok(text.to_owned()))?,
            at: one(table, "at", |text| Ok(text.trim_end_matches('/').to_owned()))?,
            expires,
            range: TextRange::new(start, end.min(self.text.len() as u32)),
            was_asked: AtomicBool::new(false),
            was_used: AtomicBool::new(false),
        })
    }

    fn archive(&self, value: &Spot<'_>) -> Read<ArchiveRule> {
        let table = as_table(value)?;
        known(table, &ARCHIVE)?;
        needs_reason(value, table)?;
        let when = table.get("when").ok_or_else(|| missing(value, "when"))?;
        let mut criteria = Vec::new();
        for (field, tests) in as_table(when)? {
            let name = field.get_ref();
            if !FIELDS.iter().any(|known| known == name) && !name.starts_with(CONDITION) {
                let meant = near::nearest(name, FIELDS);
                let meant = meant.map_or(String::new(), |m| format!("; did you mean `{m}`?"));
                return Err((field.span(), format!("findings have no field `{name}`{meant}")));
            }
            criteria.push((name.to_string(), criterion(tests)?));
        }
        if criteria.is_empty() {
            return Err((when.span(), "a rule without criteria would put all aside".to_owned()));
        }
        let expires = table.get("expires").map(date).transpose()?;
        Ok(ArchiveRule { criteria, expires })
    }

    /// The patterns of `path`, one or several.
    fn paths(&self, table: &DeTable<'_>) -> Read<Option<Paths>> {
        let Some(value) = table.get("path") else { return Ok(None) };
        let mut builder = GitignoreBuilder::new(self.folder);
        for (pattern, at) in texts(value)? {
            builder.add_line(None, pattern).map_err(|e| (at, e.to_string()))?;
        }
        let built = builder.build().map_err(|e| (value.span(), e.to_string()))?;
        Ok(Some(Paths(built)))
    }
}

/// Who is trusted in snapshots, and from where requests are expected.
fn perimeter(table: &DeTable<'_>) -> Read<(Vec<String>, Vec<String>)> {
    let Some(value) = table.get("perimeter") else { return Ok(Default::default()) };
    let table = as_table(value)?;
    known(table, &PERIMETER)?;
    let list = |name: &str| -> Read<Vec<String>> {
        let values = table.get(name).map_or(Ok(Vec::new()), texts)?;
        Ok(values.into_iter().map(|(text, _)| text.to_owned()).collect())
    };
    Ok((list("zone")?, list("networks")?))
}

fn criterion(value: &Spot<'_>) -> Read<Criterion> {
    let table = as_table(value)?;
    known(table, &TESTS)?;
    if table.is_empty() {
        return Err((value.span(), "one of eq, neq, contains and exists is needed".to_owned()));
    }
    let list = |name: &str| -> Read<Option<Vec<String>>> {
        let Some(value) = table.get(name) else { return Ok(None) };
        Ok(Some(texts(value)?.into_iter().map(|(text, _)| text.to_owned()).collect()))
    };
    let exists = table.get("exists").map(|value| {
        let truth = value.get_ref().as_bool();
        truth.ok_or_else(|| (value.span(), "true or false is needed here".to_owned()))
    });
    Ok(Criterion {
        eq: list("eq")?,
        neq: list("neq")?,
        contains: list("contains")?,
        exists: exists.transpose()?,
    })
}

fn needs_reason(value: &Spot<'_>, table: &DeTable<'_>) -> Read<()> {
    let reason = one(table, "reason", |text| Ok(text.trim().to_owned()))?;
    match reason.is_none_or(|reason| reason.is_empty()) {
        true => Err(missing(value, "reason")),
        false => Ok(()),
    }
}

fn missing(value: &Spot<'_>, name: &str) -> Mistake {
    (value.span(), format!("`{name}` is missing"))
}

/// That a table has no other keys.
fn known(table: &DeTable<'_>, names: &[&'static str]) -> Read<()> {
    for (key, _) in table {
        let name = key.get_ref();
        if !names.iter().any(|known| known == name) {
            let meant = near::nearest(name, names.iter().copied());
            let meant = meant.map_or(String::new(), |m| format!("; did you mean `{m}`?"));
            return Err((key.span(), format!("there is no setting `{name}`{meant}")));
        }
    }
    Ok(())
}

fn as_table<'v, 't>(value: &'v Spot<'t>) -> Read<&'v DeTable<'t>> {
    value.get_ref().as_table().ok_or_else(|| (value.span(), "a table is needed here".to_owned()))
}

fn text<'v>(value: &'v Spot<'_>) -> Read<&'v str> {
    value.get_ref().as_str().ok_or_else(|| (value.span(), "a string is needed here".to_owned()))
}

/// One string, or a list of strings.
fn texts<'v>(value: &'v Spot<'_>) -> Read<Vec<(&'v str, std::ops::Range<usize>)>> {
    match value.get_ref().as_array() {
        Some(list) => list.iter().map(|v| Ok((text(v)?, v.span()))).collect(),
        None => Ok(vec![(text(value)?, value.span())]),
    }
}

/// What a string means, where it is there.
fn one<T>(
    table: &DeTable<'_>,
    name: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Read<Option<T>> {
    let Some(value) = table.get(name) else { return Ok(None) };
    read(text(value)?).map(Some).map_err(|message| (value.span(), message))
}

/// Groups that the file makes itself, with their members.
fn groups(table: &DeTable<'_>) -> Read<Vec<(String, Vec<String>)>> {
    let Some(value) = table.get("groups") else { return Ok(Vec::new()) };
    let named = as_table(value)?.iter().map(|(name, members)| {
        let text = name.get_ref().to_string();
        if keyaki_lint::rule(&text).is_some() || Selection::GROUPS.contains(&text.as_str()) {
            return Err((name.span(), format!("`{text}` has a meaning already")));
        }
        let members = texts(members)?
            .into_iter()
            .map(|(member, at)| rule(member).map(|rule| rule.name.to_owned()).map_err(|m| (at, m)));
        Ok((text, members.collect::<Read<_>>()?))
    });
    named.collect()
}

/// What is set of rules, under their names.
fn rule_settings(table: &DeTable<'_>) -> Read<Settings> {
    let mut settings = Settings::default();
    let Some(value) = table.get("rules") else { return Ok(settings) };
    for (name, value) in as_table(value)? {
        rule(name.get_ref()).map_err(|m| (name.span(), m))?;
        let Some(rule) = keyaki_lint::rule(name.get_ref()) else { continue };
        let own: Vec<&'static str> = rule.settings.iter().map(|s| s.name).collect();
        let table = as_table(value)?;
        known(table, &own)?;
        for setting in rule.settings {
            let Some(value) = table.get(setting.name) else { continue };
            settings.set(rule.meta.name, setting.name, setting_value(setting.takes, value)?);
        }
    }
    Ok(settings)
}

fn setting_value(takes: Takes, value: &Spot<'_>) -> Read<SettingValue> {
    match takes {
        Takes::Texts => {
            let texts = texts(value)?.into_iter().map(|(text, _)| text.to_owned());
            Ok(SettingValue::Texts(texts.collect()))
        }
        Takes::Number => {
            let number = value.get_ref().as_integer().and_then(|n| n.as_str().parse().ok());
            let number = number.map(SettingValue::Number);
            number.ok_or_else(|| (value.span(), "a whole number is needed here".to_owned()))
        }
    }
}

/// Names of rules, AWS codes and groups.
fn names(table: &DeTable<'_>, name: &str, groups: &[(String, Vec<String>)]) -> Read<Vec<String>> {
    let Some(value) = table.get(name) else { return Ok(Vec::new()) };
    let names = texts(value)?.into_iter().map(|(name, at)| {
        if let Some((_, members)) = groups.iter().find(|(group, _)| group == name) {
            return Ok(members.clone());
        }
        let name = name.to_owned();
        match Selection::new(Persona::Regular, std::slice::from_ref(&name), &[]) {
            Ok(_) => Ok(vec![name]),
            Err(error) => Err((at, error.to_string())),
        }
    });
    names.collect::<Read<Vec<_>>>().map(|names| names.concat())
}

fn rule_list(table: &DeTable<'_>, name: &str) -> Read<Vec<&'static RuleMeta>> {
    let Some(value) = table.get(name) else { return Ok(Vec::new()) };
    let rules = texts(value)?.into_iter().map(|(name, at)| rule(name).map_err(|m| (at, m)));
    rules.collect()
}

fn rule(name: &str) -> Result<&'static RuleMeta, String> {
    if let Some(rule) = keyaki_lint::rule(name) {
        return Ok(&rule.meta);
    }
    let error = Selection::new(Persona::Regular, &[name.to_owned()], &[]).err();
    Err(error.map_or_else(|| format!("`{name}` is a group, name rules"), |e| e.to_string()))
}

fn level(name: &str) -> Result<Level, String> {
    let found = Level::ALL.into_iter().find(|l| l.name() == name);
    found.ok_or_else(|| {
        format!("`{name}` is none of the levels error, security, warning, suggestion")
    })
}

fn persona(name: &str) -> Result<Persona, String> {
    let all = [Persona::Regular, Persona::Pedantic, Persona::Auditor];
    let found = all.into_iter().find(|p| p.name() == name);
    found.ok_or_else(|| format!("`{name}` is none of the personas regular, pedantic, auditor"))
}

fn kind(name: &str) -> Result<PolicyKind, String> {
    PolicyKind::parse(name).ok_or_else(|| format!("`{name}` is no kind of policy"))
}

fn resource_type(name: &str) -> Result<ResourceType, String> {
    ResourceType::parse(name).ok_or_else(|| format!("`{name}` is no type of resource"))
}

/// A day, as a date of TOML or as a string.
fn date(value: &Spot<'_>) -> Read<Date> {
    let text = match value.get_ref() {
        DeValue::Datetime(day) => day.to_string(),
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => String::new(),
    };
    Date::parse(&text).ok_or_else(|| (value.span(), "a day is written as 2027-01-31".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        let today = Date::EPOCH;
        let error = config(Path::new("keyaki.toml"), text.to_owned(), today).err();
        error.map_or_else(|| "none".to_owned(), |error| error.to_string())
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let cases = [
            ("persona = \"strict\"", "keyaki.toml:1:11: `strict` is none of the personas"),
            (
                "\nselect = [\"all\", \"invalid-acton\"]",
                "keyaki.toml:2:18: unknown rule `invalid-acton`",
            ),
            ("[levels]\naws = \"error\"", "keyaki.toml:2:1: `aws` is a group"),
            ("[files]\npath = \"a\"", "keyaki.toml:1:1: `files` is a list of tables"),
            ("[[files]]\nkind = \"scp\"", "keyaki.toml:1:1: `path` is missing"),
            ("[[files]]\npath = 3", "keyaki.toml:2:8: a string is needed here"),
            ("suppress = [1]", "keyaki.toml:1:13: a table is needed here"),
            (
                "[[suppress]]\nrule = \"invalid-action\"\nreason = \"x\"\nexpires = 2026-02-30",
                "keyaki.toml:4:",
            ),
            ("persona", "keyaki.toml:1:"),
            (
                "[[archive]]\nreason = \"x\"\nwhen.kid = {eq = \"a\"}",
                "keyaki.toml:3:6: findings have no field `kid`",
            ),
            ("[[archive]]\nreason = \"x\"\nwhen = {}", "keyaki.toml:3:8: a rule without criteria"),
            ("[[archive]]\nwhen.kind = {eq = \"a\"}", "keyaki.toml:1:1: `reason` is missing"),
        ];
        for (text, start) in cases {
            let told = mistake(text);
            assert!(told.starts_with(start), "{text}: {told}");
        }
    }

    #[test]
    fn the_schema_has_the_settings_that_are_read() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/keyaki.toml.json");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let names = |at: &str| -> Vec<String> {
            let properties = schema.pointer(at).and_then(serde_json::Value::as_object);
            properties.into_iter().flatten().map(|(name, _)| name.clone()).collect()
        };
        for (at, read) in [
            ("/properties", TOP.as_slice()),
            ("/properties/files/items/properties", FILES.as_slice()),
            ("/properties/suppress/items/properties", SUPPRESS.as_slice()),
            ("/properties/archive/items/properties", ARCHIVE.as_slice()),
            ("/properties/perimeter/properties", PERIMETER.as_slice()),
            ("/properties/require/items/properties", require::REQUIRE.as_slice()),
        ] {
            let (mut said, mut read) = (names(at), read.to_vec());
            said.sort();
            read.sort_unstable();
            assert_eq!(said, read, "{at}");
        }
    }
}
