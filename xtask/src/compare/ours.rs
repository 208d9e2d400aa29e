//! A case as our evaluator sees it.
//!
//! The key names of a case: `principal`, `action`, `resource`, `account` (of the resource),
//! `context`, and the layers `identity`, `boundary`, `session`, `scp`, `rcp`, `resource_policy`
//! and `endpoint`. Identity and boundary are lists of policies, SCPs and RCPs lists of levels.

use keyaki_catalog::{Catalog, embedded};
use keyaki_eval::{
    Caller, Context, Document, Evaluator, Policies, Profile, Request, ResourceRole, Values, Verdict,
};
use keyaki_ir::Arn;
use keyaki_ir::arn::Segment;
use keyaki_syntax::Tree;
use serde_json::Value;

/// A case, ready to be decided under any profile.
pub(crate) struct Prepared {
    policies: Policies,
    request: Request,
}

impl Prepared {
    /// Reads a case.
    ///
    /// # Errors
    /// A case that is not a well-formed one.
    pub(crate) fn new(case: &Value) -> Result<Self, String> {
        Ok(Self { policies: policies(case)?, request: request(case)? })
    }

    /// The verdict under a profile.
    pub(crate) fn decide(&self, profile: &Profile) -> Verdict {
        Evaluator::new(&self.policies, profile, catalog()).decide(&self.request).verdict
    }
}

fn catalog() -> &'static Catalog {
    embedded()
}

fn text<'c>(case: &'c Value, name: &str) -> Result<&'c str, String> {
    case[name].as_str().ok_or_else(|| format!("the case has no `{name}`"))
}

pub(crate) fn request(case: &Value) -> Result<Request, String> {
    let given = case["context"].as_object().into_iter().flatten();
    let context: Context = given.map(|(k, v)| (k, values(v))).collect();
    Ok(Request {
        caller: caller(text(case, "principal")?)?,
        action: text(case, "action")?.to_owned(),
        resource: text(case, "resource")?.to_owned(),
        resource_account: Some(text(case, "account")?.to_owned()),
        context,
    })
}

/// The peer takes a federated session to be named after the user that made it; so do we here.
fn caller(text: &str) -> Result<Caller, String> {
    let mut caller = Caller::parse(text).map_err(|e| e.to_string())?;
    if let Caller::FederatedUser { name, user, .. } = &mut caller {
        *user = Some(name.clone());
    }
    Ok(caller)
}

fn values(value: &Value) -> Values {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    match value.as_array() {
        Some(list) => Values::List(list.iter().map(text).collect()),
        None => Values::One(text(value)),
    }
}

fn policies(case: &Value) -> Result<Policies, String> {
    let many = |name: &str| case.get(name).map(documents).transpose();
    let one = |name: &str| case.get(name).map(document).transpose();
    let levels = |name: &str| {
        let given = case.get(name).and_then(Value::as_array);
        given.map(|l| l.iter().map(documents).collect::<Result<_, _>>()).transpose()
    };
    Ok(Policies {
        identity: many("identity")?.unwrap_or_default(),
        boundary: many("boundary")?,
        session: one("session")?.map(|d| vec![d]),
        scp: levels("scp")?,
        rcp: levels("rcp")?,
        resource: one("resource_policy")?,
        resource_role: role(case),
        endpoint: one("endpoint")?,
        ..Policies::default()
    })
}

fn documents(list: &Value) -> Result<Vec<Document>, String> {
    list.as_array().into_iter().flatten().map(document).collect()
}

fn document(value: &Value) -> Result<Document, String> {
    let text = value.to_string();
    let tree = Tree::parse(text.as_str());
    let policy = keyaki_ir::lower(&tree);
    let is_wrong = !tree.errors().is_empty() || !policy.defects.is_empty();
    match is_wrong {
        true => Err(format!("not a policy: {text}")),
        false => Ok(Document { name: "case".to_owned(), policy }),
    }
}

/// What the resource's ARN says about how its policy counts.
fn role(case: &Value) -> ResourceRole {
    let resource = case["resource"].as_str().unwrap_or_default();
    let Some(arn) = Arn::parse(resource) else { return ResourceRole::Ordinary };
    let part = arn.get(resource, Segment::Resource);
    match arn.get(resource, Segment::Service) {
        "kms" if part.starts_with("key/") => ResourceRole::Key,
        "iam" if part.starts_with("role/") && case["action"] == "sts:AssumeRole" => {
            ResourceRole::Role
        }
        _ => ResourceRole::Ordinary,
    }
}
