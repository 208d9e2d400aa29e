//! The texts that one pattern matches: literal characters and the two wildcards, each in a form
//! that crosses the colons between the segments of an ARN and one that does not.

/// How letter case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fold {
    /// Every letter is itself.
    None,
    /// ASCII letters are equal in either case.
    Ascii,
    /// Texts are equal if their lower-case forms are.
    Lower,
}

/// One element of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Symbol {
    Char(char),
    /// Any one character.
    Any,
    /// Any one character but a colon.
    AnyInSegment,
    /// Any text.
    Star,
    /// Any text without colons.
    StarInSegment,
}

impl Symbol {
    pub(crate) fn is_star(self) -> bool {
        match self {
            Symbol::Star | Symbol::StarInSegment => true,
            Symbol::Char(_) | Symbol::Any | Symbol::AnyInSegment => false,
        }
    }

    /// Whether it takes in a character, letter case aside.
    pub(crate) fn takes(self, c: char, fold: Fold) -> bool {
        match self {
            Symbol::Char(own) => same(own, c, fold),
            Symbol::Any | Symbol::Star => true,
            Symbol::AnyInSegment | Symbol::StarInSegment => c != ':',
        }
    }

    /// The same symbol confined to a segment.
    fn in_segment(self) -> Symbol {
        match self {
            Symbol::Any => Symbol::AnyInSegment,
            Symbol::Star => Symbol::StarInSegment,
            Symbol::Char(_) | Symbol::AnyInSegment | Symbol::StarInSegment => self,
        }
    }
}

/// The first of the characters that stand for variables; none of them occurs in texts.
pub(crate) const FIRST_LETTER: char = '\u{F0000}';

/// Whether a character of a text is the one of a pattern; under a fold, the pattern's is in lower
/// case.
fn same(own: char, c: char, fold: Fold) -> bool {
    match fold {
        Fold::None => own == c,
        Fold::Ascii => own == c.to_ascii_lowercase(),
        Fold::Lower => own == c || own == lower(c),
    }
}

/// The lower-case form where it is one character.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        (_, _) => c,
    }
}

/// The characters that a pattern's character stands for under a fold.
pub(crate) fn variants(own: char, fold: Fold) -> impl Iterator<Item = char> {
    let upper = match fold {
        Fold::None => own,
        Fold::Ascii => own.to_ascii_uppercase(),
        Fold::Lower => {
            let mut upper = own.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(one), None) if lower(one) == own => one,
                (_, _) => own,
            }
        }
    };
    // The sign of the unit kelvin is the one character beside `K` whose lower case is ASCII.
    let kelvin = (fold == Fold::Lower && own == 'k').then_some('\u{212A}');
    [own].into_iter().chain((upper != own).then_some(upper)).chain(kelvin)
}

/// The texts that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Language {
    // INVARIANT: `?` before `*` in runs of both; characters in lower case under a fold.
    pub(crate) symbols: Box<[Symbol]>,
    pub(crate) fold: Fold,
}

impl Language {
    /// Exactly one text.
    pub(crate) fn literal(text: &str, fold: Fold) -> Language {
        let symbols = text.chars().map(Symbol::Char);
        Self::new(symbols, fold)
    }

    /// What a glob matches.
    pub(crate) fn glob(text: &str, fold: Fold) -> Language {
        Self::new(glob_symbols(text), fold)
    }

    pub(crate) fn new(symbols: impl IntoIterator<Item = Symbol>, fold: Fold) -> Language {
        let mut out: Vec<Symbol> = Vec::new();
        for symbol in symbols {
            push(&mut out, folded(symbol, fold));
        }
        Language { symbols: out.into(), fold }
    }

    /// Every text.
    pub(crate) fn everything() -> Language {
        Self::glob("*", Fold::None)
    }

    /// Every ARN: `arn:` and six segments.
    pub(crate) fn arns() -> Language {
        Self::arn(std::iter::repeat_with(|| vec![Symbol::Star]).take(5))
    }

    /// ARNs of these five segments after `arn:`.
    pub(crate) fn arn(segments: impl IntoIterator<Item = Vec<Symbol>>) -> Language {
        let mut symbols: Vec<Symbol> = "arn".chars().map(Symbol::Char).collect();
        for (index, segment) in segments.into_iter().enumerate() {
            symbols.push(Symbol::Char(':'));
            let is_last = index == 4;
            symbols.extend(segment.into_iter().map(|s| if is_last { s } else { s.in_segment() }));
        }
        Self::new(symbols, Fold::None)
    }

    /// The one text of a pattern without wildcards; of one under a fold, in lower case.
    pub(crate) fn as_literal(&self) -> Option<String> {
        let char = |s: &Symbol| match s {
            Symbol::Char(c) => Some(*c),
            Symbol::Any | Symbol::AnyInSegment | Symbol::Star | Symbol::StarInSegment => None,
        };
        self.symbols.iter().map(char).collect()
    }

    /// How many characters stand for themselves.
    pub(crate) fn letters(&self) -> usize {
        self.symbols.iter().filter(|s| matches!(s, Symbol::Char(_))).count()
    }

    /// Whether the pattern matches a text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let symbols = &self.symbols;
        let (mut i, mut j) = (0, 0);
        let mut resume: Option<(usize, usize)> = None;
        while j < text.len() {
            match symbols.get(i) {
                Some(star) if star.is_star() => {
                    i += 1;
                    resume = Some((i, j));
                    continue;
                }
                Some(symbol) if symbol.takes(text[j], self.fold) => {
                    (i, j) = (i + 1, j + 1);
                    continue;
                }
                Some(_) | None => {}
            }
            // A star in a segment never follows one that crosses colons, so that only the last
            // star has to be tried again.
            let Some((after, swallowed)) = resume else { return false };
            if !symbols[after - 1].takes(text[swallowed], self.fold) {
                return false;
            }
            resume = Some((after, swallowed + 1));
            (i, j) = (after, swallowed + 1);
        }
        symbols[i..].iter().all(|s| s.is_star())
    }
}

/// The symbols of a glob.
pub(crate) fn glob_symbols(text: &str) -> impl Iterator<Item = Symbol> + '_ {
    text.chars().map(|c| match c {
        '*' => Symbol::Star,
        '?' => Symbol::Any,
        c => Symbol::Char(c),
    })
}

fn folded(symbol: Symbol, fold: Fold) -> Symbol {
    match (symbol, fold) {
        (Symbol::Char(c), Fold::Ascii) => Symbol::Char(c.to_ascii_lowercase()),
        (Symbol::Char(c), Fold::Lower) => Symbol::Char(lower(c)),
        (symbol, _) => symbol,
    }
}

/// Adds a symbol so that runs of wildcards have one form.
fn push(out: &mut Vec<Symbol>, symbol: Symbol) {
    match (out.last().copied(), symbol) {
        (Some(Symbol::Star), Symbol::Star | Symbol::StarInSegment)
        | (Some(Symbol::StarInSegment), Symbol::StarInSegment) => {}
        (Some(last @ Symbol::Star), Symbol::Any)
        | (Some(last @ Symbol::StarInSegment), Symbol::AnyInSegment) => {
            let at = out.len() - 1;
            out[at] = symbol;
            out.push(last);
        }
        (Some(Symbol::StarInSegment), Symbol::Star) => {
            let at = out.len() - 1;
            out[at] = symbol;
        }
        (_, symbol) => out.push(symbol),
    }
}
