//! Files that are no policies: each gets its diagnostic, and the others are checked all the same.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::program::{folder, told};

const POLICY: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \
                      \"Action\": \"s3:Nothing\", \"Resource\": \"*\"}]}";

/// A folder with one file that is bad and one, sorted behind it, that has a finding.
fn with_good_neighbour(name: &str) -> PathBuf {
    let place = folder(name);
    fs::write(place.join("z.json"), POLICY).expect("the policy can be written");
    place
}

/// Checks the folder: the first line must be about the bad file and hold these words, the
/// neighbour must have been checked.
fn assert_told(place: &Path, bad: &str, words: &str, exit: i32) {
    let select = ["--select", "json-syntax-error,invalid-action"];
    let arguments = [&["check", "--format", "concise", "."][..], &select].concat();
    let (stdout, stderr, code) = told(place, &arguments);
    let first = stdout.lines().next().unwrap_or_default();
    assert!(first.starts_with(&format!("{bad}:1:1: error[")), "{stdout}{stderr}");
    assert!(first.contains(words), "{stdout}");
    assert!(stdout.contains("z.json:1:71: error[invalid-action]"), "{stdout}");
    assert_eq!(code, exit, "{stderr}");
}

#[test]
fn an_empty_file_is_told() {
    let place = with_good_neighbour("bad-empty");
    fs::write(place.join("a.json"), "").expect("the file can be written");
    assert_told(&place, "a.json", "the document is empty", 1);
}

#[test]
fn a_file_that_is_not_utf8_is_told() {
    let place = with_good_neighbour("bad-utf8");
    fs::write(place.join("a.json"), b"\xff\x00\xfe").expect("the file can be written");
    assert_told(&place, "a.json", "not UTF-8", 1);
}

#[test]
fn a_file_that_is_not_json_is_told() {
    let place = with_good_neighbour("bad-json");
    fs::write(place.join("a.json"), "<policy/>").expect("the file can be written");
    assert_told(&place, "a.json", "", 1);
}

#[test]
fn a_file_of_100_megabytes_is_told() {
    let place = with_good_neighbour("bad-long");
    let file = File::create(place.join("a.json")).expect("the file can be created");
    file.set_len(100 << 20).expect("the file system knows sparse files");
    assert_told(&place, "a.json", "unreadable-file", 2);
}

#[test]
fn a_million_brackets_are_told() {
    for bracket in ["[", "{\"Statement\":", "[{\"Statement\":"] {
        let place = with_good_neighbour("bad-deep");
        let text = bracket.repeat(1_000_000);
        fs::write(place.join("a.json"), text).expect("the file can be written");
        let (stdout, stderr, code) = told(&place, &["check", "--format", "concise"]);
        assert!(stdout.contains("a.json:1:"), "{stderr}");
        assert!(stdout.contains("nested too deeply"), "{stderr}");
        assert!(stdout.contains("z.json:1:71: error[invalid-action]"), "{stderr}");
        assert_eq!(code, 1);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_loop_is_told() {
    let place = with_good_neighbour("bad-loop");
    fs::create_dir(place.join("a")).expect("the folder can be created");
    std::os::unix::fs::symlink("..", place.join("a/b")).expect("links can be made");
    assert_told(&place, "a/b", "leads back to", 2);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_told_where_it_would_have_been_read() {
    let place = with_good_neighbour("bad-link");
    std::os::unix::fs::symlink("nowhere", place.join("a.json")).expect("links can be made");
    std::os::unix::fs::symlink("nowhere", place.join("b.txt")).expect("links can be made");
    assert_told(&place, "a.json", "leads nowhere", 2);
    let (stdout, _, _) = told(&place, &["check", "--format", "concise", "."]);
    assert!(!stdout.contains("b.txt"), "{stdout}");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let place = with_good_neighbour("bad-permission");
    let path = place.join("a.json");
    fs::write(&path, POLICY).expect("the policy can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("rights can be taken");
    // The superuser may read all the same; then there is nothing to see.
    if fs::read(&path).is_err() {
        assert_told(&place, "a.json", "permission denied", 2);
    }
}

#[test]
fn a_missing_file_is_told_and_the_others_are_checked() {
    let place = with_good_neighbour("bad-missing");
    let arguments = ["check", "--format", "concise", "a.json", "no/*.json", "z.json"];
    let (stdout, _, code) = told(&place, &arguments);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines[0], "a.json:1:1: error[unreadable-file] cannot be read: no such file");
    assert!(lines[1].starts_with("no/*.json:1:1: error[unreadable-file]"), "{stdout}");
    assert!(lines[2].starts_with("z.json:1:71: error[invalid-action]"), "{stdout}");
    assert_eq!(code, 2);
}

#[test]
fn a_folder_with_the_name_of_a_policy_is_searched() {
    let place = with_good_neighbour("bad-folder");
    fs::create_dir(place.join("a.json")).expect("the folder can be created");
    fs::write(place.join("a.json/x.json"), "").expect("the file can be written");
    assert_told(&place, "a.json/x.json", "the document is empty", 1);
}

#[test]
fn what_gitignore_leaves_out_is_not_read() {
    let place = with_good_neighbour("ignored");
    fs::create_dir_all(place.join(".git")).expect("the folder can be created");
    fs::create_dir_all(place.join("build")).expect("the folder can be created");
    fs::write(place.join(".gitignore"), "build/\n").expect("the file can be written");
    fs::write(place.join("build/a.json"), "").expect("the file can be written");
    let (stdout, _, _) = told(&place, &["check", "--format", "concise"]);
    assert!(!stdout.contains("build"), "{stdout}");
    // Named by the user, it is read.
    let (stdout, _, _) = told(&place, &["check", "--format", "concise", "build/a.json"]);
    assert!(stdout.starts_with("build/a.json:1:1: error[json-syntax-error]"), "{stdout}");
}
