//! The script that filters findings, and its digest for the page's content security policy. The
//! page says the same without it.

/// The script; what stands between its tags is exactly this.
pub(super) const TEXT: &str = include_str!("../audit.js");

/// The SHA-256 of the script in base64; a test computes it again.
pub(super) const DIGEST: &str = "GRfMrUB2d4UaeaQs2GSzJ5aJegvFcwX5WSvKURUEfrI=";

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 (FIPS 180-4). The round constants are the first bits of the fractional parts of the
    /// cube roots of the first 64 primes, the start those of the square roots of the first eight.
    fn sha256(text: &[u8]) -> [u8; 32] {
        let primes: Vec<u64> = (2..312).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
        let root = |prime: u64, power: u32| -> u32 {
            // The largest x with x^power <= prime * 2^(32 * power).
            let (mut low, mut high) = (0_u128, 1_u128 << 36);
            while high - low > 1 {
                let middle = (low + high) / 2;
                let raised = (0..power).try_fold(1_u128, |all, _| all.checked_mul(middle));
                let fits = raised.is_some_and(|r| r <= u128::from(prime) << (32 * power));
                if fits { low = middle } else { high = middle }
            }
            low as u32
        };
        let k: Vec<u32> = primes.iter().map(|p| root(*p, 3)).collect();
        let mut h: Vec<u32> = primes.iter().take(8).map(|p| root(*p, 2)).collect();
        let mut padded = text.to_vec();
        padded.push(0x80);
        while padded.len() % 64 != 56 {
            padded.push(0);
        }
        padded.extend((text.len() as u64 * 8).to_be_bytes());
        for block in padded.chunks(64) {
            let words = block.chunks(4).map(|c| c.iter().fold(0, |w, b| w << 8 | u32::from(*b)));
            let mut w: Vec<u32> = words.collect();
            for i in 16..64 {
                let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ (w[i - 15] >> 3);
                let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ (w[i - 2] >> 10);
                w.push(w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1));
            }
            let mut v = h.clone();
            for i in 0..64 {
                let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
                let ch = (v[4] & v[5]) ^ (!v[4] & v[6]);
                let t1 =
                    v[7].wrapping_add(s1).wrapping_add(ch).wrapping_add(k[i]).wrapping_add(w[i]);
                let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
                let maj = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
                v.rotate_right(1);
                v[4] = v[4].wrapping_add(t1);
                v[0] = t1.wrapping_add(s0.wrapping_add(maj));
            }
            h.iter_mut().zip(v).for_each(|(h, v)| *h = h.wrapping_add(v));
        }
        let bytes: Vec<u8> = h.iter().flat_map(|w| w.to_be_bytes()).collect();
        bytes.try_into().unwrap_or([0; 32])
    }

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let bits =
                chunk.iter().fold(0_u32, |b, c| b << 8 | u32::from(*c)) << (8 * (3 - chunk.len()));
            for at in 0..4 {
                let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
                text.push(if at > chunk.len() { '=' } else { char::from(letter) });
            }
        }
        text
    }

    #[test]
    fn the_digest_is_that_of_the_script() {
        assert_eq!(base64(&sha256(b"abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!(base64(&sha256(TEXT.as_bytes())), DIGEST);
    }

    #[test]
    fn the_script_cannot_end_its_element() {
        assert!(!TEXT.contains("</") && !TEXT.contains("<!--"));
    }
}
