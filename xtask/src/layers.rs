//! The arrows between crates: who may import whom, and a test that nobody else does.

#[cfg(test)]
#[expect(clippy::panic, reason = "a test stops at what it did not expect")]
mod tests {
    use std::collections::BTreeMap;
    use std::process::Command;

    /// What each crate may import, beside itself; development-only crates may import any.
    /// The picture is in `ARCHITECTURE.md`. A new arrow is a change of design.
    const ARROWS: &[(&str, &[&str])] = &[
        ("keyaki_diag", &[]),
        ("keyaki_syntax", &["keyaki_diag"]),
        ("keyaki_ir", &["keyaki_syntax", "keyaki_diag"]),
        ("keyaki_catalog", &["keyaki_ir", "keyaki_diag"]),
        ("keyaki_eval", &["keyaki_catalog", "keyaki_ir"]),
        ("keyaki_symbolic", &["keyaki_eval", "keyaki_catalog", "keyaki_ir"]),
        ("keyaki_solve", &["keyaki_symbolic", "keyaki_eval", "keyaki_catalog", "keyaki_ir"]),
        ("keyaki_analyze", &["keyaki_symbolic", "keyaki_eval", "keyaki_catalog", "keyaki_ir"]),
        ("keyaki_account", &["keyaki_catalog", "keyaki_ir", "keyaki_syntax"]),
        ("keyaki_trail", &["keyaki_catalog", "keyaki_ir"]),
        (
            "keyaki_audit",
            &[
                "keyaki_account",
                "keyaki_trail",
                "keyaki_analyze",
                "keyaki_symbolic",
                "keyaki_eval",
                "keyaki_catalog",
                "keyaki_ir",
            ],
        ),
        (
            "keyaki_lint",
            &[
                "keyaki_analyze",
                "keyaki_symbolic",
                "keyaki_eval",
                "keyaki_catalog",
                "keyaki_ir",
                "keyaki_syntax",
                "keyaki_diag",
            ],
        ),
        (
            "keyaki_workspace",
            &[
                "keyaki_lint",
                "keyaki_analyze",
                "keyaki_symbolic",
                "keyaki_eval",
                "keyaki_catalog",
                "keyaki_ir",
                "keyaki_syntax",
                "keyaki_diag",
            ],
        ),
        ("keyaki_report", &["keyaki_diag"]),
        (
            "keyaki_ide",
            &[
                "keyaki_workspace",
                "keyaki_lint",
                "keyaki_analyze",
                "keyaki_symbolic",
                "keyaki_eval",
                "keyaki_catalog",
                "keyaki_ir",
                "keyaki_syntax",
                "keyaki_diag",
            ],
        ),
        ("keyaki_lsp", &["keyaki_ide"]),
        (
            "keyaki_cli",
            &[
                "keyaki_lsp",
                "keyaki_workspace",
                "keyaki_account",
                "keyaki_trail",
                "keyaki_audit",
                "keyaki_analyze",
                "keyaki_solve",
                "keyaki_symbolic",
                "keyaki_report",
                "keyaki_lint",
                "keyaki_eval",
                "keyaki_catalog",
                "keyaki_ir",
                "keyaki_syntax",
                "keyaki_diag",
            ],
        ),
    ];

    const DEVELOPMENT: &[&str] = &["xtask", "keyaki_bench", "keyaki_test_support"];

    #[test]
    fn imports_run_one_way_only() {
        let metadata = metadata();
        let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
        for package in metadata["packages"].as_array().into_iter().flatten() {
            let name = package["name"].as_str().unwrap_or_default();
            if DEVELOPMENT.contains(&name) {
                continue;
            }
            let arrows = allowed.get(name);
            let arrows = arrows.unwrap_or_else(|| panic!("{name} stands in no layer"));
            for dependency in package["dependencies"].as_array().into_iter().flatten() {
                let to = dependency["name"].as_str().unwrap_or_default();
                let ours = dependency["path"].is_string();
                let normal = dependency["kind"].as_str() != Some("dev");
                assert!(!ours || !normal || arrows.contains(&to), "{name} imports {to}");
            }
        }
    }

    #[test]
    fn every_dependency_has_its_reason() {
        let path = crate::workspace_root().join("docs/dependencies.md");
        let reasons = std::fs::read_to_string(path).unwrap_or_default();
        for package in metadata()["packages"].as_array().into_iter().flatten() {
            for dependency in package["dependencies"].as_array().into_iter().flatten() {
                let name = dependency["name"].as_str().unwrap_or_default();
                let ours = dependency["path"].is_string();
                let has_row = reasons.contains(&format!("\n| `{name}` |"));
                assert!(ours || has_row, "docs/dependencies.md gives no reason for {name}");
            }
        }
    }

    fn metadata() -> serde_json::Value {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
            .current_dir(crate::workspace_root())
            .output()
            .unwrap_or_else(|e| panic!("cargo metadata: {e}"));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("cargo metadata: {e}"))
    }
}
