//! The small files beside the service files.

use super::super::facts::{ForeignPrefix, GlobalKeyFacts, PartitionFacts};
use super::super::kinds::{Date, KeyCategory, KeyType, Standing};
use super::{GENERATED, Line, TextError, lines, push_line};

/// `snapshot.toml`: where the data comes from, with counts for the reader of a diff.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) date: Date,
    pub(crate) origin: String,
    pub(crate) overlay: Date,
    /// Names with counts; not read back.
    pub(crate) counts: Vec<(&'static str, usize)>,
}

/// Reads `snapshot.toml`, of which only quoted values count.
pub(crate) fn read_snapshot(text: &str) -> Result<Snapshot, TextError> {
    let value = |key: &str| {
        let mut pairs = text.lines().filter_map(|line| line.split_once(" = "));
        let found = pairs.find(|(k, _)| *k == key).map(|(_, v)| v.trim_matches('"'));
        found.ok_or_else(|| snapshot_error(format!("`{key}` is missing")))
    };
    let date = |key: &str| {
        let text = value(key)?;
        Date::parse(text).ok_or_else(|| snapshot_error(format!("`{text}` is not a date")))
    };
    Ok(Snapshot {
        date: date("date")?,
        origin: value("origin")?.to_owned(),
        overlay: date("overlay")?,
        counts: Vec::new(),
    })
}

fn snapshot_error(message: String) -> TextError {
    TextError { file: "snapshot.toml".to_owned(), line: 1, message }
}

/// Writes `snapshot.toml`.
#[allow(dead_code, reason = "only the generator writes")]
pub(crate) fn write_snapshot(snapshot: &Snapshot) -> String {
    let mut out = GENERATED.to_owned();
    let quoted = [
        ("date", snapshot.date.to_string()),
        ("origin", snapshot.origin.clone()),
        ("overlay", snapshot.overlay.to_string()),
    ];
    for (key, value) in quoted {
        out.push_str(&format!("{key} = \"{value}\"\n"));
    }
    for (key, count) in &snapshot.counts {
        out.push_str(&format!("{key} = {count}\n"));
    }
    out
}

/// An action that AWS no longer lists.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Retirement {
    pub(crate) prefix: String,
    pub(crate) action: String,
    pub(crate) first_seen: Date,
    pub(crate) last_seen: Date,
}

/// Reads `retired.txt`: action, first day seen, last day seen.
pub(crate) fn read_retired(text: &str) -> Result<Vec<Retirement>, TextError> {
    lines("retired.txt", text).map(|line| read_retirement(&line)).collect()
}

fn read_retirement(line: &Line<'_>) -> Result<Retirement, TextError> {
    let split = |name: &str| name.split_once(':').map(|(p, a)| (p.to_owned(), a.to_owned()));
    let (prefix, action) = line.parse(0, "an action", split)?;
    Ok(Retirement {
        prefix,
        action,
        first_seen: line.parse(1, "a date", Date::parse)?,
        last_seen: line.parse(2, "a date", Date::parse)?,
    })
}

/// Writes `retired.txt`.
#[allow(dead_code, reason = "only the generator writes")]
pub(crate) fn write_retired(retired: &[Retirement]) -> String {
    let mut out = GENERATED.to_owned();
    out.push_str("# Actions that AWS no longer lists, with the first and the last day seen.\n");
    for entry in retired {
        let name = format!("{}:{}", entry.prefix, entry.action);
        let (first, last) = (entry.first_seen.to_string(), entry.last_seen.to_string());
        push_line(&mut out, &[&name, &first, &last]);
    }
    out
}

/// A correction by hand; its reason stands in the file only.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Override {
    Service {
        prefix: String,
        name: String,
        standing: Standing,
        accepted: Option<bool>,
    },
    Key {
        service: String,
        name: String,
        key_type: KeyType,
    },
    /// One more ARN template of a resource type; the type may be new, too.
    Arn {
        service: String,
        resource_type: String,
        template: String,
    },
    GlobalKey(GlobalKeyFacts),
}

/// Reads `overrides.txt`; every entry ends with its reason.
pub(crate) fn read_overrides(text: &str) -> Result<Vec<Override>, TextError> {
    lines("overrides.txt", text).map(|line| read_override(&line)).collect()
}

fn read_override(line: &Line<'_>) -> Result<Override, TextError> {
    let (entry, reason) = match line.field(0)? {
        "service" => (read_service_override(line)?, 5),
        "key" => {
            let service = line.field(1)?.to_owned();
            let name = line.field(2)?.to_owned();
            let key_type = line.parse(3, "a key type", KeyType::parse)?;
            (Override::Key { service, name, key_type }, 4)
        }
        "arn" => {
            let service = line.field(1)?.to_owned();
            let resource_type = line.field(2)?.to_owned();
            let template = line.field(3)?.to_owned();
            (Override::Arn { service, resource_type, template }, 4)
        }
        "global-key" => (Override::GlobalKey(read_global_key(line, 1)?), 4),
        other => return Err(line.error(format!("`{other}` is not known"))),
    };
    line.field(reason).map_err(|_| line.error("the reason is missing"))?;
    Ok(entry)
}

fn read_service_override(line: &Line<'_>) -> Result<Override, TextError> {
    let accepted = line.parse(3, "`accepted`, `refused` or `unknown`", |word| match word {
        "accepted" => Some(Some(true)),
        "refused" => Some(Some(false)),
        "unknown" => Some(None),
        _ => None,
    })?;
    Ok(Override::Service {
        prefix: line.field(1)?.to_owned(),
        standing: line.parse(2, "a standing", Standing::parse)?,
        accepted,
        name: line.field(4)?.to_owned(),
    })
}

/// Reads `global-keys.txt`: key, type, category.
pub(crate) fn read_global_keys(text: &str) -> Result<Vec<GlobalKeyFacts>, TextError> {
    lines("global-keys.txt", text).map(|line| read_global_key(&line, 0)).collect()
}

fn read_global_key(line: &Line<'_>, from: usize) -> Result<GlobalKeyFacts, TextError> {
    Ok(GlobalKeyFacts {
        name: line.field(from)?.to_owned(),
        key_type: line.parse(from + 1, "a key type", KeyType::parse)?,
        category: line.parse(from + 2, "a key category", KeyCategory::parse)?,
    })
}

/// Writes `global-keys.txt`.
#[allow(dead_code, reason = "only the generator writes")]
pub(crate) fn write_global_keys(keys: &[GlobalKeyFacts]) -> String {
    let mut out = GENERATED.to_owned();
    out.push_str("# Condition keys of every service, and keys of role sessions.\n");
    for key in keys {
        push_line(&mut out, &[&key.name, key.key_type.as_str(), key.category.as_str()]);
    }
    out
}

/// A condition key with a hole, with the service or prefix that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyPattern {
    pub(crate) owner: String,
    pub(crate) template: String,
}

/// Reads `key-patterns.txt`: keys with holes, and prefixes that are not services.
pub(crate) fn read_key_patterns(
    text: &str,
) -> Result<(Vec<KeyPattern>, Vec<ForeignPrefix>), TextError> {
    let (mut patterns, mut prefixes) = (Vec::new(), Vec::new());
    for line in lines("key-patterns.txt", text) {
        let name = line.field(1)?.to_owned();
        match line.field(0)? {
            "pattern" => {
                patterns.push(KeyPattern { owner: name, template: line.field(2)?.to_owned() });
            }
            "prefix" => prefixes.push(ForeignPrefix { prefix: name, services: line.list(2) }),
            other => return Err(line.error(format!("`{other}` is not known"))),
        }
    }
    Ok((patterns, prefixes))
}

/// Writes `key-patterns.txt`.
#[allow(dead_code, reason = "only the generator writes")]
pub(crate) fn write_key_patterns(patterns: &[KeyPattern], prefixes: &[ForeignPrefix]) -> String {
    let mut out = GENERATED.to_owned();
    out.push_str("# Condition keys with holes, by service or identity provider.\n");
    for pattern in patterns {
        push_line(&mut out, &["pattern", &pattern.owner, &pattern.template]);
    }
    out.push_str("# Prefixes of condition keys that are not the service's own.\n");
    for prefix in prefixes {
        push_line(&mut out, &["prefix", &prefix.prefix, &prefix.services.join(" ")]);
    }
    out
}

/// Reads `rcp-services.txt`: one prefix a line.
pub(crate) fn read_rcp_services(text: &str) -> Result<Vec<String>, TextError> {
    lines("rcp-services.txt", text).map(|line| line.field(0).map(str::to_owned)).collect()
}

/// Writes `rcp-services.txt`.
#[allow(dead_code, reason = "only the generator writes")]
pub(crate) fn write_rcp_services(services: &[String], origin: &str) -> String {
    let mut out = GENERATED.to_owned();
    out.push_str(&format!("# Services that resource control policies apply to, as in {origin}.\n"));
    for service in services {
        push_line(&mut out, &[service]);
    }
    out
}

/// Reads `partitions.txt`: partition, DNS suffix, regions.
pub(crate) fn read_partitions(text: &str) -> Result<Vec<PartitionFacts>, TextError> {
    lines("partitions.txt", text)
        .map(|line| {
            Ok(PartitionFacts {
                name: line.field(0)?.to_owned(),
                dns_suffix: line.field(1)?.to_owned(),
                regions: line.list(2),
            })
        })
        .collect()
}
