//! From text to findings, step by step.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use keyaki_bench::{TEAM_POLICY, large_policy};
use keyaki_lint::{Document, Linter};
use keyaki_syntax::Tree;

fn main() {
    divan::main();
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_str(TEAM_POLICY)).bench(|| Tree::parse(black_box(TEAM_POLICY)));
}

#[divan::bench]
fn parse_and_lower(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(TEAM_POLICY))
        .bench(|| keyaki_ir::lower(&Tree::parse(black_box(TEAM_POLICY))));
}

#[divan::bench]
fn lint(bencher: Bencher<'_, '_>) {
    let tree = Tree::parse(TEAM_POLICY);
    let policy = keyaki_ir::lower(&tree);
    let linter = Linter::default();
    let document = Document::detected(&tree, &policy, keyaki_catalog::embedded());
    bencher.bench(|| linter.lint(black_box(document)));
}

#[divan::bench(args = [1, 8])]
fn parse_megabytes(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = large_policy(megabytes);
    bencher.counter(BytesCount::of_str(&text)).bench(|| Tree::parse(black_box(&*text)));
}

#[divan::bench]
fn expand_everything(bencher: Bencher<'_, '_>) {
    bencher.bench(|| keyaki_catalog::embedded().expand(black_box("*")));
}

#[divan::bench]
fn expand_s3_get(bencher: Bencher<'_, '_>) {
    bencher.bench(|| keyaki_catalog::embedded().expand(black_box("s3:Get*")));
}
