//! Requests to the service reference.
//!
//! Whatever the list says, requests go to the server that the list came from: of the addresses in
//! it only the paths count, so that a mirror works and nobody can send us elsewhere.

use super::{Listed, Source, UpdateError};
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Response, header};

/// The largest file that is read; AWS's largest is a few megabytes.
const MOST_BYTES: u64 = 64 << 20;

pub(super) struct Client {
    agent: Agent,
    root: String,
}

/// What the server said.
pub(super) enum Answer {
    Body {
        bytes: Vec<u8>,
        tag: Option<String>,
    },
    Unchanged,
    /// A status that is neither, as a reason.
    Refused(String),
}

impl Client {
    pub(super) fn new(source: &Source) -> Client {
        let config = Agent::config_builder()
            .timeout_global(Some(source.timeout))
            .http_status_as_error(false)
            .user_agent(concat!("keyaki/", env!("CARGO_PKG_VERSION")));
        let root = source.url.trim_end_matches('/').to_owned();
        Client { agent: config.build().new_agent(), root }
    }

    /// The services of the server's list, each with the path of its file.
    pub(super) fn services(&self) -> Result<Vec<Listed>, UpdateError> {
        let url = format!("{}/", self.root);
        let refused = |reason| UpdateError::List { url: url.clone(), reason };
        let bytes = match self.get("/", None)? {
            Answer::Body { bytes, .. } => bytes,
            Answer::Unchanged => return Err(refused("the answer is empty".to_owned())),
            Answer::Refused(reason) => return Err(refused(reason)),
        };
        let value: Value =
            serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
        let entries = value.as_array().ok_or_else(|| refused("it is not a list".to_owned()))?;
        let mut services: Vec<Listed> = entries.iter().filter_map(read_entry).collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        services.dedup_by(|a, b| a.name == b.name);
        if services.is_empty() {
            return Err(refused("it names no service".to_owned()));
        }
        Ok(services)
    }

    /// Asks for a path, unless it still has this tag.
    pub(super) fn get(&self, path: &str, tag: Option<&str>) -> Result<Answer, UpdateError> {
        let url = format!("{}{path}", self.root);
        let request = self.agent.get(&url);
        let request = match tag {
            Some(tag) => request.header(header::IF_NONE_MATCH, tag),
            None => request,
        };
        let answer = request.call().and_then(read_answer);
        answer.map_err(|error| UpdateError::Unreachable { url, reason: error.to_string() })
    }
}

fn read_answer(mut response: Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    match response.status().as_u16() {
        200 => {
            let tag = response.headers().get(header::ETAG);
            let tag = tag.and_then(|tag| tag.to_str().ok()).map(str::to_owned);
            let bytes = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
            Ok(Answer::Body { bytes, tag })
        }
        304 => Ok(Answer::Unchanged),
        _ => Ok(Answer::Refused(format!("the server answers {}", response.status()))),
    }
}

/// An entry of the list; one without a usable name or address is left out.
fn read_entry(value: &Value) -> Option<Listed> {
    let name = value["service"].as_str()?;
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if name.is_empty() || !name.bytes().all(fits) {
        return None;
    }
    let (_, rest) = value["url"].as_str()?.split_once("://")?;
    let path = &rest[rest.find('/')?..];
    Some(Listed { name: name.to_owned(), path: path.to_owned() })
}
