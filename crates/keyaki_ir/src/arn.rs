//! Amazon Resource Names in segments.
//!
//! `arn:partition:service:region:account:resource`; the resource may hold colons of its own.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.

use std::ops::Range;

/// Where the segments of an ARN lie in its text; a colon inside `${…}` separates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arn {
    bounds: [u32; 5],
    length: u32,
}

/// A segment of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// `aws`, `aws-cn`, …
    Partition,
    /// The service's name, as in action prefixes most of the time.
    Service,
    /// The region; empty for global services.
    Region,
    /// The account's twelve digits; empty for S3 buckets and a few others.
    Account,
    /// The rest.
    Resource,
}

impl Segment {
    /// All segments, in order.
    pub const ALL: [Segment; 5] = [
        Segment::Partition,
        Segment::Service,
        Segment::Region,
        Segment::Account,
        Segment::Resource,
    ];
}

impl Arn {
    /// Finds the five colons that separate the segments; none where there are fewer,
    /// or where the text does not begin with `arn:`.
    pub fn parse(text: &str) -> Option<Arn> {
        Self::separated(text, colons(text))
    }

    /// As [`Arn::parse`], of a text in which `${…}` means nothing, such as one of a request.
    pub fn plain(text: &str) -> Option<Arn> {
        Self::separated(text, text.match_indices(':').map(|(at, _)| at))
    }

    fn separated(text: &str, mut colons: impl Iterator<Item = usize>) -> Option<Arn> {
        if !text.starts_with("arn:") {
            return None;
        }
        let mut bounds = [0; 5];
        for bound in &mut bounds {
            *bound = colons.next()? as u32;
        }
        Some(Arn { bounds, length: text.len() as u32 })
    }

    /// The byte range of a segment within the text.
    #[inline]
    pub fn range(&self, segment: Segment) -> Range<usize> {
        let [_, b, c, d, e] = self.bounds.map(|b| b as usize);
        match segment {
            Segment::Partition => self.bounds[0] as usize + 1..b,
            Segment::Service => b + 1..c,
            Segment::Region => c + 1..d,
            Segment::Account => d + 1..e,
            Segment::Resource => e + 1..self.length as usize,
        }
    }

    /// The text of a segment; `text` is the text that was parsed.
    #[inline]
    pub fn get<'t>(&self, text: &'t str, segment: Segment) -> &'t str {
        text.get(self.range(segment)).unwrap_or("")
    }
}

/// How many segments a text has, split at the colons that stand outside of variables.
pub fn segment_count(text: &str) -> usize {
    colons(text).count() + 1
}

/// The segments of a text, split at the colons that stand outside of variables; the resource of
/// an ARN may be several of them.
pub fn segments(text: &str) -> impl Iterator<Item = &str> {
    let ends = colons(text).chain([text.len()]);
    let mut start = 0;
    ends.map(move |end| {
        let segment = &text[start..end];
        start = end + 1;
        segment
    })
}

/// The colons outside of `${…}`.
fn colons(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut inside = false;
    let bytes = text.as_bytes();
    bytes.iter().enumerate().filter_map(move |(i, &b)| {
        match b {
            b'{' if i > 0 && bytes[i - 1] == b'$' => inside = true,
            b'}' => inside = false,
            _ => {}
        }
        (b == b':' && !inside).then_some(i)
    })
}

/// Whether the text is an account id: twelve digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_keeps_its_colons() {
        let text = "arn:aws:logs:eu-west-1:111122223333:log-group:g:*";
        let arn = Arn::parse(text).map(|a| Segment::ALL.map(|s| a.get(text, s).to_owned()));
        let expected = ["aws", "logs", "eu-west-1", "111122223333", "log-group:g:*"];
        assert_eq!(arn, Some(expected.map(str::to_owned)));
    }

    #[test]
    fn colons_in_variables_separate_nothing() {
        let text = "arn:aws:s3:::b/${aws:username}";
        let arn = Arn::parse(text).map(|a| a.get(text, Segment::Resource).to_owned());
        assert_eq!(arn.as_deref(), Some("b/${aws:username}"));
        let text = "arn:aws:sqs:${aws:RequestedRegion}:${aws:PrincipalAccount}:q";
        let arn = Arn::parse(text).map(|a| a.get(text, Segment::Account).to_owned());
        assert_eq!(arn.as_deref(), Some("${aws:PrincipalAccount}"));
    }

    #[test]
    fn a_plain_text_has_no_variables() {
        let text = "arn:aws:s3:${a:b}:c:d";
        let region = |arn: Option<Arn>| arn.map(|a| a.get(text, Segment::Region).to_owned());
        assert_eq!(region(Arn::parse(text)).as_deref(), Some("${a:b}"));
        assert_eq!(region(Arn::plain(text)).as_deref(), Some("${a"));
    }

    #[test]
    fn segments_lie_between_the_colons() {
        let split = |text| segments(text).collect::<Vec<_>>();
        assert_eq!(split("arn:aws::${aws:username}"), ["arn", "aws", "", "${aws:username}"]);
        assert_eq!(split(""), [""]);
        assert_eq!(split(":"), ["", ""]);
    }

    #[test]
    fn fewer_than_six_segments_are_no_arn() {
        assert_eq!(Arn::parse("arn:aws:s3::b"), None);
        assert_eq!(Arn::parse("*"), None);
        assert_eq!(segment_count("arn:aws:s3::b"), 5);
    }
}
