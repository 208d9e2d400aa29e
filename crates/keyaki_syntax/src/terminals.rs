//! The token pass: what the grammar gets to see of a token vector.
//!
//! Trivia and stray characters are left out, what is nested too deeply is one terminal, and
//! brackets are balanced: a bracket that closes nothing is dropped, a missing one is put in. So
//! the grammar need not know of unbalanced brackets, and its recursion has a bound.

use crate::brackets;
use crate::report::Report;
use crate::token::{TokenKind, Tokens, is_terminated};
use crate::{SyntaxErrorKind, Tree};

/// A token as the grammar sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Terminal {
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    /// A closing bracket that the text does not have.
    Missing,
    Colon,
    Comma,
    String,
    /// A number, `true`, `false`, `null`, or a part that is nested too deeply.
    Scalar,
    Word,
}

/// The terminals of a text, with the tokens that they stand for.
#[derive(Debug, Default)]
pub(crate) struct Terminals {
    pub(crate) kinds: Vec<Terminal>,
    /// The token of each terminal; for [`Terminal::Missing`], of the terminal before it.
    pub(crate) tokens: Vec<u32>,
    /// Parts nested too deeply: their first and their last token.
    pub(crate) deep: Vec<(u32, u32)>,
}

impl Terminals {
    /// Selects and balances the terminals of a token vector.
    pub(crate) fn select(source: &str, tokens: &Tokens, report: &mut Report) -> Self {
        let mut pass = Pass::new(tokens.kinds().len());
        for (index, &kind) in tokens.kinds().iter().enumerate() {
            pass.token(kind, index as u32, |error| report.push(error, tokens.range(index)));
        }
        let cut = pass.skipping > 0;
        if let Some(&(first, _)) = pass.terminals.deep.first() {
            report.push(SyntaxErrorKind::TooDeep, tokens.range(first as usize));
        }
        if pass.faults == 0 && pass.open.is_empty() {
            return pass.terminals;
        }
        let quiet = cut || swallows_brackets(source, tokens);
        brackets::balance(pass.terminals, |kind, token| {
            if !quiet {
                report.push(kind, tokens.range(token as usize));
            }
        })
    }

    pub(crate) fn push(&mut self, kind: Terminal, token: u32) {
        self.kinds.push(kind);
        self.tokens.push(token);
    }
}

/// Whether an unclosed string or comment holds a bracket that the brackets outside may lack, or
/// lasts to the end of the text.
fn swallows_brackets(source: &str, tokens: &Tokens) -> bool {
    tokens
        .iter()
        .filter(|t| matches!(t.kind, TokenKind::BadString | TokenKind::OpenComment))
        .filter(|t| t.kind == TokenKind::OpenComment || !is_terminated(t.range.slice(source)))
        .any(|t| {
            let holds_bracket = t.range.slice(source).contains(['{', '}', '[', ']']);
            holds_bracket || t.range.end as usize == source.len()
        })
}

/// The first, quick look at the brackets, token by token.
struct Pass {
    terminals: Terminals,
    /// Opening brackets not closed yet, as terminals.
    open: Vec<Terminal>,
    /// Open brackets inside a part that is nested too deeply.
    skipping: usize,
    faults: usize,
}

impl Pass {
    fn new(capacity: usize) -> Self {
        let terminals = Terminals {
            kinds: Vec::with_capacity(capacity),
            tokens: Vec::with_capacity(capacity),
            deep: Vec::new(),
        };
        Self { terminals, open: Vec::with_capacity(16), skipping: 0, faults: 0 }
    }

    #[inline]
    fn token(&mut self, kind: TokenKind, index: u32, mut report: impl FnMut(SyntaxErrorKind)) {
        if self.skipping > 0 {
            return self.skip(kind, index);
        }
        let terminal = match kind {
            TokenKind::Whitespace | TokenKind::Bom => return,
            TokenKind::LineComment | TokenKind::BlockComment => {
                return report(SyntaxErrorKind::Comment);
            }
            TokenKind::OpenComment => return report(SyntaxErrorKind::UnterminatedComment),
            TokenKind::Unknown => return report(SyntaxErrorKind::UnexpectedCharacter),
            TokenKind::LeftBrace => return self.open(Terminal::LeftBrace, index),
            TokenKind::LeftBracket => return self.open(Terminal::LeftBracket, index),
            TokenKind::RightBrace => {
                self.close(Terminal::LeftBrace);
                Terminal::RightBrace
            }
            TokenKind::RightBracket => {
                self.close(Terminal::LeftBracket);
                Terminal::RightBracket
            }
            TokenKind::Colon => Terminal::Colon,
            TokenKind::Comma => Terminal::Comma,
            TokenKind::String
            | TokenKind::EscapedString
            | TokenKind::BadString
            | TokenKind::SingleQuoted => Terminal::String,
            TokenKind::Number
            | TokenKind::BadNumber
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Null => Terminal::Scalar,
            TokenKind::Word => Terminal::Word,
        };
        self.terminals.push(terminal, index);
    }

    fn open(&mut self, bracket: Terminal, index: u32) {
        if self.open.len() == Tree::MAX_DEPTH {
            self.skipping = 1;
            self.terminals.deep.push((index, index));
            self.terminals.push(Terminal::Scalar, index);
        } else {
            self.open.push(bracket);
            self.terminals.push(bracket, index);
        }
    }

    fn close(&mut self, opening: Terminal) {
        if self.open.last() == Some(&opening) {
            self.open.pop();
            return;
        }
        self.faults += 1;
        if let Some(at) = self.open.iter().rposition(|&o| o == opening) {
            self.open.truncate(at);
        }
    }

    fn skip(&mut self, kind: TokenKind, index: u32) {
        if matches!(kind, TokenKind::LeftBrace | TokenKind::LeftBracket) {
            self.skipping += 1;
        } else if matches!(kind, TokenKind::RightBrace | TokenKind::RightBracket) {
            self.skipping -= 1;
        }
        if let Some(part) = self.terminals.deep.last_mut() {
            part.1 = index;
        }
    }
}
