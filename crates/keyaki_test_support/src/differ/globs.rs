//! Globs against their definition, on all small patterns and texts.

use keyaki_eval::{Caller, Formula};
use keyaki_ir::glob::{self, Case, Piece};
use keyaki_symbolic::{Actions, Ask, Budget, Engine, Outcome, Query, Text};

/// Which texts of a list a pattern matches, as bits.
type Matched = Vec<u64>;

/// All texts over an alphabet up to a length.
fn texts(alphabet: &[char], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for i in from..to {
            let longer: Vec<String> = alphabet.iter().map(|c| format!("{}{c}", all[i])).collect();
            all.extend(longer);
        }
        from = to;
    }
    all
}

/// The definition: the set of places in the pattern that the text so far can have led to.
fn defined(pattern: &[char], text: &str) -> bool {
    let skip = |places: &mut Vec<bool>| {
        for at in 0..pattern.len() {
            places[at + 1] |= places[at] && pattern[at] == '*';
        }
    };
    let mut places = vec![false; pattern.len() + 1];
    places[0] = true;
    skip(&mut places);
    for c in text.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for at in 0..pattern.len() {
            let stays = pattern[at] == '*';
            next[at] |= places[at] && stays;
            next[at + 1] |= places[at] && (pattern[at] == '?' || pattern[at] == c);
        }
        skip(&mut next);
        places = next;
    }
    places[pattern.len()]
}

fn matched(pattern: &str, texts: &[String]) -> Matched {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut bits = vec![0; texts.len() / 64 + 1];
    for (number, text) in texts.iter().enumerate() {
        bits[number / 64] |= u64::from(defined(&pattern, text)) << (number % 64);
    }
    bits
}

const PATTERNS: [char; 6] = ['a', 'b', ':', '/', '*', '?'];

/// Both matchers against the definition, on all patterns and texts up to these lengths. The number
/// of comparisons.
///
/// # Errors
/// A pattern and a text on which they differ.
pub fn matchers(pattern: usize, text: usize) -> Result<u64, String> {
    let all = texts(&['a', 'b', ':', '/'], text);
    let mut count = 0;
    for pattern in texts(&PATTERNS, pattern) {
        let chars: Vec<char> = pattern.chars().collect();
        for text in &all {
            let expected = defined(&chars, text);
            let whole = glob::matches(&pattern, text, Case::Sensitive);
            let pieces = glob::matches_pieces(&[Piece::Glob(&pattern)], text, Case::Sensitive);
            if (whole, pieces) != (expected, expected) {
                return Err(format!("{pattern} on {text}: {whole}, {pieces}, not {expected}"));
            }
            count += 1;
        }
    }
    Ok(count)
}

/// Inclusion and intersection against enumeration, on all pairs of patterns up to a length; `z`
/// stands for all characters that are in neither. The number of pairs.
///
/// # Errors
/// Two patterns on which they differ.
pub fn pairs(pattern: usize, text: usize) -> Result<u64, String> {
    let all = texts(&['a', 'b', ':', '/', 'z'], text);
    let patterns = texts(&PATTERNS, pattern);
    let languages: Vec<Matched> = patterns.iter().map(|p| matched(p, &all)).collect();
    let mut count = 0;
    for (one, in_one) in patterns.iter().zip(&languages) {
        for (other, in_other) in patterns.iter().zip(&languages) {
            let within = in_other.iter().zip(in_one).all(|(inner, outer)| inner & !outer == 0);
            if glob::includes(one, other, Case::Sensitive) != within {
                return Err(format!("{one} includes {other}: {within}"));
            }
            let meet = in_one.iter().zip(in_other).any(|(a, b)| a & b != 0);
            if glob::intersects(one, other, Case::Sensitive) != meet {
                return Err(format!("{one} meets {other}: {meet}"));
            }
            count += 1;
        }
    }
    Ok(count)
}

/// Whether some text is in one language and in neither of two others: what the engine says of the
/// values of a key and of resources, against enumeration. Every `step`-th third pattern is taken.
/// The number of questions.
///
/// # Errors
/// Patterns on which they differ.
pub fn differences(pattern: usize, text: usize, step: usize) -> Result<u64, String> {
    let all = texts(&['a', 'b', ':', '/', 'z'], text);
    let patterns = texts(&PATTERNS, pattern);
    let languages: Vec<Matched> = patterns.iter().map(|p| matched(p, &all)).collect();
    let mut count = 0;
    for one in 0..patterns.len() {
        for other in 0..patterns.len() {
            if (one * 31 + other * 17) % step != 0 {
                continue;
            }
            let third = (one * 7 + other * 13) % patterns.len();
            let mut left = languages[one].iter().zip(&languages[other]).zip(&languages[third]);
            let some = left.any(|((a, b), c)| a & !b & !c != 0);
            let avoid = [&patterns[other], &patterns[third]];
            for of in [resource, value] {
                if is_left(&patterns[one], avoid, of)? != some {
                    return Err(format!("{} without {avoid:?}: {some}", patterns[one]));
                }
                count += 1;
            }
        }
    }
    Ok(count)
}

/// Whether some value of a key matches one glob and neither of two others: what the engine says.
///
/// # Errors
/// The engine did not find out.
pub fn value_is_left(need: &str, avoid: [&String; 2]) -> Result<bool, String> {
    is_left(need, avoid, value)
}

fn resource(pattern: &str) -> Ask {
    Ask::Resource(Text::Like(format!("arn:aws:s3:::{pattern}").into(), Case::Sensitive))
}

fn value(pattern: &str) -> Ask {
    Ask::Value("k:a".into(), Text::Like(pattern.into(), Case::Sensitive))
}

/// What the engine says.
fn is_left(need: &str, avoid: [&String; 2], of: fn(&str) -> Ask) -> Result<bool, String> {
    let none = avoid.map(|p| Formula::not(Formula::Atom(of(p))));
    // Any action will do; without one, all those of the catalogue are looked at each time.
    let action = Ask::Action(Text::Is("s3:GetObject".into(), Case::Insensitive));
    let needed = [Formula::Atom(action), Formula::Atom(of(need))];
    let formula = Formula::and(needed.into_iter().chain(none));
    let query = Query { sides: Vec::new(), formula, caller: Caller::Anonymous };
    let engine = Engine::new(keyaki_catalog::embedded(), Actions::Known);
    match engine.ask(&query, &Budget::default()) {
        Outcome::Found(_) => Ok(true),
        Outcome::Nothing { .. } => Ok(false),
        Outcome::Undecided(reason) => Err(format!("{need} without {avoid:?}: {reason}")),
    }
}
