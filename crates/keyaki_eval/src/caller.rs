//! Who makes a request.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
//! and, for the ARNs, <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.

use keyaki_ir::arn::{Arn, Segment, is_account_id};

/// The principal that makes a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Nobody in particular: an unsigned request.
    Anonymous,
    /// The root user of an account.
    Root {
        /// The partition of its ARN.
        partition: String,
        /// The account.
        account: String,
    },
    /// An IAM user with long-term credentials.
    User {
        /// The partition of its ARN.
        partition: String,
        /// The account.
        account: String,
        /// Path and name, without a leading slash: `eng/ann`.
        name: String,
    },
    /// A session of a role.
    RoleSession {
        /// The partition of its ARN.
        partition: String,
        /// The account of the role.
        account: String,
        /// The role's path and name, without a leading slash. A session's ARN lacks the path.
        role: String,
        /// The name of the session.
        session: String,
    },
    /// A session that an IAM user made with `GetFederationToken`.
    FederatedUser {
        /// The partition of its ARN.
        partition: String,
        /// The account of the user.
        account: String,
        /// The name of the federated user.
        name: String,
        /// The name of the IAM user that made the session, where that is known.
        user: Option<String>,
    },
    /// An AWS service on its own behalf: `cloudtrail.amazonaws.com`.
    Service {
        /// The service principal.
        host: String,
    },
    /// Somebody whom an OpenID Connect provider vouches for; can only assume a role.
    WebIdentity {
        /// The provider's ARN, or the host of a built-in one.
        provider: String,
    },
    /// Somebody whom a SAML provider vouches for; can only assume a role.
    Saml {
        /// The provider's ARN.
        provider: String,
    },
    /// Somebody known by an S3 canonical user id, or an origin access identity of CloudFront.
    CanonicalUser {
        /// The id, 64 hexadecimal digits; or the ARN by which policies name the origin access
        /// identity, `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E…`:
        /// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html>.
        id: String,
    },
}

/// Why a text names no caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotACaller {
    /// The text.
    pub text: String,
}

impl std::fmt::Display for NotACaller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` names no principal: expected the ARN of a user, a role, a session, a root user or \
             an identity provider, an account id, a service principal, or `anonymous`",
            self.text
        )
    }
}

impl std::error::Error for NotACaller {}

impl Caller {
    /// Reads the usual names: an ARN, twelve digits for a root user, a service's host,
    /// a canonical id, `anonymous` or `*`. The ARN of a role stands for a session of it.
    ///
    /// # Errors
    /// A text that names no principal.
    pub fn parse(text: &str) -> Result<Caller, NotACaller> {
        Self::read(text).ok_or_else(|| NotACaller { text: text.to_owned() })
    }

    fn read(text: &str) -> Option<Caller> {
        if text == "*" || text.eq_ignore_ascii_case("anonymous") {
            return Some(Caller::Anonymous);
        }
        if is_account_id(text) {
            return Some(Caller::Root { partition: "aws".to_owned(), account: text.to_owned() });
        }
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Some(Caller::CanonicalUser { id: text.to_owned() });
        }
        match Arn::parse(text) {
            Some(arn) => Self::from_arn(text, &arn).filter(Self::has_real_account),
            None => Self::from_host(text),
        }
    }

    /// The caller whom the ARN in a policy names, whatever the account in it looks like.
    pub fn named(text: &str) -> Option<Caller> {
        Self::from_arn(text, &Arn::parse(text)?)
    }

    fn has_real_account(&self) -> bool {
        let provider = match self {
            Caller::WebIdentity { provider } | Caller::Saml { provider } => Some(provider),
            Caller::Anonymous
            | Caller::Root { .. }
            | Caller::User { .. }
            | Caller::RoleSession { .. }
            | Caller::FederatedUser { .. }
            | Caller::Service { .. }
            | Caller::CanonicalUser { .. } => None,
        };
        let of_provider = provider.and_then(|text| text.split(':').nth(4));
        self.account().or(of_provider).is_none_or(is_account_id)
    }

    fn from_host(text: &str) -> Option<Caller> {
        const PROVIDERS: [&str; 4] = [
            "cognito-identity.amazonaws.com",
            "accounts.google.com",
            "graph.facebook.com",
            "www.amazon.com",
        ];
        if PROVIDERS.contains(&text) {
            return Some(Caller::WebIdentity { provider: text.to_owned() });
        }
        let is_service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
        let name = text.split('.').next().unwrap_or("");
        let fits = is_service && !name.is_empty() && !text.contains(['*', '/', ' ']);
        fits.then(|| Caller::Service { host: text.to_owned() })
    }

    fn from_arn(text: &str, arn: &Arn) -> Option<Caller> {
        let get = |segment| arn.get(text, segment).to_owned();
        let (partition, account) = (get(Segment::Partition), get(Segment::Account));
        if text.contains(['*', '?']) {
            return None;
        }
        if is_origin_access_identity(text, arn) {
            return Some(Caller::CanonicalUser { id: text.to_owned() });
        }
        if account.is_empty() {
            return None;
        }
        let resource = arn.get(text, Segment::Resource);
        let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
        let owned = name.to_owned();
        match (arn.get(text, Segment::Service), kind) {
            ("iam", "root") if name.is_empty() => Some(Caller::Root { partition, account }),
            ("iam", "user") if !name.is_empty() => {
                Some(Caller::User { partition, account, name: owned })
            }
            ("iam", "role") if !name.is_empty() => {
                let session = "session".to_owned();
                Some(Caller::RoleSession { partition, account, role: owned, session })
            }
            ("iam", "saml-provider") => Some(Caller::Saml { provider: text.to_owned() }),
            ("iam", "oidc-provider") => Some(Caller::WebIdentity { provider: text.to_owned() }),
            ("sts", "assumed-role") => {
                let (role, session) = name.split_once('/')?;
                let (role, session) = (role.to_owned(), session.to_owned());
                let whole = !role.is_empty() && !session.is_empty();
                whole.then_some(Caller::RoleSession { partition, account, role, session })
            }
            ("sts", "federated-user") if !name.is_empty() => {
                Some(Caller::FederatedUser { partition, account, name: owned, user: None })
            }
            _ => None,
        }
    }

    /// The account of the principal; none for those that belong to no account that is known.
    pub fn account(&self) -> Option<&str> {
        match self {
            Caller::Root { account, .. }
            | Caller::User { account, .. }
            | Caller::RoleSession { account, .. }
            | Caller::FederatedUser { account, .. } => Some(account),
            Caller::Anonymous
            | Caller::Service { .. }
            | Caller::WebIdentity { .. }
            | Caller::Saml { .. }
            | Caller::CanonicalUser { .. } => None,
        }
    }

    /// The partition of the principal's ARN; none without an ARN.
    pub fn partition(&self) -> Option<&str> {
        match self {
            Caller::Root { partition, .. }
            | Caller::User { partition, .. }
            | Caller::RoleSession { partition, .. }
            | Caller::FederatedUser { partition, .. } => Some(partition),
            Caller::Anonymous
            | Caller::Service { .. }
            | Caller::WebIdentity { .. }
            | Caller::Saml { .. }
            | Caller::CanonicalUser { .. } => None,
        }
    }

    /// The ARN of the principal itself: of a session, the session's.
    pub fn arn(&self) -> Option<String> {
        match self {
            Caller::Root { partition, account } => {
                Some(format!("arn:{partition}:iam::{account}:root"))
            }
            Caller::User { partition, account, name } => {
                Some(format!("arn:{partition}:iam::{account}:user/{name}"))
            }
            Caller::RoleSession { partition, account, role, session } => {
                let role = last_component(role);
                Some(format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}"))
            }
            Caller::FederatedUser { partition, account, name, .. } => {
                Some(format!("arn:{partition}:sts::{account}:federated-user/{name}"))
            }
            Caller::WebIdentity { provider } | Caller::Saml { provider } => Some(provider.clone()),
            Caller::Anonymous | Caller::Service { .. } | Caller::CanonicalUser { .. } => None,
        }
    }

    /// What the key `aws:PrincipalArn` holds: of a session of a role, the role's ARN.
    pub fn principal_arn(&self) -> Option<String> {
        match self {
            Caller::RoleSession { partition, account, role, .. } => {
                Some(format!("arn:{partition}:iam::{account}:role/{role}"))
            }
            Caller::Root { .. } | Caller::User { .. } | Caller::FederatedUser { .. } => self.arn(),
            Caller::Anonymous
            | Caller::Service { .. }
            | Caller::WebIdentity { .. }
            | Caller::Saml { .. }
            | Caller::CanonicalUser { .. } => None,
        }
    }

    /// Whether the principal is a session of a service-linked role, which neither SCPs nor RCPs
    /// restrict.
    pub fn is_service_linked(&self) -> bool {
        matches!(self, Caller::RoleSession { role, .. } if role.starts_with("aws-service-role/"))
    }
}

/// Whether an ARN is that of an origin access identity, which belongs to CloudFront's own account.
fn is_origin_access_identity(text: &str, arn: &Arn) -> bool {
    arn.get(text, Segment::Service) == "iam"
        && arn.get(text, Segment::Account) == "cloudfront"
        && arn.get(text, Segment::Resource).strip_prefix("user/").is_some_and(|n| !n.is_empty())
}

/// The part after the last slash: the name without its path.
pub(crate) fn last_component(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(text: &str) -> Caller {
        Caller::parse(text).unwrap_or(Caller::Anonymous)
    }

    #[test]
    fn arns_are_read_and_given_back() {
        for arn in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/eng/ann",
            "arn:aws-cn:sts::111122223333:assumed-role/deploy/ci",
            "arn:aws:sts::111122223333:federated-user/bob",
        ] {
            assert_eq!(caller(arn).arn().as_deref(), Some(arn));
        }
    }

    #[test]
    fn a_session_has_its_roles_principal_arn() {
        let session = caller("arn:aws:iam::111122223333:role/eng/deploy");
        assert_eq!(
            session.arn().as_deref(),
            Some("arn:aws:sts::111122223333:assumed-role/deploy/session")
        );
        let role = "arn:aws:iam::111122223333:role/eng/deploy";
        assert_eq!(session.principal_arn().as_deref(), Some(role));
    }

    #[test]
    fn an_origin_access_identity_is_known_by_its_arn() {
        let arn = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1AB2CD3EF4GH5";
        assert_eq!(caller(arn), Caller::CanonicalUser { id: arn.to_owned() });
    }

    #[test]
    fn other_texts_name_nobody() {
        for text in ["", "ann", "arn:aws:iam::111122223333:group/g", "arn:aws:iam::*:root", "*.x"] {
            assert!(Caller::parse(text).is_err(), "{text}");
        }
    }
}
