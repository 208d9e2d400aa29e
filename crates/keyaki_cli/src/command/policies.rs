//! Policies by layer, from their files.

mod hosted;

use std::path::{Path, PathBuf};

use keyaki_account::Stored;
use keyaki_analyze::{Open, Place, Subject};
use keyaki_diag::TextRange;
use keyaki_eval::StatementRef;
use keyaki_eval::{BlockPublicAccess, Document, Grant, Layer, Policies, Reason, ResourceRole};
use keyaki_lint::admission::{Names, undefined};
use keyaki_report::simulation as view;
use keyaki_syntax::{NodeId, Tree};
use keyaki_workspace::{Gathered, Side};

use crate::exit::Failure;
use hosted::Hosted;

pub(crate) use hosted::{holders_among, name_of};

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Policies")]
pub(crate) struct PolicyArguments {
    /// Policies of the user or role and of its groups
    #[arg(long, value_name = "FILE", num_args = 1..)]
    identity: Vec<PathBuf>,
    /// The permissions boundary
    #[arg(long, value_name = "FILE", num_args = 1..)]
    boundary: Vec<PathBuf>,
    /// The session policies
    #[arg(long, value_name = "FILE", num_args = 1..)]
    session: Vec<PathBuf>,
    /// A service control policy; levels are named and come in order, the organisation's root first
    #[arg(long, value_name = "LEVEL=FILE", num_args = 1..)]
    scp: Vec<String>,
    /// A resource control policy; levels as for --scp
    #[arg(long, value_name = "LEVEL=FILE", num_args = 1..)]
    rcp: Vec<String>,
    /// The policy of the resource
    #[arg(long, value_name = "FILE", conflicts_with_all = ["trust", "key_policy"])]
    resource_policy: Option<PathBuf>,
    /// The trust policy, where the resource is a role
    #[arg(long, value_name = "FILE", conflicts_with = "key_policy")]
    trust: Option<PathBuf>,
    /// Take the trust policy to let this user or role in, and nobody else
    #[arg(long, value_name = "ARN", conflicts_with_all = ["resource_policy", "trust", "key_policy"])]
    trusts: Option<String>,
    /// The key policy, where the resource is a KMS key
    #[arg(long, value_name = "FILE")]
    key_policy: Option<PathBuf>,
    /// Grants on the KMS key: the answer of `aws kms list-grants`
    #[arg(long, value_name = "FILE")]
    grants: Option<PathBuf>,
    /// The policy of the VPC endpoint that the request comes through
    #[arg(long, value_name = "FILE")]
    endpoint: Option<PathBuf>,
    /// S3 Block Public Access restricts public buckets
    #[arg(long)]
    block_public_access: bool,
    /// Take the policies of the identity to allow everything, as those of another account may
    #[arg(long)]
    identity_allows_all: bool,
}

impl PolicyArguments {
    /// Whether no layer is given.
    fn is_empty(&self) -> bool {
        let lists = [&self.identity, &self.boundary, &self.session];
        let files = [&self.resource_policy, &self.trust, &self.key_policy, &self.endpoint];
        lists.iter().all(|l| l.is_empty())
            && self.scp.is_empty()
            && self.rcp.is_empty()
            && files.iter().all(|f| f.is_none())
            && self.grants.is_none()
            && !self.block_public_access
            && !self.identity_allows_all
            && self.trusts.is_none()
    }

    /// The first flag that has no bearing on whether a policy is public.
    pub(crate) fn beside_public_policy(&self) -> Option<&'static str> {
        let given = [
            ("--identity", !self.identity.is_empty()),
            ("--boundary", !self.boundary.is_empty()),
            ("--session", !self.session.is_empty()),
            ("--scp", !self.scp.is_empty()),
            ("--endpoint", self.endpoint.is_some()),
            ("--grants", self.grants.is_some()),
            ("--block-public-access", self.block_public_access),
            ("--identity-allows-all", self.identity_allows_all),
        ];
        given.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }
}

/// Policies with the texts that they came from.
pub(crate) struct Loaded {
    pub(crate) policies: Policies,
    /// Whether there are documents of one kind alone, and what the other layers say is not asked.
    lone: Option<Layer>,
    trees: Vec<(String, Tree)>,
    scp: Vec<String>,
    rcp: Vec<String>,
    /// Where policies of a template or plan come from.
    hosted: Option<Hosted>,
}

impl Loaded {
    fn of(policies: Policies) -> Loaded {
        let (trees, scp, rcp) = (Vec::new(), Vec::new(), Vec::new());
        Loaded { policies, lone: None, trees, scp, rcp, hosted: None }
    }

    /// Refuses policies parts of which are not known before deployment, or have no meaning.
    pub(crate) fn must_be_known(&self) -> Result<(), Failure> {
        let Some(open) = self.hosted.as_ref().map(|hosted| &hosted.gathered().open) else {
            return Ok(());
        };
        if let Some(label) = open.unknown.first() {
            return Err(Failure::new(format!(
                "`{label}` is not known before deployment, and this needs the whole of the policies"
            )));
        }
        let [general, _] = &open.general.all;
        general.as_ref().map(|_| ()).map_err(|why| Failure::new(why.clone()))
    }

    /// The policies in the readings that questions are asked about.
    pub(crate) fn open(&self) -> Open {
        match &self.hosted {
            Some(hosted) => hosted.open(&self.policies, self.lone),
            None => Open::settled(self.subject()),
        }
    }

    /// A document's name and tree, by its name.
    pub(crate) fn named_tree(&self, name: &str) -> Option<(&str, &Tree)> {
        self.trees.iter().find(|(n, _)| n == name).map(|(n, tree)| (n.as_str(), tree))
    }

    /// The policies as what a question is about.
    pub(crate) fn subject(&self) -> Subject {
        Subject { policies: self.policies.clone(), layer: self.lone }
    }

    /// A statement in its source.
    pub(crate) fn statement(&self, at: StatementRef) -> Option<view::Statement<'_>> {
        let document = self.policies.document(at)?;
        let statement = self.policies.statement(at)?;
        let hosted = self.hosted.as_ref().and_then(|h| h.source(at, statement.origin));
        let (file, text, range) = match hosted {
            Some(source) => source,
            None => {
                let (name, tree) = self.named_tree(&document.name)?;
                (name, tree.source(), tree.range(statement.origin))
            }
        };
        Some(view::Statement {
            layer: self.layer_name(at.layer),
            file,
            text,
            range,
            index: statement.index,
            sid: statement.sid.as_ref().map(|s| s.value.to_string()),
            effect: statement.effect()?.name(),
        })
    }

    /// Where a value of an element stands.
    pub(crate) fn value_range(
        &self,
        at: StatementRef,
        place: Place,
        value: usize,
    ) -> Option<TextRange> {
        let statement = self.policies.statement(at)?;
        let origin = match place {
            Place::Principal => {
                let mut entries = statement.principal_elements().take(1).flat_map(|p| p.entries());
                entries.nth(value)?.1.origin
            }
            Place::Action => statement.action_elements().next()?.entries.get(value)?.origin,
            Place::Resource => statement.resource_elements().next()?.entries.get(value)?.origin,
            Place::Condition { .. } => place.condition(statement)?.1.values.get(value)?.origin,
        };
        self.range(at, origin)
    }

    /// Where an element stands: its value, or the key of a condition.
    pub(crate) fn element_range(&self, at: StatementRef, place: Place) -> Option<TextRange> {
        let statement = self.policies.statement(at)?;
        let origin = match place {
            Place::Principal => statement.principal_elements().next()?.origin,
            Place::Action => statement.action_elements().next()?.origin,
            Place::Resource => statement.resource_elements().next()?.origin,
            Place::Condition { .. } => place.condition(statement)?.1.key.origin,
        };
        self.range(at, origin)
    }

    fn range(&self, at: StatementRef, origin: NodeId) -> Option<TextRange> {
        if let Some((.., range)) = self.hosted.as_ref().and_then(|h| h.source(at, origin)) {
            return Some(range);
        }
        let (_, tree) = self.named_tree(&self.policies.document(at)?.name)?;
        Some(tree.range(origin))
    }

    /// The name of a layer, with the level's own name.
    pub(crate) fn layer_name(&self, layer: Layer) -> String {
        layer.name_with(layer.level_of(&self.scp, &self.rcp).map(String::as_str))
    }

    /// The name of what decided, with the level's own name.
    pub(crate) fn reason_name(&self, reason: Reason) -> String {
        match reason {
            Reason::Layer(layer) => self.layer_name(layer),
            Reason::BlockPublicAccess | Reason::AwsOwned | Reason::RootUser | Reason::NoGrant => {
                reason.name()
            }
        }
    }
}

/// The layers of the arguments with further documents: policies of the identity, or, where their
/// statements name principals, the policy of the resource.
///
/// `prefers` tells which side of a role of a template or plan is meant.
pub(crate) fn load_with(
    arguments: &PolicyArguments,
    files: &[PathBuf],
    prefers: Side,
) -> Result<Loaded, Failure> {
    let mut loaded = load(arguments)?;
    let mut files = files.to_vec();
    if let Some((at, hosted)) = hosted::find(&files, prefers)? {
        loaded.host(hosted, arguments.is_empty() && files.len() == 1)?;
        files.remove(at);
        if !files.is_empty() {
            let message = "a role or policy of a template stands by itself, or under layers such \
                as --scp";
            return Err(Failure::new(message.to_owned()));
        }
        return Ok(loaded);
    }
    let files = &files;
    let mut documents = Vec::new();
    for file in files {
        documents.extend(document(file, Names::Either, &mut loaded.trees)?);
    }
    loaded.add(documents, arguments.is_empty())?;
    Ok(loaded)
}

/// Policies from texts with their names, without further layers.
pub(crate) fn from_texts(texts: &[(String, Vec<u8>)]) -> Result<Loaded, Failure> {
    let mut loaded = Loaded::of(Policies::default());
    let mut documents = Vec::new();
    for (name, bytes) in texts {
        documents.extend(documents_of(name, bytes, Names::Either, &mut loaded.trees)?);
    }
    loaded.add(documents, true)?;
    Ok(loaded)
}

impl Loaded {
    /// Policies of a template or plan, without further layers.
    pub(crate) fn of_gathered(gathered: Gathered, file: &str, text: &str) -> Loaded {
        let mut loaded = Loaded::of(gathered.open.subject.policies.clone());
        loaded.lone = gathered.open.subject.layer;
        loaded.trees = hosted::managed(&gathered);
        loaded.hosted = Some(Hosted::new(gathered, file, text));
        loaded
    }

    /// No policies.
    pub(crate) fn empty() -> Loaded {
        Loaded { lone: Some(Layer::Identity), ..Loaded::of(Policies::default()) }
    }

    /// No policies, on the side of others.
    pub(crate) fn nothing(like: &Loaded) -> Loaded {
        Loaded { lone: like.lone, ..Loaded::empty() }
    }

    /// Whether decisions over all layers are asked about, rather than what documents say.
    pub(crate) fn is_decision(&self) -> bool {
        self.lone.is_none()
    }

    /// Asks about decisions over all layers, as is done where one of two has a boundary.
    pub(crate) fn as_decisions(&mut self) {
        self.lone = None;
    }

    /// Takes the policies of a template or plan in, under the layers that are there.
    fn host(&mut self, hosted: Hosted, are_all: bool) -> Result<(), Failure> {
        let gathered = hosted.gathered();
        let subject = &gathered.open.subject;
        let trees = hosted::managed(gathered);
        let own = subject.policies.clone();
        if subject.layer == Some(Layer::Resource) && !are_all {
            let message = "the policy of a resource of a template is asked about by itself";
            return Err(Failure::new(message.to_owned()));
        }
        let clash = !self.policies.identity.is_empty()
            || own.boundary.is_some() && self.policies.boundary.is_some()
            || own.resource.is_some() && self.policies.resource.is_some();
        if clash {
            let message = "the template has policies of this layer already".to_owned();
            return Err(Failure::new(message));
        }
        self.lone = subject.layer.filter(|_| are_all);
        self.policies.identity = own.identity;
        self.policies.boundary = own.boundary.or(self.policies.boundary.take());
        self.policies.resource = own.resource.or(self.policies.resource.take());
        self.trees.extend(trees);
        self.hosted = Some(hosted);
        Ok(())
    }

    /// Adds documents: to the identity's, or, where they name principals, as the resource's.
    fn add(&mut self, documents: Vec<Document>, are_all: bool) -> Result<(), Failure> {
        let names_principals = |d: &Document| {
            d.policy.statements.iter().any(|s| s.principal_elements().next().is_some())
        };
        let (mut of_resource, of_identity): (Vec<_>, Vec<_>) =
            documents.into_iter().partition(names_principals);
        if of_resource.len() + usize::from(self.policies.resource.is_some()) > 1 {
            let message =
                "there can be one policy of a resource, which names principals".to_owned();
            return Err(Failure::new(message));
        }
        if are_all {
            self.lone = match (of_identity.is_empty(), of_resource.is_empty()) {
                (false, true) => Some(Layer::Identity),
                (true, false) => Some(Layer::Resource),
                (true, true) => Some(Layer::Identity),
                (false, false) => None,
            };
        }
        self.policies.identity.extend(of_identity);
        self.policies.resource = of_resource.pop().or(self.policies.resource.take());
        Ok(())
    }
}

pub(crate) fn load(arguments: &PolicyArguments) -> Result<Loaded, Failure> {
    let mut loaded = Loaded::of(Policies::default());
    let mut all = |files: &[PathBuf]| -> Result<Vec<Document>, Failure> {
        let documents = files.iter().map(|file| document(file, Names::Nobody, &mut loaded.trees));
        Ok(documents.collect::<Result<Vec<_>, _>>()?.concat())
    };
    let some = |documents: Vec<Document>| (!documents.is_empty()).then_some(documents);
    let mut identity = all(&arguments.identity)?;
    let boundary = some(all(&arguments.boundary)?);
    let session = some(all(&arguments.session)?);
    let (scp, scp_names) = levels(&arguments.scp, Names::Nobody, &mut loaded.trees)?;
    let (rcp, rcp_names) = levels(&arguments.rcp, Names::Principals, &mut loaded.trees)?;
    if arguments.identity_allows_all {
        let (text, names) = (EVERYTHING.as_bytes(), Names::Nobody);
        identity.extend(documents_of("everything", text, names, &mut loaded.trees)?);
    }
    let trusting = arguments.trusts.as_deref().map(|arn| {
        let text = trust_of(arn).to_string();
        documents_of("the trust policy", text.as_bytes(), Names::Principals, &mut loaded.trees)
    });
    let mut one = |file: &Option<PathBuf>| -> Result<Option<Document>, Failure> {
        let Some(file) = file else { return Ok(None) };
        let mut documents = document(file, Names::Principals, &mut loaded.trees)?;
        if documents.len() > 1 {
            let message = format!("{}: holds {} policies", file.display(), documents.len());
            return Err(Failure::new(message));
        }
        Ok(documents.pop())
    };
    let (resource, resource_role) = match (&arguments.trust, &arguments.key_policy) {
        _ if trusting.is_some() => {
            (trusting.transpose()?.and_then(|mut d| d.pop()), ResourceRole::Role)
        }
        (trust @ Some(_), _) => (one(trust)?, ResourceRole::Role),
        (None, key @ Some(_)) => (one(key)?, ResourceRole::Key),
        (None, None) => (one(&arguments.resource_policy)?, ResourceRole::Ordinary),
    };
    let endpoint = one(&arguments.endpoint)?;
    let restrict_public_buckets = arguments.block_public_access;
    loaded.policies = Policies {
        identity,
        boundary,
        session,
        scp,
        rcp,
        resource,
        resource_role,
        endpoint,
        block_public_access: BlockPublicAccess { restrict_public_buckets },
        grants: arguments.grants.as_deref().map_or(Ok(Vec::new()), grants)?,
    };
    (loaded.scp, loaded.rcp) = (scp_names, rcp_names);
    Ok(loaded)
}

/// A trust policy that lets one user or role in.
fn trust_of(arn: &str) -> serde_json::Value {
    let statement = serde_json::json!({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"});
    serde_json::json!({"Version": "2012-10-17", "Statement": [statement]})
}

type Levels = Option<Vec<Vec<Document>>>;

/// The levels in the order in which their names come; without a name, a file is a level by itself.
fn levels(
    given: &[String],
    principals: Names,
    trees: &mut Vec<(String, Tree)>,
) -> Result<(Levels, Vec<String>), Failure> {
    let mut levels: Vec<(Option<&str>, Vec<Document>)> = Vec::new();
    for text in given {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (Some(name), file),
            None => (None, text.as_str()),
        };
        let same = levels.iter().position(|(known, _)| name.is_some() && *known == name);
        let at = same.unwrap_or_else(|| {
            levels.push((name, Vec::new()));
            levels.len() - 1
        });
        levels[at].1.extend(document(Path::new(file), principals, trees)?);
    }
    let is_taken = |text: &str| levels.iter().any(|(name, _)| *name == Some(text));
    let number = |at: usize| {
        let mut numbers = (at..).map(|n| n.to_string());
        numbers.find(|n| !is_taken(n)).unwrap_or_default()
    };
    let named = |(at, (name, _)): (usize, &(Option<&str>, _))| {
        name.map_or_else(|| number(at), str::to_owned)
    };
    let names = levels.iter().enumerate().map(named).collect();
    let levels: Vec<_> = levels.into_iter().map(|(_, documents)| documents).collect();
    Ok(((!levels.is_empty()).then_some(levels), names))
}

/// The policies of a file. What cannot be read as a policy is refused, with its place.
fn document(
    file: &Path,
    principals: Names,
    trees: &mut Vec<(String, Tree)>,
) -> Result<Vec<Document>, Failure> {
    let name = file.display().to_string();
    if let Some(text) = built_in(&name) {
        return documents_of(&name, text.as_bytes(), principals, trees);
    }
    if let Some((path, pointer)) = name.split_once("#/").filter(|_| !file.exists()) {
        return pointed_at(path, &format!("/{pointer}"), principals, trees);
    }
    let bytes = match name.as_str() {
        "-" => crate::console::read_input()?,
        _ => keyaki_workspace::read(file)
            .map_err(|reason| Failure::new(format!("{name}: {reason}")))?,
    };
    documents_of(&name, &bytes, principals, trees)
}

const EVERYTHING: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

const EVERYTHING_TO_EVERYBODY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;

/// A policy of AWS's own, by its ARN or id.
fn built_in(name: &str) -> Option<&'static str> {
    let is_managed = name.starts_with("arn:") && name.contains(":iam::aws:policy/");
    let managed = || keyaki_catalog::embedded().managed_policy(name).map(|p| p.document);
    match name {
        "p-FullAWSAccess" => Some(EVERYTHING),
        "p-RCPFullAWSAccess" => Some(EVERYTHING_TO_EVERYBODY),
        _ if is_managed => managed(),
        _ => None,
    }
}

/// The one policy that a pointer leads to: an object, or a string with a policy in it.
fn pointed_at(
    path: &str,
    pointer: &str,
    principals: Names,
    trees: &mut Vec<(String, Tree)>,
) -> Result<Vec<Document>, Failure> {
    let bytes = keyaki_workspace::read(Path::new(path))
        .map_err(|reason| Failure::new(format!("{path}: {reason}")))?;
    let tree = std::sync::Arc::new(Tree::parse_bytes(bytes));
    let name = format!("{path}#{pointer}");
    let value = tree.resolve(pointer);
    let value = value.ok_or_else(|| Failure::new(format!("{path}: nothing is at {pointer}")))?;
    let stored = Stored::of(&name, &path.into(), &tree, value);
    let stored = stored.ok_or_else(|| Failure::new(format!("{name}: is no policy")))?;
    check(&name, &stored.tree, &stored.policy, principals)?;
    trees.push((name.clone(), Tree::clone(&stored.tree)));
    Ok(vec![Document { name, policy: stored.policy }])
}

fn documents_of(
    name: &str,
    bytes: &[u8],
    principals: Names,
    trees: &mut Vec<(String, Tree)>,
) -> Result<Vec<Document>, Failure> {
    hosted::refuse_template(name, bytes)?;
    let mut documents = Vec::new();
    for (tree, pointer) in keyaki_workspace::policies(Tree::parse_bytes(bytes)) {
        let name = if pointer.is_empty() { name.to_owned() } else { format!("{name}#{pointer}") };
        let value = tree.resolve(&pointer).or(tree.root());
        let policy = value.map_or_else(|| keyaki_ir::lower(&tree), keyaki_ir::lower_value);
        check(&name, &tree, &policy, principals)?;
        trees.push((name.clone(), tree));
        documents.push(Document { name, policy });
    }
    if documents.is_empty() {
        return Err(Failure::new(format!("{name}: holds no policy")));
    }
    Ok(documents)
}

/// Refuses a policy that AWS would not take: its meaning is not defined.
fn check(
    name: &str,
    tree: &Tree,
    policy: &keyaki_ir::Policy,
    principals: Names,
) -> Result<(), Failure> {
    let lines = keyaki_diag::LineIndex::new(tree.source());
    let fail = |range: keyaki_diag::TextRange, message: &str| {
        let at = lines.line_column(tree.source(), range.start);
        let help = "`keyaki check` tells more";
        Err(Failure::new(format!("{name}:{}:{}: {message}; {help}", at.line, at.column)))
    };
    if let Some(error) = tree.errors().first() {
        return fail(error.range, error.kind.message());
    }
    let value = tree.value(policy.origin);
    if let Some(reference) = value.and_then(keyaki_workspace::template_reference) {
        let message =
            "this is a reference of a template, which does not say yet what it stands for";
        return fail(reference.range(), message);
    }
    match undefined(tree, policy, principals, keyaki_catalog::embedded()).first() {
        Some(found) => fail(found.range, &found.message),
        None => Ok(()),
    }
}

/// The grants of `aws kms list-grants`.
fn grants(file: &Path) -> Result<Vec<Grant>, Failure> {
    let name = file.display();
    let bytes =
        keyaki_workspace::read(file).map_err(|reason| Failure::new(format!("{name}: {reason}")))?;
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|e| Failure::new(format!("{name}: {e}")))?;
    let list = value.get("Grants").unwrap_or(&value).as_array();
    let list = list.ok_or_else(|| Failure::new(format!("{name}: holds no list of grants")))?;
    let read = |(at, value): (usize, &serde_json::Value)| {
        grant(value).ok_or_else(|| {
            let what = "needs the ARN of its key, a grantee principal and operations";
            Failure::new(format!("{name}: the grant at {at} {what}"))
        })
    };
    list.iter().enumerate().map(read).collect()
}

fn grant(value: &serde_json::Value) -> Option<Grant> {
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let pairs = |v: &serde_json::Value| {
        v.as_object().map(|o| o.iter().map(|(k, v)| (k.clone(), text(v))).collect::<Vec<_>>())
    };
    let operations = value["Operations"].as_array().map_or(&[][..], Vec::as_slice);
    let constraints = &value["Constraints"];
    let grant = Grant {
        key: text(&value["KeyId"]),
        grantee: text(&value["GranteePrincipal"]),
        operations: operations.iter().map(text).collect(),
        context_subset: pairs(&constraints["EncryptionContextSubset"]).unwrap_or_default(),
        context_equals: pairs(&constraints["EncryptionContextEquals"]),
    };
    let is_whole =
        grant.key.starts_with("arn:") && !grant.grantee.is_empty() && !grant.operations.is_empty();
    is_whole.then_some(grant)
}
