//! Public recordings.

use std::fs::File;
use std::path::{Path, PathBuf};

use keyaki_trail::{Names, Usage, ingest};

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, all),
            path => all.push(path),
        }
    }
}

#[test]
fn public_recordings_are_understood() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cloudtrail");
    if !samples.is_dir() {
        #[expect(clippy::print_stderr, reason = "who skips a test says so")]
        {
            eprintln!("skipped: there are no public recordings at {}", samples.display());
        }
        return;
    }
    let mut paths = Vec::new();
    files(&samples, &mut paths);
    let mut names = Names::new(keyaki_catalog::embedded());
    let mut usage = Usage::default();
    for path in paths.iter().filter(|p| !p.ends_with("policy-to-guess.json")) {
        let file = File::open(path).expect("a file");
        let found = ingest(&path.to_string_lossy(), file, &mut names);
        assert!(found.is_trail, "{}", path.display());
        usage.add(found.usage);
    }
    assert_eq!(usage.events, 2497);
    let (lost, told): (Vec<_>, Vec<_>) = usage.troubles.keys().partition(|t| t.loses);
    let lost: Vec<&str> = lost.iter().map(|t| t.about.as_str()).collect();
    assert_eq!(lost, ["s3.amazonaws.com GetStorageLensDashboardDataInternal"]);
    // Whoever published these files changed the account in the events, and not in their names.
    assert!(told.iter().all(|t| t.about.contains("/invictus/")), "{told:?}");
}
