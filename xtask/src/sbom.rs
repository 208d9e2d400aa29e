//! What the program is made of, as a CycloneDX list.
//!
//! Format: <https://cyclonedx.org/docs/1.6/json/>.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::dist::version;
use crate::platform::Platform;

/// The crates that are linked into the program for a platform, with version and licence.
///
/// # Errors
/// Without what cargo tells of them.
pub(crate) fn of_program(
    root: &Path,
    platform: &Platform,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", platform.triple])
        .current_dir(root)
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let linked = linked(&metadata).ok_or("cargo metadata does not tell what is linked")?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let packages = packages.filter(|p| p["id"].as_str().is_some_and(|id| linked.contains(id)));
    let mut components: Vec<Value> = packages.map(component).collect();
    components.sort_by_key(|c| c["purl"].as_str().unwrap_or_default().to_owned());
    let list = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": { "type": "application", "name": "keyaki", "version": version() },
        },
        "components": components,
    });
    Ok(serde_json::to_vec_pretty(&list)?)
}

/// The packages that the program needs when it runs: what `keyaki_cli` leads to, without what
/// only builds or tests need.
fn linked(metadata: &Value) -> Option<BTreeSet<&str>> {
    let nodes = metadata["resolve"]["nodes"].as_array()?;
    let nodes: BTreeMap<&str, &Value> =
        nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let packages = metadata["packages"].as_array()?;
    let program = packages.iter().find(|p| p["name"] == "keyaki_cli")?["id"].as_str()?;
    let mut found = BTreeSet::from([program]);
    let mut left = vec![program];
    while let Some(id) = left.pop() {
        let needed = nodes.get(id).and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let is_linked = |dep: &&Value| {
            let kinds = dep["dep_kinds"].as_array().into_iter().flatten();
            kinds.into_iter().any(|kind| kind["kind"].is_null())
        };
        for dep in needed.filter(is_linked).filter_map(|dep| dep["pkg"].as_str()) {
            if found.insert(dep) {
                left.push(dep);
            }
        }
    }
    Some(found)
}

fn component(package: &Value) -> Value {
    let (name, version) = (&package["name"], &package["version"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    json!({
        "type": "library",
        "name": name,
        "version": version,
        "purl": format!("pkg:cargo/{}@{}", text(name), text(version)),
        "licenses": [{ "expression": text(&package["license"]).replace('/', " OR ") }],
    })
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_what_is_linked_and_nothing_else() {
        let platform = Platform::named("x86_64-unknown-linux-gnu");
        let list = platform.and_then(|p| of_program(&crate::workspace_root(), p));
        let list = list.unwrap_or_else(|e| panic!("{e}"));
        let list: Value = serde_json::from_slice(&list).unwrap_or_else(|e| panic!("{e}"));
        let components = list["components"].as_array().map_or(&[][..], Vec::as_slice);
        let has = |name: &str| components.iter().any(|c| c["name"] == name);
        assert!(has("keyaki_eval") && has("clap") && has("chumsky"));
        assert!(!has("divan"), "a bench is not shipped");
        assert!(!has("xtask"));
    }
}
