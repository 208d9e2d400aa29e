//! Lines above policies; they lead to commands.

use keyaki_ide::{Lens, Target};
use serde_json::{Value, json};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::command::{COMPARE, EXPLAIN, GO, SIMULATE};
use crate::snapshot::Snapshot;

pub(crate) fn lenses(snapshot: &Snapshot) -> Vec<lsp::CodeLens> {
    let lenses = keyaki_ide::lenses(snapshot.document(), snapshot.proofs());
    lenses.into_iter().map(|lens| code_lens(snapshot, lens)).collect()
}

fn code_lens(snapshot: &Snapshot, lens: Lens) -> lsp::CodeLens {
    let uri = Value::from(snapshot.uri.0.clone());
    let (command, arguments) = match lens.target {
        Target::Explanation => (EXPLAIN, vec![uri]),
        Target::Comparison => (COMPARE, vec![uri]),
        Target::Simulation(place) => {
            let policy = snapshot.document().pointer_at(place.start);
            let at = snapshot.range(place).start;
            (SIMULATE, vec![uri, json!({ "policy": policy, "at": at })])
        }
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
