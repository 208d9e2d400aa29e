//! Lines above policies, and the commands that they lead to.

use keyaki_ide::{Lens, Target};
use serde_json::{Value, json};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::snapshot::Snapshot;
use crate::view::View;

/// Shows a document in words.
pub(crate) const EXPLAIN: &str = "keyaki.server.explainPolicy";

/// Shows what has changed since the last commit.
pub(crate) const COMPARE: &str = "keyaki.server.compareWithHead";

/// Goes to a place.
pub(crate) const GO: &str = "keyaki.server.goTo";

/// The commands that the server knows.
pub(crate) const COMMANDS: [&str; 3] = [EXPLAIN, COMPARE, GO];

pub(crate) fn lenses(snapshot: &Snapshot) -> Vec<lsp::CodeLens> {
    let lenses = keyaki_ide::lenses(snapshot.document(), snapshot.proofs());
    lenses.into_iter().map(|lens| code_lens(snapshot, lens)).collect()
}

fn code_lens(snapshot: &Snapshot, lens: Lens) -> lsp::CodeLens {
    let uri = Value::from(snapshot.uri.0.clone());
    let (command, arguments) = match lens.target {
        Target::Explanation => (EXPLAIN, vec![uri]),
        Target::Comparison => (COMPARE, vec![uri]),
        Target::Place(range) => (GO, vec![uri, json!(snapshot.range(range))]),
    };
    let command = lsp::Command {
        title: lens.title,
        tooltip: None,
        command: command.to_owned(),
        arguments: Some(arguments),
    };
    lsp::CodeLens { range: snapshot.range(lens.range), command: Some(command), data: None }
}

/// What a command asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Request {
    /// To see a text as something else.
    See(View, lsp::Uri),
    /// To go to a place.
    Go(lsp::Location),
}

/// Reads a command; none where it is not one of ours.
pub(crate) fn request(params: &lsp::ExecuteCommandParams) -> Option<Request> {
    let arguments = params.arguments.as_deref().unwrap_or_default();
    let uri = lsp::Uri(arguments.first()?.as_str()?.to_owned());
    match params.command.as_str() {
        EXPLAIN => Some(Request::See(View::Explanation, uri)),
        COMPARE => Some(Request::See(View::Comparison, uri)),
        GO => {
            let range = serde_json::from_value(arguments.get(1)?.clone()).ok()?;
            Some(Request::Go(lsp::Location { uri, range }))
        }
        _ => None,
    }
}
