variable "buckets" {
  type = map(object({ arn = string, verbs = list(string) }))
}

data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.buckets
    content {
      actions   = [for verb in ["Get", "Put"] : "s3:${verb}Object"]
      resources = ["${statement.value.arn}/*"]
    }
  }
}

resource "aws_iam_role" "app" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "app" {
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.app.json
}
