//! What always holds between a request's principal, resource and condition keys.
//!
//! A request that a person writes names a few keys; a real one has more of them, and some exclude
//! each other. [`complete`] fills in what follows, says what it assumed, and refuses
//! contradictions. Source of each fact: the "Availability" notes in
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.

use keyaki_ir::arn::{Arn, Segment};
use keyaki_ir::date;

use crate::caller::last_component;
use crate::{Caller, Context, Request, Values};

/// Two statements about a request that cannot both be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// A condition key, or `principal`, or `resource`.
    pub one: String,
    /// The other.
    pub other: String,
    /// Why they exclude each other.
    pub why: &'static str,
}

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` contradicts `{}`: {}", self.one, self.other, self.why)
    }
}

impl std::error::Error for Contradiction {}

/// A request with the keys that follow from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The request.
    pub request: Request,
    /// Keys whose values follow from principal and resource.
    pub derived: Vec<&'static str>,
    /// Keys that every request of this kind has, with values that were assumed.
    pub assumed: Vec<&'static str>,
}

/// Fills in the keys that follow from the principal and the resource, and those that every such
/// request has. Keys that are given stay as they are.
///
/// # Errors
/// Keys that contradict each other, the principal or the resource.
pub fn complete(request: &Request) -> Result<Completed, Contradiction> {
    complete_where(request.clone(), |_| true)
}

/// As [`complete`], with those keys alone that `is_wanted` tells; what the others would hold makes
/// no difference to policies that do not ask for them: see [`crate::AskedKeys`].
///
/// # Errors
/// Keys that contradict each other, the principal or the resource, wanted or not.
pub fn complete_where(
    request: Request,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Completed, Contradiction> {
    check(&request)?;
    let completed = Completed { request, derived: vec![], assumed: vec![] };
    let mut filling = Filling { completed, is_wanted };
    filling.principal();
    filling.resource();
    filling.tags();
    filling.chain();
    filling.transport();
    Ok(filling.completed)
}

struct Filling<F> {
    completed: Completed,
    is_wanted: F,
}

impl<F: Fn(&str) -> bool> Filling<F> {
    fn context(&self) -> &Context {
        &self.completed.request.context
    }

    fn set<V: Into<Values>>(&mut self, key: &str, value: impl FnOnce() -> V) -> bool {
        let sets = (self.is_wanted)(key) && !self.context().has(key);
        if sets {
            self.completed.request.context.set(key, value());
        }
        sets
    }

    fn derive<V: Into<Values>>(&mut self, key: &'static str, value: impl FnOnce() -> V) {
        if self.set(key, value) {
            self.completed.derived.push(key);
        }
    }

    fn assume<V: Into<Values>>(&mut self, key: &'static str, value: impl FnOnce() -> V) {
        if self.set(key, value) {
            self.completed.assumed.push(key);
        }
    }

    fn principal(&mut self) {
        // Taken out for as long as the context is written to.
        let caller = std::mem::replace(&mut self.completed.request.caller, Caller::Anonymous);
        self.principal_keys(&caller);
        self.identifiers(&caller);
        self.completed.request.caller = caller;
    }

    fn principal_keys(&mut self, caller: &Caller) {
        if let Some(kind) = principal_type(caller) {
            self.derive("aws:PrincipalType", || kind);
        }
        let is_anonymous = *caller == Caller::Anonymous;
        let account = caller.account().or(is_anonymous.then_some("anonymous"));
        if let Some(account) = account {
            self.derive("aws:PrincipalAccount", || account);
        }
        if caller.account().is_some() {
            self.derive("aws:PrincipalArn", || caller.principal_arn().unwrap_or_default());
        }
        if !is_anonymous {
            let is_service = matches!(caller, Caller::Service { .. });
            let value = if is_service { "true" } else { "false" };
            self.derive("aws:PrincipalIsAWSService", || value);
        }
    }

    fn identifiers(&mut self, caller: &Caller) {
        match caller {
            Caller::Anonymous => self.derive("aws:userid", || "anonymous"),
            Caller::Root { account, .. } => self.derive("aws:userid", || account.as_str()),
            Caller::User { name, .. } => {
                self.derive("aws:username", || last_component(name));
                self.assume("aws:userid", || "AIDAEXAMPLEEXAMPLEEXA");
            }
            Caller::RoleSession { session, .. } => {
                self.assume("aws:userid", || format!("AROAEXAMPLEEXAMPLEEXA:{session}"));
                self.second_factor();
            }
            Caller::FederatedUser { account, name, .. } => {
                self.derive("aws:userid", || format!("{account}:{name}"));
                self.second_factor();
            }
            Caller::Service { host } => {
                self.derive("aws:PrincipalServiceName", || host.as_str());
                let names = || Values::List(vec![host.clone()]);
                self.derive("aws:PrincipalServiceNamesList", names);
            }
            Caller::WebIdentity { .. } | Caller::Saml { .. } | Caller::CanonicalUser { .. } => {}
        }
    }

    /// Without a second factor nothing is known of its age.
    fn second_factor(&mut self) {
        let has_age = self.context().has("aws:MultiFactorAuthAge");
        let value = if has_age { "true" } else { "false" };
        self.assume("aws:MultiFactorAuthPresent", || value);
    }

    fn resource(&mut self) {
        if let Some(owner) = self.completed.request.owner().map(str::to_owned) {
            self.derive("aws:ResourceAccount", || owner);
        }
    }

    /// `aws:TagKeys` holds the keys of the request's tags.
    fn tags(&mut self) {
        let tags: Vec<String> = request_tags(self.context()).map(str::to_owned).collect();
        if !tags.is_empty() {
            self.derive("aws:TagKeys", || Values::List(tags));
        }
    }

    /// Who called on whose behalf.
    fn chain(&mut self) {
        let Some(chain) = self.context().get("aws:CalledVia") else { return };
        let chain = chain.as_slice().to_vec();
        let ([first, ..], [.., last]) = (&chain[..], &chain[..]) else { return };
        self.derive("aws:CalledViaFirst", || first.as_str());
        self.derive("aws:CalledViaLast", || last.as_str());
        self.derive("aws:ViaAWSService", || "true");
    }

    fn transport(&mut self) {
        let request = &self.completed.request;
        let region = Arn::plain(&request.resource)
            .map(|arn| arn.get(&request.resource, Segment::Region))
            .filter(|r| !r.is_empty() && !r.contains(['*', '?']))
            .map(str::to_owned);
        match region {
            Some(region) => self.derive("aws:RequestedRegion", || region),
            None => self.assume("aws:RequestedRegion", || "us-east-1"),
        }
        self.assume("aws:SecureTransport", || "true");
        self.assume("aws:ViaAWSService", || "false");
    }
}

/// What `aws:PrincipalType` holds.
fn principal_type(caller: &Caller) -> Option<&'static str> {
    match caller {
        Caller::Anonymous => Some("Anonymous"),
        Caller::Root { .. } => Some("Account"),
        Caller::User { .. } => Some("User"),
        Caller::RoleSession { .. } => Some("AssumedRole"),
        Caller::FederatedUser { .. } => Some("FederatedUser"),
        Caller::Service { .. } => Some("Service"),
        Caller::WebIdentity { .. } | Caller::Saml { .. } | Caller::CanonicalUser { .. } => None,
    }
}

/// The tag keys for which the request has `aws:RequestTag/…`.
fn request_tags(context: &Context) -> impl Iterator<Item = &str> {
    const PREFIX: &str = "aws:RequestTag/";
    context.iter().filter_map(|(key, _)| {
        let has = key.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX);
        has.then(|| &key[PREFIX.len()..])
    })
}

/// Refuses what cannot be.
fn check(request: &Request) -> Result<(), Contradiction> {
    check_principal(request)?;
    check_session(request)?;
    check_network(request)?;
    check_keys(request)
}

fn contradiction(one: &str, other: &str, why: &'static str) -> Result<(), Contradiction> {
    Err(Contradiction { one: one.to_owned(), other: other.to_owned(), why })
}

fn check_principal(request: &Request) -> Result<(), Contradiction> {
    let (caller, context) = (&request.caller, &request.context);
    let differs = |key: &str, value: Option<&str>| {
        context.one(key).is_some_and(|given| value.is_some_and(|v| v != given))
    };
    let account = if *caller == Caller::Anonymous { Some("anonymous") } else { caller.account() };
    if differs("aws:PrincipalAccount", account) {
        return contradiction("aws:PrincipalAccount", "principal", "it belongs to another account");
    }
    let arn = || caller.principal_arn();
    if context.has("aws:PrincipalArn") && differs("aws:PrincipalArn", arn().as_deref()) {
        return contradiction("aws:PrincipalArn", "principal", "it is another principal");
    }
    let arn_account = |text: &str| {
        let account = Arn::plain(text)?.get(text, Segment::Account).to_owned();
        Some(account).filter(|account| !account.is_empty())
    };
    let by_arn = context.one("aws:PrincipalArn").and_then(arn_account);
    if differs("aws:PrincipalAccount", by_arn.as_deref()) {
        return contradiction("aws:PrincipalAccount", "aws:PrincipalArn", "it is another account");
    }
    if differs("aws:PrincipalType", principal_type(caller)) {
        return contradiction("aws:PrincipalType", "principal", "it is of another kind");
    }
    let is_service = matches!(caller, Caller::Service { .. });
    if differs("aws:PrincipalIsAWSService", Some(if is_service { "true" } else { "false" })) {
        return contradiction("aws:PrincipalIsAWSService", "principal", "it is of another kind");
    }
    // An S3 canonical id is that of an account, and its principals are of any kind.
    let has_name = matches!(caller, Caller::User { .. } | Caller::CanonicalUser { .. });
    if context.has("aws:username") && !has_name {
        return contradiction("aws:username", "principal", "only IAM users have a user name");
    }
    if context.has("aws:PrincipalServiceName") && !is_service {
        let why = "only services have a service name";
        return contradiction("aws:PrincipalServiceName", "principal", why);
    }
    let resource_account = context.one("aws:ResourceAccount");
    if resource_account.is_some_and(|a| request.owner_as_named().is_some_and(|o| o != a)) {
        return contradiction("aws:ResourceAccount", "resource", "it is owned by another account");
    }
    Ok(())
}

/// Keys that only temporary credentials have.
fn check_session(request: &Request) -> Result<(), Contradiction> {
    let context = &request.context;
    // Users and root users may have temporary credentials, by `GetSessionToken`.
    let has_none = match request.caller {
        Caller::Root { .. }
        | Caller::User { .. }
        | Caller::RoleSession { .. }
        | Caller::FederatedUser { .. }
        | Caller::CanonicalUser { .. } => false,
        Caller::Anonymous
        | Caller::Service { .. }
        | Caller::WebIdentity { .. }
        | Caller::Saml { .. } => true,
    };
    for key in ["aws:TokenIssueTime", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"] {
        if context.has(key) && has_none {
            return contradiction(key, "principal", "it has no temporary credentials");
        }
    }
    let age = context.has("aws:MultiFactorAuthAge");
    if age && context.one("aws:MultiFactorAuthPresent").is_some_and(|p| p != "true") {
        let why = "the age of the second factor is known only where there was one";
        return contradiction("aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", why);
    }
    Ok(())
}

/// A request comes either from the internet or through a VPC endpoint.
fn check_network(request: &Request) -> Result<(), Contradiction> {
    for key in ["aws:SourceVpce", "aws:SourceVpc", "aws:SourceVpcArn", "aws:VpcSourceIp"] {
        if request.context.has("aws:SourceIp") && request.context.has(key) {
            let why = "a request through a VPC endpoint has no public source address";
            return contradiction("aws:SourceIp", key, why);
        }
    }
    Ok(())
}

fn check_keys(request: &Request) -> Result<(), Contradiction> {
    let context = &request.context;
    if let Some(keys) = context.get("aws:TagKeys") {
        for tag in request_tags(context) {
            if !keys.as_slice().iter().any(|k| k.eq_ignore_ascii_case(tag)) {
                let key = format!("aws:RequestTag/{tag}");
                return contradiction(&key, "aws:TagKeys", "the tag is not among the tag keys");
            }
        }
    }
    let chain = context.get("aws:CalledVia").is_some_and(|v| !v.as_slice().is_empty());
    if chain && context.one("aws:ViaAWSService").is_some_and(|v| v != "true") {
        let why = "a request that was called via a service comes from one";
        return contradiction("aws:CalledVia", "aws:ViaAWSService", why);
    }
    let time = |key: &str| context.one(key).and_then(date::parse).map(|(instant, _)| instant);
    if let (Some(a), Some(b)) = (time("aws:CurrentTime"), time("aws:EpochTime"))
        && a != b
    {
        return contradiction("aws:CurrentTime", "aws:EpochTime", "they are different times");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(caller: &str, context: &[(&str, &str)]) -> Request {
        Request {
            caller: Caller::parse(caller).unwrap_or(Caller::Anonymous),
            action: "s3:GetObject".to_owned(),
            resource: "arn:aws:s3:::b/k".to_owned(),
            resource_account: None,
            context: context.iter().copied().collect(),
        }
    }

    const ROLE: &str = "arn:aws:iam::111122223333:role/eng/deploy";

    #[test]
    fn a_session_gets_the_keys_of_its_role() {
        let completed = complete(&request(ROLE, &[])).map(|c| c.request.context);
        let one = |key: &str| completed.as_ref().ok().and_then(|c| c.one(key).map(str::to_owned));
        assert_eq!(one("aws:PrincipalArn").as_deref(), Some(ROLE));
        assert_eq!(one("aws:principalaccount").as_deref(), Some("111122223333"));
        assert!(one("aws:userid").is_some_and(|id| id.ends_with(":session")));
        assert_eq!(one("aws:username"), None);
    }

    #[test]
    fn anonymous_callers_have_no_account_but_the_word() {
        let completed = complete(&request("anonymous", &[])).map(|c| c.request.context);
        let account = completed.ok().and_then(|c| c.one("aws:PrincipalAccount").map(str::to_owned));
        assert_eq!(account.as_deref(), Some("anonymous"));
        assert!(
            complete(&request("anonymous", &[("aws:PrincipalAccount", "111122223333")])).is_err()
        );
    }

    #[test]
    fn contradictions_name_both_sides() {
        let both = |caller: &str, context: &[(&str, &str)]| {
            complete(&request(caller, context)).err().map(|c| (c.one, c.other))
        };
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(
            both(ROLE, &[("aws:PrincipalAccount", "444455556666")]),
            pair("aws:PrincipalAccount", "principal")
        );
        assert_eq!(
            both(ROLE, &[("aws:SourceIp", "203.0.113.1"), ("aws:SourceVpce", "vpce-1")]),
            pair("aws:SourceIp", "aws:SourceVpce")
        );
        assert_eq!(
            both(ROLE, &[("aws:RequestTag/team", "a"), ("aws:TagKeys", "env")]),
            pair("aws:RequestTag/team", "aws:TagKeys")
        );
        assert_eq!(both(ROLE, &[("aws:PrincipalArn", ROLE)]), None);
    }

    #[test]
    fn a_second_factor_that_has_an_age_was_there() {
        let completed = complete(&request(ROLE, &[("aws:MultiFactorAuthAge", "10")]));
        let again = completed.as_ref().map(|c| complete(&c.request).is_ok());
        assert_eq!(again, Ok(true), "{completed:?}");
    }

    #[test]
    fn what_is_given_stays() {
        let given = request(ROLE, &[("aws:SecureTransport", "false")]);
        let completed = complete(&given).map(|c| c.request.context);
        let value = completed.ok().and_then(|c| c.one("aws:SecureTransport").map(str::to_owned));
        assert_eq!(value.as_deref(), Some("false"));
    }
}
