//! Texts with policy variables.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.
//! Whether a variable is replaced depends on the policy's version and on the element;
//! this module only finds where they are.

use std::ops::Range;

/// A text in which `${…}` may stand for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    variables: Box<[Variable]>,
}

/// One `${…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The whole of it, from `$` past `}`, as byte offsets into the text.
    pub range: Range<usize>,
    /// The condition key that it names, trimmed; empty for an escape.
    pub key: Box<str>,
    /// The text that stands in when the key is absent: `${key, 'text'}`.
    pub default: Option<Box<str>>,
    /// The character that `${*}`, `${?}` or `${$}` stands for.
    pub escape: Option<char>,
    /// What is wrong with how it is written.
    pub defect: Option<VariableDefect>,
    /// Whether it is a hole: deployment fills it in with any text, not the request.
    /// Its text is a label for people.
    pub is_hole: bool,
}

/// What can be wrong with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableDefect {
    /// `${key` without `}`.
    MissingBrace,
    /// A default value without both of its single quotes.
    MissingQuote,
    /// A blank inside the name.
    Space,
    /// `${}`.
    Empty,
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'p> {
    /// Text as it stands; `*` and `?` in it are wildcards where the element has them.
    Text(&'p str),
    /// A variable.
    Variable(&'p Variable),
}

impl Pattern {
    /// Finds the variables of `text`.
    pub fn new(text: impl Into<Box<str>>) -> Pattern {
        let text = text.into();
        let variables = if text.contains("${") { variables(&text) } else { Box::default() };
        Pattern { text, variables }
    }

    /// As [`Pattern::new`], of a text in which holes are at these places.
    pub fn with_holes(
        text: impl Into<Box<str>>,
        holes: impl Iterator<Item = Range<usize>>,
    ) -> Pattern {
        let mut pattern = Pattern::new(text);
        for hole in holes {
            let at = pattern.variables.binary_search_by_key(&hole.start, |v| v.range.start);
            if let Some(variable) = at.ok().and_then(|at| pattern.variables.get_mut(at)) {
                variable.is_hole = true;
            }
        }
        pattern
    }

    /// Whether some part is filled in by deployment.
    pub fn has_hole(&self) -> bool {
        self.variables.iter().any(|v| v.is_hole)
    }

    /// The text as written.
    #[inline]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The variables in order, escapes among them.
    #[inline]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Whether some part depends on the request or on deployment; escapes do not.
    pub fn has_variables(&self) -> bool {
        self.variables.iter().any(|v| v.escape.is_none())
    }

    /// Whether it holds `*` or `?` outside of variables.
    pub fn has_wildcard(&self) -> bool {
        self.parts().any(|part| match part {
            Part::Text(text) => crate::glob::has_wildcard(text),
            Part::Variable(_) => false,
        })
    }

    /// The pieces in order.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let mut pieces = Vec::with_capacity(self.variables.len() * 2 + 1);
        let mut at = 0;
        for variable in &self.variables {
            pieces.push(Part::Text(&self.text[at..variable.range.start]));
            pieces.push(Part::Variable(variable));
            at = variable.range.end;
        }
        pieces.push(Part::Text(&self.text[at..]));
        pieces.into_iter().filter(|part| *part != Part::Text(""))
    }

    /// The pattern as a glob in which every variable has become `*`:
    /// it matches at least what the pattern can match.
    pub fn widened(&self) -> std::borrow::Cow<'_, str> {
        if self.variables.is_empty() {
            return (&*self.text).into();
        }
        let parts = self.parts().map(|part| match part {
            Part::Text(text) => text,
            Part::Variable(_) => "*",
        });
        parts.collect::<String>().into()
    }
}

#[inline]
fn variables(text: &str) -> Box<[Variable]> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("${").map(|i| from + i) {
        let body = start + 2;
        let (end, closed) = match text[body..].find('}') {
            Some(length) => (body + length, true),
            None => (text.len(), false),
        };
        let range = start..if closed { end + 1 } else { end };
        let variable = variable(&text[body..end], range.clone(), closed);
        from = range.end;
        found.push(variable);
    }
    found.into()
}

fn variable(body: &str, range: Range<usize>, closed: bool) -> Variable {
    let mut out = Variable {
        range,
        key: "".into(),
        default: None,
        escape: None,
        defect: None,
        is_hole: false,
    };
    if !closed {
        out.defect = Some(VariableDefect::MissingBrace);
        out.key = body.trim().into();
        return out;
    }
    if let "*" | "?" | "$" = body {
        out.escape = body.chars().next();
        return out;
    }
    let (name, default) = match body.split_once(',') {
        Some((name, default)) => (name, Some(default.trim())),
        None => (body, None),
    };
    out.key = name.trim().into();
    let quoted = |d: &str| d.len() >= 2 && d.starts_with('\'') && d.ends_with('\'');
    out.default = default.map(|d| d.trim_matches('\'').into());
    out.defect = if name.trim().is_empty() {
        Some(VariableDefect::Empty)
    } else if name.contains(char::is_whitespace) {
        Some(VariableDefect::Space)
    } else if default.is_some_and(|d| !quoted(d)) {
        Some(VariableDefect::MissingQuote)
    } else {
        None
    };
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Variable {
        let pattern = Pattern::new(text);
        assert_eq!(pattern.variables().len(), 1, "{text}");
        pattern.variables()[0].clone()
    }

    #[test]
    fn defaults_and_escapes_are_read() {
        let v = one("b/${aws:PrincipalTag/team, 'none'}/*");
        assert_eq!((&*v.key, v.default.as_deref()), ("aws:PrincipalTag/team", Some("none")));
        assert_eq!(v.range, 2..34);
        assert_eq!(one("${*}").escape, Some('*'));
        assert_eq!(one("a${$}b").escape, Some('$'));
    }

    #[test]
    fn defects_are_told_apart() {
        let defect = |t| one(t).defect;
        assert_eq!(defect("${aws:username/*"), Some(VariableDefect::MissingBrace));
        assert_eq!(defect("${}"), Some(VariableDefect::Empty));
        assert_eq!(defect("${aws: username}"), Some(VariableDefect::Space));
        assert_eq!(defect("${aws:username, x'}"), Some(VariableDefect::MissingQuote));
        assert_eq!(defect("${aws:username, 'x'}"), None);
    }

    #[test]
    fn parts_give_the_text_back() {
        let pattern = Pattern::new("a${x:y}b${*}");
        let widened: String = pattern.widened().into_owned();
        assert_eq!(widened, "a*b*");
        assert_eq!(pattern.parts().count(), 4);
        assert!(!pattern.has_wildcard());
    }
}
