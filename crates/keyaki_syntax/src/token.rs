//! The lexer: any text into tokens that, put together, are the text again.
//!
//! Nothing is refused here. What JSON does not know gets a token kind of its own, and the later
//! passes decide what to say about it.

use keyaki_diag::TextRange;
use logos::{Lexer, Logos};

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// Spaces, tabs and line ends.
    #[regex("[ \t\r\n]+")]
    Whitespace,
    /// A byte order mark at the start of the text.
    Bom,
    /// `// …` up to the line end.
    #[regex("//[^\r\n]*", allow_greedy = true)]
    LineComment,
    /// `/* … */`
    #[token("/*", block_comment)]
    BlockComment,
    /// `/* …` up to the end of the text.
    OpenComment,
    /// `{`
    #[token("{")]
    LeftBrace,
    /// `}`
    #[token("}")]
    RightBrace,
    /// `[`
    #[token("[")]
    LeftBracket,
    /// `]`
    #[token("]")]
    RightBracket,
    /// `:`
    #[token(":")]
    Colon,
    /// `,`
    #[token(",")]
    Comma,
    /// A string whose value is the text between its quotes.
    #[token("\"", string)]
    String,
    /// A string with escapes, all of them well-formed.
    EscapedString,
    /// A string with a bad escape, a raw control character or no closing quote.
    BadString,
    /// `'…'`
    #[regex(r"'([^'\\\r\n]|\\[^\r\n])*'")]
    SingleQuoted,
    /// A number as JSON writes it.
    #[regex(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", priority = 30)]
    Number,
    /// Something that means to be a number.
    #[regex(r"[-+]?\.?[0-9][0-9A-Za-z_.+-]*", priority = 20)]
    #[regex(r"[-+]?(NaN|Infinity)", priority = 20)]
    #[regex("[-+]", priority = 20)]
    BadNumber,
    /// `true`
    #[token("true", priority = 20)]
    True,
    /// `false`
    #[token("false", priority = 20)]
    False,
    /// `null`
    #[token("null", priority = 20)]
    Null,
    /// Letters without quotes; typographic quotes count as letters. Also `${name}` and `{{name}}`,
    /// which templates leave behind.
    #[regex(r#"\$\{[^\r\n"{}]*\}"#, priority = 6)]
    #[regex(r#"\{\{[^\r\n"{}\[\]:]+\}\}"#, priority = 6)]
    #[regex(
        r"[A-Za-z_$\u{A1}-\u{1FFF}\u{2010}-\u{2027}\u{2030}-\u{205E}\u{2070}-\u{2FFF}\u{3001}-\u{FEFE}\u{FF00}-\u{FFEF}\u{10000}-\u{10FFFF}][A-Za-z0-9_$*?.@\-\u{A1}-\u{1FFF}\u{2010}-\u{2027}\u{2030}-\u{205E}\u{2070}-\u{2FFF}\u{3001}-\u{FEFE}\u{FF00}-\u{FFEF}\u{10000}-\u{10FFFF}]*",
        priority = 5
    )]
    Word,
    /// Any other character.
    #[regex("(?s:.)", priority = 0)]
    Unknown,
}

impl TokenKind {
    /// Whether the token is mere space: whitespace, a comment or the byte order mark.
    pub fn is_trivia(self) -> bool {
        matches!(
            self,
            Self::Whitespace
                | Self::Bom
                | Self::LineComment
                | Self::BlockComment
                | Self::OpenComment
        )
    }
}

/// A token and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub range: TextRange,
}

/// All tokens of a text, in order. A token ends where the next one starts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    kinds: Vec<TokenKind>,
    starts: Vec<u32>,
    end: u32,
}

impl Tokens {
    /// Lexes a whole text. The text must be shorter than 4 GiB.
    pub(crate) fn lex(source: &str) -> Self {
        let expected = source.len() / 8;
        let mut tokens = Self {
            kinds: Vec::with_capacity(expected),
            starts: Vec::with_capacity(expected),
            end: source.len() as u32,
        };
        let bom = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        if bom > 0 {
            tokens.push(TokenKind::Bom, 0);
        }
        let mut lexer = TokenKind::lexer(&source[bom..]);
        while let Some(kind) = lexer.next() {
            tokens.push(kind.unwrap_or(TokenKind::Unknown), bom + lexer.span().start);
        }
        tokens
    }

    /// One token for a text that is not read.
    pub(crate) fn unread(source: &str) -> Self {
        let mut tokens = Self { end: source.len() as u32, ..Self::default() };
        if !source.is_empty() {
            tokens.push(TokenKind::Unknown, 0);
        }
        tokens
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.kinds.push(kind);
        self.starts.push(start as u32);
    }

    /// The kinds alone.
    pub(crate) fn kinds(&self) -> &[TokenKind] {
        &self.kinds
    }

    pub(crate) fn kind(&self, index: usize) -> TokenKind {
        self.kinds[index]
    }

    #[inline]
    pub(crate) fn range(&self, index: usize) -> TextRange {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.end);
        TextRange::new(self.starts[index], end)
    }

    /// The index of the token that holds an offset; the last one for an offset past the end.
    pub(crate) fn at(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Token> + '_ {
        (0..self.kinds.len()).map(|i| self.get(i))
    }

    /// The same tokens with those of a text that begins at `start` in the place of some; all is
    /// `length` bytes long then.
    pub(crate) fn spliced(
        &self,
        part: std::ops::Range<usize>,
        with: &Tokens,
        start: u32,
        length: u32,
    ) -> Tokens {
        let shift = length.wrapping_sub(self.end);
        let (kinds, starts) = (&self.kinds[..part.start], &self.starts[..part.start]);
        let inside = with.starts.iter().map(|at| at + start);
        let after = self.starts[part.end..].iter().map(|at| at.wrapping_add(shift));
        Tokens {
            kinds: [kinds, &with.kinds, &self.kinds[part.end..]].concat(),
            starts: starts.iter().copied().chain(inside).chain(after).collect(),
            end: length,
        }
    }

    /// How long the white space is that starts in a range.
    pub(crate) fn white_space_in(&self, range: TextRange) -> u32 {
        let first = |offset| self.starts.partition_point(|&start| start < offset);
        let part = first(range.start)..first(range.end);
        let starts = &self.starts[part.clone()];
        let ends = starts.iter().skip(1).copied().chain([self
            .starts
            .get(part.end)
            .copied()
            .unwrap_or(self.end)]);
        let tokens = self.kinds[part].iter().zip(starts.iter().zip(ends));
        let spaces = tokens.filter(|(kind, _)| **kind == TokenKind::Whitespace);
        spaces.map(|(_, (start, end))| end - start).sum()
    }

    #[inline]
    fn get(&self, index: usize) -> Token {
        Token { kind: self.kinds[index], range: self.range(index) }
    }
}

/// Reads on after an opening quote, and says what kind of string it was.
fn string(lexer: &mut Lexer<'_, TokenKind>) -> TokenKind {
    let (length, kind) = string_tail(lexer.remainder().as_bytes());
    lexer.bump(length);
    kind
}

/// The length of a string after its opening quote, its closing quote included.
///
/// A string that is not closed ends at the line end, so that one missing quote spoils one line.
fn string_tail(text: &[u8]) -> (usize, TokenKind) {
    let mut kind = TokenKind::String;
    let mut at = 0;
    loop {
        at += plain_length(&text[at..]);
        match text.get(at) {
            Some(b'"') => return (at + 1, kind),
            Some(b'\\') => {
                let escape = escape_length(&text[at..]);
                kind = match escape {
                    Some(_) if kind == TokenKind::String => TokenKind::EscapedString,
                    Some(_) => kind,
                    None => TokenKind::BadString,
                };
                at += escape.unwrap_or(1);
            }
            None => return (at, TokenKind::BadString),
            Some(b'\n' | b'\r') if !goes_on_below(&text[at..]) => {
                return (at, TokenKind::BadString);
            }
            Some(_) => {
                kind = TokenKind::BadString;
                at += 1;
            }
        }
    }
}

/// How much of a string stands for itself: up to a quote, a backslash or a control character.
/// Most of it is looked at in blocks, which the compiler makes into a few instructions each.
fn plain_length(text: &[u8]) -> usize {
    let is_special = |&b: &u8| (b == b'"') | (b == b'\\') | (b < b' ');
    let is_plain = |block: &&[u8; 16]| !block.iter().fold(false, |any, b| any | is_special(b));
    let blocks = 16 * text.as_chunks().0.iter().take_while(is_plain).count();
    blocks + text[blocks..].iter().take_while(|b| !is_special(b)).count()
}

/// Whether a string seems to go on behind a line end: the next line starts with a word, and has
/// one quote, which only punctuation follows.
fn goes_on_below(text: &[u8]) -> bool {
    let below = text.strip_prefix(b"\r\n").unwrap_or(&text[1..]);
    let is_end = |&&b: &&u8| b == b'\n' || b == b'\r';
    let length = below.iter().take(MAX_LINE).take_while(|b| !is_end(b)).count();
    let mut parts = below[..length].split(|&b| b == b'"');
    let starts_with_word =
        |part: &[u8]| part.trim_ascii_start().first().is_some_and(u8::is_ascii_alphanumeric);
    let is_punctuation = |part: &[u8]| part.iter().all(|b| b" \t,:]}".contains(b));
    parts.next().is_some_and(starts_with_word)
        && parts.next().is_some_and(is_punctuation)
        && parts.next().is_none()
}

/// How far a line is searched for the end of a string.
const MAX_LINE: usize = 1000;

/// Whether a string token ends with its own closing quote.
pub(crate) fn is_terminated(token: &str) -> bool {
    let Some(inside) = token.get(1..token.len() - 1) else { return false };
    let backslashes = inside.bytes().rev().take_while(|&b| b == b'\\').count();
    token.ends_with('"') && backslashes % 2 == 0
}

/// The length of a well-formed escape at the start of `text`.
pub(crate) fn escape_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => text.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Reads on after `/*`.
fn block_comment(lexer: &mut Lexer<'_, TokenKind>) -> TokenKind {
    let rest = lexer.remainder();
    match rest.find("*/") {
        Some(at) => {
            lexer.bump(at + 2);
            TokenKind::BlockComment
        }
        None => {
            lexer.bump(rest.len());
            TokenKind::OpenComment
        }
    }
}
