//! The VS Code extension's manifest says what the program takes.

use keyaki_diag::Persona;
use keyaki_ir::PolicyKind;
use serde_json::{Value, json};

/// A part of the manifest.
fn manifest(pointer: &str) -> Value {
    let text = include_str!("../../../../editors/vscode/package.json");
    let manifest: Value = serde_json::from_str(text).expect("the manifest is JSON");
    manifest.pointer(pointer).cloned().unwrap_or_else(|| panic!("no {pointer} in the manifest"))
}

fn choices(setting: &str) -> Value {
    manifest(&format!("/contributes/configuration/properties/keyaki.{setting}/enum"))
}

#[test]
fn the_extension_has_the_version_of_the_program() {
    assert_eq!(manifest("/version"), env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_settings_offer_all_personas_and_kinds() {
    let personas = [Persona::Regular, Persona::Pedantic, Persona::Auditor].map(Persona::name);
    assert_eq!(
        choices("persona"),
        json!([&[Value::Null], &personas.map(Value::from)[..]].concat())
    );
    let kinds = PolicyKind::ALL.map(PolicyKind::name);
    assert_eq!(choices("kind"), json!([&[Value::Null], &kinds.map(Value::from)[..]].concat()));
}
