//! Each finding with the source that it is about, drawn by ariadne.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use ariadne::{Color, Config, IndexType, Label, ReportKind, Source};
use keyaki_diag::{Applicability, Finding, Fix, Level, TextRange};

use crate::excerpt::Excerpt;
use crate::margin::Margin;
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
    findings.try_for_each(|finding| write_finding(file, finding, color, out))
}

fn write_finding(
    file: &File<'_>,
    finding: &Finding,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_title(finding, color, out)?;
    let path = one_line(file.path).into_owned();
    let excerpt = Excerpt::new(file, finding);
    let main = excerpt.range(finding.range()).unwrap_or(0..0);
    let (line, column) = position(&excerpt.text, main.start);
    let drawing = draw(&path, main, finding, |range| excerpt.range(range), color);
    let mut drawn = Vec::new();
    drawing.write((path.clone(), Source::from(&*excerpt.text)), &mut drawn)?;
    let drawn = String::from_utf8_lossy(&drawn);
    // The first line is ariadne's own title.
    let drawn = drawn.split_once('\n').map_or("", |(_, rest)| rest);
    let at = file.position(finding.range().start);
    let wrong = format!(" {path}:{line}:{column} ");
    let right = format!(" {path}:{}:{} ", at.line, at.column);
    let margin = Margin::new(&excerpt.numbers);
    let mut rows = drawn.lines().peekable();
    while let Some(row) = rows.next() {
        let mut row = Cow::Borrowed(row.trim_end());
        if margin.is_heading(&row) {
            row = row.replacen(&wrong, &right, 1).into();
        }
        // An arrow that leads to no text is left out, and its place in the underline, too.
        while rows.next_if(|next| next.contains(NO_TEXT)).is_some() {
            row = row.replace('┬', "─").into();
        }
        margin.write(&row, out)?;
    }
    writeln!(out)
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

/// The line and the column of an offset, both from 1, columns in code points.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use keyaki_diag::{Confidence, Persona, Place, RuleMeta};

    static RULE: RuleMeta = RuleMeta {
        name: "some-rule",
        aws_code: None,
        replaces: &[],
        level: Level::Warning,
        confidence: Confidence::High,
        persona: Persona::Regular,
        docs: "",
    };

    fn drawn(text: &str, places: &[(u32, u32, &str)]) -> String {
        let place = |&(start, end, label): &(u32, u32, &str)| Place {
            range: TextRange::new(start, end),
            pointer: String::new(),
            label: label.to_owned(),
        };
        let finding = Finding {
            rule: &RULE,
            level: Level::Warning,
            confidence: Confidence::High,
            message: "something".to_owned(),
            places: places.iter().map(place).collect(),
            notes: vec!["why".to_owned()],
            fixes: Vec::new(),
        };
        let findings = [finding];
        let document = Document { pointer: "", kind: None, statements: &[], findings: &findings };
        let file = File::new("p.json", text, vec![document]);
        let report = Report { version: "", rules: Vec::new(), files: vec![file] };
        let mut out = Vec::new();
        let written = write(&report, false, &mut out);
        assert!(written.is_ok());
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn places_on_several_lines_are_drawn_together() {
        let text = "{\n  \"A\": 1,\n  \"B\": 2,\n  \"C\": 3,\n  \"A\": 4\n}\n";
        let expected = "\
warning[some-rule]: something
   ╭─[ p.json:5:3 ]
   │
 2 │   \"A\": 1,
   │   ─┬─
   │    ╰─── first here
   │
 5 │   \"A\": 4
   │   ─┬─
   │    ╰─── again here
   │
   │ Note: why
───╯

";
        let start = text.rfind("\"A\"").unwrap_or_default() as u32;
        let places = [(start, start + 3, "again here"), (4, 7, "first here")];
        assert_eq!(drawn(text, &places), expected);
    }

    #[test]
    fn of_a_long_line_the_surroundings_of_the_place_are_drawn() {
        let text = format!("[{}\"here\"{}]", "\"é\", ".repeat(500), ", \"x\"".repeat(500));
        let start = text.find("\"here\"").unwrap_or_default() as u32;
        let out = drawn(&text, &[(start, start + 6, "this"), (0, 1, "far away")]);
        assert!(out.contains("p.json:1:2502 ]"), "{out}");
        assert!(out.contains("│ … ") && out.contains("\"here\", \"x\""), "{out}");
        assert!(out.contains("╰──── this"), "{out}");
        assert!(out.lines().all(|line| line.chars().count() < 200), "{out}");
    }

    #[test]
    fn no_text_and_no_place_is_too_odd_to_draw() {
        let long = format!("{}\u{2028}é\r{}", "é\t".repeat(200), "𝄞".repeat(300));
        let texts = ["", "\n", "\r", "\r\n\r\n", "é", "a\u{2028}b\u{85}\u{b}c\r\nd\re", &long];
        let mut state = 1u32;
        let mut next = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % n as u32
        };
        for text in texts {
            for _ in 0..300 {
                let mut place = || (next(text.len() + 3), next(text.len() + 3), "label");
                let (main, other) = (place(), place());
                let out = drawn(text, &[main, other, (main.0, main.0, "")]);
                assert!(out.starts_with("warning[some-rule]: something\n"), "{out}");
                assert!(out.contains("p.json:"), "{out}");
            }
        }
    }
}
