//! Each finding with the source that it is about, drawn by ariadne.

use std::io::{self, Write};
use std::ops::Range;

use ariadne::{Color, Config, IndexType, Label, ReportKind, Source};
use keyaki_diag::{Applicability, Finding, Fix, Level, TextRange};

use crate::excerpt::{self, Excerpt};
use crate::terminal::one_line;
use crate::{File, Report};

/// Stands for the text of a label that has none.
const NO_TEXT: &str = "\u{1}";

type Span = (String, Range<usize>);

pub(crate) fn write(report: &Report<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    report.files.iter().try_for_each(|file| write_file(file, color, out))
}

fn write_file(file: &File<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut findings = file.findings().map(|(_, finding)| finding).peekable();
    if findings.peek().is_none() {
        return Ok(());
    }
    if file.text.is_empty() {
        return findings.try_for_each(|finding| write_bare(file, finding, color, out));
    }
    if excerpt::has_long_lines(file) {
        return findings.try_for_each(|finding| {
            let excerpt = Excerpt::new(file, finding);
            let source = Source::from(&*excerpt.text);
            write_finding(file, finding, &source, |range| excerpt.range(range), color, out)
        });
    }
    let text = excerpt::whole(file);
    let source = Source::from(&*text);
    findings.try_for_each(|finding| {
        let range = |range| Some(excerpt::within(&text, range));
        write_finding(file, finding, &source, range, color, out)
    })
}

fn write_finding(
    file: &File<'_>,
    finding: &Finding,
    source: &Source<&str>,
    range: impl Fn(TextRange) -> Option<Range<usize>>,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_title(finding, color, out)?;
    let path = one_line(file.path).into_owned();
    let main = range(finding.range()).unwrap_or(0..0);
    let shown = column(source.text(), main.start);
    let drawing = draw(&path, main, finding, range, color);
    let mut drawn = Vec::new();
    drawing.write((path.clone(), source), &mut drawn)?;
    let drawn = String::from_utf8_lossy(&drawn);
    // The first line is ariadne's own title.
    let drawn = drawn.split_once('\n').map_or("", |(_, rest)| rest);
    // In an excerpt, the heading has the column within the excerpt.
    let at = file.position(finding.range().start);
    let wrong = format!("{path}:{}:{shown} ", at.line);
    let right = format!("{path}:{}:{} ", at.line, at.column);
    writeln!(out, "{}", tidy(&drawn.replacen(&wrong, &right, 1)))
}

/// A drawing without trailing spaces and without the arrows that lead to no text.
fn tidy(drawn: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in drawn.lines() {
        if !line.contains(NO_TEXT) {
            lines.push(line.trim_end().to_owned());
        } else if let Some(underline) = lines.last_mut() {
            *underline = underline.replace('┬', "─");
        }
    }
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

/// A finding about a file without a text.
fn write_bare(
    file: &File<'_>,
    finding: &Finding,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_title(finding, color, out)?;
    writeln!(out, "   ╭─[ {}:1:1 ]", one_line(file.path))?;
    finding.notes.iter().try_for_each(|note| writeln!(out, "   │ Note: {}", one_line(note)))?;
    writeln!(out, "───╯\n")
}

fn write_title(finding: &Finding, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let (level, rule) = (finding.level.name(), finding.rule.name);
    let message = one_line(&finding.message);
    if !color {
        return writeln!(out, "{level}[{rule}]: {message}");
    }
    let hue = match finding.level {
        Level::Error => 31,
        Level::Security => 35,
        Level::Warning => 33,
        Level::Suggestion => 36,
    };
    writeln!(out, "\x1b[1;{hue}m{level}[{rule}]\x1b[0m\x1b[1m: {message}\x1b[0m")
}

fn draw<'f>(
    path: &str,
    main: Range<usize>,
    finding: &'f Finding,
    range: impl Fn(TextRange) -> Option<Range<usize>>,
    color: bool,
) -> ariadne::Report<'f, Span> {
    let config = Config::new().with_color(color).with_index_type(IndexType::Byte);
    let mut drawing = ariadne::Report::build(ReportKind::Error, (path.to_owned(), main))
        .with_config(config.with_compact(false));
    let places = finding.places.iter().enumerate();
    let mut labels: Vec<_> = places
        .filter_map(|(i, p)| Some((range(p.range)?, &p.label, hue(finding.level, i == 0))))
        .collect();
    labels.sort_by_key(|(range, ..)| (range.start, range.end));
    for (range, text, hue) in labels {
        let label = Label::new((path.to_owned(), range)).with_color(hue);
        // A label without a message would not be drawn at all.
        let text = if text.is_empty() { NO_TEXT.into() } else { one_line(text) };
        drawing.add_label(label.with_message(text));
    }
    drawing.with_notes(finding.notes.iter().map(|n| one_line(n)));
    drawing.with_helps(finding.fixes.iter().map(help));
    drawing.finish()
}

fn hue(level: Level, is_main: bool) -> Color {
    match level {
        _ if !is_main => Color::Blue,
        Level::Error => Color::Red,
        Level::Security => Color::Magenta,
        Level::Warning => Color::Yellow,
        Level::Suggestion => Color::Cyan,
    }
}

fn help(fix: &Fix) -> String {
    let title = one_line(&fix.title);
    match fix.applicability {
        Applicability::Safe => format!("{title} (safe fix)"),
        Applicability::Unsafe => format!("{title} (unsafe fix)"),
        Applicability::DisplayOnly => title.into_owned(),
    }
}

/// The column of an offset, from 1, in code points.
fn column(text: &str, offset: usize) -> usize {
    let line = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    text[line..offset].chars().count() + 1
}
