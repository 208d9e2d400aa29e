//! Where the cursor stands, told from the tokens before it: a text that is being typed is broken
//! most of the time, and brackets with names are all that can be relied on.

use keyaki_diag::TextRange;
use keyaki_syntax::{Token, TokenKind, Tree};

/// An object or a list that is open at the cursor.
#[derive(Clone, Debug)]
pub(super) struct Frame<'t> {
    /// Where its bracket is.
    pub(super) start: u32,
    /// Whether it is an object.
    pub(super) is_object: bool,
    /// The name of the last member.
    pub(super) name: &'t str,
    /// The names, or strings, that it holds before the cursor.
    pub(super) entries: Vec<&'t str>,
    state: State,
}

/// What a frame waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A name, or an element of a list.
    Entry,
    Colon,
    Value,
    Comma,
}

/// The string or word that the cursor is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed<'t> {
    /// All of it, quotes included.
    pub(super) outer: TextRange,
    /// What is inside of the quotes.
    pub(super) inner: TextRange,
    /// The inside up to the cursor.
    pub(super) before: &'t str,
    /// Whether it stands in quotes.
    pub(super) is_quoted: bool,
}

/// The cursor.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    pub(super) offset: u32,
    /// What is open, the outermost first.
    pub(super) frames: Vec<Frame<'t>>,
    /// What is being typed; none between tokens.
    pub(super) typed: Option<Typed<'t>>,
    /// Whether a name is wanted here rather than a value.
    pub(super) is_name: bool,
    /// Where a comma is missing before the cursor.
    pub(super) missing_comma: Option<u32>,
    /// What follows.
    pub(super) next: Option<TokenKind>,
    /// The names in the innermost object that follow the cursor.
    pub(super) later: Vec<&'t str>,
}

impl<'t> Cursor<'t> {
    /// The cursor at an offset; none inside of comments and after a finished value.
    pub(super) fn at(tree: &'t Tree, offset: u32) -> Option<Cursor<'t>> {
        let source = tree.source();
        let mut reader = Reader { source, frames: Vec::new(), last_end: 0 };
        let mut tokens = tree.tokens().peekable();
        let mut typed = None;
        while let Some(&token) = tokens.peek() {
            if token.range.start >= offset {
                break;
            }
            if is_comment(token) && token.range.end >= offset {
                return None;
            }
            let is_inside = token.range.end > offset && !token.kind.is_trivia();
            if is_inside || token.range.end == offset && is_typed(token, source) {
                break;
            }
            reader.take(token);
            tokens.next();
        }
        if let Some(&token) = tokens.peek() {
            let holds = token.range.start < offset && offset <= token.range.end;
            if holds && is_text(token.kind) {
                typed = Some(read(source, token, offset)?);
                tokens.next();
            }
        }
        let rest: Vec<Token> = tokens.filter(|token| !token.kind.is_trivia()).collect();
        reader.finish(offset, typed, &rest)
    }

    /// The innermost frame.
    pub(super) fn frame(&self) -> Option<&Frame<'t>> {
        self.frames.last()
    }

    /// What is to be replaced, its quotes included: what is typed, or nothing.
    pub(super) fn outer(&self) -> TextRange {
        self.typed.map_or(TextRange::empty(self.offset), |typed| typed.outer)
    }

    /// What was typed before the cursor.
    pub(super) fn before(&self) -> &'t str {
        self.typed.map_or("", |typed| typed.before)
    }

    /// Whether what follows needs a comma after what is put in here.
    pub(super) fn needs_comma_after(&self) -> bool {
        match self.next {
            None => false,
            Some(kind) => !is_closing(kind) && !matches!(kind, TokenKind::Comma | TokenKind::Colon),
        }
    }
}

struct Reader<'t> {
    source: &'t str,
    frames: Vec<Frame<'t>>,
    /// Where the last token ended that was more than space.
    last_end: u32,
}

impl<'t> Reader<'t> {
    fn take(&mut self, token: Token) {
        if token.kind.is_trivia() {
            return;
        }
        self.last_end = token.range.end;
        let kind = token.kind;
        if matches!(kind, TokenKind::LeftBrace | TokenKind::LeftBracket) {
            self.open(token.range.start, kind == TokenKind::LeftBrace);
        } else if is_closing(kind) {
            self.frames.pop();
            self.set(State::Comma);
        } else if kind == TokenKind::Colon {
            self.set(State::Value);
        } else if kind == TokenKind::Comma {
            self.set(State::Entry);
        } else if is_text(kind) {
            self.text(inside(self.source, token).slice(self.source));
        } else {
            self.set(State::Comma);
        }
    }

    fn open(&mut self, start: u32, is_object: bool) {
        let (name, entries, state) = ("", Vec::new(), State::Entry);
        self.frames.push(Frame { start, is_object, name, entries, state });
    }

    fn set(&mut self, state: State) {
        if let Some(frame) = self.frames.last_mut() {
            frame.state = state;
        }
    }

    /// A string or word: a name where one is wanted, else a value.
    fn text(&mut self, text: &'t str) {
        let Some(frame) = self.frames.last_mut() else { return };
        let is_name = frame.is_object && frame.state != State::Value;
        if is_name {
            frame.name = text;
        }
        if is_name || !frame.is_object {
            frame.entries.push(text);
        }
        frame.state = if is_name { State::Colon } else { State::Comma };
    }

    fn finish(self, offset: u32, typed: Option<Typed<'t>>, rest: &[Token]) -> Option<Cursor<'t>> {
        let next = rest.first().map(|token| token.kind);
        let last = self.frames.last();
        let is_name = match last {
            None => false,
            Some(frame) if frame.is_object => match frame.state {
                State::Entry | State::Comma => true,
                State::Value => false,
                State::Colon => return None,
            },
            Some(_) => false,
        };
        let lacks_comma = last.is_some_and(|frame| frame.state == State::Comma);
        if lacks_comma && self.last_end == offset {
            return None;
        }
        let later = if is_name { names_after(self.source, rest) } else { Vec::new() };
        Some(Cursor {
            offset,
            missing_comma: lacks_comma.then_some(self.last_end),
            frames: self.frames,
            typed,
            is_name,
            next,
            later,
        })
    }
}

/// The names that follow in the object that the cursor is in.
fn names_after<'t>(source: &'t str, rest: &[Token]) -> Vec<&'t str> {
    let mut depth = 0_i32;
    let mut names = Vec::new();
    for pair in rest.windows(2) {
        let kind = pair[0].kind;
        if matches!(kind, TokenKind::LeftBrace | TokenKind::LeftBracket) {
            depth += 1;
        } else if is_closing(kind) {
            depth -= 1;
        } else if is_text(kind) && depth == 0 && pair[1].kind == TokenKind::Colon {
            names.push(inside(source, pair[0]).slice(source));
        }
        if depth < 0 {
            break;
        }
    }
    names
}

/// What is typed in a token, up to the cursor.
fn read(source: &str, token: Token, offset: u32) -> Option<Typed<'_>> {
    let is_quoted = is_quote(source, token.range.start);
    let mut inner = inside(source, token);
    if token.kind == TokenKind::BadString && inner.end == token.range.end {
        // Without a closing quote nobody knows where the string was to end: here, at the latest.
        inner = TextRange::new(inner.start, offset.max(inner.start));
        let outer = TextRange::new(token.range.start, inner.end);
        let before = TextRange::new(inner.start, offset).slice(source);
        return Some(Typed { outer, inner, before, is_quoted });
    }
    if offset < inner.start || offset > inner.end {
        return None;
    }
    let before = TextRange::new(inner.start, offset).slice(source);
    Some(Typed { outer: token.range, inner, before, is_quoted })
}

/// The inside of a string; of a word, all of it.
fn inside(source: &str, token: Token) -> TextRange {
    let TextRange { start, end } = token.range;
    if !is_quote(source, start) {
        return token.range;
    }
    let closed = end > start + 1 && is_quote(source, end - 1);
    TextRange::new(start + 1, if closed { end - 1 } else { end })
}

fn is_quote(source: &str, offset: u32) -> bool {
    matches!(source.as_bytes().get(offset as usize), Some(b'"' | b'\''))
}

fn is_closing(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::RightBrace | TokenKind::RightBracket)
}

fn is_text(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::String
            | TokenKind::EscapedString
            | TokenKind::BadString
            | TokenKind::SingleQuoted
            | TokenKind::Word
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Null
    )
}

/// Whether a cursor at the end of a token still types it: a word, or a string without its end.
fn is_typed(token: Token, source: &str) -> bool {
    is_text(token.kind) && {
        let inner = inside(source, token);
        inner.end == token.range.end
    }
}

fn is_comment(token: Token) -> bool {
    matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment | TokenKind::OpenComment)
}
