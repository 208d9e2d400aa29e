//! Comparing and searching names without regard to ASCII case.

use std::cmp::Ordering;
use std::ops::Range;

/// The order in which the tables are sorted.
pub(crate) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let equal = a.iter().zip(b).take_while(|(x, y)| x.eq_ignore_ascii_case(y)).count();
    let next = |text: &[u8]| text.get(equal).map(u8::to_ascii_lowercase);
    next(a).cmp(&next(b))
}

/// Whether `text` starts with `head`.
pub(crate) fn starts_with(text: &[u8], head: &[u8]) -> bool {
    text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head))
}

/// Whether `text` ends with `tail`.
pub(crate) fn ends_with(text: &[u8], tail: &[u8]) -> bool {
    let start = text.len().checked_sub(tail.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
}

/// The record in `range` with this name, where `name_of` ascends.
pub(crate) fn find<'a>(
    range: Range<u32>,
    name: &str,
    name_of: impl Fn(u32) -> &'a [u8],
) -> Option<u32> {
    let name = name.as_bytes();
    let end = range.end;
    let at = partition_point(range, |n| compare(name_of(n), name) == Ordering::Less);
    (at < end && name_of(at).eq_ignore_ascii_case(name)).then_some(at)
}

/// The records in `range` whose names start with `head`, where `name_of` ascends.
pub(crate) fn find_head<'a>(
    range: Range<u32>,
    head: &str,
    name_of: impl Fn(u32) -> &'a [u8],
) -> Range<u32> {
    let head = head.as_bytes();
    let start = partition_point(range.clone(), |n| compare(name_of(n), head) == Ordering::Less);
    let end = partition_point(start..range.end, |n| starts_with(name_of(n), head));
    start..end
}

/// The first number in `range` for which `before` is false.
pub(crate) fn partition_point(range: Range<u32>, before: impl Fn(u32) -> bool) -> u32 {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = start + (end - start) / 2;
        if before(middle) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}
