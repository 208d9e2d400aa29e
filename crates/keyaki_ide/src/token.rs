//! Tokens with meaning, for colours: what an editor cannot tell from JSON alone.

use keyaki_catalog::{AccessLevel, Action};
use keyaki_diag::TextRange;
use keyaki_ir::Pattern;
use keyaki_syntax::NodeId;

use crate::Document;
use crate::site::{Site, all_sites};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// The name of an element.
    Element,
    /// The value of `Effect` or `Version`.
    Constant,
    /// The name of a statement.
    Sid,
    /// The prefix of a service.
    Service,
    /// The name of an action.
    Action,
    /// `*` and `?`.
    Wildcard,
    /// A condition operator.
    Operator,
    /// A condition key.
    Key,
    /// A policy variable.
    Variable,
    /// A kind of principal.
    PrincipalKind,
}

impl TokenKind {
    /// All kinds, in their order.
    pub const ALL: [TokenKind; 10] = [
        Self::Element,
        Self::Constant,
        Self::Sid,
        Self::Service,
        Self::Action,
        Self::Wildcard,
        Self::Operator,
        Self::Key,
        Self::Variable,
        Self::PrincipalKind,
    ];
}

/// What is special about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenModifier {
    /// An action that only looks.
    ReadOnly,
    /// An action that changes something.
    Modification,
    /// AWS no longer lists it.
    Deprecated,
}

/// A part of the text with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The part.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenKind,
    /// What is special about it.
    pub modifier: Option<TokenModifier>,
}

/// The tokens of a part of a document, in order; they do not overlap.
pub fn tokens(document: &Document, range: TextRange) -> Vec<Token> {
    let mut sink = Sink { document, tokens: Vec::new() };
    for (origin, site) in all_sites(document) {
        if document.range(origin).overlaps(range) {
            sink.site(origin, site);
        }
    }
    sink.tokens.retain(|token| !token.range.is_empty());
    sink.tokens
}

struct Sink<'d> {
    document: &'d Document,
    tokens: Vec<Token>,
}

impl Sink<'_> {
    fn site(&mut self, origin: NodeId, site: Site<'_>) {
        match site {
            Site::ElementName(_) => self.whole(origin, TokenKind::Element),
            Site::Version | Site::Effect => self.whole(origin, TokenKind::Constant),
            Site::Sid(_) => self.whole(origin, TokenKind::Sid),
            Site::Action { entry, .. } => self.action(origin, &entry.text),
            Site::Resource(entry) => self.pattern(origin, &entry.pattern),
            Site::PrincipalKey(_) => self.whole(origin, TokenKind::PrincipalKind),
            Site::Principal(entry) => self.pattern(origin, &Pattern::new(&*entry.text)),
            Site::Operator(_) => self.whole(origin, TokenKind::Operator),
            Site::Key { .. } => self.whole(origin, TokenKind::Key),
            Site::Value(value) => self.pattern(origin, &value.pattern),
        }
    }

    fn whole(&mut self, origin: NodeId, kind: TokenKind) {
        let range = self.document.inside(origin);
        self.tokens.push(Token { range, kind, modifier: None });
    }

    fn part(&mut self, origin: NodeId, part: std::ops::Range<usize>, kind: TokenKind) {
        let range = self.document.part(origin, part);
        self.tokens.push(Token { range, kind, modifier: None });
    }

    fn action(&mut self, origin: NodeId, text: &str) {
        let colon = text.find(':');
        if let Some(colon) = colon {
            self.part(origin, 0..colon, TokenKind::Service);
        }
        let start = colon.map_or(0, |colon| colon + 1);
        if keyaki_ir::glob::has_wildcard(text) {
            self.pieces(origin, text, start);
            return;
        }
        let modifier = self.document.catalog().action(text).and_then(modifier);
        let range = self.document.part(origin, start..text.len());
        self.tokens.push(Token { range, kind: TokenKind::Action, modifier });
    }

    /// The name of an action with wildcards, piece by piece.
    fn pieces(&mut self, origin: NodeId, text: &str, start: usize) {
        let mut from = start;
        for (at, c) in text.char_indices().skip_while(|(at, _)| *at < start) {
            if matches!(c, '*' | '?') {
                self.part(origin, from..at, TokenKind::Action);
                self.part(origin, at..at + 1, TokenKind::Wildcard);
                from = at + 1;
            }
        }
        self.part(origin, from..text.len(), TokenKind::Action);
    }

    /// Wildcards and variables of other texts; the rest stays a string.
    fn pattern(&mut self, origin: NodeId, pattern: &Pattern) {
        let variables = pattern.variables();
        let inside = |at: usize| variables.iter().find(|v| v.range.contains(&at));
        for (at, c) in pattern.text().char_indices() {
            match inside(at) {
                Some(variable) if variable.range.start == at => {
                    self.part(origin, variable.range.clone(), TokenKind::Variable);
                }
                None if matches!(c, '*' | '?') => {
                    self.part(origin, at..at + 1, TokenKind::Wildcard);
                }
                Some(_) | None => {}
            }
        }
    }
}

fn modifier(action: Action<'_>) -> Option<TokenModifier> {
    if action.is_retired() {
        return Some(TokenModifier::Deprecated);
    }
    match action.access_level()? {
        AccessLevel::List | AccessLevel::Read => Some(TokenModifier::ReadOnly),
        AccessLevel::Write | AccessLevel::Tagging | AccessLevel::PermissionsManagement => {
            Some(TokenModifier::Modification)
        }
    }
}
