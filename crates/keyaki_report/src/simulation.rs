//! A decided request: what each layer said, and the statements that decided.

use std::io::{self, Write};
use std::ops::Range;

use ariadne::{Color, Config, IndexType, Label, ReportKind, Source};
use keyaki_diag::TextRange;
use serde_json::{Value, json};

use crate::excerpt;
use crate::terminal::one_line;

/// A decided request, as plain data.
#[derive(Clone, Debug)]
pub struct Simulation<'a> {
    /// `allow`, `explicit-deny` or `implicit-deny`.
    pub decision: &'static str,
    /// What refused it; none for a request that is allowed.
    pub layer: Option<String>,
    /// Why, in a sentence.
    pub why: String,
    /// The statements that decided.
    pub statements: Vec<Statement<'a>>,
    /// Every layer, in the order of evaluation.
    pub layers: Vec<Layer>,
    /// The profile.
    pub profile: String,
    /// Whether every profile decides alike.
    pub stable: bool,
    /// The request as it was evaluated.
    pub request: Request,
    /// What the reader should know: keys that were assumed, keys that were missing.
    pub notes: Vec<String>,
}

/// The request as it was evaluated.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who.
    pub principal: String,
    /// What.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The condition keys with their values.
    pub context: Vec<(String, Vec<String>)>,
}

/// A statement that decided, with its source.
#[derive(Clone, Debug)]
pub struct Statement<'a> {
    /// The layer.
    pub layer: String,
    /// The file.
    pub file: &'a str,
    /// The file's text.
    pub text: &'a str,
    /// The statement's range in the text.
    pub range: TextRange,
    /// Its index in the policy.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// `Allow` or `Deny`.
    pub effect: &'static str,
}

/// What a layer said.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// `deny`, `allow` or `nothing`.
    pub says: &'static str,
    /// Its statements.
    pub statements: Vec<Traced>,
}

/// What a statement said.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The file.
    pub file: String,
    /// Its index in the policy.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// `Allow`, `Deny`, or what stands there instead.
    pub effect: String,
    /// Whether it matches.
    pub matches: bool,
    /// Why not, in a phrase.
    pub mismatch: Option<String>,
}

/// The decision as a tree of layers, then the deciding statements in their source.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(s: &Simulation<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = |text: &str, hue: u8| match color {
        true => format!("\x1b[1;{hue}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    let hue = if s.decision == "allow" { 32 } else { 31 };
    writeln!(out, "{}: {}", paint(s.decision, hue), one_line(&s.why))?;
    let r = &s.request;
    writeln!(
        out,
        "  {} on {} by {}",
        one_line(&r.action),
        one_line(&r.resource),
        one_line(&r.principal)
    )?;
    writeln!(out)?;
    for layer in &s.layers {
        let hue = match layer.says {
            "allow" => 32,
            "deny" => 31,
            _ => 33,
        };
        writeln!(out, "{:<12} {}", layer.name, paint(layer.says, hue))?;
        for t in &layer.statements {
            writeln!(out, "  {}", traced(t))?;
        }
    }
    for statement in &s.statements {
        writeln!(out)?;
        let message = format!("this statement of layer `{}` decides", statement.layer);
        draw(statement, &message, color, out)?;
    }
    if !s.notes.is_empty() {
        writeln!(out)?;
    }
    for note in &s.notes {
        writeln!(out, "note: {}", one_line(note))?;
    }
    Ok(())
}

fn traced(t: &Traced) -> String {
    let mark = if t.matches { "+" } else { "-" };
    let sid = t.sid.as_ref().map_or(String::new(), |sid| format!(" {sid}"));
    let why = t.mismatch.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let verb = if t.matches { "matches" } else { "does not match" };
    let line = format!("{mark} {} #{}{sid} ({}) {verb}{why}", t.effect, t.index, t.file);
    one_line(&line).into_owned()
}

/// A statement in its source, with a message.
pub(crate) fn draw(
    statement: &Statement<'_>,
    message: &str,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    draw_parts(statement, &[], message, color, out)
}

/// A statement in its source, with some ranges marked, or all of it; the message stands once.
pub(crate) fn draw_parts(
    statement: &Statement<'_>,
    parts: &[TextRange],
    message: &str,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    type Span = (String, Range<usize>);
    let path = one_line(statement.file).into_owned();
    let file = crate::File::new(statement.file, statement.text, Vec::new());
    let text = excerpt::whole(&file);
    let whole = [statement.range];
    let parts = if parts.is_empty() { &whole } else { parts };
    let ranges: Vec<_> = parts.iter().map(|r| excerpt::within(&text, *r)).collect();
    let config = Config::new().with_color(color).with_index_type(IndexType::Byte);
    let hue = if statement.effect == "Allow" { Color::Green } else { Color::Red };
    let start = ranges.first().cloned().unwrap_or_default();
    let mut drawing: ariadne::ReportBuilder<'_, Span> =
        ariadne::Report::build(ReportKind::Advice, (path.clone(), start)).with_config(config);
    for (number, range) in ranges.into_iter().enumerate() {
        let label = Label::new((path.clone(), range)).with_color(hue);
        drawing.add_label(if number == 0 { label.with_message(message) } else { label });
    }
    let mut drawn = Vec::new();
    drawing.finish().write((path, Source::from(&*text)), &mut drawn)?;
    let drawn = String::from_utf8_lossy(&drawn);
    // The first line is ariadne's own title.
    let drawn = drawn.split_once('\n').map_or("", |(_, rest)| rest);
    drawn.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// The decision as JSON, version 1.
pub fn to_json(s: &Simulation<'_>) -> Value {
    let statements: Vec<Value> = s
        .statements
        .iter()
        .map(|st| {
            json!({"layer": st.layer, "file": st.file, "statement": st.index, "sid": st.sid,
                   "effect": st.effect})
        })
        .collect();
    let trace: Vec<Value> = s.layers.iter().map(layer_json).collect();
    let context: serde_json::Map<String, Value> =
        s.request.context.iter().map(|(k, v)| (k.clone(), values(v))).collect();
    json!({
        "version": 1,
        "decision": s.decision,
        "layer": s.layer,
        "why": s.why,
        "statements": statements,
        "trace": trace,
        "profile": s.profile,
        "stable": s.stable,
        "request": {
            "principal": s.request.principal,
            "action": s.request.action,
            "resource": s.request.resource,
            "context": context,
        },
        "notes": s.notes,
    })
}

fn values(values: &[String]) -> Value {
    match values {
        [one] => Value::String(one.clone()),
        several => json!(several),
    }
}

fn layer_json(layer: &Layer) -> Value {
    let statements: Vec<Value> = layer
        .statements
        .iter()
        .map(|t| {
            json!({"file": t.file, "statement": t.index, "sid": t.sid, "effect": t.effect,
                   "matches": t.matches, "mismatch": t.mismatch})
        })
        .collect();
    json!({"layer": layer.name, "says": layer.says, "statements": statements})
}
