//! Fixes that are called safe do not change what a policy says to any request.
//!
//! Each safe fix on the rules' examples and on the table of AWS's codes is applied; then policy
//! before and policy after are asked about requests that are made of their own values, near
//! misses, empty and missing values. The evaluator must hear the same from both.

use keyaki_catalog::KeyLookup;
use keyaki_diag::Applicability;
use keyaki_eval::{
    Caller, Context, Document, Evaluator, Layer, Policies, Profile, Request, ResourceRole, Says,
    Values,
};
use keyaki_ir::{Policy, PolicyKind};
use keyaki_syntax::Tree;

use crate::fixes::{apply, faulty_texts};
use crate::support::{Random, Reading, lint, only};

#[test]
fn safe_fixes_change_nothing() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (rule, text, reading) in faulty_texts() {
        for finding in lint(&only(rule.meta.name), &text, reading) {
            for fix in finding.fixes.iter().filter(|f| f.applicability == Applicability::Safe) {
                tried += 1;
                let fixed = apply(&text, fix);
                if let Some(request) = difference(&text, &fixed, reading) {
                    let (name, title) = (rule.meta.name, &fix.title);
                    wrong.push(format!("{name}: {title}: {request:?}\n{text}\n{fixed}"));
                }
            }
        }
    }
    assert!(tried > 40, "only {tried} safe fixes");
    assert!(wrong.is_empty(), "{} of {tried} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// A request to which two policies say different things.
fn difference(before: &str, after: &str, reading: Reading) -> Option<Request> {
    let (before, after) = (policy(before), policy(after));
    let atoms = Atoms::of(&[&before, &after]);
    let profile = Profile::documented();
    let (before, after) = (policies(before, reading), policies(after, reading));
    let catalog = keyaki_catalog::embedded();
    let old = Evaluator::new(&before, &profile, catalog);
    let new = Evaluator::new(&after, &profile, catalog);
    let mut random = Random(11);
    (0..400).map(|_| atoms.request(&mut random)).find(|request| {
        let says = |evaluator: &Evaluator<'_>| -> Vec<(Layer, Says)> {
            evaluator.trace(request).iter().map(|layer| (layer.layer, layer.says)).collect()
        };
        says(&old) != says(&new)
    })
}

fn policy(text: &str) -> Policy {
    keyaki_ir::lower(&Tree::parse(text))
}

fn policies(policy: Policy, reading: Reading) -> Policies {
    let document = Document { name: String::new(), policy };
    match reading.kind.unwrap_or(PolicyKind::Identity) {
        PolicyKind::Resource | PolicyKind::VpcEndpoint | PolicyKind::Rcp => {
            Policies { resource: Some(document), ..Policies::default() }
        }
        PolicyKind::Trust => Policies {
            resource: Some(document),
            resource_role: ResourceRole::Role,
            ..Policies::default()
        },
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp => {
            Policies { identity: vec![document], ..Policies::default() }
        }
    }
}

/// What requests are made of.
struct Atoms {
    actions: Vec<String>,
    resources: Vec<String>,
    keys: Vec<(String, Vec<String>)>,
}

impl Atoms {
    fn of(policies: &[&Policy]) -> Atoms {
        let mut atoms = Atoms {
            actions: vec!["s3:GetObject".to_owned()],
            resources: vec!["*".to_owned(), "arn:aws:s3:::other/key".to_owned()],
            keys: Vec::new(),
        };
        for statement in policies.iter().flat_map(|p| &p.statements) {
            let actions = statement.action_elements().flat_map(|e| &e.entries);
            atoms.actions.extend(actions.flat_map(|a| filled(&a.text)));
            let resources = statement.resource_elements().flat_map(|e| &e.entries);
            atoms.resources.extend(resources.flat_map(|r| filled(r.text())));
            for (block, entry) in statement.condition_entries() {
                if entry.is("aws:SourceIp") && block.operator.operator.is_some() {
                    // No request has anything but an address there.
                    let values = ["203.0.113.9", "10.1.2.3", "192.0.2.1", "2001:db8::1"];
                    atoms.keys.push((entry.key.value.to_string(), values.map(String::from).into()));
                    continue;
                }
                let mut values: Vec<String> =
                    entry.values.iter().flat_map(|v| filled(v.text())).collect();
                values
                    .extend(["", "true", "false", "other", "10", "203.0.113.9"].map(String::from));
                atoms.keys.push((entry.key.value.to_string(), values));
            }
        }
        atoms
    }

    fn request(&self, random: &mut Random) -> Request {
        const CALLERS: [&str; 4] = [
            "anonymous",
            "arn:aws:iam::111122223333:user/ann",
            "arn:aws:iam::111122223333:role/app",
            "s3.amazonaws.com",
        ];
        let mut context = Context::new();
        for (key, values) in &self.keys {
            let value = random.pick(values).clone();
            // A key that holds one value never holds several.
            match (random.below(5), is_multivalued(key)) {
                (0, _) => {}
                (1, true) => {
                    let second = random.pick(values).clone();
                    context.set(key, Values::List(vec![value, second]));
                }
                (2, true) => context.set(key, Values::List(vec![value])),
                (3, true) => context.set(key, Values::List(Vec::new())),
                _ => context.set(key, Values::One(value)),
            }
        }
        Request {
            caller: Caller::parse(CALLERS[random.below(CALLERS.len())]).expect("a caller"),
            action: random.pick(&self.actions).clone(),
            resource: random.pick(&self.resources).clone(),
            resource_account: Some("111122223333".to_owned()),
            context,
        }
    }
}

fn is_multivalued(key: &str) -> bool {
    match keyaki_catalog::embedded().key(key) {
        KeyLookup::Global(key) => key.key_type().is_multivalued(),
        KeyLookup::Service { key, .. } => key.key_type().is_multivalued(),
        KeyLookup::Federated(Some(key)) => key.key_type().is_multivalued(),
        KeyLookup::Federated(None)
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => true,
    }
}

/// A pattern as it stands, and with its wildcards filled in two ways.
fn filled(pattern: &str) -> [String; 3] {
    let with = |text: &str| pattern.replace('*', text).replace('?', "q");
    [pattern.to_owned(), with(""), with("xy")]
}
