//! Decisions over a policy of ten statements, the requests being there already.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use keyaki_bench::TEN_STATEMENTS;
use keyaki_eval::{Caller, Document, Evaluator, Policies, Profile, Request, complete};
use keyaki_syntax::Tree;

fn main() {
    divan::main();
}

/// So many requests are decided in turn.
const REQUESTS: usize = 1000;

fn requests() -> Vec<Request> {
    let requests = (0..REQUESTS).filter_map(|number| {
        let call = keyaki_bench::call(number);
        let request = Request {
            caller: Caller::parse(call.principal).ok()?,
            action: call.action.to_owned(),
            resource: call.resource,
            resource_account: None,
            context: call.context.into_iter().collect(),
        };
        Some(complete(&request).ok()?.request)
    });
    requests.collect()
}

#[divan::bench]
fn decide(bencher: Bencher<'_, '_>) {
    let policy = keyaki_ir::lower(&Tree::parse(TEN_STATEMENTS));
    let identity = vec![Document { name: String::new(), policy }];
    let policies = Policies { identity, ..Policies::default() };
    let profile = Profile::documented();
    let evaluator = Evaluator::new(&policies, &profile, keyaki_catalog::embedded());
    let requests = requests();
    assert_eq!(requests.len(), REQUESTS);
    bencher.counter(ItemsCount::new(REQUESTS)).bench_local(|| {
        requests.iter().for_each(|request| {
            black_box(evaluator.decide(black_box(request)));
        });
    });
}
