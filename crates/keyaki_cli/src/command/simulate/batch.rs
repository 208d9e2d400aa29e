//! Many requests: one JSON object a line in, one decision a line out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read};

use keyaki_analyze::{Checker, Draft};
use keyaki_eval::{AskedKeys, Evaluator, Outcome, Reason, StatementRef, Verdict, complete_where};
use serde_json::json;

use crate::command::policies::Loaded;
use crate::command::simulate::view::{missing_policy, short_name};
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// How much of the input is read at once.
const CHUNK: usize = 1 << 16;

/// The longest line that is read as a request.
pub(crate) const LONGEST: usize = 1 << 20;

/// Decides every line of standard input. A bad line gives an error object and the run goes on;
/// the exit code then is 2.
pub(crate) fn run(
    loaded: &Loaded,
    evaluator: &Evaluator<'_>,
    bare: bool,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut input = BufReader::with_capacity(CHUNK, io::stdin().lock());
    let mut batch = Batch::new(loaded, evaluator, bare);
    let (mut line, mut answer) = (Vec::new(), String::new());
    let (mut number, mut bad) = (0_u64, false);
    loop {
        line.clear();
        answer.clear();
        number += 1;
        match read_line(&mut input, &mut line) {
            Ok(0) => break,
            Ok(length) if length > LONGEST => {
                bad = true;
                write_error(
                    number,
                    &format!("the line is longer than {LONGEST} bytes"),
                    &mut answer,
                );
            }
            Ok(_) if line.trim_ascii().is_empty() => continue,
            Ok(_) => match batch.decide(&line) {
                Ok((outcome, notes)) => {
                    batch.write_outcome(number, &outcome, &notes, &mut answer);
                }
                Err(error) => {
                    bad = true;
                    write_error(number, &error, &mut answer);
                }
            },
            Err(error) => return Err(Failure::new(format!("standard input: {}", error.kind()))),
        }
        answer.push('\n');
        console.write(|out| out.write_all(answer.as_bytes()))?;
    }
    Ok(if bad { Exit::Failure } else { Exit::Clean })
}

/// Reads a line; of one that is too long, the start alone. Gives the length in bytes, at most one
/// more than the longest.
pub(crate) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let length = input.take(LONGEST as u64 + 1).read_until(b'\n', line)?;
    if length > LONGEST && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok(length)
}

/// What the lines of a batch have in common.
struct Batch<'e> {
    loaded: &'e Loaded,
    evaluator: &'e Evaluator<'e>,
    bare: bool,
    checker: Checker<'e>,
    asked_keys: AskedKeys,
    /// What is written for each statement and each reason, once it has been.
    statements: BTreeMap<StatementRef, String>,
    reasons: BTreeMap<Reason, String>,
}

impl<'e> Batch<'e> {
    fn new(loaded: &'e Loaded, evaluator: &'e Evaluator<'e>, bare: bool) -> Self {
        Self {
            loaded,
            evaluator,
            bare,
            checker: Checker::new(evaluator.catalog()),
            asked_keys: AskedKeys::of(evaluator.policies()),
            statements: BTreeMap::new(),
            reasons: BTreeMap::new(),
        }
    }

    /// The decision, and what the reader should know about it.
    fn decide(&mut self, line: &[u8]) -> Result<(Outcome, Vec<String>), String> {
        let text = str::from_utf8(line).map_err(|_| "the line is not UTF-8")?;
        let draft = Draft::read(text.trim_ascii_end().as_bytes())
            .map_err(|(message, _, column)| format!("column {column}: {message}"))?;
        let asked = draft.asked()?;
        self.checker.check(&asked.request)?;
        let mut request = asked.request;
        if !self.bare {
            let is_wanted = |key: &str| self.asked_keys.has(key);
            request = complete_where(request, is_wanted).map_err(|c| c.to_string())?.request;
        }
        asked.absent.iter().for_each(|key| request.context.remove(key));
        let outcome = self.evaluator.decide(&request);
        let is_allowed = outcome.verdict == Verdict::Allow;
        let policies = self.evaluator.policies();
        let missing = is_allowed.then(|| missing_policy(policies, &request)).flatten();
        let notes = missing.into_iter().chain(short_name(policies, &request));
        Ok((outcome, notes.collect()))
    }

    fn write_outcome(&mut self, line: u64, outcome: &Outcome, notes: &[String], out: &mut String) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{{\"version\":1,\"line\":{line},\"decision\":\"");
        out.push_str(outcome.verdict.name());
        out.push_str("\",\"layer\":");
        match outcome.reason {
            None => out.push_str("null"),
            Some(reason) => {
                let quoted = || json!(self.loaded.reason_name(reason)).to_string();
                out.push_str(self.reasons.entry(reason).or_insert_with(quoted));
            }
        }
        out.push_str(",\"statements\":[");
        for (i, at) in outcome.statements.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            let object = || statement(self.loaded, *at);
            out.push_str(self.statements.entry(*at).or_insert_with(object));
        }
        out.push(']');
        if !notes.is_empty() {
            let _ = write!(out, ",\"notes\":{}", json!(notes));
        }
        out.push('}');
    }
}

/// A statement as in the JSON of a single simulation.
fn statement(loaded: &Loaded, at: StatementRef) -> String {
    let statement = loaded.policies.statement(at);
    let document = loaded.policies.document(at);
    let object = json!({
        "layer": loaded.layer_name(at.layer),
        "file": document.map(|d| d.name.as_str()),
        "statement": statement.map_or(at.statement, |s| s.index),
        "sid": statement.and_then(|s| Some(&*s.sid.as_ref()?.value)),
        "effect": statement.and_then(|s| Some(s.effect()?.name())),
    });
    object.to_string()
}

fn write_error(line: u64, message: &str, out: &mut String) {
    let message = json!(message);
    // Writing to a string cannot fail.
    let _ = write!(out, "{{\"version\":1,\"line\":{line},\"error\":{message}}}");
}
