//! Who may make the request.
//!
//! A query is about one caller. All callers fall into a few cases: each principal that a policy
//! names is one, and everybody else is told apart by kind and account alone. Where a case stands
//! for many callers, the keys that describe the caller are left open within what the kind allows.

use std::collections::HashSet;

use keyaki_eval::{
    AskedKeys, Caller, CallerKind, Context, Formula, Grant, Layer, Policies, Request,
    complete_where,
};
use keyaki_ir::glob::Case;
use keyaki_ir::{Principal, PrincipalEntry, PrincipalKey, Statement, arn};
use keyaki_symbolic::{Ask, Text};

use crate::Subject;
use crate::findings::Zone;
use crate::home::{Home, STRANGER, Unnamed};

/// A case of callers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CallerCase {
    /// The caller, or one that stands for the case.
    pub(crate) caller: Caller,
    /// Whether the case is exactly this caller, or all of its kind.
    pub(crate) scope: Scope,
}

/// For whom a caller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    SERVICE_NAMES,
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

/// Digits of an account that is not known.
const ANY_ACCOUNT: &str = "????????????";

/// Where service-linked roles are.
const LINKED_PATH: &str = "aws-service-role/";

/// The key that holds all names of a service.
const SERVICE_NAMES: &str = "aws:PrincipalServiceNamesList";

/// All cases of callers that policies tell apart.
pub(crate) fn of_subjects(subjects: &[&Subject], asked: &AskedKeys) -> Vec<CallerCase> {
    match subjects.iter().any(|s| names_callers(&s.policies)) {
        true => of_resource(subjects, asked),
        false => of_identity(subjects, asked),
    }
}

/// Whether some layer may say who calls.
fn names_callers(policies: &Policies) -> bool {
    policies.resource.is_some()
        || policies.rcp.is_some()
        || policies.endpoint.is_some()
        || !policies.grants.is_empty()
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
    let (unnamed, written) = (Unnamed::by(&entries), Home::written(&entries));
    let with_linked = has_guardrails(subjects);
    let mut cases = Cases::default();
    // A request that anybody may make tells the most.
    cases.add(Caller::Anonymous, Scope::Itself);
    let named: Vec<Caller> = entries.iter().filter_map(|e| named(e, &unnamed)).collect();
    let is_session = |c: &&Caller| matches!(c, Caller::FederatedUser { .. });
    let sessions: Vec<&Caller> = named.iter().filter(is_session).collect();
    for caller in &named {
        let is_session = matches!(caller, Caller::RoleSession { .. });
        cases.add(caller.clone(), if is_session { Scope::AnyPath } else { Scope::Itself });
        // Whoever names a user names its federated sessions as well.
        if let (Caller::User { name, .. }, Some(home)) = (caller, Home::of(caller)) {
            cases.add(home.federated(&unnamed.federated, name), Scope::Account);
            for session in sessions.iter().filter(|c| Home::of(c).as_ref() == Some(&home)) {
                if let Caller::FederatedUser { name: session, .. } = session {
                    cases.add(home.federated(session, name), Scope::Itself);
                }
            }
        }
    }
    let grantees: Vec<Caller> = grants(subjects).filter_map(grantee).collect();
    grantees.iter().for_each(|caller| cases.add(caller.clone(), Scope::Itself));
    let mut homes: Vec<(Home, Scope)> = Vec::new();
    for home in entries.iter().filter_map(|e| Home::of_account(e, &written)).flatten() {
        homes.push((home, Scope::Account));
    }
    let callers = named.iter().chain(&grantees);
    homes.extend(callers.filter_map(Home::of).map(|home| (home, Scope::Account)));
    let stranger = Home { partition: "aws".to_owned(), account: unnamed.account() };
    homes.push((stranger.clone(), Scope::Kind));
    let mut seen = HashSet::new();
    homes.retain(|home| seen.insert(home.clone()));
    let is_written = |home: &Home| written.iter().any(|w| w.account == home.account);
    for (home, scope) in &homes {
        cases.add(home.role(&unnamed.role, &unnamed.session), *scope);
        cases.add(home.user(&unnamed.user), *scope);
        cases.add(home.federated(&unnamed.federated, &unnamed.user), *scope);
        let is_of_any_partition = asked.has("aws:PrincipalArn") && !is_written(home);
        let is_open = *scope == Scope::Kind || is_of_any_partition;
        cases.add(home.root(), if is_open { *scope } else { Scope::Itself });
        if with_linked {
            cases.add(linked(home, &unnamed.role, &unnamed.session), *scope);
        }
    }
    let host = format!("{}.amazonaws.com", unnamed.role);
    cases.add(Caller::Service { host }, Scope::Kind);
    let provider =
        |kind: &str| format!("arn:aws:iam::{}:{kind}-provider/example.com", stranger.account);
    cases.add(Caller::WebIdentity { provider: provider("oidc") }, Scope::Kind);
    cases.add(Caller::Saml { provider: provider("saml") }, Scope::Kind);
    cases.add(Caller::CanonicalUser { id: unnamed.canonical_id() }, Scope::Kind);
    cases.all
}

/// Cases, each once.
#[derive(Default)]
struct Cases {
    all: Vec<CallerCase>,
    seen: HashSet<CallerCase>,
}

impl Cases {
    fn add(&mut self, caller: Caller, scope: Scope) {
        let case = CallerCase { caller, scope };
        if self.seen.insert(case.clone()) {
            self.all.push(case);
        }
    }
}

/// Callers that are left out although the layers would treat them otherwise. The policies of
/// service-linked roles are AWS's own:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>.
pub(crate) fn left_out(subjects: &[&Subject]) -> Option<&'static str> {
    let is_about_identities = !subjects.iter().any(|s| names_callers(&s.policies));
    (is_about_identities && has_guardrails(subjects)).then_some(
        "service-linked roles were left out: SCPs do not reach them, and they take no policies but \
         AWS's own",
    )
}

/// Whether there are RCPs or SCPs beside other layers: they do not reach service-linked roles.
fn has_guardrails(subjects: &[&Subject]) -> bool {
    subjects
        .iter()
        .any(|s| s.layer.is_none() && (s.policies.rcp.is_some() || s.policies.scp.is_some()))
}

/// A session of a service-linked role.
fn linked(home: &Home, role: &str, session: &str) -> Caller {
    home.role(&format!("{LINKED_PATH}{role}"), session)
}

fn grants<'s>(subjects: &'s [&Subject]) -> impl Iterator<Item = &'s Grant> {
    subjects.iter().flat_map(|s| &s.policies.grants)
}

/// Whom a grant is for; some session, where it is a role.
fn grantee(grant: &Grant) -> Option<Caller> {
    Caller::parse(&grant.grantee).ok()
}

/// A principal that is named and for which no case stands. The unique ids of principals that are
/// gone name nobody.
pub(crate) fn without_case(subjects: &[&Subject]) -> Option<String> {
    let all: Vec<&PrincipalEntry> = subjects.iter().flat_map(|s| entries(s)).collect();
    let (unnamed, written) = (Unnamed::by(&all), Home::written(&all));
    let has_case = |entry: &PrincipalEntry| match entry.principal {
        Principal::Any | Principal::AnyFederated | Principal::UserId | Principal::RoleId => true,
        Principal::Account => Home::of_account(entry, &written).is_some_and(|h| !h.is_empty()),
        Principal::Unknown => false,
        Principal::User
        | Principal::Role
        | Principal::AssumedRole
        | Principal::FederatedUser
        | Principal::Service
        | Principal::SamlProvider
        | Principal::OidcProvider
        | Principal::WebIdentity
        | Principal::CanonicalUser => named(entry, &unnamed).is_some(),
    };
    let entry = all.iter().find(|e| !has_case(e)).map(|e| e.text.to_string());
    entry.or_else(|| {
        let unknown = grants(subjects).find(|g| grantee(g).is_none() && !is_unique_id(&g.grantee));
        unknown.map(|g| g.grantee.clone())
    })
}

fn is_unique_id(text: &str) -> bool {
    let principal = Principal::classify(Some(PrincipalKey::Aws), text);
    matches!(principal, Principal::UserId | Principal::RoleId)
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
        Principal::User | Principal::AssumedRole => Caller::named(&text),
        Principal::FederatedUser => {
            let mut caller = Caller::named(&text)?;
            if let Caller::FederatedUser { user, .. } = &mut caller {
                *user = Some(unnamed.user.clone());
            }
            Some(caller)
        }
        Principal::Role => {
            let mut caller = Caller::named(&text)?;
            if let Caller::RoleSession { session, .. } = &mut caller {
                *session = unnamed.session.clone();
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
    /// Exactly this caller.
    pub(crate) fn only(caller: &Caller) -> CallerCase {
        CallerCase { caller: caller.clone(), scope: Scope::Itself }
    }

    /// What holds of the keys of a request of this case, of the keys that are asked for.
    pub(crate) fn requirements(&self, asked: &AskedKeys) -> Formula<Ask> {
        let mut parts = match self.scope {
            Scope::Itself if self.is_of_some_account() => self.of_some_account(asked),
            Scope::Itself => exactly(&self.caller, asked),
            Scope::AnyPath => self.with_any_path(asked),
            Scope::Account | Scope::Kind => self.openly(asked),
        };
        let has_account = self.caller.account().is_some();
        if !has_account && !self.is_of_some_account() {
            let keys = ACCOUNT_KEYS.iter().filter(|k| asked.has(k) && **k != "aws:userid");
            parts.extend(keys.map(|k| absent(k)));
            let tags = asked.iter().filter(|k| k.starts_with("aws:principaltag/"));
            parts.extend(tags.map(absent));
        }
        Formula::and(parts)
    }

    /// Whether a policy names the caller by an S3 canonical id, which is that of an account:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html>.
    fn is_of_some_account(&self) -> bool {
        self.scope == Scope::Itself && matches!(self.caller, Caller::CanonicalUser { .. })
    }

    /// What holds of the keys of the principals of an account that is not known, or of a request
    /// that has none of these keys, as the evaluator takes it. Of origin access identities, AWS
    /// does not say which keys they have.
    fn of_some_account(&self, asked: &AskedKeys) -> Vec<Formula<Ask>> {
        let arn = matches!(&self.caller, Caller::CanonicalUser { id } if id.starts_with("arn:"));
        let kinds = [
            CallerKind::Root,
            CallerKind::User,
            CallerKind::RoleSession,
            CallerKind::FederatedUser,
            CallerKind::CanonicalUser,
        ];
        match arn {
            true => open_keys(CallerKind::CanonicalUser, ANY_ACCOUNT, asked)
                .filter(|(key, _)| key.starts_with("aws:PrincipalIsAWS"))
                .map(|(_, part)| part)
                .collect(),
            false => vec![Formula::or(kinds.map(|kind| {
                Formula::and(open_keys(kind, ANY_ACCOUNT, asked).map(|(_, part)| part))
            }))],
        }
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
        let account = match self.scope {
            Scope::Account => self.caller.account().unwrap_or_default(),
            Scope::Itself | Scope::Kind | Scope::AnyPath => ANY_ACCOUNT,
        };
        open_keys(CallerKind::of(&self.caller), account, asked).map(|(_, part)| part).collect()
    }
}

/// What holds of the keys of all callers of a kind in an account, key by key.
fn open_keys(
    kind: CallerKind,
    account: &str,
    asked: &AskedKeys,
) -> impl Iterator<Item = (&'static str, Formula<Ask>)> {
    let (name, arn) = match kind {
        CallerKind::Root => ("Account", format!("iam::{account}:root")),
        CallerKind::User => ("User", format!("iam::{account}:user/?*")),
        CallerKind::RoleSession => ("AssumedRole", format!("iam::{account}:role/?*")),
        CallerKind::ServiceLinkedRole => {
            ("AssumedRole", format!("iam::{account}:role/{LINKED_PATH}?*"))
        }
        CallerKind::FederatedUser => ("FederatedUser", format!("sts::{account}:federated-user/?*")),
        CallerKind::Service => ("Service", String::new()),
        CallerKind::Anonymous
        | CallerKind::WebIdentity
        | CallerKind::Saml
        | CallerKind::CanonicalUser => ("", String::new()),
    };
    let (is_user, is_service) = (kind == CallerKind::User, kind == CallerKind::Service);
    let own = OWN_KEYS.into_iter().filter(|key| asked.has(key));
    own.filter(move |key| !is_left_open(key, kind)).map(move |key| {
        let part = match key {
            "aws:PrincipalType" if !name.is_empty() => is(key, name),
            "aws:PrincipalAccount" if !arn.is_empty() => like(key, account),
            "aws:PrincipalArn" if !arn.is_empty() => arn_like(key, &format!("arn:*:{arn}")),
            "aws:PrincipalIsAWSService" => is(key, if is_service { "true" } else { "false" }),
            "aws:username" if is_user => like(key, "?*"),
            "aws:PrincipalServiceName" if is_service => like(key, "?*"),
            SERVICE_NAMES if is_service => present(key),
            _ => absent(key),
        };
        (key, part)
    })
}

/// Keys that requests of all callers have, and of which AWS does not say what they hold where an
/// identity provider vouches for the caller:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
fn is_left_open(key: &str, kind: CallerKind) -> bool {
    matches!(kind, CallerKind::WebIdentity | CallerKind::Saml)
        && matches!(key, "aws:PrincipalType" | "aws:PrincipalAccount")
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
    let kind = CallerKind::of(caller);
    let keys = OWN_KEYS.into_iter().chain(["aws:userid"]).filter(|key| asked.has(key));
    let keys = keys.filter(|key| !is_left_open(key, kind));
    let parts = keys.filter_map(|key| {
        if completed.assumed.contains(&key) {
            return None;
        }
        match context.get(key) {
            // A service has other names beside the one that it calls itself by.
            Some(names) if key == SERVICE_NAMES => {
                Some(Formula::and(names.as_slice().iter().map(|name| any(key, name))))
            }
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

/// That a value is among those of a key.
fn any(key: &str, value: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Any(key.into(), Text::Is(value.into(), Case::Sensitive)))
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
