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
    /// Letters without quotes; typographic quotes count as letters.
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
        let mut tokens = Self { end: source.len() as u32, ..Self::default() };
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

    pub(crate) fn range(&self, index: usize) -> TextRange {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.end);
        TextRange::new(self.starts[index], end)
    }

    /// The index of the token that holds an offset; the last one for an offset past the end.
    pub(crate) fn at(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Token> + '_ {
        self.kinds.iter().enumerate().map(|(i, &kind)| Token { kind, range: self.range(i) })
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
        at += text[at..].iter().take_while(|&&b| b != b'"' && b != b'\\' && b >= b' ').count();
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
            None | Some(b'\n' | b'\r') => return (at, TokenKind::BadString),
            Some(_) => {
                kind = TokenKind::BadString;
                at += 1;
            }
        }
    }
}

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
