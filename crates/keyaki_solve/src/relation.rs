//! Patterns in which values of keys stand: relations between several texts, without quantifiers.
//!
//! A text matches `a*b*c` if it begins with `a`, ends with `c`, and `b` is found between the two.
//! Where several stars stand, taking each middle part where it is found first loses nothing, so
//! that the search is a term: `str.indexof`. That makes the term good under negation, too.

use crate::claim::{Fold, Slot};
use crate::glob::{Glob, Symbol};
use crate::names;
use crate::smt::{Term, list, literal};

/// That a text, given as a term, matches a pattern; none where the search would need more than
/// `str.indexof`.
pub(crate) fn matches(text: &str, glob: &Glob, fold: Fold) -> Option<Term> {
    let chunks: Vec<Vec<Symbol>> =
        glob.symbols().split(|s| *s == Symbol::Star).map(<[Symbol]>::to_vec).collect();
    let lines = glob.one_line && glob.has_wildcard();
    let no_line_end =
        lines.then(|| Term::not(Term::new(format!("(str.contains {text} {})", literal("\n")))));
    let mut all: Vec<Term> = glob.symbols().iter().filter_map(usable).chain(no_line_end).collect();
    let (first, rest) = chunks.split_first()?;
    let Some((last, middle)) = rest.split_last() else {
        all.extend(entirely(text, first, fold));
        return Some(Term::and(all));
    };
    let lengths = chunks.iter().map(|c| length(c, fold));
    let shortest = list("+", lengths.chain(["0".to_owned()]));
    all.push(Term::new(format!("(>= (str.len {text}) {shortest})")));
    all.extend(head(text, first, fold));
    let end = format!("(- (str.len {text}) {})", length(last, fold));
    all.extend(tail(text, &end, last, fold));
    let mut from = length(first, fold);
    for chunk in middle {
        let part = joined(chunk, fold)?;
        let found = format!("(str.indexof {text} {part} {from})");
        all.push(Term::new(format!("(>= {found} 0)")));
        from = format!("(+ {found} (str.len {part}))");
    }
    if !middle.is_empty() {
        all.push(Term::new(format!("(<= {from} {end})")));
    }
    Some(Term::and(all))
}

/// That a variable has a value to stand in for it.
fn usable(symbol: &Symbol) -> Option<Term> {
    match symbol {
        Symbol::Key { key, default: None, nonempty } => Some(has_value(*key, *nonempty)),
        Symbol::Key { .. } | Symbol::Text(_) | Symbol::Any | Symbol::Star => None,
    }
}

fn has_value(key: usize, nonempty: bool) -> Term {
    let text = names::text(Slot::Value(key, 0));
    let some = nonempty.then(|| Term::not(Term::new(format!("(= {text} \"\")"))));
    let single = [Term::new(names::present(key)), Term::not(Term::new(names::several(key)))];
    Term::and(single.into_iter().chain(some))
}

/// What a piece stands for; none for a wildcard.
fn part(symbol: &Symbol, fold: Fold) -> Option<String> {
    let lower = |text: &str| match fold {
        Fold::Exact => literal(text),
        Fold::Ascii | Fold::Lower => literal(&text.to_lowercase()),
    };
    match symbol {
        Symbol::Text(text) => Some(lower(text)),
        Symbol::Key { key, default: None, .. } => Some(names::text(Slot::Value(*key, 0))),
        Symbol::Key { key, default: Some(default), nonempty } => {
            let value = names::text(Slot::Value(*key, 0));
            let has = has_value(*key, *nonempty);
            Some(format!("(ite {} {value} {})", has.text(), lower(default)))
        }
        Symbol::Any | Symbol::Star => None,
    }
}

/// The pieces as one text; none where a wildcard is among them.
fn joined(chunk: &[Symbol], fold: Fold) -> Option<String> {
    let mut parts = chunk.iter().map(|s| part(s, fold)).collect::<Option<Vec<_>>>()?;
    Some(match parts.len() {
        0 => "\"\"".to_owned(),
        1 => parts.remove(0),
        _ => list("str.++", parts),
    })
}

fn length(chunk: &[Symbol], fold: Fold) -> String {
    let one = |s: &Symbol| part(s, fold).map_or("1".to_owned(), |p| format!("(str.len {p})"));
    match chunk {
        [] => "0".to_owned(),
        [only] => one(only),
        several => list("+", several.iter().map(one)),
    }
}

/// That the text is the chunk.
fn entirely(text: &str, chunk: &[Symbol], fold: Fold) -> Vec<Term> {
    if let Some(whole) = joined(chunk, fold) {
        return vec![Term::new(format!("(= {text} {whole})"))];
    }
    let mut all = vec![Term::new(format!("(= (str.len {text}) {})", length(chunk, fold)))];
    all.extend(at(text, "0", chunk, fold));
    all
}

/// That the text begins with the chunk.
fn head(text: &str, chunk: &[Symbol], fold: Fold) -> Vec<Term> {
    match joined(chunk, fold) {
        _ if chunk.is_empty() => Vec::new(),
        Some(part) => vec![Term::new(format!("(str.prefixof {part} {text})"))],
        None => at(text, "0", chunk, fold),
    }
}

/// That the text ends with the chunk, which begins at `from`.
fn tail(text: &str, from: &str, chunk: &[Symbol], fold: Fold) -> Vec<Term> {
    match joined(chunk, fold) {
        _ if chunk.is_empty() => Vec::new(),
        Some(part) => vec![Term::new(format!("(str.suffixof {part} {text})"))],
        None => at(text, from, chunk, fold),
    }
}

/// That the pieces stand in the text one after the other, from an offset on. The text must be
/// known to be long enough.
fn at(text: &str, from: &str, chunk: &[Symbol], fold: Fold) -> Vec<Term> {
    let mut offset = from.to_owned();
    let mut all = Vec::new();
    for symbol in chunk {
        match part(symbol, fold) {
            None => offset = format!("(+ {offset} 1)"),
            Some(part) => {
                let found = format!("(str.substr {text} {offset} (str.len {part}))");
                all.push(Term::new(format!("(= {found} {part})")));
                offset = format!("(+ {offset} (str.len {part}))");
            }
        }
    }
    all
}
