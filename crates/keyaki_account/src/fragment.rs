//! What one file gives.

use std::sync::Arc;

use keyaki_ir::date::Instant;
use keyaki_syntax::{Tree, Value};

use crate::collected::Aspect;
use crate::resource::{account_of, policies};
use crate::{
    Credentials, Group, Managed, Organization, Principal, Remark, Resource, ServiceAccess, Share,
    Workload, accessed, authorization, collected, configuration, credentials, endpoint, json,
    organization, permission_set, resource, shares, stored, workload,
};

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `get-account-authorization-details`.
    Authorization,
    /// A credential report.
    CredentialReport,
    /// `get-service-last-accessed-details`.
    LastAccessed,
    /// An organisation in one file.
    Organization,
    /// An answer with the policy of a resource.
    ResourcePolicy,
    /// A file of iam-collect's tree.
    Collected,
    /// A list that shares something: an ACL, shares of snapshots and images, grants of keys.
    Share,
    /// A snapshot of AWS Config.
    Configuration,
    /// Events of CloudTrail.
    Trail,
    /// An answer about what runs with a role.
    Workloads,
    /// An answer about permission sets.
    PermissionSets,
    /// `get-caller-identity` and `get-public-access-block`.
    Remainder,
    /// Nothing of these.
    Unknown,
}

impl Format {
    /// The name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Format::Authorization => "account authorization details",
            Format::CredentialReport => "credential report",
            Format::LastAccessed => "service last accessed details",
            Format::Organization => "organization",
            Format::ResourcePolicy => "resource policy",
            Format::Collected => "iam-collect tree",
            Format::Share => "lists of shares",
            Format::Configuration => "AWS Config snapshot",
            Format::Trail => "events of CloudTrail",
            Format::Workloads => "workloads",
            Format::PermissionSets => "permission sets",
            Format::Remainder => "other answers",
            Format::Unknown => "not understood",
        }
    }
}

/// What one file gives.
#[derive(Clone, Debug)]
pub struct Fragment {
    pub(crate) file: Arc<str>,
    /// What the file turned out to be.
    pub format: Format,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) remarks: Vec<Remark>,
}

#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Principal(Box<Principal>),
    Group(Group),
    Managed(Managed),
    /// A page of the details of an account, and whether more follow.
    Page {
        account: String,
        truncated: bool,
    },
    Credentials {
        arn: String,
        created: Option<Instant>,
        credentials: Box<Credentials>,
    },
    /// `job` is the id of the job, which names the file where nothing else tells whom it is about.
    LastAccessed {
        of: Option<String>,
        job: String,
        services: Vec<ServiceAccess>,
    },
    Job {
        job: String,
        arn: String,
    },
    Organization(Box<Organization>),
    Resource(Box<Resource>),
    Aspect {
        folder: String,
        aspect: Box<Aspect>,
    },
    /// The account that the files beside it are of.
    Account(String),
    Workload(Box<Workload>),
    /// Something about the permission set of an id.
    PermissionSet {
        id: String,
        part: Box<permission_set::Part>,
    },
    /// That the workloads of a kind were read, of an account where that is told.
    Workloads {
        kind: &'static str,
        account: Option<String>,
    },
    /// Block Public Access of a bucket.
    BlockPublicAccess {
        bucket: String,
        restricts: bool,
        ignores: bool,
    },
    Share(Box<Share>),
    /// That a list of that kind was read, even if it shares nothing.
    List(&'static str),
}

impl Fragment {
    pub(crate) fn new(file: &Arc<str>, format: Format) -> Fragment {
        Fragment { file: file.clone(), format, pieces: Vec::new(), remarks: Vec::new() }
    }

    pub(crate) fn remark(&mut self, message: impl Into<String>, weakens: &'static str) {
        self.remarks.push(Remark::new(&self.file, message, weakens));
    }

    /// The accounts of the identities in it.
    pub(crate) fn identity_accounts(&self) -> Vec<String> {
        let account = |piece: &Piece| match piece {
            Piece::Principal(p) => Some(p.account.clone()),
            Piece::Group(g) => account_of(&g.arn),
            Piece::Managed(_)
            | Piece::Page { .. }
            | Piece::Credentials { .. }
            | Piece::LastAccessed { .. }
            | Piece::Job { .. }
            | Piece::Organization(_)
            | Piece::Resource(_)
            | Piece::Aspect { .. }
            | Piece::Account(_)
            | Piece::PermissionSet { .. }
            | Piece::Workload(_)
            | Piece::Workloads { .. }
            | Piece::BlockPublicAccess { .. }
            | Piece::Share(_)
            | Piece::List(_) => None,
        };
        let mut accounts: Vec<String> = self.pieces.iter().filter_map(account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }
}

/// Reads one file. The path is as it is to be shown, with `/` between its parts.
pub fn read(path: &str, bytes: Vec<u8>) -> Fragment {
    let file: Arc<str> = path.into();
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF".as_slice()).unwrap_or(&bytes);
    if text.starts_with(credentials::HEAD.as_bytes()) {
        return credentials::read(&file, &String::from_utf8_lossy(text));
    }
    let tree = Arc::new(Tree::parse_bytes(bytes));
    let Some(root) = tree.root() else { return unknown(&file, &tree) };
    // Recordings of clients keep the answer under `data`.
    let root = match (root.get("status_code"), root.get("data")) {
        (Some(_), Some(data)) => data,
        _ => root,
    };
    let mut fragment = by_content(&file, &tree, root).unwrap_or_else(|| unknown(&file, &tree));
    if let (Some(why), true) = (stored::is_broken(&tree), fragment.format != Format::Unknown) {
        let message = format!("the file is broken ({why}); only what could be read of it counts");
        fragment.remark(message, "everything that the file is about");
    }
    fragment
}

fn by_content(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Option<Fragment> {
    if authorization::is_one(root) {
        let mut fragment = authorization::read(file, tree, root);
        let rows = json::list(root, "CredentialReport");
        credentials::read_rows(file, rows, &mut fragment);
        return Some(fragment);
    }
    if accessed::is_one(root) {
        return Some(accessed::read(file, root));
    }
    if organization::is_one(root) {
        return Some(organization::read(file, tree, root));
    }
    if let Some(report) = credentials::content(root) {
        return Some(credentials::read(file, &report));
    }
    if configuration::is_one(root) {
        return Some(configuration::read(file, tree, root));
    }
    accessed::read_job(file, root)
        .or_else(|| shares::read(file, tree, root))
        .or_else(|| trail(file, root))
        .or_else(|| remainder(file, root))
        .or_else(|| workload::read(file, root))
        .or_else(|| permission_set::read(file, tree, root))
        .or_else(|| endpoint::read(file, tree, root))
        .or_else(|| collected::read(file, tree, root))
        .or_else(|| resource::read(file, tree))
}

/// Events of CloudTrail, which have a folder of their own.
fn trail(file: &Arc<str>, root: Value<'_>) -> Option<Fragment> {
    let is_event =
        |v: Value<'_>| v.get("eventSource").is_some() || v.get("CloudTrailEvent").is_some();
    let is_trail = ["Records", "Events"].iter().any(|n| json::list(root, n).any(is_event))
        || root.elements().any(is_event)
        || is_event(root);
    is_trail.then_some(())?;
    let mut fragment = Fragment::new(file, Format::Trail);
    let message = "holds events of CloudTrail: name their folder with `--cloudtrail`";
    fragment.remark(message, "unused actions");
    Some(fragment)
}

/// Small answers that say something about others.
fn remainder(file: &Arc<str>, root: Value<'_>) -> Option<Fragment> {
    let mut fragment = Fragment::new(file, Format::Remainder);
    if root.get("UserId").is_some() && root.get("Arn").is_some() {
        let account = json::text(root, "Account")?.to_owned();
        fragment.pieces.push(Piece::Account(account));
        return Some(fragment);
    }
    let block = root.get("PublicAccessBlockConfiguration")?;
    let restricts = json::truth(block, "RestrictPublicBuckets")?;
    let ignores = json::truth(block, "IgnorePublicAcls").unwrap_or(false);
    let bucket = crate::place::PathParts::of(file).name();
    fragment.pieces.push(Piece::BlockPublicAccess { bucket, restricts, ignores });
    Some(fragment)
}

fn unknown(file: &Arc<str>, tree: &Tree) -> Fragment {
    let mut fragment = Fragment::new(file, Format::Unknown);
    let (message, weakens) = match (stored::is_broken(tree), policies(tree).is_empty()) {
        (Some(why), _) => (format!("is no JSON that could be understood: {why}"), "what it holds"),
        (None, false) => (
            "holds a policy, but nothing tells what it is attached to".to_owned(),
            "access through that policy",
        ),
        (None, true) => ("is none of the answers that are understood".to_owned(), ""),
    };
    fragment.remark(message, weakens);
    fragment
}
