variable "bucket" {
  type = string
}

resource "aws_iam_role" "app" {
  name                 = "app"
  permissions_boundary = aws_iam_policy.limit.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_policy" "limit" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:Get*", "sqs:*"], Resource = "*" }]
  })
}

data "aws_iam_policy_document" "app" {
  statement {
    actions   = ["s3:GetObject", "sqs:SendMessage"]
    resources = ["arn:aws:s3:::${var.bucket}/*", "arn:aws:sqs:*:*:${var.bucket}"]
  }
}

resource "aws_iam_role_policy" "app" {
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.app.json
}
