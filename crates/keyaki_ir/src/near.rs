//! How far apart two names are, to guess what a misspelt one was meant to be.

/// The number of single-letter changes that turn `a` into `b` — insert, delete, replace, or swap
/// two neighbours — without regard to ASCII letter case; none if it is more than `limit`.
///
/// The optimal string alignment distance, by bytes: O(length²) time, for short names only.
pub fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let width = b.len() + 1;
    let mut before = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let same = |x: u8, y: u8| x.eq_ignore_ascii_case(&y);
    for i in 1..=a.len() {
        let mut row = vec![i; width];
        for j in 1..width {
            let replaced = last[j - 1] + usize::from(!same(a[i - 1], b[j - 1]));
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) {
                best = best.min(before[j - 2] + 1);
            }
            row[j] = best;
        }
        if row.iter().min().is_some_and(|&m| m > limit) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    Some(last[b.len()]).filter(|&d| d <= limit)
}

/// How many changes a name of that length may be off and still be taken for a slip.
pub fn tolerance(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=6 => 1,
        7..=12 => 2,
        _ => 3,
    }
}

/// The known name that is nearest to `name`, if it is near at all; of several the first.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let limit = tolerance(name.len());
    let near = known.into_iter().filter_map(|k| Some((distance(name, k, limit)?, k)));
    near.min_by_key(|&(d, _)| d).map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        assert_eq!(distance("Action", "action", 2), Some(0));
        assert_eq!(distance("Principle", "Principal", 2), Some(2));
        assert_eq!(distance("Actoin", "Action", 2), Some(1));
        assert_eq!(distance("Resources", "Resource", 2), Some(1));
        assert_eq!(distance("Resource", "Action", 3), None);
        assert_eq!(distance("", "", 0), Some(0));
    }

    #[test]
    fn the_nearest_name_wins_and_far_ones_are_left_out() {
        let known = ["Action", "NotAction", "Resource"];
        assert_eq!(nearest("Resorce", known), Some("Resource"));
        assert_eq!(nearest("Bananas", known), None);
    }
}
