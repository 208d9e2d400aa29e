//! CloudFormation templates and Terraform, from their text to findings.

use std::path::Path;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use keyaki_bench::{cloudformation, terraform};
use keyaki_lint::Linter;
use keyaki_workspace::{Options, check_text};

fn main() {
    divan::main();
}

/// A role with two policies, and the bucket that one of them is about.
fn resources(number: usize) -> String {
    format!(
        r#"  Role{number}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Service: !Sub "lambda.${{AWS::URLSuffix}}"
            Action: sts:AssumeRole
      Policies:
        - PolicyName: access
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: Read
                Effect: Allow
                Action:
                  - s3:GetObject
                  - s3:ListBucket
                  - dynamodb:Query
                Resource:
                  - !GetAtt Bucket{number}.Arn
                  - !Sub "${{Bucket{number}.Arn}}/*"
                  - !Sub "arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/t-{number}"
                Condition:
                  StringEquals:
                    aws:PrincipalTag/team: !Ref Team
              - Effect: Allow
                Action: [logs:CreateLogStream, logs:PutLogEvents]
                Resource: "*"
  Bucket{number}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "example-${{Team}}-{number}"
"#
    )
}

/// A template of at least that many bytes.
fn template(length: usize) -> String {
    let mut text = "Parameters:\n  Team: {Type: String}\nResources:\n".to_owned();
    let mut number = 0;
    while text.len() < length {
        text += &resources(number);
        number += 1;
    }
    text
}

#[divan::bench(args = [4, 1000])]
fn check_kilobytes(bencher: Bencher<'_, '_>, kilobytes: usize) {
    check(bencher, "a.yaml", &template(kilobytes * 1000), kilobytes);
}

#[divan::bench(args = [4, 250])]
fn check_kilobytes_of_policies(bencher: Bencher<'_, '_>, kilobytes: usize) {
    check(bencher, "a.yaml", &cloudformation(kilobytes * 1000), kilobytes);
}

#[divan::bench(args = [4, 250])]
fn check_kilobytes_of_terraform(bencher: Bencher<'_, '_>, kilobytes: usize) {
    check(bencher, "a.tf", &terraform(kilobytes * 1000), kilobytes);
}

fn check(bencher: Bencher<'_, '_>, name: &str, text: &str, policies: usize) {
    let options = Options {
        kind: None,
        resource_type: None,
        linter: Linter::default(),
        catalog: keyaki_catalog::embedded(),
        jobs: None,
        config: None,
    };
    let check = || check_text(Path::new(name), black_box(text.as_bytes()), &options);
    assert!(check().documents.len() > policies);
    bencher.counter(BytesCount::of_str(text)).bench(check);
}
