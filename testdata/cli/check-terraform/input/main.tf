data "aws_iam_policy_document" "deploy" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]

  statement {
    actions   = local.actions
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }
}

resource "aws_iam_policy" "deploy" {
  policy = data.aws_iam_policy_document.deploy.json
}
