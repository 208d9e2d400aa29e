//! An editor whose tests stop at what they did not expect.

use std::process::{Command, ExitStatus};
use std::time::Duration;

use keyaki_test_support::session::Session;
use serde_json::{Value, json};

/// The name of the text that most tests open.
pub(crate) const URI: &str = "file:///example/policy.json";

/// An editor with its server.
pub(crate) struct Editor(pub(crate) Session);

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
        Editor(Session::start(&mut command).expect("the server starts"))
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.raw(bytes).expect("the server reads");
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.0.notify(method, &params).expect("the server reads");
    }

    /// Sends a request and does not wait.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.0.ask(method, &params).expect("the server reads")
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
        self.0.answer(id).expect("an answer").0
    }

    /// What the next thing of that name that the server says by itself is about.
    pub(crate) fn told(&mut self, method: &str) -> Value {
        self.0.told(method).expect("it is said").0["params"].clone()
    }

    /// How often the server has said something that nobody has looked at yet.
    pub(crate) fn untold(&self, method: &str) -> usize {
        self.0.told.iter().filter(|(message, _)| message["method"] == method).count()
    }

    /// Takes one message in; whether there was one.
    pub(crate) fn listen(&mut self, patience: Duration) -> bool {
        self.0.listen(patience).expect("the server is there")
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        self.open_as(uri, "json", text);
    }

    /// Opens a text in a language.
    pub(crate) fn open_as(&mut self, uri: &str, language: &str, text: &str) {
        self.0.open(uri, language, text).expect("the server reads");
    }

    /// Changes a text.
    pub(crate) fn change(&mut self, uri: &str, version: i32, changes: &Value) {
        self.0.change(uri, version, changes).expect("the server reads");
    }

    /// Replaces a whole text.
    pub(crate) fn replace(&mut self, uri: &str, version: i32, text: &str) {
        self.change(uri, version, &json!([{ "text": text }]));
    }

    /// The diagnostics of a text, asked for.
    pub(crate) fn pull(&mut self, uri: &str) -> Value {
        self.about("textDocument/diagnostic", uri)
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
    pub(crate) fn leave(self) -> ExitStatus {
        self.0.leave().expect("the server ends")
    }

    /// Waits for the server to end.
    pub(crate) fn end(self) -> ExitStatus {
        self.0.end().expect("the server ends")
    }
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
