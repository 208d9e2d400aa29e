//! Any bytes: lowering does not panic, every origin lies in the text, and every rule takes
//! whatever comes out, as every kind of policy.
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
    let whole = tree.root().map(|root| root.range()).unwrap_or_default();
    for defect in &policy.defects {
        assert!(whole.contains(tree.range(defect.origin)));
    }
    let document = Document::detected(&tree, &policy, keyaki_catalog::embedded());
    let kind = PolicyKind::ALL[bytes.len() % PolicyKind::ALL.len()];
    LINTER.with(|linter| {
        for finding in linter.lint(document.with_kind(kind)) {
            for place in &finding.places {
                assert!(place.range.end as usize <= tree.source().len());
            }
        }
    });
});
