//! What an editor waits for: from an edit to its findings, and to its completions.

use std::sync::Arc;

use divan::{Bencher, black_box};
use keyaki_bench::{TEAM_POLICY, large_policy};
use keyaki_ide::{Document, Settings, TextRange, catalog, complete, hover, tokens};

fn main() {
    divan::main();
}

/// The texts after each of two keystrokes: a letter in the name of an action, and without it.
fn typed(text: &str) -> [String; 2] {
    let at = text.find("\"s3:").map_or(0, |at| at + 4);
    let mut other = text.to_owned();
    other.insert(at, 'G');
    [text.to_owned(), other]
}

fn read(text: &str, settings: &Arc<Settings>) -> Document {
    Document::read("policy.json", text, Arc::clone(settings))
}

fn keystroke(bencher: Bencher<'_, '_>, text: &str) {
    let settings = Arc::new(Settings::of(catalog()));
    let texts = typed(text);
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        let document = read(black_box(&texts[number % 2]), &settings);
        document.findings().len()
    });
}

#[divan::bench]
fn keystroke_to_findings(bencher: Bencher<'_, '_>) {
    keystroke(bencher, TEAM_POLICY);
}

#[divan::bench]
fn keystroke_to_findings_of_a_megabyte(bencher: Bencher<'_, '_>) {
    keystroke(bencher, &large_policy(1));
}

/// What a keystroke in a megabyte is made of.
mod megabyte {
    use keyaki_catalog::embedded;
    use keyaki_ir::PolicyKind;
    use keyaki_lint::{Document, KindSource, Linter};
    use keyaki_syntax::Tree;

    use super::{Bencher, black_box, large_policy};

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        let text = large_policy(1);
        bencher.bench_local(|| Tree::parse(black_box(&*text)));
    }

    #[divan::bench]
    fn lower(bencher: Bencher<'_, '_>) {
        let tree = Tree::parse(&*large_policy(1));
        bencher.bench_local(|| keyaki_ir::lower(black_box(&tree)));
    }

    #[divan::bench]
    fn check(bencher: Bencher<'_, '_>) {
        let tree = Tree::parse(&*large_policy(1));
        let policy = keyaki_ir::lower(&tree);
        let linter = Linter::default();
        let document = Document {
            tree: &tree,
            policy: &policy,
            whole_text: true,
            kind: PolicyKind::Identity,
            kind_source: KindSource::Given,
            resource_type: None,
            catalog: embedded(),
        };
        bencher.bench_local(|| linter.lint(black_box(document)));
    }
}

#[divan::bench]
fn completion_of_an_action(bencher: Bencher<'_, '_>) {
    let document = read(TEAM_POLICY, &Arc::new(Settings::of(catalog())));
    let at = TEAM_POLICY.find("\"s3:").map_or(0, |at| at + 4) as u32;
    bencher.bench(|| complete(black_box(&document), at, &[]).items.len());
}

#[divan::bench]
fn completion_of_a_service(bencher: Bencher<'_, '_>) {
    let document = read(TEAM_POLICY, &Arc::new(Settings::of(catalog())));
    let at = TEAM_POLICY.find("\"s3:").map_or(0, |at| at + 3) as u32;
    bencher.bench(|| complete(black_box(&document), at, &[]).items.len());
}

#[divan::bench]
fn hover_over_a_key(bencher: Bencher<'_, '_>) {
    let document = read(TEAM_POLICY, &Arc::new(Settings::of(catalog())));
    let at = TEAM_POLICY.find("\"aws:").map_or(0, |at| at + 4) as u32;
    bencher.bench(|| hover(black_box(&document), at));
}

#[divan::bench]
fn all_tokens(bencher: Bencher<'_, '_>) {
    let document = read(TEAM_POLICY, &Arc::new(Settings::of(catalog())));
    let whole = TextRange::new(0, TEAM_POLICY.len() as u32);
    bencher.bench(|| tokens(black_box(&document), whole).len());
}
