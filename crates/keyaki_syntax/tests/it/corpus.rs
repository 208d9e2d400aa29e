//! The properties on real policies, where they are at hand.

use std::path::{Path, PathBuf};

use keyaki_syntax::Tree;

use crate::check::check_tree;

/// The directory of real policies: `KEYAKI_CORPUS`, else `shared/data/corpus` beside the
/// repository.
fn corpus() -> Option<PathBuf> {
    let beside = || {
        let ancestors = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        ancestors.map(|dir| dir.join("shared/data/corpus")).find(|dir| dir.is_dir())
    };
    std::env::var_os("KEYAKI_CORPUS").map(PathBuf::from).or_else(beside)
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "json" || e == "template") {
            found.push(path);
        }
    }
}

#[test]
fn all_properties_hold_for_the_corpus() {
    let Some(directory) = corpus() else {
        eprintln!("skipped: no corpus; set KEYAKI_CORPUS to a directory of policies");
        return;
    };
    let mut found = Vec::new();
    files(&directory, &mut found);
    assert!(!found.is_empty(), "no files in {}", directory.display());
    for path in &found {
        let bytes = std::fs::read(path).expect("readable");
        check_tree(&Tree::parse_bytes(&bytes));
    }
    eprintln!("{} files checked", found.len());
}
