//! Answers of solvers beside those of the engine on boxes. Where there is no solver, the tests that
//! need one say so.
#![expect(clippy::print_stderr, reason = "what was skipped is worth a line")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{folder, keyaki, run};

const OLD: &str = include_str!("../../../../testdata/prove/old.json");
const NEW: &str = include_str!("../../../../testdata/prove/new.json");

/// What a run says: standard output, standard error, and the exit code.
type Told = (String, String, i32);

/// Asks what is new in the new policies, of an engine with a solver.
fn new_access(place: &Path, [old, new]: [&str; 2], more: &[&str], solver: &Path) -> Told {
    fs::write(place.join("old.json"), old).expect("written");
    fs::write(place.join("new.json"), new).expect("written");
    let question = ["prove", "no-new-access", "--old", "old.json", "--new", "new.json"];
    told(place, &[&question, more].concat(), solver)
}

/// What the program says with this solver.
fn told(place: &Path, arguments: &[&str], solver: &Path) -> Told {
    let mut command = keyaki(place, arguments);
    command.env("KEYAKI_SOLVER", solver);
    let output = run(command, b"");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().expect("an exit code"))
}

fn solver() -> Option<PathBuf> {
    match keyaki_solve::find(None) {
        Ok(path) => Some(path),
        Err(missing) => {
            eprintln!("skipped: {missing}");
            None
        }
    }
}

#[test]
fn the_engines_say_the_same() {
    let Some(solver) = solver() else { return };
    let place = folder("engines-agree");
    for engine in ["smt", "both"] {
        let engine = ["--engine", engine, "--format", "json"];
        let (out, err, exit) = new_access(&place, [OLD, NEW], &engine, &solver);
        let answer: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!((answer["answer"].as_str(), err.as_str(), exit), (Some("refuted"), "", 1));
        assert_eq!(answer["statements"][0]["sid"], "ReadReports");
        let name = answer["engine"].as_str().expect("a name");
        assert!(name.contains("Z3") || name.contains("cvc5"), "{name}");
        let (out, err, exit) = new_access(&place, [NEW, OLD], &engine, &solver);
        assert!(out.contains("\"proved\"") && err.is_empty() && exit == 0, "{out}{err}");
    }
}

/// Compares the old policies with the new ones, as [`new_access`] does.
fn difference(place: &Path, more: &[&str], solver: &Path) -> Told {
    fs::write(place.join("old.json"), OLD).expect("written");
    fs::write(place.join("new.json"), NEW).expect("written");
    told(place, &[&["diff", "old.json", "new.json"], more].concat(), solver)
}

#[test]
fn solvers_see_the_same_differences() {
    let Some(solver) = solver() else { return };
    let place = folder("engines-diff");
    let native = difference(&place, &[], &solver);
    assert_eq!(native.2, 1, "{native:?}");
    let both = difference(&place, &["--engine", "both"], &solver);
    assert_eq!(both, native);
    let (out, _, exit) = difference(&place, &["--engine", "smt", "--format", "json"], &solver);
    let classes: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((classes.to_string().contains("ReadReports"), exit), (true, 1), "{out}");
}

#[test]
fn differences_without_the_solver_that_was_asked_for_are_undecided() {
    let place = folder("engines-diff-missing");
    let (out, _, exit) = difference(&place, &["--engine", "smt"], Path::new("/no/such/solver"));
    assert!(out.contains("/no/such/solver") && exit == 3, "{out}");
}

#[test]
#[cfg(unix)]
fn engines_that_disagree_about_differences_are_an_error() {
    let place = folder("engines-diff-disagree");
    let liar = pretender(&place, "echo unsat");
    let (out, err, exit) = difference(&place, &["--engine", "both"], &liar);
    assert!(out.is_empty() && err.contains("disagree") && exit == 2, "{out}{err}");
}

/// A program that says it is Z3 and answers each question by a shell command.
#[cfg(unix)]
fn pretender(place: &Path, answer: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = place.join("solver");
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Z3 version 5.3.3'; exit; fi\n\
         while read -r line; do if [ \"$line\" = '(check-sat)' ]; then {answer}; fi; done\n"
    );
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("made executable");
    path
}

#[test]
#[cfg(unix)]
fn engines_that_disagree_are_an_error() {
    let place = folder("engines-disagree");
    let liar = pretender(&place, "echo unsat");
    let (out, err, exit) = new_access(&place, [OLD, NEW], &["--engine", "both"], &liar);
    assert_eq!((out.as_str(), exit), ("", 2), "{err}");
    let says = "the native engine says that there is one, and Z3 5.3.3 that there is none";
    assert!(err.contains(says), "{err}");
    // Alone it is believed: that is what the other engine is for.
    let (_, _, exit) = new_access(&place, [OLD, NEW], &["--engine", "smt"], &liar);
    assert_eq!(exit, 0);
}

#[test]
#[cfg(unix)]
fn a_solver_that_fails_leaves_the_question_undecided() {
    let place = folder("engines-fail");
    let ways = [
        ("exit 1", "ended without an answer"),
        ("echo garbage", "refused: garbage"),
        ("exec sleep 60", "no answer within"),
        ("echo sat; echo '((action 0))'", "model is no request"),
        ("echo unknown; echo '(:reason-unknown incomplete)'", "gave up: incomplete"),
    ];
    for (answer, why) in ways {
        let broken = pretender(&place, answer);
        let alone = ["--engine", "smt", "--solver-time", "1"];
        let (out, _, exit) = new_access(&place, [OLD, NEW], &alone, &broken);
        assert!(out.starts_with("undecided") && out.contains(why) && exit == 3, "{answer}: {out}");
        let both = ["--engine", "both", "--solver-time", "1"];
        let (out, _, exit) = new_access(&place, [NEW, OLD], &both, &broken);
        assert!(out.starts_with("proved") && exit == 0, "{answer}: {out}");
        let alone = "the native engine decided alone";
        assert!(out.contains(alone) && out.contains(why), "{answer}: {out}");
    }
}

#[test]
fn what_is_written_for_solvers_has_the_same_answer() {
    let Some(solver) = solver() else { return };
    let place = folder("engines-emit");
    for (policies, says) in [([OLD, NEW], "sat"), ([NEW, OLD], "unsat")] {
        let (script, _, _) = new_access(&place, policies, &["--emit", "smtlib"], &solver);
        fs::write(place.join("question.smt2"), script).expect("written");
        let output = std::process::Command::new(&solver)
            .arg(place.join("question.smt2"))
            .output()
            .expect("the solver runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().next(), Some(says));
    }
}
