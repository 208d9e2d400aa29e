//! What each rule costs on a folder of policies: `cargo run --release --example rule_cost DIR`,
//! or some rules alone, one after the other: `… DIR RULE…`.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::time::Instant;

use keyaki_diag::Persona;
use keyaki_ir::PolicyKind;
use keyaki_lint::{Document, Linter, Selection};
use keyaki_syntax::Tree;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "testdata/policies/identity".to_owned());
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let texts: Vec<_> = files.filter_map(|f| std::fs::read(f.path()).ok()).collect();
    let start = Instant::now();
    let trees: Vec<_> = texts.iter().map(Tree::parse_bytes).collect();
    println!("{:>9.2} ms  parse", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let policies: Vec<_> = trees.iter().map(keyaki_ir::lower).collect();
    println!("{:>9.2} ms  lower", start.elapsed().as_secs_f64() * 1e3);
    let all = Linter::default();
    let run = |linter: &Linter| {
        let start = Instant::now();
        let mut findings = 0;
        for (tree, policy) in trees.iter().zip(&policies) {
            let document = Document::detected(tree, policy, keyaki_catalog::embedded());
            findings += linter.lint(document.with_kind(PolicyKind::Identity)).len();
        }
        (start.elapsed().as_secs_f64() * 1e3, findings)
    };
    let only: Vec<String> = std::env::args().skip(2).collect();
    for name in &only {
        let selection = Selection::new(Persona::Auditor, std::slice::from_ref(name), &[]);
        let (cost, findings) = run(&Linter::new(&selection.unwrap_or_default()));
        println!("{cost:>9.2} ms  {name}, {findings} findings");
    }
    if !only.is_empty() {
        return;
    }
    run(&all);
    let (cost, findings) = run(&all);
    println!("{cost:>9.2} ms  the regular persona, {findings} findings");
    for persona in [Persona::Pedantic, Persona::Auditor] {
        let linter = Linter::new(&Selection::new(persona, &[], &[]).unwrap_or_default());
        run(&linter);
        let (cost, findings) = run(&linter);
        println!("{cost:>9.2} ms  the {} persona, {findings} findings", persona.name());
    }
    let mut costs: Vec<_> = keyaki_lint::rules()
        .iter()
        .filter_map(|rule| {
            let selection = Selection::new(Persona::Auditor, &[rule.meta.name.to_owned()], &[]);
            let linter = Linter::new(&selection.ok()?);
            run(&linter);
            let (cost, findings) = run(&linter);
            Some((cost, findings, rule.meta.name))
        })
        .collect();
    costs.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (cost, findings, name) in costs.iter().take(25) {
        println!("{cost:>9.2} ms  {name}, {findings} findings");
    }
}
