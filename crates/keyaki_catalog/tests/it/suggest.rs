use crate::catalog;

#[test]
fn an_action_is_suggested_for_a_slip_or_a_wrong_service() {
    for (prefix, name, expected) in [
        ("s3", "GetObjct", Some("s3:GetObject")),
        ("s3", "GteObject", Some("s3:GetObject")),
        ("s3", "ListBuckets", Some("s3:ListBucket")),
        ("ec2", "CreateRole", Some("iam:CreateRole")),
        ("iam", "RunInstances", Some("ec2:RunInstances")),
        ("e2c", "RunInstance", Some("ec2:RunInstances")),
        ("dynamo", "PutItem", Some("dynamodb:PutItem")),
        ("s3", "FrobnicateEverything", None),
        ("s3", "", None),
        ("", "", None),
    ] {
        assert_eq!(catalog().suggest_action(prefix, name).as_deref(), expected, "{prefix}:{name}");
    }
}

#[test]
fn a_service_is_suggested_for_a_slip_or_its_display_name() {
    for (prefix, expected) in [
        ("dynamodbb", Some("dynamodb")),
        ("cloudwach", Some("cloudwatch")),
        ("stepfunctions", Some("states")),
        ("secretmanager", Some("secretsmanager")),
        ("lamdba", Some("lambda")),
        ("qqqqqqqqqq", None),
        ("", None),
    ] {
        assert_eq!(catalog().suggest_service(prefix).as_deref(), expected, "{prefix}");
    }
}

#[test]
fn a_key_is_suggested_for_a_slip_or_a_wrong_prefix() {
    for (name, expected) in [
        ("aws:SourceIP4", Some("aws:SourceIp")),
        ("aws:PrincipleOrgID", Some("aws:PrincipalOrgID")),
        ("aws:ResourceTags/Team", Some("aws:ResourceTag/Team")),
        ("aws:ResourceTag", Some("aws:ResourceTag/${TagKey}")),
        ("s3:PrincipalOrgID", Some("aws:PrincipalOrgID")),
        ("s3:prefx", Some("s3:prefix")),
        ("aws:NothingOfTheKind", None),
        ("", None),
        ("x", None),
    ] {
        assert_eq!(catalog().suggest_key(name).as_deref(), expected, "{name}");
    }
}

#[test]
fn a_suggestion_is_always_a_name_of_the_catalogue() {
    for action in catalog().actions().step_by(97) {
        let prefix = action.service().prefix();
        let slip = format!("{}x", action.name());
        let Some(found) = catalog().suggest_action(prefix, &slip) else { continue };
        assert!(catalog().action(&found).is_some_and(|action| !action.is_retired()), "{found}");
    }
}
