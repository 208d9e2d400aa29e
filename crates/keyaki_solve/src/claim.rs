//! What a question comes down to: claims about single texts of the unknown request.

use keyaki_eval::Formula;
use keyaki_ir::Order;
use keyaki_ir::date::{Form, Instant};
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;

use crate::glob::Glob;

/// How letter case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// It does.
    Exact,
    /// ASCII letters are equal in either case.
    Ascii,
    /// Texts are equal whose lower-case forms are.
    Lower,
}

/// What the segments of an ARN after `arn:` must look like.
pub(crate) type Segments = Box<[Option<(Glob, Fold)>; 5]>;

/// A property of one text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// It matches a pattern.
    Like(Glob, Fold),
    /// It is an ARN, and its segments match; where none is given, any text does.
    Arn(Segments),
    /// It is a number, and stands in this order to that one.
    Number { order: Order, than: Decimal, text: Box<str>, prefixes: bool },
    /// It is a point in time, and stands in this order to that one, perhaps only where it is
    /// written in the same form.
    Date { order: Order, than: Instant, text: Box<str>, form: Option<Form> },
    /// It is an address of a range.
    Address(Cidr),
}

/// A condition key of the question, by its number.
pub(crate) type Key = usize;

/// A text of the unknown request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// The action.
    Action,
    /// The resource, where it is an ARN.
    Resource,
    /// A segment of the resource after `arn:`.
    Segment(usize),
    /// A value of a key.
    Value(Key, usize),
}

/// Something about the unknown request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Claim {
    /// A statement matches: its number among those of the question.
    Statement(usize),
    /// The resource is `*`: the action works on no resource.
    NoResource,
    /// A text has a property.
    Holds(Slot, Test),
    /// A key has some value.
    Present(Key),
    /// A key has no value but empty ones.
    Null(Key),
    /// Every value has the property; also where there is none.
    All(Key, Box<Formula<Test>>),
    /// Some value has the property.
    Any(Key, Box<Formula<Test>>),
    /// Some value has the property, even if all are empty.
    Some(Key, Box<Formula<Test>>),
    /// There is one value, and it has the property.
    One(Key, Box<Formula<Test>>),
}

/// A property that may turn out to be always or never there.
pub(crate) fn like(glob: Glob, fold: Fold) -> Formula<Test> {
    match glob.is_star() {
        true => Formula::TRUE,
        false => Formula::Atom(Test::Like(glob, fold)),
    }
}

/// The formula over texts as one about a given text.
pub(crate) fn about(slot: Slot, formula: &Formula<Test>) -> Formula<Claim> {
    map(formula, &mut |test| Formula::Atom(Claim::Holds(slot, test.clone())))
}

/// The formula with each atom replaced.
pub(crate) fn map<A, B>(
    formula: &Formula<A>,
    replace: &mut impl FnMut(&A) -> Formula<B>,
) -> Formula<B> {
    match formula {
        Formula::Atom(atom) => replace(atom),
        Formula::Not(part) => Formula::not(map(part, replace)),
        Formula::And(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| map(p, replace)).collect();
            Formula::and(parts)
        }
        Formula::Or(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| map(p, replace)).collect();
            Formula::or(parts)
        }
    }
}
