//! The answer to a question: proved, refuted by a request, or undecided.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::simulation::{Request, Statement, draw};
use crate::terminal::one_line;

/// An answer, as plain data.
#[derive(Clone, Debug)]
pub struct Proof<'a> {
    /// `proved`, `refuted` or `undecided`.
    pub answer: &'static str,
    /// What the answer means, in a sentence.
    pub meaning: String,
    /// Why it is undecided.
    pub reason: Option<String>,
    /// The request that refutes.
    pub witness: Option<Witness<'a>>,
    /// What was left out, in words.
    pub approximations: Vec<String>,
    /// What the reader should know about how it was answered.
    pub notes: Vec<String>,
    /// The engine that answered.
    pub engine: String,
    /// The profile.
    pub profile: String,
}

/// A request that refutes.
#[derive(Clone, Debug)]
pub struct Witness<'a> {
    /// The request.
    pub request: Request,
    /// The account that owns the resource, where its ARN does not tell and it matters.
    pub resource_account: Option<String>,
    /// Keys that must be absent from it.
    pub absent: Vec<String>,
    /// The statements that match it.
    pub statements: Vec<Statement<'a>>,
    /// What the reader should know about it.
    pub notes: Vec<String>,
}

/// The answer for people: the witness as a request, and the statements in their source.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(proof: &Proof<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let hue = match proof.answer {
        "proved" => 32,
        "refuted" => 31,
        _ => 33,
    };
    let answer = match color {
        true => format!("\x1b[1;{hue}m{}\x1b[0m", proof.answer),
        false => proof.answer.to_owned(),
    };
    writeln!(out, "{answer}: {}", one_line(&proof.meaning))?;
    if let Some(reason) = &proof.reason {
        writeln!(out, "  because {}", one_line(reason))?;
    }
    if let Some(witness) = &proof.witness {
        write_witness(witness, color, out)?;
    }
    let mut notes = proof.approximations.iter().chain(&proof.notes);
    notes.try_for_each(|note| writeln!(out, "note: {}", one_line(note)))?;
    match proof.engine.as_str() {
        "native" | "none" => Ok(()),
        engine => writeln!(out, "note: answered by {}", one_line(engine)),
    }
}

fn write_witness(witness: &Witness<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    let request = &witness.request;
    writeln!(out, "  principal  {}", one_line(&request.principal))?;
    writeln!(out, "  action     {}", one_line(&request.action))?;
    writeln!(out, "  resource   {}", one_line(&request.resource))?;
    if let Some(account) = &witness.resource_account {
        writeln!(out, "  owner      {}", one_line(account))?;
    }
    for (index, (key, values)) in request.context.iter().enumerate() {
        let label = if index == 0 { "context" } else { "" };
        let values = match values.as_slice() {
            [one] => one.clone(),
            several => format!("{several:?}"),
        };
        writeln!(out, "  {label:<10} {}", one_line(&format!("{key} = {values}")))?;
    }
    for (index, key) in witness.absent.iter().enumerate() {
        let label = if index == 0 { "absent" } else { "" };
        writeln!(out, "  {label:<10} {}", one_line(key))?;
    }
    for statement in &witness.statements {
        writeln!(out)?;
        let verb = if statement.effect == "Deny" { "denies" } else { "allows" };
        draw(statement, &format!("this statement {verb} it"), color, out)?;
    }
    if !witness.notes.is_empty() {
        writeln!(out)?;
    }
    witness.notes.iter().try_for_each(|note| writeln!(out, "note: {}", one_line(note)))
}

/// The answer as JSON, version 1. The witness is what `keyaki simulate --request` reads.
pub fn to_json(proof: &Proof<'_>) -> Value {
    let witness = proof.witness.as_ref();
    let statements: Vec<Value> = witness
        .into_iter()
        .flat_map(|w| &w.statements)
        .map(|s| {
            json!({"layer": s.layer, "file": s.file, "statement": s.index, "sid": s.sid,
                   "effect": s.effect})
        })
        .collect();
    let notes: Vec<&String> =
        proof.notes.iter().chain(witness.into_iter().flat_map(|w| &w.notes)).collect();
    json!({
        "version": 1,
        "answer": proof.answer,
        "reason": proof.reason,
        "witness": witness.map(witness_json),
        "statements": statements,
        "notes": notes,
        "engine": proof.engine,
        "profile": proof.profile,
        "approximations": proof.approximations,
    })
}

pub(crate) fn witness_json(witness: &Witness<'_>) -> Value {
    let context: serde_json::Map<String, Value> =
        witness.request.context.iter().map(|(k, v)| (k.clone(), values(v))).collect();
    let mut value = json!({
        "principal": witness.request.principal,
        "action": witness.request.action,
        "resource": witness.request.resource,
        "context": context,
        "absent": witness.absent,
    });
    if let Some(account) = &witness.resource_account {
        value["resource_account"] = json!(account);
    }
    value
}

fn values(values: &[String]) -> Value {
    match values {
        [one] => json!(one),
        several => json!(several),
    }
}
