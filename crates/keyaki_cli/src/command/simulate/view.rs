//! A decided request as plain data for the renderers.

use keyaki_analyze::words::{mismatch, missing_keys, principal};
use keyaki_eval::{
    Evaluator, Outcome, Policies, Profile, Reason, Request, ResourceRole, StatementTrace, Verdict,
    targeted,
};
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
    notes.extend(missing_keys(evaluator.policies(), request));
    if outcome.verdict == Verdict::Allow {
        notes.extend(missing_policy(evaluator.policies(), request));
    }
    notes.extend(short_name(evaluator.policies(), request));
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
            principal: principal(&request.caller),
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

/// The decision in a sentence.
fn why(loaded: &Loaded, request: &Request, outcome: &Outcome) -> String {
    let Some(reason) = outcome.reason else {
        return match outcome.statements.is_empty() {
            true => without_statement(loaded, request).to_owned(),
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

/// Why a request is allowed that no statement grants.
fn without_statement(loaded: &Loaded, request: &Request) -> &'static str {
    if request.action.eq_ignore_ascii_case("sts:GetCallerIdentity") {
        "the action needs no permission"
    } else if loaded.policies.grants.iter().any(|grant| grant.allows(request)) {
        "a grant on the key allows it, and nothing denies it"
    } else {
        "a root user may do in its account what nothing denies"
    }
}

/// That a resource of the policy counts for nothing, because it is no ARN yet.
pub(crate) fn short_name(policies: &Policies, request: &Request) -> Option<String> {
    let is_of_api = request.action.to_ascii_lowercase().starts_with("execute-api:");
    let name = policies.name_in_short().filter(|_| is_of_api)?;
    let path = name.strip_prefix("execute-api:/").unwrap_or(name);
    let api = request.resource.split('/').next().filter(|r| r.starts_with("arn:"));
    let api = api.unwrap_or("arn:aws:execute-api:REGION:ACCOUNT:API");
    Some(format!(
        "`{name}` counts for nothing here: AWS completes it with the ARN of the policy's API, which \
         is not known; write `{api}/{path}` if it is that of the request"
    ))
}

/// That the policy which must allow such a request, too, was not given.
pub(crate) fn missing_policy(policies: &Policies, request: &Request) -> Option<String> {
    if policies.resource.is_some() || policies.grants.iter().any(|g| g.allows(request)) {
        return None;
    }
    let missing = match targeted(&request.action, &request.resource) {
        ResourceRole::Ordinary => return None,
        ResourceRole::Role => "trust policy of the role",
        ResourceRole::Key => "policy of the key",
    };
    Some(format!("the {missing}, which must allow this, too, was not given"))
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
