data "aws_iam_policy_document" "broken" {
  statement {
    actions = [
  }
}
