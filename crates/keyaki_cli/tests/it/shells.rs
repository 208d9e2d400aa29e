//! What packages bring along: completions and manual pages.

use std::process::Command;

use crate::program::{folder, told};

#[test]
fn every_shell_gets_completions_that_name_the_commands() {
    let folder = folder("completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (script, remarks, code) = told(&folder, &["completions", shell]);
        assert_eq!((remarks.as_str(), code), ("", 0), "{shell}");
        for word in ["check", "who-can", "--unsafe-fixes"] {
            let word = word.trim_start_matches("--");
            assert!(script.contains(word), "{word} is missing for {shell}");
        }
    }
}

#[test]
fn bash_reads_its_completions() {
    let folder = folder("completions-bash");
    let (script, ..) = told(&folder, &["completions", "bash"]);
    let checked = Command::new("bash").args(["-n", "-c", &script]).output().expect("bash starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = folder("manual");
    let (_, remarks, code) = told(&folder, &["man", "pages"]);
    assert_eq!((remarks.as_str(), code), ("", 0));
    for page in ["keyaki", "keyaki-check", "keyaki-prove-no-new-access", "keyaki-lsp"] {
        let page = folder.join("pages").join(format!("{page}.1"));
        let text = std::fs::read_to_string(&page).expect("the page was written");
        assert!(text.contains(".SH SYNOPSIS"), "{}", page.display());
    }
    let (first, ..) = told(&folder, &["man"]);
    assert!(first.contains(".TH keyaki 1"), "{first}");
}

#[test]
fn a_manual_that_cannot_be_written_is_a_failure() {
    let folder = folder("manual-failure");
    std::fs::write(folder.join("file"), "").expect("the file can be written");
    let (_, remarks, code) = told(&folder, &["man", "file"]);
    assert_eq!(code, 2);
    assert!(remarks.starts_with("error: file: "), "{remarks}");
}
