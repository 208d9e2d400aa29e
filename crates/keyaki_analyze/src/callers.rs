//! Who may make the request.
//!
//! A query is about one caller. All callers fall into a few cases: each principal that a policy
//! names is one, and everybody else is told apart by kind and account alone. Where a case stands
//! for many callers, the keys that describe the caller are left open within what the kind allows.

use keyaki_eval::{
    AskedKeys, Caller, CallerKind, Context, Formula, Layer, Request, complete_where,
};
use keyaki_ir::glob::Case;
use keyaki_ir::{Principal, PrincipalEntry, Statement, arn};
use keyaki_symbolic::{Ask, Text};

use crate::Subject;
use crate::findings::Zone;
use crate::home::{Home, STRANGER, Unnamed};

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
    /// Sessions of roles of its name, whatever the role's path.
    AnyPath,
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

/// All cases of callers that policies tell apart.
pub(crate) fn of_subjects(subjects: &[&Subject], asked: &AskedKeys) -> Vec<CallerCase> {
    let mut policies = subjects.iter().map(|s| &s.policies);
    match policies.any(|p| p.resource.is_some() || p.rcp.is_some() || p.endpoint.is_some()) {
        true => of_resource(subjects, asked),
        false => of_identity(subjects, asked),
    }
}

/// All cases of callers that the policies of identities tell apart.
fn of_identity(subjects: &[&Subject], asked: &AskedKeys) -> Vec<CallerCase> {
    let home = Home { partition: "aws".to_owned(), account: STRANGER.to_owned() };
    let mut all = vec![home.role("example", "session"), home.user("alice")];
    all.push(home.federated("bob", "alice"));
    // SCPs are the one kind of policy without principals that root users obey.
    if subjects.iter().any(|s| matches!(s.layer, Some(Layer::Scp(_)))) {
        all.push(home.root());
    }
    let matters = OWN_KEYS.iter().chain(&ACCOUNT_KEYS).any(|key| asked.has(key))
        || subjects.iter().any(|s| s.layer.is_none());
    all.truncate(if matters { all.len() } else { 1 });
    all.into_iter().map(|caller| CallerCase { caller, scope: Scope::Kind }).collect()
}

/// All cases of callers that the policies of a resource tell apart.
fn of_resource(subjects: &[&Subject], asked: &AskedKeys) -> Vec<CallerCase> {
    let entries: Vec<&PrincipalEntry> = subjects.iter().flat_map(|s| entries(s)).collect();
    let unnamed = Unnamed { entries: &entries };
    // RCPs and SCPs do not reach service-linked roles.
    let has_guardrails =
        |s: &&Subject| s.layer.is_none() && (s.policies.rcp.is_some() || s.policies.scp.is_some());
    let with_linked = subjects.iter().any(has_guardrails);
    let mut cases: Vec<CallerCase> = Vec::new();
    let mut add = |caller: Caller, scope: Scope| {
        let case = CallerCase { caller, scope };
        if !cases.contains(&case) {
            cases.push(case);
        }
    };
    // A request that anybody may make tells the most.
    add(Caller::Anonymous, Scope::Itself);
    let named: Vec<Caller> = entries.iter().filter_map(|e| named(e, &unnamed)).collect();
    for caller in &named {
        let is_session = matches!(caller, Caller::RoleSession { .. });
        add(caller.clone(), if is_session { Scope::AnyPath } else { Scope::Itself });
        // Whoever names a user names its federated sessions as well.
        if let (Caller::User { name, .. }, Some(home)) = (caller, Home::of(caller)) {
            add(home.federated(&unnamed.name("bob"), name), Scope::Account);
            let sessions = named.iter().filter(|c| Home::of(c).as_ref() == Some(&home));
            for session in sessions {
                if let Caller::FederatedUser { name: session, .. } = session {
                    add(home.federated(session, name), Scope::Itself);
                }
            }
        }
    }
    let mut homes: Vec<(Home, Scope)> = Vec::new();
    for home in entries.iter().filter_map(|e| Home::of_account(e, &entries)).flatten() {
        homes.push((home, Scope::Account));
    }
    homes.extend(named.iter().filter_map(Home::of).map(|home| (home, Scope::Account)));
    let stranger = Home { partition: "aws".to_owned(), account: unnamed.account() };
    homes.push((stranger.clone(), Scope::Kind));
    for (home, scope) in &homes {
        add(home.role(&unnamed.name("example"), &unnamed.name("session")), *scope);
        add(home.user(&unnamed.name("alice")), *scope);
        add(home.federated(&unnamed.name("bob"), &unnamed.name("alice")), *scope);
        let is_of_any_partition = asked.has("aws:PrincipalArn") && !home.is_named_by(&entries);
        let is_open = *scope == Scope::Kind || is_of_any_partition;
        add(home.root(), if is_open { *scope } else { Scope::Itself });
        if with_linked {
            let role = format!("aws-service-role/{}", unnamed.name("example"));
            add(home.role(&role, &unnamed.name("session")), Scope::Itself);
        }
    }
    let host = format!("{}.amazonaws.com", unnamed.name("example"));
    add(Caller::Service { host }, Scope::Kind);
    let provider =
        |kind: &str| format!("arn:aws:iam::{}:{kind}-provider/example.com", stranger.account);
    add(Caller::WebIdentity { provider: provider("oidc") }, Scope::Kind);
    add(Caller::Saml { provider: provider("saml") }, Scope::Kind);
    add(Caller::CanonicalUser { id: unnamed.canonical_id() }, Scope::Kind);
    cases
}

fn entries(subject: &Subject) -> impl Iterator<Item = &PrincipalEntry> {
    let layers = subject.policies.layers().into_iter();
    let statements = layers.flat_map(|l| subject.policies.statements(l)).map(|(_, s)| s);
    statements.flat_map(Statement::principal_elements).flat_map(|p| p.entries()).map(|(_, e)| e)
}

/// The caller that an entry names. Of a role it is some session; of a session, the path of its
/// role is not known.
fn named(entry: &PrincipalEntry, unnamed: &Unnamed<'_>) -> Option<Caller> {
    let text = entry.text.to_string();
    match entry.principal {
        Principal::Service => Some(Caller::Service { host: text }),
        Principal::SamlProvider => Some(Caller::Saml { provider: text }),
        Principal::OidcProvider | Principal::WebIdentity => {
            Some(Caller::WebIdentity { provider: text })
        }
        Principal::CanonicalUser => Some(Caller::CanonicalUser { id: text }),
        Principal::User | Principal::AssumedRole => Caller::parse(&text).ok(),
        Principal::FederatedUser => {
            let mut caller = Caller::parse(&text).ok()?;
            if let Caller::FederatedUser { user, .. } = &mut caller {
                *user = Some(unnamed.name("alice"));
            }
            Some(caller)
        }
        Principal::Role => {
            let mut caller = Caller::parse(&text).ok()?;
            if let Caller::RoleSession { session, .. } = &mut caller {
                *session = unnamed.name("session");
            }
            Some(caller)
        }
        Principal::Any
        | Principal::AnyFederated
        | Principal::Account
        | Principal::UserId
        | Principal::RoleId
        | Principal::Unknown => None,
    }
}

impl CallerCase {
    /// What holds of the keys of a request of this case, of the keys that are asked for.
    pub(crate) fn requirements(&self, asked: &AskedKeys) -> Formula<Ask> {
        let mut parts = match self.scope {
            Scope::Itself => exactly(&self.caller, asked),
            Scope::AnyPath => self.with_any_path(asked),
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

    /// What holds of the keys of a session of a role whose path is not known.
    fn with_any_path(&self, asked: &AskedKeys) -> Vec<Formula<Ask>> {
        const ARN: &str = "aws:PrincipalArn";
        let mut parts = exactly(&self.caller, asked);
        let Some(exact) = self.caller.principal_arn().filter(|_| asked.has(ARN)) else {
            return parts;
        };
        let (prefix, name) = (exact.split_once("role/"), exact.rsplit_once('/'));
        if let (Some((prefix, _)), Some((_, name))) = (prefix, name) {
            parts.retain(|part| *part != is(ARN, &exact));
            let [plain, deep] = ["", "?*/"].map(|path| format!("{prefix}role/{path}{name}"));
            parts.push(Formula::or([is(ARN, &plain), arn_like(ARN, &deep)]));
        }
        parts
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
            Scope::Itself | Scope::Kind | Scope::AnyPath => "????????????",
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
                        arn_like(key, &format!("arn:*:{}", arn.replace("????????????", account)))
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

/// That the caller is of none of these accounts and organisations, as far as asked keys tell.
pub(crate) fn outside(zone: &Zone, asked: &AskedKeys) -> Formula<Ask> {
    let mut parts = Vec::new();
    for account in &zone.accounts {
        if asked.has("aws:PrincipalAccount") {
            parts.push(Formula::not(is("aws:PrincipalAccount", account)));
        }
        if asked.has("aws:PrincipalArn") {
            parts
                .push(Formula::not(arn_like("aws:PrincipalArn", &format!("arn:*:*::{account}:*"))));
        }
    }
    if asked.has("aws:PrincipalOrgID") {
        parts.extend(zone.organizations.iter().map(|o| Formula::not(is("aws:PrincipalOrgID", o))));
    }
    if asked.has("aws:PrincipalOrgPaths") {
        // The first part of a path is the organisation.
        let path = |o: &String| like("aws:PrincipalOrgPaths", &format!("{o}/*"));
        parts.extend(zone.organizations.iter().map(|o| Formula::not(path(o))));
    }
    Formula::and(parts)
}

pub(crate) fn present(key: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Present(key.into()))
}

pub(crate) fn absent(key: &str) -> Formula<Ask> {
    Formula::not(present(key))
}

pub(crate) fn is(key: &str, value: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Value(key.into(), Text::Is(value.into(), Case::Sensitive)))
}

/// That a key holds an ARN of a pattern. Wildcards stay within their segments, which leaves fewer
/// ways to read a text than a glob does.
pub(crate) fn arn_like(key: &str, pattern: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Value(key.into(), Text::Arn(pattern.into())))
}

pub(crate) fn like(key: &str, glob: &str) -> Formula<Ask> {
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
    let mut by_arn = context.one("aws:PrincipalArn").and_then(|text| Caller::parse(text).ok());
    if let Some(caller) = &mut by_arn {
        same_session(&case.caller, caller);
    }
    if let Some(caller) = &by_arn {
        callers.extend(account.map(|a| renamed(caller, Some(a), context)));
        callers.push(renamed(caller, None, context));
    }
    callers.push(renamed(&case.caller, account, context));
    callers.push(case.caller.clone());
    callers.dedup();
    callers
}

/// An ARN of a role does not tell the session, nor that of a federated user whose session it is.
fn same_session(of: &Caller, caller: &mut Caller) {
    match (of, caller) {
        (Caller::RoleSession { session, .. }, Caller::RoleSession { session: own, .. }) => {
            own.clone_from(session);
        }
        (Caller::FederatedUser { user, .. }, Caller::FederatedUser { user: own, .. }) => {
            own.clone_from(user);
        }
        _ => {}
    }
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
