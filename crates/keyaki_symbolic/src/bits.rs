//! Small sets of numbers.

/// A set of small numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bits {
    // INVARIANT: the last word is not zero.
    words: Vec<u64>,
}

impl Bits {
    /// Puts a number in.
    pub fn insert(&mut self, number: usize) {
        let word = number / 64;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (number % 64);
    }

    /// Takes a number out.
    pub fn remove(&mut self, number: usize) {
        if let Some(word) = self.words.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
        self.trim();
    }

    /// Whether a number is in it.
    pub fn has(&self, number: usize) -> bool {
        self.words.get(number / 64).is_some_and(|w| w >> (number % 64) & 1 == 1)
    }

    /// Whether there is none in it.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether another set holds all of it.
    pub fn is_subset(&self, other: &Bits) -> bool {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        self.words.iter().zip(others).all(|(word, other)| word & !other == 0)
    }

    /// What is in this or the other.
    pub fn union(&self, other: &Bits) -> Bits {
        let (long, short) = match self.words.len() >= other.words.len() {
            true => (self, other),
            false => (other, self),
        };
        let mut words = long.words.clone();
        words.iter_mut().zip(&short.words).for_each(|(word, more)| *word |= more);
        Bits { words }
    }

    /// What is in both.
    pub fn intersection(&self, other: &Bits) -> Bits {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect();
        let mut both = Bits { words };
        both.trim();
        both
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| index * 64 + bit)
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// What is in this and not in the other.
    #[must_use]
    pub fn minus(&self, other: &Bits) -> Bits {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        let words = self.words.iter().zip(others).map(|(a, b)| a & !b).collect();
        let mut left = Bits { words };
        left.trim();
        left
    }

    /// Whether the two have a number in common.
    pub fn meets(&self, other: &Bits) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut bits = Bits::default();
        numbers.into_iter().for_each(|n| bits.insert(n));
        bits
    }
}
