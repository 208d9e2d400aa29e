//! What events tell, and what becomes of those that are broken.

use std::io::Write;

use keyaki_trail::{Names, Usage, ingest};

fn of_path(path: &str, bytes: &[u8]) -> Usage {
    ingest(path, bytes, &mut Names::new(keyaki_catalog::embedded())).usage
}

fn of(events: &[&str]) -> Usage {
    of_path("t.json", format!("{{\"Records\":[{}]}}", events.join(",")).as_bytes())
}

const ANN: &str = r#""userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "accountId": "111122223333"},
    "recipientAccountId": "111122223333", "awsRegion": "eu-west-1", "eventType": "AwsApiCall""#;
const ROLE: &str = r#""userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/deploy/x", "accountId": "111122223333",
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/team/deploy"}}},
    "recipientAccountId": "111122223333", "awsRegion": "eu-west-1""#;

fn event(who: &str, source: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"eventTime": "2026-01-02T03:04:05Z", {who}, "eventSource": "{source}.amazonaws.com", "eventName": "{name}"{more}}}"#
    )
}

fn resources(usage: &Usage, principal: &str, action: &str) -> Vec<String> {
    let resources = &usage.principals[principal].actions[action].resources;
    resources.patterns().iter().cloned().collect()
}

#[test]
fn users_and_roles_have_what_they_used() {
    let object = r#", "requestParameters": {"bucketName": "b", "key": "k"}"#;
    let usage =
        of(&[&event(ANN, "s3", "GetObject", object), &event(ROLE, "ec2", "DescribeVpcs", "")]);
    let ann = "arn:aws:iam::111122223333:user/ann";
    assert_eq!(resources(&usage, ann, "s3:GetObject"), ["arn:aws:s3:::b/k"]);
    let role = "arn:aws:iam::111122223333:role/team/deploy";
    assert_eq!(resources(&usage, role, "ec2:DescribeVpcs"), ["*"]);
    assert_eq!(usage.times.as_ref().map(|t| t.0.as_str()), Some("2026-01-02T03:04:05Z"));
    assert!(usage.troubles.is_empty(), "{:?}", usage.troubles);
}

#[test]
fn refused_requests_are_no_use_and_failed_ones_are() {
    let events = [
        event(ANN, "s3", "ListBuckets", r#", "errorCode": "AccessDenied""#),
        event(ANN, "ec2", "RunInstances", r#", "errorCode": "Client.UnauthorizedOperation""#),
        event(ANN, "s3", "GetBucketPolicy", r#", "errorCode": "NoSuchBucketPolicy""#),
        event(ANN, "kms", "Decrypt", r#", "errorCode": "ThrottlingException""#),
    ];
    let usage = of(&events.each_ref().map(String::as_str));
    let ann = &usage.principals["arn:aws:iam::111122223333:user/ann"];
    assert_eq!(ann.actions.keys().collect::<Vec<_>>(), ["s3:GetBucketPolicy"]);
    assert_eq!(ann.denied.keys().collect::<Vec<_>>(), ["ec2:RunInstances", "s3:ListAllMyBuckets"]);
    assert_eq!(usage.throttled, 1);
}

#[test]
fn passed_roles_have_their_service() {
    let role = r#", "requestParameters": {"functionName": "f", "role": "arn:aws:iam::111122223333:role/worker"}"#;
    let usage = of(&[&event(ANN, "lambda", "CreateFunction20150331", role)]);
    let used =
        &usage.principals["arn:aws:iam::111122223333:user/ann"].actions["lambda:CreateFunction"];
    let passed: Vec<_> = used.passed.iter().collect();
    let expected =
        ("arn:aws:iam::111122223333:role/worker".to_owned(), "lambda.amazonaws.com".to_owned());
    assert_eq!(passed, [&expected]);
}

#[test]
fn parameters_add_and_change_actions() {
    let put = r#", "requestParameters": {"bucketName": "b", "key": "k", "x-amz-acl": "private"}"#;
    let get = r#", "requestParameters": {"bucketName": "b", "key": "k", "versionId": "1"}"#;
    let copy =
        r#", "requestParameters": {"bucketName": "b", "key": "k", "x-amz-copy-source": "c/a%20b"}"#;
    let events = [
        event(ANN, "s3", "PutObject", put),
        event(ANN, "s3", "GetObject", get),
        event(ANN, "s3", "CopyObject", copy),
    ];
    let usage = of(&events.each_ref().map(String::as_str));
    let ann = "arn:aws:iam::111122223333:user/ann";
    let actions: Vec<&String> = usage.principals[ann].actions.keys().collect();
    assert_eq!(actions, ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"]);
    assert_eq!(resources(&usage, ann, "s3:GetObject"), ["arn:aws:s3:::c/a b"]);
}

#[test]
fn services_other_accounts_and_sign_ins_are_counted_apart() {
    let service = r#""userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}"#;
    let sign_in = r#", "eventType": "AwsConsoleSignIn""#;
    let events =
        [event(service, "sts", "AssumeRole", ""), event(ROLE, "signin", "ConsoleLogin", sign_in)];
    let usage = of(&events.each_ref().map(String::as_str));
    assert_eq!((usage.events, usage.other_callers, usage.not_requests), (2, 1, 1));
    assert!(usage.principals.is_empty() && usage.troubles.is_empty());
}

#[test]
fn a_gzip_file_that_breaks_off_gives_its_whole_events() {
    let one = event(ANN, "ec2", "DescribeVpcs", "");
    let text = format!("{{\"Records\":[{}]}}", vec![one; 2000].join(","));
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).expect("packed");
    let packed = packer.finish().expect("packed");
    let whole = of_path("t.json.gz", &packed);
    assert_eq!((whole.events, whole.troubles.len()), (2000, 0));
    let cut = of_path("t.json.gz", &packed[..packed.len() / 2]);
    assert!(cut.events > 0 && cut.events < 2000, "{}", cut.events);
    assert!(cut.troubles.keys().any(|t| t.loses), "{:?}", cut.troubles);
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let good = event(ANN, "ec2", "DescribeVpcs", "").replace('\n', " ");
    let lines = format!("{good}\n{{\"eventName\": \"x\n{good}\n{{\"a\": 1}}\n{good}\n");
    let usage = of_path("t.ndjson", lines.as_bytes());
    assert_eq!(usage.events, 3);
    let about: Vec<&str> = usage.troubles.keys().map(|t| t.about.as_str()).collect();
    assert_eq!(about, ["t.ndjson:2", "t.ndjson:4"]);
}

#[test]
fn accounts_that_contradict_are_told() {
    let other = ANN.replace("\"accountId\": \"111122223333\"", "\"accountId\": \"444455556666\"");
    let events = [event(&other, "ec2", "DescribeVpcs", ""), event(ANN, "ec2", "DescribeVpcs", "")];
    let text = format!("[{}]", events.join(","));
    let path = "AWSLogs/777788889999/CloudTrail/eu-west-1/777788889999_CloudTrail_eu-west-1_x.json";
    let usage = of_path(path, text.as_bytes());
    let what: Vec<&str> = usage.troubles.keys().map(|t| t.what.as_str()).collect();
    assert_eq!(what.len(), 2, "{what:?}");
    assert!(what.iter().any(|w| w.contains("with the account id 444455556666")), "{what:?}");
    assert!(what.iter().any(|w| w.contains("the file is of account 777788889999")), "{what:?}");
}

#[test]
fn look_ups_hold_events_as_text() {
    let inner = event(ANN, "ec2", "DescribeVpcs", "").replace('\n', " ").replace('"', "\\\"");
    let text =
        format!("{{\"Events\": [{{\"EventName\": \"x\", \"CloudTrailEvent\": \"{inner}\"}}]}}");
    let usage = of_path("t.json", text.as_bytes());
    assert_eq!((usage.events, usage.troubles.len()), (1, 0), "{:?}", usage.troubles);
}

#[test]
fn the_order_of_files_makes_no_difference() {
    let files: Vec<Usage> = (0..60)
        .map(|n| {
            let keys = (0..20).map(|k| {
                let object = format!(
                    r#", "requestParameters": {{"bucketName": "b", "key": "k{}"}}"#,
                    n * 20 + k
                );
                event(ANN, "s3", "GetObject", &object)
            });
            let keys: Vec<String> = keys.collect();
            of(&keys.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    let (mut one, mut other) = (Usage::default(), Usage::default());
    files.iter().for_each(|f| one.add(f.clone()));
    files.iter().rev().for_each(|f| other.add(f.clone()));
    assert_eq!(one, other);
    assert_eq!(
        resources(&one, "arn:aws:iam::111122223333:user/ann", "s3:GetObject"),
        ["arn:aws:s3:::b/*"]
    );
}

#[test]
fn no_bytes_make_the_reader_fail() {
    let text = format!("{{\"Records\":[{}]}}", event(ANN, "s3", "GetObject", ""));
    for end in (0..text.len()).step_by(3) {
        let usage = of_path("t.json", &text.as_bytes()[..end]);
        assert!(usage.events == 0 || end > 20);
    }
    let deep = format!("{{\"eventName\": {}", "[".repeat(100_000));
    for odd in [&b"\x1f\x8b\x00"[..], b"\xff\xfe", b"{{{{", b"\"", deep.as_bytes()] {
        let usage = of_path("t.json", odd);
        assert!(!usage.troubles.is_empty());
    }
}
