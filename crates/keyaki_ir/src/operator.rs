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

/// How one value of a request is compared with one of a policy; a negated operator compares as its
/// positive form does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// The same text.
    Text,
    /// The same text in any letter case.
    TextInAnyCase,
    /// Text with wildcards.
    TextLike,
    /// Numbers in an order.
    Number(Order),
    /// Points in time in an order.
    Time(Order),
    /// `true` or `false`.
    Bool,
    /// The same base64 text.
    Binary,
    /// An address in a range.
    Address,
    /// An ARN with wildcards, part by part.
    Arn,
    /// Whether there is a value.
    Presence,
}

/// How a value of a request stands to one of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "named as the operators")]
pub enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// Whether two values that compare like this are in the order.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Order::Equal => order.is_eq(),
            Order::Less => order.is_lt(),
            Order::LessOrEqual => order.is_le(),
            Order::Greater => order.is_gt(),
            Order::GreaterOrEqual => order.is_ge(),
        }
    }
}

macro_rules! base_operators {
    ($($name:ident $positive:ident $comparison:expr,)*) => {
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

            /// The operator that a negated one is the opposite of; all others are their own.
            pub fn positive(self) -> BaseOperator {
                match self { $(BaseOperator::$name => BaseOperator::$positive,)* }
            }

            /// How it compares.
            pub fn comparison(self) -> Comparison {
                match self { $(BaseOperator::$name => $comparison,)* }
            }
        }
    };
}

// The operator, its positive form, and how both compare.
base_operators! {
    StringEquals StringEquals Comparison::Text,
    StringNotEquals StringEquals Comparison::Text,
    StringEqualsIgnoreCase StringEqualsIgnoreCase Comparison::TextInAnyCase,
    StringNotEqualsIgnoreCase StringEqualsIgnoreCase Comparison::TextInAnyCase,
    StringLike StringLike Comparison::TextLike,
    StringNotLike StringLike Comparison::TextLike,
    NumericEquals NumericEquals Comparison::Number(Order::Equal),
    NumericNotEquals NumericEquals Comparison::Number(Order::Equal),
    NumericLessThan NumericLessThan Comparison::Number(Order::Less),
    NumericLessThanEquals NumericLessThanEquals Comparison::Number(Order::LessOrEqual),
    NumericGreaterThan NumericGreaterThan Comparison::Number(Order::Greater),
    NumericGreaterThanEquals NumericGreaterThanEquals Comparison::Number(Order::GreaterOrEqual),
    DateEquals DateEquals Comparison::Time(Order::Equal),
    DateNotEquals DateEquals Comparison::Time(Order::Equal),
    DateLessThan DateLessThan Comparison::Time(Order::Less),
    DateLessThanEquals DateLessThanEquals Comparison::Time(Order::LessOrEqual),
    DateGreaterThan DateGreaterThan Comparison::Time(Order::Greater),
    DateGreaterThanEquals DateGreaterThanEquals Comparison::Time(Order::GreaterOrEqual),
    Bool Bool Comparison::Bool,
    BinaryEquals BinaryEquals Comparison::Binary,
    IpAddress IpAddress Comparison::Address,
    NotIpAddress IpAddress Comparison::Address,
    ArnEquals ArnEquals Comparison::Arn,
    ArnLike ArnLike Comparison::Arn,
    ArnNotEquals ArnEquals Comparison::Arn,
    ArnNotLike ArnLike Comparison::Arn,
    Null Null Comparison::Presence,
}

impl BaseOperator {
    /// The kind of value that it compares.
    pub fn family(self) -> Family {
        match self.comparison() {
            Comparison::Text | Comparison::TextInAnyCase | Comparison::TextLike => Family::String,
            Comparison::Number(_) => Family::Numeric,
            Comparison::Time(_) => Family::Date,
            Comparison::Bool => Family::Bool,
            Comparison::Binary => Family::Binary,
            Comparison::Address => Family::IpAddress,
            Comparison::Arn => Family::Arn,
            Comparison::Presence => Family::Null,
        }
    }

    /// Whether it is true when *no* value matches.
    pub fn is_negated(self) -> bool {
        self != self.positive()
    }

    /// The operator with the same positive form that is negated, or is not.
    pub fn with_negation(self, negated: bool) -> Option<BaseOperator> {
        let alike = |o: &BaseOperator| o.positive() == self.positive();
        BaseOperator::ALL.iter().copied().find(|o| alike(o) && o.is_negated() == negated)
    }

    /// Whether `*` and `?` in its values are wildcards.
    pub fn has_wildcards(self) -> bool {
        matches!(self.comparison(), Comparison::TextLike | Comparison::Arn)
    }

    /// Whether policy variables in its values are replaced.
    pub fn takes_variables(self) -> bool {
        matches!(self.family(), Family::String | Family::Arn)
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
    fn a_negated_operator_compares_as_its_positive_form() {
        let negated = BaseOperator::ALL.iter().filter(|o| o.is_negated());
        let pairs = negated.map(|o| {
            assert_eq!(o.comparison(), o.positive().comparison());
            assert_eq!(o.positive().with_negation(true), Some(*o));
            assert_eq!(o.with_negation(false), Some(o.positive()));
            assert_eq!(o.name().replace("Not", ""), o.positive().name());
        });
        assert_eq!(pairs.count(), 8);
        assert_eq!(BaseOperator::Bool.with_negation(true), None);
    }

    #[test]
    fn invented_operators_are_refused() {
        for text in ["", ":", "StringMatches", "ForSomeValues:StringLike", "StringLikeIfExist", "é"]
        {
            assert_eq!(Operator::parse(text), None, "{text}");
        }
    }
}
