use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;
use crate::same_statement::{fingerprint, same};

rule! {
    /// Statement that says the same as an earlier one.
    ///
    /// Two statements with the same effect, principals, actions, resources and conditions count once.
    /// The order of lists, the letter case of actions and keys, and `Sid` make no difference.
    /// One of the two was probably meant to say something else.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Sid": "Read",
    ///       "Effect": "Allow",
    ///       "Action": ["s3:GetObject", "s3:ListBucket"],
    ///       "Resource": "*"
    ///     },
    ///     {
    ///     //^
    ///       "Sid": "ReadAgain",
    ///       "Effect": "Allow",
    ///       "Action": ["s3:listbucket", "s3:GetObject"],
    ///       "Resource": ["*"]
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Sid": "Read",
    ///       "Effect": "Allow",
    ///       "Action": ["s3:GetObject", "s3:ListBucket"],
    ///       "Resource": "*"
    ///     },
    ///     {
    ///       "Sid": "Write",
    ///       "Effect": "Allow",
    ///       "Action": "s3:PutObject",
    ///       "Resource": "*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the document is put together by a tool that does not compare its parts.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-statement>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>
    name: "redundant-statement",
    aws: "REDUNDANT_STATEMENT",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    if statements.len() < 2 {
        return;
    }
    let mut order: Vec<(u64, usize)> =
        statements.iter().enumerate().filter_map(|(i, s)| Some((fingerprint(s)?, i))).collect();
    order.sort_unstable();
    for group in order.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
        let mut kept: Vec<&Statement> = Vec::new();
        for statement in group.iter().map(|&(_, i)| &statements[i]) {
            match kept.iter().find(|first| same(first, statement)) {
                Some(first) => report(cx, statement, first),
                None => kept.push(statement),
            }
        }
    }
}

fn report(cx: &mut Context<'_>, statement: &Statement, first: &Statement) {
    let number = first.index + 1;
    let message = match &first.sid {
        Some(sid) => format!("the statement repeats statement {number}, `{}`", sid.value),
        None => format!("the statement repeats statement {number}"),
    };
    cx.report(statement.origin, message).note("the two differ in nothing that counts").remove(
        statement.origin,
        "remove the statement",
        Applicability::Safe,
    );
}
