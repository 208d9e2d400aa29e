# Policies of all ways in which Terraform writes them.
locals {
  bucket  = "example-logs"
  actions = ["s3:GetObjet", "s3:PutObject"]
  readers = { for name in ["a", "b"] : name => "arn:aws:iam::12345678901:role/${name}" }
  shared = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:SendMesage", Resource = "*" }]
  })
}

variable "team" {
  default = "platform"
}

data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Base"
    actions   = ["dynamodb:GetItems"]
    resources = ["arn:aws:dynamodb:*:*:table/${var.team}"]
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Own"
      Effect   = "Allow"
      Action   = "ec2:StartInstanses"
      Resource = "*"
    }]
  })]

  statement {
    sid       = "Own"
    actions   = ["ec2:ThisIsReplaced"]
    resources = ["*"]
  }

  statement {
    effect    = "Allow"
    actions   = concat(local.actions, ["s3:ListBucket"])
    resources = [
      "arn:aws:s3:::${local.bucket}",
      "arn:aws:s3:::${local.bucket}/home/&{aws:usernam}/*", # as policy variable
    ]

    condition {
      test     = "StringEqual"
      variable = "aws:SourceVpc"
      values   = ["vpc-1"]
    }
  }

  dynamic "statement" {
    for_each = toset(["logs:CreateLogStream", "logs:PutLogEvent"])
    content {
      actions   = [statement.value]
      resources = ["*"]
    }
  }
}

resource "aws_iam_policy" "merged" {
  policy = data.aws_iam_policy_document.merged.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.con"]
    }
    principals {
      type        = "AWS"
      identifiers = values(local.readers)
    }
  }
}

resource "aws_iam_role" "role" {
  name               = "role"
  assume_role_policy = data.aws_iam_policy_document.trust.json

  inline_policy {
    name   = "inline"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = ["kms:Decript"]
          Resource = aws_kms_key.key.arn
        },
      ]
    })
  }
}

resource "aws_kms_key" "key" {
  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"},
        "Action": "kms:Encript",
        "Resource": "*",
        "Condition": {"StringLike": {"kms:ViaService": "$${aws:nothing}"}}
      }]
    }
  POLICY
}

resource "aws_sqs_queue_policy" "queue" {
  queue_url = aws_sqs_queue.queue.id
  policy    = local.shared
}

resource "aws_iam_user_policy" "user" {
  user   = "user"
  policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Alow\", \"Action\": \"s3:ListBucket\", \"Resource\": \"*\"}]}"
}

resource "aws_iam_user_policy" "file" {
  user   = "user"
  policy = file("${path.module}/policy-of-terraform.json")
}

resource "aws_iot_policy" "own_language" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Alow", Action = "iot:Nothing", Resource = "*" }] })
}

module "elsewhere" {
  source = "./module"
  policies = {
    one = jsonencode({
      Version = "2012-10-17"
      Statement = { Effect = "Allow", Action = "sns:Publis", Resource = var.team == "x" ? "*" : "arn:aws:sns:us-east-1:123456789012:a" }
    })
  }
}
