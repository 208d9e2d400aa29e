//! A decided request as plain data for the renderers.

use keyaki_eval::{
    Caller, Evaluator, FailedCondition, Mismatch, Outcome, Profile, Reason, Request,
    StatementTrace, Verdict,
};
use keyaki_ir::Statement;
use keyaki_report::simulation as view;

use crate::command::policies::Loaded;

pub(crate) fn view<'l>(
    evaluator: &Evaluator<'_>,
    loaded: &'l Loaded,
    request: &Request,
    outcome: &Outcome,
    mut notes: Vec<String>,
) -> view::Simulation<'l> {
    let trace = evaluator.trace(request);
    notes.extend(missing_keys(evaluator, request));
    if request.owner().is_none() && request.caller.account().is_some() {
        notes.push(
            "the resource's owner is not known; it is taken to be the caller's account".into(),
        );
    }
    let other = other_verdicts(evaluator, request, outcome.verdict);
    notes.extend(other.iter().map(|(profile, verdict)| {
        format!("under the profile `{profile}` the decision is {}", verdict.name())
    }));
    let layers = trace.iter().map(|layer| view::Layer {
        name: loaded.layer_name(layer.layer),
        says: layer.says.name(),
        statements: layer.statements.iter().map(|s| traced(evaluator, request, s)).collect(),
    });
    view::Simulation {
        decision: outcome.verdict.name(),
        layer: outcome.reason.map(|r| loaded.reason_name(r)),
        why: why(loaded, request, outcome),
        statements: outcome.statements.iter().filter_map(|at| loaded.statement(*at)).collect(),
        layers: layers.collect(),
        profile: evaluator.profile().name().to_owned(),
        stable: other.is_empty(),
        request: view::Request {
            principal: principal(request),
            action: request.action.clone(),
            resource: request.resource.clone(),
            context: request
                .context
                .iter()
                .map(|(k, v)| (k.to_owned(), v.as_slice().to_vec()))
                .collect(),
        },
        notes,
    }
}

pub(crate) fn principal(request: &Request) -> String {
    match &request.caller {
        Caller::Service { host } => host.clone(),
        Caller::CanonicalUser { id } => id.clone(),
        Caller::Anonymous => "anonymous".to_owned(),
        Caller::Root { .. }
        | Caller::User { .. }
        | Caller::RoleSession { .. }
        | Caller::FederatedUser { .. }
        | Caller::WebIdentity { .. }
        | Caller::Saml { .. } => request.caller.arn().unwrap_or_default(),
    }
}

/// The decision in a sentence.
fn why(loaded: &Loaded, request: &Request, outcome: &Outcome) -> String {
    let Some(reason) = outcome.reason else {
        return match outcome.statements.is_empty() {
            true => "the action needs no permission".to_owned(),
            false => "the statements shown grant it, and nothing denies it".to_owned(),
        };
    };
    let across = match request.is_same_account() || request.caller.account().is_none() {
        true => "",
        false => "; across accounts both sides must allow",
    };
    match (reason, outcome.verdict) {
        (Reason::Layer(layer), Verdict::ExplicitDeny) => {
            format!("a statement of layer `{}` denies it", loaded.layer_name(layer))
        }
        (Reason::Layer(layer), _) => {
            format!("no statement of layer `{}` allows it{across}", loaded.layer_name(layer))
        }
        (Reason::BlockPublicAccess, _) => {
            "Block Public Access leaves a public policy to the own account and to services".into()
        }
        (Reason::AwsOwned, _) => "AWS's own policies, roles and aliases cannot be changed".into(),
        (Reason::RootUser, _) => "a root user cannot assume roles".into(),
        (Reason::NoGrant, _) => "no policy grants it".into(),
    }
}

/// The verdicts of the other profiles, where they differ.
fn other_verdicts(
    evaluator: &Evaluator<'_>,
    request: &Request,
    verdict: Verdict,
) -> Vec<(&'static str, Verdict)> {
    let verdict_of = |name: &'static str| {
        let profile = Profile::named(name)?;
        let other = Evaluator::new(evaluator.policies(), &profile, evaluator.catalog());
        let other = other.decide(request).verdict;
        let differs = (other == Verdict::Allow) != (verdict == Verdict::Allow);
        differs.then_some((name, other))
    };
    Profile::NAMES.into_iter().filter_map(verdict_of).collect()
}

fn traced(evaluator: &Evaluator<'_>, request: &Request, trace: &StatementTrace) -> view::Traced {
    let document = evaluator.policies().document(trace.at);
    let statement = evaluator.policies().statement(trace.at);
    view::Traced {
        file: document.map_or(String::new(), |d| d.name.clone()),
        index: statement.map_or(trace.at.statement, |s| s.index),
        sid: statement.and_then(|s| Some(s.sid.as_ref()?.value.to_string())),
        effect: trace.effect.map_or("?", |e| e.name()).to_owned(),
        matches: trace.mismatch.is_none(),
        mismatch: trace.mismatch.and_then(|m| mismatch(statement?, request, m)),
    }
}

/// Why a statement does not match, in a phrase.
fn mismatch(statement: &Statement, request: &Request, mismatch: Mismatch) -> Option<String> {
    let named = |negated: bool, name: &str| match negated {
        true => format!("`Not{name}` excepts"),
        false => format!("no `{name}` matches"),
    };
    Some(match mismatch {
        Mismatch::Principal => {
            format!("{} the caller", named(statement.not_principal.is_some(), "Principal"))
        }
        Mismatch::Action => {
            format!("{} `{}`", named(statement.not_action.is_some(), "Action"), request.action)
        }
        Mismatch::Resource => {
            let negated = statement.not_resource.is_some();
            format!("{} `{}`", named(negated, "Resource"), request.resource)
        }
        Mismatch::Condition(failed) => condition(statement, request, failed)?,
    })
}

fn condition(statement: &Statement, request: &Request, failed: FailedCondition) -> Option<String> {
    let block = statement.condition.as_ref()?.blocks.get(failed.block)?;
    let entry = block.entries.get(failed.entry?)?;
    let key = &entry.key.value;
    let found = match request.context.get(key).map(|v| v.as_slice()) {
        None => "is absent".to_owned(),
        Some([one]) => format!("is `{one}`"),
        Some(values) => format!("is {values:?}"),
    };
    Some(format!("`{}` does not hold: `{key}` {found}", block.operator.text))
}

/// Keys that the conditions ask for and that the request does not have.
fn missing_keys(evaluator: &Evaluator<'_>, request: &Request) -> Option<String> {
    let policies = evaluator.policies();
    let mut missing: Vec<&str> = Vec::new();
    for layer in policies.layers() {
        for (_, statement) in policies.statements(layer) {
            for (_, entry) in statement.condition_entries() {
                let key = &*entry.key.value;
                if !request.context.has(key) && !missing.iter().any(|m| m.eq_ignore_ascii_case(key))
                {
                    missing.push(key);
                }
            }
        }
    }
    let keys: Vec<_> = missing.iter().map(|k| format!("`{k}`")).collect();
    (!keys.is_empty())
        .then(|| format!("conditions ask for keys that are absent: {}", keys.join(", ")))
}
