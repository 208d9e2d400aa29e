//! From a request to the command line that decides it again.

use keyaki_analyze::words::given;
use keyaki_catalog::Catalog;
use keyaki_eval::{
    Evaluator, Layer, Outcome as Decided, Profile, Reason, Request, ResourceRole, Verdict, complete,
};

use crate::Auditor;
use crate::finding::{LayerSays, Shown, ShownRequest};
use crate::layered::{Layered, everything};

/// What a trust policy is called that somebody has just made name the caller, who is its name.
pub(crate) const RENEWED: &str = "a trust policy that names the caller";

/// The statements that allow a request.
pub(crate) fn granting(
    request: &Request,
    absent: &[String],
    layered: &Layered,
    auditor: &Auditor<'_>,
) -> Vec<Shown> {
    let evaluator = Evaluator::new(&layered.policies, auditor.profile, auditor.catalog);
    statements(evaluator.decide(&full(request, absent)), layered)
}

/// The statements that decided, but for those of a policy that is not in the snapshot.
fn statements(decided: Decided, layered: &Layered) -> Vec<Shown> {
    let statements = decided.statements.into_iter().filter_map(|at| layered.shown(at));
    statements.filter(|s| &*s.policy.file != RENEWED).collect()
}

/// A request with the keys that every such request has.
fn full(request: &Request, absent: &[String]) -> Request {
    let mut full = complete(request).map_or_else(|_| request.clone(), |c| c.request);
    absent.iter().for_each(|key| full.context.remove(key));
    full
}

/// The statements of one layer that match a request.
pub(crate) fn matching(
    layer: Layer,
    shown: &ShownRequest,
    layered: &Layered,
    auditor: &Auditor<'_>,
) -> Vec<Shown> {
    let evaluator = Evaluator::new(&layered.policies, auditor.profile, auditor.catalog);
    let trace = evaluator.trace(&full(&shown.request, &shown.absent));
    let own = trace.into_iter().filter(|t| t.layer == layer).flat_map(|t| t.statements);
    own.filter(|s| s.mismatch.is_none()).filter_map(|s| layered.shown(s.at)).collect()
}

/// A request of a caller over layers, allowed by the evaluator, with the command line.
///
/// # Errors
/// What the evaluator decides, where it refuses the request.
pub(crate) fn shown(
    request: &Request,
    absent: &[String],
    layered: &Layered,
    profile: &Profile,
    catalog: &Catalog,
) -> Result<ShownRequest, String> {
    let evaluator = Evaluator::new(&layered.policies, profile, catalog);
    allowing(request, absent, layered, &evaluator).map(|(shown, _)| shown)
}

/// The same, with the statements that allow it.
///
/// # Errors
/// What the evaluator decides, where it refuses the request.
pub(crate) fn allowed(
    request: &Request,
    absent: &[String],
    layered: &Layered,
    auditor: &Auditor<'_>,
) -> Result<(ShownRequest, Vec<Shown>), String> {
    let evaluator = Evaluator::new(&layered.policies, auditor.profile, auditor.catalog);
    let (shown, decided) = allowing(request, absent, layered, &evaluator)?;
    Ok((shown, statements(decided, layered)))
}

fn allowing(
    request: &Request,
    absent: &[String],
    layered: &Layered,
    evaluator: &Evaluator<'_>,
) -> Result<(ShownRequest, Decided), String> {
    let (full, decided) = decided(request, absent, evaluator)?;
    if decided.verdict == Verdict::Allow {
        return Ok((told(request, absent, &full, layered, evaluator), decided));
    }
    let by = decided.reason.map_or_else(String::new, |r| format!(" by {}", r.name()));
    Err(format!("the evaluator refuses the request{by}"))
}

/// A request that is refused, with the statements that refuse it.
///
/// # Errors
/// That the evaluator allows it.
pub(crate) fn refused(
    request: &Request,
    absent: &[String],
    layered: &Layered,
    auditor: &Auditor<'_>,
) -> Result<(ShownRequest, Vec<Shown>), String> {
    let evaluator = Evaluator::new(&layered.policies, auditor.profile, auditor.catalog);
    let (full, decided) = decided(request, absent, &evaluator)?;
    if decided.verdict == Verdict::Allow {
        return Err("the evaluator allows the request".to_owned());
    }
    let mut shown = told(request, absent, &full, layered, &evaluator);
    let by = decided.reason.map_or_else(String::new, |reason| match reason {
        Reason::Layer(layer) => format!(" by {}", layered.layer_name(layer)),
        Reason::BlockPublicAccess | Reason::AwsOwned | Reason::RootUser | Reason::NoGrant => {
            format!(" by {}", reason.name())
        }
    });
    shown.notes.push(format!("the request is refused{by}"));
    let statements = decided.statements.into_iter().filter_map(|at| layered.shown(at)).collect();
    Ok((shown, statements))
}

/// A request with the keys that every such request has, and what the evaluator says to it.
fn decided(
    request: &Request,
    absent: &[String],
    evaluator: &Evaluator<'_>,
) -> Result<(Request, Decided), String> {
    let mut full = complete(request).map_err(|c| c.to_string())?.request;
    absent.iter().for_each(|key| full.context.remove(key));
    let decided = evaluator.decide(&full);
    Ok((full, decided))
}

fn told(
    request: &Request,
    absent: &[String],
    full: &Request,
    layered: &Layered,
    evaluator: &Evaluator<'_>,
) -> ShownRequest {
    let says = evaluator.trace(full).into_iter().map(|trace| LayerSays {
        layer: layered.layer_name(trace.layer),
        says: if trace.applies { trace.says.name() } else { "does not apply" },
    });
    let layers = says.collect();
    let replay = command(request, absent, layered, evaluator.profile());
    let (request, absent) = (request.clone(), absent.to_vec());
    ShownRequest { request, absent, layers, replay, notes: Vec::new() }
}

/// The words of the command line.
fn command(
    request: &Request,
    absent: &[String],
    layered: &Layered,
    profile: &Profile,
) -> Vec<String> {
    let mut words = vec!["keyaki".to_owned(), "simulate".to_owned()];
    let mut add = |flag: &str, value: String| words.extend([flag.to_owned(), value]);
    add("--principal", given(&request.caller));
    add("--action", request.action.clone());
    add("--resource", request.resource.clone());
    if let Some(account) = &request.resource_account {
        add("--resource-account", account.clone());
    }
    for (key, values) in request.context.iter() {
        match values {
            keyaki_eval::Values::One(value) => add("--context", format!("{key}={value}")),
            keyaki_eval::Values::List(values) => {
                let quoted: Vec<String> = values.iter().map(|v| quoted(v)).collect();
                add("--context", format!("{key}=[{}]", quoted.join(",")));
            }
        }
    }
    absent.iter().for_each(|key| add("--absent", key.clone()));
    for layer in layered.policies.layers() {
        for stored in layered.stored(layer) {
            let place = stored.place();
            let level = || layered.level_name(layer).unwrap_or_default();
            match layer {
                Layer::Identity if std::sync::Arc::ptr_eq(stored, everything()) => {}
                Layer::Identity => add("--identity", place),
                Layer::Boundary => add("--boundary", place),
                Layer::Resource if &*stored.file == RENEWED => add("--trusts", stored.name.clone()),
                Layer::Resource => add(resource_flag(layered.policies.resource_role), place),
                Layer::Scp(_) => add("--scp", format!("{}={place}", level())),
                Layer::Rcp(_) => add("--rcp", format!("{}={place}", level())),
                Layer::Endpoint => add("--endpoint", place),
                Layer::Session => {}
            }
        }
    }
    if profile.name() != "documented" {
        add("--profile", profile.name().to_owned());
    }
    if layered.policies.block_public_access.restrict_public_buckets {
        words.push("--block-public-access".to_owned());
    }
    if layered.stored(Layer::Identity).iter().any(|s| std::sync::Arc::ptr_eq(s, everything())) {
        words.push("--identity-allows-all".to_owned());
    }
    words
}

fn resource_flag(role: ResourceRole) -> &'static str {
    match role {
        ResourceRole::Ordinary => "--resource-policy",
        ResourceRole::Role => "--trust",
        ResourceRole::Key => "--key-policy",
    }
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}
