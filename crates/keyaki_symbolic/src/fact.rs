//! Facts about a request that no policy says, as formulas.

use keyaki_catalog::Catalog;
use keyaki_eval::{AWS_OWNED, AskedKeys, Caller, Fact, Formula, Grant, KEYS, Policies, ROLES};
use keyaki_ir::glob::Case;

use crate::{Ask, Text};

/// When a fact holds of the unknown request.
pub(crate) fn formula(
    fact: Fact,
    policies: &Policies,
    caller: &Caller,
    catalog: &Catalog,
) -> Formula<Ask> {
    match fact {
        Fact::NeedsNoPermission => action("sts:GetCallerIdentity"),
        Fact::AssumesRole => action("sts:AssumeRole"),
        Fact::TargetsRole => targeted(ROLES),
        Fact::TargetsKey => targeted(KEYS),
        Fact::CoveredByRcp => {
            let covered = Formula::or(catalog.rcp_services().map(|s| action_like(s, "*")));
            Formula::and([covered, Formula::not(action("kms:RetireGrant"))])
        }
        Fact::AwsOwned => Formula::or(AWS_OWNED.iter().map(|(part, actions)| {
            let resource = Text::Like(format!("*{part}*").into(), Case::Sensitive);
            let actions = Formula::or(actions.iter().map(|a| action(a)));
            Formula::and([Formula::Atom(Ask::Resource(resource)), actions])
        })),
        Fact::Grant(index) => match policies.grants.get(index) {
            Some(g) if g.is_for(caller) => grant(g, policies),
            Some(_) | None => Formula::FALSE,
        },
    }
}

fn targeted((action, resource): (&str, &str)) -> Formula<Ask> {
    let action = Ask::Action(Text::Like(action.into(), Case::Insensitive));
    let resource = Ask::Resource(Text::Like(resource.into(), Case::Sensitive));
    Formula::and([Formula::Atom(action), Formula::Atom(resource)])
}

fn action(name: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Action(Text::Is(name.into(), Case::Insensitive)))
}

fn action_like(service: &str, name: &str) -> Formula<Ask> {
    let glob = format!("{service}:{name}");
    Formula::Atom(Ask::Action(Text::Like(glob.into(), Case::Insensitive)))
}

fn grant(grant: &Grant, policies: &Policies) -> Formula<Ask> {
    let operations = grant.operations.iter().map(|o| action(&format!("kms:{o}")));
    let resource = Ask::Resource(Text::Is(grant.key.as_str().into(), Case::Sensitive));
    let equals = grant.context_equals.iter().flatten();
    let pairs = grant.context_subset.iter().chain(equals);
    let context = pairs.map(|(key, value)| {
        let value = Text::Is(value.as_str().into(), Case::Sensitive);
        Formula::Atom(Ask::Value(format!("{}{key}", Grant::CONTEXT).into(), value))
    });
    let others = others(grant, policies);
    let parts = [Formula::or(operations), Formula::Atom(resource)];
    Formula::and(parts.into_iter().chain(context).chain(others))
}

/// Where the context must be exactly the grant's, no other key of it may be there. Keys that no
/// policy asks for can be left out of any request.
fn others(grant: &Grant, policies: &Policies) -> Vec<Formula<Ask>> {
    let Some(exactly) = &grant.context_equals else { return Vec::new() };
    let prefix = Grant::CONTEXT.to_ascii_lowercase();
    let named = |key: &str| {
        let name = key.get(prefix.len()..).unwrap_or("");
        exactly.iter().any(|(k, _)| k.eq_ignore_ascii_case(name))
    };
    let asked = AskedKeys::of(policies);
    let others = asked.iter().filter(|k| k.starts_with(&prefix) && !named(k));
    others.map(|k| Formula::not(Formula::Atom(Ask::Present(k.into())))).collect()
}
