//! Lowering takes every text: policies with random damage, seeded.

use keyaki_syntax::Tree;

/// A small generator of pseudo-random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

const SEED: &str = r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Allow",
"Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/é"]},"Action":["s3:Get*","*"],
"Resource":["arn:aws:s3:::b/${aws:username, 'x'}/*","*"],"Condition":{"ForAllValues:StringLike":
{"aws:TagKeys":["a","b\u00e9"]},"Null":{"aws:TokenIssueTime":true}}}]}"#;

const PIECES: [&str; 16] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "null",
    "1e9",
    "${",
    "\u{feff}",
    "\"Statement\":",
    "\"Principal\":{\"AWS\":",
    "//",
    "é",
];

#[test]
fn damaged_policies_are_lowered() {
    let mut random = Random(7);
    for _ in 0..20_000 {
        let mut text: Vec<char> = SEED.chars().collect();
        for _ in 0..=random.below(6) {
            let at = random.below(text.len());
            let until = (at + random.below(12)).min(text.len());
            let piece = PIECES[random.below(PIECES.len())];
            match random.below(3) {
                0 => drop(text.splice(at..until, [])),
                1 => drop(text.splice(at..at, piece.chars())),
                _ => drop(text.splice(at..until, piece.chars())),
            }
        }
        let text: String = text.into_iter().collect();
        let tree = Tree::parse(text);
        let policy = keyaki_ir::lower(&tree);
        let whole = tree.root().map(|root| root.range()).unwrap_or_default();
        for defect in &policy.defects {
            assert!(whole.contains(tree.range(defect.origin)));
        }
        keyaki_ir::detect(&policy);
    }
}
