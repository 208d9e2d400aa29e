use keyaki_ir::Family;

use crate::context::Context;
use crate::placeholder::is_known;
use crate::resource_id;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Value of `aws:SourceVpc` that is no id of a VPC.
    ///
    /// Such an id is `vpc-` with 8 or 17 letters and digits behind it.
    /// A test against anything else never matches.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:SourceVpc": "vpc-12" } }
    ///   //                                                ^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:SourceVpc": "vpc-0a1b2c3d4e5f60718" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the id is a stand-in that a template replaces.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-vpc-format>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpc>
    name: "invalid-vpc-format",
    aws: "INVALID_VPC_FORMAT",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let is_text = site.block.operator.operator.is_some_and(|o| o.base.family() == Family::String);
    if !is_text || !(site.entry.is("aws:SourceVpc") || site.entry.is("aws:Ec2InstanceSourceVpc")) {
        return;
    }
    let is_wrong = |text: &str| !resource_id::fits("vpc-", text);
    for value in site.entry.values.iter().filter(|v| is_wrong(v.text()) && is_known(v)) {
        cx.report(value.origin, format!("`{}` is no id of a VPC", value.text()))
            .note("an id is `vpc-` with 8 or 17 letters and digits");
    }
}
