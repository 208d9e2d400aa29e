//! Random choices that can be repeated: from a seed, or from the bytes of a fuzzer.

/// A source of choices.
#[derive(Clone, Debug)]
pub struct Dice<'b> {
    bytes: &'b [u8],
    state: u64,
}

impl<'b> Dice<'b> {
    /// Choices that follow from a seed.
    pub fn seeded(seed: u64) -> Dice<'b> {
        Dice { bytes: &[], state: seed }
    }

    /// Choices that follow from bytes, and from a fixed seed when they are used up.
    pub fn from_bytes(bytes: &'b [u8]) -> Dice<'b> {
        Dice { bytes, state: bytes.len() as u64 }
    }

    /// A number below `n`; 0 for an `n` of 0.
    pub fn below(&mut self, n: usize) -> usize {
        if let Some((first, rest)) = self.bytes.split_first() {
            self.bytes = rest;
            return usize::from(*first) % n.max(1);
        }
        // SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as usize % n.max(1)
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of some.
    pub fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts.get(self.below(texts.len())).copied().unwrap_or("")
    }

    /// One of some, if there are any.
    pub fn choose<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        from.get(self.below(from.len()))
    }
}
