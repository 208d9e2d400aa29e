//! What decides queries: the engine on boxes, or another one beside it.

use keyaki_catalog::{Action, Catalog};
use keyaki_eval::{AskedKeys, Request};
use keyaki_symbolic::{Budget, Engine, Found, Outcome, Query, Text, carries};

use crate::Asker;

/// Something that decides queries.
pub trait Decider {
    /// Whether there is a request that the query's formula holds of. One that is given has been
    /// replayed.
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome;

    /// Whether queries say from the start what holds between the keys of every request, rather
    /// than once a request was found that cannot occur.
    fn wants_all_facts(&self) -> bool {
        false
    }
}

/// The engine on boxes, which needs nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Decider for Native {
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome {
        Engine::new(asker.catalog, asker.actions).ask(query, &Budget::new(asker.steps))
    }
}

/// The engine on boxes, for several questions that share their steps and are to be proved.
pub(crate) struct Within<'b>(pub(crate) &'b Budget);

impl Decider for Within<'_> {
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome {
        Engine::new(asker.catalog, asker.actions).for_proofs().ask(query, self.0)
    }
}

/// A request that another engine says it found, once the evaluator has confirmed it; none if it
/// does not. Keys that do not matter are taken out of it.
pub fn confirmed(query: &Query<'_>, request: Request, catalog: &Catalog) -> Option<Found> {
    let mut request = request;
    let action = catalog.action(&request.action);
    if let Some(action) = action {
        request.action = action.full_name();
    }
    if !query.holds(&request, catalog) {
        return None;
    }
    let asked = AskedKeys::union(
        &query.sides.iter().map(|s| AskedKeys::of(s.policies)).collect::<Vec<_>>(),
    );
    let absent = asked.iter().filter(|k| !request.context.has(k)).map(str::to_owned).collect();
    without_needless_keys(query, &mut request, catalog);
    let is_realistic = action.is_some_and(|action| {
        takes(action, &request.resource)
            && request.context.iter().all(|(key, _)| carries(action, key, catalog))
    });
    Some(Found { is_known: action.is_some(), is_realistic, absent, request })
}

/// Takes out keys without which the request is found just as well.
fn without_needless_keys(query: &Query<'_>, request: &mut Request, catalog: &Catalog) {
    let keys: Vec<String> = request.context.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let mut without = request.clone();
        without.context.remove(&key);
        if query.holds(&without, catalog) {
            *request = without;
        }
    }
}

/// Whether an action works on such a resource.
fn takes(action: Action<'_>, resource: &str) -> bool {
    let globs = || action.resources().flat_map(|r| r.resource_type().arns()).map(|t| t.glob());
    match resource {
        "*" => !action.resources().any(|r| r.is_required()),
        _ => globs().any(|glob| Text::Arn(glob.into()).holds(resource)),
    }
}
