//! Who may make the request.
//!
//! A query is about one caller. All callers fall into a few cases: each principal that a policy
//! names is one, and everybody else is told apart by kind and account alone. Where a case stands
//! for many callers, the keys that describe the caller are left open within what the kind allows.

use keyaki_eval::{AskedKeys, Caller, CallerKind, Context, Formula, Request, complete_where};
use keyaki_ir::glob::Case;
use keyaki_ir::{Arn, Principal, PrincipalEntry, Statement, arn};
use keyaki_symbolic::{Ask, Text};

use crate::Subject;

/// An account that no policy is likely to name.
const STRANGER: &str = "999988887777";

/// A case of callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallerCase {
    /// The caller, or one that stands for the case.
    pub(crate) caller: Caller,
    /// Whether the case is exactly this caller, or all of its kind.
    pub(crate) scope: Scope,
}

/// For whom a caller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Itself.
    Itself,
    /// All of its kind in its account.
    Account,
    /// All of its kind.
    Kind,
}

/// The keys that a caller decides.
const OWN_KEYS: [&str; 7] = [
    "aws:PrincipalType",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:username",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
];

/// Keys that only temporary credentials or signed requests of some account have.
const ACCOUNT_KEYS: [&str; 7] = [
    "aws:TokenIssueTime",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceIdentity",
    "aws:userid",
];

/// All cases of callers that the policies of identities tell apart.
pub(crate) fn of_identity(asked: &AskedKeys) -> Vec<CallerCase> {
    let all = [role(STRANGER), user(STRANGER), federated(STRANGER)];
    let cases = all.map(|caller| CallerCase { caller, scope: Scope::Kind });
    let matters = OWN_KEYS.iter().chain(&ACCOUNT_KEYS).any(|key| asked.has(key));
    cases.into_iter().take(if matters { 3 } else { 1 }).collect()
}

/// All cases of callers that the policies of a resource tell apart.
pub(crate) fn of_resource(subjects: &[&Subject]) -> Vec<CallerCase> {
    let mut cases: Vec<CallerCase> = Vec::new();
    let mut add = |caller: Caller, scope: Scope| {
        let case = CallerCase { caller, scope };
        if !cases.contains(&case) {
            cases.push(case);
        }
    };
    for entry in subjects.iter().flat_map(|s| entries(s)) {
        match entry.principal {
            Principal::Account => {
                if let Some(account) = account(&entry.text) {
                    add(role(account), Scope::Account);
                    add(user(account), Scope::Account);
                    add(federated(account), Scope::Account);
                    add(root(account), Scope::Itself);
                }
            }
            Principal::Any
            | Principal::AnyFederated
            | Principal::UserId
            | Principal::RoleId
            | Principal::Unknown => {}
            Principal::User
            | Principal::Role
            | Principal::AssumedRole
            | Principal::FederatedUser
            | Principal::Service
            | Principal::SamlProvider
            | Principal::OidcProvider
            | Principal::WebIdentity
            | Principal::CanonicalUser => {
                if let Some(caller) = named(entry) {
                    if let Some(account) = caller.account() {
                        add(role(account), Scope::Account);
                        add(user(account), Scope::Account);
                        add(federated(account), Scope::Account);
                        add(root(account), Scope::Itself);
                    }
                    add(caller, Scope::Itself);
                }
            }
        }
    }
    add(Caller::Anonymous, Scope::Itself);
    add(role(STRANGER), Scope::Kind);
    add(user(STRANGER), Scope::Kind);
    add(federated(STRANGER), Scope::Kind);
    add(root(STRANGER), Scope::Kind);
    add(Caller::Service { host: "example.amazonaws.com".to_owned() }, Scope::Kind);
    add(Caller::WebIdentity { provider: provider("oidc") }, Scope::Kind);
    add(Caller::Saml { provider: provider("saml") }, Scope::Kind);
    add(Caller::CanonicalUser { id: "0123456789abcdef".repeat(4) }, Scope::Kind);
    cases
}

fn entries(subject: &Subject) -> impl Iterator<Item = &PrincipalEntry> {
    let layers = subject.policies.layers().into_iter();
    let statements = layers.flat_map(|l| subject.policies.statements(l)).map(|(_, s)| s);
    statements.flat_map(Statement::principal_elements).flat_map(|p| p.entries()).map(|(_, e)| e)
}

fn account(text: &str) -> Option<&str> {
    let account = match Arn::parse(text) {
        Some(parsed) => parsed.get(text, arn::Segment::Account),
        None => text,
    };
    arn::is_account_id(account).then_some(account)
}

/// The caller that an entry names.
fn named(entry: &PrincipalEntry) -> Option<Caller> {
    let text = entry.text.to_string();
    match entry.principal {
        Principal::Service => Some(Caller::Service { host: text }),
        Principal::SamlProvider => Some(Caller::Saml { provider: text }),
        Principal::OidcProvider | Principal::WebIdentity => {
            Some(Caller::WebIdentity { provider: text })
        }
        Principal::CanonicalUser => Some(Caller::CanonicalUser { id: text }),
        Principal::User | Principal::Role | Principal::AssumedRole | Principal::FederatedUser => {
            Caller::parse(&text).ok()
        }
        Principal::Any
        | Principal::AnyFederated
        | Principal::Account
        | Principal::UserId
        | Principal::RoleId
        | Principal::Unknown => None,
    }
}

fn role(account: &str) -> Caller {
    Caller::RoleSession {
        partition: "aws".to_owned(),
        account: account.to_owned(),
        role: "example".to_owned(),
        session: "session".to_owned(),
    }
}

fn user(account: &str) -> Caller {
    let name = "alice".to_owned();
    Caller::User { partition: "aws".to_owned(), account: account.to_owned(), name }
}

fn federated(account: &str) -> Caller {
    Caller::FederatedUser {
        partition: "aws".to_owned(),
        account: account.to_owned(),
        name: "bob".to_owned(),
        user: Some("alice".to_owned()),
    }
}

fn root(account: &str) -> Caller {
    Caller::Root { partition: "aws".to_owned(), account: account.to_owned() }
}

fn provider(kind: &str) -> String {
    format!("arn:aws:iam::{STRANGER}:{kind}-provider/example.com")
}

impl CallerCase {
    /// What holds of the keys of a request of this case, of the keys that are asked for.
    pub(crate) fn requirements(&self, asked: &AskedKeys) -> Formula<Ask> {
        let mut parts = match self.scope {
            Scope::Itself => exactly(&self.caller, asked),
            Scope::Account | Scope::Kind => self.openly(asked),
        };
        let has_account = self.caller.account().is_some();
        if !has_account {
            let keys = ACCOUNT_KEYS.iter().filter(|k| asked.has(k) && **k != "aws:userid");
            parts.extend(keys.map(|k| absent(k)));
            let tags = asked.iter().filter(|k| k.starts_with("aws:principaltag/"));
            parts.extend(tags.map(absent));
        }
        Formula::and(parts)
    }

    /// What holds of the keys of all callers of the case.
    fn openly(&self, asked: &AskedKeys) -> Vec<Formula<Ask>> {
        let (kind, arn) = match CallerKind::of(&self.caller) {
            CallerKind::Root => ("Account", Some("iam::????????????:root")),
            CallerKind::User => ("User", Some("iam::????????????:user/?*")),
            CallerKind::RoleSession | CallerKind::ServiceLinkedRole => {
                ("AssumedRole", Some("iam::????????????:role/?*"))
            }
            CallerKind::FederatedUser => {
                ("FederatedUser", Some("sts::????????????:federated-user/?*"))
            }
            CallerKind::Service => ("Service", None),
            CallerKind::Anonymous
            | CallerKind::WebIdentity
            | CallerKind::Saml
            | CallerKind::CanonicalUser => ("", None),
        };
        let account = match self.scope {
            Scope::Account => self.caller.account().unwrap_or_default(),
            Scope::Itself | Scope::Kind => "????????????",
        };
        let is_user = kind == "User";
        let is_service = kind == "Service";
        let mut parts = Vec::new();
        for key in OWN_KEYS.into_iter().filter(|k| asked.has(k)) {
            let part = match key {
                "aws:PrincipalType" if !kind.is_empty() => is(key, kind),
                "aws:PrincipalAccount" if arn.is_some() => like(key, account),
                "aws:PrincipalArn" => match arn {
                    Some(arn) => {
                        like(key, &format!("arn:*:{}", arn.replace("????????????", account)))
                    }
                    None => absent(key),
                },
                "aws:PrincipalIsAWSService" => is(key, if is_service { "true" } else { "false" }),
                "aws:username" if is_user => like(key, "?*"),
                "aws:PrincipalServiceName" if is_service => like(key, "?*"),
                "aws:PrincipalServiceNamesList" if is_service => present(key),
                _ => absent(key),
            };
            parts.push(part);
        }
        parts
    }
}

/// What the keys of exactly this caller hold.
fn exactly(caller: &Caller, asked: &AskedKeys) -> Vec<Formula<Ask>> {
    let request = Request {
        caller: caller.clone(),
        action: String::new(),
        resource: "*".to_owned(),
        resource_account: None,
        context: Context::new(),
    };
    let Ok(completed) = complete_where(request, |key| asked.has(key)) else { return Vec::new() };
    let context = &completed.request.context;
    let keys = OWN_KEYS.into_iter().chain(["aws:userid"]).filter(|key| asked.has(key));
    let parts = keys.filter_map(|key| {
        if completed.assumed.contains(&key) {
            return None;
        }
        match context.get(key) {
            Some(_) => context.one(key).map(|value| is(key, value)),
            None if key == "aws:userid" => None,
            None => Some(absent(key)),
        }
    });
    parts.collect()
}

/// What holds of every request, of the keys that are asked for.
pub(crate) fn always(asked: &AskedKeys) -> Formula<Ask> {
    let mut parts = Vec::new();
    // A request comes either from the internet or through a VPC endpoint.
    if asked.has("aws:SourceIp") {
        for key in ["aws:SourceVpce", "aws:SourceVpc", "aws:SourceVpcArn", "aws:VpcSourceIp"] {
            if asked.has(key) {
                parts.push(Formula::or([absent("aws:SourceIp"), absent(key)]));
            }
        }
    }
    // The age of the second factor is known only where there was one.
    if asked.has("aws:MultiFactorAuthAge") && asked.has("aws:MultiFactorAuthPresent") {
        let factor = is("aws:MultiFactorAuthPresent", "true");
        parts.push(Formula::or([absent("aws:MultiFactorAuthAge"), factor]));
    }
    Formula::and(parts)
}

fn present(key: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Present(key.into()))
}

fn absent(key: &str) -> Formula<Ask> {
    Formula::not(present(key))
}

fn is(key: &str, value: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Value(key.into(), Text::Is(value.into(), Case::Sensitive)))
}

fn like(key: &str, glob: &str) -> Formula<Ask> {
    match glob.contains(['*', '?']) {
        true => Formula::Atom(Ask::Value(key.into(), Text::Like(glob.into(), Case::Sensitive))),
        false => is(key, glob),
    }
}

/// The callers of a case that a request with these keys may come from, the likeliest first.
pub(crate) fn fitting(case: &CallerCase, request: &Request, same_account: bool) -> Vec<Caller> {
    let context = &request.context;
    let mut callers = Vec::new();
    if same_account && case.scope == Scope::Kind {
        let owner = request.owner().filter(|a| arn::is_account_id(a));
        callers.extend(owner.map(|account| renamed(&case.caller, Some(account), context)));
    }
    let account = context.one("aws:PrincipalAccount").filter(|a| arn::is_account_id(a));
    let by_arn = context.one("aws:PrincipalArn").and_then(|text| Caller::parse(text).ok());
    if let Some(caller) = &by_arn {
        callers.extend(account.map(|a| renamed(caller, Some(a), context)));
        callers.push(renamed(caller, None, context));
    }
    callers.push(renamed(&case.caller, account, context));
    callers.push(case.caller.clone());
    callers.dedup();
    callers
}

/// A caller with another account, and with the user name that the keys hold.
fn renamed(caller: &Caller, other: Option<&str>, context: &Context) -> Caller {
    let mut caller = caller.clone();
    match &mut caller {
        Caller::Root { account, .. } => set(account, other),
        Caller::User { account, name, .. } => {
            set(account, other);
            let path = name.rsplit_once('/').map(|(path, _)| format!("{path}/"));
            if let Some(own) = context.one("aws:username").filter(|n| !n.contains('/')) {
                *name = format!("{}{own}", path.unwrap_or_default());
            }
        }
        Caller::RoleSession { account, .. } | Caller::FederatedUser { account, .. } => {
            set(account, other);
        }
        Caller::Service { host } => set(host, context.one("aws:PrincipalServiceName")),
        Caller::Anonymous
        | Caller::WebIdentity { .. }
        | Caller::Saml { .. }
        | Caller::CanonicalUser { .. } => {}
    }
    caller
}

fn set(place: &mut String, value: Option<&str>) {
    if let Some(value) = value {
        value.clone_into(place);
    }
}
