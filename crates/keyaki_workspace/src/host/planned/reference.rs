//! Whom the resources of a plan refer to: by names where the plan knows them, by the references of
//! the configuration where it does not.

use keyaki_syntax::Value;

use super::{Plan, Resource};
use crate::host::attaching::LISTS;
use crate::host::plan::{self, text};

impl<'t> Plan<'t> {
    /// Whether an attribute names a resource.
    pub(super) fn names(&self, own: &Resource<'t>, attribute: &str, target: &Resource<'t>) -> bool {
        let mut texts = self.texts(own, attribute).into_iter();
        texts.any(|(name, references)| self.is_meant(&name, &references, own, target))
    }

    /// Whether a name, or the references that it comes from, mean a resource.
    pub(super) fn is_meant(
        &self,
        name: &str,
        references: &[String],
        own: &Resource<'t>,
        target: &Resource<'t>,
    ) -> bool {
        if !name.is_empty() {
            return text(target.values, "name") == Some(name)
                || text(target.values, "arn") == Some(name);
        }
        self.referred(references, own, target.kind).is_some_and(|r| r.address == target.address)
    }

    /// The one resource of a type that is referred to.
    pub(super) fn referred(
        &self,
        references: &[String],
        own: &Resource<'t>,
        kind: &str,
    ) -> Option<&Resource<'t>> {
        let reference = references.iter().find(|r| r.starts_with(&format!("{kind}.")))?;
        let mut steps = reference.split('.');
        let (kind, name) = (steps.next()?, steps.next()?);
        let bare = name.split('[').next()?;
        let all = self.resources.iter().filter(|r| {
            r.module == own.module && r.kind == kind && text(r.value, "name") == Some(bare)
        });
        let all: Vec<&Resource<'t>> = all.collect();
        if let [one] = all[..] {
            return Some(one);
        }
        let index = |r: &Resource<'t>| r.value.get("index").map(|i| i.source().to_owned());
        let written = name.split_once('[').map(|(_, i)| i.trim_end_matches(']').to_owned());
        let wanted = written.filter(|i| !i.contains('.')).or_else(|| index(own))?;
        all.into_iter().find(|r| index(r).is_some_and(|i| i == wanted))
    }

    /// The texts of an attribute, each with the references that it comes from; an empty text where
    /// it is not known.
    pub(super) fn texts(
        &self,
        resource: &Resource<'t>,
        attribute: &str,
    ) -> Vec<(String, Vec<String>)> {
        let value = resource.values.get(attribute);
        let strings: Vec<String> = match value.and_then(Value::as_str) {
            Some(text) => vec![text.to_owned()],
            None => {
                let items = value.into_iter().flat_map(Value::elements);
                items.map(|v| v.as_str().unwrap_or_default().to_owned()).collect()
            }
        };
        let known = strings.into_iter().filter(|text| !text.is_empty());
        let mut texts: Vec<(String, Vec<String>)> = known.map(|text| (text, Vec::new())).collect();
        if self.is_unknown(resource, attribute) {
            let references = self.references(resource, attribute);
            let mut bases: Vec<String> = references.iter().filter_map(|r| base(r)).collect();
            bases.dedup();
            match bases.is_empty() {
                true => texts.push((String::new(), Vec::new())),
                false => texts.extend(bases.into_iter().map(|b| (String::new(), vec![b]))),
            }
            // What else is in a list comes from what is not followed.
            let is_more = references.iter().any(|r| base(r).is_none());
            let has_unknown = texts.iter().any(|(text, r)| text.is_empty() && r.is_empty());
            if is_more && LISTS.contains(&attribute) && !has_unknown {
                texts.push((String::new(), Vec::new()));
            }
        }
        texts
    }

    /// Whether an attribute, or a part of it, is known only after apply. One that the configuration
    /// does not set is what others make of it, and these are in the plan.
    pub(super) fn is_unknown(&self, resource: &Resource<'t>, attribute: &str) -> bool {
        let expressions = self.expressions(resource);
        if expressions.is_some_and(|all| all.get(attribute).is_none()) {
            return false;
        }
        self.unknown_of(resource, attribute).is_some_and(is_open)
    }

    /// What is said of an attribute that is known only after apply.
    pub(super) fn unknown_of(&self, resource: &Resource<'t>, attribute: &str) -> Option<Value<'t>> {
        let change = self.changes.iter().find(|c| text(**c, "address") == Some(&resource.address));
        change.and_then(|c| c.get("change")?.get("after_unknown")?.get(attribute))
    }

    /// What the configuration says about the arguments of a resource.
    pub(super) fn expressions(&self, resource: &Resource<'t>) -> Option<Value<'t>> {
        self.configured(resource)?.get("expressions")
    }

    /// Whether two resources may be in other accounts, as they name other providers.
    pub(super) fn is_apart(&self, one: &Resource<'t>, other: &Resource<'t>) -> bool {
        let provider = |own| text(self.configured(own)?, "provider_config_key");
        provider(one) != provider(other)
    }

    /// What the configuration says about a resource.
    fn configured(&self, resource: &Resource<'t>) -> Option<Value<'t>> {
        let mut module = self.configuration;
        for name in module_names(resource.module) {
            let call = module.and_then(|m| m.get("module_calls")?.get(name));
            module = call.and_then(|call| call.get("module"));
        }
        let local = text(resource.value, "name").unwrap_or_default();
        let is_it = |r: &Value<'t>| {
            text(*r, "type") == Some(resource.kind) && text(*r, "name") == Some(local)
        };
        let resources = module.and_then(|m| m.get("resources"));
        resources.into_iter().flat_map(Value::elements).find(is_it)
    }

    /// What the configuration refers to in an attribute.
    pub(super) fn references(&self, resource: &Resource<'t>, attribute: &str) -> Vec<String> {
        let expression = self.expressions(resource).and_then(|all| all.get(attribute));
        expression.map_or_else(Vec::new, references)
    }
}

/// The names of the modules in an address, without their indices.
fn module_names(address: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        names.extend(after.get(..end));
        let tail = after.get(end..).unwrap_or_default();
        // An index may hold dots in its quotes.
        let tail = match tail.strip_prefix('[') {
            Some(index) => index.split_once(']').map_or("", |(_, tail)| tail),
            None => tail,
        };
        rest = tail.trim_start_matches('.');
    }
    names
}

/// The resource or data source that a reference begins with.
pub(super) fn base(reference: &str) -> Option<String> {
    let steps = if reference.starts_with("data.") { 3 } else { 2 };
    let all: Vec<&str> = reference.split('.').take(steps).collect();
    (all.len() == steps && !matches!(all[0], "var" | "local" | "each" | "count" | "module"))
        .then(|| all.join("."))
}

/// Whether a value, or a part of it, is known only after apply.
pub(super) fn is_open(value: Value<'_>) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        if plan::is_unknown(Some(value)) {
            return true;
        }
        open.extend(value.children());
    }
    false
}

/// What an expression of the configuration refers to.
pub(super) fn references(expression: Value<'_>) -> Vec<String> {
    let mut open = vec![expression];
    let mut references = Vec::new();
    while let Some(value) = open.pop() {
        let own = value.get("references").into_iter().flat_map(Value::elements);
        references.extend(own.filter_map(|r| r.as_str().map(str::to_owned)));
        open.extend(value.children());
    }
    references
}
