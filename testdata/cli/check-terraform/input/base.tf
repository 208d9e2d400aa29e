locals {
  actions = ["s3:GetObjet", "s3:PutObject"]
}

data "aws_iam_policy_document" "base" {
  statement {
    actions   = ["sts:GetCallerIdentity"]
    resources = ["*"]
  }
}
