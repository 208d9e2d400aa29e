//! How fast events of CloudTrail are read: `cargo run --release -p keyaki_bench --example trail
//! [-- FILE…]`. Without files, events made up; with them, their events over and over.
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::time::Instant;

use keyaki_trail::{Names, ingest};

/// How much text is read.
const BYTES: usize = 1024 * 1024 * 1024;

fn main() -> std::io::Result<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let text = match files.is_empty() {
        true => keyaki_test_support::organization::trail(1, 20_000),
        false => whole(&files)?,
    };
    let rounds = BYTES.div_ceil(text.len().max(1));
    let mut names = Names::new(keyaki_catalog::embedded());
    let start = Instant::now();
    let (mut events, mut bytes) = (0, 0);
    for _ in 0..rounds {
        let found = ingest("trail.json", text.as_slice(), &mut names);
        events += found.usage.events;
        bytes += text.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    let rate = bytes as f64 / seconds / 1e6;
    println!("{bytes} bytes, {events} events, {seconds:.2} s, {rate:.0} MB/s on one thread");
    Ok(())
}

fn whole(files: &[String]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for file in files {
        text.extend(std::fs::read(file)?);
        text.push(b'\n');
    }
    Ok(text)
}
