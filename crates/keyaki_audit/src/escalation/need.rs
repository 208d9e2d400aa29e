//! From an action of a way to its requests: the resources that it needs, and names for new things.

use std::rc::Rc;

use keyaki_catalog::Catalog;
use keyaki_ir::glob::{self, Case};

use super::keys::first_region;
use super::moves::Mover;
use super::request::{Ask, Guard};
use super::way::{Way, types_of};
use crate::target::partition;

/// What the actions of a way are about, where they are not about new things.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bound<'b> {
    /// A user or role.
    pub(crate) target: Option<usize>,
    pub(crate) group: Option<&'b str>,
    pub(crate) policy: Option<&'b str>,
    pub(crate) workload: Option<&'b str>,
    pub(crate) service: Option<&'static str>,
    /// Whether a role that is assumed has just been made to trust the caller.
    pub(crate) renewed: bool,
}

/// A type of resource that an action takes.
#[derive(Debug)]
pub(crate) struct Need {
    kind: NeedKind,
    /// The ARNs that such a resource has in the account.
    patterns: Vec<String>,
    is_needed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NeedKind {
    Principal,
    Group,
    Policy,
    Other,
}

impl Need {
    /// What an action takes, in an account.
    fn all(catalog: &Catalog, action: &str, partition: &str, account: &str) -> Vec<Need> {
        let rows = catalog.action(action).into_iter().flat_map(|a| a.resources());
        let need = rows.map(|row| {
            let resource = row.resource_type();
            let kind = match (resource.service().prefix(), resource.name()) {
                ("iam" | "sts", "role" | "user") => NeedKind::Principal,
                ("iam", "group") => NeedKind::Group,
                ("iam", "policy") => NeedKind::Policy,
                _ => NeedKind::Other,
            };
            let arns = resource.arns().map(|a| pattern(a.template(), partition, account));
            let is_needed = match types_of(action) {
                Some(types) => types.contains(&resource.name()),
                None => row.is_required(),
            };
            Need { kind, patterns: arns.collect(), is_needed }
        });
        need.collect()
    }
}

impl Mover<'_> {
    /// The requests that an action makes: one for each resource that it needs.
    pub(crate) fn drafts(
        &self,
        way: &'static Way,
        action: &'static str,
        bound: Bound<'_>,
    ) -> Option<Vec<Ask>> {
        let resources = self.resources(way, action, bound)?;
        Some(resources.into_iter().map(|on| self.draft(action, on, bound)).collect())
    }

    pub(crate) fn draft(&self, action: &'static str, on: String, bound: Bound<'_>) -> Ask {
        let object = bound.target.filter(|n| self.arn(*n) == Some(&on));
        let passed = bound.service.filter(|_| action == "iam:PassRole");
        let attached = bound.policy.filter(|_| action.starts_with("iam:Attach"));
        let keys = passed.map(|s| ("iam:PassedToService", s.to_owned())).into_iter();
        let keys = keys.chain(attached.map(|p| ("iam:PolicyARN", p.to_owned())));
        let guard = match (action, object) {
            ("sts:AssumeRole", _) if bound.renewed => Guard::Renewed,
            ("sts:AssumeRole", _) => Guard::Target,
            // A resource's own policy counts where the snapshot holds one.
            (_, None) if self.ground.targets.contains_key(&on) => Guard::Target,
            (_, _) => Guard::None,
        };
        Ask { object, keys: keys.collect(), guard, ..Ask::held(action, &on) }
    }

    fn arn(&self, number: usize) -> Option<&str> {
        self.ground.principals.get(number).map(|p| p.arn.as_str())
    }

    fn needs(&self, action: &'static str) -> Rc<Vec<Need>> {
        if let Some(known) = self.asking.shared.needs.borrow().get(action) {
            return known.clone();
        }
        let catalog = self.ground.auditor.catalog;
        let needs = Rc::new(Need::all(catalog, action, self.partition(), &self.own.account));
        self.asking.shared.needs.borrow_mut().insert(action, needs.clone());
        needs
    }

    fn partition(&self) -> &str {
        partition(&self.own.arn)
    }

    /// The resources of an action: what it is bound to, or new things.
    fn resources(
        &self,
        way: &'static Way,
        action: &'static str,
        bound: Bound<'_>,
    ) -> Option<Vec<String>> {
        let mut resources = Vec::new();
        let mut optional: Vec<String> = Vec::new();
        for need in self.needs(action).iter() {
            let is_like =
                |arn: &&str| need.patterns.iter().any(|p| glob::matches(p, arn, Case::Sensitive));
            let exact = match need.kind {
                NeedKind::Principal => bound.target.and_then(|n| self.arn(n)),
                NeedKind::Group => bound.group,
                NeedKind::Policy => bound.policy,
                NeedKind::Other => bound.workload.filter(is_like),
            };
            match (exact, need.is_needed) {
                (Some(exact), _) => resources.push(exact.to_owned()),
                (None, true) => resources.push(self.thing(way, &need.patterns)?),
                (None, false) => optional.extend_from_slice(&need.patterns),
            }
        }
        if resources.is_empty() {
            resources.push(match optional.is_empty() {
                true => "*".to_owned(),
                false => self.thing(way, &optional)?,
            });
        }
        Some(resources)
    }

    /// A name for a new thing on which all actions of the way that are about it are allowed.
    fn thing(&self, way: &'static Way, patterns: &[String]) -> Option<String> {
        let is_about = |action: &&'static str| {
            let needs = self.needs(action);
            needs.iter().any(|n| n.patterns.iter().any(|p| patterns.contains(p)))
        };
        let actions: Vec<&'static str> = way.needs.iter().copied().filter(is_about).collect();
        let key = format!("{patterns:?} {actions:?}");
        if let Some(known) = self.asking.shared.things.borrow().get(&key) {
            return known.clone().ok().flatten();
        }
        let found = self.find_thing(&actions, patterns);
        self.asking.shared.things.borrow_mut().insert(key, found.clone());
        self.told(found).flatten()
    }

    fn find_thing(
        &self,
        actions: &[&'static str],
        patterns: &[String],
    ) -> Result<Option<String>, String> {
        let fits = |arn: &str| -> Result<bool, String> {
            for action in actions {
                if !self.asking.allows(&Ask::held(action, arn))? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        for pattern in patterns {
            let usual = example(pattern, first_region(self.partition()));
            if fits(&usual)? {
                return Ok(Some(usual));
            }
        }
        for action in actions {
            match self.asking.find_any(action, patterns)? {
                None => return Ok(None),
                Some(arn) if fits(&arn)? => return Ok(Some(arn)),
                Some(_) => {}
            }
        }
        let all = actions.join(", ");
        Err(format!("no name was found for a new resource on which all of {all} are allowed"))
    }
}

/// A template as a pattern within an account.
fn pattern(template: &str, partition: &str, account: &str) -> String {
    let filled = template.replace("${Partition}", partition).replace("${Account}", account);
    let mut pattern = String::new();
    let mut rest = filled.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        pattern.push_str(before);
        pattern.push_str("?*");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    pattern + rest
}

/// A pattern with usual names in its holes.
fn example(pattern: &str, region: &str) -> String {
    let mut parts: Vec<String> = pattern.splitn(6, ':').map(str::to_owned).collect();
    if let Some(part) = parts.get_mut(3).filter(|p| *p == "?*") {
        region.clone_into(part);
    }
    parts.join(":").replace("?*", "example")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_things_have_names_of_their_account() {
        let template = "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}";
        let found = pattern(template, "aws", "111122223333");
        assert_eq!(found, "arn:aws:lambda:?*:111122223333:function:?*");
        let arn = "arn:aws:lambda:us-east-1:111122223333:function:example";
        assert_eq!(example(&found, "us-east-1"), arn);
    }
}
