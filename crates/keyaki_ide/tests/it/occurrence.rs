//! Highlights, definitions, renaming.

use keyaki_ide::{PolicyName, definition, mentions_of, name_at, occurrences, renamable, rename};

use crate::fixture::{applied, at_cursor, marked, named, parts};

const TWO: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [\
    {\"Sid\": \"Re$0ad\", \"Effect\": \"Allow\", \"Action\": [\"s3:Get*\", \"s3:PutObject\"], \"Resource\": \"*\"},\
    {\"Sid\": \"Read\", \"Effect\": \"Deny\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}]}";

#[test]
fn the_same_sid_is_found_and_renamed_everywhere() {
    let (document, offset) = at_cursor(TWO);
    let found = occurrences(&document, offset);
    assert_eq!(parts(&document, &found), ["Read", "Read"]);
    assert_eq!(definition(&document, offset), found.first().copied());
    assert_eq!(renamable(&document, offset), found.first().copied());
    let edits = rename(&document, offset, "List").expect("a good name");
    let text = applied(document.text(), &edits);
    assert_eq!(text.matches("\"Sid\": \"List\"").count(), 2);
}

#[test]
fn names_that_a_sid_cannot_have_are_refused() {
    let (document, offset) = at_cursor(TWO);
    for name in ["", "a b", "a\"b", "é"] {
        assert!(rename(&document, offset, name).is_err(), "{name}");
    }
    assert!(rename(&document, 3, "Fine").is_err());
}

#[test]
fn an_action_is_the_same_thing_where_a_pattern_matches_it() {
    let (document, offset) =
        at_cursor(&TWO.replace("$0", "").replace("s3:GetObject", "s3:Get$0Object"));
    assert_eq!(parts(&document, &occurrences(&document, offset)), ["s3:Get*", "s3:GetObject"]);
}

#[test]
fn what_is_no_sid_cannot_be_renamed() {
    let (document, offset) =
        at_cursor(&TWO.replace("$0", "").replace("s3:GetObject", "s3:Get$0Object"));
    assert_eq!((definition(&document, offset), renamable(&document, offset)), (None, None));
}

/// A template with a managed policy `Team`, and a cursor.
const TEMPLATE: &str = "Resources:
  Team:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: team
      PolicyDocument: {Version: '2012-10-17', Statement: []}
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [!Ref Te$0am, 'arn:aws:iam::111122223333:policy/team']
Outputs:
  Arn: {Value: !Sub '${Team}'}
";

#[test]
fn a_policy_of_a_template_is_followed_and_renamed() {
    let (text, offset) = marked(TEMPLATE);
    let document = named("template.yaml", &text);
    let places = occurrences(&document, offset);
    assert_eq!(parts(&document, &places), ["Team", "Team", "Team"]);
    let defined = definition(&document, offset).expect("a definition");
    assert_eq!((defined.start, renamable(&document, offset)), (13, Some(places[1])));
    let renamed = applied(&text, &rename(&document, offset, "Staff").expect("edits"));
    assert_eq!(renamed, text.replace("Team", "Staff"));
    for wrong in ["", "a-b", "Role", "\u{e9}"] {
        assert!(rename(&document, offset, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_managed_policy_is_known_by_its_name() {
    let (text, offset) =
        marked(&TEMPLATE.replace("$0", "").replace("policy/team", "policy/te$0am"));
    let document = named("template.yaml", &text);
    let renamed = applied(&text, &rename(&document, offset, "staff").expect("edits"));
    assert_eq!(renamed, text.replace("team", "staff"));
    assert!(rename(&document, offset, "a b").is_err());
    let json = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "team", "Effect": "Allow",
        "Action": "iam:GetPolicy", "Resource": "arn:aws:iam::111122223333:policy/x/te$0am"}]}"#;
    let (text, offset) = marked(json);
    let document = named("policy.json", &text);
    let name = name_at(&document, offset).expect("a name").clone();
    assert_eq!(name, PolicyName::Managed("team".into()));
    assert_eq!(mentions_of(&document, &name).count(), 1);
    assert_eq!(definition(&document, offset), None);
}
