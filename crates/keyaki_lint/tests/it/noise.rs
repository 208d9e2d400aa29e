//! How quiet the rules are on AWS's own managed policies.

#![expect(clippy::print_stdout, reason = "the figures are what it is about")]

use std::collections::BTreeMap;

use keyaki_diag::Persona;
use keyaki_ir::PolicyKind;
use keyaki_lint::{Linter, Selection};

use crate::support::{Reading, lint};

/// The share of AWS's managed policies that the regular persona may flag.
const MOST: f64 = 0.11;

#[test]
fn the_regular_persona_is_quiet_on_the_managed_policies_of_aws() {
    let policies = keyaki_catalog::embedded().managed_policies();
    assert!(policies.len() > 1_000, "only {} policies", policies.len());
    let selection = Selection::new(Persona::Regular, &[], &[]).expect("all rules");
    let linter = Linter::new(&selection);
    let reading = Reading { kind: Some(PolicyKind::Identity), ..Reading::default() };
    let (mut flagged, mut rules) = (0, BTreeMap::new());
    for policy in policies {
        let findings = lint(&linter, policy.document, reading);
        flagged += usize::from(!findings.is_empty());
        let mut names: Vec<&str> = findings.iter().map(|f| f.rule.name).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().for_each(|name| *rules.entry(name).or_insert(0) += 1);
    }
    let share = flagged as f64 / policies.len() as f64;
    println!(
        "regular persona: {flagged} of {} policies flagged: {:.1} %",
        policies.len(),
        100.0 * share
    );
    rules.iter().for_each(|(rule, count)| println!("{count:>5}  {rule}"));
    assert!(share <= MOST, "{share}");
}
