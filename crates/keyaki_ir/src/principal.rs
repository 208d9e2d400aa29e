//! The `Principal` and `NotPrincipal` elements.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.

use keyaki_syntax::NodeId;

use crate::arn::{Arn, Segment, is_account_id};
use crate::{Shape, Text};

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalElement {
    /// Is it `NotPrincipal`?
    pub negated: bool,
    /// The node of the element's name.
    pub name: NodeId,
    /// The node of the element's value.
    pub origin: NodeId,
    /// What it says.
    pub form: PrincipalForm,
}

impl PrincipalElement {
    /// All entries of all groups.
    pub fn entries(&self) -> impl Iterator<Item = (&PrincipalGroup, &PrincipalEntry)> {
        let groups = match &self.form {
            PrincipalForm::Map(groups) => groups.as_slice(),
            PrincipalForm::Any | PrincipalForm::Wrong => &[],
        };
        groups.iter().flat_map(|group| group.entries.iter().map(move |entry| (group, entry)))
    }

    /// Whether it names everybody, as `"*"` or as `{"AWS": "*"}`.
    pub fn is_everybody(&self) -> bool {
        match &self.form {
            PrincipalForm::Any => true,
            PrincipalForm::Map(_) => self.entries().any(|(group, entry)| {
                group.kind == Some(PrincipalKey::Aws) && entry.principal == Principal::Any
            }),
            PrincipalForm::Wrong => false,
        }
    }
}

/// The two forms of a principal element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalForm {
    /// `"*"`.
    Any,
    /// `{"AWS": …, "Service": …}`.
    Map(Vec<PrincipalGroup>),
    /// Neither of the two.
    Wrong,
}

/// The kinds of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKey {
    /// Accounts, users, roles and sessions.
    Aws,
    /// AWS services.
    Service,
    /// Identity providers.
    Federated,
    /// S3 canonical user ids.
    CanonicalUser,
}

impl PrincipalKey {
    /// All of them.
    pub const ALL: [PrincipalKey; 4] =
        [Self::Aws, Self::Service, Self::Federated, Self::CanonicalUser];

    /// The spelling of the policy language.
    pub fn name(self) -> &'static str {
        match self {
            PrincipalKey::Aws => "AWS",
            PrincipalKey::Service => "Service",
            PrincipalKey::Federated => "Federated",
            PrincipalKey::CanonicalUser => "CanonicalUser",
        }
    }
}

/// One member of a principal map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalGroup {
    /// The key as written.
    pub key: Text,
    /// The kind, if there is one of that name.
    pub kind: Option<PrincipalKey>,
    /// The value.
    pub origin: NodeId,
    /// One value or a list.
    pub shape: Shape,
    /// The values that are strings.
    pub entries: Vec<PrincipalEntry>,
}

/// One principal as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalEntry {
    /// The text.
    pub text: Box<str>,
    /// The string in the source.
    pub origin: NodeId,
    /// What it names.
    pub principal: Principal,
}

/// What a principal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// `*`: everybody, anonymous callers included.
    Any,
    /// An account, as twelve digits or as the ARN of its root.
    Account,
    /// An IAM user.
    User,
    /// An IAM role: all of its sessions.
    Role,
    /// One session of a role.
    AssumedRole,
    /// One session of a federated user.
    FederatedUser,
    /// The unique id of a user (`AIDA…`) that is gone.
    UserId,
    /// The unique id of a role (`AROA…`) that is gone.
    RoleId,
    /// An AWS service.
    Service,
    /// A SAML provider.
    SamlProvider,
    /// An OpenID Connect provider.
    OidcProvider,
    /// An identity provider named by its host: Cognito, Google, Facebook, Amazon.
    WebIdentity,
    /// `*` under `Federated`: everybody for whom some identity provider vouches.
    AnyFederated,
    /// An S3 canonical user id.
    CanonicalUser,
    /// Something else.
    Unknown,
}

impl Principal {
    /// What `text` names under the key `kind`.
    pub fn classify(kind: Option<PrincipalKey>, text: &str) -> Principal {
        match kind {
            Some(PrincipalKey::Aws) => Self::classify_aws(text),
            Some(PrincipalKey::Service) => Principal::Service,
            Some(PrincipalKey::Federated) => Self::classify_federated(text),
            Some(PrincipalKey::CanonicalUser) => Principal::CanonicalUser,
            None => Principal::Unknown,
        }
    }

    fn classify_aws(text: &str) -> Principal {
        if text == "*" {
            return Principal::Any;
        }
        if is_account_id(text) {
            return Principal::Account;
        }
        let id = |prefix: &str| {
            text.len() >= 16
                && text.starts_with(prefix)
                && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        if id("AIDA") {
            return Principal::UserId;
        }
        if id("AROA") {
            return Principal::RoleId;
        }
        let Some(arn) = Arn::parse(text) else { return Principal::Unknown };
        let resource = arn.get(text, Segment::Resource);
        let kind = resource.split_once('/').map_or(resource, |(kind, _)| kind);
        match (arn.get(text, Segment::Service), kind) {
            ("iam", "root") if resource == "root" => Principal::Account,
            ("iam", "user") => Principal::User,
            ("iam", "role") => Principal::Role,
            ("sts", "assumed-role") => Principal::AssumedRole,
            ("sts", "federated-user") => Principal::FederatedUser,
            _ => Principal::Unknown,
        }
    }

    fn classify_federated(text: &str) -> Principal {
        if text == "*" {
            return Principal::AnyFederated;
        }
        let Some(arn) = Arn::parse(text) else {
            let host = text.contains('.') && text.bytes().all(is_host_byte);
            return if host { Principal::WebIdentity } else { Principal::Unknown };
        };
        let resource = arn.get(text, Segment::Resource);
        match (arn.get(text, Segment::Service), resource.split_once('/').map(|(kind, _)| kind)) {
            ("iam", Some("saml-provider")) => Principal::SamlProvider,
            ("iam", Some("oidc-provider")) => Principal::OidcProvider,
            _ => Principal::Unknown,
        }
    }
}

fn is_host_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_told_apart() {
        let aws = |t| Principal::classify(Some(PrincipalKey::Aws), t);
        assert_eq!(aws("*"), Principal::Any);
        assert_eq!(aws("111122223333"), Principal::Account);
        assert_eq!(aws("arn:aws:iam::111122223333:root"), Principal::Account);
        assert_eq!(aws("arn:aws:iam::111122223333:user/path/ann"), Principal::User);
        assert_eq!(aws("arn:aws:iam::111122223333:role/r"), Principal::Role);
        assert_eq!(aws("arn:aws:sts::111122223333:assumed-role/r/s"), Principal::AssumedRole);
        assert_eq!(aws("arn:aws:sts::111122223333:federated-user/u"), Principal::FederatedUser);
        assert_eq!(aws("AROAABCDEFGHIJKLMNOPQ"), Principal::RoleId);
        assert_eq!(aws("AIDAABCDEFGHIJKLMNOPQ"), Principal::UserId);
        assert_eq!(aws("alice"), Principal::Unknown);
        let federated = |t| Principal::classify(Some(PrincipalKey::Federated), t);
        assert_eq!(federated("cognito-identity.amazonaws.com"), Principal::WebIdentity);
        assert_eq!(federated("arn:aws:iam::1:saml-provider/x"), Principal::SamlProvider);
        assert_eq!(federated("arn:aws:iam::1:oidc-provider/h.example"), Principal::OidcProvider);
        assert_eq!(federated("arn:aws:iam::1:role/x"), Principal::Unknown);
        assert_eq!(federated("*"), Principal::AnyFederated);
    }
}
