//! What condition keys can hold.

use keyaki_catalog::{Catalog, KeyType};
use keyaki_ir::date;
use keyaki_ir::number::Decimal;

use crate::claim::Test;
use crate::script::KeyValues;
use crate::typed::address;

/// What a key can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The type of its values, where the question makes use of that.
    pub(crate) only: Option<KeyType>,
    /// Whether it can have several values.
    pub(crate) several: bool,
    /// Whether every request has it.
    pub(crate) always: bool,
}

/// The keys that are "always included in the request context":
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
const ALWAYS: [&str; 5] = [
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:ViaAWSService",
];

impl Facts {
    /// What a key can hold that is asked these tests; `has_sets` tells whether some of them are
    /// about sets of values.
    pub(crate) fn of(
        name: &str,
        tests: &[&Test],
        has_sets: bool,
        values: KeyValues,
        catalog: &Catalog,
    ) -> Facts {
        if values == KeyValues::Any {
            return Facts { only: None, several: true, always: false };
        }
        let catalogued = catalog.key(name).key_type();
        Facts {
            only: catalogued.and_then(|t| restricting(t.element(), tests)),
            several: catalogued.map_or(has_sets, KeyType::is_multivalued),
            always: ALWAYS.iter().any(|key| key.eq_ignore_ascii_case(name)),
        }
    }
}

/// The type, if knowing it makes a difference: where a key is not compared as what it is, any text
/// will do.
fn restricting(only: KeyType, tests: &[&Test]) -> Option<KeyType> {
    let compared = tests.iter().any(|test| match (only, test) {
        (KeyType::Bool, _)
        | (KeyType::Numeric, Test::Number { .. })
        | (KeyType::Date, Test::Date { .. })
        | (KeyType::IpAddress, Test::Address(_)) => true,
        (_, Test::Like(..) | Test::Arn(_))
        | (_, Test::Number { .. } | Test::Date { .. } | Test::Address(_)) => false,
    });
    compared.then_some(only)
}

/// Whether a text is one that a key of this type can hold. A key can be empty, unless it is a
/// truth value.
pub(crate) fn is_of_type(text: &str, only: Option<KeyType>) -> bool {
    match only {
        Some(KeyType::Bool) => text == "true" || text == "false",
        Some(KeyType::Numeric) => text.is_empty() || Decimal::parse(text).is_some(),
        Some(KeyType::Date) => text.is_empty() || date::parse(text).is_some(),
        Some(KeyType::IpAddress) => text.is_empty() || address(text).is_some(),
        Some(
            KeyType::String
            | KeyType::Arn
            | KeyType::Binary
            | KeyType::ArrayOfString
            | KeyType::ArrayOfArn
            | KeyType::ArrayOfBool,
        )
        | None => true,
    }
}
