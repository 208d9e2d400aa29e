//! Decimal numbers of the numeric operators, compared without rounding.

use std::cmp::Ordering;

/// A decimal number, kept exactly.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// Digits before the point, without leading zeros.
    whole: Box<str>,
    /// Digits after the point, without trailing zeros.
    fraction: Box<str>,
}

impl Decimal {
    /// Reads `12`, `-3.50`, `+7`; exponents are not part of the policy language.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let some = !whole.is_empty() || !fraction.is_empty();
        if !some || !only_digits(whole) || !only_digits(fraction) || digits.ends_with('.') {
            return None;
        }
        let whole: Box<str> = whole.trim_start_matches('0').into();
        let fraction: Box<str> = fraction.trim_end_matches('0').into();
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Decimal { negative: negative && !zero, whole, fraction })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |d: &Decimal, e: &Decimal| {
            (d.whole.len().cmp(&e.whole.len()))
                .then_with(|| d.whole.cmp(&e.whole))
                .then_with(|| d.fraction.cmp(&e.fraction))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let mut texts = ["10", "9.5", "-1", "-1.25", "0", "0.05", "0.5", "100000000000000000001"];
        texts.sort_by_key(|t| Decimal::parse(t));
        let sorted = ["-1.25", "-1", "0", "0.05", "0.5", "9.5", "10", "100000000000000000001"];
        assert_eq!(texts, sorted);
        assert_eq!(Decimal::parse("-0.0"), Decimal::parse("0"));
        assert_eq!(Decimal::parse("010"), Decimal::parse("10.00"));
    }

    #[test]
    fn other_text_is_no_number() {
        for bad in ["", "-", ".", "1.", "10abc", "1e3", "0x10", "NaN", " 1"] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }
}
