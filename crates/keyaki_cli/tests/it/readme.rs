//! The commands of `README.md` print what it shows.

use std::path::Path;

use crate::program::{keyaki, run};

/// A command of a `console` block, and what the block shows below it.
struct Shown {
    arguments: Vec<String>,
    output: String,
}

#[test]
fn the_commands_of_the_readme_print_what_it_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("there is a README");
    let shown = shown(&readme);
    let names: Vec<_> = shown.iter().map(|s| s.arguments[0].as_str()).collect();
    for command in ["check", "explain", "format", "catalog", "simulate"] {
        assert!(names.contains(&command), "`{command}` is not among {names:?}");
    }
    assert!(shown.iter().filter(|s| !s.output.is_empty()).count() >= 2);
    for Shown { arguments, output } in shown {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = keyaki(&root, &arguments);
        command.env("KEYAKI_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"));
        let told = run(command, b"");
        assert_ne!(told.status.code(), Some(2), "{arguments:?} fails");
        let text = [told.stdout, told.stderr].concat();
        let text = String::from_utf8(text).expect("the program writes UTF-8");
        if !output.is_empty() {
            assert_eq!(text.trim_end(), output.trim_end(), "{arguments:?}");
        }
    }
}

#[test]
fn the_commands_of_other_pages_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = [
        "docs/cloudtrail.md",
        "docs/templates.md",
        "docs/tour.md",
        "docs/tutorial-audit.md",
        "docs/tutorial-ci.md",
        "docs/tutorial-editor.md",
    ];
    for page in pages {
        let text = std::fs::read_to_string(root.join(page)).expect("there is a page");
        let shown = shown(&text);
        assert!(!shown.is_empty(), "{page}");
        for Shown { arguments, output } in shown {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let told = run(keyaki(&root, &arguments), b"");
            assert_ne!(told.status.code(), Some(2), "{page}: {arguments:?} fails");
            if !output.is_empty() {
                let text = String::from_utf8(told.stdout).expect("the program writes UTF-8");
                assert_eq!(text.trim_end(), output.trim_end(), "{page}: {arguments:?}");
            }
        }
    }
}

/// The commands that run the program, with the lines that follow each.
fn shown(readme: &str) -> Vec<Shown> {
    let blocks = readme.split("```console\n").skip(1);
    let mut all = Vec::new();
    for block in blocks {
        let block = block.split("```").next().unwrap_or_default().replace("\\\n", " ");
        let mut ours = false;
        for line in block.lines() {
            match line.strip_prefix("$ ") {
                Some(command) => {
                    let given = command.strip_prefix("cargo run --release -- ");
                    ours = given.is_some();
                    all.extend(
                        given.map(|given| Shown { arguments: words(given), output: String::new() }),
                    );
                }
                None if ours => {
                    let last = all.last_mut().expect("a command comes first");
                    last.output.push_str(line);
                    last.output.push('\n');
                }
                None => {}
            }
        }
    }
    all
}

fn words(command: &str) -> Vec<String> {
    command.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect()
}
