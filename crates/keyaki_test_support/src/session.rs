//! The editor's side of the language server protocol: starts a server, sends messages, and keeps
//! what comes back with the time of its arrival.
//!
//! It knows no feature. Tests and measurements of servers, ours or others, stand on it; a server
//! that ends or does not answer in time is an error of this side.

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A server that takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that was started.
#[derive(Debug)]
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<(Value, Instant)>,
    last_id: i64,
    /// Notifications and requests of the server that nobody has looked at yet.
    pub told: Vec<(Value, Instant)>,
    /// Answers that arrived before somebody waited for them, in the order of their arrival.
    answers: Vec<(Value, Instant)>,
    /// Whether questions of the server get an answer.
    pub answers_questions: bool,
    /// What is said when the server asks for settings.
    pub settings: Value,
    /// The same for folders with their own, by their addresses.
    pub folder_settings: Vec<(String, Value)>,
}

impl Session {
    /// Starts a server and says nothing.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(command: &mut Command) -> io::Result<Session> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let gone = || Error::from(ErrorKind::BrokenPipe);
        let mut output = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(body) = receive(&mut output) {
                let at = Instant::now();
                let Ok(message) = serde_json::from_slice(&body) else { return };
                if sender.send((message, at)).is_err() {
                    return;
                }
            }
        });
        Ok(Session {
            input: child.stdin.take(),
            child,
            messages,
            last_id: 0,
            told: Vec::new(),
            answers: Vec::new(),
            answers_questions: true,
            settings: Value::Null,
            folder_settings: Vec::new(),
        })
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// The server does not read.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let input = self.input.as_mut().ok_or(ErrorKind::BrokenPipe)?;
        input.write_all(bytes)?;
        input.flush()
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes())
    }

    /// Tells the server something.
    ///
    /// # Errors
    /// The server does not read.
    pub fn notify(&mut self, method: &str, params: &Value) -> io::Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Sends a request and does not wait: its id.
    ///
    /// # Errors
    /// The server does not read.
    pub fn ask(&mut self, method: &str, params: &Value) -> io::Result<i64> {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        Ok(id)
    }

    /// The answer to a request.
    ///
    /// # Errors
    /// There is none in time.
    pub fn answer(&mut self, id: i64) -> io::Result<(Value, Instant)> {
        self.awaited(&format!("no answer to request {id}"), |session| {
            let at = session.answers.iter().position(|(answer, _)| answer["id"] == id)?;
            Some(session.answers.remove(at))
        })
    }

    /// The ids of the answers that are there, in the order of their arrival.
    pub fn answered(&self) -> Vec<i64> {
        self.answers.iter().filter_map(|(answer, _)| answer["id"].as_i64()).collect()
    }

    /// The next message of that name that the server sends by itself.
    ///
    /// # Errors
    /// There is none in time.
    pub fn told(&mut self, method: &str) -> io::Result<(Value, Instant)> {
        self.awaited(&format!("the server never says {method}"), |session| {
            let at = session.told.iter().position(|(message, _)| message["method"] == method)?;
            Some(session.told.remove(at))
        })
    }

    fn awaited<T>(
        &mut self,
        missing: &str,
        look: impl Fn(&mut Session) -> Option<T>,
    ) -> io::Result<T> {
        let start = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return Ok(found);
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::new(ErrorKind::TimedOut, missing));
            }
            self.listen(PATIENCE)?;
        }
    }

    /// Takes one message in; whether there was one in time.
    ///
    /// # Errors
    /// The server has gone.
    pub fn listen(&mut self, patience: Duration) -> io::Result<bool> {
        let (message, at) = match self.messages.recv_timeout(patience) {
            Ok(arrived) => arrived,
            Err(RecvTimeoutError::Timeout) => return Ok(false),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(ErrorKind::UnexpectedEof, "the server has gone"));
            }
        };
        if message.get("method").is_none() {
            self.answers.push((message, at));
            return Ok(true);
        }
        if message.get("id").is_some() && self.answers_questions {
            let result = match message["method"].as_str() {
                Some("workspace/configuration") => self.settings_for(&message["params"]["items"]),
                _ => Value::Null,
            };
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }))?;
        }
        self.told.push((message, at));
        Ok(true)
    }

    /// An answer for each scope that the server asks about.
    fn settings_for(&self, items: &Value) -> Value {
        let of = |item: &Value| {
            let own = self.folder_settings.iter().find(|(uri, _)| item["scopeUri"] == *uri);
            own.map_or(&self.settings, |(_, settings)| settings).clone()
        };
        items.as_array().into_iter().flatten().map(of).collect()
    }

    /// Opens a text in a language.
    ///
    /// # Errors
    /// The server does not read.
    pub fn open(&mut self, uri: &str, language: &str, text: &str) -> io::Result<()> {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }))
    }

    /// Changes a text, as the protocol describes changes.
    ///
    /// # Errors
    /// The server does not read.
    pub fn change(&mut self, uri: &str, version: i32, changes: &Value) -> io::Result<()> {
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", &params)
    }

    /// The number of the server's process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Closes the server's input.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// Says goodbye, and how the server ended.
    ///
    /// # Errors
    /// It does not answer or does not end.
    pub fn leave(mut self) -> io::Result<ExitStatus> {
        let id = self.ask("shutdown", &Value::Null)?;
        self.answer(id)?;
        self.notify("exit", &Value::Null)?;
        self.end()
    }

    /// Waits for the server to end.
    ///
    /// # Errors
    /// It does not in time.
    pub fn end(mut self) -> io::Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::new(ErrorKind::TimedOut, "the server does not end"));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // One that was given up does not end by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next message; none at the end.
fn receive(output: &mut impl BufRead) -> Option<Vec<u8>> {
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
    Some(body)
}
