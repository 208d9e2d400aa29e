//! `cargo xtask compare-simulate`: the same requests for our evaluator and for another one.
//!
//! Seeded cases go to npm `@cloud-copilot/iam-simulate`, which runs as a program of its own, and to
//! `keyaki_eval`. Each difference is shrunk and sorted: contested, theirs, or unsorted. The table of
//! rulings, with the figures of the last run, is `docs/rulings.md`.

use std::collections::BTreeMap;
use std::path::Path;

use keyaki_eval::{Profile, Verdict};
use serde_json::Value;

use crate::Outcome;
use ours::Prepared;
pub(crate) use peer::{Answer, Peer};
use sort::Class;

mod case;
mod generate;
mod ours;
mod peer;
mod random;
mod rules;
mod shrink;
mod sort;
mod vocabulary;

/// How many cases go to the peer at once; their answers have to fit into a pipe.
const AT_ONCE: u64 = 64;

/// Runs the comparison.
///
/// # Errors
/// Wrong arguments, a peer that cannot be run, or differences that nothing explains.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Outcome {
    let (cases, seed) = options(arguments)?;
    let mut comparison = Comparison { peer: Peer::start(root)?, seed, tally: Tally::default() };
    comparison.run(cases)?;
    let tally = comparison.tally;
    println!("peer: iam-simulate {}, seed {seed}, {}", Peer::version(), tally.summary());
    tally.print();
    match tally.classes.get(&Class::default()) {
        None => Ok(()),
        Some(found) => Err(format!("{} unsorted differences", found.count).into()),
    }
}

fn options(arguments: &[&str]) -> Result<(u64, u64), Box<dyn std::error::Error>> {
    let (mut cases, mut seed) = (20_000, 1);
    for pair in arguments.chunks(2) {
        match pair {
            ["--cases", number] => cases = number.parse()?,
            ["--seed", number] => seed = number.parse()?,
            _ => return Err("usage: cargo xtask compare-simulate [--cases N] [--seed S]".into()),
        }
    }
    Ok((cases, seed))
}

struct Comparison {
    peer: Peer,
    seed: u64,
    tally: Tally,
}

/// What a run found.
#[derive(Default)]
struct Tally {
    /// Cases that both decided.
    compared: u64,
    /// Cases that the peer refused, by its reason.
    refused: BTreeMap<String, u64>,
    /// Our verdicts on what was compared.
    verdicts: BTreeMap<Verdict, u64>,
    classes: BTreeMap<Class, Found>,
}

/// The differences of one class.
struct Found {
    count: u64,
    /// The smallest of them.
    example: Difference,
}

/// A case on which the two differ.
#[derive(Clone)]
struct Difference {
    case: Value,
    ours: Verdict,
    theirs: Verdict,
}

impl Comparison {
    fn run(&mut self, cases: u64) -> Outcome {
        let mut number = 0;
        while self.tally.compared < cases {
            let some: Vec<Value> =
                (number..number + AT_ONCE).map(|n| generate::case(self.seed, n)).collect();
            number += AT_ONCE;
            for (case, answer) in some.iter().zip(self.peer.ask(&some)?) {
                if self.tally.compared < cases {
                    self.compare(case, answer)?;
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, case: &Value, answer: Answer) -> Outcome {
        let Some(difference) = self.tally.difference(case, answer)? else { return Ok(()) };
        let minimal = self.shrunk(difference)?;
        self.tally.add(sort::class(&minimal.case, minimal.theirs), minimal);
        Ok(())
    }

    /// Makes a difference smaller. It stays one with the same two verdicts, and with a contested
    /// point as its explanation or without, so that it does not slip into another one.
    fn shrunk(&mut self, difference: Difference) -> Result<Difference, Box<dyn std::error::Error>> {
        let Difference { case, ours, theirs } = difference;
        // Whether a contested point explains it; none for a case on which we say something else.
        let shown = |case: &Value| -> Option<bool> {
            let prepared = Prepared::new(case).ok()?;
            let same = prepared.decide(&Profile::documented()) == ours;
            same.then(|| sort::is_contested(&prepared, theirs))
        };
        let wanted = shown(&case);
        let peer = &mut self.peer;
        let case = shrink::shrink(case, |some| {
            // Our side is the cheaper one to ask.
            let kept: Vec<usize> = (0..some.len()).filter(|i| shown(&some[*i]) == wanted).collect();
            let cases: Vec<Value> = kept.iter().map(|i| some[*i].clone()).collect();
            let same = |a: &Answer| matches!(a, Answer::Decided(v, ignored) if *v == theirs && ignored.is_empty());
            let found = peer.ask(&cases)?.iter().position(same);
            Ok::<_, Box<dyn std::error::Error>>(found.map(|i| kept[i]))
        })?;
        Ok(Difference { case, ours, theirs })
    }
}

impl Tally {
    /// Counts a case, and gives it back where the two differ. Keys of the context that the peer
    /// left out are left out of the case.
    fn difference(&mut self, case: &Value, answer: Answer) -> Result<Option<Difference>, String> {
        let (theirs, ignored) = match answer {
            Answer::Decided(verdict, ignored) => (verdict, ignored),
            Answer::Refused(reason) => {
                *self.refused.entry(reason.chars().take(160).collect()).or_default() += 1;
                return Ok(None);
            }
        };
        let mut case = case.clone();
        if let Some(context) = case["context"].as_object_mut() {
            context.retain(|key, _| !ignored.iter().any(|i| i.eq_ignore_ascii_case(key)));
        }
        let ours = Prepared::new(&case)?.decide(&Profile::documented());
        self.compared += 1;
        *self.verdicts.entry(ours).or_default() += 1;
        Ok((ours != theirs).then_some(Difference { case, ours, theirs }))
    }

    fn add(&mut self, class: Class, difference: Difference) {
        if class.is_unsorted() {
            println!(
                "unsorted: ours {}, theirs {}",
                difference.ours.name(),
                difference.theirs.name()
            );
            println!("  {}", difference.case);
        }
        let size = |d: &Difference| d.case.to_string().len();
        let found = self
            .classes
            .entry(class)
            .or_insert_with(|| Found { count: 0, example: difference.clone() });
        found.count += 1;
        if size(&difference) < size(&found.example) {
            found.example = difference;
        }
    }

    fn summary(&self) -> String {
        let verdicts = self.verdicts.iter().map(|(v, n)| format!("{n} {}", v.name()));
        let differences: u64 = self.classes.values().map(|f| f.count).sum();
        let refused: u64 = self.refused.values().sum();
        format!(
            "{} cases ({}), {refused} more refused by the peer, {differences} differences",
            self.compared,
            verdicts.collect::<Vec<_>>().join(", "),
        )
    }

    fn print(&self) {
        for (reason, count) in &self.refused {
            println!("{count:6} refused: {reason}");
        }
        for (class, Found { count, example }) in &self.classes {
            println!("{count:6} {class}");
            println!("       ours {}, theirs {}", example.ours.name(), example.theirs.name());
            println!("       {}", example.case);
        }
    }
}
