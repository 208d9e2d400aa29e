//! What an editor waits for, with real servers, as a Markdown table; times are those of whole
//! answers: `cargo run --release -p keyaki_bench --example editor_session target/release/keyaki`.
//!
//! With `NAME=COMMAND` for each, it measures other servers, too: `cargo xtask compare-servers`.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod session;

use std::error::Error;
use std::time::Duration;

use keyaki_bench::{TEAM_POLICY, large_policy};
use serde_json::json;

use session::Session;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How many changes are made in a text of a few kilobytes, and in one of a megabyte.
const CHANGES: [usize; 2] = [500, 200];

/// The same where servers are compared: some take seconds for each.
const CHANGES_COMPARED: [usize; 2] = [100, 20];

const STARTS: usize = 20;

/// How often slow requests are cancelled.
const CANCELLATIONS: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let program = arguments.first().map_or("target/release/keyaki", String::as_str);
    println!("| server | what | least | median | p99 |\n|---|---|---|---|---|");
    if !program.contains('=') {
        let words = [program, "lsp", "--catalog", "embedded"].map(str::to_owned);
        measure("keyaki", &words, CHANGES)?;
        return [4, 16, 64].iter().try_for_each(|number| cancel("keyaki", &words, *number));
    }
    for argument in &arguments {
        let (name, command) = argument.split_once('=').ok_or("expected NAME=COMMAND")?;
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if let Err(reason) = measure(name, &words, CHANGES_COMPARED) {
            println!("| {name} | {reason} | | | |");
        }
    }
    Ok(())
}

fn measure(name: &str, words: &[String], [few, many]: [usize; 2]) -> Result<()> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let start = std::time::Instant::now();
        let session = Session::start(words)?;
        starts.push(start.elapsed());
        session.end()?;
    }
    row(name, "start to initialized", &mut starts);
    hundred_policies(name, words)?;
    type_in(name, words, "5.9 KB", TEAM_POLICY, few)?;
    type_in(name, words, "1 MB", &large_policy(1), many)
}

/// Types letters into a text and asks after each of them.
fn type_in(server: &str, words: &[String], name: &str, text: &str, number: usize) -> Result<()> {
    const URI: &str = "file:///policy.json";
    let mut session = Session::start(words)?;
    session.open(URI, text)?;
    let at = text.find("\"s3:").map_or(0, |at| at + 4);
    let line = text[..at].matches('\n').count();
    let column = at - text[..at].rfind('\n').map_or(0, |start| start + 1);
    let position = json!({ "line": line, "character": column });
    let here = json!({ "textDocument": { "uri": URI }, "position": position });
    // The text is read before anything is measured.
    session.ask("textDocument/completion", &here)?;
    let (mut diagnostics, mut completions, mut hovers) = (Vec::new(), Vec::new(), Vec::new());
    for version in 2..number as i32 + 2 {
        let (end, letter) = if version % 2 == 0 { (column, "x") } else { (column + 1, "") };
        let range = json!({ "start": position, "end": { "line": line, "character": end } });
        let changes = json!([{ "range": range, "text": letter }]);
        diagnostics.push(session.diagnose(URI, version, &changes)?);
        completions.push(session.ask("textDocument/completion", &here)?.1);
        hovers.push(session.ask("textDocument/hover", &here)?.1);
    }
    row(server, &format!("change to diagnostics, {name}"), &mut diagnostics);
    row(server, &format!("completion, {name}"), &mut completions);
    row(server, &format!("hover, {name}"), &mut hovers);
    session.end()
}

/// Cancels requests that take long, each of them behind others.
fn cancel(server: &str, words: &[String], number: usize) -> Result<()> {
    const URI: &str = "file:///policy.json";
    let (text, mut times) = (large_policy(10), Vec::new());
    for _ in 0..CANCELLATIONS {
        let mut session = Session::start(words)?;
        session.open(URI, &text)?;
        times.extend(session.cancel(URI, number)?);
        session.end()?;
    }
    row(server, &format!("a cancelled request, of {number} slow ones"), &mut times);
    Ok(())
}

fn hundred_policies(name: &str, words: &[String]) -> Result<()> {
    let mut session = Session::start(words)?;
    let position = json!({ "line": 0, "character": 0 });
    for number in 0..100 {
        let uri = format!("file:///policy-{number}.json");
        session.open(&uri, TEAM_POLICY)?;
        // Nothing is read before somebody asks.
        let here = json!({ "textDocument": { "uri": uri }, "position": position });
        session.ask("textDocument/hover", &here)?;
        let whole = json!({ "start": position, "end": position });
        session.diagnose(&uri, 2, &json!([{ "range": whole, "text": " " }]))?;
    }
    let memory = session.memory().map_or(f64::NAN, |kilobytes| kilobytes as f64 / 1024.0);
    println!("| {name} | resident memory, 100 policies of 5.9 KB open | {memory:.1} MB | | |");
    session.end()
}

fn row(server: &str, name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() - 1) * part / 100).copied().unwrap_or_default();
    let ms = |part: usize| at(part).as_secs_f64() * 1e3;
    println!("| {server} | {name} | {:.2} ms | {:.2} ms | {:.2} ms |", ms(0), ms(50), ms(99));
}
