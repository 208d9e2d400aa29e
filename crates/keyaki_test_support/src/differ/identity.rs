//! Identity policies: the engine's own queries, with the condition keys left free.

use keyaki_catalog::Catalog;
use keyaki_eval::{Caller, Document, Evaluator, Formula, Policies, Profile, Request, Verdict};
use keyaki_symbolic::{Actions, Budget, Engine, Outcome, Query, Side, allowed};

use super::{Checked, Dice, Pools, Text, keys_of, mutated, policy};

/// Compares two policies, the second a variation of the first more often than not.
///
/// # Errors
/// A fault: what the engine says contradicts the evaluator.
pub fn identity_pair(dice: &mut Dice<'_>, attacks: usize) -> Result<Checked, String> {
    let one = policy(dice);
    let other = if dice.one_in(4) { policy(dice) } else { mutated(&one, dice) };
    compare(&one, &other, dice, attacks)
}

/// Whether the first policy allows something that the second does not.
pub(super) fn compare(
    one: &Text,
    other: &Text,
    dice: &mut Dice<'_>,
    attacks: usize,
) -> Result<Checked, String> {
    let pair = Pair::new(one, other);
    match pair.ask() {
        Outcome::Found(found) => {
            match refutes(&pair.evaluators(), own(&pair.caller, &found.request)) {
                true => Ok(Checked::Refuted),
                false => Err(pair.fault(one, other, "does not replay", &found.request)),
            }
        }
        Outcome::Nothing { left_out } if !left_out.is_empty() => {
            Ok(Checked::Undecided("actions that AWS may add were left out".to_owned()))
        }
        Outcome::Nothing { .. } => match pair.attack(one, other, dice, attacks) {
            None => Ok(Checked::Proved),
            Some(request) => Err(pair.fault(one, other, "was proved, but", &request)),
        },
        Outcome::Undecided(reason) if reason.starts_with("internal") => {
            Err(format!("{reason}\n{}\n{}", one.json(), other.json()))
        }
        Outcome::Undecided(reason) => Ok(Checked::Undecided(reason)),
    }
}

/// Whether the first policy allows a request and the second does not.
fn refutes([one, other]: &[Evaluator<'_>; 2], request: Request) -> bool {
    let allows = |e: &Evaluator<'_>| e.decide(&request).verdict == Verdict::Allow;
    allows(one) && !allows(other)
}

/// The request for a resource of the caller's own account.
fn own(caller: &Caller, request: &Request) -> Request {
    let resource_account = caller.account().map(str::to_owned);
    Request { resource_account, ..request.clone() }
}

struct Pair {
    policies: [Policies; 2],
    profile: Profile,
    caller: Caller,
    catalog: &'static Catalog,
}

impl Pair {
    fn new(one: &Text, other: &Text) -> Pair {
        let of = |document: Document| Policies { identity: vec![document], ..Policies::default() };
        let caller = Caller::User {
            partition: "aws".to_owned(),
            account: "111122223333".to_owned(),
            name: "alice".to_owned(),
        };
        Pair {
            policies: [of(one.document()), of(other.document())],
            profile: Profile::documented(),
            caller,
            catalog: keyaki_catalog::embedded(),
        }
    }

    fn ask(&self) -> Outcome {
        let sides = self.policies.each_ref().map(|p| Side { policies: p, profile: &self.profile });
        let [one, other] = [0, 1].map(|i| allowed(i, sides[i], &self.caller, true, self.catalog));
        let query = Query {
            sides: sides.to_vec(),
            formula: Formula::and([one, Formula::not(other)]),
            caller: self.caller.clone(),
        };
        Engine::new(self.catalog, Actions::Any).ask(&query, &Budget::default())
    }

    fn evaluators(&self) -> [Evaluator<'_>; 2] {
        self.policies.each_ref().map(|p| Evaluator::new(p, &self.profile, self.catalog))
    }

    fn attack(
        &self,
        one: &Text,
        other: &Text,
        dice: &mut Dice<'_>,
        attacks: usize,
    ) -> Option<Request> {
        let asked = keys_of(&[&self.policies[0], &self.policies[1]]);
        let pools = Pools::new(&[one, other], &asked, self.catalog);
        let evaluators = self.evaluators();
        let mut requests = (0..attacks).map(|_| pools.request(&self.caller, dice));
        requests.find(|r| refutes(&evaluators, own(&self.caller, r)))
    }

    fn fault(&self, one: &Text, other: &Text, what: &str, request: &Request) -> String {
        let Request { action, resource, context, .. } = request;
        let (one, other) = (one.json(), other.json());
        format!("{one}\nagainst\n{other}\n{what}: {action} on {resource} with {context:?}")
    }
}
