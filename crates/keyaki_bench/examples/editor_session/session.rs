//! A server that was greeted, and how long it takes.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keyaki_test_support::session;
use serde_json::{Value, json};

use crate::Result;

const PUBLICATION: &str = "textDocument/publishDiagnostics";

/// A server that was greeted.
pub(crate) struct Session {
    server: session::Session,
    /// Whether it offers diagnostics to those that ask.
    is_asked: bool,
}

impl Session {
    /// Starts a server by its command, and greets it.
    pub(crate) fn start(words: &[String]) -> Result<Session> {
        let (program, arguments) = words.split_first().ok_or("no command")?;
        let mut command = Command::new(program);
        let mut server = session::Session::start(command.args(arguments).stderr(Stdio::null()))?;
        server.settings = json!({});
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-8", "utf-16"] },
            "textDocument": {
                "diagnostic": {},
                "publishDiagnostics": { "versionSupport": true },
                "completion": { "completionItem": { "snippetSupport": true } }
            }
        });
        let greeting = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let mut session = Session { server, is_asked: false };
        let (answer, _) = session.ask("initialize", &greeting)?;
        session.is_asked = answer["result"]["capabilities"]["diagnosticProvider"].is_object();
        session.server.notify("initialized", &json!({}))?;
        Ok(session)
    }

    /// Opens a text, and waits for the diagnostics that a server sends by itself.
    pub(crate) fn open(&mut self, uri: &str, text: &str) -> Result<()> {
        self.server.open(uri, "json", text)?;
        if !self.is_asked {
            self.server.told(PUBLICATION)?;
        }
        Ok(())
    }

    /// Asks, and how long the answer took.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Result<(Value, Duration)> {
        let start = Instant::now();
        let id = self.server.ask(method, params)?;
        let (answer, end) = self.server.answer(id)?;
        Ok((answer, end - start))
    }

    /// Changes a text, and how long its diagnostics took from then.
    pub(crate) fn diagnose(
        &mut self,
        uri: &str,
        version: i32,
        changes: &Value,
    ) -> Result<Duration> {
        let start = Instant::now();
        self.server.change(uri, version, changes)?;
        let end = match self.is_asked {
            true => {
                let about = json!({ "textDocument": { "uri": uri } });
                let id = self.server.ask("textDocument/diagnostic", &about)?;
                self.server.answer(id)?.1
            }
            false => self.server.told(PUBLICATION)?.1,
        };
        Ok(end - start)
    }

    /// Changes a long text, asks for all of its tokens so many times, and cancels each request: how
    /// long after that it is answered.
    pub(crate) fn cancel(&mut self, uri: &str, number: usize) -> Result<Vec<Duration>> {
        let position = json!({ "line": 0, "character": 0 });
        let start = json!({ "start": position, "end": position });
        self.server.change(uri, 2, &json!([{ "range": start, "text": " " }]))?;
        let about = json!({ "textDocument": { "uri": uri } });
        let ask = |_| self.server.ask("textDocument/semanticTokens/full", &about);
        let ids = (0..number).map(ask).collect::<std::io::Result<Vec<i64>>>()?;
        // By then they are under way.
        let nowhere = json!({ "uri": "file:///nowhere.json" });
        let quick = json!({ "textDocument": nowhere, "position": position });
        self.ask("textDocument/hover", &quick)?;
        let mut starts = Vec::new();
        for id in ids {
            starts.push((id, Instant::now()));
            self.server.notify("$/cancelRequest", &json!({ "id": id }))?;
        }
        let mut times = Vec::new();
        for (id, start) in starts {
            let (answer, end) = self.server.answer(id)?;
            if answer["error"]["code"] != -32800 {
                return Err("a request was answered before it was cancelled".into());
            }
            times.push(end - start);
        }
        Ok(times)
    }

    /// The memory that it has, in kilobytes.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = format!("/proc/{}/status", self.server.process());
        let status = std::fs::read_to_string(status).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    pub(crate) fn end(self) -> Result<()> {
        self.server.leave()?;
        Ok(())
    }
}
