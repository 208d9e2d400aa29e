//! The two wildcards of IAM: `*` for any text, also none, and `?` for any one character.
//!
//! All functions work on bytes with a fold that is applied to both sides, in time
//! O(pattern × text) and constant or linear memory; none recurses.
//! `?` stands for one *character*: a multi-byte character is matched as a whole.

/// Whether letter case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// `a` and `A` differ.
    Sensitive,
    /// ASCII letters are equal in either case.
    Insensitive,
}

impl Case {
    fn eq(self, a: u8, b: u8) -> bool {
        match self {
            Case::Sensitive => a == b,
            Case::Insensitive => a.eq_ignore_ascii_case(&b),
        }
    }
}

/// Whether `text` holds a wildcard.
#[inline]
pub fn has_wildcard(text: &str) -> bool {
    first_wildcard(text).is_some()
}

/// The text of a pattern up to its first wildcard.
#[inline]
pub fn literal_head(pattern: &str) -> &str {
    first_wildcard(pattern).and_then(|end| pattern.get(..end)).unwrap_or(pattern)
}

#[inline]
fn first_wildcard(text: &str) -> Option<usize> {
    memchr::memchr2(b'*', b'?', text.as_bytes())
}

/// Length in bytes of the character that starts with `lead`.
fn char_len(lead: u8) -> usize {
    match lead {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        0..0xC0 => 1,
    }
}

/// Whether `pattern` matches the whole of `text`.
pub fn matches(pattern: &str, text: &str, case: Case) -> bool {
    matches_bytes(pattern.as_bytes(), text.as_bytes(), case)
}

/// The same for texts that are known to be UTF-8.
pub fn matches_bytes(p: &[u8], t: &[u8], case: Case) -> bool {
    let (mut i, mut j) = (0, 0);
    // Where to resume: just after the last star, and the text position it has swallowed up to.
    let mut resume: Option<(usize, usize)> = None;
    while j < t.len() {
        match p.get(i) {
            Some(b'*') if i + 1 == p.len() => return true,
            Some(b'*') => {
                i += 1;
                resume = Some((i, j));
            }
            Some(b'?') => {
                i += 1;
                j = (j + char_len(t[j])).min(t.len());
            }
            Some(&c) if case.eq(c, t[j]) => {
                i += 1;
                j += 1;
            }
            _ => {
                let Some((after, swallowed)) = resume else { return false };
                let next = (swallowed + char_len(t[swallowed])).min(t.len());
                let Some(next) = candidate(p.get(after), t, next, case) else { return false };
                resume = Some((after, next));
                (i, j) = (after, next);
            }
        }
    }
    p[i..].iter().all(|&c| c == b'*')
}

/// Where a symbol that follows a star can match, from a place in the text on.
fn candidate(symbol: Option<&u8>, text: &[u8], from: usize, case: Case) -> Option<usize> {
    match symbol {
        Some(&c) if c != b'?' => {
            text[from..].iter().position(|&b| case.eq(c, b)).map(|at| from + at)
        }
        _ => Some(from),
    }
}

/// A piece of a pattern that was put together: wildcards count in one kind and not in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'p> {
    /// Text in which `*` and `?` are wildcards.
    Glob(&'p str),
    /// Text that stands for itself.
    Literal(&'p str),
}

/// Whether the pieces, one after the other, match the whole of `text`.
pub fn matches_pieces(pieces: &[Piece<'_>], text: &str, case: Case) -> bool {
    let mut pattern = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Glob(text) => pattern.extend(text.chars().map(|c| match c {
                '*' => Symbol::Star,
                '?' => Symbol::Any,
                c => Symbol::Char(c),
            })),
            Piece::Literal(text) => pattern.extend(text.chars().map(Symbol::Char)),
        }
    }
    let text: Vec<char> = text.chars().collect();
    let (mut i, mut j) = (0, 0);
    let mut resume: Option<(usize, usize)> = None;
    while j < text.len() {
        match pattern.get(i) {
            Some(Symbol::Star) => {
                i += 1;
                resume = Some((i, j));
            }
            Some(Symbol::Any) => (i, j) = (i + 1, j + 1),
            Some(Symbol::Char(c)) if same(*c, text[j], case) => (i, j) = (i + 1, j + 1),
            Some(Symbol::Char(_)) | None => match resume {
                Some((after, swallowed)) => {
                    resume = Some((after, swallowed + 1));
                    (i, j) = (after, swallowed + 1);
                }
                None => return false,
            },
        }
    }
    pattern[i..].iter().all(|s| *s == Symbol::Star)
}

/// Whether every text that `inner` matches is matched by `outer`.
///
/// Exact over an alphabet that has a character which occurs in neither pattern, as Unicode does,
/// with one limit: an `outer` with `?` is explored in at most [`INCLUSION_STEPS`] states, and the
/// answer past that is "no", so a "yes" is always right.
pub fn includes(outer: &str, inner: &str, case: Case) -> bool {
    let (o, p) = (outer.as_bytes(), inner.as_bytes());
    // Most patterns differ before their first wildcard.
    let mut head = 0;
    while let Some(&c) = o.get(head).filter(|&&c| c != b'*' && c != b'?') {
        if !p.get(head).is_some_and(|&d| case.eq(c, d)) {
            return false;
        }
        head += 1;
    }
    if !o[head..].contains(&b'?') || !has_wildcard(inner) {
        // Only a star of `outer` can take in a wildcard of `inner`, so it may be read as text.
        return matches_bytes(&o[head..], &p[head..], case);
    }
    includes_by_states(&symbols(outer), &symbols(inner), case)
}

fn equal(a: &[u8], b: &[u8], case: Case) -> bool {
    match case {
        Case::Sensitive => a == b,
        Case::Insensitive => a.eq_ignore_ascii_case(b),
    }
}

/// How many states [`includes`] explores before it gives up.
pub const INCLUSION_STEPS: usize = 10_000;

/// Inclusion by walking `inner` beside all positions that `outer` can be in.
fn includes_by_states(o: &[Symbol], p: &[Symbol], case: Case) -> bool {
    let start: Vec<usize> = close(o, [0]);
    let mut seen = std::collections::HashSet::from([(0, start.clone())]);
    let mut open = vec![(0, start)];
    while let Some((j, positions)) = open.pop() {
        if seen.len() > INCLUSION_STEPS {
            return false;
        }
        let Some(&symbol) = p.get(j) else {
            if positions.last() == Some(&o.len()) {
                continue;
            }
            return false;
        };
        let stepped = step(o, &positions, symbol, case);
        let next = match symbol {
            Symbol::Star => vec![(j + 1, positions), (j, stepped)],
            Symbol::Any | Symbol::Char(_) => vec![(j + 1, stepped)],
        };
        for state in next {
            if seen.insert(state.clone()) {
                open.push(state);
            }
        }
    }
    true
}

/// The positions of `o` after one character: a known one, or one that occurs in no pattern.
fn step(o: &[Symbol], positions: &[usize], read: Symbol, case: Case) -> Vec<usize> {
    let moved = positions.iter().filter_map(|&i| match (o.get(i)?, read) {
        (Symbol::Star, _) => Some(i),
        (Symbol::Any, _) => Some(i + 1),
        (Symbol::Char(a), Symbol::Char(b)) if same(*a, b, case) => Some(i + 1),
        (Symbol::Char(_), _) => None,
    });
    close(o, moved)
}

/// Adds the positions that a star lets one reach without reading; sorted, without repeats.
fn close(o: &[Symbol], positions: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut all = std::collections::BTreeSet::new();
    for mut i in positions {
        all.insert(i);
        while o.get(i) == Some(&Symbol::Star) {
            i += 1;
            all.insert(i);
        }
    }
    all.into_iter().collect()
}

/// Whether some text is matched by both patterns.
pub fn intersects(a: &str, b: &str, case: Case) -> bool {
    match (has_wildcard(a), has_wildcard(b)) {
        (_, false) => matches(a, b, case),
        (false, true) => matches(b, a, case),
        (true, true) => {
            let (head, other) = (literal_head(a), literal_head(b));
            let (short, long) = if head.len() <= other.len() { (a, b) } else { (b, a) };
            // What only fixes its start meets all that starts so.
            starts_alike(head, other, case) && (is_prefix(short) || meet(short, long, case))
        }
    }
}

/// Whether one is the start of the other.
fn starts_alike(a: &str, b: &str, case: Case) -> bool {
    let common = a.len().min(b.len());
    equal(&a.as_bytes()[..common], &b.as_bytes()[..common], case)
}

/// Whether the only wildcard of a pattern is a star at its end.
fn is_prefix(pattern: &str) -> bool {
    pattern.strip_suffix('*') == Some(literal_head(pattern))
}

fn meet(a: &str, b: &str, case: Case) -> bool {
    let (a, b) = (symbols(a), symbols(b));
    // reach[j]: the first i symbols of `a` and the first j of `b` can match the same text.
    let mut reach = vec![false; b.len() + 1];
    reach[0] = true;
    for j in 0..b.len() {
        reach[j + 1] = reach[j] && b[j] == Symbol::Star;
    }
    for &x in &a {
        let mut next = vec![false; b.len() + 1];
        next[0] = reach[0] && x == Symbol::Star;
        for (j, &y) in b.iter().enumerate() {
            next[j + 1] = match (x, y) {
                (Symbol::Star, Symbol::Star) => reach[j + 1] || next[j] || reach[j],
                (Symbol::Star, _) => reach[j + 1] || next[j],
                (_, Symbol::Star) => next[j] || reach[j + 1],
                (Symbol::Any, _) | (_, Symbol::Any) => reach[j],
                (Symbol::Char(c), Symbol::Char(d)) => reach[j] && same(c, d, case),
            };
        }
        reach = next;
    }
    reach[b.len()]
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Symbol {
    Char(char),
    Any,
    Star,
}

/// The symbols of a pattern; runs of `*` and `?` are put in the order `?…?*`, so that
/// `*?` and `?*` are the same.
fn symbols(pattern: &str) -> Vec<Symbol> {
    let mut out = Vec::with_capacity(pattern.len());
    let mut star = false;
    for c in pattern.chars() {
        match c {
            '*' => star = true,
            '?' => out.push(Symbol::Any),
            c => {
                if std::mem::take(&mut star) {
                    out.push(Symbol::Star);
                }
                out.push(Symbol::Char(c));
            }
        }
    }
    if star {
        out.push(Symbol::Star);
    }
    out
}

fn same(a: char, b: char, case: Case) -> bool {
    match case {
        Case::Sensitive => a == b,
        Case::Insensitive => a.eq_ignore_ascii_case(&b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All strings over `alphabet` up to `length`.
    fn strings(alphabet: &[char], length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..length {
            let to = all.len();
            for i in from..to {
                for &c in alphabet {
                    let mut s = all[i].clone();
                    s.push(c);
                    all.push(s);
                }
            }
            from = to;
        }
        all
    }

    /// The definition, by recursion: slow and plain.
    fn defined(p: &[char], t: &[char]) -> bool {
        match p.split_first() {
            None => t.is_empty(),
            Some((&'*', rest)) => (0..=t.len()).any(|k| defined(rest, &t[k..])),
            Some((&c, rest)) => {
                t.split_first().is_some_and(|(&d, t)| (c == '?' || c == d) && defined(rest, t))
            }
        }
    }

    #[test]
    fn matching_agrees_with_the_definition_on_all_small_patterns() {
        let texts = strings(&['a', 'b', 'é'], 4);
        for p in strings(&['a', 'b', '*', '?'], 4) {
            let pc: Vec<char> = p.chars().collect();
            for t in &texts {
                let tc: Vec<char> = t.chars().collect();
                assert_eq!(matches(&p, t, Case::Sensitive), defined(&pc, &tc), "{p} {t}");
            }
        }
    }

    #[test]
    fn inclusion_and_intersection_agree_with_enumeration() {
        // `z` occurs in no pattern, as the doc of `includes` asks; seven characters are enough
        // to tell any two patterns of three symbols apart.
        let texts = strings(&['a', 'b', 'z'], 7);
        let patterns = strings(&['a', 'b', '*', '?'], 3);
        let languages: Vec<Vec<bool>> = patterns
            .iter()
            .map(|p| texts.iter().map(|t| matches(p, t, Case::Sensitive)).collect())
            .collect();
        for (p, lp) in patterns.iter().zip(&languages) {
            for (q, lq) in patterns.iter().zip(&languages) {
                let included = lq.iter().zip(lp).all(|(inner, outer)| !inner || *outer);
                assert_eq!(includes(p, q, Case::Sensitive), included, "{p} includes {q}");
                let meet = lp.iter().zip(lq).any(|(a, b)| *a && *b);
                assert_eq!(intersects(p, q, Case::Sensitive), meet, "{p} meets {q}");
            }
        }
    }

    #[test]
    fn literal_pieces_have_no_wildcards() {
        let pieces = [Piece::Glob("home/"), Piece::Literal("a*"), Piece::Glob("/*")];
        assert!(matches_pieces(&pieces, "home/a*/x", Case::Sensitive));
        assert!(!matches_pieces(&pieces, "home/ab/x", Case::Sensitive));
        for p in strings(&['a', '*', '?'], 4) {
            for t in strings(&['a', 'b'], 4) {
                let whole = matches_pieces(&[Piece::Glob(&p)], &t, Case::Sensitive);
                assert_eq!(whole, matches(&p, &t, Case::Sensitive), "{p} {t}");
            }
        }
    }

    #[test]
    fn case_folds_only_where_asked() {
        assert!(matches("S3:get*", "s3:GetObject", Case::Insensitive));
        assert!(!matches("S3:get*", "s3:GetObject", Case::Sensitive));
        assert!(includes("s3:G*", "S3:get*", Case::Insensitive));
    }
}
