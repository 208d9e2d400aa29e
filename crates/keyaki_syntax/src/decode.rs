//! String tokens to string values.

use keyaki_diag::TextRange;

use crate::SyntaxErrorKind;
use crate::report::Report;
use crate::token::escape_length;
use crate::tree::Decoded;

/// Decodes a string token that starts at `offset` of the source, quotes included.
///
/// What is malformed is kept as it stands, and reported.
pub(crate) fn decode(token: &str, offset: u32, report: &mut Report) -> Decoded {
    let quote = token.chars().next().unwrap_or('"');
    let mut reader = Reader { rest: &token[1..], offset: offset + 1, quote, report };
    let mut text = String::with_capacity(token.len());
    let mut map = Vec::new();
    while let Some(piece) = reader.next_piece() {
        match piece {
            Piece::Plain(plain) => text.push_str(plain),
            Piece::Escape(c) => {
                text.push(c);
                map.push((text.len() as u32, reader.offset));
            }
        }
    }
    if !reader.rest.starts_with(quote) {
        let range = TextRange::new(offset, offset + token.len() as u32);
        reader.report.push(SyntaxErrorKind::UnterminatedString, range);
    }
    Decoded { text: text.into(), map: map.into() }
}

/// A run of a string's content.
enum Piece<'s> {
    /// Text that stands for itself.
    Plain(&'s str),
    /// An escape, and the character that it stands for.
    Escape(char),
}

struct Reader<'s, 'e> {
    /// What is left of the token, its closing quote included.
    rest: &'s str,
    /// Where `rest` starts in the source.
    offset: u32,
    quote: char,
    report: &'e mut Report,
}

impl<'s> Reader<'s, '_> {
    /// The next piece; none at the closing quote or the end.
    fn next_piece(&mut self) -> Option<Piece<'s>> {
        match self.rest.bytes().next()? {
            b if b == self.quote as u8 => None,
            b'\\' => Some(self.escape()),
            b if b < b' ' => {
                self.report(SyntaxErrorKind::ControlCharacter, 1);
                Some(Piece::Plain(self.take(1)))
            }
            _ => {
                let quote = self.quote as u8;
                let special = |b: u8| b == quote || b == b'\\' || b < b' ';
                let end = self.rest.bytes().position(special).unwrap_or(self.rest.len());
                Some(Piece::Plain(self.take(end)))
            }
        }
    }

    fn escape(&mut self) -> Piece<'s> {
        if self.quote == '\'' && self.rest[1..].starts_with('\'') {
            self.take(2);
            return Piece::Escape('\'');
        }
        let Some(length) = escape_length(self.rest.as_bytes()) else {
            if is_cut_off(self.rest) {
                return Piece::Plain(self.take(self.rest.len()));
            }
            let second = self.rest[1..].chars().next().map_or(0, char::len_utf8);
            self.report(SyntaxErrorKind::InvalidEscape, 1 + second);
            return Piece::Plain(self.take(1 + second));
        };
        if length == 6 {
            return Piece::Escape(self.unicode_escape());
        }
        let escape = self.take(length);
        Piece::Escape(simple_escape(escape.as_bytes()[1]))
    }

    /// Reads `\uXXXX`, or two of them where they make a surrogate pair.
    fn unicode_escape(&mut self) -> char {
        let first = hex(&self.rest[2..6]);
        if let Some(c) = char::from_u32(first) {
            self.take(6);
            return c;
        }
        if let Some(c) = surrogate_pair(first, &self.rest[6..]) {
            self.take(12);
            return c;
        }
        self.report(SyntaxErrorKind::LoneSurrogate, 6);
        self.take(6);
        char::REPLACEMENT_CHARACTER
    }

    fn take(&mut self, length: usize) -> &'s str {
        let (head, tail) = self.rest.split_at(length);
        self.rest = tail;
        self.offset += length as u32;
        head
    }

    fn report(&mut self, kind: SyntaxErrorKind, length: usize) {
        let range = TextRange::new(self.offset, self.offset + length as u32);
        self.report.push(kind, range);
    }
}

/// Whether the text ends within an escape. Then the missing quote is the mistake.
fn is_cut_off(escape: &str) -> bool {
    let digits = escape.strip_prefix("\\u").unwrap_or(&escape[1..]);
    digits.is_empty()
        || (escape.starts_with("\\u") && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn simple_escape(letter: u8) -> char {
    match letter {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        other => other.into(),
    }
}

/// The character of a high surrogate and the escape after it, if that is a low one.
fn surrogate_pair(high: u32, rest: &str) -> Option<char> {
    if !(0xD800..0xDC00).contains(&high) || !rest.starts_with("\\u") {
        return None;
    }
    escape_length(rest.as_bytes())?;
    let low = hex(&rest[2..6]);
    let is_low = (0xDC00..0xE000).contains(&low);
    is_low.then(|| char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)))?
}

/// The value of hexadecimal digits that the lexer has seen already.
fn hex(digits: &str) -> u32 {
    u32::from_str_radix(digits, 16).unwrap_or(0xFFFD)
}
