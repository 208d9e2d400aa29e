//! Numbers for texts: equal for equal texts, and nearly always different for others.

/// A number for a text.
pub(crate) fn exact(text: &str) -> u64 {
    hash(text, 0)
}

/// The same number for texts that differ in the case of ASCII letters alone.
pub(crate) fn folded(text: &str) -> u64 {
    hash(text, u64::from_ne_bytes([b'a' ^ b'A'; 8]))
}

/// Takes in eight bytes at a time, with some bits set in all of them.
fn hash(text: &str, bits: u64) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    words.iter().chain([&last]).fold(text.len() as u64, |sum, word| {
        (sum.rotate_left(5) ^ (u64::from_le_bytes(*word) | bits))
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_counts_only_where_it_should() {
        for (a, b) in [("s3:GetObject", "S3:getobject"), ("a", "A"), ("", "")] {
            assert_eq!(folded(a), folded(b));
            assert_eq!(exact(a) == exact(b), a == b);
        }
        for (a, b) in [("s3:GetObject", "s3:PutObject"), ("a", "a\0"), ("abcdefgh", "abcdefghi")] {
            assert!(folded(a) != folded(b) && exact(a) != exact(b));
        }
    }
}
