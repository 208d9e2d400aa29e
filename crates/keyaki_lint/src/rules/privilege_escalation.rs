use crate::context::Context;
use crate::escalation::open_ways;
use crate::rule::rule;

rule! {
    /// Grants with which their holder can gain more than they say.
    ///
    /// Whoever may attach a policy, make an access key for another user, or pass any role to a machine of his own, has the permissions that he gives himself.
    /// Each way is asked of the engine as requests that the policy must allow, so that a `Deny`, conditions and resources count for exactly what they do, however actions are spelled and over however many statements they are spread.
    /// A grant that names its targets, users or roles, is taken to name harmless ones.
    /// Where a policy variable names them, they are the holder's own: whoever may write the policies of his own user or group gives himself permissions, while a new access key of his own gives him nothing.
    /// To attach certain policies of AWS is no way, if these open none with what is granted already, as the catalogue has them; a policy of one's own account that may be attached may say anything.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": [
    ///     "iam:PassRole",
    ///     //^
    ///     "lambda:CreateFunction",
    ///     "lambda:InvokeFunction"
    ///   ],
    ///   "Resource": "*"
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Effect": "Allow",
    ///       "Action": "ia?:Create*",
    ///       //        ^^^^^^^^^^^^^
    ///       "Resource": "arn:aws:iam::*:*"
    ///     },
    ///     {
    ///       "Effect": "Deny",
    ///       "Action": "iam:CreateAccessKey",
    ///       "Resource": "*",
    ///       "Condition": { "DateLessThan": { "aws:TokenIssueTime": "2020-01-01T00:00:00Z" } }
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PutUserPolicy",
    ///   //        ^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:iam::*:user/${aws:username}"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
    ///   "Resource": ["arn:aws:iam::111122223333:role/report-function", "arn:aws:lambda:*:111122223333:function:report-*"]
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:CreateAccessKey",
    ///   "Resource": "arn:aws:iam::*:user/${aws:username}"
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:AttachUserPolicy",
    ///   "Resource": "*",
    ///   "Condition": { "ArnEquals": { "iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators, or a permissions boundary limits what can be gained.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
    /// - <https://pathfinding.cloud/>
    name: "privilege-escalation",
    level: Security,
    persona: Pedantic,
    kinds: Kinds::IDENTITY,
    replaces: ["parliament:PRIVILEGE_ESCALATION", "iam-policy-validator:sensitive_action", "cloudsplaining:PrivilegeEscalation", "checkov:CKV_AWS_110", "checkov:CKV_AWS_286", "prowler:iam_policy_allows_privilege_escalation", "prowler:iam_inline_policy_allows_privilege_escalation"],
    check: Proof(check),
}

/// So many ways are named.
const SHOWN: usize = 8;

fn check(cx: &mut Context<'_>) {
    let ways = open_ways(cx, false);
    let Some((first, places, witness)) = ways.first() else { return };
    let Some((&main, others)) = places.split_first() else { return };
    let request = &witness.request;
    let example = format!("for instance `{}` on `{}` is allowed", request.action, request.resource);
    let message = format!("its holder can gain permissions by {}", first.in_words());
    let mut draft = cx.report(main, message);
    for place in others {
        draft = draft.and_at(*place, "the way needs this, too");
    }
    draft = draft.note(example);
    for (way, _, _) in ways.iter().skip(1).take(SHOWN) {
        draft = draft.note(format!("also by {}", way.in_words()));
    }
    if let Some(more) = ways.len().checked_sub(SHOWN + 2) {
        draft.note(format!("and in {} more ways", more + 1));
    }
}
