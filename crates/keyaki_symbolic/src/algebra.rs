//! Relations between two languages, decided without search: inclusion that is sound, disjointness
//! that is exact, and readable members.

use crate::language::{FIRST_LETTER, Fold, Language, Symbol, variants};

/// Whether every text of `inner` is in `outer`. A "yes" is always right; a "no" may be wrong where
/// `outer` has a `?` that faces a star.
pub(crate) fn includes(outer: &Language, inner: &Language) -> bool {
    if outer.symbols == inner.symbols && outer.fold == inner.fold {
        return true;
    }
    let (o, p) = (&outer.symbols, &inner.symbols);
    let (mut i, mut j) = (0, 0);
    let mut resume: Option<(usize, usize)> = None;
    while j < p.len() {
        match o.get(i) {
            Some(star) if star.is_star() => {
                i += 1;
                resume = Some((i, j));
                continue;
            }
            Some(&symbol) if covers(symbol, outer.fold, p[j], inner.fold) => {
                (i, j) = (i + 1, j + 1);
                continue;
            }
            Some(_) | None => {}
        }
        let Some((after, swallowed)) = resume else { return false };
        if !covers(o[after - 1], outer.fold, p[swallowed], inner.fold) {
            return false;
        }
        resume = Some((after, swallowed + 1));
        (i, j) = (after, swallowed + 1);
    }
    o[i..].iter().all(|s| s.is_star())
}

/// Whether one symbol takes in everything that another stands for.
fn covers(outer: Symbol, outer_fold: Fold, inner: Symbol, inner_fold: Fold) -> bool {
    match (outer, inner) {
        // A letter for a variable stands for any text, not for one character.
        (Symbol::Any | Symbol::AnyInSegment, Symbol::Char(FIRST_LETTER..)) => false,
        (Symbol::Star, _)
        | (Symbol::StarInSegment, Symbol::StarInSegment | Symbol::AnyInSegment)
        | (Symbol::Any, Symbol::Any | Symbol::AnyInSegment | Symbol::Char(_))
        | (Symbol::AnyInSegment, Symbol::AnyInSegment) => true,
        (Symbol::StarInSegment | Symbol::AnyInSegment, Symbol::Char(c)) => c != ':',
        (Symbol::Char(_), Symbol::Char(c)) => {
            variants(c, inner_fold).all(|v| outer.takes(v, outer_fold))
        }
        (Symbol::StarInSegment, Symbol::Star | Symbol::Any)
        | (Symbol::Any | Symbol::AnyInSegment, Symbol::Star | Symbol::StarInSegment)
        | (Symbol::AnyInSegment, Symbol::Any)
        | (
            Symbol::Char(_),
            Symbol::Star | Symbol::StarInSegment | Symbol::Any | Symbol::AnyInSegment,
        ) => false,
    }
}

/// Whether no text is in both.
pub(crate) fn disjoint(a: &Language, b: &Language) -> bool {
    if ends_apart(a, b) {
        return true;
    }
    let (x, y) = (&a.symbols, &b.symbols);
    // reach[j]: the first i symbols of `a` and the first j of `b` can match the same text.
    let mut reach = vec![false; y.len() + 1];
    reach[0] = true;
    for i in 0..=x.len() {
        let mut next = vec![false; y.len() + 1];
        for j in 0..=y.len() {
            if !reach[j] {
                continue;
            }
            let (s, t) = (x.get(i).copied(), y.get(j).copied());
            if s.is_some_and(Symbol::is_star) {
                next[j] = true;
            }
            if t.is_some_and(Symbol::is_star) {
                reach[j + 1] = true;
            }
            if let (Some(s), Some(t)) = (s, t)
                && meet(s, a.fold, t, b.fold)
            {
                match (s.is_star(), t.is_star()) {
                    (false, false) => next[j + 1] = true,
                    (true, false) => reach[j + 1] = true,
                    (false, true) => next[j] = true,
                    (true, true) => {}
                }
            }
        }
        if i == x.len() {
            return !reach[y.len()];
        }
        reach = next;
    }
    true
}

/// Whether the literal beginnings or ends exclude each other; most pairs are told apart here.
fn ends_apart(a: &Language, b: &Language) -> bool {
    fn apart<'s>(
        a: impl Iterator<Item = &'s Symbol>,
        b: impl Iterator<Item = &'s Symbol>,
        folds: (Fold, Fold),
    ) -> bool {
        for (s, t) in a.zip(b) {
            if s.is_star() || t.is_star() {
                return false;
            }
            if !meet(*s, folds.0, *t, folds.1) {
                return true;
            }
        }
        false
    }
    let folds = (a.fold, b.fold);
    apart(a.symbols.iter(), b.symbols.iter(), folds)
        || apart(a.symbols.iter().rev(), b.symbols.iter().rev(), folds)
}

/// Whether some character is taken in by both.
fn meet(s: Symbol, s_fold: Fold, t: Symbol, t_fold: Fold) -> bool {
    match (s, t) {
        (Symbol::Char(c), _) => variants(c, s_fold).any(|v| t.takes(v, t_fold)),
        (_, Symbol::Char(c)) => variants(c, t_fold).any(|v| s.takes(v, s_fold)),
        (
            Symbol::Any | Symbol::AnyInSegment | Symbol::Star | Symbol::StarInSegment,
            Symbol::Any | Symbol::AnyInSegment | Symbol::Star | Symbol::StarInSegment,
        ) => true,
    }
}

/// A member that reads like what it stands for: the segments of an ARN get the values that they
/// usually have.
pub(crate) fn readable(language: &Language) -> String {
    member(language, Some(filler))
}

/// A member in which each star stands for a text.
pub(crate) fn with_stars(language: &Language, text: &str) -> String {
    let symbols = language.symbols.iter();
    let mut out = String::new();
    for symbol in symbols {
        match symbol {
            Symbol::Char(c) => out.push(*c),
            Symbol::Any | Symbol::AnyInSegment => out.push('x'),
            Symbol::Star => out.push_str(text),
            Symbol::StarInSegment => {}
        }
    }
    out
}

fn member(language: &Language, filler: Option<fn(usize, &str) -> &'static str>) -> String {
    let is_arn = language.symbols.starts_with(&['a', 'r', 'n', ':'].map(Symbol::Char));
    let mut out = String::new();
    let mut segment_start = 0;
    let mut segment = 0;
    for symbol in &language.symbols {
        match symbol {
            Symbol::Char(c) => {
                out.push(*c);
                if *c == ':' {
                    segment += 1;
                    segment_start = out.len();
                }
            }
            Symbol::Any | Symbol::AnyInSegment => {
                let is_digit = is_arn && segment == 4;
                out.push(if is_digit { '1' } else { 'x' });
            }
            Symbol::Star | Symbol::StarInSegment => {
                let written = out.get(segment_start..).unwrap_or("");
                if let Some(filler) = filler {
                    out.push_str(if is_arn { filler(segment, written) } else { "example" });
                }
            }
        }
    }
    out
}

/// What a star in a segment of an ARN stands for, after what is written there already.
fn filler(segment: usize, written: &str) -> &'static str {
    match (segment, written) {
        (1, "") => "aws",
        (2, "") => "s3",
        (3, "") => "us-east-1",
        (4, "") => "111122223333",
        (0..=4, _) => "",
        (_, _) => "example",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts over `alphabet` up to `length`.
    fn texts(alphabet: &[char], length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..length {
            let to = all.len();
            for i in from..to {
                all.extend(alphabet.iter().map(|c| format!("{}{c}", all[i])).collect::<Vec<_>>());
            }
            from = to;
        }
        all
    }

    /// All languages of up to `length` symbols, stars in segments first as in ARNs.
    fn languages(length: usize) -> Vec<Language> {
        let globs = texts(&['a', ':', '?', '*'], length);
        let whole = globs.iter().map(|g| Language::glob(g, Fold::None));
        let confined = globs.iter().map(|g| {
            let symbols = g.chars().map(|c| match c {
                '?' => Symbol::AnyInSegment,
                '*' => Symbol::StarInSegment,
                c => Symbol::Char(c),
            });
            Language::new(symbols, Fold::None)
        });
        whole.chain(confined).collect()
    }

    /// The definition, by recursion: slow and plain.
    fn defined(symbols: &[Symbol], text: &[char]) -> bool {
        match symbols.split_first() {
            None => text.is_empty(),
            Some((star, rest)) if star.is_star() => {
                let run = text.iter().take_while(|c| star.takes(**c, Fold::None)).count();
                (0..=run).any(|k| defined(rest, &text[k..]))
            }
            Some((symbol, rest)) => text
                .split_first()
                .is_some_and(|(c, more)| symbol.takes(*c, Fold::None) && defined(rest, more)),
        }
    }

    #[test]
    fn matching_agrees_with_the_definition() {
        let texts = texts(&['a', 'z', ':'], 5);
        for language in languages(4) {
            for text in &texts {
                let chars: Vec<char> = text.chars().collect();
                let expected = defined(&language.symbols, &chars);
                assert_eq!(language.matches(text), expected, "{language:?} {text}");
            }
        }
    }

    #[test]
    fn inclusion_is_sound_and_disjointness_exact() {
        let texts = texts(&['a', 'z', ':'], 6);
        let languages = languages(3);
        let members = |l: &Language| texts.iter().map(|t| l.matches(t)).collect::<Vec<_>>();
        let members: Vec<Vec<bool>> = languages.iter().map(members).collect();
        for (a, in_a) in languages.iter().zip(&members) {
            for (b, in_b) in languages.iter().zip(&members) {
                let within = in_b.iter().zip(in_a).all(|(b, a)| !b || *a);
                assert!(!includes(a, b) || within, "{a:?} does not include {b:?}");
                let no_any =
                    !a.symbols.contains(&Symbol::Any) && !a.symbols.contains(&Symbol::AnyInSegment);
                let crosses = b.symbols.contains(&Symbol::Star) || b.symbols.contains(&Symbol::Any);
                if no_any && !(crosses && a.symbols.contains(&Symbol::StarInSegment)) {
                    assert!(includes(a, b) || !within, "{a:?} includes {b:?}");
                }
                let apart = !in_a.iter().zip(in_b).any(|(a, b)| *a && *b);
                assert_eq!(disjoint(a, b), apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn letter_case_folds_as_the_operators_do() {
        let lower = Language::literal("Kelvin", Fold::Lower);
        assert!(lower.matches("kELVIN") && lower.matches("\u{212A}elvin"));
        let ascii = Language::glob("S3:Get*", Fold::Ascii);
        assert!(ascii.matches("s3:getObject") && !ascii.matches("s4:Get"));
        assert!(!includes(&ascii, &Language::glob("s3:*", Fold::Ascii)));
        assert!(includes(&Language::glob("S3:*", Fold::Ascii), &ascii));
        assert!(!disjoint(&ascii, &Language::literal("s3:GETx", Fold::None)));
        assert!(!includes(
            &Language::literal("k", Fold::Ascii),
            &Language::literal("k", Fold::Lower)
        ));
    }

    #[test]
    fn readable_members_look_like_arns() {
        let of = |text: &str| {
            let segments =
                text.split(':').skip(1).map(|s| crate::language::glob_symbols(s).collect());
            readable(&Language::arn(segments))
        };
        assert_eq!(
            of("arn:aws:ssm:*:*:document/X-*"),
            "arn:aws:ssm:us-east-1:111122223333:document/X-example"
        );
        assert_eq!(of("arn:*:s3:::b?/*"), "arn:aws:s3:::bx/example");
    }
}
