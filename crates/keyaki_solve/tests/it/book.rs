//! The semantics book, with the request of each case as the only one that is looked for.

use std::collections::BTreeSet;
use std::path::Path;

use keyaki_catalog::embedded;
use keyaki_eval::{AskedKeys, CallerKind, Evaluator, Formula, Profile, Request, Values, complete};
use keyaki_ir::glob::Case as Letters;
use keyaki_solve::{Decided, KeyValues, Options, Reason, decide};
use keyaki_symbolic::{Ask, Query, Side, Text, allowed};
use keyaki_test_support::semantics::{Case, load};

use crate::support::{LIMITS, at, identity, solver};

fn is(text: &str) -> Text {
    Text::Is(text.into(), Letters::Sensitive)
}

/// That the request is this one, as far as the keys go; the lists of values are told by the
/// statements of a second side.
fn pinned(request: &Request, keys: &BTreeSet<String>) -> (Formula<Ask>, String) {
    let action = Ask::Action(Text::Is(request.action.as_str().into(), Letters::Insensitive));
    let resource = Ask::Resource(is(&request.resource));
    let mut parts = vec![Formula::Atom(action), Formula::Atom(resource)];
    let mut statements = Vec::new();
    for key in keys {
        let present = Formula::Atom(Ask::Present(key.as_str().into()));
        match request.context.get(key).map(Values::as_slice) {
            None | Some([]) => parts.push(Formula::not(present)),
            Some([value]) => {
                parts.push(Formula::Atom(Ask::Value(key.as_str().into(), is(value))));
            }
            Some(values) => {
                let all = values.iter().map(|v| ("ForAnyValue", vec![v.clone()]));
                for (set, values) in all.chain([("ForAllValues", values.to_vec())]) {
                    let condition = among(set, key, &values);
                    parts.push(at(1, statements.len()));
                    statements.push(condition);
                }
                let one =
                    Ask::Value(key.as_str().into(), Text::Like("*".into(), Letters::Sensitive));
                parts.push(Formula::not(Formula::Atom(one)));
                parts.push(present);
            }
        }
    }
    (Formula::and(parts), format!(r#"{{"Statement": [{}]}}"#, statements.join(",")))
}

/// A statement that some or all values of a key are among these.
fn among(set: &str, key: &str, values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|v| format!("{v:?}")).collect();
    format!(
        r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{"{set}:StringEquals": {{{key:?}: [{}]}}}}}}"#,
        values.join(",")
    )
}

/// What a case says, and what the solver does.
fn decides(case: &Case, request: &Request, backend: &mut keyaki_solve::Process) -> Option<bool> {
    let mut keys: BTreeSet<String> =
        AskedKeys::of(&case.policies).iter().map(str::to_owned).collect();
    keys.extend(request.context.iter().map(|(key, _)| key.to_ascii_lowercase()));
    let side = Side { policies: &case.policies, profile: &case.profile };
    let same_account = request.is_same_account();
    let formula = allowed(0, side, &request.caller, same_account, embedded());
    let (pin, statements) = pinned(request, &keys);
    let (statements, documented) = (identity(&statements), Profile::documented());
    let sides = vec![side, Side { policies: &statements, profile: &documented }];
    let formula = Formula::and([formula, pin]);
    let query = Query { sides, formula, caller: request.caller.clone() };
    let options = Options { keys: KeyValues::Any, ..Options::default() };
    match decide(&query, embedded(), &options, backend, LIMITS).decided {
        Decided::Sat(found) => {
            assert!(query.holds(&found, embedded()), "{}: {found:?}", case.name);
            Some(true)
        }
        Decided::Unsat => Some(false),
        Decided::Undecided(Reason::Inexpressible(why)) => {
            println!("not asked: {}: {why}", case.name);
            None
        }
        Decided::Undecided(reason) => panic!("{}: {reason}", case.name),
    }
}

fn with_single_values(request: &Request) -> Request {
    let context = request.context.iter().map(|(key, values)| match values.as_slice() {
        [one] => (key, Values::One(one.clone())),
        _ => (key, values.clone()),
    });
    Request { context: context.collect(), ..request.clone() }
}

#[test]
fn the_solver_decides_every_case_of_the_book() {
    let Some(mut process) = solver() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/semantics");
    let cases = load(&folder).unwrap_or_else(|e| panic!("{e}"));
    let mut asked = 0;
    for case in &cases {
        let request = match case.completes {
            true => {
                complete(&case.request).unwrap_or_else(|c| panic!("{}: {c}", case.name)).request
            }
            false => case.request.clone(),
        };
        // To the solver, a key with one value holds that value, and not a list of it.
        let request = with_single_values(&request);
        let evaluator = Evaluator::new(&case.policies, &case.profile, embedded());
        if !case.decision.starts_with(evaluator.decide(&request).verdict.name()) {
            println!("not asked: {}: a list of one value", case.name);
            continue;
        }
        let is_arn = keyaki_ir::Arn::parse(&request.resource).is_some();
        if !is_arn && request.resource != "*" {
            println!("not asked: {}: no ARN: {}", case.name, request.resource);
            continue;
        }
        let Some(found) = decides(case, &request, &mut process) else { continue };
        let expected = case.decision == "allow";
        let kind = CallerKind::of(&request.caller);
        assert_eq!(found, expected, "{} ({kind:?})", case.name);
        asked += 1;
    }
    println!("{asked} of {} requests of the book", cases.len());
    assert!(asked * 10 > cases.len() * 9);
}
