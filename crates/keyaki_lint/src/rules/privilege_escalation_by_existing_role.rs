use crate::context::Context;
use crate::escalation::open_ways;
use crate::rule::rule;

rule! {
    /// Grants with which their holder can act through roles that services hold already.
    ///
    /// Whoever may change the code of a function, the template of a stack or what runs on a machine acts with the role that is there.
    /// What that role may do, the policy does not show.
    /// As for `privilege-escalation`, each way is asked of the engine.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["ssm:SendCommand"],
    ///   //         ^^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ssm:DescribeInstanceInformation",
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the roles behind the resources may do no more than the holder of the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    /// - <https://pathfinding.cloud/>
    name: "privilege-escalation-by-existing-role",
    level: Warning,
    confidence: Low,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    replaces: ["cloudsplaining:PrivilegeEscalation", "prowler:iam_policy_allows_privilege_escalation"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for (way, places, _) in open_ways(cx, true) {
        let Some((&main, others)) = places.split_first() else { continue };
        let message = format!("its holder can act with roles of others by {}", way.in_words());
        let mut draft = cx.report(main, message);
        for place in others {
            draft = draft.and_at(*place, "the way needs this, too");
        }
    }
}
