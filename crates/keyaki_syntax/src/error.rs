//! What can be wrong with the text itself.

use keyaki_diag::TextRange;

/// One thing that is wrong with the text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// Where in the source.
    pub range: TextRange,
}

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// The text holds no value at all.
    Empty,
    /// Bytes that are not UTF-8; the range covers the replacement character put in their place.
    InvalidUtf8,
    /// Nested deeper than [`crate::Tree::MAX_DEPTH`]; what lies deeper was skipped. The range covers
    /// the first bracket that is too deep.
    TooDeep,
    /// The text is longer than [`crate::Tree::MAX_LENGTH`] bytes and was not read; the range is empty.
    TooLong,
    /// A `//` or `/* */` comment, which JSON does not have.
    Comment,
    /// A block comment without its `*/`.
    UnterminatedComment,
    /// A comma before `]` or `}`; the range covers the comma.
    TrailingComma,
    /// Two values or members without a comma between them; the range covers the last character of
    /// the first one, so that the comma belongs at its end.
    MissingComma,
    /// A member name without `:`; the range covers the name.
    MissingColon,
    /// A member name without a value; the range covers the `:`.
    MissingValue,
    /// A value where a member name in quotes was expected; the range covers a scalar, or the opening
    /// bracket, or the `:` that has no name before it.
    MissingName,
    /// `{` without its `}`, or `[` without its `]`; the range covers the opening bracket. Where
    /// several lack their end at one place, it is the innermost of them.
    UnclosedBracket,
    /// `}` or `]` that closes nothing, or that stands in the place of the other.
    StrayBracket,
    /// A string without its closing quote.
    UnterminatedString,
    /// `\` followed by something that JSON does not define.
    InvalidEscape,
    /// A `\u` escape of half a surrogate pair; it stands for no character.
    LoneSurrogate,
    /// A control character (below U+0020) that must be escaped inside a string.
    ControlCharacter,
    /// A string in single quotes.
    SingleQuotes,
    /// A number that JSON does not allow: leading zero, `+1`, `.5`, `0x1F`, `NaN`.
    InvalidNumber,
    /// A bare word, such as `True` or an unquoted name.
    UnknownWord,
    /// A character that JSON has no use for, or not at this place, such as a second comma.
    UnexpectedCharacter,
    /// More text after the end of the document; the range covers all of it.
    TrailingContent,
    /// A member whose name its object already has; the range covers the later name.
    DuplicateMember,
}

impl SyntaxErrorKind {
    /// What to tell a person: lower case, no full stop.
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "the document is empty",
            Self::InvalidUtf8 => "bytes that are not UTF-8",
            Self::TooDeep => "nested too deeply; the deeper part was not read",
            Self::TooLong => "the document is too long to be a policy and was not read",
            Self::Comment => "comments are not allowed in JSON",
            Self::UnterminatedComment => "comment without `*/`",
            Self::TrailingComma => "trailing comma",
            Self::MissingComma => "missing comma",
            Self::MissingColon => "missing `:` after the member name",
            Self::MissingValue => "missing value",
            Self::MissingName => "expected a member name in double quotes",
            Self::UnclosedBracket => "bracket is never closed",
            Self::StrayBracket => "bracket closes nothing",
            Self::UnterminatedString => "string without closing quote",
            Self::InvalidEscape => "escape that JSON does not define",
            Self::LoneSurrogate => "`\\u` escape of half a surrogate pair",
            Self::ControlCharacter => "control character must be escaped",
            Self::SingleQuotes => "strings need double quotes",
            Self::InvalidNumber => "number that JSON does not allow",
            Self::UnknownWord => "expected a value; strings need double quotes",
            Self::UnexpectedCharacter => "character has no place here",
            Self::TrailingContent => "text after the end of the document",
            Self::DuplicateMember => "member name occurs twice in this object",
        }
    }

    /// Whether the JSON grammar itself is broken.
    ///
    /// A duplicate member or a lone surrogate is well-formed by RFC 8259 and still refused by AWS.
    pub fn is_grammar(self) -> bool {
        !matches!(self, Self::DuplicateMember | Self::LoneSurrogate)
    }
}
