//! Reading.

use keyaki_account::{Format, Guardrail, Snapshot, assemble, coverage, read};

fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let fragments = files.iter().map(|(path, text)| read(path, text.as_bytes().to_vec()));
    assemble(fragments.collect(), keyaki_catalog::embedded())
}

fn remarks(snapshot: &Snapshot) -> String {
    let line = |r: &keyaki_account::Remark| format!("{}: {}\n", r.about, r.message);
    snapshot.remarks.iter().map(line).collect()
}

const ROLE: &str = r#"{"Arn": "arn:aws:iam::111122223333:role/team/deploy", "RoleName": "deploy",
    "CreateDate": "2020-01-01T00:00:00+00:00", "RoleLastUsed": {"LastUsedDate": "2025-05-01 10:00:00+00:00"},
    "AssumeRolePolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D",
    "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/cap"},
    "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Statement": []}}],
    "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    "Tags": [{"Key": "team", "Value": "a"}]}"#;

#[test]
fn nothing_gives_an_empty_snapshot() {
    assert!(coverage(&snapshot(&[])).is_empty());
}

#[test]
fn roles_have_their_policies_with_file_and_pointer() {
    let text = format!(r#"{{"UserDetailList": [], "RoleDetailList": [{ROLE}]}}"#);
    let snapshot = snapshot(&[("a/any-name.json", &text)]);
    let role = &snapshot.principals["arn:aws:iam::111122223333:role/team/deploy"];
    assert_eq!(
        role.inline[0].place(),
        "a/any-name.json#/RoleDetailList/0/RolePolicyList/0/PolicyDocument"
    );
    assert!(!role.inline[0].is_in_string);
    let trust = role.trust.as_ref().expect("a trust policy");
    assert!(trust.is_in_string && trust.defect.is_none());
    assert_eq!(role.tags, [("team".to_owned(), "a".to_owned())]);
    let used = role.last_used.flatten().and_then(|at| at.calendar());
    assert_eq!(used.as_deref(), Some("2025-05-01T10:00:00Z"));
    let (documents, missing) = snapshot.identity_of(role);
    assert_eq!((documents.len(), missing.len()), (2, 0), "the catalogue knows the attached one");
    assert!(remarks(&snapshot).contains("arn:aws:iam::111122223333:policy/cap: is missing"));
}

#[test]
fn pages_and_accounts_come_together() {
    let page = |account: &str, name: &str, more: bool| {
        format!(
            r#"{{"UserDetailList": [{{"Arn": "arn:aws:iam::{account}:user/{name}"}}], "RoleDetailList": [],
                "IsTruncated": {more}}}"#
        )
    };
    let whole = [page("111122223333", "a", true), page("111122223333", "b", false)];
    let other = page("444455556666", "a", true);
    let files = [("1.json", &*whole[0]), ("2.json", &whole[1]), ("3.json", &other)];
    let snapshot = snapshot(&files);
    assert_eq!(snapshot.principals.len(), 3);
    let remarks = remarks(&snapshot);
    assert!(remarks.contains(
        "444455556666: of its authorization details there are 1 pages, without the last"
    ));
    assert!(!remarks.contains("111122223333: of its"), "{remarks}");
}

#[test]
fn a_token_for_the_next_page_tells_that_more_follow() {
    for end in [
        r#""NextToken": "eyJ""#,
        r#""Marker": "AAE""#,
        r#""IsTruncated": false, "NextToken": "eyJ""#,
    ] {
        let text = format!(
            r#"{{"UserDetailList": [{{"Arn": "arn:aws:iam::111122223333:user/a"}}], {end}}}"#
        );
        let remarks = remarks(&snapshot(&[("1.json", &text)]));
        assert!(remarks.contains("there are 1 pages, without the last"), "{end}: {remarks}");
    }
    let none =
        r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/a"}], "NextToken": null}"#;
    assert!(!remarks(&snapshot(&[("1.json", none)])).contains("pages"));
    let accessed = r#"{"JobStatus": "COMPLETED", "ServicesLastAccessed": [], "Marker": "AAE"}"#;
    let functions = r#"{"Functions": [], "NextMarker": "AAE"}"#;
    for text in [accessed, functions] {
        assert!(
            remarks(&snapshot(&[("1.json", text)])).contains("is one page of several"),
            "{text}"
        );
    }
}

#[test]
fn credential_reports_come_as_csv_and_inside_an_answer() {
    let head = "user,arn,user_creation_time,password_enabled,password_last_used,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date";
    let line = "ann,arn:aws:iam::111122223333:user/ann,2020-01-01T00:00:00+00:00,true,no_information,true,2021-01-01T00:00:00+00:00,N/A";
    let csv = format!("{head}\n{line}\n");
    let plain = format!(r#"{{"Content": "{head}\n{line}\n", "ReportFormat": "text/csv"}}"#);
    for (name, text) in [("report.csv", &csv), ("report.json", &plain)] {
        let snapshot = snapshot(&[(name, text)]);
        let ann = &snapshot.principals["arn:aws:iam::111122223333:user/ann"];
        let credentials = ann.credentials.as_ref().expect("credentials");
        assert_eq!((credentials.has_password, credentials.password_used), (Some(true), None));
        assert_eq!(credentials.keys.len(), 1);
    }
}

#[test]
fn last_use_finds_its_principal_by_name_member_or_job() {
    let details = format!(r#"{{"UserDetailList": [], "RoleDetailList": [{ROLE}]}}"#);
    let list = r#""JobStatus": "COMPLETED", "ServicesLastAccessed": [{"ServiceNamespace": "s3"}]"#;
    let plain = format!("{{{list}}}");
    let arn = "arn:aws:iam::111122223333:role/team/deploy";
    let named = format!(r#"{{"Arn": "{arn}", {list}}}"#);
    let job = r#"{"JobId": "j-1"}"#;
    let ways: [&[(&str, &str)]; 3] = [
        &[("x/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Fdeploy.json", &plain)],
        &[("x/1.json", &named)],
        &[
            ("get/j-1", &plain),
            ("generate/arn_3Aaws_3Aiam_3A_3A111122223333_3Arole_2Fteam_2Fdeploy", job),
        ],
    ];
    for way in ways {
        let files = [&[("a.json", &*details)], way].concat();
        let snapshot = snapshot(&files);
        assert_eq!(snapshot.principals[arn].services.as_ref().map(Vec::len), Some(1), "{way:?}");
    }
    let nobody = snapshot(&[("x/1.json", &plain)]);
    assert!(remarks(&nobody).contains("nothing tells whom it is about"));
}

#[test]
fn guardrails_stand_by_level_from_the_root() {
    let text = r#"{"Organization": {"Id": "o-x", "MasterAccountId": "123456789012"},
        "Roots": [{"Id": "r-1", "Policies": ["p-FullAWSAccess"]}],
        "OrganizationalUnits": [{"Id": "ou", "ParentId": "r-1", "Policies": ["p-FullAWSAccess", "p-no", "p-gone"]}],
        "Accounts": [{"Id": "111122223333", "ParentId": "ou"}, {"Id": "444455556666", "ParentId": "111122223333"}],
        "Policies": [{"PolicySummary": {"Id": "p-no", "Type": "SERVICE_CONTROL_POLICY"},
                      "Content": "{\"Version\": \"2012-10-17\", \"Statement\": []}"},
                     {"Id": "p-tag", "Type": "TAG_POLICY", "Content": "{}"}]}"#;
    let snapshot = snapshot(&[("o.json", text)]);
    let organization = &snapshot.organizations["o-x"];
    let levels = organization.levels("111122223333", Guardrail::Scp).expect("levels");
    let ids: Vec<&str> = levels.iter().map(|(id, _, _)| id.as_str()).collect();
    assert_eq!(ids, ["r-1", "ou", "111122223333"]);
    assert_eq!(levels[1].1.len(), 3);
    assert_eq!(levels[1].2, ["p-gone"]);
    assert!(organization.levels("123456789012", Guardrail::Scp).is_none());
    assert!(remarks(&snapshot).contains("policies of type TAG_POLICY are not looked at"));
}

#[test]
fn units_in_a_circle_come_to_an_end() {
    let text = r#"{"Organization": {"Id": "o-x"}, "OrganizationalUnits": [{"Id": "a", "ParentId": "b"},
        {"Id": "b", "ParentId": "a"}], "Accounts": [{"Id": "111122223333", "ParentId": "a"}]}"#;
    let snapshot = snapshot(&[("o.json", text)]);
    let levels = snapshot.organizations["o-x"].levels("111122223333", Guardrail::Rcp);
    assert!(levels.is_some_and(|l| l.len() <= 17));
}

#[test]
fn guardrails_that_are_not_known_refuse_nothing_and_are_named() {
    let text = r#"{"Organization": {"Id": "o-x"}, "Roots": [{"Id": "r-1", "Policies": ["p-deny"]}],
        "OrganizationalUnits": [{"Id": "ou-lost", "Policies": []}],
        "Accounts": [{"Id": "111122223333", "ParentId": "r-1", "Policies": ["p-some", "p-gone"]},
                     {"Id": "444455556666", "ParentId": "ou-gone", "Policies": ["p-some"]},
                     {"Id": "777788889999", "ParentId": "ou-lost", "Policies": ["p-broken"]}],
        "Policies": [{"Id": "p-some", "Type": "SERVICE_CONTROL_POLICY", "Content": "{\"Statement\": []}"},
                     {"Id": "p-broken", "Type": "SERVICE_CONTROL_POLICY",
                      "Content": "{\"Statement\": {\"Effect\": \"Maybe\"}}"}]}"#;
    let snapshot = snapshot(&[("o.json", text)]);
    let levels = |account| {
        let levels = snapshot.organizations["o-x"].levels(account, Guardrail::Scp);
        let shown = levels.into_iter().flatten().map(|(id, documents, missing)| {
            let has_all = documents.iter().any(|d| d.name == "p-FullAWSAccess");
            format!("{id} {has_all} {}", missing.join(","))
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(levels("111122223333"), ["r-1 true p-deny", "111122223333 true p-gone"]);
    let above = "ou-gone true SCP attached to ou-gone";
    assert_eq!(levels("444455556666"), [above, "444455556666 false "]);
    let lost = "what ou-lost stands below";
    let lost = format!("{lost} true SCP attached to {lost}");
    assert_eq!(levels("777788889999"), [&*lost, "ou-lost false ", "777788889999 true p-broken"]);
    for name in ["p-gone", "SCP attached to ou-gone", "SCP attached to what ou-lost", "p-broken"] {
        assert!(remarks(&snapshot).contains(name), "{name}");
    }
}

#[test]
fn policies_of_resources_are_found_however_they_are_wrapped() {
    let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
    let text = policy.replace('"', "\\\"");
    let files = [
        ("accounts/111122223333/s3-bucket/b.json", policy.to_owned()),
        ("x/s3api-get-bucket-policy/c.json", format!(r#"{{"Policy": "{text}"}}"#)),
        (
            "x/y.json",
            format!(
                r#"{{"Attributes": {{"QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q", "Policy": "{text}"}}}}"#
            ),
        ),
        (
            "111122223333/eu-west-1/ecr-repository/a%2Fb.json",
            format!(r#"{{"policyText": "{text}"}}"#),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let snapshot = snapshot(&files);
    let arns: Vec<&str> = snapshot.resources.keys().map(String::as_str).collect();
    let expected = [
        "arn:aws:ecr:eu-west-1:111122223333:repository/a/b",
        "arn:aws:s3:::b",
        "arn:aws:s3:::c",
        "arn:aws:sqs:eu-west-1:111122223333:q",
    ];
    assert_eq!(arns, expected);
    assert!(snapshot.resources.values().all(|r| r.policy.is_some()));
}

#[test]
fn two_descriptions_are_put_together_where_they_agree() {
    let arn = r#""QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q""#;
    let queue = |policy: &str| format!(r#"{{"Attributes": {{{arn}, "Policy": "{policy}"}}}}"#);
    let bare = format!(r#"{{"Attributes": {{{arn}}}}}"#);
    let (one, same) = (queue(r#"{\"Statement\": []}"#), queue(r#"{ \"Statement\":[] }"#));
    let folder = |name: &str| format!("sqs-get-queue-attributes/{name}.json");
    let (a, b, c) = (folder("a"), folder("b"), folder("c"));
    let role = format!(r#"{{"RoleDetailList": [{ROLE}]}}"#);
    let files = [(&*a, &*bare), (&b, &one), (&c, &same), ("1.json", &role), ("2.json", &role)];
    let snapshot = snapshot(&files);
    let queue = &snapshot.resources["arn:aws:sqs:eu-west-1:111122223333:q"];
    assert!(queue.policy.is_some() && snapshot.other_resources.is_empty());
    assert!(snapshot.other_principals.is_empty());
    assert!(!remarks(&snapshot).contains("described"), "{}", remarks(&snapshot));
}

#[test]
fn descriptions_that_differ_are_both_kept_and_told() {
    let role = format!(r#"{{"RoleDetailList": [{ROLE}]}}"#);
    let other = role.replace("ReadOnlyAccess", "AdministratorAccess");
    let policy =
        |action: &str| format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "{action}"}}}}"#);
    let (get, put) = (policy("s3:GetObject"), policy("s3:PutObject"));
    let files = [
        ("1.json", &*role),
        ("2.json", &other),
        ("a/s3-bucket/b.json", &get),
        ("z/s3-bucket/b.json", &put),
    ];
    let snapshot = snapshot(&files);
    assert_eq!((snapshot.other_principals.len(), snapshot.other_resources.len()), (1, 1));
    let (weighty, _) = snapshot.remarks_by_weight();
    let differ = weighty.iter().filter(|r| r.message.starts_with("is described differently in"));
    assert_eq!(differ.count(), 2, "{}", remarks(&snapshot));
}

#[test]
fn no_text_makes_a_reader_fail() {
    let details = format!(r#"{{"UserDetailList": [], "RoleDetailList": [{ROLE}]}}"#);
    let texts = [
        "",
        "{",
        "[]",
        "null",
        "{\"Policy\": 1}",
        "user,arn,user_creation_time\n,,",
        "{\"Content\": \"\"}",
    ];
    let cut = (0..details.len()).step_by(7).filter_map(|end| details.get(..end));
    for text in texts.into_iter().chain(cut) {
        for path in [
            "a.json",
            "accounts/111122223333/iam/role/x/metadata.json",
            "s3-bucket/b",
            "organizations/o-1/accounts.json",
        ] {
            let fragment = read(path, text.as_bytes().to_vec());
            let unknown = fragment.format == Format::Unknown;
            let snapshot = assemble(vec![fragment], keyaki_catalog::embedded());
            assert!(!unknown || !snapshot.remarks.is_empty(), "{path}: {text}");
        }
    }
}
