//! The known ways to more permissions, from the files under `data/`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A known way to more permissions.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its name in the catalogue that it is from.
    pub name: &'static str,
    /// The catalogue's category.
    pub category: &'static str,
    /// The actions that it needs, in order.
    pub needs: Vec<&'static str>,
    /// Where it is described.
    pub source: String,
    pub(crate) change: Option<Change>,
    pub(crate) gain: Gain,
}

/// What is done to policies before they are made use of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// An inline policy that allows everything is put in.
    Add,
    /// A managed policy that allows everything is attached.
    Attach,
    /// A managed policy of the account, attached already, is replaced by one that does.
    Version,
}

/// What a way comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gain {
    /// A role that trusts one of these services is passed to it.
    Pass { services: Vec<&'static str>, in_profile: bool, beside: Option<&'static str> },
    /// The role of a workload of a kind.
    Run { kind: &'static str, with_agent: bool },
    /// A role that is passed to CloudFormation, and a role that this one can assume.
    StackSet { beside: Option<&'static str> },
    /// Credentials of a user.
    Take,
    /// A role whose trust policy is changed.
    Trust,
    /// A role that can be assumed.
    Assume,
    /// The caller itself.
    Own,
    /// A group of the caller's.
    Group,
    /// A group that the caller adds itself to.
    Join,
    /// The caller without its boundary.
    Unbound,
}

const PATHFINDING: &str = include_str!("../../data/pathfinding.txt");
const MORE: &str = include_str!("../../data/more-ways.txt");
const MODELS: &str = include_str!("../../data/ways.txt");

/// All ways that are followed, those with the fewest requests first.
pub fn ways() -> &'static [Way] {
    static WAYS: OnceLock<Vec<Way>> = OnceLock::new();
    WAYS.get_or_init(|| {
        let models = models();
        let texts = [PATHFINDING, MORE].into_iter();
        let mut ways: Vec<Way> = texts.flat_map(|text| read(text, &models)).collect();
        ways.sort_by_key(|w| (w.needs.len(), w.name));
        ways
    })
}

/// The types of resources of an action, where the file names them.
pub(crate) fn types_of(action: &str) -> Option<&'static [&'static str]> {
    static TYPES: OnceLock<BTreeMap<&str, Vec<&str>>> = OnceLock::new();
    let types = TYPES.get_or_init(|| {
        let lines = lines(MODELS).filter_map(|l| l.strip_prefix("on\t")?.split_once('\t'));
        lines.map(|(action, types)| (action, types.split(' ').collect())).collect()
    });
    types.get(action).map(Vec::as_slice)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|l| !l.starts_with('#') && !l.is_empty())
}

fn models() -> BTreeMap<&'static str, (Option<Change>, Gain)> {
    let lines = lines(MODELS).filter(|l| !l.starts_with("on\t"));
    lines
        .filter_map(|l| l.split_once('\t'))
        .filter_map(|(n, text)| Some((n, model(text)?)))
        .collect()
}

fn model(text: &'static str) -> Option<(Option<Change>, Gain)> {
    let words: Vec<&'static str> = text.split(' ').collect();
    let after = |word: &str| {
        let at = words.iter().position(|w| *w == word)?;
        words.get(at + 1).copied()
    };
    let change = match *words.first()? {
        "add" => Some(Change::Add),
        "attach" => Some(Change::Attach),
        "version" => Some(Change::Version),
        _ => None,
    };
    let gain = match *words.get(usize::from(change.is_some()))? {
        "pass" => Gain::Pass {
            services: after("pass")?.split(',').collect(),
            in_profile: words.contains(&"profile"),
            beside: after("beside"),
        },
        "run" => Gain::Run { kind: after("run")?, with_agent: words.contains(&"agent") },
        "stack-set" => Gain::StackSet { beside: after("beside") },
        "take" => Gain::Take,
        "trust" => Gain::Trust,
        "assume" => Gain::Assume,
        "own" => Gain::Own,
        "group" => Gain::Group,
        "join" => Gain::Join,
        "unbound" => Gain::Unbound,
        _ => return None,
    };
    Some((change, gain))
}

fn read(text: &'static str, models: &BTreeMap<&str, (Option<Change>, Gain)>) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for line in lines(text) {
        let parts: Vec<&'static str> = line.split('\t').collect();
        match (parts.as_slice(), ways.last_mut()) {
            (["way", name, category, ..], _) => {
                let Some((change, gain)) = models.get(name).cloned() else { continue };
                let source = format!("https://pathfinding.cloud/paths/{name}");
                let needs = Vec::new();
                ways.push(Way { name, category, needs, source, change, gain });
            }
            (["  needs", needs], Some(way)) => way.needs = needs.split(' ').collect(),
            (["  source", source], Some(way)) => (*source).clone_into(&mut way.source),
            _ => {}
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_the_lists_is_modelled() {
        let listed: Vec<&str> = [PATHFINDING, MORE]
            .into_iter()
            .flat_map(lines)
            .filter_map(|l| l.strip_prefix("way\t")?.split('\t').next())
            .collect();
        assert_eq!(listed.len(), ways().len());
        for way in ways() {
            assert!(listed.contains(&way.name) && !way.needs.is_empty(), "{way:?}");
        }
        assert!(lines(PATHFINDING).filter(|l| l.starts_with("way")).count() >= 65);
    }

    #[test]
    fn the_catalogue_knows_every_action_and_type() {
        let catalog = keyaki_catalog::embedded();
        for action in ways().iter().flat_map(|w| &w.needs) {
            let known = catalog.action(action);
            assert!(known.is_some(), "{action}");
            for name in types_of(action).into_iter().flatten() {
                let mut types = known.into_iter().flat_map(|a| a.resources());
                assert!(types.any(|t| t.resource_type().name() == *name), "{action} on {name}");
            }
        }
    }
}
