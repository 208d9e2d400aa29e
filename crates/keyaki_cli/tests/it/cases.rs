//! Cases as folders: `testdata/cli/<case>/`.
//!
//! `cmd` is the command line, with `NAME=value` before and `< file` behind it as in a shell.
//! It runs in a copy of `input/`. `stdout`, `stderr` and `exit` hold what it must say; a missing
//! file means nothing, and 0. `after/` holds the files that it must have changed.
//! With `UPDATE_EXPECT=1` in the environment, what it does becomes what it must do.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{folder, keyaki, run};

#[test]
fn every_case_does_what_it_must() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/cli");
    let cases = children(&root);
    assert!(cases.len() > 20, "the cases are in {}", root.display());
    let failed: Vec<String> = cases.iter().filter_map(|case| difference(case)).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What a case does that it must not; with `UPDATE_EXPECT`, it must from now on.
fn difference(case: &Path) -> Option<String> {
    let name = case.file_name()?.to_string_lossy().into_owned();
    let place = folder(&format!("case-{name}"));
    copy(&case.join("input"), &place);
    let told = execute(&text(&case.join("cmd")), &place);
    let mut differences = Vec::new();
    for (file, actual) in told {
        compare(&case.join(file), &actual, &mut differences);
    }
    for file in files(&place, &place) {
        let before = fs::read(case.join("input").join(&file)).unwrap_or_default();
        let now = fs::read(place.join(&file)).expect("the file is there");
        let expected = if before == now { Vec::new() } else { now };
        compare(&case.join("after").join(&file), &expected, &mut differences);
    }
    (!differences.is_empty()).then(|| format!("{name}: {}", differences.join("\n")))
}

fn compare(file: &Path, actual: &[u8], differences: &mut Vec<String>) {
    let expected = fs::read(file).unwrap_or_default();
    if expected == actual {
        return;
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        if actual.is_empty() {
            fs::remove_file(file).expect("the expectation can be removed");
        } else {
            fs::create_dir_all(file.parent().expect("a folder")).expect("it can be created");
            fs::write(file, actual).expect("the expectation can be written");
        }
        return;
    }
    let show = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let name = file.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
    differences.push(format!("{name} is\n{}\nand must be\n{}", show(actual), show(&expected)));
}

/// Runs a command line; gives the files of the expectation with their content.
fn execute(line: &str, place: &Path) -> [(&'static str, Vec<u8>); 3] {
    let (line, input) = match line.split_once(" < ") {
        Some((line, file)) => (line, fs::read(place.join(file.trim())).expect("an input file")),
        None => (line, Vec::new()),
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|w| *w == "keyaki").expect("the command is `keyaki`");
    let arguments: Vec<&str> = words[at + 1..].iter().map(|w| w.trim_matches('\'')).collect();
    let mut command = keyaki(place, &arguments);
    command.envs(words[..at].iter().filter_map(|word| word.split_once('=')));
    let output = run(command, &input);
    let exit = match output.status.code() {
        Some(0) => Vec::new(),
        code => format!("{}\n", code.unwrap_or(-1)).into_bytes(),
    };
    [("stdout", output.stdout), ("stderr", output.stderr), ("exit", exit)]
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The folders in a folder, in order.
fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    paths
}

/// All files below a folder, relative to a root.
fn files(folder: &Path, root: &Path) -> Vec<PathBuf> {
    let nested = |path: PathBuf| match path.is_dir() {
        true => files(&path, root),
        false => vec![path.strip_prefix(root).expect("a path below the root").to_owned()],
    };
    children(folder).into_iter().flat_map(nested).collect()
}

fn copy(from: &Path, to: &Path) {
    if !from.exists() {
        return;
    }
    for file in files(from, from) {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("it can be created");
        fs::copy(from.join(&file), target).expect("the file can be copied");
    }
}
