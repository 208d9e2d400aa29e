//! The values that settings of the VS Code extension take, from the schema of `keyaki.toml`.
//!
//! The extension's manifest is written by hand, but for the lists of names in it.

use std::path::Path;

use keyaki_syntax::Tree;
use serde_json::{Value, json};

use crate::codegen::Generated;

const PATH: &str = "editors/vscode/package.json";

/// Where the settings are in the manifest, as a JSON pointer.
const PROPERTIES: &str = "/contributes/configuration/properties";

/// The manifest with the values that the schema gives.
///
/// # Errors
/// The manifest cannot be read, or lacks a setting.
pub(crate) fn manifest(root: &Path, schema: &Value) -> Result<Generated, String> {
    let path = root.join(PATH);
    let mut text = std::fs::read_to_string(&path).map_err(|e| format!("{PATH}: {e}"))?;
    for (setting, value) in values(schema)? {
        let tree = Tree::parse(&*text);
        let place = tree.resolve(&format!("{PROPERTIES}/{setting}"));
        let range = place.ok_or_else(|| format!("{PATH}: no {setting}"))?.range();
        text.replace_range(range.start as usize..range.end as usize, &value.to_string());
    }
    Ok(Generated { path, text })
}

/// Parts of settings with what stands there.
fn values(schema: &Value) -> Result<[(&'static str, Value); 4], String> {
    let at = |pointer: &str| schema.pointer(pointer).ok_or(format!("the schema has no {pointer}"));
    let or_unset = |names: &Value| {
        let names = names.as_array().into_iter().flatten().cloned();
        Value::Array(std::iter::once(Value::Null).chain(names).collect())
    };
    let rules = json!({ "type": "string", "anyOf": [at("/$defs/pick/anyOf/0")?, {}] });
    let kinds = at("/properties/files/items/properties/kind/enum")?;
    Ok([
        ("keyaki.persona/enum", or_unset(at("/properties/persona/enum")?)),
        ("keyaki.kind/enum", or_unset(kinds)),
        ("keyaki.select/items", rules.clone()),
        ("keyaki.ignore/items", rules),
    ])
}
