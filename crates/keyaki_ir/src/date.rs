//! Points in time of the date operators: the W3C profile of ISO 8601, or seconds since 1970.
//!
//! Sources: <https://www.w3.org/TR/NOTE-datetime>, and AWS's date condition operators
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date>).

/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i128);

/// How a date was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `2026-11-21T09:30:00Z` and its shorter forms.
    Calendar,
    /// Seconds since 1970.
    Epoch,
}

const NANOS: i128 = 1_000_000_000;

impl Instant {
    /// The date and time in UTC, to the second: `2026-11-21T09:30:00Z`.
    /// None outside of the years 0001 to 9999.
    pub fn calendar(self) -> Option<String> {
        let seconds = i64::try_from(self.0.div_euclid(NANOS)).ok()?;
        let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (mut low, mut high) = (1, 10_000);
        if days < days_since_1970(low, 1, 1) || days >= days_since_1970(high, 1, 1) {
            return None;
        }
        while high - low > 1 {
            let middle = (low + high) / 2;
            let after = days_since_1970(middle, 1, 1) > days;
            *(if after { &mut high } else { &mut low }) = middle;
        }
        let year = low;
        let month = (1..=12).rev().find(|&m| days_since_1970(year, m, 1) <= days)?;
        let day = days - days_since_1970(year, month, 1) + 1;
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
    }
}

/// Reads a date in either form.
///
/// Calendar dates may stop after the year, the month, the day, the minute or the second;
/// a time needs a zone, `Z` or `±hh:mm`. What is left out counts as its first moment.
/// Four digits are a year, any other number is seconds.
pub fn parse(text: &str) -> Option<(Instant, Form)> {
    if let Some(instant) = calendar(text) {
        return Some((instant, Form::Calendar));
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let seconds: i128 = number(digits, 1..=15)?.into();
    Some((Instant(if negative { -seconds } else { seconds } * NANOS), Form::Epoch))
}

fn calendar(text: &str) -> Option<Instant> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4..=4)?;
    let month = parts.next().map_or(Some(1), |m| number(m, 2..=2).filter(|m| (1..=12).contains(m)));
    let month = month?;
    let day = parts.next();
    if parts.next().is_some() || (time.is_some() && day.is_none()) {
        return None;
    }
    let longest = days_in_month(year, month);
    let day = day.map_or(Some(1), |d| number(d, 2..=2).filter(|d| (1..=longest).contains(d)))?;
    let days = days_since_1970(year, month, day);
    let nanos = time.map_or(Some(0), time_of_day)?;
    Some(Instant(i128::from(days) * 86_400 * NANOS + nanos))
}

/// Nanoseconds since midnight UTC of `hh:mm[:ss[.f…]]` with its zone.
fn time_of_day(text: &str) -> Option<i128> {
    let cut = text.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = text.split_at(cut);
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2..=2).filter(|h| *h <= 23)?;
    let minute = number(parts.next()?, 2..=2).filter(|m| *m <= 59)?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(second) => {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
            (number(whole, 2..=2).filter(|s| *s <= 60)?, nanos(fraction)?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second - zone_seconds(zone)?;
    Some(i128::from(seconds) * NANOS + i128::from(fraction))
}

/// The fraction of a second, of up to nine digits, in nanoseconds.
fn nanos(digits: &str) -> Option<i64> {
    let value = number(digits, 1..=9)?;
    Some(value * 10i64.pow(9 - digits.len() as u32))
}

fn zone_seconds(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("Z") {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let hours = number(hours, 2..=2).filter(|h| *h <= 23)?;
    let minutes = number(minutes, 2..=2).filter(|m| *m <= 59)?;
    Some(sign * (hours * 3600 + minutes * 60))
}

/// A number of that many digits.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leaps = |y: i64| y / 4 - y / 100 + y / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    years + (1..month).map(|m| days_in_month(year, m)).sum::<i64>() + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<(i128, Form)> {
        parse(text).map(|(instant, form)| (instant.0 / NANOS, form))
    }

    #[test]
    fn both_forms_lie_on_one_time_line() {
        let calendar = |s| Some((s, Form::Calendar));
        assert_eq!(seconds("1970"), calendar(0));
        assert_eq!(seconds("2000-03"), calendar(951_868_800));
        assert_eq!(seconds("2024-02-29"), calendar(1_709_164_800));
        assert_eq!(seconds("2023-11-14T22:13:20Z"), calendar(1_700_000_000));
        assert_eq!(seconds("2023-11-14T23:13:20.5+01:00"), calendar(1_700_000_000));
        assert_eq!(seconds("1700000000"), Some((1_700_000_000, Form::Epoch)));
    }

    #[test]
    fn instants_are_written_as_they_are_read() {
        for text in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "9999-12-31T00:00:01Z"] {
            let instant = parse(text).map(|(instant, _)| instant);
            assert_eq!(instant.and_then(Instant::calendar).as_deref(), Some(text));
        }
        let far = parse("999999999999999").map(|(instant, _)| instant);
        assert_eq!(far.and_then(Instant::calendar), None);
    }

    #[test]
    fn other_text_is_no_date() {
        for bad in [
            "",
            "tomorrow",
            "2023-13",
            "2023-02-29",
            "2023-11-14T22:13",
            "2023-11-14 22:13:20Z",
            "2023-11T22:13Z",
            "234-13",
            "2016-12-13t2:00:00.593194+1",
            "1.7e9",
            "99999999999999999999",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
