//! Writes an organisation that is made up: `cargo run --release -p keyaki_bench --example
//! organization -- N FOLDER` gives n roles and n resources, an account for each thousand.
#![allow(clippy::print_stderr, reason = "who calls it wrongly is told")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use keyaki_test_support::organization::{Size, organization};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [number, folder] = arguments.as_slice() else {
        eprintln!("expected N FOLDER");
        return ExitCode::from(2);
    };
    let Ok(number) = number.parse() else {
        eprintln!("`{number}` is no number");
        return ExitCode::from(2);
    };
    for (path, text) in organization(1, Size::of(number)) {
        let path = Path::new(folder).join(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = written.and_then(|()| fs::write(&path, text)) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
