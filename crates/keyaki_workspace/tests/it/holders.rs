//! Who holds what in templates and plans, and that what is proved of it holds whatever comes.

use std::path::Path;

use keyaki_analyze::{Answer, Asker, Open, Question, ask_open};
use keyaki_eval::Profile;
use keyaki_symbolic::Actions;
use keyaki_workspace::{Gathered, Holder, Side, gather, holders};

use crate::modules::outsiders;
use crate::sample;

const STEPS: u64 = 200_000;

fn read(text: &str) -> Vec<Holder> {
    holders(Path::new("template.yaml"), text.as_bytes()).expect("it is read").expect("a template")
}

/// What a role of a template may do.
fn role(text: &str, name: &str) -> Gathered {
    let all = read(text);
    let holder = all.iter().find(|h| h.name == name).expect("the role is there");
    gather(holder, Side::Identity, "template.yaml", keyaki_catalog::embedded())
        .expect("it has policies")
}

fn no_more(old: &Open, new: &Open) -> Answer {
    let profile = Profile::documented();
    let asker = Asker::new(keyaki_catalog::embedded(), &profile, Actions::Known, STEPS);
    let question = Question::NoNewAccess { old: &old.subject, new: &new.subject };
    ask_open(&question, &[old, new], &asker)
}

fn names(gathered: &Gathered) -> Vec<&str> {
    gathered.parts.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_role_has_what_is_attached_to_it_from_anywhere_in_the_template() {
    let text = r#"
Parameters: {Elsewhere: {Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: !Ref Limit
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess, !Ref Managed, !Ref Elsewhere]
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}]
  Limit:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:*", Resource: "*"}]}}
  Attached:
    Type: AWS::IAM::Policy
    Properties: {Roles: [!Ref Role], PolicyDocument: {Statement: [{Effect: Allow, Action: "sns:*", Resource: "*"}]}}
"#;
    let role = role(text, "Role");
    assert_eq!(
        names(&role),
        [
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "/Resources/Managed/Properties/PolicyDocument",
            "managed policy `${Elsewhere}`",
            "/Resources/Role/Properties/Policies/0/PolicyDocument",
            "/Resources/Attached/Properties/PolicyDocument",
            "/Resources/Limit/Properties/PolicyDocument",
        ]
    );
    assert!(role.open.subject.policies.boundary.is_some());
    // Nothing of these is told a second time.
    assert_eq!(read(text).len(), 1);
}

#[test]
fn what_is_attached_outside_is_told_of_those() {
    let text = r#"
Parameters: {Name: {Type: String}}
Resources:
  Role: {Type: AWS::IAM::Role}
  One:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [existing, !Ref Role, !Ref Name]
      PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:*", Resource: "*"}]}
  Two:
    Type: AWS::IAM::Policy
    Properties:
      Users: [existing]
      PolicyDocument: {Statement: [{Effect: Allow, Action: "sns:*", Resource: "*"}]}
"#;
    let all = read(text);
    let told: Vec<(&str, bool)> =
        all.iter().map(|h| (h.name.as_str(), h.is_told_of_others)).collect();
    assert_eq!(
        told,
        [
            ("Role", false),
            ("role ${Name}", false),
            ("role existing", false),
            ("user existing", false),
            ("Two", true),
        ]
    );
}

#[test]
fn a_user_has_what_its_groups_have() {
    let text = r#"
Resources:
  Ann: {Type: AWS::IAM::User, Properties: {Groups: [!Ref Team, elsewhere]}}
  Team:
    Type: AWS::IAM::Group
    Properties: {ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]}
"#;
    let ann = role(text, "Ann");
    assert_eq!(names(&ann), ["arn:aws:iam::aws:policy/ReadOnlyAccess", "group `elsewhere`"]);
}

const READ: &str = r#"{Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]}"#;

#[test]
fn what_a_macro_adds_is_unknown() {
    let text = format!(
        r#"
Resources:
  Open:
    Type: AWS::IAM::Role
    Properties:
      Fn::Transform: {{Name: AWS::Include}}
      AssumeRolePolicyDocument: {READ}
  Policy:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: own
          PolicyDocument:
            Fn::Transform: {{Name: AWS::Include}}
            Statement: [{{Effect: Allow, Action: "s3:GetObject", Resource: "*"}}]
  Statement:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: own
          PolicyDocument: {{Statement: [{{Effect: Deny, Action: "*", Resource: "*", Fn::Transform: {{Name: A}}}}]}}
  Bucket:
    Type: AWS::S3::BucketPolicy
    Properties: {{Bucket: b, PolicyDocument: {{Statement: [{{Effect: Deny, Principal: "*", Fn::Transform: {{Name: A}}}}]}}}}
  Added:
    Type: AWS::S3::BucketPolicy
    Properties: {{Bucket: b, Fn::Transform: {{Name: A}}}}
"#
    );
    assert_eq!(names(&role(&text, "Open")), ["what a macro adds at /Resources/Open/Properties"]);
    for name in ["Policy", "Statement"] {
        let at = format!("inline policy at /Resources/{name}/Properties/Policies/0/PolicyDocument");
        assert_eq!(names(&role(&text, name)), [at]);
    }
    let all = read(&text);
    for name in ["Bucket", "Added"] {
        let holder = all.iter().find(|h| h.name == name).expect("the bucket policy is there");
        let part = holder.ways[0].resource.as_ref().expect("it has a policy");
        assert!(part.tree().is_none());
    }
}

#[test]
fn users_that_are_not_told_may_be_any_user() {
    let text = r#"
Parameters: {Q: {Type: String}}
Resources:
  Ann: {Type: AWS::IAM::User, Properties: {UserName: ann}}
  Team: {Type: AWS::IAM::Group}
  Members: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Team, Users: !Split [",", !Ref Q]}}
"#;
    assert_eq!(names(&role(text, "Ann")), ["whom `Members` adds"]);
}

#[test]
fn what_is_merged_counts() {
    let text = r#"
Base: &base {ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess], Path: /a/}
Role: &role {Type: AWS::IAM::Role, Properties: {<<: [*base], Path: /b/}}
Resources:
  Role: {<<: *role}
  Open: {Type: AWS::IAM::Role, Properties: {<<: !Ref Base}}
"#;
    assert_eq!(names(&role(text, "Role")), ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
    assert_eq!(names(&role(text, "Open")), ["what a macro adds at /Resources/Open/Properties"]);
}

#[test]
fn of_one_logical_id_the_last_counts() {
    let text = r#"
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]}}
  Role: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonS3FullAccess]}}
"#;
    assert_eq!(names(&role(text, "Role")), ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]);
    assert_eq!(read(text).len(), 1);
}

#[test]
fn a_connector_adds_to_the_role_behind_its_function() {
    let text = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]}}
  Other: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]}}
  Function:
    Type: AWS::Serverless::Function
    Connectors: {Inner: {Properties: {Destination: {Id: Bucket}, Permissions: [Write]}}}
    Properties: {Role: !GetAtt Role.Arn}
  Outer: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Function}, Destination: {Id: Bucket}}}
  Bucket: {Type: AWS::S3::Bucket}
"#;
    let managed = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let added = ["what connector `Function` adds", "what connector `Outer` adds"];
    assert_eq!(names(&role(text, "Role")), [managed, added[0], added[1]]);
    assert_eq!(names(&role(text, "Other")), [managed]);
}

/// A plan of a user in no group that is told, with an attachment of all its policies.
const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.7.0", "planned_values": {"root_module": {"resources": [
  {"address": "aws_iam_user.u", "mode": "managed", "type": "aws_iam_user", "name": "u", "values": {"name": "u"}},
  {"address": "aws_iam_user_policy_attachments_exclusive.e", "mode": "managed", "type": "aws_iam_user_policy_attachments_exclusive", "name": "e",
   "values": {"user_name": "u", "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}},
  {"address": "aws_iam_group_membership.m", "mode": "managed", "type": "aws_iam_group_membership", "name": "m", "values": {"group": "g", "name": "m"}}]}},
 "resource_changes": [{"address": "aws_iam_group_membership.m", "mode": "managed", "type": "aws_iam_group_membership", "name": "m",
   "change": {"actions": ["create"], "before": null, "after": {"group": "g", "name": "m"}, "after_unknown": {"users": true}}}],
 "configuration": {"root_module": {"resources": [{"address": "aws_iam_group_membership.m", "mode": "managed", "type": "aws_iam_group_membership",
   "name": "m", "expressions": {"users": {"references": ["var.u"]}}}]}}}"#;

#[test]
fn what_a_plan_attaches_outside_is_told_of_those() {
    let resource = |kind: &str, name: &str, values: &str| {
        format!(
            r#"{{"address": "{kind}.{name}", "mode": "managed", "type": "{kind}", "name": "{name}", "values": {{{values}}}}}"#
        )
    };
    let attachment = "aws_iam_role_policy_attachment";
    let managed = r#""policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess""#;
    let inline = r#""policy": "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"sqs:*\", \"Resource\": \"*\"}}""#;
    let all = [
        resource("aws_iam_role", "app", r#""name": "app""#),
        resource(attachment, "in", &format!(r#""role": "app", {managed}"#)),
        resource(attachment, "out", &format!(r#""role": "auditor", {managed}"#)),
        resource("aws_iam_role_policy", "out", &format!(r#""role": "auditor", {inline}"#)),
        resource(
            "aws_iam_policy_attachment",
            "both",
            &format!(r#""roles": ["app", "auditor"], "users": ["someone"], {managed}"#),
        ),
        resource("aws_iam_user_policy", "alone", &format!(r#""user": null, {inline}"#)),
    ];
    let text = format!(
        r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{"resources": [{}]}}}}}}"#,
        all.join(", ")
    );
    let all = holders(Path::new("plan.json"), text.as_bytes()).expect("it is read");
    let all = all.expect("a plan");
    assert_eq!(
        outsiders(&all),
        [
            ("aws_iam_role.app", 1, false),
            ("role auditor", 2, false),
            ("user someone", 1, false),
            ("aws_iam_role_policy.out", 1, true),
            ("aws_iam_user_policy.alone", 1, false),
        ]
    );
}

#[test]
fn a_user_of_a_plan_has_what_is_attached_and_what_groups_may_add() {
    let all = holders(Path::new("plan.json"), PLAN.as_bytes()).expect("it is read");
    let all = all.expect("a plan");
    let gathered =
        gather(&all[0], Side::Identity, "plan.json", keyaki_catalog::embedded()).expect("policies");
    assert_eq!(
        names(&gathered),
        ["arn:aws:iam::aws:policy/ReadOnlyAccess", "whom it adds of aws_iam_group_membership.m"]
    );
}

#[test]
fn each_combination_of_conditions_is_a_way() {
    let text = r#"
Conditions: {A: !Equals [1, 2], B: !Equals [1, 3]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns:
        - !If [A, arn:aws:iam::aws:policy/ReadOnlyAccess, !Ref AWS::NoValue]
        - !If [B, arn:aws:iam::aws:policy/AmazonS3FullAccess, !Ref AWS::NoValue]
"#;
    let all = read(text);
    let counts: Vec<usize> = all[0].ways.iter().map(|way| way.identity.len()).collect();
    assert_eq!(counts, [2, 1, 1, 0]);
    assert!(all[0].is_exhaustive);
}

#[test]
fn a_value_that_is_named_otherwise_now_is_another_value() {
    let template = |name: &str| {
        format!(
            r#"
Resources:
  Data: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {name}}}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: own
          PolicyDocument: {{Statement: [{{Effect: Allow, Action: "s3:GetObject", Resource: !Sub "arn:aws:s3:::${{Data}}/*"}}]}}
"#
        )
    };
    let (one, same) = (role(&template("one"), "Role"), role(&template("one"), "Role"));
    let other = role(&template("other"), "Role");
    assert_eq!(one.says, same.says);
    assert_eq!(no_more(&one.open, &same.open).name(), "proved");
    assert_ne!(one.says, other.says);
    assert_eq!(no_more(&one.open, &other.open).name(), "undecided");
}

#[test]
fn an_unknown_policy_may_allow_and_deny_anything() {
    let template = |arns: &str| {
        format!(
            r#"
Parameters: {{P: {{Type: String}}}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {{ManagedPolicyArns: [{arns}]}}
"#
        )
    };
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let (with, without) = (
        role(&template(&format!("{read_only}, !Ref P")), "Role"),
        role(&template(read_only), "Role"),
    );
    assert_eq!(no_more(&without.open, &with.open).name(), "undecided");
    assert_eq!(no_more(&with.open, &without.open).name(), "undecided");
    assert_eq!(no_more(&with.open, &with.open).name(), "proved");
}

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all[(self.0 >> 33) as usize % all.len()]
    }
}

const ACTIONS: [&str; 4] = ["s3:GetObject", "s3:*", "s3:PutObject", "sqs:SendMessage"];
const RESOURCES: [&str; 6] = [
    "arn:aws:s3:::${A}/*",
    "arn:aws:s3:::${B}/*",
    "arn:aws:s3:::${A}-${B}/x",
    "arn:aws:s3:::one/*",
    "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${A}",
    "*",
];
const CONDITIONS: [&str; 4] = [
    "{}",
    "{StringEquals: {\"aws:PrincipalTag/team\": !Sub \"${A}\"}}",
    "{StringLike: {\"aws:SourceVpce\": !Sub \"x-${B}\"}}",
    "{StringEquals: {\"aws:PrincipalTag/team\": one}}",
];
/// Values of the parameters.
const VALUES: [&str; 6] = ["one", "*", "o?e", "two", "one/x", "a:b"];

fn statements(dice: &mut Dice) -> String {
    let mut all = String::new();
    for _ in 0..2 {
        let effect = dice.of(&["Allow", "Allow", "Deny"]);
        let (action, condition) = (dice.of(&ACTIONS), dice.of(&CONDITIONS));
        let resources =
            format!("[!Sub \"{}\", !Sub \"{}\"]", dice.of(&RESOURCES), dice.of(&RESOURCES));
        all.push_str(&format!(
            "            - {{Effect: {effect}, Action: \"{action}\", Resource: {resources}, Condition: {condition}}}\n"
        ));
    }
    all
}

fn template(old: &str, new: &str, parameters: &str) -> String {
    let role = |name: &str, statements: &str| {
        format!(
            "  {name}:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n      - PolicyName: own\n        PolicyDocument:\n          Version: \"2012-10-17\"\n          Statement:\n{statements}"
        )
    };
    format!("Parameters: {parameters}\nResources:\n{}{}", role("Old", old), role("New", new))
}

#[test]
fn what_is_proved_holds_for_every_value() {
    let mut dice = Dice(11);
    let (mut proved, mut refuted, mut tried) = (0, 0, 0);
    for _ in 0..40 {
        let old = statements(&mut dice);
        // Often a part of the old policy, so that there is something to prove.
        let new = match dice.of(&["part", "other", "part"]) {
            "part" => old.lines().take(1).map(|line| format!("{line}\n")).collect(),
            _ => statements(&mut dice),
        };
        let open = "{A: {Type: String}, B: {Type: String}}";
        let text = template(&old, &new, open);
        let answer = no_more(&role(&text, "Old").open, &role(&text, "New").open);
        refuted += usize::from(answer.holds() == Some(false));
        if answer.holds() != Some(true) {
            continue;
        }
        proved += 1;
        for _ in 0..4 {
            let one = |value: &str| format!("{{Type: String, AllowedValues: [\"{value}\"]}}");
            let (a, b) = (one(dice.of(&VALUES)), one(dice.of(&VALUES)));
            let text = template(&old, &new, &format!("{{A: {a}, B: {b}}}"));
            let answer = no_more(&role(&text, "Old").open, &role(&text, "New").open);
            assert!(answer.holds() != Some(false), "{text}\n{answer:?}");
            tried += 1;
        }
    }
    assert!(proved > 5 && refuted > 2 && tried > 20, "{proved} {refuted} {tried}");
}

#[test]
fn everything_in_public_templates_and_plans_has_a_holder() {
    let mut count = 0;
    for path in sample(&["cloudformation", "terraform-plan"], 4) {
        let bytes = std::fs::read(&path).expect("the file is read");
        let Ok(Some(all)) = holders(&path, &bytes) else { continue };
        for holder in &all {
            count += 1;
            for side in [Side::Identity, Side::Resource] {
                let origin = path.to_string_lossy();
                let gathered = gather(holder, side, &origin, keyaki_catalog::embedded());
                let again = gather(holder, side, &origin, keyaki_catalog::embedded());
                assert_eq!(gathered.map(|g| g.says), again.map(|g| g.says));
            }
        }
    }
    println!("{count} holders");
}

#[test]
fn what_a_plan_attaches_with_another_provider_may_be_attached_to_somebody_else() {
    let told = |provider: &str| {
        let resource = |kind: &str, values: &str| {
            format!(
                r#"{{"address": "{kind}.r", "mode": "managed", "type": "{kind}", "name": "r", "values": {{{values}}}}}"#
            )
        };
        let configured = |kind: &str, provider: &str| {
            format!(
                r#"{{"mode": "managed", "type": "{kind}", "name": "r", "provider_config_key": "{provider}"}}"#
            )
        };
        let (role, own) = ("aws_iam_role", "aws_iam_role_policy");
        let text = format!(
            r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{"resources": [{}, {}]}}}},
                "configuration": {{"root_module": {{"resources": [{}, {}]}}}}}}"#,
            resource(role, r#""name": "app""#),
            resource(own, r#""role": "app", "policy": "{\"Statement\": []}""#),
            configured(role, "aws"),
            configured(own, provider),
        );
        let all = holders(Path::new("plan.json"), text.as_bytes()).expect("it is read");
        let all = all.expect("a plan");
        all[0].ways[0].identity.iter().map(|part| part.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told("aws"), ["/planned_values/root_module/resources/1/values/policy"]);
    assert_eq!(told("aws.prod"), ["whom it is attached to of aws_iam_role_policy.r"]);
}
