//! Policies of templates and plans: `FILE#NAME` is a role or another resource with all that it has,
//! `FILE#/POINTER` one policy of it.

use std::path::{Path, PathBuf};

use keyaki_analyze::Open;
use keyaki_diag::TextRange;
use keyaki_eval::{Layer, Policies, StatementRef};
use keyaki_syntax::{NodeId, Tree};
use keyaki_workspace::{Gathered, Holder, HolderKind, Siblings, Side, gather};

use crate::exit::Failure;

/// Policies of a template or plan, with the file.
pub(crate) struct Hosted {
    gathered: Gathered,
    file: String,
    text: String,
}

impl Hosted {
    pub(super) fn new(gathered: Gathered, file: &str, text: &str) -> Hosted {
        Hosted { gathered, file: file.to_owned(), text: text.to_owned() }
    }

    pub(super) fn gathered(&self) -> &Gathered {
        &self.gathered
    }

    /// Where a node of a statement stands in the file; none for what is not from there.
    pub(super) fn source(
        &self,
        at: StatementRef,
        origin: NodeId,
    ) -> Option<(&str, &str, TextRange)> {
        let is_here = matches!(at.layer, Layer::Identity | Layer::Boundary | Layer::Resource);
        let (part, _) = self.gathered.statement(at).filter(|_| is_here)?;
        let range = part.outward(part.tree()?.range(origin))?;
        Some((&self.file, &self.text, range))
    }

    /// The readings, under the layers that are not from the file.
    pub(super) fn open(&self, layers: &Policies, lone: Option<Layer>) -> Open {
        let mut open = self.gathered.open.clone();
        let own = self.gathered.open.subject.policies.layers();
        let under = |policies: &mut Policies| {
            if !own.contains(&Layer::Boundary) {
                policies.boundary.clone_from(&layers.boundary);
            }
            if !own.contains(&Layer::Resource) {
                policies.resource.clone_from(&layers.resource);
            }
            policies.session.clone_from(&layers.session);
            policies.scp.clone_from(&layers.scp);
            policies.rcp.clone_from(&layers.rcp);
            policies.endpoint.clone_from(&layers.endpoint);
            policies.grants.clone_from(&layers.grants);
            policies.resource_role = layers.resource_role;
            policies.block_public_access = layers.block_public_access;
        };
        under(&mut open.subject.policies);
        let general = open.general.all.iter_mut().chain(&mut open.general.public);
        general.flatten().for_each(under);
        open.examples.iter_mut().for_each(|example| under(&mut example.policies));
        open.subject.layer = lone;
        open
    }
}

/// The texts of policies that are not in the file.
pub(super) fn managed(gathered: &Gathered) -> Vec<(String, Tree)> {
    let all = gathered.parts.iter();
    all.filter_map(|(name, part)| Some((name.clone(), part.tree()?))).collect()
}

/// The one file of these that names a part of a template or plan, and what is meant.
pub(super) fn find(files: &[PathBuf], prefers: Side) -> Result<Option<(usize, Hosted)>, Failure> {
    for (at, file) in files.iter().enumerate() {
        let name = file.to_string_lossy();
        let Some((path, part)) = name.rsplit_once('#').filter(|_| !file.exists()) else { continue };
        let bytes = match keyaki_workspace::read(Path::new(path)) {
            Ok(bytes) => bytes,
            Err(reason) => return Err(Failure::new(format!("{path}: {reason}"))),
        };
        let Some(all) = holders_of(path, &bytes)? else { continue };
        let gathered = gathered(path, &all, part, prefers)?;
        let text = String::from_utf8_lossy(&bytes);
        return Ok(Some((at, Hosted::new(gathered, path, &text))));
    }
    Ok(None)
}

/// The policies of the holder of a name, or the one at a pointer.
fn gathered(path: &str, all: &[Holder], name: &str, prefers: Side) -> Result<Gathered, Failure> {
    let catalog = keyaki_catalog::embedded();
    let other = if prefers == Side::Identity { Side::Resource } else { Side::Identity };
    let one = all.iter().find(|holder| holder.name == name).cloned();
    let one = one.or_else(|| all.iter().find_map(|holder| holder.only(name)));
    let Some(holder) = one else { return Err(no_such(path, all, name)) };
    let side = |side| gather(&holder, side, path, catalog);
    let found = side(prefers).or_else(|| side(other));
    found.ok_or_else(|| Failure::new(format!("{path}: `{name}` has no policy")))
}

fn no_such(path: &str, all: &[Holder], name: &str) -> Failure {
    let names = all.iter().map(|holder| holder.name.as_str());
    let near = keyaki_ir::near::nearest(name, names);
    match near {
        Some(near) => Failure::new(format!(
            "{path}: nothing with a policy is called `{name}`; did you mean `{path}#{near}`?"
        )),
        None => Failure::new(format!(
            "{path}: nothing with a policy is called `{name}`; there are {}",
            listed(all)
        )),
    }
}

/// The holders of a file of which all is known that the file tells; none where it is neither
/// template nor plan.
fn holders_of(path: &str, bytes: &[u8]) -> Result<Option<Vec<Holder>>, Failure> {
    let mut found = holders_among(path, bytes, &Siblings::default())?;
    found.iter_mut().for_each(|all| all.retain(|h| h.kind != HolderKind::Outsider));
    Ok(found)
}

/// The holders of a file, with the other files of its module.
pub(crate) fn holders_among(
    path: &str,
    bytes: &[u8],
    siblings: &Siblings,
) -> Result<Option<Vec<Holder>>, Failure> {
    let found = keyaki_workspace::holders_among(Path::new(path), bytes, siblings);
    found.map_err(|why| Failure::new(format!("{path}:{why}")))
}

/// Refuses a template or plan of which no part is named.
pub(super) fn refuse_template(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let Some(all) = holders_of(path, bytes)? else { return Ok(()) };
    let message = match all.first() {
        None => format!("{path}: holds no policy"),
        Some(first) => format!(
            "{path}: is a template or a plan; say whose policies are meant, such as `{path}#{}` of {}",
            first.name,
            listed(&all)
        ),
    };
    Err(Failure::new(message))
}

/// How many names a message has.
const NAMED: usize = 8;

fn listed(all: &[Holder]) -> String {
    let names: Vec<String> = all.iter().take(NAMED).map(|h| format!("`{}`", h.name)).collect();
    match all.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", names.join(", ")),
        None => names.join(", "),
    }
}

/// What a comparison of one side of a holder is called.
pub(crate) fn name_of(file: &str, holder: &Holder, side: Side) -> String {
    let is_trust = holder.kind == HolderKind::Role && side == Side::Resource;
    format!("{file}#{}{}", holder.name, if is_trust { " (trust)" } else { "" })
}
