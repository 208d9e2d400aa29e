//! Where the characters of a YAML text stand in the file.
//!
//! The parser gives a text as it is meant; here it is read beside the way it is written. Where the
//! two do not fit together, nothing is said rather than something wrong.

use keyaki_diag::TextRange;
use saphyr_parser::ScalarStyle;

/// The pairs of [`super::node::Text::map`] for a text that is written like `raw` at `range`.
pub(crate) fn map(
    range: TextRange,
    raw: &str,
    value: &str,
    style: ScalarStyle,
) -> Box<[(u32, u32)]> {
    let quote = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => 0,
    };
    let content = raw.get(quote..raw.len().saturating_sub(quote)).unwrap_or_default();
    let start = range.start + quote as u32;
    if content == value {
        return [(0, start)].into();
    }
    let aligned = match style {
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            flow(content, value, style)
        }
        ScalarStyle::Literal | ScalarStyle::Folded => block(content, value, style),
    };
    let pairs = aligned.unwrap_or_default();
    pairs.into_iter().map(|(to, from)| (to as u32, start + from as u32)).collect()
}

/// Two texts that are read side by side.
struct Pair<'t> {
    raw: &'t [u8],
    value: &'t [u8],
    /// How far each is read.
    at: usize,
    to: usize,
    pairs: Vec<(usize, usize)>,
}

impl<'t> Pair<'t> {
    fn new(raw: &'t str, value: &'t str) -> Pair<'t> {
        let (raw, value) = (raw.as_bytes(), value.as_bytes());
        Pair { raw, value, at: 0, to: 0, pairs: vec![(0, 0)] }
    }

    fn next(&self) -> Option<u8> {
        self.raw.get(self.at).copied()
    }

    /// Reads `raw` bytes beside `value` bytes that are not the same.
    fn step(&mut self, raw: usize, value: usize) {
        self.note();
        self.at += raw;
        self.to += value;
        self.note();
    }

    /// Notes that both are at the same place here.
    fn note(&mut self) {
        match self.pairs.last_mut() {
            Some(last) if last.0 == self.to => last.1 = self.at,
            _ => self.pairs.push((self.to, self.at)),
        }
    }

    /// Reads one byte that is the same in both.
    fn same(&mut self) -> Option<()> {
        if self.next()? != *self.value.get(self.to)? {
            return None;
        }
        self.at += 1;
        self.to += 1;
        Some(())
    }

    /// How many of these bytes come next in what is written.
    fn run(&self, bytes: &[u8]) -> usize {
        let rest = self.raw.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|b| bytes.contains(b)).count()
    }

    /// The length of a line break at an offset with the margin of the next line; in a folded text
    /// empty lines belong to it.
    fn line_break(&self, from: usize, indent: usize, style: ScalarStyle) -> usize {
        let mut at = from;
        loop {
            at += 1;
            let spaces = self.raw[at..].iter().take_while(|b| **b == b' ').count().min(indent);
            at += spaces;
            let rest = &self.raw[at..];
            let carriage = usize::from(rest.starts_with(b"\r\n"));
            if style != ScalarStyle::Folded || rest.get(carriage) != Some(&b'\n') {
                return at - from;
            }
            at += carriage;
        }
    }

    /// Reads a line break with the space around it, which is a space or some line breaks.
    fn fold(&mut self, length: usize) -> Option<()> {
        let breaks = self.value.get(self.to..)?.iter().take_while(|b| **b == b'\n').count();
        let folded = match (breaks, self.value.get(self.to)) {
            (0, Some(b' ')) => 1,
            (0, _) => return None,
            (breaks, _) => breaks,
        };
        self.step(length, folded);
        Some(())
    }
}

/// Reads a plain or quoted text, without its quotes.
fn flow(raw: &str, value: &str, style: ScalarStyle) -> Option<Vec<(usize, usize)>> {
    let mut pair = Pair::new(raw, value);
    while let Some(byte) = pair.next() {
        let blank = pair.run(b" \t\r\n");
        let has_break = pair.raw[pair.at..pair.at + blank].contains(&b'\n');
        match byte {
            _ if has_break => pair.fold(blank)?,
            b'\'' if style == ScalarStyle::SingleQuoted => pair.step(2, 1),
            b'\\' if style == ScalarStyle::DoubleQuoted => escape(&mut pair)?,
            _ => pair.same()?,
        }
    }
    (pair.to == pair.value.len()).then_some(pair.pairs)
}

/// Reads an escape, or a line break that is taken away by one.
fn escape(pair: &mut Pair<'_>) -> Option<()> {
    let second = *pair.raw.get(pair.at + 1)?;
    if matches!(second, b'\n' | b'\r') {
        pair.at += 1;
        let blank = pair.run(b" \t\r\n");
        pair.at += blank;
        pair.note();
        return Some(());
    }
    let length = match second {
        b'x' => 4,
        b'u' => 6,
        b'U' => 10,
        _ => 2,
    };
    let rest = std::str::from_utf8(pair.value.get(pair.to..)?).ok()?;
    let character = rest.chars().next()?.len_utf8();
    if pair.at + length > pair.raw.len() {
        return None;
    }
    pair.step(length, character);
    Some(())
}

/// Reads a block text, its header line included.
fn block(raw: &str, value: &str, style: ScalarStyle) -> Option<Vec<(usize, usize)>> {
    let body = raw.find('\n')? + 1;
    let indent = indent(&raw[body..], value)?;
    let mut pair = Pair::new(raw, value);
    // The header is read as the line break before the first line.
    let header = body - 1 + pair.line_break(body - 1, indent, style);
    let is_folded = style == ScalarStyle::Folded;
    let leading = match is_folded {
        true => pair.value.iter().take_while(|b| **b == b'\n').count(),
        false => 0,
    };
    pair.step(header, leading);
    while pair.to < pair.value.len() {
        let Some(byte) = pair.next() else {
            // Line breaks at the end may have none of their own.
            let left = &pair.value[pair.to..];
            return left.iter().all(|b| *b == b'\n').then_some(pair.pairs);
        };
        let carriage = usize::from(byte == b'\r' && pair.raw.get(pair.at + 1) == Some(&b'\n'));
        match byte {
            b'\n' | b'\r' if byte == b'\n' || carriage == 1 => {
                let length = pair.line_break(pair.at + carriage, indent, style);
                let is_break = pair.value.get(pair.to) == Some(&b'\n');
                match (is_folded, is_break) {
                    (true, _) => pair.fold(carriage + length)?,
                    (false, true) => pair.step(carriage + length, 1),
                    (false, false) => return None,
                }
            }
            _ => pair.same()?,
        }
    }
    Some(pair.pairs)
}

/// How far the lines of a block text are indented, told from its first line with a text.
fn indent(body: &str, value: &str) -> Option<usize> {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_text = |line: &&str| !line.trim().is_empty();
    let written = body.lines().find(is_text)?;
    let meant = value.lines().find(is_text)?;
    spaces(written).checked_sub(spaces(meant))
}

#[cfg(test)]
mod tests {
    use crate::host::node::{Kind, Nodes};
    use crate::host::yaml;

    /// What is written in the file for a part of a text, and nothing where that is not known.
    #[expect(clippy::expect_used, reason = "the example holds what the test asks for")]
    fn written(yaml: &str, part: &str) -> Option<String> {
        let nodes: Nodes = yaml::read(yaml).expect("YAML");
        let id = nodes.member(nodes.roots[0], "a").expect("a member `a`");
        let Kind::Text(text) = &nodes.get(id).kind else { return None };
        let start = text.value.find(part).expect("the part");
        let range = text.range(start, start + part.len());
        (!text.map.is_empty()).then(|| range.slice(yaml).to_owned())
    }

    #[test]
    fn parts_of_a_text_are_found_as_they_are_written() {
        for (yaml, part, expected) in [
            ("a: b c\n", "c", "c"),
            ("é: é\na: é c\n", "c", "c"),
            ("a: 'b''s c'\n", "'s c", "''s c"),
            ("a: \"b\\tc\\u00e9 d\"\n", "é d", "\\u00e9 d"),
            ("a: \"b\\\n  c d\"\n", "c", "c"),
            ("a: \"b\n\n  c d\"\n", "c", "c"),
            ("a: b\n  c\n  d\n", "d", "d"),
            ("a: |\n  b\n   c\n\n  d\n", "d", "d"),
            ("a: |\n\n  b\n   c\n", "c", "c"),
            ("a: |-\n  b\n  c", "c", "c"),
            ("a: |2\n    b\n  c\n", "c", "c"),
            ("a: |\r\n  b\r\n  c\r\n", "c", "c"),
            ("a: >\n  b\n  c\n\n  d\n", "c", "c"),
            ("a: >\n  b\n  c\n\n  d\n", "d", "d"),
            ("a: >-\n\n  b\n    c\n  d\n", "d", "d"),
            ("é: é\n\na: |\n  éé\n\n  c d\nb: é\n", "c d", "c d"),
            ("x: |\n  y\na: !Sub |\n  b\n  c\n", "c", "c"),
            ("a: !Sub '\n  b\n  c'\n", "c", "c"),
            ("a: &d !Sub \"b\\tc\"\n", "c", "c"),
            ("a: !Sub\n  bc\n", "c", "c"),
        ] {
            assert_eq!(written(yaml, part).as_deref(), Some(expected), "{yaml}");
        }
    }
}
