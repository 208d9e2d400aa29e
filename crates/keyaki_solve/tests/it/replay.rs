//! Whether a query's formula holds of a request, by the evaluator.

use keyaki_catalog::embedded;
use keyaki_eval::{Atom, Evaluator, Forms, Request};
use keyaki_ir::glob::{Case, matches};
use keyaki_symbolic::{Ask, Query, Text};

/// Whether the query's formula holds of a request.
pub(crate) fn holds(query: &Query<'_>, request: &Request) -> bool {
    let evaluators: Vec<Evaluator<'_>> =
        query.sides.iter().map(|s| Evaluator::new(s.policies, s.profile, embedded())).collect();
    query.formula.eval(&mut |ask| match ask {
        Ask::Statement { side, at } => {
            let atom = Atom::Statement { at: *at, via: Forms::REGARDLESS };
            evaluators[*side].holds(atom, request)
        }
        Ask::Action(text) => is(text, &request.action),
        Ask::Resource(text) => is(text, &request.resource),
        Ask::Present(key) => {
            request.context.get(key).is_some_and(|values| !values.as_slice().is_empty())
        }
        Ask::Value(key, text) => request.context.one(key).is_some_and(|value| is(text, value)),
    })
}

fn is(wanted: &Text, text: &str) -> bool {
    match wanted {
        Text::Is(same, Case::Sensitive) => &**same == text,
        Text::Is(same, Case::Insensitive) => same.eq_ignore_ascii_case(text),
        Text::Like(pattern, case) => matches(pattern, text, *case),
    }
}
