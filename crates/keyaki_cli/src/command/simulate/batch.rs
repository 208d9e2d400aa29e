//! Many requests: one JSON object a line in, one decision a line out.

use std::fmt::Write as _;
use std::io::{self, BufRead};

use keyaki_eval::{Evaluator, Outcome, complete};
use serde_json::Value;

use super::request;
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Decides every line of standard input. A bad line gives an error object and the run goes on;
/// the exit code then is 2.
pub(crate) fn run(
    evaluator: &Evaluator<'_>,
    bare: bool,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut input = io::stdin().lock();
    let (mut line, mut answer) = (String::new(), String::new());
    let (mut number, mut bad) = (0_u64, false);
    loop {
        line.clear();
        number += 1;
        let read = input.read_line(&mut line);
        answer.clear();
        match read {
            Ok(0) => break,
            Ok(_) if line.trim().is_empty() => continue,
            Ok(_) => match decide(evaluator, bare, &line) {
                Ok(outcome) => write_outcome(evaluator, &outcome, &mut answer),
                Err(error) => {
                    bad = true;
                    write_error(number, &error, &mut answer);
                }
            },
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                bad = true;
                write_error(number, "the line is not UTF-8", &mut answer);
            }
            Err(error) => return Err(Failure::new(format!("standard input: {}", error.kind()))),
        }
        answer.push('\n');
        console.write(|out| out.write_all(answer.as_bytes()))?;
    }
    Ok(if bad { Exit::Failure } else { Exit::Clean })
}

fn decide(evaluator: &Evaluator<'_>, bare: bool, line: &str) -> Result<Outcome, String> {
    let value: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let asked = request::from_json(&value)?;
    request::check(&asked.request, evaluator.catalog())?;
    let mut request = match bare {
        true => asked.request,
        false => complete(&asked.request).map_err(|c| c.to_string())?.request,
    };
    asked.absent.iter().for_each(|key| request.context.remove(key));
    Ok(evaluator.decide(&request))
}

fn write_outcome(evaluator: &Evaluator<'_>, outcome: &Outcome, out: &mut String) {
    let layer = outcome.reason.map_or("null".to_owned(), |r| format!("\"{}\"", r.name()));
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{{\"version\":1,\"decision\":\"{}\",\"layer\":{layer},\"statements\":[",
        outcome.verdict.name()
    );
    for (i, at) in outcome.statements.iter().enumerate() {
        let index = evaluator.policies().statement(*at).map_or(at.statement, |s| s.index);
        let comma = if i > 0 { "," } else { "" };
        let (layer, document) = (at.layer.name(), at.document);
        let _ = write!(
            out,
            "{comma}{{\"layer\":\"{layer}\",\"document\":{document},\"statement\":{index}}}"
        );
    }
    out.push_str("]}");
}

fn write_error(line: u64, message: &str, out: &mut String) {
    let message = Value::String(message.to_owned());
    let _ = write!(out, "{{\"version\":1,\"line\":{line},\"error\":{message}}}");
}
