//! Public templates and plans, where they are present.

use std::path::PathBuf;

use keyaki_diag::Level;
use keyaki_lint::Selection;
use keyaki_workspace::{CheckedFile, Status, check, discover};

use crate::templates::{folder, options};

/// All files of a folder of the corpus; none, and a word about it, where there is none.
fn checked(name: &str) -> Option<Vec<CheckedFile>> {
    let path: PathBuf = folder("../shared/data/corpus").join(name);
    if !path.is_dir() {
        println!("skipped: there is no {}", path.display());
        return None;
    }
    Some(check(&discover(&[path]), &options(&Selection::default())))
}

/// How many files there are, how many policies in them, and how many findings that are errors.
fn counts(files: &[CheckedFile]) -> [usize; 3] {
    let policies = files.iter().flat_map(|f| &f.documents).filter(|d| d.kind.is_some());
    let errors = files.iter().flat_map(CheckedFile::findings).filter(|f| f.level == Level::Error);
    [files.len(), policies.count(), errors.count()]
}

/// Counted by hand: the objects that look like policies, as another YAML reader sees them, are 831;
/// nine of them are of AWS IoT, which has a language of its own, and one is a policy without any
/// statement.
#[test]
fn every_policy_of_the_templates_is_found() {
    let Some(files) = checked("cloudformation") else { return };
    let none: Vec<&str> =
        files.iter().filter(|f| f.status == Status::NoPolicy).map(|f| &*f.path).collect();
    assert!(none.iter().all(|path| path.contains("iot_policy")), "{none:?}");
    assert!(
        !files.iter().flat_map(CheckedFile::findings).any(|f| f.rule.name.starts_with("unread"))
    );
    assert_eq!(counts(&files), [185, 824, 62]);
}

#[test]
fn every_policy_of_the_plans_is_found() {
    let Some(files) = checked("terraform-plan") else { return };
    assert_eq!(counts(&files), [38, 112, 12]);
}
