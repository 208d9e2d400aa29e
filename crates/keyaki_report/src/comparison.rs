//! What access was gained and lost between two revisions.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::markdown;
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
    if !access.resources.is_empty() {
        line("on", &access.resources.join(", "))?;
    }
    for (label, texts) in [("when", &access.when), ("unless", &access.unless)] {
        for text in texts {
            line(label, text)?;
        }
    }
    if access.is_partial {
        line("", "(partly allowed on the other side, too)")?;
    }
    line("e.g.", &example(access))?;
    for (name, value) in &access.example.assumed {
        line("where", &format!("{name} is {value}"))?;
    }
    line("from", &format!("{} #{}{sid}", access.file, access.statement))
}

/// The request of the example, in one line.
fn example(access: &Access<'_>) -> String {
    let request = &access.example.request;
    let mut example =
        format!("{} on {} by {}", request.action, request.resource, request.principal);
    for (key, values) in &request.context {
        example.push_str(&format!(", {key} = {}", values.join(" ")));
    }
    example
}

/// How many rows the tables of a comment have together: GitHub takes 65,536 characters.
const ROWS: usize = 100;

/// The comparisons as a comment on a pull request. Places without a change are only counted.
///
/// # Errors
/// When the output cannot be written.
pub fn write_markdown(comparisons: &[Comparison<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Access: {}\n", markdown::cell(&summary(comparisons)))?;
    let mut left = ROWS;
    for comparison in comparisons {
        let changes = [("gained", &comparison.gained), ("lost", &comparison.lost)];
        let rows = changes.iter().flat_map(|(change, all)| all.iter().map(move |a| (change, a)));
        if rows.clone().next().is_none() && comparison.undecided.is_empty() {
            continue;
        }
        writeln!(out, "### `{}`\n", markdown::code(&comparison.name))?;
        if rows.clone().next().is_some() && left > 0 {
            writeln!(out, "| | Actions | Resources | By, when | Example |\n|---|---|---|---|---|")?;
        }
        for (change, access) in rows.take(left) {
            write_row(change, access, out)?;
        }
        left = left.saturating_sub(comparison.gained.len() + comparison.lost.len());
        for reason in &comparison.undecided {
            writeln!(out, "\nUndecided: {}.", markdown::cell(reason))?;
        }
        writeln!(out)?;
    }
    if left == 0 {
        writeln!(out, "More rows are not shown; `keyaki diff` has all of them.")?;
    }
    Ok(())
}

/// How many places gain, lose and are undecided.
fn summary(comparisons: &[Comparison<'_>]) -> String {
    let count = |of: fn(&Comparison<'_>) -> bool| comparisons.iter().filter(|c| of(c)).count();
    let counts = [
        (count(|c| !c.gained.is_empty()), "gained"),
        (count(|c| !c.lost.is_empty()), "lost"),
        (count(|c| !c.undecided.is_empty()), "undecided"),
    ];
    let told = counts.iter().filter(|(n, _)| *n > 0);
    let told: Vec<String> = told
        .map(|(n, what)| format!("{what} in {n} {}", if *n == 1 { "place" } else { "places" }))
        .collect();
    if told.is_empty() { "the same".to_owned() } else { told.join(", ") }
}

fn write_row(change: &str, access: &Access<'_>, out: &mut dyn Write) -> io::Result<()> {
    let code = |text: &String| format!("`{}`", markdown::code(text));
    let mut when: Vec<String> = access.who.iter().cloned().collect();
    when.extend(access.when.iter().map(|text| format!("when {text}")));
    when.extend(access.unless.iter().map(|text| format!("unless {text}")));
    if access.is_partial {
        when.push("partly allowed on the other side, too".to_owned());
    }
    let when: Vec<String> = when.iter().map(|text| markdown::cell(text)).collect();
    let resources: Vec<String> = access.resources.iter().map(code).collect();
    let mut told = code(&example(access));
    for (name, value) in &access.example.assumed {
        let (name, value) = (markdown::code(name), markdown::code(value));
        told.push_str(&format!("<br>where `{name}` is `{value}`"));
    }
    let actions = actions(&access.actions);
    let (actions, resources) = (markdown::cell(&actions), resources.join("<br>"));
    writeln!(out, "| {change} | {actions} | {resources} | {} | {told} |", when.join("<br>"))
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
