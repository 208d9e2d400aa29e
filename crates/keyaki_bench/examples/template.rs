//! A template with thousands of policies, of a length in bytes:
//! `cargo run --release -p keyaki_bench --example template cloudformation 1000000 > large.yaml`,
//! `cargo run --release -p keyaki_bench --example template terraform 1000000 > large.tf`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let language = arguments.next();
    let length = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let text = match language.as_deref() {
        Some("cloudformation") => keyaki_bench::cloudformation(length),
        Some("terraform") => keyaki_bench::terraform(length),
        _ => return Err(io::Error::other("give `cloudformation` or `terraform`, and a length")),
    };
    io::stdout().lock().write_all(text.as_bytes())
}
