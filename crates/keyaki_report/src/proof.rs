//! The answer to a question: proved, refuted by a request, or undecided.

use std::io::{self, Write};

use keyaki_diag::TextRange;
use serde_json::{Value, json};

use crate::simulation::{Request, Statement, draw, draw_parts};
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
    /// What the proof needs.
    pub core: Option<Core<'a>>,
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
    /// What is not known before deployment, and what the request takes it to be.
    pub assumed: Vec<(String, String)>,
}

/// What a proof needs.
#[derive(Clone, Debug)]
pub struct Core<'a> {
    /// The statements.
    pub statements: Vec<Needed<'a>>,
    /// Whether nothing of it can be left out.
    pub is_minimal: bool,
    /// How many questions were asked for it.
    pub questions: usize,
}

/// What a proof needs of one statement.
#[derive(Clone, Debug)]
pub struct Needed<'a> {
    /// The statement.
    pub statement: Statement<'a>,
    /// Whether it is needed for what it does not match, rather than for what it does.
    pub is_limit: bool,
    /// What it does for the proof, in a few words.
    pub says: &'static str,
    /// Its elements.
    pub elements: Vec<Element>,
}

/// An element that a proof needs.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name; of a condition also its operator and its key.
    pub name: String,
    /// The values that are needed.
    pub values: Vec<String>,
    /// Where they stand.
    pub ranges: Vec<TextRange>,
}

/// How many statements of a core are drawn; JSON has all.
const MOST_DRAWN: usize = 5;

/// How many values of a statement are marked.
const MOST_MARKED: usize = 6;

/// The answer for people: the witness as a request, and the statements in their source.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(proof: &Proof<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    headline(proof.answer, &proof.meaning, color, out)?;
    if let Some(reason) = &proof.reason {
        writeln!(out, "  because {}", one_line(reason))?;
    }
    if let Some(witness) = &proof.witness {
        write_witness(witness, color, out)?;
    }
    if let Some(core) = &proof.core {
        write_core(core, color, out)?;
    }
    let core = proof.core.as_ref();
    let mut notes: Vec<String> = core.map_or_else(Vec::new, core_notes);
    notes.extend(proof.approximations.iter().chain(&proof.notes).cloned());
    notes.extend(by_whom(&proof.engine));
    let is_drawn = proof.witness.is_some() || core.is_some_and(|c| !c.statements.is_empty());
    write_notes(&notes, is_drawn, out)
}

/// That another engine than the usual one answered.
pub(crate) fn by_whom(engine: &str) -> Option<String> {
    (!["native", "none"].contains(&engine)).then(|| format!("answered by {engine}"))
}

/// Notes at the end, apart from what is drawn.
pub(crate) fn write_notes(notes: &[String], is_drawn: bool, out: &mut dyn Write) -> io::Result<()> {
    if is_drawn && !notes.is_empty() {
        writeln!(out)?;
    }
    notes.iter().try_for_each(|note| writeln!(out, "note: {}", one_line(note)))
}

/// The answer and what it means.
pub(crate) fn headline(
    answer: &str,
    meaning: &str,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let hue = match answer {
        "proved" => 32,
        "refuted" => 31,
        _ => 33,
    };
    let answer = match color {
        true => format!("\x1b[1;{hue}m{answer}\x1b[0m"),
        false => answer.to_owned(),
    };
    writeln!(out, "{answer}: {}", one_line(meaning))
}

pub(crate) fn write_core(core: &Core<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    for needed in core.statements.iter().take(MOST_DRAWN) {
        let ranges = needed.elements.iter().flat_map(|e| &e.ranges).copied();
        let ranges: Vec<TextRange> = ranges.take(MOST_MARKED).collect();
        writeln!(out)?;
        draw_parts(&needed.statement, &ranges, needed.says, color, out)?;
    }
    Ok(())
}

/// What the reader should know about a core.
fn core_notes(core: &Core<'_>) -> Vec<String> {
    let more = match core.statements.len().saturating_sub(MOST_DRAWN) {
        0 => None,
        1 => Some("one more statement".to_owned()),
        more => Some(format!("{more} more statements")),
    };
    let more = more.map(|m| format!("the proof needs {m}; JSON output lists all"));
    let open = (!core.is_minimal).then(|| {
        let questions = core.questions;
        format!("some of this may not be needed: {questions} questions about it were not enough")
    });
    more.into_iter().chain(open).collect()
}

fn write_witness(witness: &Witness<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    write_request(witness, out)?;
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

/// The request, one line for each of its parts.
pub(crate) fn write_request(witness: &Witness<'_>, out: &mut dyn Write) -> io::Result<()> {
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
    for (index, (name, value)) in witness.assumed.iter().enumerate() {
        let label = if index == 0 { "where" } else { "" };
        writeln!(out, "  {label:<10} {}", one_line(&format!("{name} is {value}")))?;
    }
    Ok(())
}

/// The answer as JSON, version 1. The witness is what `keyaki simulate --request` reads.
pub fn to_json(proof: &Proof<'_>) -> Value {
    let witness = proof.witness.as_ref();
    let statements: Vec<Value> =
        witness.into_iter().flat_map(|w| &w.statements).map(statement_json).collect();
    let notes: Vec<&String> =
        proof.notes.iter().chain(witness.into_iter().flat_map(|w| &w.notes)).collect();
    json!({
        "version": 1,
        "answer": proof.answer,
        "reason": proof.reason,
        "witness": witness.map(witness_json),
        "statements": statements,
        "core": proof.core.as_ref().map(core_json),
        "notes": notes,
        "engine": proof.engine,
        "profile": proof.profile,
        "approximations": proof.approximations,
    })
}

pub(crate) fn core_json(core: &Core<'_>) -> Value {
    let statements = core.statements.iter().map(|needed| {
        let mut value = statement_json(&needed.statement);
        value["needed_for"] = json!(if needed.is_limit { "limits" } else { "matches" });
        let elements = needed.elements.iter();
        let elements: Vec<Value> =
            elements.map(|e| json!({"element": e.name, "values": e.values})).collect();
        value["elements"] = json!(elements);
        value
    });
    json!({
        "statements": statements.collect::<Vec<_>>(),
        "minimal": core.is_minimal,
        "questions": core.questions,
    })
}

pub(crate) fn statement_json(s: &Statement<'_>) -> Value {
    json!({"layer": s.layer, "file": s.file, "statement": s.index, "sid": s.sid,
           "effect": s.effect})
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
    if !witness.assumed.is_empty() {
        let assumed = witness.assumed.iter().map(|(name, is)| (name.clone(), json!(is)));
        value["where"] = Value::Object(assumed.collect());
    }
    value
}

fn values(values: &[String]) -> Value {
    match values {
        [one] => json!(one),
        several => json!(several),
    }
}
