//! Templates with a policy in every few lines.

/// A CloudFormation template in YAML of at least that many bytes; each role has a
/// trust policy and one of its own.
pub fn cloudformation(length: usize) -> String {
    filled("Resources:\n", length, |number| {
        format!(
            r#"  Role{number}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ Service: lambda.amazonaws.com }}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [s3:GetObject, s3:ListBucket]
                Resource: !Sub "arn:aws:s3:::${{AWS::StackName}}-{number}/*"
"#
        )
    })
}

/// A Terraform file of at least that many bytes.
pub fn terraform(length: usize) -> String {
    filled("", length, |number| {
        format!(
            r#"resource "aws_iam_policy" "p{number}" {{
  name = "p{number}"
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:ListBucket"]
      Resource = ["arn:aws:s3:::bucket-{number}", "arn:aws:s3:::bucket-{number}/*"]
    }}]
  }})
}}
"#
        )
    })
}

/// A text with numbered parts until it is long enough.
fn filled(start: &str, length: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = start.to_owned();
    for number in 0.. {
        if text.len() >= length {
            break;
        }
        text += &part(number);
    }
    text
}
