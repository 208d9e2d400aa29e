//! The numbers of lines in the margin of a drawing.
//!
//! ariadne numbers the lines of the excerpt that it draws. Here they get the numbers that they have
//! in the file, and the margin the width that these need.

use std::io::{self, Write};

/// What replaces the margin of a drawing.
pub(crate) struct Margin<'n> {
    numbers: &'n [u32],
    width: usize,
    /// How much wider it is than the one that was drawn.
    more: usize,
}

impl<'n> Margin<'n> {
    /// A margin for lines with these numbers, which ascend but for zeros.
    pub(crate) fn new(numbers: &'n [u32]) -> Margin<'n> {
        let last = numbers.last().copied().unwrap_or_default() as usize;
        let width = digits(last);
        Margin { numbers, width, more: width.saturating_sub(digits(numbers.len())) }
    }

    /// Whether a row names the place rather than showing it.
    pub(crate) fn is_heading(&self, row: &str) -> bool {
        Row::of(row).body.starts_with(['╭', '├'])
    }

    /// Writes a row of the drawing with this margin.
    pub(crate) fn write(&self, row: &str, out: &mut dyn Write) -> io::Result<()> {
        let Row { indent, color, body } = Row::of(row);
        let end = body.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = body.split_at(end);
        let line = number.parse().ok().and_then(|n: usize| self.numbers.get(n.checked_sub(1)?));
        let more = self.more;
        match line {
            Some(line) => writeln!(out, " {color}{line:>0$}{rest}", self.width),
            None if indent.is_empty() => writeln!(out, "{color}{}{body}", "─".repeat(more)),
            None if indent == " " => {
                writeln!(out, " {color}{:more$}{}", "", &row[1 + color.len()..])
            }
            None => writeln!(out, "{:more$}{row}", ""),
        }
    }
}

/// A row of a drawing in its parts.
struct Row<'r> {
    /// The spaces before everything else.
    indent: &'r str,
    /// The escape sequence that sets the colour of the margin, if there is one.
    color: &'r str,
    /// What follows, without spaces before it.
    body: &'r str,
}

impl<'r> Row<'r> {
    fn of(row: &'r str) -> Row<'r> {
        let (indent, rest) = row.split_at(row.len() - row.trim_start_matches(' ').len());
        let is_colored = rest.starts_with('\x1b');
        let end = rest.find('m').filter(|_| is_colored).map_or(0, |m| m + 1);
        let (color, body) = rest.split_at(end);
        Row { indent, color, body: body.trim_start_matches(' ') }
    }
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().unwrap_or_default() as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_get_the_numbers_of_the_file() {
        let margin = Margin::new(&[0, 0, 98, 0, 1003]);
        for (row, expected) in [
            ("   ╭─[ p.json:3:1 ]", "      ╭─[ p.json:3:1 ]"),
            ("   │", "      │"),
            (" 3 │ {", "   98 │ {"),
            (" 5 │   7", " 1003 │   7"),
            ("   ┆ │", "      ┆ │"),
            (" \x1b[1m  │\x1b[0m", " \x1b[1m     │\x1b[0m"),
            ("───╯", "──────╯"),
            (" \x1b[1m3 │\x1b[0m {", " \x1b[1m  98 │\x1b[0m {"),
            ("\x1b[1m───╯\x1b[0m", "\x1b[1m──────╯\x1b[0m"),
        ] {
            let mut written = Vec::new();
            assert!(margin.write(row, &mut written).is_ok());
            assert_eq!(String::from_utf8_lossy(&written), format!("{expected}\n"));
        }
    }

    #[test]
    fn headings_are_told_from_source() {
        let margin = Margin::new(&[1]);
        assert!(margin.is_heading("   ╭─[ p.json:1:1 ]"));
        assert!(margin.is_heading("   \x1b[1m├\x1b[0m─[ p.json:1:1 ]"));
        assert!(!margin.is_heading(" 1 │ ╭"));
    }
}
