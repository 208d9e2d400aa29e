//! How long parsing takes: `cargo bench -p keyaki_syntax -- FILE_OR_DIRECTORY…`.
//!
//! Prints the shortest of many runs for each argument, over all its files, on one core.
#![allow(clippy::print_stdout, reason = "a bench reports to its reader")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use keyaki_syntax::Tree;

/// A policy of some size, for a run without arguments.
fn sample() -> String {
    let statement = |i: usize| {
        format!(
            "    {{\n      \"Sid\": \"Part{i}\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\n        \
             \"s3:GetObject\",\n        \"s3:PutObject\",\n        \"ec2:Describe*\"\n      ],\n      \
             \"Resource\": \"arn:aws:s3:::bucket-{i}/*\",\n      \"Condition\": {{\n        \
             \"StringEquals\": {{\n          \"aws:PrincipalOrgID\": \"o-example\"\n        }}\n      \
             }}\n    }}"
        )
    };
    let statements: Vec<String> = (0..16).map(statement).collect();
    format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}\n",
        statements.join(",\n")
    )
}

fn texts(path: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return std::fs::read_to_string(path).into_iter().collect();
    };
    entries.flatten().flat_map(|entry| texts(&entry.path())).collect()
}

fn shortest(texts: &[String]) -> Duration {
    let bytes: usize = texts.iter().map(String::len).sum();
    let runs = (200_000_000 / bytes.max(1)).clamp(10, 20_000);
    let run = |_| {
        let inputs: Vec<Box<str>> = texts.iter().map(|t| t.as_str().into()).collect();
        let mut trees = Vec::with_capacity(inputs.len());
        let start = Instant::now();
        for input in inputs {
            trees.push(black_box(Tree::parse(input)));
        }
        start.elapsed()
    };
    (0..runs).map(run).min().unwrap_or_default()
}

fn print_time(name: &str, texts: &[String]) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let time = shortest(texts);
    let speed = bytes as f64 / time.as_secs_f64() / 1e6;
    println!("{name}: {} files, {bytes} bytes, {time:?}, {speed:.0} MB/s", texts.len());
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    if paths.is_empty() {
        print_time("sample", &[sample()]);
    }
    for path in &paths {
        print_time(path, &texts(Path::new(path)));
    }
}
