//! All ways to more permissions in an account with many roles, the answers being read already.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use keyaki_account::{Snapshot, assemble, read};
use keyaki_audit::{Auditor, Escalations, Goal, escalations};
use keyaki_eval::Profile;

fn main() {
    divan::main();
}

fn snapshot(roles: usize) -> Snapshot {
    let files = keyaki_bench::account(roles).into_iter();
    let fragments = files.map(|(path, text)| read(&path, text.into_bytes()));
    assemble(fragments.collect(), keyaki_catalog::embedded())
}

fn search(snapshot: &Snapshot) -> Escalations {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let auditor = Auditor { snapshot, catalog, profile: &profile, now: None, steps: 1_000_000 };
    let mut one_by_one =
        |_: &str, number: usize, work: &(dyn Fn(usize) + Sync)| (0..number).for_each(work);
    escalations(&auditor, &Goal::Administrator, None, &mut one_by_one)
}

#[divan::bench(args = [200, 2000], sample_count = 3, sample_size = 1)]
fn whole_graph(bencher: Bencher<'_, '_>, roles: usize) {
    // A test runs the small size alone.
    let is_test = std::env::args().any(|a| a == "--test") || cfg!(debug_assertions);
    let roles = if is_test { roles.min(200) } else { roles };
    let snapshot = snapshot(roles);
    assert_eq!(snapshot.principals.len(), roles);
    bencher.counter(ItemsCount::new(roles)).bench_local(|| {
        let found = search(black_box(&snapshot));
        assert!(!found.outcome.findings.is_empty());
        found
    });
}
