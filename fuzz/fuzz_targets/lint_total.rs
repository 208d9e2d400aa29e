//! Any bytes as any kind of policy: no rule panics, and every finding and fix lies in the text.
#![no_main]

use keyaki_ir::PolicyKind;
use keyaki_lint::{Document, Linter};
use keyaki_syntax::Tree;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static LINTER: Linter = Linter::default();
}

fuzz_target!(|bytes: &[u8]| {
    let tree = Tree::parse_bytes(bytes);
    let policy = keyaki_ir::lower(&tree);
    let document = Document::detected(&tree, &policy, keyaki_catalog::embedded());
    let kind = PolicyKind::ALL[bytes.len() % PolicyKind::ALL.len()];
    LINTER.with(|linter| {
        for finding in linter.lint(document.with_kind(kind)) {
            let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|e| e.range);
            for range in finding.places.iter().map(|p| p.range).chain(edits) {
                assert!(range.start <= range.end && range.end as usize <= tree.source().len());
            }
        }
    });
});
