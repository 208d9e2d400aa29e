//! What holds between several keys of every request, beside what [`crate::callers`] says.
//!
//! The evaluator refuses requests that do not heed these facts, or changes them until they do.
//! They are asked for only where such a request was found: most questions are answered without
//! them, and each of them makes a question harder.

use keyaki_catalog::Catalog;
use keyaki_eval::{AskedKeys, Formula, Request};
use keyaki_ir::glob::Case;
use keyaki_symbolic::{Ask, Query, Text};

use crate::callers::{absent, is, present};
use crate::owner;

const TAG: &str = "aws:requesttag/";
const TAG_KEYS: &str = "aws:TagKeys";
const CHAIN: &str = "aws:CalledVia";

/// The facts about keys that policies ask for which a request does not heed.
pub(crate) fn unheeded(
    request: &Request,
    asked: &AskedKeys,
    catalog: &Catalog,
) -> Vec<Formula<Ask>> {
    let facts = all(asked).chain(owner::fact(request, asked));
    facts.filter(|fact| !holds(fact, request, catalog)).collect()
}

/// The facts that do not depend on a request.
pub(crate) fn all(asked: &AskedKeys) -> impl Iterator<Item = Formula<Ask>> {
    tags(asked).chain(chain(asked))
}

fn holds(fact: &Formula<Ask>, request: &Request, catalog: &Catalog) -> bool {
    let caller = request.caller.clone();
    Query { sides: Vec::new(), formula: fact.clone(), caller }.holds(request, catalog)
}

/// The tags of a request are among its tag keys. The keys may be more than the tags: requests that
/// remove tags have keys alone.
fn tags(asked: &AskedKeys) -> impl Iterator<Item = Formula<Ask>> {
    let tags = asked.iter().filter_map(|key| Some((key, key.strip_prefix(TAG)?)));
    tags.filter(|_| asked.has(TAG_KEYS)).map(|(key, tag)| {
        let named = Ask::Any(TAG_KEYS.into(), Text::Is(tag.into(), Case::Insensitive));
        Formula::or([absent(key), Formula::Atom(named)])
    })
}

/// A request that was called via a service comes from one, and its chain has both ends.
fn chain(asked: &AskedKeys) -> impl Iterator<Item = Formula<Ask>> {
    let ends = ["aws:CalledViaFirst", "aws:CalledViaLast"].map(|key| (key, present(key)));
    let all = ends.into_iter().chain([("aws:ViaAWSService", is("aws:ViaAWSService", "true"))]);
    let asked_for = all.filter(|(key, _)| asked.has(CHAIN) && asked.has(key));
    asked_for.map(|(_, follows)| Formula::or([absent(CHAIN), follows]))
}
