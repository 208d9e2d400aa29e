//! SMT-LIB terms as text, built through constructors that fold what is constant.
//!
//! Grammar: <https://smt-lib.org/theories-UnicodeStrings.shtml>.

use std::fmt::Write;

/// A term of sort Bool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term(String);

impl Term {
    /// A term that is written out.
    pub(crate) fn new(text: impl Into<String>) -> Term {
        Term(text.into())
    }

    pub(crate) fn constant(value: bool) -> Term {
        Term(value.to_string())
    }

    pub(crate) fn is(&self, value: bool) -> bool {
        self.0 == if value { "true" } else { "false" }
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn not(part: Term) -> Term {
        if part.is(true) || part.is(false) {
            return Term::constant(part.is(false));
        }
        let inner = part.0.strip_prefix("(not ").and_then(|rest| rest.strip_suffix(')'));
        match inner {
            Some(inner) => Term(inner.to_owned()),
            None => Term(format!("(not {})", part.0)),
        }
    }

    pub(crate) fn and(parts: impl IntoIterator<Item = Term>) -> Term {
        Self::join("and", true, parts)
    }

    pub(crate) fn or(parts: impl IntoIterator<Item = Term>) -> Term {
        Self::join("or", false, parts)
    }

    fn join(word: &str, neutral: bool, parts: impl IntoIterator<Item = Term>) -> Term {
        let mut kept: Vec<Term> = Vec::new();
        for part in parts {
            if part.is(!neutral) {
                return part;
            }
            if !part.is(neutral) && !kept.last().is_some_and(|last| *last == part) {
                kept.push(part);
            }
        }
        match kept.len() {
            0 => Term::constant(neutral),
            1 => kept.remove(0),
            _ => Term(list(word, kept.iter().map(|t| t.0.as_str()))),
        }
    }
}

/// `(word part part …)`.
pub(crate) fn list<S: AsRef<str>>(word: &str, parts: impl IntoIterator<Item = S>) -> String {
    let mut text = format!("({word}");
    for part in parts {
        text.push(' ');
        text += part.as_ref();
    }
    text.push(')');
    text
}

/// That an integer is one of some numbers below a bound; the numbers ascend.
pub(crate) fn member(name: &str, numbers: &[usize], bound: usize) -> Term {
    if numbers.len() == bound {
        return Term::constant(true);
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => runs.push((n, n)),
        }
    }
    Term::or(runs.into_iter().map(|(first, last)| {
        Term::new(match (first == last, first) {
            (true, _) => format!("(= {name} {first})"),
            (false, 0) => format!("(<= {name} {last})"),
            (false, _) => format!("(<= {first} {name} {last})"),
        })
    }))
}

/// The last character that SMT-LIB's strings have.
pub(crate) const LAST: char = '\u{2FFFF}';

/// A string literal.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out += "\"\"",
            '\\' => out += "\\u{5c}",
            ' '..='~' => out.push(c),
            c => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// The text of a string literal as a solver writes it, without its quotes; none for a character
/// that no text has.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let (plain, escape) = rest.split_at(at);
        out += plain;
        let (digits, after) = escape_digits(escape.get(2..)?);
        let Some(digits) = digits else {
            out += "\\u";
            rest = escape.get(2..)?;
            continue;
        };
        out.push(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?);
        rest = after;
    }
    out += rest;
    Some(out)
}

/// The digits of `{…}` or of four digits that stand alone, and what follows.
fn escape_digits(text: &str) -> (Option<&str>, &str) {
    let is_hex = |d: &str| !d.is_empty() && d.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some((digits, after)) = text.strip_prefix('{').and_then(|t| t.split_once('}')) {
        return (Some(digits).filter(|d| d.len() <= 5 && is_hex(d)), after);
    }
    match (text.get(..4), text.get(4..)) {
        (Some(digits), Some(after)) if is_hex(digits) => (Some(digits), after),
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_fold() {
        let t = |text: &str| Term::new(text);
        assert_eq!(Term::and([t("a"), Term::constant(true), t("b")]).text(), "(and a b)");
        assert!(Term::and([t("a"), Term::constant(false)]).is(false));
        assert_eq!(Term::or([t("a"), Term::constant(false)]).text(), "a");
        assert!(Term::or([]).is(false));
        assert_eq!(Term::not(Term::not(t("(and a b)"))).text(), "(and a b)");
    }

    #[test]
    fn numbers_join_into_runs() {
        assert_eq!(member("n", &[0, 1, 3, 5, 6], 9).text(), "(or (<= n 1) (= n 3) (<= 5 n 6))");
        assert!(member("n", &[0, 1], 2).is(true));
        assert!(member("n", &[], 2).is(false));
    }

    #[test]
    fn literals_come_back() {
        for text in ["", "a\"b", "a\\u{41}", "é\n☃", "\\", "plain"] {
            let written = literal(text);
            let inner = written.get(1..written.len() - 1).unwrap_or("").replace("\"\"", "\"");
            assert_eq!(unescape(&inner).as_deref(), Some(text), "{written}");
        }
        assert_eq!(unescape("\\u00e9x\\ux").as_deref(), Some("éx\\ux"));
        assert_eq!(unescape("\\u{d800}"), None);
    }
}
