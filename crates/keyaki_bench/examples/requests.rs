//! Requests for `keyaki simulate --batch`, one a line:
//! `cargo run --release -p keyaki_bench --example requests 1000000`.

use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    let mut out = BufWriter::new(io::stdout().lock());
    (0..count).try_for_each(|number| writeln!(out, "{}", keyaki_bench::request(number)))?;
    out.flush()
}
