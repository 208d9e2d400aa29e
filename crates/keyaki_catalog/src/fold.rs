//! Comparing and searching names without regard to ASCII case.

use std::cmp::Ordering;
use std::ops::Range;

/// The order in which the tables are sorted.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

/// Whether `text` starts with `head`.
pub(crate) fn starts_with(text: &str, head: &str) -> bool {
    text.as_bytes().get(..head.len()).is_some_and(|h| h.eq_ignore_ascii_case(head.as_bytes()))
}

/// The record in `range` with this name, where `name_of` ascends.
pub(crate) fn find<'a>(
    range: Range<u32>,
    name: &str,
    name_of: impl Fn(u32) -> &'a str,
) -> Option<u32> {
    let at = partition_point(range.clone(), |n| compare(name_of(n), name) == Ordering::Less);
    (at < range.end && name_of(at).eq_ignore_ascii_case(name)).then_some(at)
}

/// The records in `range` whose names start with `head`, where `name_of` ascends.
pub(crate) fn find_head<'a>(
    range: Range<u32>,
    head: &str,
    name_of: impl Fn(u32) -> &'a str,
) -> Range<u32> {
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
