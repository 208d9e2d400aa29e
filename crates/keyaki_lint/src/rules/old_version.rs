use keyaki_diag::Applicability;
use keyaki_ir::Version;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Version` of 2008.
    ///
    /// Policies of the version `2008-10-17` have no policy variables: `${aws:username}` is plain text there.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2008-10-17",
    ///   //         ^^^^^^^^^^^^
    ///   "Statement": { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When AWS itself writes the document, as some services do for the policies of their resources.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
    name: "old-version",
    level: Suggestion,
    persona: Pedantic,
    kinds: Kinds::ANY,
    replaces: ["parliament:OLD_VERSION", "cfn-lint:W2511"],
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let Some(version) = &cx.policy().version else { return };
    if version.version != Some(Version::V2008) {
        return;
    }
    // With variables in it, the text would mean something else.
    let safety = match has_variables(cx) {
        true => Applicability::Unsafe,
        false => Applicability::Safe,
    };
    cx.report(version.origin, "the version of 2008 has no policy variables").replace_string(
        version.origin,
        "replace with `2012-10-17`",
        safety,
        "2012-10-17",
    );
}

/// Whether any text would be read as one with variables.
fn has_variables(cx: &Context<'_>) -> bool {
    cx.text(cx.policy().origin).contains("${")
}
