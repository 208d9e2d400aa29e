//! Patterns with their variables found: what a text must look like.

use keyaki_ir::glob::{Case, Piece, matches_pieces};

/// A piece of a [`Glob`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// Text that stands for itself; never empty.
    Text(Box<str>),
    /// Any one character.
    Any,
    /// Any text.
    Star,
    /// The one value of a condition key.
    Key {
        /// Which key.
        key: usize,
        /// What stands in where the key has not exactly one value; without it, nothing matches.
        default: Option<Box<str>>,
        /// Whether an empty value counts as none.
        nonempty: bool,
    },
}

/// A pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Glob {
    symbols: Vec<Symbol>,
    /// Whether texts with line ends do not match, because a wildcard would have to.
    pub(crate) one_line: bool,
}

impl Glob {
    /// Reads a text in which `*` and `?` are wildcards.
    pub(crate) fn read(text: &str) -> Glob {
        let mut glob = Glob::default();
        glob.push_wild(text);
        glob
    }

    /// The pattern that one text matches.
    pub(crate) fn exactly(text: &str) -> Glob {
        let mut glob = Glob::default();
        glob.push_text(text);
        glob
    }

    /// Adds text that stands for itself.
    pub(crate) fn push_text(&mut self, text: &str) {
        match self.symbols.last_mut() {
            _ if text.is_empty() => {}
            Some(Symbol::Text(last)) => *last = format!("{last}{text}").into(),
            _ => self.symbols.push(Symbol::Text(text.into())),
        }
    }

    /// Adds text in which `*` and `?` are wildcards.
    pub(crate) fn push_wild(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['*', '?']) {
            let (plain, wild) = rest.split_at(at);
            self.push_text(plain);
            self.push(if wild.starts_with('*') { Symbol::Star } else { Symbol::Any });
            rest = wild.get(1..).unwrap_or("");
        }
        self.push_text(rest);
    }

    /// Adds a piece. A `?` goes before a star that it follows, which matches the same.
    pub(crate) fn push(&mut self, symbol: Symbol) {
        let after_star = self.symbols.last() == Some(&Symbol::Star);
        match symbol {
            Symbol::Star if after_star => {}
            Symbol::Any if after_star => {
                let at = self.symbols.len() - 1;
                self.symbols.insert(at, Symbol::Any);
            }
            Symbol::Text(text) => self.push_text(&text),
            symbol @ (Symbol::Star | Symbol::Any | Symbol::Key { .. }) => self.symbols.push(symbol),
        }
    }

    /// The pieces.
    pub(crate) fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// Whether every text matches.
    pub(crate) fn is_star(&self) -> bool {
        self.symbols == [Symbol::Star] && !self.one_line
    }

    /// Whether it holds a wildcard.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.symbols.iter().any(|s| matches!(s, Symbol::Any | Symbol::Star))
    }

    /// The keys whose values stand in it.
    pub(crate) fn keys(&self) -> impl Iterator<Item = usize> {
        self.symbols.iter().filter_map(|s| match s {
            Symbol::Key { key, .. } => Some(*key),
            Symbol::Text(_) | Symbol::Any | Symbol::Star => None,
        })
    }

    /// The one text that matches, if there is one that is known.
    pub(crate) fn literal(&self) -> Option<&str> {
        match self.symbols.as_slice() {
            [] => Some(""),
            [Symbol::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The same in lower case, as far as ASCII goes.
    pub(crate) fn lower_case(&self) -> Glob {
        let mut lower = Glob { symbols: Vec::new(), one_line: self.one_line };
        for symbol in &self.symbols {
            match symbol {
                Symbol::Text(text) => lower.push_text(&text.to_ascii_lowercase()),
                Symbol::Any | Symbol::Star | Symbol::Key { .. } => lower.push(symbol.clone()),
            }
        }
        lower
    }

    /// Whether a text matches. A pattern with keys matches none: it is never asked.
    pub(crate) fn matches(&self, text: &str, case: Case) -> bool {
        let pieces: Option<Vec<_>> = self.symbols.iter().map(piece).collect();
        let lines = self.one_line && text.contains('\n');
        !lines && pieces.is_some_and(|pieces| matches_pieces(&pieces, text, case))
    }
}

fn piece(symbol: &Symbol) -> Option<Piece<'_>> {
    match symbol {
        Symbol::Text(text) => Some(Piece::Literal(text)),
        Symbol::Any => Some(Piece::Glob("?")),
        Symbol::Star => Some(Piece::Glob("*")),
        Symbol::Key { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_and_text_are_told_apart() {
        let glob = Glob::read("a*?b**");
        let text = |t: &str| Symbol::Text(t.into());
        let expected = [text("a"), Symbol::Any, Symbol::Star, text("b"), Symbol::Star];
        assert_eq!(glob.symbols(), expected);
        assert_eq!(Glob::exactly("a*").literal(), Some("a*"));
        assert!(Glob::read("**").is_star());
    }

    #[test]
    fn literal_stars_are_no_wildcards() {
        assert!(Glob::exactly("a*").matches("a*", Case::Sensitive));
        assert!(!Glob::exactly("a*").matches("ab", Case::Sensitive));
        assert!(Glob::read("A*").matches("ab", Case::Insensitive));
    }
}
