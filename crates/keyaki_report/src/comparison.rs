//! What access was gained and lost between two revisions.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::proof::{Witness, witness_json};
use crate::terminal::one_line;

/// One pair of policies, as plain data.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// What was compared.
    pub name: String,
    /// What the new policies allow and the old ones do not.
    pub gained: Vec<Access<'a>>,
    /// What the old policies allow and the new ones do not.
    pub lost: Vec<Access<'a>>,
    /// What was not found out, and why.
    pub undecided: Vec<String>,
}

/// Requests that one statement allows and the other side does not.
#[derive(Clone, Debug)]
pub struct Access<'a> {
    /// The file of the statement.
    pub file: String,
    /// The statement's index.
    pub statement: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Who, in words.
    pub who: Option<String>,
    /// The actions.
    pub actions: Vec<String>,
    /// The resources.
    pub resources: Vec<String>,
    /// Conditions that must hold, in words.
    pub when: Vec<String>,
    /// Conditions under which it is denied, in words.
    pub unless: Vec<String>,
    /// Whether some of it is allowed by the other side as well.
    pub is_partial: bool,
    /// An example.
    pub example: Witness<'a>,
}

/// How many actions are named in text.
const NAMED: usize = 6;

/// The comparisons for people.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(
    comparisons: &[Comparison<'_>],
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, comparison) in comparisons.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_one(comparison, color, out)?;
    }
    Ok(())
}

fn write_one(comparison: &Comparison<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let name = one_line(&comparison.name);
    let (gained, lost) = (&comparison.gained, &comparison.lost);
    match (gained.is_empty(), lost.is_empty()) {
        (true, true) if comparison.undecided.is_empty() => writeln!(out, "{name}: same access")?,
        (true, true) => writeln!(out, "{name}: undecided")?,
        (false, true) => writeln!(out, "{name}: access gained")?,
        (true, false) => writeln!(out, "{name}: access lost")?,
        (false, false) => writeln!(out, "{name}: access gained and lost")?,
    }
    for (sign, hue, all) in [("+", 31, gained), ("-", 32, lost)] {
        for access in all {
            writeln!(out)?;
            let sign = match color {
                true => format!("\x1b[1;{hue}m{sign}\x1b[0m"),
                false => sign.to_owned(),
            };
            write_access(access, &sign, out)?;
        }
    }
    comparison.undecided.iter().try_for_each(|u| writeln!(out, "undecided: {}", one_line(u)))
}

fn write_access(access: &Access<'_>, sign: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |label: &str, text: &str| writeln!(out, "  {label:<7} {}", one_line(text));
    let sid = access.sid.as_ref().map_or(String::new(), |sid| format!(" {sid}"));
    line(sign, &actions(&access.actions))?;
    if let Some(who) = &access.who {
        line("by", who)?;
    }
    line("on", &access.resources.join(", "))?;
    for (label, texts) in [("when", &access.when), ("unless", &access.unless)] {
        for text in texts {
            line(label, text)?;
        }
    }
    if access.is_partial {
        line("", "(partly allowed on the other side, too)")?;
    }
    let request = &access.example.request;
    let mut example =
        format!("{} on {} by {}", request.action, request.resource, request.principal);
    for (key, values) in &request.context {
        example.push_str(&format!(", {key} = {}", values.join(" ")));
    }
    line("e.g.", &example)?;
    line("from", &format!("{} #{}{sid}", access.file, access.statement))
}

/// The first actions, and how many there are.
fn actions(all: &[String]) -> String {
    let named = all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().checked_sub(NAMED) {
        _ if all.is_empty() => "actions that AWS may add one day".to_owned(),
        None | Some(0) => named,
        Some(more) => format!("{named} and {more} more"),
    }
}

/// The comparisons as JSON, version 1.
pub fn to_json(comparisons: &[Comparison<'_>]) -> Value {
    let all: Vec<Value> = comparisons
        .iter()
        .map(|c| {
            let list = |all: &[Access<'_>]| all.iter().map(access_json).collect::<Vec<_>>();
            json!({"name": c.name, "gained": list(&c.gained), "lost": list(&c.lost),
                   "undecided": c.undecided})
        })
        .collect();
    json!({"version": 1, "comparisons": all})
}

fn access_json(access: &Access<'_>) -> Value {
    json!({
        "file": access.file,
        "statement": access.statement,
        "sid": access.sid,
        "who": access.who,
        "actions": access.actions,
        "resources": access.resources,
        "when": access.when,
        "unless": access.unless,
        "partial": access.is_partial,
        "witness": witness_json(&access.example),
    })
}
