//! Small queries, and the solver that answers them.

use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use keyaki_catalog::embedded;
use keyaki_eval::{
    Caller, Context, Document, Formula, Layer, Policies, Profile, Request, StatementRef, Values,
};
use keyaki_solve::{Decided, Limits, Options, Process, Reason, decide, find};
use keyaki_symbolic::{Ask, Query, Side};

/// The solver, if there is one; it is started once.
pub(crate) fn solver() -> Option<MutexGuard<'static, Process>> {
    static SOLVER: OnceLock<Option<Mutex<Process>>> = OnceLock::new();
    let found = SOLVER.get_or_init(|| match find(None) {
        Ok(path) => match Process::new(&path) {
            Ok(process) => Some(Mutex::new(process)),
            Err(error) => panic!("{}: {error}", path.display()),
        },
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    });
    found.as_ref().map(|s| s.lock().unwrap_or_else(|broken| broken.into_inner()))
}

/// Enough for every question of the tests.
pub(crate) const LIMITS: Limits = Limits { wall: Duration::from_secs(60), memory: 4096 };

/// A set of policies that is one identity policy.
pub(crate) fn identity(text: &str) -> Policies {
    let tree = keyaki_syntax::Tree::parse(text);
    assert!(tree.errors().is_empty(), "{text}");
    let policy = keyaki_ir::lower(&tree);
    Policies { identity: vec![Document { name: "test".to_owned(), policy }], ..Policies::default() }
}

/// A policy of the current version with one statement, which is given without its effect.
pub(crate) fn statement(elements: &str) -> Policies {
    let open = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "#;
    identity(&format!("{open}{elements}}}}}"))
}

/// That the first statement of a side matches.
pub(crate) fn first(side: usize) -> Formula<Ask> {
    at(side, 0)
}

/// That a statement of a side's only document matches.
pub(crate) fn at(side: usize, statement: usize) -> Formula<Ask> {
    let at = StatementRef { layer: Layer::Identity, document: 0, statement };
    Formula::Atom(Ask::Statement { side, at })
}

/// Who asks.
pub(crate) fn caller() -> Caller {
    let parsed = Caller::parse("arn:aws:iam::111122223333:user/ann");
    parsed.unwrap_or_else(|e| panic!("{e}"))
}

/// A query over policies that are read by one profile.
pub(crate) fn query<'p>(
    policies: &[&'p Policies],
    profile: &'p Profile,
    formula: Formula<Ask>,
) -> Query<'p> {
    let sides = policies.iter().map(|policies| Side { policies, profile }).collect();
    Query { sides, formula, caller: caller() }
}

/// A request of the caller.
pub(crate) fn request(action: &str, resource: &str, context: Context) -> Request {
    Request {
        caller: caller(),
        action: action.to_owned(),
        resource: resource.to_owned(),
        resource_account: None,
        context,
    }
}

/// Asks, replays what is found, and holds what is not found against requests. Gives the reason why
/// nothing was decided.
pub(crate) fn confirm(
    query: &Query<'_>,
    options: &Options,
    process: &mut Process,
    requests: &[Request],
    what: &str,
) -> Result<bool, Reason> {
    match decide(query, embedded(), options, process, LIMITS).decided {
        Decided::Sat(request) => {
            assert!(query.holds(&request, embedded()), "{what}: does not replay: {request:?}");
            Ok(true)
        }
        Decided::Unsat => {
            let known = requests.iter().find(|r| query.holds(r, embedded()));
            assert_eq!(known, None, "{what}: the solver found none");
            Ok(false)
        }
        Decided::Undecided(reason) => Err(reason),
    }
}

/// As [`confirm`], where an answer is a must.
pub(crate) fn check(
    query: &Query<'_>,
    options: &Options,
    process: &mut Process,
    requests: &[Request],
    what: &str,
) {
    if let Err(reason) = confirm(query, options, process, requests, what) {
        panic!("{what}: {reason}");
    }
}

/// What a key can hold: nothing, each of these texts, and each two of them.
pub(crate) fn states(texts: &[&str]) -> Vec<Option<Values>> {
    let one = texts.iter().map(|t| Some(Values::from(*t)));
    let pairs = texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b)));
    let two = pairs.map(|(a, b)| Some(Values::List(vec![(*a).to_owned(), (*b).to_owned()])));
    [None].into_iter().chain(one).chain(two).collect()
}
