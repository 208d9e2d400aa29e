//! The closed vocabularies of the catalogue: access levels, key types, key categories, dates.
//!
//! Shared by the library, its build script and the generator, so it depends on nothing.

use std::fmt;

/// Declares a fieldless enum with its spellings; the position of a variant is its packed code.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The spelling that AWS uses.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// Reads the spelling that AWS uses.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text)
            }

            #[allow(dead_code, reason = "not every sharer of this file packs or unpacks")]
            pub(crate) fn from_code(code: u16) -> Option<Self> {
                Self::ALL.get(usize::from(code)).copied()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

vocabulary! {
    /// What using an action does, in AWS's five levels.
    AccessLevel {
        /// Sees that resources exist, not what they hold.
        List = "List",
        /// Sees what resources hold.
        Read = "Read",
        /// Creates, changes or deletes resources.
        Write = "Write",
        /// Changes tags only.
        Tagging = "Tagging",
        /// Changes who may do what.
        PermissionsManagement = "Permissions management",
    }
}

vocabulary! {
    /// The type of a condition key's value.
    KeyType {
        /// Text.
        String = "String",
        /// An ARN.
        Arn = "ARN",
        /// `true` or `false`.
        Bool = "Bool",
        /// A date and time.
        Date = "Date",
        /// A number.
        Numeric = "Numeric",
        /// An IP address or range.
        IpAddress = "IPAddress",
        /// Base64-encoded bytes.
        Binary = "Binary",
        /// Several texts.
        ArrayOfString = "ArrayOfString",
        /// Several ARNs.
        ArrayOfArn = "ArrayOfARN",
        /// Several truth values.
        ArrayOfBool = "ArrayOfBool",
    }
}

impl KeyType {
    /// Whether a request carries a set of values, so that a set qualifier is called for.
    pub fn is_multivalued(self) -> bool {
        match self {
            KeyType::ArrayOfString | KeyType::ArrayOfArn | KeyType::ArrayOfBool => true,
            KeyType::String
            | KeyType::Arn
            | KeyType::Bool
            | KeyType::Date
            | KeyType::Numeric
            | KeyType::IpAddress
            | KeyType::Binary => false,
        }
    }

    /// The type of one value.
    pub fn element(self) -> KeyType {
        match self {
            KeyType::ArrayOfString => KeyType::String,
            KeyType::ArrayOfArn => KeyType::Arn,
            KeyType::ArrayOfBool => KeyType::Bool,
            KeyType::String
            | KeyType::Arn
            | KeyType::Bool
            | KeyType::Date
            | KeyType::Numeric
            | KeyType::IpAddress
            | KeyType::Binary => self,
        }
    }
}

vocabulary! {
    /// What a global condition key describes.
    KeyCategory {
        /// The principal that asks.
        Principal = "principal",
        /// The role session that asks.
        Session = "session",
        /// Where the request comes from.
        Network = "network",
        /// The resource that is asked for.
        Resource = "resource",
        /// The request itself.
        Request = "request",
    }
}

vocabulary! {
    /// Whether a service prefix is in use.
    Standing {
        /// AWS lists it.
        Live = "live",
        /// AWS used to list it.
        Retired = "retired",
        /// AWS does not list it, but its own policies name it.
        Undocumented = "undocumented",
    }
}

/// A day, counted from 2000-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub(crate) u16);

impl Date {
    /// 2000-01-01, the first day that can be told.
    pub const EPOCH: Date = Date(0);

    /// Reads `YYYY-MM-DD`, from 2000-01-01 to 2179-06-05.
    ///
    /// The day after that would be the number that a packed catalogue takes for "none".
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.splitn(3, '-');
        let year: u32 = parts.next().filter(|p| p.len() == 4)?.parse().ok()?;
        let month: u32 = parts.next().filter(|p| p.len() == 2)?.parse().ok()?;
        let day: u32 = parts.next().filter(|p| p.len() == 2)?.parse().ok()?;
        let valid = year >= 2000 && (1..=12).contains(&month) && day >= 1;
        if !valid || day > month_length(year, month) {
            return None;
        }
        let before: u32 = (2000..year).map(year_length).sum();
        let in_year: u32 = (1..month).map(|m| month_length(year, m)).sum();
        u16::try_from(before + in_year + day - 1).ok().filter(|&n| n != u16::MAX).map(Date)
    }

    /// How many days `self` is after `other`; negative when before.
    pub fn days_since(self, other: Date) -> i32 {
        i32::from(self.0) - i32::from(other.0)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut year, mut month, mut rest) = (2000, 1, u32::from(self.0));
        while rest >= year_length(year) {
            rest -= year_length(year);
            year += 1;
        }
        while rest >= month_length(year, month) {
            rest -= month_length(year, month);
            month += 1;
        }
        write!(f, "{year:04}-{month:02}-{:02}", rest + 1)
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn year_length(year: u32) -> u32 {
    365 + u32::from(is_leap(year))
}

fn month_length(year: u32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
