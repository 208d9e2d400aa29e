//! Solvers that fail: what is asked next works.

use std::time::{Duration, Instant};

use keyaki_catalog::embedded;
use keyaki_eval::{Formula, Profile};
use keyaki_solve::{Decided, Limits, Options, Process, Reason, Texts, decide, find};

use crate::support::{LIMITS, at, first, identity, query, solver, statement};

/// How many words there are.
const WORDS: usize = 14;

/// A question that takes a solver long: words that overlap in many ways, all of them in a text that
/// is a little too short for that.
fn hard() -> String {
    let letters = ["a", "b", "c"];
    let words: Vec<String> = (0..WORDS)
        .map(|n| (0..5).map(|k| letters[(n * 7 + k * k * (n + 1) + n / 3) % 3]).collect())
        .collect();
    let deny = |w: &String| {
        format!(r#"{{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::*{w}*"}}"#)
    };
    let mut all: Vec<String> = words.iter().map(deny).collect();
    let length = "?".repeat(WORDS + 7);
    all.push(format!(
        r#"{{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::{length}"}}"#
    ));
    format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, all.join(","))
}

/// Runs a process, a hard question, and then an easy one.
fn easy_after(process: &mut Process, limits: Limits) -> (Decided, Decided) {
    let profile = Profile::documented();
    let policies = identity(&hard());
    let none = (0..WORDS).map(|n| Formula::not(at(0, n)));
    let none = Formula::and(none.chain([at(0, WORDS)]));
    let difficult = query(&[&policies], &profile, none);
    let options = Options { texts: Texts::Strings, ..Options::default() };
    let hard = decide(&difficult, embedded(), &options, process, limits).decided;
    let easy = statement(r#""Action": "s3:*", "Resource": "*""#);
    let easy = query(&[&easy], &profile, first(0));
    let easy = decide(&easy, embedded(), &Options::default(), process, LIMITS).decided;
    (hard, easy)
}

fn fresh() -> Option<Process> {
    // Says that it is skipped, where it is.
    drop(solver()?);
    let path = find(None).unwrap_or_else(|e| panic!("{e}"));
    Some(Process::new(&path).unwrap_or_else(|e| panic!("{e}")))
}

#[test]
fn a_limit_ends_the_question_and_not_the_next_one() {
    let Some(mut process) = fresh() else { return };
    let start = Instant::now();
    let limits = Limits { wall: Duration::from_millis(60), ..LIMITS };
    let (hard, easy) = easy_after(&mut process, limits);
    assert!(matches!(hard, Decided::Undecided(Reason::Unknown(_) | Reason::Failed(_))), "{hard:?}");
    assert!(matches!(easy, Decided::Sat(_)), "{easy:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn no_time_at_all_is_a_limit_too() {
    let Some(mut process) = fresh() else { return };
    let limits = Limits { wall: Duration::ZERO, ..LIMITS };
    let (hard, easy) = easy_after(&mut process, limits);
    assert!(matches!(hard, Decided::Undecided(Reason::Failed(_))), "{hard:?}");
    assert!(matches!(easy, Decided::Sat(_)), "{easy:?}");
}

#[test]
fn a_starved_solver_leaves_the_question_undecided() {
    let Some(mut process) = fresh() else { return };
    let limits = Limits { memory: 8, ..LIMITS };
    let (hard, easy) = easy_after(&mut process, limits);
    assert!(matches!(hard, Decided::Undecided(Reason::Failed(_) | Reason::Unknown(_))), "{hard:?}");
    assert!(matches!(easy, Decided::Sat(_)), "{easy:?}");
}

#[test]
fn a_killed_solver_leaves_the_question_undecided() {
    let Some(mut process) = fresh() else { return };
    let easy = statement(r#""Action": "s3:*", "Resource": "*""#);
    let profile = Profile::documented();
    let easy = query(&[&easy], &profile, first(0));
    decide(&easy, embedded(), &Options::default(), &mut process, LIMITS);
    let id = process.id().unwrap_or_else(|| panic!("no solver runs"));
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        let _ = std::process::Command::new("kill").args(["-9", &id.to_string()]).status();
    });
    let (hard, easy) = easy_after(&mut process, LIMITS);
    let _ = killer.join();
    assert!(matches!(hard, Decided::Undecided(Reason::Failed(_))), "{hard:?}");
    assert!(matches!(easy, Decided::Sat(_)), "{easy:?}");
    assert_ne!(process.id(), Some(id));
}

#[test]
fn other_programs_are_no_solvers() {
    assert!(Process::new("/nonexistent/solver".as_ref()).is_err());
    if cfg!(unix) {
        assert!(Process::new("/bin/sh".as_ref()).is_err());
    }
}

/// A program that calls itself Z3 and fails at each question, until a file is there.
#[cfg(unix)]
fn failing(place: &std::path::Path, way: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = place.join("solver");
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Z3 version 5.3.3'; exit; fi\n\
         while read -r line; do if [ \"$line\" = '(check-sat)' ]; then\n\
         if [ -e '{}' ]; then echo unsat; else {way}; fi; fi; done\n",
        place.join("well").display()
    );
    let written = std::fs::write(&path, text);
    let made = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755));
    written.and(made).unwrap_or_else(|e| panic!("{e}"));
    path
}

#[test]
#[cfg(unix)]
fn a_solver_that_dies_hangs_or_babbles_is_started_again() {
    let easy = statement(r#""Action": "s3:*", "Resource": "*""#);
    let profile = Profile::documented();
    let easy = query(&[&easy], &profile, first(0));
    let limits = Limits { wall: Duration::from_millis(400), ..LIMITS };
    let ways =
        ["exit 1", "exec sleep 60", "echo garbage", "echo sat; exit", "echo '(error \"x\")'"];
    for (number, way) in ways.into_iter().enumerate() {
        let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fail{number}"));
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap_or_else(|e| panic!("{e}"));
        let program = failing(&place, way);
        let mut process = Process::new(&program).unwrap_or_else(|e| panic!("{way}: {e}"));
        let mut ask =
            || decide(&easy, embedded(), &Options::default(), &mut process, limits).decided;
        let failed = ask();
        assert!(matches!(failed, Decided::Undecided(Reason::Failed(_))), "{way}: {failed:?}");
        std::fs::write(place.join("well"), "").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(ask(), Decided::Unsat, "{way}");
    }
}
