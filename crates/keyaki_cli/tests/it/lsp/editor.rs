//! An editor that speaks the protocol, and remembers what it was told.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A server that takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// The name of the text that most tests open.
pub(crate) const URI: &str = "file:///example/policy.json";

/// An editor with its server.
pub(crate) struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    last_id: i64,
    /// Notifications and requests of the server that nobody has looked at yet.
    pub(crate) told: Vec<Value>,
    /// Answers that arrived before somebody waited for them, in the order of their arrival.
    answers: Vec<Value>,
    /// Whether questions of the server get an answer.
    pub(crate) answers_questions: bool,
    /// What is said when the server asks for settings.
    pub(crate) settings: Value,
    /// The same for folders with their own.
    pub(crate) folder_settings: Vec<(String, Value)>,
}

/// What most editors of today can do, and ask for diagnostics.
pub(crate) fn pulling() -> Value {
    let mut capabilities = pushing();
    capabilities["textDocument"]["diagnostic"] = json!({ "relatedInformation": true });
    capabilities["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
    capabilities
}

/// The same for one that is sent diagnostics.
pub(crate) fn pushing() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true },
            "completion": { "completionItem": { "snippetSupport": true } },
            "codeAction": {
                "dataSupport": true,
                "resolveSupport": { "properties": ["edit"] }
            }
        },
        "workspace": { "workspaceEdit": { "documentChanges": true } }
    })
}

impl Editor {
    /// Starts a server and greets it.
    pub(crate) fn start(capabilities: Value) -> Editor {
        Editor::greeted(Editor::spawn(), capabilities)
    }

    /// The same with all that can be said in the greeting.
    pub(crate) fn start_with(greeting: Value) -> Editor {
        Editor::greeted_with(Editor::spawn(), greeting)
    }

    /// The same with a server that was started already.
    pub(crate) fn greeted(editor: Editor, capabilities: Value) -> Editor {
        let greeting = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        Editor::greeted_with(editor, greeting)
    }

    fn greeted_with(mut editor: Editor, greeting: Value) -> Editor {
        let result = editor.request("initialize", greeting);
        assert!(result["result"]["capabilities"].is_object(), "{result}");
        editor.notify("initialized", json!({}));
        editor
    }

    /// Starts a server and says nothing.
    pub(crate) fn spawn() -> Editor {
        Editor::run(["lsp", "--catalog", "embedded"])
    }

    /// Starts the program with these arguments and says nothing.
    pub(crate) fn run<'w>(arguments: impl IntoIterator<Item = &'w str>) -> Editor {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyaki"));
        command.args(arguments).env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the server starts");
        let output = child.stdout.take().expect("standard output is a pipe");
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = receive(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let (told, answers) = (Vec::new(), Vec::new());
        let (settings, folder_settings) = (json!(null), Vec::new());
        let answers_questions = true;
        Editor {
            child,
            input,
            messages,
            last_id: 0,
            told,
            answers,
            answers_questions,
            settings,
            folder_settings,
        }
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(bytes).expect("the server reads");
        input.flush().expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and does not wait.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Sends a request and waits for its result.
    pub(crate) fn result(&mut self, method: &str, params: Value) -> Value {
        let answer = self.request(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The answer to a request.
    pub(crate) fn answer(&mut self, id: i64) -> Value {
        let start = Instant::now();
        loop {
            if let Some(at) = self.answers.iter().position(|answer| answer["id"] == id) {
                return self.answers.remove(at);
            }
            assert!(start.elapsed() < PATIENCE, "no answer to request {id}");
            self.listen(PATIENCE);
        }
    }

    /// The ids of the answers that are there, in the order of their arrival.
    pub(crate) fn answered(&self) -> Vec<i64> {
        self.answers.iter().filter_map(|answer| answer["id"].as_i64()).collect()
    }

    /// The next thing of that name that the server says by itself.
    pub(crate) fn told(&mut self, method: &str) -> Value {
        let start = Instant::now();
        loop {
            if let Some(at) = self.told.iter().position(|message| message["method"] == method) {
                return self.told.remove(at)["params"].clone();
            }
            assert!(start.elapsed() < PATIENCE, "the server never says {method}");
            self.listen(PATIENCE);
        }
    }

    /// Takes one message in; whether there was one.
    pub(crate) fn listen(&mut self, patience: Duration) -> bool {
        let message = match self.messages.recv_timeout(patience) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => panic!("the server has gone"),
        };
        if message.get("method").is_none() {
            self.answers.push(message);
            return true;
        }
        if message.get("id").is_some() && self.answers_questions {
            let result = match message["method"].as_str() {
                Some("workspace/configuration") => self.settings_for(&message["params"]["items"]),
                _ => json!(null),
            };
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
        }
        self.told.push(message);
        true
    }

    /// An answer for each scope that the server asks about.
    fn settings_for(&self, items: &Value) -> Value {
        let of = |item: &Value| {
            let own = self.folder_settings.iter().find(|(uri, _)| item["scopeUri"] == *uri);
            own.map_or(&self.settings, |(_, settings)| settings).clone()
        };
        items.as_array().into_iter().flatten().map(of).collect()
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "json", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a whole text.
    pub(crate) fn replace(&mut self, uri: &str, version: i32, text: &str) {
        let document = json!({ "uri": uri, "version": version });
        let changes = json!([{ "text": text }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// The diagnostics of a text, asked for.
    pub(crate) fn pull(&mut self, uri: &str) -> Value {
        self.result("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }))
    }

    /// Asks something about a whole text.
    pub(crate) fn about(&mut self, method: &str, uri: &str) -> Value {
        self.result(method, json!({ "textDocument": { "uri": uri } }))
    }

    /// Asks something about a place.
    pub(crate) fn at(&mut self, method: &str, line: u32, character: u32) -> Value {
        let position = json!({ "line": line, "character": character });
        self.result(method, json!({ "textDocument": { "uri": URI }, "position": position }))
    }

    /// Says goodbye, and how the server ended.
    pub(crate) fn leave(mut self) -> ExitStatus {
        self.result("shutdown", json!(null));
        self.notify("exit", json!(null));
        self.end()
    }

    /// Closes the input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// Waits for the server to end.
    pub(crate) fn end(mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the server can be waited for") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the server does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // A test that failed leaves its server behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn receive(output: &mut BufReader<ChildStdout>) -> Option<Value> {
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
    serde_json::from_slice(&body).ok()
}

/// A policy with one statement.
pub(crate) fn policy(sid: &str, action: &str) -> String {
    format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {{\n      \"Sid\": \"{sid}\",\n      \
         \"Effect\": \"Allow\",\n      \"Action\": \"{action}\",\n      \"Resource\": \"*\"\n    }}\n  ]\n}}\n"
    )
}

/// A policy that takes some time to check: as many statements as asked for.
pub(crate) fn long_policy(statements: usize) -> String {
    let statement = "{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObjct\", \"ec2:Describ\", \"iam:Get*\"], \
                     \"Resource\": [\"arn:aws:s3:::b/*\", \"arn:aws:s3:::c\"]}";
    let all = vec![statement; statements].join(",\n");
    format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{all}]}}")
}
