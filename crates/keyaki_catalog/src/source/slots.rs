//! Where to look for a name: hashing with open addressing.
//!
//! A table of names has at least twice as many slots as names. The slot of a name is the first free
//! one from its home on, around the end. A slot holds the name's number, counted from 1; 0 is a free
//! slot. Letter case does not count.

/// A slot without a name.
pub(crate) const FREE: u16 = 0;

/// How many slots a table of that many names has: a power of two.
pub(crate) const fn count(names: usize) -> usize {
    (names * 2).next_power_of_two()
}

/// The slots that can hold a name in a table of `count` slots, the likeliest first.
pub(crate) fn of(name: &[u8], count: usize) -> impl Iterator<Item = usize> {
    let home = hash(name) as usize;
    (0..count).map(move |step| home.wrapping_add(step) & (count - 1))
}

/// A number that is equal for names that differ in the case of ASCII letters alone.
fn hash(name: &[u8]) -> u32 {
    let (words, rest) = name.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let sum = words.iter().chain([&last]).fold(name.len() as u64, |sum, word| {
        // The bit is what tells lower-case letters from capitals.
        let folded = u64::from_le_bytes(*word) | 0x2020_2020_2020_2020;
        (sum.rotate_left(5) ^ folded).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    (sum >> 32) as u32
}

/// The slots of a table with these names, whose numbers are below [`u16::MAX`].
pub(crate) fn table<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Vec<u16> {
    let mut table = vec![FREE; count(names.len())];
    for (name, number) in names.zip(1..) {
        let free = of(name.as_bytes(), table.len()).find(|&slot| table[slot] == FREE);
        if let Some(slot) = free {
            table[slot] = number;
        }
    }
    table
}
