//! Combinations of layers, callers and principal forms against a truth table.
//!
//! [`truth::verdict`] is written from the text of AWS's documentation; [`world`] builds the policies
//! and the requests that a combination stands for.

mod truth;
mod world;

use keyaki_eval::{Evaluator, Policies, Profile, ResourceRole, StatementRef, Verdict};

use truth::{Says, World};
use world::{Form, Kind, Papers};

const ROLES: [ResourceRole; 3] = [ResourceRole::Ordinary, ResourceRole::Role, ResourceRole::Key];

/// Counts combinations and keeps the wrong ones.
struct Tally {
    papers: Papers,
    profile: Profile,
    count: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn new() -> Self {
        let (papers, profile) = (Papers::new(), Profile::documented());
        Self { papers, profile, count: 0, wrong: Vec::new() }
    }

    /// Decides a set of policies for every caller, in the own and in the other account.
    fn decide(&mut self, world: World) {
        let policies = self.papers.policies(&world);
        let evaluator = Evaluator::new(&policies, &self.profile, keyaki_catalog::embedded());
        for kind in Kind::ALL {
            for same_account in [true, false] {
                let world = World { kind, same_account, ..world };
                if !truth::is_possible(&world) {
                    continue;
                }
                let request = self.papers.request(&world);
                let outcome = evaluator.decide(request);
                let wants = truth::verdict(&world);
                self.count += 1;
                if outcome.verdict != wants {
                    let gets = outcome.verdict.name();
                    self.wrong.push(format!("{world:?}: {gets}, should be {}", wants.name()));
                }
                let mut statements = outcome.statements.iter();
                if !statements.all(|&at| fits(&policies, at, outcome.verdict)) {
                    self.wrong.push(format!("{world:?}: decided by {:?}", outcome.statements));
                }
            }
        }
    }

    fn finish(self, what: &str, at_least: usize) {
        println!("{what}: {} combinations", self.count);
        assert!(self.count >= at_least, "the enumeration has shrunk to {}", self.count);
        let shown = self.wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
        let wrong = self.wrong.len();
        assert!(wrong == 0, "{wrong} of {} combinations differ:\n{shown}", self.count);
    }
}

/// Whether a statement that is said to have decided has the effect of the verdict.
fn fits(policies: &Policies, at: StatementRef, verdict: Verdict) -> bool {
    let effect = policies.statement(at).and_then(|s| s.effect()).map(|e| e.name());
    match verdict {
        Verdict::Allow => effect == Some("Allow"),
        Verdict::ExplicitDeny => effect == Some("Deny"),
        Verdict::ImplicitDeny => true,
    }
}

/// What a resource policy may say: nothing at all, or an effect for each form of principal.
fn resource_policies() -> impl Iterator<Item = (Says, Form)> {
    let effect = |says| Form::ALL.into_iter().map(move |form| (says, form));
    [(Says::Absent, Form::Everybody), (Says::Silent, Form::Everybody)]
        .into_iter()
        .chain(effect(Says::Allow))
        .chain(effect(Says::Deny))
}

/// The layers that cap from outside: two SCP levels, RCP, endpoint.
fn outer_caps(says: &[Says]) -> Vec<(Option<[Says; 2]>, Says, Says)> {
    let mut scps = vec![None];
    for &upper in says.iter().filter(|s| **s != Says::Absent) {
        scps.extend(says.iter().filter(|s| **s != Says::Absent).map(|&lower| Some([upper, lower])));
    }
    let mut all = Vec::new();
    for scp in scps {
        for &rcp in says {
            all.extend(says.iter().map(|&endpoint| (scp, rcp, endpoint)));
        }
    }
    all
}

const SILENT_OR_ALLOW: [Says; 3] = [Says::Absent, Says::Silent, Says::Allow];

#[test]
fn inner_layers_combine_as_documented() {
    let mut tally = Tally::new();
    for role in ROLES {
        for (resource, form) in resource_policies() {
            for identity in SILENT_OR_ALLOW {
                for boundary in SILENT_OR_ALLOW {
                    for session in SILENT_OR_ALLOW {
                        let inner = World {
                            role,
                            resource,
                            form,
                            identity,
                            boundary,
                            session,
                            ..World::OPEN
                        };
                        tally.decide(inner);
                        tally.decide(World {
                            scp: Some([Says::Allow; 2]),
                            rcp: Says::Allow,
                            ..inner
                        });
                    }
                }
            }
        }
    }
    tally.finish("inner layers", 90_000);
}

#[test]
fn outer_layers_cap_as_documented() {
    let mut tally = Tally::new();
    for role in ROLES {
        for (resource, form) in resource_policies() {
            for (scp, rcp, endpoint) in outer_caps(&SILENT_OR_ALLOW) {
                let outer = World { role, resource, form, scp, rcp, endpoint, ..World::OPEN };
                tally.decide(World { identity: Says::Allow, session: Says::Allow, ..outer });
            }
        }
    }
    tally.finish("outer layers", 70_000);
}

#[test]
fn a_deny_in_any_layer_wins() {
    let mut tally = Tally::new();
    for denying in 0u8..128 {
        let says = |bit: u8| if denying >> bit & 1 == 1 { Says::Deny } else { Says::Allow };
        let layers = World {
            identity: says(0),
            boundary: says(1),
            session: says(2),
            scp: Some([says(3), says(4)]),
            rcp: says(5),
            endpoint: says(6),
            ..World::OPEN
        };
        for role in ROLES {
            for form in [Form::Everybody, Form::Account, Form::User, Form::Session] {
                for resource in [Says::Absent, Says::Allow, Says::Deny] {
                    tally.decide(World { role, form, resource, ..layers });
                }
            }
        }
    }
    tally.finish("denies", 70_000);
}
