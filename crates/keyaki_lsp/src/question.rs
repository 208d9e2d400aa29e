//! What an editor asks of a policy: a request, or something that is to hold.

use keyaki_ide::{Access, Claim};
use serde_json::Value;
use tower_lsp_server::gen_lsp_types::Position;

use crate::snapshot::Snapshot;

/// Which policy is meant, and what is asked of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    policy: Option<String>,
    /// A place in the policy, or in the statement that is meant.
    at: Option<Position>,
    /// The request or the question.
    pub(crate) asked: Option<Value>,
}

impl Wanted {
    /// Reads the second argument of a command: an object, or nothing.
    pub(crate) fn read(argument: Option<&Value>, asked: &str) -> Option<Wanted> {
        let Some(argument) = argument.filter(|argument| !argument.is_null()) else {
            return Some(Wanted::default());
        };
        let object = argument.as_object()?;
        let given = |name: &str| object.get(name).filter(|value| !value.is_null());
        let policy = given("policy").map(|text| text.as_str().map(str::to_owned));
        let at = given("at").map(|place| serde_json::from_value(place.clone()).ok());
        Some(Wanted {
            policy: policy.map_or(Some(None), |text| text.map(Some))?,
            at: at.map_or(Some(None), |place| place.map(Some))?,
            asked: given(asked).cloned(),
        })
    }

    /// The policy that is meant, as a JSON pointer.
    pub(crate) fn policy(&self, snapshot: &Snapshot) -> Option<String> {
        let around = || snapshot.document().pointer_at(snapshot.offset(self.at?));
        self.policy.clone().or_else(around)
    }

    /// A request to begin with.
    pub(crate) fn draft(&self, snapshot: &Snapshot) -> String {
        let (policy, at) = (self.policy(snapshot), self.at.map(|at| snapshot.offset(at)));
        keyaki_ide::request_draft(snapshot.document(), policy.as_deref(), at)
    }
}

/// A request as text: an object, or its text.
pub(crate) fn request(asked: &Value) -> String {
    asked.as_str().map_or_else(|| asked.to_string(), str::to_owned)
}

/// Reads a question.
///
/// # Errors
/// Why it is none, as the end of a sentence.
pub(crate) fn claim(asked: &Value) -> Result<Claim, String> {
    let name = asked.as_str().or_else(|| asked["question"].as_str());
    match name.ok_or("no question was asked")? {
        "no-public-access" => Ok(Claim::NoPublicAccess),
        "always-denied" => Ok(Claim::AlwaysDenied),
        "no-new-access" => Ok(Claim::NoNewAccess),
        "equivalent" => Ok(Claim::Equivalent),
        "access-not-granted" => {
            let (actions, resources) = (list(&asked["actions"])?, list(&asked["resources"])?);
            Ok(Claim::AccessNotGranted(Access { actions, resources }))
        }
        name => Err(format!("there is no question `{name}`")),
    }
}

/// A list of texts, or none.
fn list(value: &Value) -> Result<Vec<String>, String> {
    let texts = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(texts) => texts,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err("actions and resources are lists of texts".to_owned());
        }
    };
    let text = |text: &Value| {
        let text = text.as_str().map(str::to_owned);
        text.ok_or_else(|| "actions and resources are lists of texts".to_owned())
    };
    texts.iter().map(text).collect()
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test stops at what it did not expect")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_question_says_why() {
        let why = |asked: Value| claim(&asked).expect_err("no question");
        assert_eq!(why(json!(null)), "no question was asked");
        assert_eq!(why(json!("who")), "there is no question `who`");
        let actions = json!({ "question": "access-not-granted", "actions": "s3:*" });
        assert_eq!(why(actions), "actions and resources are lists of texts");
        assert!(claim(&json!({ "question": "access-not-granted" })).is_ok());
    }

    #[test]
    fn arguments_that_are_something_else_are_refused() {
        let read = |argument: Value| Wanted::read(Some(&argument), "request");
        assert_eq!(read(json!(null)), Some(Wanted::default()));
        for argument in [json!("x"), json!({ "policy": 1 }), json!({ "at": "here" })] {
            assert_eq!(read(argument.clone()), None, "{argument}");
        }
    }
}
