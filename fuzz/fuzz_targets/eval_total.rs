//! Any policies and any request: the evaluator decides, and the decision formula, the outcome and
//! the trace tell the same story.
//!
//! The input is split at bytes 0xFF: the request, one line for each part, then policies, one for
//! each layer in turn.
#![no_main]

use keyaki_eval::{
    Caller, Context, Document, Evaluator, Policies, Profile, Request, ResourceRole, Values,
    Verdict, complete,
};
use keyaki_syntax::Tree;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.split(|b| *b == 0xFF);
    let request = request(&String::from_utf8_lossy(parts.next().unwrap_or_default()));
    let documents: Vec<Document> = parts.take(8).map(document).collect();
    let policies = policies(&documents, bytes.len());
    let name = Profile::NAMES[bytes.len() % 3];
    let profile = Profile::named(name).unwrap_or_default();
    let evaluator = Evaluator::new(&policies, &profile, keyaki_catalog::embedded());
    let request = complete(&request).map(|c| c.request).unwrap_or(request);
    let outcome = evaluator.decide(&request);
    let formula = evaluator.decision(&request).formula();
    let allowed = formula.eval(&mut |atom| evaluator.holds(*atom, &request));
    assert_eq!(allowed, outcome.verdict == Verdict::Allow);
    evaluator.trace(&request);
});

fn request(text: &str) -> Request {
    let mut lines = text.lines();
    let caller = Caller::parse(lines.next().unwrap_or_default()).unwrap_or(Caller::Anonymous);
    let action = lines.next().unwrap_or_default().to_owned();
    let resource = lines.next().unwrap_or("*").to_owned();
    let mut context = Context::new();
    for line in lines.take(16) {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let values: Vec<String> = value.split('|').map(str::to_owned).collect();
        match values.as_slice() {
            [one] => context.set(key, one.as_str()),
            _ => context.set(key, Values::List(values)),
        }
    }
    Request { caller, action, resource, resource_account: None, context }
}

fn document(bytes: &[u8]) -> Document {
    let tree = Tree::parse_bytes(bytes);
    Document { name: String::new(), policy: keyaki_ir::lower(&tree) }
}

fn policies(documents: &[Document], salt: usize) -> Policies {
    let mut policies = Policies::default();
    for (i, document) in documents.iter().enumerate() {
        let document = document.clone();
        match (i + salt) % 8 {
            0 | 1 => policies.identity.push(document),
            2 => policies.resource = Some(document),
            3 => policies.boundary.get_or_insert_default().push(document),
            4 => policies.session.get_or_insert_default().push(document),
            5 => policies.scp.get_or_insert_default().push(vec![document]),
            6 => policies.rcp.get_or_insert_default().push(vec![document]),
            _ => policies.endpoint = Some(document),
        }
    }
    let roles = [ResourceRole::Ordinary, ResourceRole::Role, ResourceRole::Key];
    policies.resource_role = roles[salt % roles.len()];
    policies
}
