//! Texts that stand for all numbers, dates and addresses that a set of bounds tells apart.

use std::net::{Ipv4Addr, Ipv6Addr};

use keyaki_ir::date::{self, Instant};
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;

/// A number for each bound, for each gap between two of them, and for both ends.
pub(crate) fn numbers<'t>(bounds: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut bounds: Vec<(Decimal, &str)> =
        bounds.filter_map(|text| Some((Decimal::parse(text)?, text))).collect();
    bounds.sort_by(|a, b| a.0.cmp(&b.0));
    bounds.dedup_by(|a, b| a.0 == b.0);
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return Vec::new() };
    let mut texts = vec![below(first.1), above(last.1)];
    texts.extend(bounds.iter().map(|(_, text)| (*text).to_owned()));
    let gaps = bounds.windows(2).filter_map(|pair| between(&pair[0], &pair[1]));
    texts.extend(gaps);
    texts
}

/// A number above another: one more digit before the point, or nearer to zero.
fn above(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(_) => "1".to_owned(),
        None => format!("1{}", whole(text)),
    }
}

fn below(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(size) => format!("-1{}", whole(size)),
        None => "-1".to_owned(),
    }
}

/// The digits before the point.
fn whole(text: &str) -> &str {
    let text = text.strip_prefix('+').unwrap_or(text);
    text.split('.').next().unwrap_or("")
}

/// A number strictly between two.
fn between(low: &(Decimal, &str), high: &(Decimal, &str)) -> Option<String> {
    let fits = |text: &String| Decimal::parse(text).is_some_and(|d| low.0 < d && d < high.0);
    let zero = "0".to_owned();
    if fits(&zero) {
        return Some(zero);
    }
    // Both on one side of zero, or one of them is zero: start from the one that is nearer to it.
    let is_negative = Decimal::parse(&zero).is_some_and(|zero| low.0 < zero);
    let (sign, nearer) = if is_negative { ("-", high.1) } else { ("", low.1) };
    let size = nearer.trim_start_matches(['+', '-']);
    let next = size.parse::<i64>().ok().and_then(|n| n.checked_add(1));
    if let Some(next) = next.map(|n| format!("{sign}{n}")).filter(|n| fits(n)) {
        return Some(next);
    }
    let point = if size.contains('.') { "" } else { "." };
    let longest = low.1.len() + high.1.len() + 1;
    (0..longest).map(|zeros| format!("{sign}{size}{point}{}5", "0".repeat(zeros))).find(fits)
}

/// A date for each bound, for each gap, and for both ends; in calendar form where there is one.
pub(crate) fn dates<'t>(bounds: impl Iterator<Item = &'t str>) -> Vec<String> {
    const SECOND: i128 = 1_000_000_000;
    let mut bounds: Vec<(i128, &str)> =
        bounds.filter_map(|text| Some((date::parse(text)?.0.0, text))).collect();
    bounds.sort_unstable();
    bounds.dedup_by_key(|b| b.0);
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return Vec::new() };
    let mut texts: Vec<String> = bounds.iter().map(|(_, text)| (*text).to_owned()).collect();
    let mut gaps = vec![first.0 - 86_400 * SECOND, last.0 + 86_400 * SECOND];
    let inner = bounds.windows(2).filter(|pair| pair[1].0 - pair[0].0 > 1);
    gaps.extend(inner.map(|pair| {
        let middle = (pair[0].0 + pair[1].0) / 2;
        let rounded = middle.div_euclid(SECOND) * SECOND;
        if rounded > pair[0].0 { rounded } else { middle }
    }));
    texts.extend(gaps.iter().filter_map(|nanos| calendar(*nanos)));
    // The same moments as seconds: a profile may keep the two forms apart.
    let seconds = gaps.iter().chain(bounds.iter().map(|(nanos, _)| nanos));
    texts.extend(seconds.map(|n| n.div_euclid(SECOND).to_string()).filter(|t| t.len() != 4));
    texts
}

/// The calendar form of a moment, with the fraction of its second.
fn calendar(nanos: i128) -> Option<String> {
    let text = Instant(nanos).calendar()?;
    let fraction = nanos.rem_euclid(1_000_000_000);
    if fraction == 0 {
        return Some(text);
    }
    Some(format!("{}.{fraction:09}Z", text.trim_end_matches('Z')))
}

/// An address for each run of addresses that no bound divides, of both families.
pub(crate) fn addresses<'t>(ranges: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut v4: Vec<u32> = vec![u32::from(Ipv4Addr::new(198, 51, 100, 7))];
    let mut v6: Vec<u128> = vec![u128::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7))];
    v4.push(0);
    v6.push(0);
    for range in ranges.filter_map(Cidr::parse) {
        if range.is_v6() {
            v6.push(range.first());
            v6.extend(range.last().checked_add(1));
        } else {
            v4.push(range.first() as u32);
            v4.extend((range.last() as u32).checked_add(1));
        }
    }
    let v4 = v4.into_iter().map(|a| Ipv4Addr::from(a).to_string());
    v4.chain(v6.into_iter().map(|a| Ipv6Addr::from(a).to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_on_and_between_all_bounds() {
        let bounds = ["10", "-2.5", "3.59", "3.6", "-2", "0.001"];
        let texts = numbers(bounds.into_iter());
        assert_eq!(texts.len(), 2 * bounds.len() + 1, "{texts:?}");
        let mut values: Vec<Decimal> = texts.iter().filter_map(|t| Decimal::parse(t)).collect();
        assert_eq!(values.len(), texts.len());
        values.sort();
        values.dedup();
        assert_eq!(values.len(), texts.len(), "{texts:?}");
    }

    #[test]
    fn there_are_numbers_between_zero_and_bounds_of_either_sign() {
        for (low, high) in [("-1", "0"), ("-0.01", "-0"), ("-0", "0.01"), ("-2", "-1"), ("+1", "2")]
        {
            let bounds = [low, high].map(Decimal::parse);
            let inside = |text: &String| {
                let number = Decimal::parse(text);
                bounds[0] < number && number < bounds[1]
            };
            let texts = numbers([low, high].into_iter());
            assert!(texts.iter().any(inside), "{low} {high}: {texts:?}");
        }
    }

    #[test]
    fn dates_lie_on_and_between_all_bounds() {
        let bounds = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2027-06-01"];
        let texts = dates(bounds.into_iter());
        let mut moments: Vec<i128> =
            texts.iter().filter_map(|t| date::parse(t)).map(|(i, _)| i.0).collect();
        moments.sort_unstable();
        moments.dedup();
        assert!(moments.len() > 2 * bounds.len(), "{texts:?}");
        assert_eq!(numbers(std::iter::empty()), Vec::<String>::new());
    }

    #[test]
    fn addresses_start_each_run() {
        let texts = addresses(["10.0.0.0/8", "255.0.0.0/8", "2001:db8::/32"].into_iter());
        for expected in ["0.0.0.0", "10.0.0.0", "11.0.0.0", "255.0.0.0", "2001:db9::"] {
            assert!(texts.iter().any(|t| t == expected), "{expected} in {texts:?}");
        }
    }
}
