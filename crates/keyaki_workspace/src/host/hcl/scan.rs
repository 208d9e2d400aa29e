//! A look at a text of HCL before it is parsed: comments, texts over several lines, and limits.
//!
//! The parser compares each name of an object with all before it, so that the work of a text with
//! huge objects is counted here; what nests too deeply, the parser refuses by itself.

use std::ops::Range;

use keyaki_diag::TextRange;

use super::parts::SEAM;

/// How many names may be compared for one text.
pub(crate) const MAX_COMPARISONS: usize = 50_000_000;

/// What is seen of a text.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The comments, with their signs.
    pub(crate) comments: Vec<TextRange>,
    /// Heredocs, from their `<<` to their last line.
    pub(crate) heredocs: Vec<TextRange>,
    /// The first object that is too large, if there is one.
    pub(crate) too_large: Option<u32>,
    /// Some of the lines that begin at the top level, at least [`SEAM`] bytes apart.
    pub(crate) seams: Vec<u32>,
}

/// What the scanner is in.
enum Inside {
    /// Braces, with where they begin and how many names they have.
    Braces(usize, usize),
    /// A quoted text.
    Quotes,
    /// A heredoc: the name that ends it, and its number.
    Heredoc(Range<usize>, usize),
    /// `${` or `%{` in a text.
    Template,
    /// A text without quotes around it.
    Text,
}

pub(crate) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner::new(text, Vec::new(), MAX_COMPARISONS);
    while scanner.at < scanner.bytes.len() {
        scanner.step();
    }
    scanner.scan
}

/// Looks at a template, and takes from the number of comparisons that are left.
///
/// # Errors
/// What keeps it from being read, with its offset.
pub(crate) fn look_at(template: &str, left: &mut usize) -> Result<(), (&'static str, usize)> {
    let mut scanner = Scanner::new(template, vec![Inside::Text], *left);
    let mut open = 0;
    while scanner.at < scanner.bytes.len() {
        if scanner.inside.len() == 1 {
            open = scanner.at;
        }
        scanner.step();
    }
    *left = scanner.left;
    match scanner.scan.too_large {
        Some(at) => Err((TOO_LARGE, at as usize)),
        None if scanner.inside.len() > 1 => Err(("what begins here has no `}`", open)),
        None => Ok(()),
    }
}

/// What is said of huge objects.
pub(crate) const TOO_LARGE: &str = "an object with more names than are read";

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
    inside: Vec<Inside>,
    /// How many comparisons are left.
    left: usize,
    scan: Scan,
}

impl Scanner<'_> {
    fn new(text: &str, inside: Vec<Inside>, left: usize) -> Scanner<'_> {
        Scanner { bytes: text.as_bytes(), at: 0, inside, left, scan: Scan::default() }
    }

    fn step(&mut self) {
        match self.inside.last() {
            Some(Inside::Quotes) => self.quoted(),
            Some(Inside::Heredoc(name, number)) => {
                let (name, number) = (name.clone(), *number);
                self.heredoc(name, number);
            }
            Some(Inside::Text) => self.text(),
            Some(Inside::Braces(..) | Inside::Template) | None => self.code(),
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn code(&mut self) {
        match self.rest() {
            [b'#', ..] | [b'/', b'/', ..] => self.comment(b"\n", 0),
            [b'/', b'*', ..] => self.comment(b"*/", 2),
            [b'"', ..] => self.enter(Inside::Quotes, 1),
            [b'<', b'<', ..] => self.open_heredoc(),
            [b'{', ..] => self.enter(Inside::Braces(self.at, 0), 1),
            [b'}', ..] => {
                self.inside.pop();
                self.at += 1;
            }
            [b'=' | b':', ..] => {
                self.count();
                self.at += 1;
            }
            [b'\n', ..] if self.inside.is_empty() => {
                self.at += 1;
                self.seam();
            }
            _ => self.pass(|b| {
                !matches!(b, b'#' | b'/' | b'"' | b'<' | b'{' | b'}' | b'=' | b':' | b'\n')
            }),
        }
    }

    /// Passes a byte, and those after it that mean nothing.
    fn pass(&mut self, is_plain: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        self.at += 1 + rest.iter().take_while(|b| is_plain(**b)).count();
    }

    /// Notes a place where the text may be cut, unless one is near.
    fn seam(&mut self) {
        let last = self.scan.seams.last().map_or(0, |seam| *seam as usize);
        if self.at >= last + SEAM {
            self.scan.seams.push(self.at as u32);
        }
    }

    fn enter(&mut self, inside: Inside, length: usize) {
        self.inside.push(inside);
        self.at += length;
    }

    /// Counts a name of the object around it.
    fn count(&mut self) {
        let Some(Inside::Braces(start, names)) = self.inside.last_mut() else { return };
        *names += 1;
        let start = *start as u32;
        match self.left.checked_sub(*names) {
            Some(left) => self.left = left,
            None => {
                self.scan.too_large.get_or_insert(start);
            }
        }
    }

    fn comment(&mut self, end: &[u8], length: usize) {
        let start = self.at;
        let body = self.bytes.get(start + 2..).unwrap_or_default();
        let found = body.windows(end.len()).position(|window| window == end);
        self.at = found.map_or(self.bytes.len(), |found| start + 2 + found + length);
        self.scan.comments.push(TextRange::new(start as u32, self.at as u32));
    }

    fn quoted(&mut self) {
        match self.rest() {
            [b'\\', _, ..] => self.at += 2,
            [b'"', ..] => {
                self.inside.pop();
                self.at += 1;
            }
            // A quoted text ends with its line at the latest.
            [b'\n', ..] => {
                self.inside.pop();
            }
            _ => self.text(),
        }
    }

    /// A character of a text, or what begins a template in it.
    fn text(&mut self) {
        match self.rest() {
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => self.at += 3,
            [b'$' | b'%', b'{', ..] => self.enter(Inside::Template, 2),
            _ => self.pass(|b| !matches!(b, b'\\' | b'"' | b'\n' | b'$' | b'%')),
        }
    }

    fn open_heredoc(&mut self) {
        let dash = usize::from(self.bytes.get(self.at + 2) == Some(&b'-'));
        let start = self.at + 2 + dash;
        let is_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        let length = self.bytes[start..].iter().take_while(is_name).count();
        let end = start + length;
        let after = self.bytes[end..].iter().find(|b| **b != b'\r');
        if length == 0 || after != Some(&b'\n') {
            self.at += 2;
            return;
        }
        self.scan.heredocs.push(TextRange::new(self.at as u32, self.bytes.len() as u32));
        self.enter(Inside::Heredoc(start..end, self.scan.heredocs.len() - 1), 2 + dash + length);
    }

    fn heredoc(&mut self, name: Range<usize>, number: usize) {
        if self.bytes[self.at] != b'\n' {
            return self.text();
        }
        self.at += 1;
        let line = self.rest();
        let blank = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let name = &self.bytes[name];
        let after = line[blank..].strip_prefix(name).map(|rest| rest.first());
        let is_end = after.is_some_and(|next| {
            next.is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-'))
        });
        if is_end {
            self.inside.pop();
            self.at += blank + name.len();
            self.scan.heredocs[number].end = self.at as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<&str> {
        scan(text).comments.iter().map(|range| range.slice(text)).collect()
    }

    #[test]
    fn comments_are_told_from_texts() {
        let text =
            "a = \"# no ${b /* yes */ } # no\" # one\n/* two\n */ b = <<-E\n# no\n  E\n// three";
        assert_eq!(comments(text), ["/* yes */", "# one", "/* two\n */", "// three"]);
        assert_eq!(comments("a = \"b\n# one"), ["# one"]);
    }

    #[test]
    fn what_keeps_a_template_from_being_read_is_told() {
        let told = |text: &str| look_at(text, &mut 100);
        let text = "\"a\n${b(\"}\", {c = \"${d}\"})}$${e}%{ if f }}%{ endif }%%{g}";
        assert_eq!(told(text), Ok(()));
        assert_eq!(told("a ${b {}"), Err(("what begins here has no `}`", 2)));
        assert_eq!(told("${a}${a(\"}"), Err(("what begins here has no `}`", 4)));
        let names: String = (0..20).map(|i| format!("a{i}=1,")).collect();
        assert_eq!(told(&format!("${{{{{names}}}}}")), Err((TOO_LARGE, 2)));
    }

    #[test]
    fn heredocs_end_with_their_line() {
        let text = "a = <<E\nx ${<<F\ny\nF\n}\n E\nb = 1\n";
        let found: Vec<_> = scan(text).heredocs.iter().map(|range| range.slice(text)).collect();
        assert_eq!(found, ["<<E\nx ${<<F\ny\nF\n}\n E", "<<F\ny\nF"]);
    }

    #[test]
    fn huge_objects_are_told() {
        let names: String = (0..20_000).map(|i| format!("a{i}=1,")).collect();
        assert_eq!(scan(&format!("a = {{{names}}}")).too_large, Some(4));
        assert_eq!(scan(&format!("a = [{{{}}}]", &names[..50_000])).too_large, None);
    }
}
