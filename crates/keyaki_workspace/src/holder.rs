//! Who holds the policies of a template or plan: a role with everything that bears on it, or a
//! resource with its policy.
//!
//! What the conditions of a template decide is not known; a holder is given in several ways, one
//! for each combination of the conditions that bear on it, as far as these are few.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use keyaki_diag::{LineIndex, TextRange};
use keyaki_ir::Policy;
use keyaki_syntax::Tree;

use crate::host::{self, Assumed, Language, Written};

/// Who has policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A role, with a trust policy beside what it may do.
    Role,
    /// A user, with what its groups have.
    User,
    /// A group.
    Group,
    /// A policy of an identity that is attached to nothing in the file.
    Policy,
    /// A resource.
    Resource,
    /// A role, user or group outside of the file, with what the file attaches to it and nothing of
    /// what else it has.
    Outsider,
}

/// Somebody or something with policies.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The logical id, or the address; the pointer of a policy that has neither.
    pub name: String,
    /// Who it is.
    pub kind: Kind,
    /// What it has, for each combination of conditions.
    pub ways: Vec<Way>,
    /// Whether these are all combinations.
    pub is_exhaustive: bool,
    /// Whether it stands in another file of the same module.
    pub is_elsewhere: bool,
    /// Whether it is a policy that is told of those outside of the file whom it is attached to.
    pub is_told_of_others: bool,
    /// What conditions stand for, by their names: equal texts for equal conditions.
    pub(crate) conditions: BTreeMap<String, String>,
    /// What is said of holes, by their labels. A deployment may say something else.
    pub(crate) given: BTreeMap<String, String>,
}

impl Holder {
    /// Somebody of the file at hand, with what it has and whether that is all combinations;
    /// `identity` tells what a condition stands for.
    pub(crate) fn new(
        name: String,
        kind: Kind,
        (ways, is_exhaustive): (Vec<Way>, bool),
        identity: impl Fn(&str) -> Option<String>,
    ) -> Holder {
        let assumed = ways.iter().flat_map(|way| way.assumed.keys());
        let stands_for = |name: &String| identity(name).map(|is| (name.clone(), is));
        let conditions = assumed.filter_map(stands_for).collect();
        let (is_elsewhere, is_told_of_others) = (false, false);
        let given = BTreeMap::new();
        Holder {
            name,
            kind,
            ways,
            is_exhaustive,
            is_elsewhere,
            is_told_of_others,
            conditions,
            given,
        }
    }
}

/// What a holder has if some conditions are true and others are not.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// The conditions.
    pub assumed: BTreeMap<String, bool>,
    /// What it has as an identity: its own policies and those that are attached to it.
    pub identity: Vec<Part>,
    /// Its permissions boundary.
    pub boundary: Option<Vec<Part>>,
    /// The policy of the resource; of a role, its trust policy.
    pub resource: Option<Part>,
}

/// A policy of a holder.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its pointer in the file, the ARN of a managed policy, or what it is where it is unknown.
    pub name: String,
    pub(crate) body: Body,
}

/// What a policy says.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// What the file says.
    Written {
        written: Arc<Written>,
        /// What holes stand for, by their labels: equal texts for equal values. Others may stand
        /// for anything.
        identities: BTreeMap<String, String>,
        /// Whether it stands in another file.
        is_elsewhere: bool,
    },
    /// The text of a managed policy of AWS.
    Managed(&'static str),
    /// Nobody knows before deployment.
    Unknown {
        /// A text that is equal for equal policies.
        identity: Option<String>,
    },
}

impl Part {
    pub(crate) fn unknown(what: &str, pointer: &str) -> Part {
        let name =
            if pointer.is_empty() { what.to_owned() } else { format!("{what} at {pointer}") };
        Part { name, body: Body::Unknown { identity: None } }
    }

    /// The policy's text; none where it is not known.
    pub fn tree(&self) -> Option<Tree> {
        match &self.body {
            Body::Written { written, .. } => Some(written.tree.clone()),
            Body::Managed(text) => Some(Tree::parse(*text)),
            Body::Unknown { .. } => None,
        }
    }

    /// The policy; one without statements where it is not known.
    pub fn policy(&self) -> Policy {
        keyaki_ir::lower(&self.tree().unwrap_or_else(|| Tree::parse("{}")))
    }

    /// How many statements there are, those among them that are no objects.
    pub(crate) fn count(&self) -> usize {
        self.policy().statements.iter().map(|s| s.index + 1).max().unwrap_or(0)
    }

    /// Whether another policy of the same holder is the same text at the same place.
    pub(crate) fn is_same(&self, other: &Part) -> bool {
        let text = |part: &Part| part.tree().map(|tree| tree.source().to_owned());
        self.name == other.name && text(self) == text(other)
    }

    /// Where a part of the text stands in the file; none for what is not from there.
    pub fn outward(&self, range: TextRange) -> Option<TextRange> {
        match &self.body {
            Body::Written { written, is_elsewhere: false, .. } => Some(written.range(range)),
            Body::Written { .. } | Body::Managed(_) | Body::Unknown { .. } => None,
        }
    }
}

impl Holder {
    /// The holder with the policy of this pointer alone.
    pub fn only(&self, pointer: &str) -> Option<Holder> {
        let is_it = |part: &&Part| part.name == pointer;
        let ways = self.ways.iter().map(|way| Way {
            assumed: way.assumed.clone(),
            identity: way.identity.iter().filter(is_it).cloned().collect(),
            boundary: None,
            resource: way.resource.as_ref().filter(is_it).cloned(),
        });
        let ways: Vec<Way> = ways.collect();
        let has = ways.iter().any(|way| !way.identity.is_empty() || way.resource.is_some());
        has.then(|| Holder { ways, ..self.clone() })
    }
}

impl Way {
    /// All policies.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part> {
        let boundary = self.boundary.iter().flatten();
        self.identity.iter().chain(boundary).chain(&self.resource)
    }

    /// Adds a policy of which only its text tells what it is.
    pub(crate) fn add(&mut self, part: Option<Part>) {
        let Some(part) = part else { return };
        let policy = part.tree().map(|tree| keyaki_ir::lower(&tree));
        let names = policy
            .iter()
            .flat_map(|p| &p.statements)
            .any(|s| s.principal_elements().next().is_some());
        match names {
            true => self.resource = Some(part),
            false => self.identity.push(part),
        }
    }
}

/// How many conditions are told apart for one holder.
const MOST_CONDITIONS: usize = 3;

/// The ways of a holder, and whether these are all.
pub(crate) fn ways_of(
    mut read: impl FnMut(&Assumed, &RefCell<BTreeSet<String>>) -> Way,
) -> (Vec<Way>, bool) {
    let seen = RefCell::new(BTreeSet::new());
    let mut named: Vec<String> = Vec::new();
    loop {
        let mut ways = Vec::new();
        for bits in 0..1_usize << named.len() {
            let of = |(i, name): (usize, &String)| (name.clone(), bits >> i & 1 == 0);
            let named = named.iter().enumerate().map(of).collect();
            let assumed = Assumed { named, others: true };
            let way = read(&assumed, &seen);
            ways.push(Way { assumed: assumed.named, ..way });
        }
        let now: Vec<String> = seen.borrow().iter().cloned().collect();
        if now.len() == named.len() {
            return (ways, true);
        }
        if now.len() > MOST_CONDITIONS {
            return (alike(read, &seen), false);
        }
        named = now;
    }
}

/// The way in which all conditions are true, and that in which none is.
fn alike(
    mut read: impl FnMut(&Assumed, &RefCell<BTreeSet<String>>) -> Way,
    seen: &RefCell<BTreeSet<String>>,
) -> Vec<Way> {
    let mut way = |others| {
        let way = read(&Assumed { others, ..Assumed::default() }, seen);
        let assumed = seen.borrow().iter().map(|name| (name.clone(), others)).collect();
        Way { assumed, ..way }
    };
    vec![way(true), way(false)]
}

/// The other files of a Terraform module: those of the same folder.
#[derive(Debug, Default)]
pub struct Siblings(host::Modules);

impl Siblings {
    /// As they are on disk, but for one file.
    pub fn without(path: &Path) -> Siblings {
        Siblings(host::Modules::without(path))
    }

    /// Of these texts, whatever is on disk.
    pub fn of_texts<'t>(texts: impl Iterator<Item = (&'t Path, &'t [u8])>) -> Siblings {
        Siblings(host::Modules::of_texts(texts))
    }

    /// Whether a file bears on a module: one of its own, or one with values of its variables.
    pub fn counts(path: &Path) -> bool {
        host::counts(path)
    }
}

/// The holders of the policies of a file; none where it is neither a template nor a plan.
///
/// # Errors
/// Why a template cannot be read, with its place.
pub fn holders(path: &Path, bytes: &[u8]) -> Result<Option<Vec<Holder>>, String> {
    holders_among(path, bytes, &Siblings::default())
}

/// The holders of the policies of a file, with the other files of its module.
///
/// # Errors
/// Why a template cannot be read, with its place.
pub fn holders_among(
    path: &Path,
    bytes: &[u8],
    Siblings(modules): &Siblings,
) -> Result<Option<Vec<Holder>>, String> {
    match host::language(path, bytes) {
        Language::Json => {
            let tree = Tree::parse_bytes(bytes.to_vec());
            let found = host::holders_of_json(&tree);
            match tree.errors().iter().find(|e| e.kind.is_grammar()).filter(|_| found.is_some()) {
                Some(error) => Err(placed(tree.source(), error.range, error.kind.message())),
                None => Ok(found),
            }
        }
        Language::Yaml => {
            let text = String::from_utf8_lossy(bytes);
            let found = host::holders_of_yaml(&text);
            found.map(Some).map_err(|p| placed(&text, p.range, &p.message))
        }
        Language::Hcl | Language::HclJson => {
            let text = String::from_utf8_lossy(bytes);
            let found = host::holders_of_hcl(&text, path, modules);
            found.map(Some).map_err(|p| placed(&text, p.range, &p.message))
        }
        Language::Markdown => Err("it is Markdown, which `check` alone reads".to_owned()),
    }
}

/// Whether a file that was found in a folder holds policies, or is too broken to tell.
pub fn holds_policy(path: &Path, bytes: &[u8]) -> bool {
    match host::language(path, bytes) {
        Language::Json => {
            let tree = Tree::parse_bytes(bytes.to_vec());
            match host::holders_of_json(&tree) {
                Some(holders) => !holders.is_empty(),
                None => !crate::policies(tree).is_empty(),
            }
        }
        Language::Yaml => {
            let text = String::from_utf8_lossy(bytes);
            let words = ["Effect", "Statement", "AWS::IAM::", "AWS::Serverless::"];
            let may = words.iter().any(|word| text.contains(word));
            may && match host::holders_of_yaml(&text) {
                Ok(holders) => !holders.is_empty(),
                Err(_) => host::resembles_template(Language::Yaml, &text),
            }
        }
        language @ (Language::Hcl | Language::HclJson) => {
            host::may_hold_policy(language, &String::from_utf8_lossy(bytes))
        }
        Language::Markdown => false,
    }
}

fn placed(text: &str, range: TextRange, message: &str) -> String {
    let at = LineIndex::new(text).line_column(text, range.start);
    format!("{}:{}: {message}", at.line, at.column)
}
