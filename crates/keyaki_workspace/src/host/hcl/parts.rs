//! Long texts of HCL, read in parts by several threads.
//!
//! At the top level of a file the end of a line ends what stands before it, so that a text can be
//! cut between two lines there, and each part be read by itself. The parser knows of no parts:
//! before each stand as many blanks as there is text before it, so that places are those of the
//! whole text. Where a part cannot be read, or has what must not be there twice in the whole, the
//! text is read at once: that also tells what is wrong with it, and where.

use std::borrow::Cow;

use hcl_edit::parser::{Error, parse_body};
use hcl_edit::structure::Body;

use crate::{map, threads};

/// The least distance of two seams.
pub(super) const SEAM: usize = 16 * 1024;

/// How many parts there are at most: each thread reads over the blanks before its part.
const MOST_PARTS: usize = 4;

/// Reads a text that may be cut at these places, in order.
pub(super) fn read(text: &str, seams: &[u32], jobs: Option<usize>) -> Result<Body, Error> {
    let parts = threads(jobs, seams.len()).min(MOST_PARTS);
    in_parts(text, &cuts(text.len(), seams, parts)).map_or_else(|| parse_body(text), Ok)
}

/// The seams that cut a text into parts of about the same length.
fn cuts(length: usize, seams: &[u32], parts: usize) -> Vec<usize> {
    let seam = |part: usize| {
        let at = seams.partition_point(|seam| (*seam as usize) < length * part / parts);
        seams.get(at).map(|seam| *seam as usize)
    };
    let mut cuts: Vec<usize> = (1..parts).filter_map(seam).collect();
    cuts.dedup();
    cuts
}

/// The text, cut at these places; none where it must be read at once.
fn in_parts(text: &str, cuts: &[usize]) -> Option<Body> {
    if cuts.is_empty() {
        return None;
    }
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([text.len()]);
    let ranges: Vec<(usize, usize)> = starts.zip(ends).collect();
    let read = map(&ranges, ranges.len(), |&(start, end)| {
        let part = text.get(start..end)?;
        let padded = if start == 0 { part.into() } else { Cow::from(" ".repeat(start) + part) };
        parse_body(&padded).ok()
    });
    let bodies: Vec<Body> = read.into_iter().collect::<Option<_>>()?;
    let has_attribute = bodies.iter().any(|body| body.attributes().next().is_some());
    (!has_attribute).then(|| bodies.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use hcl_edit::Span as _;

    use super::super::scan::scan;
    use super::*;

    const TEXT: &str = r##"# größe ${
resource "a" "b" {
  c = <<-E
    }
    resource {
  E
  d = "${"}"}" // {
}
/* a
}
*/
locals {
  e = [
    { f = "\"" },
  ]
}

data "a" "b" { c = 1 }
"##;

    /// A text of many lines at the top level, with its seams.
    fn long() -> (String, Vec<u32>) {
        let text = TEXT.repeat(4 * SEAM / TEXT.len() + 1);
        let seams = scan(&text).seams;
        assert!(seams.len() >= 3, "{seams:?}");
        (text, seams)
    }

    fn places(body: &Body) -> Vec<Option<std::ops::Range<usize>>> {
        body.iter().map(|structure| structure.span()).collect()
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        let (text, seams) = long();
        let whole = parse_body(&text).map_err(|e| e.to_string());
        for jobs in 1..=5 {
            let parts = read(&text, &seams, Some(jobs)).map_err(|e| e.to_string());
            assert_eq!(parts, whole);
            assert_eq!(parts.as_ref().map(places), whole.as_ref().map(places));
        }
    }

    #[test]
    fn seams_lie_between_structures() {
        let (text, seams) = long();
        let cuts: Vec<usize> = seams.iter().map(|seam| *seam as usize).collect();
        assert!(in_parts(&text, &cuts).is_some());
        assert!(in_parts(&text, &[text.find("locals").unwrap_or(0) + 10]).is_none());
    }

    #[test]
    fn what_is_wrong_is_told_of_the_whole() {
        let (text, seams) = long();
        for (end, is_told_after) in [("a = {", text.len()), ("a = 1\na = 2\n", text.len() + 5)] {
            let text = format!("{text}{end}");
            let error = read(&text, &seams, Some(3)).map_err(|error| error.location().offset());
            assert!(error.is_err_and(|at| at >= is_told_after));
        }
        let text = format!("a = 1\n{text}a = 2\n");
        assert!(read(&text, &scan(&text).seams, Some(3)).is_err());
    }
}
