//! A server that was greeted, and what it is asked.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;

/// A server that takes longer to answer is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that was greeted.
pub(crate) struct Session {
    child: Child,
    input: ChildStdin,
    /// Its messages, with the time of their arrival.
    messages: Receiver<(Value, Instant)>,
    last_id: u64,
    /// Whether it offers diagnostics to those that ask.
    is_asked: bool,
}

impl Session {
    /// Starts a server by its command, and greets it.
    pub(crate) fn start(words: &[String]) -> Result<Session> {
        let (program, arguments) = words.split_first().ok_or("no command")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = receive(&mut output) {
                let at = Instant::now();
                let Ok(message) = serde_json::from_str(&message) else { return };
                if sender.send((message, at)).is_err() {
                    return;
                }
            }
        });
        let mut session = Session { child, input, messages, last_id: 0, is_asked: false };
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-8", "utf-16"] },
            "textDocument": {
                "diagnostic": {},
                "publishDiagnostics": { "versionSupport": true },
                "completion": { "completionItem": { "snippetSupport": true } }
            }
        });
        let greeting = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let (answer, _) = session.ask("initialize", &greeting)?;
        session.is_asked = answer["result"]["capabilities"]["diagnosticProvider"].is_object();
        session.send(None, "initialized", &json!({}))?;
        Ok(session)
    }

    fn send(&mut self, id: Option<u64>, method: &str, params: &Value) -> Result<()> {
        let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        if let Some(id) = id {
            message["id"] = json!(id);
        }
        self.write(&message)
    }

    fn write(&mut self, message: &Value) -> Result<()> {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        Ok(self.input.flush()?)
    }

    /// Opens a text, and waits for the diagnostics that a server sends by itself.
    pub(crate) fn open(&mut self, uri: &str, text: &str) -> Result<()> {
        let document = json!({ "uri": uri, "languageId": "json", "version": 1, "text": text });
        self.send(None, "textDocument/didOpen", &json!({ "textDocument": document }))?;
        if !self.is_asked {
            self.wait(is_publication)?;
        }
        Ok(())
    }

    /// Asks, and how long the answer took.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Result<(Value, Duration)> {
        self.last_id += 1;
        let id = self.last_id;
        let start = Instant::now();
        self.send(Some(id), method, params)?;
        let answers = |message: &Value| message["id"] == id && message.get("method").is_none();
        let (answer, end) = self.wait(answers)?;
        Ok((answer, end - start))
    }

    /// Changes a text, and how long its diagnostics took from then.
    pub(crate) fn diagnose(&mut self, change: &Value, uri: &str) -> Result<Duration> {
        let start = Instant::now();
        self.send(None, "textDocument/didChange", change)?;
        if self.is_asked {
            let sent = start.elapsed();
            let about = json!({ "textDocument": { "uri": uri } });
            return Ok(sent + self.ask("textDocument/diagnostic", &about)?.1);
        }
        let (_, end) = self.wait(is_publication)?;
        Ok(end - start)
    }

    /// The next message of a kind. What the server asks gets an empty answer.
    fn wait(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Result<(Value, Instant)> {
        loop {
            let late = |_| "it does not answer in time";
            let (message, at) = self.messages.recv_timeout(PATIENCE).map_err(late)?;
            if is_wanted(&message) {
                return Ok((message, at));
            }
            if message.get("id").is_some() && message.get("method").is_some() {
                let items = message["params"]["items"].as_array();
                let result = items.map_or(Value::Null, |items| json!(vec![json!({}); items.len()]));
                let id = &message["id"];
                self.write(&json!({ "jsonrpc": "2.0", "id": id, "result": result }))?;
            }
        }
    }

    /// The memory that it has, in kilobytes.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    pub(crate) fn end(mut self) -> Result<()> {
        self.ask("shutdown", &json!(null))?;
        self.send(None, "exit", &json!(null))?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // One that was given up does not end by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_publication(message: &Value) -> bool {
    message["method"] == "textDocument/publishDiagnostics"
}

/// The next message as text; none at the end.
fn receive(output: &mut impl BufRead) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}
