//! What an editor can have done by name: `workspace/executeCommand`.

use serde_json::{Value, json};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::question::{Wanted, request};
use crate::server::KeyakiServer;
use crate::snapshot::Snapshot;
use crate::view::{About, View};

/// Shows a document in words.
pub(crate) const EXPLAIN: &str = "keyaki.server.explainPolicy";

/// Shows what has changed since the last commit.
pub(crate) const COMPARE: &str = "keyaki.server.compareWithHead";

/// Shows what a policy says to a request.
pub(crate) const SIMULATE: &str = "keyaki.server.simulate";

/// Makes a request to begin with.
const DRAFT: &str = "keyaki.server.draftRequest";

/// Proves that something holds of a policy, or refutes it.
const PROVE: &str = "keyaki.server.prove";

/// Goes to a place.
pub(crate) const GO: &str = "keyaki.server.goTo";

/// The commands that the server knows.
pub(crate) const COMMANDS: [&str; 6] = [EXPLAIN, COMPARE, SIMULATE, DRAFT, PROVE, GO];

/// What a command asks for. The text that it is about is its first argument.
#[derive(Clone, Debug, PartialEq)]
enum Command {
    /// To see the text as something else.
    See(View),
    /// To see what a policy says to a request.
    Simulate(Wanted),
    /// To have a request to begin with.
    Draft(Wanted),
    /// To see whether something holds.
    Prove(Wanted),
    /// To go to a place.
    Go(lsp::Range),
}

impl Command {
    /// Reads a command; none where it is not one of ours.
    fn read(name: &str, argument: Option<&Value>) -> Option<Command> {
        match name {
            EXPLAIN => Some(Command::See(View::Explanation)),
            COMPARE => Some(Command::See(View::Comparison)),
            SIMULATE => Wanted::read(argument, "request").map(Command::Simulate),
            DRAFT => Wanted::read(argument, "request").map(Command::Draft),
            PROVE => Wanted::read(argument, "question").map(Command::Prove),
            GO => serde_json::from_value(argument?.clone()).ok().map(Command::Go),
            _ => None,
        }
    }

    /// The answer about a text, with the view that it is, if it is one.
    fn answer(self, snapshot: &Snapshot) -> (Option<View>, Value) {
        let (view, mut answer) = match self {
            Command::See(view) => (view, json!({})),
            Command::Prove(wanted) => {
                let (policy, asked) = (wanted.policy(snapshot), wanted.asked.unwrap_or_default());
                (View::Proof(About { policy, asked }), json!({}))
            }
            Command::Simulate(wanted) => return simulate(&wanted, snapshot),
            Command::Draft(wanted) => {
                let (policy, request) = (wanted.policy(snapshot), wanted.draft(snapshot));
                return (None, json!({ "policy": policy, "request": request }));
            }
            Command::Go(_) => return (None, Value::Null),
        };
        answer["markdown"] = json!(view.of(snapshot));
        (Some(view), answer)
    }
}

fn simulate(wanted: &Wanted, snapshot: &Snapshot) -> (Option<View>, Value) {
    let policy = wanted.policy(snapshot);
    let asked = wanted.asked.clone().unwrap_or_else(|| json!(wanted.draft(snapshot)));
    let told = keyaki_ide::simulation(snapshot.document(), policy.as_deref(), &request(&asked));
    let statements: Vec<_> = told.statements.into_iter().map(|at| snapshot.range(at)).collect();
    let answer = json!({ "markdown": told.markdown, "says": told.says, "statements": statements });
    (Some(View::Simulation(About { policy, asked })), answer)
}

impl KeyakiServer {
    /// Does what a command asks for.
    pub(crate) async fn execute(&self, params: lsp::ExecuteCommandParams) -> Result<Option<Value>> {
        let arguments = params.arguments.as_deref().unwrap_or_default();
        let unknown = || Error::invalid_params("no such command");
        let uri = arguments.first().and_then(Value::as_str).ok_or_else(unknown)?;
        let uri = lsp::Uri(uri.to_owned());
        let command = Command::read(&params.command, arguments.get(1)).ok_or_else(unknown)?;
        if let Command::Go(range) = command {
            return Ok(self.go(lsp::Location { uri, range }));
        }
        let answer = self.read(&uri, move |snapshot| command.answer(snapshot)).await?;
        let (view, mut answer) = answer.ok_or_else(|| Error::invalid_params("it is not open"))?;
        if let Some(view) = view {
            answer["uri"] = json!(self.state().client.reads_views.then(|| view.address(&uri)));
        }
        Ok(Some(answer))
    }
}
