//! The JSON Schema of `keyaki.toml`, for editors of TOML.

use keyaki_ir::{PolicyKind, ResourceType};
use keyaki_lint::{Setting, Takes};
use serde_json::{Map, Value, json};

const LEVELS: [&str; 4] = ["error", "security", "warning", "suggestion"];

/// The schema, with the names of the rules.
pub(crate) fn schema(rules: &[String]) -> Value {
    let names: Vec<String> = rules.iter().map(|rule| rule.replace('_', "-")).collect();
    let codes = names.iter().map(|name| name.replace('-', "_").to_uppercase());
    let rule: Vec<String> = names.iter().cloned().chain(codes).collect();
    let groups = ["all", "aws", "proved"].into_iter().chain(LEVELS).map(str::to_owned);
    let pick: Vec<String> = groups.chain(rule.iter().cloned()).collect();
    let resource_types: Vec<&str> = ResourceType::ALL.iter().map(|t| t.name()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "keyaki.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "persona": { "enum": ["regular", "pedantic", "auditor"], "description": "For whom findings are." },
            "select": list("#/$defs/pick", "These rules alone."),
            "ignore": list("#/$defs/pick", "These rules not."),
            "groups": {
                "type": "object",
                "description": "Groups of rules, for `select` and `ignore`.",
                "additionalProperties": list("#/$defs/rule", "The rules of the group."),
            },
            "fail-level": { "enum": LEVELS, "description": "The level from which on findings make the exit code 1." },
            "levels": {
                "type": "object",
                "description": "Other levels for rules.",
                "propertyNames": { "$ref": "#/$defs/rule" },
                "additionalProperties": { "enum": LEVELS },
            },
            "rules": rule_settings(),
            "require": { "type": "array", "items": requirement() },
            "files": { "type": "array", "items": files(&resource_types) },
            "suppress": { "type": "array", "items": suppression() },
            "archive": { "type": "array", "items": archive() },
            "perimeter": perimeter(),
        },
        "$defs": {
            "rule": { "enum": rule },
            "pick": { "anyOf": [{ "enum": pick }, { "type": "string", "description": "A group of this file." }] },
            "paths": one_or_more(&json!({ "type": "string" }), "Patterns as in a .gitignore."),
        },
    })
}

fn list(items: &str, description: &str) -> Value {
    one_or_more(&json!({ "$ref": items }), description)
}

fn one_or_more(item: &Value, description: &str) -> Value {
    json!({ "description": description, "anyOf": [item, { "type": "array", "items": item }] })
}

fn perimeter() -> Value {
    let texts = |description| one_or_more(&json!({ "type": "string" }), description);
    json!({
        "type": "object",
        "description": "What `keyaki analyze` takes to be trusted and expected.",
        "additionalProperties": false,
        "properties": {
            "zone": texts("Who is trusted: `account`, `organization`, or ids of accounts and organizations."),
            "networks": texts("From where requests are expected: CIDR blocks, ids of VPCs and of VPC endpoints."),
        },
    })
}

fn files(resource_types: &[&str]) -> Value {
    json!({
        "type": "object",
        "description": "What holds for some files.",
        "additionalProperties": false,
        "required": ["path"],
        "properties": {
            "path": { "$ref": "#/$defs/paths" },
            "kind": { "enum": PolicyKind::ALL.map(PolicyKind::name) },
            "resource-type": { "enum": resource_types },
            "ignore": list("#/$defs/rule", "Rules that do not run on these files."),
        },
    })
}

fn suppression() -> Value {
    json!({
        "type": "object",
        "description": "Findings that somebody has looked at and accepts.",
        "additionalProperties": false,
        "required": ["rule", "reason"],
        "properties": {
            "rule": { "$ref": "#/$defs/rule" },
            "reason": { "type": "string", "minLength": 1 },
            "path": { "$ref": "#/$defs/paths" },
            "policy": { "type": "string", "description": "A JSON pointer to the policy in its file, or to what it is in." },
            "sid": { "type": "string", "description": "The Sid of the statement." },
            "at": { "type": "string", "description": "A JSON pointer into the policy." },
            "expires": { "type": "string", "format": "date", "description": "The last day on which it holds." },
        },
    })
}

fn archive() -> Value {
    let texts = one_or_more(&json!({ "type": "string" }), "Texts.");
    let criterion = json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": { "eq": texts, "neq": texts, "contains": texts, "exists": { "type": "boolean" } },
    });
    json!({
        "type": "object",
        "description": "Findings about snapshots that are put aside.",
        "additionalProperties": false,
        "required": ["when", "reason"],
        "properties": {
            "when": {
                "type": "object",
                "description": "Fields of findings, each with what must hold of its values.",
                "minProperties": 1,
                "additionalProperties": criterion,
            },
            "reason": { "type": "string", "minLength": 1 },
            "expires": { "type": "string", "format": "date", "description": "The last day on which it holds." },
        },
    })
}

/// The settings of the rules that have any.
fn rule_settings() -> Value {
    let with_settings = keyaki_lint::rules().iter().filter(|rule| !rule.settings.is_empty());
    let tables = with_settings.map(|rule| {
        let settings = rule.settings.iter().map(|s| (s.name.to_owned(), setting(s)));
        let table = json!({
            "type": "object",
            "description": rule.meta.summary(),
            "additionalProperties": false,
            "properties": settings.collect::<Map<_, _>>(),
        });
        (rule.meta.name.to_owned(), table)
    });
    json!({
        "type": "object",
        "description": "Settings of rules, under their names.",
        "additionalProperties": false,
        "properties": tables.collect::<Map<_, _>>(),
    })
}

fn setting(setting: &Setting) -> Value {
    match setting.takes {
        Takes::Number => json!({ "type": "integer", "minimum": 0, "description": setting.about }),
        Takes::Texts => one_or_more(&json!({ "type": "string" }), setting.about),
    }
}

fn requirement() -> Value {
    json!({
        "type": "object",
        "description": "What the project asks of every grant of some actions.",
        "additionalProperties": false,
        "required": ["actions", "condition"],
        "properties": {
            "actions": one_or_more(&json!({ "type": "string" }), "Action patterns."),
            "condition": {
                "type": "object",
                "description": "The condition that every granted request must meet, as in a policy.",
            },
            "reason": { "type": "string", "description": "What to tell who violates it." },
        },
    })
}
