//! Tests without variables as regular expressions.

use crate::claim::{Fold, Segments};
use crate::glob::{Glob, Symbol};
use crate::smt::{list, literal};

/// Any character but a colon; defined at the head of a script.
pub(crate) const NO_COLON: &str = "no-colon";
/// Any character but a line end; defined at the head of a script.
pub(crate) const NO_LINE_END: &str = "no-line-end";

/// The definitions that the regular expressions use.
pub(crate) const DEFINITIONS: &str = "\
(define-fun no-colon () RegLan (re.union (re.range \"\\u{0}\" \"9\") (re.range \";\" \"\\u{2ffff}\")))
(define-fun no-line-end () RegLan (re.union (re.range \"\\u{0}\" \"\\u{9}\") (re.range \"\\u{b}\" \"\\u{2ffff}\")))
";

/// The texts that match a pattern; none for a pattern with variables.
pub(crate) fn glob(glob: &Glob, fold: Fold) -> Option<String> {
    let any = if glob.one_line { NO_LINE_END } else { "re.allchar" };
    parts(glob, fold, any)
}

/// The ARNs whose segments match; none for patterns with variables.
pub(crate) fn arn(segments: &Segments) -> Option<String> {
    let mut all = vec![to_re("arn")];
    for (index, segment) in segments.iter().enumerate() {
        all.push(to_re(":"));
        let last = index == 4;
        let any = if last { "re.allchar" } else { NO_COLON };
        all.push(match segment {
            None => format!("(re.* {any})"),
            Some((glob, fold)) if glob.one_line && last => parts(glob, *fold, NO_LINE_END)?,
            Some((glob, fold)) if glob.one_line => {
                let any = format!("(re.inter {NO_COLON} {NO_LINE_END})");
                parts(glob, *fold, &any)?
            }
            Some((glob, fold)) => parts(glob, *fold, any)?,
        });
    }
    Some(list("re.++", all))
}

fn parts(glob: &Glob, fold: Fold, any: &str) -> Option<String> {
    let mut all = Vec::new();
    for symbol in glob.symbols() {
        match symbol {
            Symbol::Text(text) if glob.one_line && text.contains('\n') => {
                return Some("re.none".to_owned());
            }
            Symbol::Text(text) => folded(text, fold, &mut all),
            Symbol::Any => all.push(any.to_owned()),
            Symbol::Star => all.push(format!("(re.* {any})")),
            Symbol::Key { .. } => return None,
        }
    }
    Some(match all.len() {
        0 => to_re(""),
        1 => all.remove(0),
        _ => list("re.++", all),
    })
}

fn to_re(text: &str) -> String {
    format!("(str.to_re {})", literal(text))
}

/// The texts that are equal to this one, up to letter case as it counts.
fn folded(text: &str, fold: Fold, all: &mut Vec<String>) {
    match fold {
        Fold::Exact => all.push(to_re(text)),
        Fold::Ascii => {
            let both = |c: char| [c.to_ascii_lowercase(), c.to_ascii_uppercase()];
            all.extend(text.chars().map(|c| either(&both(c))));
        }
        Fold::Lower => all.extend(text.to_lowercase().chars().map(|c| either(&variants(c)))),
    }
}

/// The characters whose lower-case form is this one: it, the one that its upper-case form is, and
/// the two unit signs that look like letters.
pub(crate) fn variants(lower: char) -> Vec<char> {
    let is_variant = |c: &char| c.to_lowercase().eq([lower]);
    let upper = lower.to_uppercase().chain(['\u{212A}', '\u{212B}']);
    let others = upper.filter(|c| *c != lower && is_variant(c));
    [lower].into_iter().chain(others).collect()
}

fn either(variants: &[char]) -> String {
    let mut variants: Vec<String> = variants.iter().map(|c| to_re(&c.to_string())).collect();
    variants.dedup();
    match variants.as_slice() {
        [one] => one.clone(),
        several => list("re.union", several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_expressions() {
        let read = |text: &str| glob(&Glob::read(text), Fold::Exact).unwrap_or_default();
        assert_eq!(read("a*?"), "(re.++ (str.to_re \"a\") re.allchar (re.* re.allchar))");
        assert_eq!(read(""), "(str.to_re \"\")");
        let folded = glob(&Glob::read("a1"), Fold::Ascii).unwrap_or_default();
        let expected = "(re.++ (re.union (str.to_re \"a\") (str.to_re \"A\")) (str.to_re \"1\"))";
        assert_eq!(folded, expected);
    }

    #[test]
    fn case_variants_are_found() {
        assert_eq!(variants('k'), ['k', 'K', '\u{212A}']);
        assert_eq!(variants('1'), ['1']);
        assert_eq!(variants('ß'), ['ß']);
    }
}
