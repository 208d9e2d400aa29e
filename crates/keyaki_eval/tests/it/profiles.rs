//! The contested points: each reading has its effect, and the conservative profiles bound them all.

mod cases;
mod random;

use keyaki_eval::{Evaluator, Point, Policies, Profile, Reading, Reason, Request, Says, Verdict};

use random::Random;

fn decide(policies: &Policies, request: &Request, profile: &Profile) -> Verdict {
    Evaluator::new(policies, profile, keyaki_catalog::embedded()).decide(request).verdict
}

fn alternative(point: Point) -> Profile {
    Profile::documented().with(point, Reading::Alternative)
}

#[test]
fn each_reading_of_each_point_has_its_effect() {
    let cases = cases::all();
    for &point in Point::ALL {
        assert!(cases.iter().any(|c| c.point == point), "no case for {}", point.id());
    }
    for case in cases {
        let (id, policies, request) = (case.point.id(), &case.policies, &case.request);
        let decide = |profile: &Profile| decide(policies, request, profile);
        assert_eq!(decide(&Profile::documented()), case.documented, "{id} as documented");
        assert_eq!(decide(&alternative(case.point)), case.alternative, "{id} otherwise");
    }
}

/// A point that a case does not turn on must not change its decision.
#[test]
fn no_case_depends_on_another_point() {
    for case in cases::all() {
        for &other in Point::ALL.iter().filter(|p| **p != case.point) {
            let verdict = decide(&case.policies, &case.request, &alternative(other));
            assert_eq!(verdict, case.documented, "{} under {}", case.point.id(), other.id());
        }
    }
}

/// What one profile allows, the other does.
fn implies(less: Verdict, more: Verdict) -> bool {
    less != Verdict::Allow || more == Verdict::Allow
}

#[test]
fn conservative_profiles_take_the_outcome_of_their_name() {
    for case in cases::all() {
        let decide = |profile: &Profile| decide(&case.policies, &case.request, profile);
        let (allow, deny) = (Profile::conservative_allow(), Profile::conservative_deny());
        let id = case.point.id();
        assert_eq!(decide(&allow), Verdict::Allow, "{id} towards allowing");
        assert_ne!(decide(&deny), Verdict::Allow, "{id} towards refusing");
    }
}

/// The decision as one formula, and the trace, tell the same story as the outcome.
fn check_story(evaluator: &Evaluator<'_>, request: &Request) -> bool {
    let outcome = evaluator.decide(request);
    let formula = evaluator.decision(request).formula();
    let holds = formula.eval(&mut |atom| evaluator.holds(*atom, request));
    let denying = match (outcome.verdict, outcome.reason) {
        (Verdict::ExplicitDeny, Some(Reason::Layer(layer))) => Some(layer),
        _ => None,
    };
    let trace = evaluator.trace(request);
    let first = trace.iter().find(|l| l.applies && l.says == Says::Deny).map(|l| l.layer);
    holds == (outcome.verdict == Verdict::Allow) && first == denying
}

#[test]
fn formula_and_trace_agree_with_the_outcome() {
    let profile = Profile::documented();
    for seed in 0..2_000 {
        let mut random = Random::new(seed);
        let (policies, text) = random::policies(&mut random);
        let request = random::request(&mut random);
        let evaluator = Evaluator::new(&policies, &profile, keyaki_catalog::embedded());
        assert!(check_story(&evaluator, &request), "case {seed}\n{text:#?}\n{request:#?}");
    }
}

/// Some reading of every point.
fn any_profile(random: &mut Random) -> Profile {
    let mut profile = Profile::documented();
    for &point in Point::ALL {
        if random.below(3) == 0 {
            profile = profile.with(point, Reading::Alternative);
        }
    }
    profile
}

#[test]
fn conservative_profiles_bound_all_readings() {
    const CASES: u64 = 5_000;
    let (allow, deny) = (Profile::conservative_allow(), Profile::conservative_deny());
    let (mut allowed, mut differing) = (0, 0);
    for seed in 0..CASES {
        let mut random = Random::new(seed);
        let (policies, text) = random::policies(&mut random);
        let request = random::request(&mut random);
        let decide = |profile: &Profile| decide(&policies, &request, profile);
        let (least, most) = (decide(&deny), decide(&allow));
        allowed += usize::from(most == Verdict::Allow);
        differing += usize::from(!implies(most, least));
        for profile in [Profile::documented(), any_profile(&mut random), any_profile(&mut random)] {
            let verdict = decide(&profile);
            assert!(
                implies(least, verdict) && implies(verdict, most),
                "case {seed}: {} {} {} under {profile:?}\n{text:#?}\n{request:#?}",
                least.name(),
                verdict.name(),
                most.name(),
            );
        }
    }
    println!("{CASES} cases: {allowed} allowed by some reading, {differing} contested");
    assert!(allowed > 1000 && differing > 400, "the cases have lost their point");
}
