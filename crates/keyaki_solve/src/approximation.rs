//! Where the encoding is not the question itself.

use keyaki_catalog::KeyType;

/// Something that the encoding takes for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approximation {
    /// The values of a key are of the type that the catalogue gives it.
    Typed(String, KeyType),
    /// Of the values of a key that are numbers, dates or addresses, only some are looked at,
    /// because the key is compared as text as well.
    Forms(String),
    /// Of the lists of values of a key, only those up to a length are looked at.
    Lists(String, usize),
    /// Only texts in lower case are looked at where letter case does not count.
    Folding(String),
}

impl Approximation {
    /// Whether requests are left out that could occur: then that there is none proves nothing.
    pub fn narrows(&self) -> bool {
        match self {
            Approximation::Typed(..) => false,
            Approximation::Forms(_) | Approximation::Lists(..) | Approximation::Folding(_) => true,
        }
    }
}

impl std::fmt::Display for Approximation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Approximation::Typed(key, only) => {
                write!(f, "`{key}` holds values of its type only: {only:?}")
            }
            Approximation::Forms(key) => write!(
                f,
                "`{key}` is compared as text and by value, and only some of its values were tried"
            ),
            Approximation::Lists(key, most) => {
                write!(f, "`{key}` was tried with up to {most} different values only")
            }
            Approximation::Folding(key) => {
                write!(f, "`{key}` was tried in lower case only")
            }
        }
    }
}
