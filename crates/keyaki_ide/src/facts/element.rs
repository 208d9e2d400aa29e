//! The elements of the policy language.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>.

/// What an element says, as Markdown; none for a name that the language does not have.
pub(crate) fn element(name: &str) -> Option<&'static str> {
    Some(match name {
        "Version" => {
            "The version of the policy language. With `2012-10-17` policy variables are replaced; without the element, the rules of 2008 apply and `${…}` is plain text."
        }
        "Id" => "A name for the document. It does not change what the policy means.",
        "Statement" => "The statements, one object or a list. Their order does not count.",
        "Sid" => {
            "A name for the statement, unique within the policy. Identity policies take letters and digits alone."
        }
        "Effect" => "`Allow` grants; `Deny` refuses, and wins over every grant.",
        "Principal" => "Whom the statement is about. Policies attached to identities have none.",
        "NotPrincipal" => {
            "Everybody but these. With `Allow` it grants to everybody else, anonymous callers included."
        }
        "Action" => {
            "The actions, as `service:Name`. `*` stands for any text, `?` for one character."
        }
        "NotAction" => "Every action but these, also those that AWS adds later.",
        "Resource" => {
            "The resources, as ARNs with wildcards and policy variables. Actions that take no resource need `*`."
        }
        "NotResource" => "Every resource but these, also those that are created later.",
        "Condition" => {
            "When the statement counts: every operator and every key must match; of several values one is enough."
        }
        "AWS" => "Accounts, users, roles and sessions, by ARN or account id; `*` is everybody.",
        "Service" => "AWS services, such as `lambda.amazonaws.com`.",
        "Federated" => {
            "Identity providers: SAML, OpenID Connect, or a host such as `cognito-identity.amazonaws.com`."
        }
        "CanonicalUser" => "An account, by the canonical user id of Amazon S3.",
        _ => return None,
    })
}
