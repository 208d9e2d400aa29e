# Nothing here is known to be wrong.
variable "actions" {
  type    = list(string)
  default = ["s3:NoSuchAction"]
}

data "aws_iam_policy_document" "holes" {
  source_policy_documents   = [var.policy, module.other.policy, data.aws_iam_policy_document.missing.json]
  override_policy_documents = var.overrides
  policy_id                 = var.id

  statement {
    sid       = var.sid
    effect    = var.effect
    actions   = var.actions
    resources = [aws_s3_bucket.bucket.arn, "${aws_s3_bucket.bucket.arn}/*", "arn:aws:s3:::${var.bucket}/*"]
  }

  statement {
    actions   = ["s3:${var.verb}", local.nowhere]
    resources = concat(var.resources, [for name in var.names : "arn:aws:s3:::${name}"])

    dynamic "condition" {
      for_each = var.conditions
      content {
        test     = condition.value.test
        variable = condition.value.variable
        values   = condition.value.values
      }
    }
  }

  dynamic "statement" {
    for_each = var.statements
    content {
      actions   = statement.value.actions
      resources = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "bucket" {
  bucket = aws_s3_bucket.bucket.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(var.statements, [{
      Sid       = "Read${var.sid}"
      Effect    = "Allow"
      Principal = { AWS = var.principals }
      Action    = ["s3:GetObject"]
      Resource  = format("%s/*", aws_s3_bucket.bucket.arn)
      Condition = merge(var.condition, { Bool = { "aws:SecureTransport" = "true" } })
    }])
  })
}

resource "aws_iam_role" "untold" {
  assume_role_policy = templatefile("${path.module}/trust.json.tftpl", { name = "x" })
}

resource "aws_iam_policy" "each" {
  for_each = var.policies
  policy   = each.value.policy
}

resource "aws_iam_policy" "text" {
  policy = <<EOF2
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ${jsonencode(var.actions)},
      "Resource": "arn:aws:s3:::${var.bucket}/$${aws:username}/*"
    }
  ]
}
EOF2
}
