//! What tests say of a given text, and which texts tell numbers, dates and addresses apart.

use keyaki_eval::leading_number;
use keyaki_ir::arn::{Arn, Segment};
use keyaki_ir::date::{self, Instant};
use keyaki_ir::glob::Case;
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;

use crate::claim::{Fold, Segments, Test};
use crate::glob::Glob;

/// Whether a text has the property. Patterns with variables hold of none: they are never asked.
pub(crate) fn holds(test: &Test, text: &str) -> bool {
    match test {
        Test::Like(glob, fold) => like(glob, *fold, text),
        Test::Arn(segments) => is_arn_like(segments, text),
        Test::Number { order, than, prefixes, .. } => {
            let text = if *prefixes { leading_number(text) } else { text };
            Decimal::parse(text).is_some_and(|n| order.holds(n.cmp(than)))
        }
        Test::Date { order, than, form, .. } => date::parse(text).is_some_and(|(instant, f)| {
            form.is_none_or(|form| form == f) && order.holds(instant.cmp(than))
        }),
        Test::Address(range) => address(text).is_some_and(|a| range.contains(a)),
    }
}

fn like(glob: &Glob, fold: Fold, text: &str) -> bool {
    match fold {
        Fold::Exact => glob.matches(text, Case::Sensitive),
        Fold::Ascii => glob.matches(text, Case::Insensitive),
        Fold::Lower => glob.literal().is_some_and(|t| t.to_lowercase() == text.to_lowercase()),
    }
}

fn is_arn_like(segments: &Segments, text: &str) -> bool {
    let Some(arn) = Arn::parse(text) else { return false };
    segments.iter().zip(Segment::ALL).all(|(wanted, segment)| {
        wanted.as_ref().is_none_or(|(glob, fold)| like(glob, *fold, arn.get(text, segment)))
    })
}

/// A lone address.
pub(crate) fn address(text: &str) -> Option<Cidr> {
    Cidr::parse(text).filter(|_| !text.contains('/'))
}

/// Numbers as texts: those given, and one in each gap between and around them.
pub(crate) fn numbers<'t>(given: impl Iterator<Item = &'t str>) -> Vec<String> {
    let given: Vec<&str> = given.collect();
    if given.is_empty() {
        return Vec::new();
    }
    let fraction = |t: &str| t.split_once('.').map_or(0, |(_, f)| f.len());
    let digits = given.iter().map(|t| fraction(t)).max().unwrap_or(0);
    // Closer to zero than any two of the numbers are to each other.
    let step = format!("{}1", "0".repeat(digits));
    let mut all = vec!["0".to_owned(), format!("0.{step}"), format!("-0.{step}")];
    for text in given {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let whole = if whole.is_empty() { "0" } else { whole };
        all.push(text.to_owned());
        // The whole neighbours read better where they are in the same gap.
        let next = whole.parse().ok().and_then(|n: u64| n.checked_add(1));
        all.extend(next.map(|n| format!("{sign}{n}")));
        all.push(format!("{sign}{whole}.{fraction:0<digits$}1"));
    }
    all
}

const NANOS: i128 = 1_000_000_000;

/// Points in time as texts, in every form: those given, and one in each gap between and around
/// them.
pub(crate) fn dates<'t>(given: impl Iterator<Item = (Instant, &'t str)>) -> Vec<String> {
    let given: Vec<_> = given.collect();
    let mut instants: Vec<i128> = given.iter().map(|(instant, _)| instant.0).collect();
    instants.sort_unstable();
    instants.dedup();
    let mut all: Vec<String> = given.iter().map(|(_, text)| (*text).to_owned()).collect();
    let (Some(first), Some(last)) = (instants.first(), instants.last()) else { return all };
    let second_after = |n: i128| (n.div_euclid(NANOS) + 1) * NANOS;
    let mut points = instants.clone();
    let second_before = (first - 1).div_euclid(NANOS) * NANOS;
    points.extend([second_before, first - 1, second_after(*last), last + 1]);
    for pair in instants.windows(2) {
        if let [a, b] = pair {
            points.extend([second_after(*a), a + (b - a) / 2]);
        }
    }
    all.extend(points.into_iter().flat_map(|n| written(Instant(n))));
    all
}

/// A point in time in both forms, as far as they have it.
fn written(instant: Instant) -> Vec<String> {
    let nanos = instant.0.rem_euclid(NANOS);
    let mut all = Vec::new();
    if let Some(calendar) = instant.calendar() {
        let clock = calendar.trim_end_matches('Z');
        match nanos {
            0 => all.extend([calendar.clone(), format!("{clock}+00:00")]),
            _ => all.push(format!("{clock}.{nanos:09}Z")),
        }
    }
    if nanos == 0 {
        let seconds = instant.0.div_euclid(NANOS);
        // Four digits would be a year.
        all.extend([seconds.to_string(), format!("{seconds:015}")]);
    }
    all.retain(|text| date::parse(text).is_some_and(|(read, _)| read == instant));
    all
}

/// Addresses as texts: one in each region that the ranges' bounds separate.
pub(crate) fn addresses(ranges: impl Iterator<Item = Cidr>) -> Vec<String> {
    let mut all = Vec::new();
    for range in ranges {
        let last = range.last();
        let after = last.checked_add(1);
        let numbers = [Some(range.first()), Some(last), after, Some(0)];
        for number in numbers.into_iter().flatten() {
            match range.is_v6() {
                true => {
                    let address = std::net::Ipv6Addr::from(number);
                    let long = address.segments().map(|s| format!("{s:04x}")).join(":");
                    all.extend([address.to_string(), long]);
                }
                false => all
                    .extend(u32::try_from(number).map(|n| std::net::Ipv4Addr::from(n).to_string())),
            }
        }
    }
    if !all.is_empty() {
        // The other family is a region of its own.
        all.extend(["203.0.113.1".to_owned(), "2001:db8::1".to_owned()]);
    }
    all
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn every_gap_between_numbers_has_a_text() {
        let given = ["-1.5", "-1.4", "0", "10", "10.25", "11"];
        let texts = numbers(given.into_iter());
        let parsed: Vec<Decimal> = texts.iter().filter_map(|t| Decimal::parse(t)).collect();
        assert_eq!(parsed.len(), texts.len());
        let bounds: Vec<Decimal> = given.iter().map(|t| Decimal::parse(t).unwrap()).collect();
        assert!(parsed.iter().any(|n| *n < bounds[0]));
        assert!(parsed.iter().any(|n| *n > bounds[5]));
        for pair in bounds.windows(2) {
            assert!(parsed.iter().any(|n| pair[0] < *n && *n < pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn every_gap_between_dates_has_a_text() {
        let given = ["1970-01-01T00:33:20Z", "2024", "2024-01-01T00:00:00.000000002Z", "9999"];
        let instants: Vec<Instant> = given.iter().map(|t| date::parse(t).unwrap().0).collect();
        let texts = dates(instants.iter().copied().zip(given));
        let parsed: Vec<Instant> = texts.iter().map(|t| date::parse(t).unwrap().0).collect();
        assert!(parsed.iter().any(|n| *n < instants[0]));
        assert!(parsed.iter().any(|n| *n > instants[3]));
        for pair in instants.windows(2) {
            assert!(parsed.iter().any(|n| pair[0] < *n && *n < pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn every_region_of_addresses_has_a_text() {
        let ranges =
            ["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"].map(|r| Cidr::parse(r).unwrap());
        let texts = addresses(ranges.into_iter());
        let inside: std::collections::BTreeSet<Vec<bool>> = texts
            .iter()
            .map(|t| address(t).unwrap())
            .map(|a| ranges.iter().map(|r| r.contains(a)).collect())
            .collect();
        let expected =
            [[false; 3], [true, false, false], [true, true, false], [false, false, true]];
        assert_eq!(inside, expected.map(|e| e.to_vec()).into());
    }
}
