//! The library answers as the program does.

use std::time::Duration;

use keyaki_catalog::embedded;
use keyaki_eval::{Formula, Profile};
use keyaki_solve::{Decided, Limits, Linked, Options, Texts, decide};

use crate::support::{LIMITS, at, first, identity, query, statement};

#[test]
fn the_library_finds_requests_and_proves_that_there_are_none() {
    let wide = statement(r#""Action": "s3:Get*", "Resource": "arn:aws:s3:::b*/*""#);
    let narrow = statement(
        r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}/*",
           "Condition": {"StringLike": {"aws:UserAgent": "*é*"}}"#,
    );
    let (profile, mut library) = (Profile::documented(), Linked::new());
    for texts in [Texts::Classes, Texts::Strings] {
        let options = Options { texts, ..Options::default() };
        let more = Formula::and([first(0), Formula::not(first(1))]);
        let none = query(&[&narrow, &wide], &profile, more.clone());
        let none = decide(&none, embedded(), &options, &mut library, LIMITS).decided;
        assert_eq!(none, Decided::Unsat, "{texts:?}");
        for sides in [[&wide, &narrow], [&narrow, &narrow]] {
            let both = Formula::and([first(0), first(1)]);
            let some = query(&sides, &profile, both);
            let found = decide(&some, embedded(), &options, &mut library, LIMITS).decided;
            let Decided::Sat(request) = found else { panic!("{texts:?}: {found:?}") };
            assert!(some.holds(&request, embedded()), "{request:?}");
        }
    }
}

#[test]
fn the_library_gives_up_in_time_and_goes_on() {
    // Words that overlap in many ways, all of them in a text that is too short.
    let denies = (0..14).map(|n| {
        let word: String = (0..5).map(|k| ["a", "b", "c"][(n * 7 + k * k * (n + 1)) % 3]).collect();
        format!(r#"{{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::*{word}*"}}"#)
    });
    let statements: Vec<String> = denies.collect();
    let short = format!(
        r#"{{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::{}"}}"#,
        "?".repeat(21)
    );
    let text =
        format!(r#"{{"Version": "2012-10-17", "Statement": [{}, {short}]}}"#, statements.join(","));
    let (policies, profile) = (identity(&text), Profile::documented());
    let none = (0..14).map(|n| Formula::not(at(0, n)));
    let hard = query(&[&policies], &profile, Formula::and(none.chain([at(0, 14)])));
    let options = Options { texts: Texts::Strings, ..Options::default() };
    let mut library = Linked::new();
    let limits = Limits { wall: Duration::from_millis(300), ..LIMITS };
    let given_up = decide(&hard, embedded(), &options, &mut library, limits).decided;
    assert!(matches!(given_up, Decided::Undecided(_)), "{given_up:?}");
    let easy = statement(r#""Action": "s3:*", "Resource": "*""#);
    let easy = query(&[&easy], &profile, first(0));
    let found = decide(&easy, embedded(), &Options::default(), &mut library, LIMITS).decided;
    assert!(matches!(found, Decided::Sat(_)), "{found:?}");
}
