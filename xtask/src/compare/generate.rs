//! Seeded cases.
//!
//! A case turns around one target, an action and a resource. Its policies say something about the
//! target or about a neighbour of it; the values of its condition keys come from its policies.

use keyaki_eval::{Values, complete};
use serde_json::{Map, Value, json};

use super::ours;
use super::random::Random;
use super::vocabulary::{CALLERS, HERE, PRINCIPALS, SERVICE_LINKED, TARGETS, THERE};

mod conditions;
mod patterns;

/// The case of a number; the same seed and number give the same case.
pub(crate) fn case(seed: u64, number: u64) -> Value {
    let stream =
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number.wrapping_mul(0xA24B_AED4_963E_E407);
    let mut random = Random::new(stream);
    let mut maker = Maker::new(&mut random);
    let mut case = Value::Object(maker.layers());
    case["context"] = Value::Object(conditions::context(&case, maker.random));
    completed(case, maker.random)
}

/// In most cases the context gets the keys that every request of its kind has, where it does not
/// contradict them.
fn completed(mut case: Value, random: &mut Random) -> Value {
    let request = ours::request(&case).ok().filter(|_| random.percent(70));
    if let Some(completed) = request.and_then(|r| complete(&r).ok()) {
        let entries = completed.request.context.iter();
        let entries = entries.map(|(key, values)| (key.to_owned(), value(values)));
        case["context"] = Value::Object(entries.collect());
    }
    case
}

fn value(values: &Values) -> Value {
    match values {
        Values::One(text) => json!(text),
        Values::List(texts) => json!(texts),
    }
}

/// Who can have what: AWS, and the peer with it, attaches policies to users and roles only.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attached {
    /// Identity policies and a boundary.
    User,
    /// The same and a session policy.
    Session,
    /// Nothing.
    Nothing,
}

struct Maker<'r> {
    random: &'r mut Random,
    action: &'static str,
    resource: String,
    owner: &'static str,
    principal: String,
    attached: Attached,
}

impl<'r> Maker<'r> {
    fn new(random: &'r mut Random) -> Self {
        let target = &TARGETS[random.below(TARGETS.len())];
        let owner = if random.percent(70) { HERE } else { THERE };
        let resource = random.pick(target.resources).replace("{}", owner);
        let caller = if random.percent(4) { SERVICE_LINKED } else { random.pick(CALLERS) };
        let attached = match caller {
            c if c.contains(":user/") || c == SERVICE_LINKED => Attached::User,
            c if c.contains(":sts:") => Attached::Session,
            _ => Attached::Nothing,
        };
        let principal = caller.replace("{}", HERE);
        Self { random, action: target.action, resource, owner, principal, attached }
    }

    fn layers(&mut self) -> Map<String, Value> {
        let mut case = Map::new();
        for (name, text) in [
            ("principal", self.principal.clone()),
            ("action", self.action.to_owned()),
            ("resource", self.resource.clone()),
            ("account", self.owner.to_owned()),
        ] {
            case.insert(name.to_owned(), json!(text));
        }
        let identity = match self.attached {
            Attached::Nothing => Vec::new(),
            Attached::User | Attached::Session => self.documents(2, Layer::Identity),
        };
        case.insert("identity".to_owned(), json!(identity));
        for (name, layer, chance) in self.chances() {
            if self.random.percent(chance) {
                let value = self.layer(layer);
                case.insert(name.to_owned(), value);
            }
        }
        case
    }

    /// The layers that a case may have, with their chances.
    fn chances(&self) -> [(&'static str, Layer, usize); 6] {
        let bounded = if self.attached == Attached::Nothing { 0 } else { 30 };
        let passed = match self.attached {
            Attached::Session if self.principal.contains("federated-user") => 80,
            Attached::Session => 20,
            Attached::User | Attached::Nothing => 0,
        };
        let anonymous = self.principal == "anonymous";
        [
            ("boundary", Layer::Boundary, bounded),
            ("session", Layer::Session, passed),
            ("scp", Layer::Scp, if anonymous { 0 } else { 20 }),
            ("rcp", Layer::Rcp, 15),
            ("resource_policy", Layer::Resource, if self.resource == "*" { 0 } else { 65 }),
            ("endpoint", Layer::Endpoint, 10),
        ]
    }

    fn layer(&mut self, layer: Layer) -> Value {
        match layer {
            Layer::Identity | Layer::Boundary => json!(self.documents(1, layer)),
            Layer::Session | Layer::Resource | Layer::Endpoint => self.document(layer),
            Layer::Scp | Layer::Rcp => {
                let levels = 1 + self.random.below(2);
                json!((0..levels).map(|_| self.documents(1, layer)).collect::<Vec<_>>())
            }
        }
    }

    fn documents(&mut self, most: usize, layer: Layer) -> Vec<Value> {
        let count = 1 + self.random.below(most);
        (0..count).map(|_| self.document(layer)).collect()
    }

    fn document(&mut self, layer: Layer) -> Value {
        let count = 1 + self.random.below(3);
        let mut statements: Vec<Value> = (0..count).map(|_| self.statement(layer)).collect();
        // What only caps is mostly open, lest it always decides.
        if layer.is_cap() && self.random.percent(60) {
            statements.push(open(layer));
        }
        let mut document = Map::new();
        let version = match self.random.below(20) {
            // RCPs exist in the current version only.
            _ if layer == Layer::Rcp => Some("2012-10-17"),
            0 => None,
            1 => Some("2008-10-17"),
            _ => Some("2012-10-17"),
        };
        document.extend(version.map(|v| ("Version".to_owned(), json!(v))));
        document.insert("Statement".to_owned(), json!(statements));
        Value::Object(document)
    }

    fn statement(&mut self, layer: Layer) -> Value {
        let denies =
            layer == Layer::Rcp || self.random.percent(if layer.is_cap() { 50 } else { 25 });
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), json!(if denies { "Deny" } else { "Allow" }));
        if layer == Layer::Resource {
            let (name, principals) = self.principals(denies);
            statement.insert(name.to_owned(), principals);
        } else if matches!(layer, Layer::Rcp | Layer::Endpoint) {
            statement.insert("Principal".to_owned(), json!("*"));
        }
        let (name, actions) = self.actions(layer);
        statement.insert(name.to_owned(), json!(actions));
        let is_trust = layer == Layer::Resource && self.action == "sts:AssumeRole";
        if !is_trust || self.random.percent(10) {
            let (name, resources) = self.resources();
            statement.insert(name.to_owned(), json!(resources));
        }
        if self.random.percent(45) {
            statement.insert("Condition".to_owned(), conditions::condition(self.random));
        }
        Value::Object(statement)
    }

    fn actions(&mut self, layer: Layer) -> (&'static str, Vec<String>) {
        let action = self.action;
        let mut actions: Vec<String> =
            (0..1 + self.random.below(2)).map(|_| patterns::action(action, self.random)).collect();
        // RCPs take neither `NotAction` nor the lone `*`; SCPs take `NotAction` with `Deny` only.
        let negated = self.random.percent(10) && !matches!(layer, Layer::Scp | Layer::Rcp);
        if layer == Layer::Rcp {
            let service = action.split(':').next().unwrap_or_default();
            actions.iter_mut().filter(|a| *a == "*").for_each(|a| *a = format!("{service}:*"));
        }
        if negated && actions.iter().all(|a| a == "*") {
            actions = vec!["iam:*".to_owned()];
        }
        (if negated { "NotAction" } else { "Action" }, actions)
    }

    fn resources(&mut self) -> (&'static str, Vec<String>) {
        let negated = self.random.percent(12);
        let count = 1 + self.random.below(2);
        let resources = (0..count).map(|_| patterns::resource(&self.resource, self.random));
        (if negated { "NotResource" } else { "Resource" }, resources.collect())
    }

    fn principals(&mut self, denies: bool) -> (&'static str, Value) {
        let negated = self.random.percent(10) && (denies || self.random.percent(20));
        let name = if negated { "NotPrincipal" } else { "Principal" };
        if self.random.percent(20) && !negated {
            return (name, json!("*"));
        }
        let entries: Vec<String> =
            (0..1 + self.random.below(3)).map(|_| self.one_principal()).collect();
        let mut principals = Map::new();
        principals.insert("AWS".to_owned(), json!(entries));
        if self.principal.ends_with(".com") || self.random.percent(15) {
            let hosts = ["cloudtrail.amazonaws.com", "sns.amazonaws.com"];
            principals.insert("Service".to_owned(), json!(self.random.pick(&hosts)));
        }
        (name, Value::Object(principals))
    }

    fn one_principal(&mut self) -> String {
        let account = if self.random.percent(85) { HERE } else { THERE };
        let is_named = self.principal.starts_with("arn:") && self.random.percent(30);
        match is_named {
            true => self.own_name(),
            false => self.random.pick(PRINCIPALS).replace("{}", account),
        }
    }

    /// The caller's ARN; for a session of a role, as often its role's.
    fn own_name(&mut self) -> String {
        let parts: Vec<&str> = self.principal.split('/').collect();
        match parts.as_slice() {
            [start, role, _] if start.ends_with(":assumed-role") && self.random.percent(50) => {
                format!("arn:aws:iam::{HERE}:role/{role}")
            }
            _ => self.principal.clone(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Identity,
    Boundary,
    Session,
    Scp,
    Rcp,
    Resource,
    Endpoint,
}

impl Layer {
    /// Whether the layer takes away and never gives.
    fn is_cap(self) -> bool {
        match self {
            Layer::Boundary | Layer::Session | Layer::Scp | Layer::Endpoint => true,
            Layer::Identity | Layer::Rcp | Layer::Resource => false,
        }
    }
}

/// A statement that allows everything.
fn open(layer: Layer) -> Value {
    match layer {
        Layer::Endpoint => {
            json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" })
        }
        Layer::Identity
        | Layer::Boundary
        | Layer::Session
        | Layer::Scp
        | Layer::Rcp
        | Layer::Resource => json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }),
    }
}

#[cfg(test)]
mod tests {
    use keyaki_eval::{Profile, Verdict};

    use super::*;
    use crate::compare::ours::Prepared;
    use crate::compare::vocabulary::KEYS;

    #[test]
    fn a_seed_gives_the_same_cases_again_and_another_seed_others() {
        let cases = |seed| (0..50).map(|n| case(seed, n)).collect::<Vec<_>>();
        assert_eq!(cases(1), cases(1));
        assert_ne!(cases(1), cases(2));
    }

    #[test]
    fn all_verdicts_layers_and_keys_occur() {
        let cases: Vec<Value> = (0..3000).map(|n| case(7, n)).collect();
        let verdict = |case: &Value| Prepared::new(case).map(|p| p.decide(&Profile::documented()));
        let verdicts: Vec<_> = cases.iter().map(verdict).collect();
        for wanted in [Verdict::Allow, Verdict::ImplicitDeny, Verdict::ExplicitDeny] {
            let share = verdicts.iter().filter(|v| **v == Ok(wanted)).count();
            assert!(share > 300, "{wanted:?}: {share}");
        }
        assert_eq!(verdicts.iter().filter(|v| v.is_err()).count(), 0);
        for layer in ["boundary", "session", "scp", "rcp", "resource_policy", "endpoint"] {
            assert!(cases.iter().any(|c| c.get(layer).is_some()), "{layer}");
        }
        for key in KEYS {
            assert!(cases.iter().any(|c| c["context"].get(key.name).is_some()), "{}", key.name);
        }
    }
}
