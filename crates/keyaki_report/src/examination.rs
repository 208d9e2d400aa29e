//! The same question about each part of a policy: what was found, each in its source.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::proof::{
    Core, Element, Witness, by_whom, core_json, headline, statement_json, witness_json, write_core,
    write_notes, write_request,
};
use crate::simulation::{Statement, draw_parts};
use crate::terminal::one_line;

/// What came of a question about each of several parts.
#[derive(Clone, Debug)]
pub struct Examination<'a> {
    /// The question's name.
    pub question: &'static str,
    /// `proved` if nothing was found, `refuted` if something was, else `undecided`.
    pub answer: &'static str,
    /// What that means, in a sentence.
    pub meaning: String,
    /// How many parts were asked about.
    pub asked: usize,
    /// What was found.
    pub findings: Vec<Finding<'a>>,
    /// The parts of which it was not found out.
    pub undecided: Vec<Finding<'a>>,
    /// What the reader should know about how it was answered.
    pub notes: Vec<String>,
    /// The engine that answered.
    pub engine: String,
    /// The profile.
    pub profile: String,
}

/// A part, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The statement.
    pub statement: Statement<'a>,
    /// The element and its values; none stands for the whole statement.
    pub element: Option<Element>,
    /// What it is, or why it was not found out.
    pub says: String,
    /// A request that shows it.
    pub witness: Option<Witness<'a>>,
    /// What the proof needs.
    pub core: Option<Core<'a>>,
}

/// The findings for people, each in its source.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(e: &Examination<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    headline(e.answer, &e.meaning, color, out)?;
    for finding in &e.findings {
        draw(finding, color, out)?;
        if let Some(witness) = &finding.witness {
            writeln!(out)?;
            write_request(witness, out)?;
        }
        if let Some(core) = finding.core.as_ref().filter(|c| !c.statements.is_empty()) {
            write_core(core, color, out)?;
        }
    }
    e.undecided.iter().try_for_each(|finding| draw(finding, color, out))?;
    let notes: Vec<String> = e.notes.iter().cloned().chain(by_whom(&e.engine)).collect();
    write_notes(&notes, !e.findings.is_empty() || !e.undecided.is_empty(), out)
}

fn draw(finding: &Finding<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let ranges = finding.element.as_ref().map_or(&[][..], |e| &e.ranges);
    writeln!(out)?;
    draw_parts(&finding.statement, ranges, &one_line(&finding.says), color, out)
}

/// The findings as JSON, version 1.
pub fn to_json(e: &Examination<'_>) -> Value {
    let list = |findings: &[Finding<'_>]| findings.iter().map(finding_json).collect::<Vec<_>>();
    json!({
        "version": 1,
        "question": e.question,
        "answer": e.answer,
        "asked": e.asked,
        "findings": list(&e.findings),
        "undecided": list(&e.undecided),
        "notes": e.notes,
        "engine": e.engine,
        "profile": e.profile,
    })
}

fn finding_json(finding: &Finding<'_>) -> Value {
    let mut value = statement_json(&finding.statement);
    value["element"] = json!(finding.element.as_ref().map(|e| &e.name));
    value["values"] = json!(finding.element.as_ref().map_or(&[][..], |e| &e.values));
    value["says"] = json!(finding.says);
    value["witness"] = json!(finding.witness.as_ref().map(witness_json));
    value["core"] = json!(finding.core.as_ref().map(core_json));
    value
}
