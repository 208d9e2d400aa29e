//! For each known way an account in which it is open, and others in which a `Deny`, a boundary, an
//! SCP or a condition closes it.

use std::collections::BTreeMap;

use keyaki_audit::{Finding, Goal, Way, ways};
use serde_json::{Value, json};

use crate::account::{Account, Files, allow, everything, policy, search, trust};

/// What closes a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Nothing,
    Deny,
    Boundary,
    Scp,
    Condition,
}

const BLOCKS: [Block; 5] =
    [Block::Nothing, Block::Deny, Block::Boundary, Block::Scp, Block::Condition];

/// An account with one way, and what closes it.
struct Case {
    way: &'static Way,
    block: Block,
    /// The action that is refused.
    blocked: &'static str,
    account: Account,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, way) in ways().iter().enumerate() {
        for (number, block) in BLOCKS.into_iter().enumerate() {
            let id = format!("{:012}", 100_000_000_000_u64 + (at * 10 + number) as u64);
            let blocked = way.needs[(at + number) % way.needs.len()];
            let mut case = Case { way, block, blocked, account: Account::new(&id) };
            case.plant();
            cases.push(case);
        }
    }
    cases
}

/// How the way is modelled, from the same file as the analysis.
fn model(way: &Way) -> &'static str {
    let text = include_str!("../../data/ways.txt");
    let mut lines = text.lines().filter_map(|l| l.split_once('\t'));
    lines.find(|(name, _)| *name == way.name).map(|(_, model)| model).unwrap()
}

impl Case {
    fn holder_is_role(&self) -> bool {
        let model = model(self.way);
        let own = model.ends_with("own") || model == "unbound";
        own && self.way.needs[0].contains("Role")
    }

    fn holder(&self) -> String {
        let name = if self.holder_is_role() { "role/holder" } else { "user/holder" };
        self.account.arn(name)
    }

    /// The statements that allow what the way needs.
    fn statements(&self) -> Vec<Value> {
        let mut statements: Vec<Value> = self.way.needs.iter().map(|a| allow(a)).collect();
        if model(self.way).ends_with(" take") {
            // Else the user could change itself.
            let target = self.account.arn("user/target");
            statements.iter_mut().for_each(|s| s["Resource"] = json!(target));
        }
        match self.block {
            Block::Deny => {
                statements.push(json!({"Effect": "Deny", "Action": self.blocked, "Resource": "*"}));
            }
            Block::Condition => {
                let condition = match self.blocked {
                    "iam:PassRole" => {
                        json!({"StringEquals": {"iam:PassedToService": "none.amazonaws.com"}})
                    }
                    a if a.starts_with("iam:Attach") => {
                        json!({"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}})
                    }
                    _ => json!({"StringEquals": {"aws:PrincipalAccount": "999999999999"}}),
                };
                for statement in &mut statements {
                    if statement["Action"] == self.blocked {
                        statement["Condition"] = condition.clone();
                    }
                }
            }
            Block::Nothing | Block::Boundary | Block::Scp => {}
        }
        statements
    }

    fn plant(&mut self) {
        let model = model(self.way);
        let words: Vec<&str> = model.split(' ').collect();
        let changes = ["add", "attach", "version"].contains(&words[0]);
        let gain = words[usize::from(changes)];
        let mut statements = self.statements();
        let mut more = json!({"GroupList": [], "AttachedManagedPolicies": []});
        if self.block == Block::Boundary && gain != "unbound" {
            let rest = json!({"Effect": "Allow", "NotAction": self.blocked, "Resource": "*"});
            self.bound(&mut more, &[rest]);
        }
        if gain == "unbound" {
            // Its boundary allows nothing but its removal.
            let mut own = std::mem::replace(&mut statements, vec![allow("*")]);
            own.retain(|s| s["Effect"] == "Allow" && self.block != Block::Boundary);
            if self.block == Block::Deny {
                statements.extend(self.statements().into_iter().filter(|s| s["Effect"] == "Deny"));
            }
            own.push(allow("s3:ListAllMyBuckets"));
            self.bound(&mut more, &own);
        }
        self.plant_targets(gain, words[0], &mut more);
        let document = policy(&statements);
        if self.holder_is_role() {
            let nobody = trust(&json!({"Service": "ec2.amazonaws.com"}));
            more["GroupList"] = Value::Null;
            self.account.role("holder", &nobody, &document, &more);
        } else {
            self.account.user("holder", &document, &more);
        }
    }

    fn bound(&mut self, more: &mut Value, statements: &[Value]) {
        let arn = self.account.arn("policy/boundary");
        self.account.policy("boundary", &policy(statements));
        more["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn});
    }

    /// Who or what the way gets at: an administrator, unless the way makes it one.
    fn plant_targets(&mut self, gain: &str, change: &str, holder: &mut Value) {
        let own = self.account.arn("policy/own");
        let attached = json!({"AttachedManagedPolicies": [{"PolicyArn": own}]});
        let more = if change == "version" { attached.clone() } else { json!({}) };
        if change == "version" {
            self.account.policy("own", &policy(&[allow("s3:ListAllMyBuckets")]));
        }
        let makes_admin = ["add", "attach", "version"].contains(&change);
        let rights =
            if makes_admin { policy(&[allow("s3:ListAllMyBuckets")]) } else { everything() };
        let nobody = trust(&json!({"Service": "edgelambda.amazonaws.com"}));
        match gain {
            "pass" => {
                let service = model(self.way).split(' ').nth(1).unwrap().split(',').next().unwrap();
                let profile = json!({"InstanceProfileList": [{"InstanceProfileName": "target"}]});
                let trust = trust(&json!({"Service": service}));
                self.account.role("target", &trust, &rights, &profile);
            }
            "run" => {
                let profile = json!({"InstanceProfileList": [{"InstanceProfileName": "target"}]});
                self.account.role("target", &nobody, &rights, &profile);
            }
            "stack-set" => {
                let passed = self.account.arn("role/passed");
                let cloudformation = trust(&json!({"Service": "cloudformation.amazonaws.com"}));
                let may = policy(&[allow("sts:AssumeRole")]);
                self.account.role("passed", &cloudformation, &may, &json!({}));
                self.account.role("target", &trust(&json!({"AWS": passed})), &rights, &json!({}));
            }
            "take" => {
                self.account.user("target", &rights, &more);
            }
            "trust" => {
                self.account.role("target", &nobody, &rights, &more);
            }
            "assume" => {
                let trust = trust(&json!({"AWS": self.account.id}));
                self.account.role("target", &trust, &rights, &more);
            }
            "group" => {
                self.account.group("team", &Value::Null);
                holder["GroupList"] = json!(["team"]);
            }
            "join" => {
                self.account.group("admins", &everything());
            }
            "own" if change == "version" => {
                holder["AttachedManagedPolicies"] = attached["AttachedManagedPolicies"].clone();
            }
            _ => {}
        }
    }

    /// What runs with the target's role, or beside it.
    fn workload(&self) -> Option<(&'static str, Value)> {
        let mut words = model(self.way).split(' ').skip_while(|w| !["run", "beside"].contains(w));
        let kind = words.nth(1)?;
        let (id, role) = (&self.account.id, self.account.arn("role/target"));
        let arn = |service: &str, rest: &str| format!("arn:aws:{service}:eu-west-1:{id}:{rest}");
        let profile = json!({"Arn": format!("arn:aws:iam::{id}:instance-profile/target")});
        Some(match kind {
            "lambda-function" => (
                "lambda-function",
                json!({"Functions": [
                {"FunctionArn": arn("lambda", "function:orders"), "Role": role}]}),
            ),
            "ec2-instance" => (
                "ec2-instance",
                json!({"Reservations": [{"OwnerId": id, "Instances": [
                {"InstanceId": "i-0123456789abcdef0", "IamInstanceProfile": profile}]}]}),
            ),
            "launch-template" => (
                "launch-template",
                json!({"LaunchTemplateVersions": [
                {"LaunchTemplateId": "lt-0123456789abcdef0", "LaunchTemplateData": {"IamInstanceProfile": profile}}]}),
            ),
            "cloudformation-stack" => (
                "cloudformation-stack",
                json!({"Stacks": [
                {"StackId": arn("cloudformation", "stack/shop/1"), "RoleARN": role}]}),
            ),
            "cloudformation-stack-set" => (
                "cloudformation-stack-set",
                json!({"StackSet":
                {"StackSetARN": arn("cloudformation", "stackset/shop:1")}}),
            ),
            "codebuild-project" => (
                "codebuild-project",
                json!({"projects": [
                {"arn": arn("codebuild", "project/shop"), "serviceRole": role}]}),
            ),
            "apprunner-service" => (
                "apprunner-service",
                json!({"Service":
                {"ServiceArn": arn("apprunner", "service/shop/1"), "InstanceConfiguration": {"InstanceRoleArn": role}}}),
            ),
            "sagemaker-notebook" => (
                "sagemaker-notebook",
                json!(
                {"NotebookInstanceArn": arn("sagemaker", "notebook-instance/shop"), "RoleArn": role}),
            ),
            "glue-dev-endpoint" => (
                "glue-dev-endpoint",
                json!({"DevEndpoints": [
                {"EndpointName": "shop", "RoleArn": role}]}),
            ),
            "glue-job" => ("glue-job", json!({"Jobs": [{"Name": "shop", "Role": "target"}]})),
            "ecs-cluster" => {
                ("ecs-cluster", json!({"clusters": [{"clusterArn": arn("ecs", "cluster/shop")}]}))
            }
            "code-interpreter" => (
                "code-interpreter",
                json!(
                {"codeInterpreterArn": arn("bedrock-agentcore", "code-interpreter-custom/shop"), "executionRoleArn": role}),
            ),
            other => panic!("{other}"),
        })
    }
}

fn organization(cases: &[Case]) -> Value {
    let accounts = cases.iter().map(|c| {
        let denies = (c.block == Block::Scp).then(|| format!("p-{}", c.blocked.replace(':', "-")));
        let policies: Vec<String> =
            std::iter::once("p-FullAWSAccess".to_owned()).chain(denies).collect();
        json!({"Id": c.account.id, "ParentId": "r-root", "Policies": policies})
    });
    let actions: BTreeMap<&str, ()> = cases.iter().map(|c| (c.blocked, ())).collect();
    let policies = actions.keys().map(|action| {
        let content = policy(&[json!({"Effect": "Deny", "Action": action, "Resource": "*"})]);
        let id = format!("p-{}", action.replace(':', "-"));
        json!({"PolicySummary": {"Id": id, "Type": "SERVICE_CONTROL_POLICY"}, "Content": content.to_string()})
    });
    json!({
        "Organization": {"Id": "o-exampleorg", "MasterAccountId": "999999999999"},
        "Roots": [{"Id": "r-root", "Policies": ["p-FullAWSAccess"]}],
        "Accounts": accounts.collect::<Vec<_>>(),
        "Policies": policies.collect::<Vec<_>>(),
    })
}

/// A user with two access keys.
fn credentials(case: &Case) -> String {
    let arn = case.account.arn("user/target");
    format!(
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
         password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,\
         access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
         access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n\
         target,{arn},2020-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,\
         2020-01-01T00:00:00+00:00,N/A,N/A,N/A,true,2020-01-01T00:00:00+00:00,N/A\n"
    )
}

fn files(cases: &[Case]) -> Files {
    let mut files = Files::default();
    files.add("organization.json", &organization(cases));
    for case in cases {
        let folder = format!("accounts/{}/eu-west-1", case.account.id);
        files.add(&format!("{folder}/iam.json"), &case.account.details());
        if let Some((kind, answer)) = case.workload() {
            files.add(&format!("{folder}/{kind}/answer.json"), &answer);
        }
        if case.way.name == "iam-003" {
            files.add_text(&format!("{folder}/credential-report.csv"), credentials(case));
        }
    }
    files
}

fn names(finding: &Finding) -> Vec<&'static str> {
    finding.steps.iter().flat_map(|s| s.also.iter().copied().chain([s.way])).collect()
}

#[test]
fn each_way_is_found_and_none_that_is_closed() {
    let cases = cases();
    let snapshot = files(&cases).snapshot();
    let found = search(&snapshot, &Goal::Administrator);
    let mut wrong = Vec::new();
    for case in &cases {
        let holder = case.holder();
        let own = found.outcome.findings.iter().find(|f| f.principal.as_deref() == Some(&holder));
        let names = own.map(names).unwrap_or_default();
        let head = format!("{} {:?} {}", case.way.name, case.block, case.blocked);
        if case.block == Block::Nothing {
            if !names.contains(&case.way.name) {
                wrong.push(format!("{head}: not found, but {names:?}"));
            }
            continue;
        }
        for way in ways().iter().filter(|w| names.contains(&w.name)) {
            if way.needs.contains(&case.blocked) {
                wrong.push(format!("{head}: found by {}", way.name));
            }
        }
    }
    let open: Vec<_> =
        found.outcome.not_analysed.iter().filter(|n| n.about.starts_with("arn:")).collect();
    assert!(wrong.is_empty(), "{}\n{open:#?}", wrong.join("\n"));
    assert!(open.is_empty(), "{open:#?}");
}
