//! Lines that stand further left than YAML wants, and that all tools for templates take.
//!
//! ```yaml
//! Resource: [
//!   "*"
//! ]
//! ```
//!
//! The bracket that closes must stand further right than `Resource`, by the letter of YAML 1.2;
//! so must the lines of a quoted text. Our parser holds to it. A text that it refuses for that
//! reason is read again with a margin before each line inside of brackets and quotes, where the
//! space at the start of a line means nothing.

/// The offsets of the lines that begin inside of brackets or quotes.
pub(crate) fn lines(text: &str) -> Vec<usize> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, lines: Vec::new() };
    while scan.at < scan.bytes.len() {
        scan.block_line();
    }
    scan.lines
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    lines: Vec<usize>,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Whether a space or the end of the line follows.
    fn ends_after(&self, ahead: usize) -> bool {
        self.peek(ahead).is_none_or(|b| b.is_ascii_whitespace())
    }

    /// Reads a line outside of brackets, with what begins in it and ends further down.
    fn block_line(&mut self) {
        let start = self.at;
        // How far the value is indented that a block text on this line belongs to.
        let mut indent = 0;
        let mut may_start = true;
        let mut has_key = false;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\n' => {
                    self.at += 1;
                    return;
                }
                b' ' | b'\t' | b'\r' => {}
                b'#' if self.is_comment() => self.skip_line(),
                b'-' if may_start && self.ends_after(1) => indent = self.at - start,
                b'!' | b'&' if may_start => self.skip_word(),
                b'"' | b'\'' if may_start => {
                    self.quoted(byte);
                    may_start = false;
                }
                b'[' | b'{' if may_start => {
                    self.flow();
                    may_start = false;
                }
                b'|' | b'>' if may_start => return self.block_text(indent),
                b':' if self.ends_after(1) => {
                    may_start = true;
                    has_key = true;
                }
                _ => {
                    if may_start && !has_key {
                        indent = self.at - start;
                    }
                    may_start = false;
                }
            }
            if self.peek(0) != Some(b'\n') {
                self.at += 1;
            }
        }
    }

    fn is_comment(&self) -> bool {
        self.at == 0 || self.bytes[self.at - 1].is_ascii_whitespace()
    }

    /// Goes to the last byte before the end of the line.
    fn skip_line(&mut self) {
        while self.peek(1).is_some_and(|b| b != b'\n') {
            self.at += 1;
        }
    }

    /// Goes to the last byte before a space.
    fn skip_word(&mut self) {
        while !self.ends_after(1) {
            self.at += 1;
        }
    }

    /// Goes over the lines of a block text: those that are empty or indented further.
    fn block_text(&mut self, indent: usize) {
        self.skip_line();
        self.at += 2;
        while self.at < self.bytes.len() {
            let line = &self.bytes[self.at..];
            let length = line.iter().position(|b| *b == b'\n').map_or(line.len(), |i| i + 1);
            let spaces = line.iter().take_while(|b| **b == b' ').count();
            if spaces <= indent && !line[..length].trim_ascii().is_empty() {
                return;
            }
            self.at += length;
        }
    }

    /// Goes to the quote that ends a text.
    fn quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if quote == b'"' => self.at += 1,
                b'\'' if quote == b'\'' && self.peek(1) == Some(b'\'') => self.at += 1,
                b'\n' => self.lines.push(self.at + 1),
                _ if byte == quote => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Goes to the bracket that ends a value.
    fn flow(&mut self) {
        let mut depth = 0usize;
        let mut may_start = true;
        while let Some(byte) = self.peek(0) {
            let before = may_start;
            may_start = matches!(byte, b'[' | b'{' | b',' | b':');
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                b'\n' => {
                    self.lines.push(self.at + 1);
                    may_start = before;
                }
                b' ' | b'\t' | b'\r' => may_start = before,
                b'#' if self.is_comment() => {
                    self.skip_line();
                    may_start = before;
                }
                b'!' | b'&' if before => {
                    self.skip_word();
                    may_start = true;
                }
                b'"' | b'\'' if before => self.quoted(byte),
                _ => {}
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    /// The lines that get a margin.
    fn marked(text: &str) -> Vec<&str> {
        lines(text).into_iter().filter_map(|at| text.get(at..)?.lines().next()).collect()
    }

    #[test]
    fn lines_in_brackets_and_quotes_are_found() {
        assert_eq!(marked("a: [\n b,\n]\nc: {d: e}\nf: g\n"), [" b,", "]"]);
        assert_eq!(marked("- a: !Sub '{\n''\n}'\n  b: \"\\\"\nx\"\n"), ["''", "}'", "x\""]);
        assert_eq!(marked("a: [ # ]\n'[',\n]\n"), ["'[',", "]"]);
    }

    #[test]
    fn lines_of_other_texts_are_left_alone() {
        assert!(marked("a: |\n  [\n\n  b\nc: it's {\nd: >-\n  '\n").is_empty());
        assert!(marked("- a: |\n    [\n  b: c\n").is_empty());
        assert_eq!(marked("- a: |\n    '\n  b: [\n  ]\n"), ["  ]"]);
        assert_eq!(marked("- |\n  {\n- [\n]\n"), ["]"]);
    }
}
