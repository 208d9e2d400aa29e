//! Condition operators.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>.

/// The kind of value that an operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Text.
    String,
    /// Decimal numbers.
    Numeric,
    /// Points in time.
    Date,
    /// `true` and `false`.
    Bool,
    /// Base64 text.
    Binary,
    /// Addresses and ranges of addresses.
    IpAddress,
    /// Amazon Resource Names.
    Arn,
    /// Presence.
    Null,
}

macro_rules! base_operators {
    ($($name:ident $family:ident $negated:literal,)*) => {
        /// An operator without its prefix and suffix.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "named as in the policy language")]
        pub enum BaseOperator { $($name,)* }

        impl BaseOperator {
            /// All operators, in the order of AWS's documentation.
            pub const ALL: &'static [BaseOperator] = &[$(BaseOperator::$name,)*];

            /// The spelling of the policy language.
            pub fn name(self) -> &'static str {
                match self { $(BaseOperator::$name => stringify!($name),)* }
            }

            /// The kind of value that it compares.
            pub fn family(self) -> Family {
                match self { $(BaseOperator::$name => Family::$family,)* }
            }

            /// Whether it is true when *no* value matches.
            pub fn is_negated(self) -> bool {
                match self { $(BaseOperator::$name => $negated,)* }
            }
        }
    };
}

base_operators! {
    StringEquals String false,
    StringNotEquals String true,
    StringEqualsIgnoreCase String false,
    StringNotEqualsIgnoreCase String true,
    StringLike String false,
    StringNotLike String true,
    NumericEquals Numeric false,
    NumericNotEquals Numeric true,
    NumericLessThan Numeric false,
    NumericLessThanEquals Numeric false,
    NumericGreaterThan Numeric false,
    NumericGreaterThanEquals Numeric false,
    DateEquals Date false,
    DateNotEquals Date true,
    DateLessThan Date false,
    DateLessThanEquals Date false,
    DateGreaterThan Date false,
    DateGreaterThanEquals Date false,
    Bool Bool false,
    BinaryEquals Binary false,
    IpAddress IpAddress false,
    NotIpAddress IpAddress true,
    ArnEquals Arn false,
    ArnLike Arn false,
    ArnNotEquals Arn true,
    ArnNotLike Arn true,
    Null Null false,
}

impl BaseOperator {
    /// The operator that a negated one is the opposite of; all others are their own.
    pub fn positive(self) -> BaseOperator {
        match self {
            BaseOperator::StringNotEquals => BaseOperator::StringEquals,
            BaseOperator::StringNotEqualsIgnoreCase => BaseOperator::StringEqualsIgnoreCase,
            BaseOperator::StringNotLike => BaseOperator::StringLike,
            BaseOperator::NumericNotEquals => BaseOperator::NumericEquals,
            BaseOperator::DateNotEquals => BaseOperator::DateEquals,
            BaseOperator::NotIpAddress => BaseOperator::IpAddress,
            BaseOperator::ArnNotEquals => BaseOperator::ArnEquals,
            BaseOperator::ArnNotLike => BaseOperator::ArnLike,
            BaseOperator::StringEquals
            | BaseOperator::StringEqualsIgnoreCase
            | BaseOperator::StringLike
            | BaseOperator::NumericEquals
            | BaseOperator::NumericLessThan
            | BaseOperator::NumericLessThanEquals
            | BaseOperator::NumericGreaterThan
            | BaseOperator::NumericGreaterThanEquals
            | BaseOperator::DateEquals
            | BaseOperator::DateLessThan
            | BaseOperator::DateLessThanEquals
            | BaseOperator::DateGreaterThan
            | BaseOperator::DateGreaterThanEquals
            | BaseOperator::Bool
            | BaseOperator::BinaryEquals
            | BaseOperator::IpAddress
            | BaseOperator::ArnEquals
            | BaseOperator::ArnLike
            | BaseOperator::Null => self,
        }
    }
}

impl BaseOperator {
    /// Whether `*` and `?` in its values are wildcards.
    pub fn has_wildcards(self) -> bool {
        match self {
            BaseOperator::StringLike
            | BaseOperator::StringNotLike
            | BaseOperator::ArnEquals
            | BaseOperator::ArnLike
            | BaseOperator::ArnNotEquals
            | BaseOperator::ArnNotLike => true,
            BaseOperator::StringEquals
            | BaseOperator::StringNotEquals
            | BaseOperator::StringEqualsIgnoreCase
            | BaseOperator::StringNotEqualsIgnoreCase
            | BaseOperator::NumericEquals
            | BaseOperator::NumericNotEquals
            | BaseOperator::NumericLessThan
            | BaseOperator::NumericLessThanEquals
            | BaseOperator::NumericGreaterThan
            | BaseOperator::NumericGreaterThanEquals
            | BaseOperator::DateEquals
            | BaseOperator::DateNotEquals
            | BaseOperator::DateLessThan
            | BaseOperator::DateLessThanEquals
            | BaseOperator::DateGreaterThan
            | BaseOperator::DateGreaterThanEquals
            | BaseOperator::Bool
            | BaseOperator::BinaryEquals
            | BaseOperator::IpAddress
            | BaseOperator::NotIpAddress
            | BaseOperator::Null => false,
        }
    }

    /// Whether policy variables in its values are replaced.
    pub fn takes_variables(self) -> bool {
        match self.family() {
            Family::String | Family::Arn => true,
            Family::Numeric
            | Family::Date
            | Family::Bool
            | Family::Binary
            | Family::IpAddress
            | Family::Null => false,
        }
    }
}

/// How an operator treats a key with several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetOperator {
    /// `ForAllValues:`: every value of the request matches; also true without any value.
    ForAllValues,
    /// `ForAnyValue:`: some value of the request matches.
    ForAnyValue,
}

impl SetOperator {
    /// The prefix, without its colon.
    pub fn name(self) -> &'static str {
        match self {
            SetOperator::ForAllValues => "ForAllValues",
            SetOperator::ForAnyValue => "ForAnyValue",
        }
    }
}

/// A condition operator: `ForAnyValue:StringLikeIfExists` in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operator {
    /// The prefix.
    pub set: Option<SetOperator>,
    /// The operator proper.
    pub base: BaseOperator,
    /// The suffix `IfExists`: true when the key is absent.
    pub if_exists: bool,
}

impl Operator {
    /// Reads an operator; letter case does not count, as in IAM. `NullIfExists` is read, too:
    /// it is a mistake that deserves its own message.
    pub fn parse(text: &str) -> Option<Operator> {
        let (set, rest) = match text.split_once(':') {
            None => (None, text),
            Some((prefix, rest)) => {
                let sets = [SetOperator::ForAllValues, SetOperator::ForAnyValue];
                let set = sets.into_iter().find(|s| s.name().eq_ignore_ascii_case(prefix))?;
                (Some(set), rest)
            }
        };
        let base = |name: &str| {
            BaseOperator::ALL.iter().copied().find(|o| o.name().eq_ignore_ascii_case(name))
        };
        if let Some(base) = base(rest) {
            return Some(Operator { set, base, if_exists: false });
        }
        let cut = rest.len().checked_sub("IfExists".len())?;
        let (name, suffix) = (rest.get(..cut)?, rest.get(cut..)?);
        let base = base(name).filter(|_| suffix.eq_ignore_ascii_case("IfExists"))?;
        Some(Operator { set, base, if_exists: true })
    }

    /// The canonical spelling.
    pub fn name(self) -> String {
        let set = self.set.map_or(String::new(), |s| format!("{}:", s.name()));
        let suffix = if self.if_exists { "IfExists" } else { "" };
        format!("{set}{}{suffix}", self.base.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_read_in_every_form() {
        assert_eq!(BaseOperator::ALL.len(), 27);
        for &base in BaseOperator::ALL {
            for set in [None, Some(SetOperator::ForAllValues), Some(SetOperator::ForAnyValue)] {
                for if_exists in [false, true] {
                    let operator = Operator { set, base, if_exists };
                    assert_eq!(Operator::parse(&operator.name()), Some(operator));
                    assert_eq!(Operator::parse(&operator.name().to_lowercase()), Some(operator));
                }
            }
        }
    }

    #[test]
    fn invented_operators_are_refused() {
        for text in ["", ":", "StringMatches", "ForSomeValues:StringLike", "StringLikeIfExist", "é"]
        {
            assert_eq!(Operator::parse(text), None, "{text}");
        }
    }
}
