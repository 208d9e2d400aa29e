use crate::catalog;
use keyaki_catalog::service_reference::{RefreshError, refresh};
use keyaki_catalog::{AccessLevel, Catalog, Date, KeyLookup, KeyType};

fn day() -> Date {
    Date::parse("2026-11-15").unwrap()
}

/// The embedded catalogue with one file laid over it.
fn refreshed(prefix: &str, json: &str) -> Result<Catalog, RefreshError> {
    let bytes = refresh(catalog(), [(prefix.to_owned(), json.into())], day())?;
    Ok(Catalog::from_bytes(bytes).expect("a refreshed catalogue passes the check"))
}

const SQS: &str = r#"{
    "Name": "sqs",
    "Version": "v1.9",
    "FutureMember": {"ignored": true},
    "Actions": [
        {
            "Name": "SendMessage",
            "ActionConditionKeys": ["sqs:NewKey"],
            "Annotations": {"Properties": {"IsList": false, "IsPermissionManagement": false,
                "IsTaggingOnly": false, "IsWrite": true}},
            "Resources": [{"Name": "queue"}]
        },
        {
            "Name": "StampMessage",
            "ActionConditionKeys": ["aws:ResourceTag/${TagKey}"],
            "Annotations": {"Properties": {"IsList": false, "IsPermissionManagement": false,
                "IsTaggingOnly": true, "IsWrite": true}},
            "Resources": [{"Name": "queue"}, {"Name": "stamp"}]
        },
        {"Name": "PeekMessage", "Annotations": {"Properties": {}}},
        {"Name": "BlinkMessage"}
    ],
    "ConditionKeys": [{"Name": "sqs:NewKey", "Types": ["ArrayOfString"]}],
    "Resources": [
        {"Name": "stamp", "ARNFormats": ["arn:${Partition}:sqs:${Region}:${Account}:stamp/${Id}"],
         "ConditionKeys": ["aws:ResourceTag/${TagKey}"]}
    ]
}"#;

#[test]
fn what_is_new_is_added() {
    let fresh = refreshed("sqs", SQS).unwrap();
    let stamp = fresh.action("sqs:StampMessage").unwrap();
    assert_eq!(stamp.access_level(), Some(AccessLevel::Tagging));
    assert_eq!(stamp.first_seen(), Some(day()));
    assert_eq!(stamp.permission_only(), None);
    let types: Vec<_> = stamp.resources().map(|row| row.resource_type().name()).collect();
    assert_eq!(types, ["queue", "stamp"]);
    assert_eq!(fresh.action("sqs:PeekMessage").unwrap().access_level(), Some(AccessLevel::Read));
    assert_eq!(fresh.action("sqs:BlinkMessage").unwrap().access_level(), None);
    let stamp = fresh.service("sqs").unwrap().resource_type("stamp").unwrap();
    assert_eq!(stamp.arn_glob(), "arn:*:sqs:*:*:stamp/*");
    let KeyLookup::Service { service, key } = fresh.key("sqs:newkey") else { panic!() };
    assert_eq!((service.prefix(), key.key_type()), ("sqs", KeyType::ArrayOfString));
    assert!(fresh.expand("sqs:*Message").contains(fresh.action("sqs:StampMessage").unwrap().id()));
    assert!(catalog().action("sqs:StampMessage").is_none());
}

#[test]
fn what_the_reference_does_not_say_stays() {
    let fresh = refreshed("sqs", SQS).unwrap();
    let old = catalog().action("sqs:SendMessage").unwrap();
    let new = fresh.action("sqs:SendMessage").unwrap();
    assert_eq!(new.permission_only(), old.permission_only());
    assert!(new.resources().next().unwrap().is_required());
    assert!(new.condition_keys().any(|key| key.name() == "sqs:NewKey"));
    assert_eq!(fresh.service("sqs").unwrap().name(), "Amazon SQS");
    assert!(fresh.action("sqs:PurgeQueue").is_some());
    let run = fresh.action("ec2:RunInstances").unwrap();
    assert_eq!(run.dependent_actions().count(), 3);
    assert_eq!(fresh.snapshot().retired_actions, catalog().snapshot().retired_actions);
}

#[test]
fn the_snapshot_of_a_refreshed_catalogue_tells_so() {
    let once = refreshed("sqs", SQS).unwrap();
    assert_eq!(once.snapshot().date, day());
    let origin = catalog().snapshot().origin;
    let expected = format!("{origin} + AWS service reference (1 services)");
    assert_eq!(once.snapshot().origin, expected);
    let bytes = refresh(&once, [("sqs".to_owned(), SQS.into())], day()).unwrap();
    let twice = Catalog::from_bytes(bytes).unwrap();
    assert_eq!(twice.snapshot(), once.snapshot());
}

#[test]
fn a_service_and_an_action_can_come_back_and_a_new_one_can_come() {
    let json = r#"{"Name": "deepracer", "Actions": [{"Name": "CreateCar"}]}"#;
    let fresh = refreshed("deepracer", json).unwrap();
    assert!(fresh.service("deepracer").unwrap().is_live());
    assert!(!fresh.action("deepracer:CreateCar").unwrap().is_retired());
    assert!(fresh.action("deepracer:AddLeaderboardAccessPermission").unwrap().is_retired());
    let fresh = refreshed("newcomer", r#"{"Name": "newcomer", "Actions": [{"Name": "A"}]}"#);
    let fresh = fresh.unwrap();
    assert!(fresh.service("newcomer").unwrap().is_live());
    assert_eq!(fresh.expand("newcomer:*").len(), 1);
}

#[test]
fn keys_with_other_names_in_their_holes_are_the_same_keys() {
    let json = r#"{"Name": "s3",
        "ConditionKeys": [{"Name": "s3:ExistingObjectTag/${Key}", "Types": ["String"]}],
        "Actions": [{"Name": "GetObject", "ActionConditionKeys": ["S3:existingobjecttag/${Key}"]}]}"#;
    let fresh = refreshed("s3", json).unwrap();
    let names = |c: &Catalog| -> Vec<String> {
        let action = c.action("s3:GetObject").unwrap();
        action.all_condition_keys().map(|key| key.name().to_owned()).collect()
    };
    assert_eq!(names(&fresh), names(catalog()));
}

#[test]
fn a_key_that_is_used_but_not_listed_gets_the_type_it_has_elsewhere() {
    let json = r#"{"Name": "xray", "Actions": [{"Name": "PutTraceSegments",
        "ActionConditionKeys": ["aws:SourceIp", "xray:Strange"]}]}"#;
    let fresh = refreshed("xray", json).unwrap();
    let service = fresh.service("xray").unwrap();
    assert_eq!(service.condition_key("aws:SourceIp").unwrap().key_type(), KeyType::IpAddress);
    assert_eq!(service.condition_key("xray:Strange").unwrap().key_type(), KeyType::String);
}

#[test]
fn no_files_give_the_same_bytes() {
    let bytes = refresh(catalog(), [], day()).unwrap();
    assert!(bytes == crate::packed());
}

#[test]
fn files_that_do_not_read_are_errors_with_the_service() {
    for (json, expected) in [
        ("", "service reference of `x` is not JSON: EOF while parsing"),
        ("[1", "service reference of `x` is not JSON: EOF while parsing"),
        ("\u{fffd}", "service reference of `x` is not JSON: expected value"),
        ("[]", "service reference of `x` has an unknown form: an entry has no `Name`"),
        (r#"{"Name": "a b"}"#, "service reference of `x` has an unknown form: `a b` is not"),
        (r#"{"Name": "x", "Actions": {}}"#, "service reference of `x` has an unknown form: `Act"),
        (r#"{"Name": "x", "Actions": [{"Name": "a:b"}]}"#, "service reference of `x` has an unk"),
        (r#"{"Name": "x", "Actions": [{}]}"#, "service reference of `x` has an unknown form: an"),
        (
            r#"{"Name": "x", "Resources": [{"Name": "r", "ARNFormats": ["arn:x"]}]}"#,
            "service reference of `x` has an unknown form: `arn:x` is not an ARN format",
        ),
    ] {
        let error = refreshed("x", json).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{json}: {error}");
    }
    let deep = "[".repeat(1_000_000);
    assert!(matches!(refreshed("x", &deep), Err(RefreshError::Json { .. })));
}

#[test]
fn every_cut_off_file_is_an_error() {
    for length in 0..SQS.len() {
        assert!(matches!(refreshed("sqs", &SQS[..length]), Err(RefreshError::Json { .. })));
    }
}

/// A file of AWS's own, from the reference data beside the repository, where there is any.
fn published(service: &str) -> Option<Vec<u8>> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = format!("shared/data/catalog/servicereference/{service}.json");
    root.ancestors().find_map(|place| std::fs::read(place.join(&file)).ok())
}

#[test]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
fn published_files_of_an_older_day_take_nothing_away() {
    let (Some(s3), Some(iam)) = (published("s3"), published("iam")) else {
        println!("skipped: no reference data beside the repository");
        return;
    };
    let files = [("s3".to_owned(), s3), ("iam".to_owned(), iam)];
    let fresh = Catalog::from_bytes(refresh(catalog(), files, day()).unwrap()).unwrap();
    let rows = |action: keyaki_catalog::Action<'_>| -> Vec<(String, bool)> {
        let rows = action.resources();
        rows.map(|row| (row.resource_type().name().to_owned(), row.is_required())).collect()
    };
    for old in ["s3", "iam"].iter().flat_map(|p| catalog().service(p).unwrap().actions()) {
        let new = fresh.action(&old.full_name()).unwrap();
        assert_eq!(new.access_level(), old.access_level(), "{old:?}");
        assert_eq!(new.permission_only(), old.permission_only(), "{old:?}");
        assert!(rows(old).iter().all(|row| rows(new).contains(row)), "{old:?}");
        let keys: Vec<_> = new.all_condition_keys().map(|key| key.name()).collect();
        assert!(old.all_condition_keys().all(|key| keys.contains(&key.name())), "{old:?}");
    }
    assert_eq!(fresh.snapshot().actions, catalog().snapshot().actions);
}
