//! The semantics book: literate cases under `testdata/semantics/`.
//!
//! A file is Markdown. A `##` heading names a chapter, a `###` heading a case.
//! A case holds a sentence with its source, the policies, and requests with their decisions:
//!
//! - ```` ```json identity ```` and likewise `boundary`, `session`, `scp[0]`, `rcp[0]`, `endpoint`,
//!   `resource`, `trust` (the policy of a role) and `key` (the policy of a KMS key): one policy of
//!   that layer. A block without `Statement` is one statement of version 2012-10-17.
//! - ```` ```text request ````: `principal:`, `action:`, `resource:` (`*` if it is left out),
//!   and condition keys, each `key: value` on a line; `[…]` is a JSON list of values.
//!   `resource-account:` tells the owner, `block-public-access: restrict` turns it on,
//!   `profile:` names the profile and `point:` sets one (`D5 alternative`),
//!   `bare: yes` keeps the keys that follow from the request from being filled in.
//! - ```` ```text decision ````: `allow`, `explicit-deny LAYER` or `implicit-deny REASON`, where
//!   `no-grant` leaves open which layer's silence it is; it belongs to the request above. Several pairs may follow the same policies.

use std::path::Path;

use keyaki_eval::{
    BlockPublicAccess, Caller, Context, Document, Point, Policies, Profile, Reading, Request,
    ResourceRole, Values,
};

/// One request of the book with what is expected of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// File, heading and the number of the request: `operators.md: an absent key, 2`.
    pub name: String,
    /// The policies.
    pub policies: Policies,
    /// The profile.
    pub profile: Profile,
    /// The request as written.
    pub request: Request,
    /// Whether keys that follow are to be filled in.
    pub completes: bool,
    /// The decision and the layer: `explicit-deny scp[0]`.
    pub decision: String,
    /// Whether the text of the case names a source.
    pub has_source: bool,
}

/// All cases of a folder, in order of file names.
///
/// # Errors
/// A file that cannot be read, or a case that is not written as described above.
pub fn load(folder: &Path) -> Result<Vec<Case>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(|f| Some(f.ok()?.path())).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "md"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text =
            std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        cases.extend(parse(&name, &text)?);
    }
    Ok(cases)
}

/// What has been read of a case so far.
#[derive(Default)]
struct Draft {
    heading: String,
    policies: Policies,
    has_source: bool,
    pending: Option<(Request, Profile, bool, BlockPublicAccess)>,
    requests: usize,
}

/// The cases of one file.
///
/// # Errors
/// A case that is not written as described above.
pub fn parse(file: &str, text: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    let mut state = Draft::default();
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        match &mut block {
            Some((info, content)) if line.starts_with("```") => {
                let info = std::mem::take(info);
                let content = std::mem::take(content);
                block = None;
                let heading = state.heading.clone();
                let case = fenced(file, &mut state, &info, &content)
                    .map_err(|e| format!("{file}: {heading}: {e}"))?;
                cases.extend(case);
            }
            Some((_, content)) => {
                content.push_str(line);
                content.push('\n');
            }
            None => {
                if let Some(heading) = line.strip_prefix("### ") {
                    state = Draft { heading: heading.to_owned(), ..Draft::default() };
                } else if let Some(info) = line.strip_prefix("```") {
                    block = Some((info.trim().to_owned(), String::new()));
                } else if line.contains("<https://") {
                    state.has_source = true;
                }
            }
        }
    }
    Ok(cases)
}

fn fenced(
    file: &str,
    state: &mut Draft,
    info: &str,
    content: &str,
) -> Result<Option<Case>, String> {
    match info {
        "text request" => {
            state.requests += 1;
            state.pending = Some(request(content)?);
            Ok(None)
        }
        "text decision" => {
            let (request, profile, completes, block) =
                state.pending.take().ok_or("a decision without a request")?;
            let policies = Policies { block_public_access: block, ..state.policies.clone() };
            Ok(Some(Case {
                name: format!("{file}: {}, {}", state.heading, state.requests),
                policies,
                profile,
                request,
                completes,
                decision: content.trim().to_owned(),
                has_source: state.has_source,
            }))
        }
        _ => match info.strip_prefix("json ") {
            Some(layer) => policy(&mut state.policies, layer, content).map(|()| None),
            None => Err(format!("what is a block of `{info}`?")),
        },
    }
}

fn policy(policies: &mut Policies, layer: &str, content: &str) -> Result<(), String> {
    let text = match content.contains("\"Statement\"") {
        true => content.to_owned(),
        false => format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{content}]}}"),
    };
    let tree = keyaki_syntax::Tree::parse(text);
    if let Some(error) = tree.errors().first() {
        return Err(format!("the {layer} policy: {}", error.kind.message()));
    }
    let document = Document { name: layer.to_owned(), policy: keyaki_ir::lower(&tree) };
    let level = |levels: &mut Option<Vec<Vec<Document>>>, index: usize| {
        let levels = levels.get_or_insert_default();
        levels.resize_with(levels.len().max(index + 1), Vec::new);
        levels[index].push(document.clone());
    };
    match layer.split_once('[') {
        Some(("scp", index)) => level(&mut policies.scp, number(index)?),
        Some(("rcp", index)) => level(&mut policies.rcp, number(index)?),
        Some(_) => return Err(format!("there is no layer `{layer}`")),
        None => match layer {
            "identity" => policies.identity.push(document),
            "boundary" => policies.boundary.get_or_insert_default().push(document),
            "session" => policies.session.get_or_insert_default().push(document),
            "endpoint" => policies.endpoint = Some(document),
            "resource" => policies.resource = Some(document),
            "trust" | "key" => {
                policies.resource = Some(document);
                policies.resource_role =
                    if layer == "key" { ResourceRole::Key } else { ResourceRole::Role };
            }
            _ => return Err(format!("there is no layer `{layer}`")),
        },
    }
    Ok(())
}

fn number(index: &str) -> Result<usize, String> {
    index.trim_end_matches(']').parse().map_err(|_| format!("`{index}` is no level"))
}

fn request(content: &str) -> Result<(Request, Profile, bool, BlockPublicAccess), String> {
    let mut request = Request {
        caller: Caller::Anonymous,
        action: String::new(),
        resource: "*".to_owned(),
        resource_account: None,
        context: Context::new(),
    };
    let mut profile = Profile::documented();
    let (mut completes, mut block) = (true, BlockPublicAccess::default());
    for line in content.lines().filter(|l| !l.trim().is_empty()) {
        let (key, value) = line.split_once(": ").ok_or(format!("`{line}` is no `key: value`"))?;
        match key.trim() {
            "principal" => request.caller = Caller::parse(value).map_err(|e| e.to_string())?,
            "federated-by" => {
                if let Caller::FederatedUser { user, .. } = &mut request.caller {
                    *user = Some(value.to_owned());
                }
            }
            "action" => request.action = value.to_owned(),
            "resource" => request.resource = value.to_owned(),
            "resource-account" => request.resource_account = Some(value.to_owned()),
            "bare" => completes = value != "yes",
            "block-public-access" => block.restrict_public_buckets = value == "restrict",
            "profile" => {
                profile = Profile::named(value).ok_or(format!("no profile `{value}`"))?;
            }
            "point" => profile = with_point(profile, value)?,
            key => request.context.set(key, values(value)?),
        }
    }
    if request.action.is_empty() {
        return Err("a request without an action".to_owned());
    }
    Ok((request, profile, completes, block))
}

fn with_point(profile: Profile, text: &str) -> Result<Profile, String> {
    let (point, reading) = text.split_once(' ').ok_or(format!("`{text}` sets no point"))?;
    let point = Point::parse(point).ok_or(format!("there is no point `{point}`"))?;
    let reading = match reading {
        "documented" => Reading::Documented,
        "alternative" => Reading::Alternative,
        _ => return Err(format!("`{reading}` is no reading")),
    };
    Ok(profile.with(point, reading))
}

/// A value as written: a JSON list or a JSON string, or plain text.
fn values(text: &str) -> Result<Values, String> {
    let as_text = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    if text.starts_with('[') || text.starts_with('"') {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|e| format!("`{text}`: {e}"))?;
        return Ok(match value.as_array() {
            Some(list) => Values::List(list.iter().map(as_text).collect()),
            None => Values::One(as_text(&value)),
        });
    }
    Ok(Values::One(text.to_owned()))
}
