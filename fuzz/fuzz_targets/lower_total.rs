//! Any bytes: lowering and kind detection do not panic, and every origin lies in the text.
#![no_main]

use keyaki_syntax::Tree;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let tree = Tree::parse_bytes(bytes);
    let policy = keyaki_ir::lower(&tree);
    let whole = tree.root().map(|root| root.range()).unwrap_or_default();
    for defect in &policy.defects {
        assert!(whole.contains(tree.range(defect.origin)));
    }
    for statement in &policy.statements {
        assert!(whole.contains(tree.range(statement.origin)));
        for variable in statement.resource_elements().flat_map(|e| &e.entries) {
            assert_eq!(variable.pattern.widened().is_empty(), variable.text().is_empty());
        }
    }
    keyaki_ir::detect(&policy);
});
