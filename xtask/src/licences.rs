//! The licences of all dependencies: permissive ones only. The same list stands in `deny.toml`.

#[cfg(test)]
#[expect(clippy::panic, reason = "a test stops at what it did not expect")]
mod tests {
    use std::process::Command;

    const PERMISSIVE: [&str; 10] = [
        "MIT",
        "MIT-0",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
    ];

    /// Whether some way of reading an SPDX expression asks for permissive licences only.
    fn is_permissive(expression: &str) -> bool {
        let alternatives = expression.split(" OR ").flat_map(|e| e.split('/'));
        let known = |term: &str| {
            let term = term.trim().trim_matches(['(', ')']);
            PERMISSIVE.contains(&term) || term == "CDLA-Permissive-2.0"
        };
        alternatives.into_iter().any(|terms| terms.split(" AND ").all(known))
    }

    #[test]
    fn dependencies_are_permissive() {
        let output = Command::new(env!("CARGO"))
            // Not offline: crates for other systems are listed, too, and a build fetches none of them.
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(crate::workspace_root())
            .output()
            .unwrap_or_else(|e| panic!("cargo metadata: {e}"));
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("cargo metadata: {e}"));
        let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(packages.len() > 10, "no packages are listed");
        for package in packages {
            let licence = package["license"].as_str().unwrap_or_default();
            assert!(is_permissive(licence), "{}: `{licence}`", package["name"]);
        }
    }

    #[test]
    fn expressions_are_read() {
        assert!(is_permissive("MIT OR Apache-2.0"));
        assert!(is_permissive("MIT/Apache-2.0"));
        assert!(is_permissive("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(!is_permissive("AGPL-3.0"));
        assert!(!is_permissive("MIT AND GPL-3.0"));
    }
}
