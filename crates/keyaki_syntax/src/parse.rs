//! From text to tree.

use std::borrow::Cow;
use std::sync::OnceLock;

use keyaki_diag::TextRange;

use crate::build::Builder;
use crate::report::Report;
use crate::terminals::Terminals;
use crate::token::Tokens;
use crate::{SyntaxErrorKind, Tree, grammar};

impl Tree {
    /// Reads a text. This never fails: what is wrong stands in [`Tree::errors`].
    pub fn parse(text: impl Into<Box<str>>) -> Tree {
        parse_reporting(text.into(), Report::default())
    }

    /// A text of another language, kept as it stands: without nodes, and with nothing wrong.
    pub fn opaque(text: impl Into<Box<str>>) -> Tree {
        let source = text.into();
        Tree {
            tokens: Tokens::unread(&source),
            source,
            nodes: Vec::new(),
            decoded: Vec::new(),
            errors: Vec::new(),
            holes: Box::default(),
            repeated: Box::default(),
            positions: OnceLock::new(),
        }
    }

    /// Reads bytes that should be UTF-8. Bytes that are not are replaced in the source.
    ///
    /// Of bytes that are too many, none is kept.
    pub fn parse_bytes<'b>(bytes: impl Into<Cow<'b, [u8]>>) -> Tree {
        let bytes = bytes.into();
        if bytes.len() > Tree::MAX_LENGTH {
            return unread(Box::default(), SyntaxErrorKind::TooLong);
        }
        if is_utf16(&bytes) {
            return unread(String::from_utf8_lossy(&bytes).into(), SyntaxErrorKind::InvalidUtf8);
        }
        let mut report = Report::default();
        let text = replace_invalid(bytes, &mut report);
        parse_reporting(text, report)
    }
}

fn parse_reporting(source: Box<str>, mut report: Report) -> Tree {
    if source.len() > Tree::MAX_LENGTH {
        return unread(source, SyntaxErrorKind::TooLong);
    }
    let tokens = Tokens::lex(&source);
    let terminals = Terminals::select(&source, &tokens, &mut report);
    if terminals.kinds.is_empty() && report.has_only(SyntaxErrorKind::Comment) {
        report.push(SyntaxErrorKind::Empty, TextRange::new(0, source.len() as u32));
    }
    let mut builder = Builder::new(&source, &tokens, &terminals, &mut report);
    grammar::run(&terminals, &mut builder);
    let (nodes, decoded) = (builder.nodes, builder.decoded);
    let errors = report.finish(&source);
    let (holes, repeated) = (Box::default(), Box::default());
    Tree { source, tokens, nodes, decoded, errors, holes, repeated, positions: OnceLock::new() }
}

/// A tree without nodes for a text that is of no use.
fn unread(source: Box<str>, kind: SyntaxErrorKind) -> Tree {
    let errors = vec![crate::SyntaxError { kind, range: TextRange::default() }];
    Tree { errors, ..Tree::opaque(source) }
}

/// Whether the bytes start with a byte order mark of UTF-16.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

fn replace_invalid(bytes: Cow<'_, [u8]>, report: &mut Report) -> Box<str> {
    let bytes = match String::from_utf8(bytes.into_owned()) {
        Ok(text) => return text.into(),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let start = text.len() as u32;
            text.push(char::REPLACEMENT_CHARACTER);
            report.push(SyntaxErrorKind::InvalidUtf8, TextRange::new(start, text.len() as u32));
        }
    }
    text.into()
}
