//! What is asked of the engines: a formula about one unknown request of a known caller.

use keyaki_catalog::Catalog;
use keyaki_eval::{
    Atom, Caller, CallerKind, Decision, Evaluator, Forms, Formula, Policies, Profile, Request,
    StatementRef, Topology, decision, names,
};
use keyaki_ir::glob::{self, Case};

/// A set of policies with the profile under which it is read.
#[derive(Clone, Copy, Debug)]
pub struct Side<'p> {
    /// The policies.
    pub policies: &'p Policies,
    /// The readings of contested points.
    pub profile: &'p Profile,
}

/// A property of one text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Text {
    /// It is this text.
    Is(Box<str>, Case),
    /// It matches this glob: `*` any text, `?` any character; nothing else is special.
    Like(Box<str>, Case),
    /// It matches this ARN pattern, whose wildcards stay within their segments but for the last.
    Arn(Box<str>),
}

/// Something about the unknown request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Whether the action, resource and condition elements of a statement match. Whom the
    /// statement names has been settled already: the caller is known.
    Statement {
        /// Which of the query's sides.
        side: usize,
        /// Which statement of that side.
        at: StatementRef,
    },
    /// What the action is like.
    Action(Text),
    /// What the resource is like.
    Resource(Text),
    /// Whether a condition key is there with some value. A list without values is as good as none.
    Present(Box<str>),
    /// Whether a condition key has exactly one value, and what that is like.
    Value(Box<str>, Text),
    /// Whether some value of a condition key, however many it has, is like that.
    Any(Box<str>, Text),
}

/// Is there a request of this caller for which the formula holds?
#[derive(Clone, Debug)]
pub struct Query<'p> {
    /// The sides that the formula's statements belong to.
    pub sides: Vec<Side<'p>>,
    /// What must hold of the request.
    pub formula: Formula<Ask>,
    /// Who makes the request.
    pub caller: Caller,
}

impl Query<'_> {
    /// Whether the formula holds of a request, by the evaluator.
    pub fn holds(&self, request: &Request, catalog: &Catalog) -> bool {
        let evaluators: Vec<Evaluator<'_>> =
            self.sides.iter().map(|s| Evaluator::new(s.policies, s.profile, catalog)).collect();
        self.formula.eval(&mut |ask| match ask {
            Ask::Statement { side, at } => evaluators.get(*side).is_some_and(|e| {
                e.holds(Atom::Statement { at: *at, via: Forms::REGARDLESS }, request)
            }),
            Ask::Action(text) => text.holds(&request.action),
            Ask::Resource(text) => text.holds(&request.resource),
            Ask::Present(key) => request.context.get(key).is_some_and(|v| !v.as_slice().is_empty()),
            Ask::Value(key, text) => request.context.one(key).is_some_and(|v| text.holds(v)),
            Ask::Any(key, text) => {
                let values = request.context.get(key);
                values.is_some_and(|all| all.as_slice().iter().any(|v| text.holds(v)))
            }
        })
    }
}

impl Text {
    /// Whether a text has the property.
    pub fn holds(&self, value: &str) -> bool {
        match self {
            Text::Is(text, Case::Sensitive) => **text == *value,
            Text::Is(text, Case::Insensitive) => text.eq_ignore_ascii_case(value),
            Text::Like(glob, case) => glob::matches(glob, value, *case),
            Text::Arn(_) => crate::compile::text(self).matches(value),
        }
    }
}

/// When a request of a caller is allowed by one side: the decision formula with everything in it
/// settled that depends on the caller alone.
pub fn allowed(
    index: usize,
    side: Side<'_>,
    caller: &Caller,
    same_account: bool,
    catalog: &Catalog,
) -> Formula<Ask> {
    let topology = Topology { caller: CallerKind::of(caller), same_account };
    let decision: Decision = decision(topology, side.policies, side.profile);
    settle(&decision.formula(), &mut |atom| match atom {
        Atom::Statement { at, via } => {
            let statement = side.policies.statement(*at);
            let named = statement.is_some_and(|s| names(s, *via, caller, side.profile));
            match named {
                true => Formula::Atom(Ask::Statement { side: index, at: *at }),
                false => Formula::FALSE,
            }
        }
        Atom::Fact(fact) => crate::fact::formula(*fact, side.policies, caller, catalog),
    })
}

/// The formula with each atom replaced.
fn settle(
    formula: &Formula<Atom>,
    replace: &mut impl FnMut(&Atom) -> Formula<Ask>,
) -> Formula<Ask> {
    match formula {
        Formula::Atom(atom) => replace(atom),
        Formula::Not(part) => Formula::not(settle(part, replace)),
        Formula::And(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| settle(p, replace)).collect();
            Formula::and(parts)
        }
        Formula::Or(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| settle(p, replace)).collect();
            Formula::or(parts)
        }
    }
}
