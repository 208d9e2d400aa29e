//! Accounts as the readers read them, put together by hand.

use keyaki_account::{Snapshot, assemble, read};
use keyaki_audit::{Auditor, Escalations, Goal, escalations};
use keyaki_eval::Profile;
use serde_json::{Value, json};

/// Files of a snapshot: path and content.
#[derive(Default)]
pub(crate) struct Files(Vec<(String, String)>);

impl Files {
    pub(crate) fn add(&mut self, path: &str, content: &Value) {
        self.0.push((path.to_owned(), content.to_string()));
    }

    pub(crate) fn add_text(&mut self, path: &str, content: String) {
        self.0.push((path.to_owned(), content));
    }

    pub(crate) fn snapshot(self) -> Snapshot {
        let fragments = self.0.into_iter().map(|(path, text)| read(&path, text.into_bytes()));
        let snapshot = assemble(fragments.collect(), keyaki_catalog::embedded());
        let weighty = snapshot.remarks_by_weight().0;
        assert!(weighty.is_empty(), "{weighty:#?}");
        snapshot
    }
}

/// A user, a group or a role of one account.
pub(crate) struct Account {
    pub(crate) id: String,
    users: Vec<Value>,
    groups: Vec<Value>,
    roles: Vec<Value>,
    policies: Vec<Value>,
}

impl Account {
    pub(crate) fn new(id: &str) -> Account {
        Account {
            id: id.to_owned(),
            users: vec![],
            groups: vec![],
            roles: vec![],
            policies: vec![],
        }
    }

    pub(crate) fn arn(&self, rest: &str) -> String {
        format!("arn:aws:iam::{}:{rest}", self.id)
    }

    /// Adds a user; `more` holds further members of its entry.
    pub(crate) fn user(&mut self, name: &str, policy: &Value, more: &Value) -> &mut Self {
        let arn = self.arn(&format!("user/{name}"));
        let own = json!({"UserName": name, "Arn": arn, "UserPolicyList": inline(policy)});
        self.users.push(joined(own, more));
        self
    }

    pub(crate) fn role(
        &mut self,
        name: &str,
        trust: &Value,
        policy: &Value,
        more: &Value,
    ) -> &mut Self {
        let arn = self.arn(&format!("role/{name}"));
        let own = json!({
            "RoleName": name, "Arn": arn, "AssumeRolePolicyDocument": trust,
            "RolePolicyList": inline(policy),
        });
        self.roles.push(joined(own, more));
        self
    }

    pub(crate) fn group(&mut self, name: &str, policy: &Value) -> &mut Self {
        let arn = self.arn(&format!("group/{name}"));
        self.groups.push(json!({"GroupName": name, "Arn": arn, "GroupPolicyList": inline(policy)}));
        self
    }

    pub(crate) fn policy(&mut self, name: &str, document: &Value) -> &mut Self {
        let arn = self.arn(&format!("policy/{name}"));
        self.policies.push(json!({
            "PolicyName": name, "Arn": arn, "DefaultVersionId": "v1",
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document}],
        }));
        self
    }

    pub(crate) fn details(&self) -> Value {
        json!({
            "UserDetailList": self.users, "GroupDetailList": self.groups,
            "RoleDetailList": self.roles, "Policies": self.policies, "IsTruncated": false,
        })
    }
}

fn inline(policy: &Value) -> Value {
    match policy.is_null() {
        true => json!([]),
        false => json!([{"PolicyName": "inline", "PolicyDocument": policy}]),
    }
}

fn joined(mut own: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        own[name.as_str()] = value.clone();
    }
    own
}

/// A policy of these statements.
pub(crate) fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub(crate) fn allow(action: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": "*"})
}

/// A policy that allows everything.
pub(crate) fn everything() -> Value {
    policy(&[allow("*")])
}

/// A trust policy.
pub(crate) fn trust(principal: &Value) -> Value {
    policy(&[json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})])
}

pub(crate) fn search(snapshot: &Snapshot, goal: &Goal) -> Escalations {
    let profile = Profile::default();
    let catalog = keyaki_catalog::embedded();
    let auditor = Auditor { snapshot, catalog, profile: &profile, now: None, steps: 1_000_000 };
    escalations(&auditor, goal, None, &mut |_, number, work| (0..number).for_each(work))
}
