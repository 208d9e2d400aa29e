//! All rules on real policies: whatever the text and whatever it is taken for, no rule panics,
//! and what is reported can be shown and mended.
//!
//! The policies of this repository are always read, the larger collection where it is at hand.

#![expect(clippy::print_stdout, reason = "the test tells what it read and what it had to skip")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use keyaki_diag::{Edit, Finding, Persona, Place, TextRange};
use keyaki_ir::PolicyKind;
use keyaki_lint::{Document, Linter, Selection};
use keyaki_syntax::Tree;

use crate::support::{files, shared_data, testdata};

#[test]
fn no_rule_panics_on_the_policies_of_this_repository() {
    let mut found = files(&testdata());
    found.retain(|path| !is_large_on_purpose(path));
    assert!(found.len() >= 4, "only {} files", found.len());
    check_all(&found, |_, _| PolicyKind::ALL.to_vec());
}

#[test]
fn no_rule_panics_on_the_collected_policies() {
    let Some(data) = shared_data() else {
        println!("skipped: no shared/data beside the repository");
        return;
    };
    let corpus = data.join("corpus");
    let mut found = files(&corpus.join("policies"));
    found.extend(files(&corpus.join("managed")));
    assert!(found.len() >= 3_000, "only {} files in {}", found.len(), corpus.display());
    // Rules that ask the engine take their time without optimisation.
    if std::env::var_os("KEYAKI_WHOLE_CORPUS").is_none() {
        found = found.into_iter().step_by(40).collect();
    }
    check_all(&found, |index, detected| {
        vec![detected, PolicyKind::ALL[index % PolicyKind::ALL.len()]]
    });
}

/// Some cases of the command line hold thousands of findings, of which a few would do here.
fn is_large_on_purpose(path: &Path) -> bool {
    const LARGE: u64 = 64 * 1024;
    path.starts_with(testdata().join("cli")) && path.metadata().is_ok_and(|m| m.len() > LARGE)
}

/// The kinds that a file is linted as, by its number and the kind that its shape suggests.
type Kinds = fn(usize, PolicyKind) -> Vec<PolicyKind>;

/// Lints each file, on two threads.
fn check_all(files: &[PathBuf], kinds: Kinds) {
    let selection = Selection::new(Persona::Auditor, &[], &[]).expect("all rules");
    let linter = Linter::new(&selection);
    let numbered: Vec<(usize, &PathBuf)> = files.iter().enumerate().collect();
    let halves = numbered.chunks(files.len().div_ceil(2).max(1));
    let (mut reported, mut wrong) = (0, Vec::new());
    std::thread::scope(|scope| {
        let linter = &linter;
        let check = |half| move || check_files(linter, half, kinds);
        let threads: Vec<_> = halves.map(|half| scope.spawn(check(half))).collect();
        for thread in threads {
            let (count, faults) = thread.join().expect("panics are caught");
            reported += count;
            wrong.extend(faults);
        }
    });
    println!("{} files: {reported} findings", files.len());
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

/// The number of findings, and what is wrong with them.
fn check_files(linter: &Linter, files: &[(usize, &PathBuf)], kinds: Kinds) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for &(index, path) in files {
        let check = || check_file(linter, path, |detected| kinds(index, detected));
        match catch_unwind(AssertUnwindSafe(check)) {
            Ok((findings, faults)) => {
                count += findings;
                wrong.extend(faults);
            }
            Err(_) => wrong.push(format!("{}: panic", path.display())),
        }
    }
    (count, wrong)
}

fn check_file(
    linter: &Linter,
    path: &Path,
    kinds: impl Fn(PolicyKind) -> Vec<PolicyKind>,
) -> (usize, Vec<String>) {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let tree = Tree::parse_bytes(&bytes);
    let policy = keyaki_ir::lower(&tree);
    let document = Document::detected(&tree, &policy, keyaki_catalog::embedded());
    let (mut count, mut wrong) = (0, Vec::new());
    let mut leads: BTreeMap<String, bool> = BTreeMap::new();
    for kind in kinds(document.kind) {
        for finding in linter.lint(document.with_kind(kind)) {
            count += 1;
            let mut resolves = |place: &Place| {
                let leads = leads.entry(place.pointer.clone());
                *leads.or_insert_with(|| tree.resolve(&place.pointer).is_some())
            };
            let resolved = finding.places.iter().all(&mut resolves) || tree.root().is_none();
            let faults = faults(&tree, &finding, resolved);
            let rule = finding.rule.name;
            let name = kind.name();
            wrong.extend(
                faults.iter().map(|f| format!("{} as {name}: {rule}: {f}", path.display())),
            );
        }
    }
    (count, wrong)
}

/// What is wrong with a finding as such; whether its pointers resolve is told.
fn faults(tree: &Tree, finding: &Finding, resolved: bool) -> Vec<&'static str> {
    let source = tree.source();
    let lies_within = |range: TextRange| {
        range.start <= range.end && source.get(range.start as usize..range.end as usize).is_some()
    };
    let edits = || finding.fixes.iter().flat_map(|fix| &fix.edits);
    let overlaps =
        |edits: &[Edit]| edits.windows(2).any(|pair| pair[0].range.end > pair[1].range.start);
    let text = &finding.message;
    let checks = [
        (finding.places.is_empty(), "no place"),
        (!finding.places.iter().all(|p| lies_within(p.range)), "a place outside of the text"),
        (!resolved, "a pointer that leads nowhere"),
        (!edits().all(|e| lies_within(e.range)), "an edit outside of the text"),
        (finding.fixes.iter().any(|f| overlaps(&f.edits)), "edits that overlap"),
        (finding.fixes.iter().any(|f| f.edits.is_empty()), "a fix without edits"),
        (text.is_empty() || text.ends_with('.') || text.contains('\n'), "a message out of form"),
    ];
    checks.into_iter().filter(|(bad, _)| *bad).map(|(_, fault)| fault).collect()
}
