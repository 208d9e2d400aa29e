//! What an editor waits for, with the real server: `cargo run --release -p keyaki_bench --example
//! editor_session target/release/keyaki`. Prints a table; times are those of whole answers.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use keyaki_bench::{TEAM_POLICY, large_policy};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let program = std::env::args().nth(1).unwrap_or_else(|| "target/release/keyaki".to_owned());
    let mut starts = Vec::new();
    for _ in 0..30 {
        let start = Instant::now();
        let session = Session::start(&program)?;
        starts.push(start.elapsed());
        session.end()?;
    }
    row("start to initialized", &mut starts);
    type_in(&program, "6 KB", TEAM_POLICY, 500)?;
    type_in(&program, "1 MB", &large_policy(1), 200)?;
    hundred_policies(&program)
}

/// Types letters into a text and asks after each of them.
fn type_in(program: &str, name: &str, text: &str, number: usize) -> Result<()> {
    let mut session = Session::start(program)?;
    session.open("file:///policy.json", text)?;
    let at = text.find("\"s3:").map_or(0, |at| at + 4);
    let line = text[..at].matches('\n').count();
    let column = at - text[..at].rfind('\n').map_or(0, |start| start + 1);
    let position = json!({ "line": line, "character": column });
    let about = json!({ "uri": "file:///policy.json" });
    let here = json!({ "textDocument": about, "position": position });
    let (mut diagnostics, mut completions, mut hovers) = (Vec::new(), Vec::new(), Vec::new());
    for version in 0..number {
        let (end, letter) = if version % 2 == 0 { (column, "x") } else { (column + 1, "") };
        let range = json!({ "start": position, "end": { "line": line, "character": end } });
        let document = json!({ "uri": "file:///policy.json", "version": version + 2 });
        let changes = json!([{ "range": range, "text": letter }]);
        let start = Instant::now();
        let change = json!({ "textDocument": document, "contentChanges": changes });
        session.send(None, "textDocument/didChange", &change)?;
        session.ask("textDocument/diagnostic", &json!({ "textDocument": about }))?;
        diagnostics.push(start.elapsed());
        completions.push(session.ask("textDocument/completion", &here)?);
        hovers.push(session.ask("textDocument/hover", &here)?);
    }
    row(&format!("{name}: change to diagnostics"), &mut diagnostics);
    row(&format!("{name}: completion"), &mut completions);
    row(&format!("{name}: hover"), &mut hovers);
    session.end()
}

fn hundred_policies(program: &str) -> Result<()> {
    let mut session = Session::start(program)?;
    for number in 0..100 {
        let uri = format!("file:///policy-{number}.json");
        session.open(&uri, TEAM_POLICY)?;
        session.ask("textDocument/diagnostic", &json!({ "textDocument": { "uri": uri } }))?;
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", session.child.id()));
    let memory = status.unwrap_or_default();
    let memory = memory.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("VmRSS: unknown");
    println!("100 policies of 6 KB open: {memory}");
    session.end()
}

fn row(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() - 1) * part / 100).copied().unwrap_or_default();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{name}: least {:.2} ms, median {:.2}, p99 {:.2}", ms(at(0)), ms(at(50)), ms(at(99)));
}

/// A server that was greeted.
struct Session {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: u64,
}

impl Session {
    fn start(program: &str) -> Result<Session> {
        let mut command = Command::new(program);
        command.args(["lsp", "--catalog", "embedded"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut session = Session { child, input, output, last_id: 0 };
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-8"] },
            "textDocument": { "diagnostic": {} }
        });
        let greeting = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        session.ask("initialize", &greeting)?;
        session.send(None, "initialized", &json!({}))?;
        Ok(session)
    }

    fn send(&mut self, id: Option<u64>, method: &str, params: &Value) -> Result<()> {
        let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        if let Some(id) = id {
            message["id"] = json!(id);
        }
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        Ok(self.input.flush()?)
    }

    fn open(&mut self, uri: &str, text: &str) -> Result<()> {
        let document = json!({ "uri": uri, "languageId": "json", "version": 1, "text": text });
        self.send(None, "textDocument/didOpen", &json!({ "textDocument": document }))
    }

    /// Asks, and how long the answer took.
    fn ask(&mut self, method: &str, params: &Value) -> Result<Duration> {
        self.last_id += 1;
        let start = Instant::now();
        self.send(Some(self.last_id), method, params)?;
        self.receive()?;
        Ok(start.elapsed())
    }

    /// Takes the next message in. Nothing but answers comes: the greeting asks for nothing else.
    fn receive(&mut self) -> Result<()> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                return Err("the server has gone".into());
            }
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body)?;
        Ok(())
    }

    fn end(mut self) -> Result<()> {
        self.ask("shutdown", &json!(null))?;
        self.send(None, "exit", &json!(null))?;
        self.child.wait()?;
        Ok(())
    }
}
