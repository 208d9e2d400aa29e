//! What was used, added up.

use std::collections::{BTreeMap, BTreeSet};

/// The most resources that are kept of one action of one principal; of more, only their beginnings.
const MOST_RESOURCES: usize = 1000;

/// The most kinds of trouble that are kept.
const MOST_TROUBLES: usize = 10_000;

/// What events tell about who used what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// By the ARN of the user, role or root user.
    pub principals: BTreeMap<String, PrincipalUse>,
    /// How many events were read.
    pub events: u64,
    /// How many bytes.
    pub bytes: u64,
    /// How many events are no requests, such as those that services report about themselves.
    pub not_requests: u64,
    /// How many are of callers without policies: services, other accounts, people who sign in.
    pub other_callers: u64,
    /// How many were refused for want of speed.
    pub throttled: u64,
    /// The first and the last time, as the events write it.
    pub times: Option<(String, String)>,
    /// Prefixes of services of which there are data events.
    pub data_services: BTreeSet<String>,
    /// What was not understood, each with how often.
    pub troubles: BTreeMap<Trouble, u64>,
}

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trouble {
    /// The file, the event or the account that it is about.
    pub about: String,
    /// What.
    pub what: String,
    /// Whether events were lost by it.
    pub loses: bool,
}

/// What one principal did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrincipalUse {
    /// By the action's name.
    pub actions: BTreeMap<String, ActionUse>,
    /// Actions that were refused, with how often.
    pub denied: BTreeMap<String, u64>,
}

/// How an action was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionUse {
    /// How often.
    pub count: u64,
    /// When last, as the event writes it.
    pub last: String,
    /// On what.
    pub resources: Resources,
    /// Roles that were passed with it, each with the service that got it.
    pub passed: BTreeSet<(String, String)>,
    /// The services that made the request on the principal's behalf, with the region; an empty
    /// one for the principal itself.
    pub via: BTreeSet<String>,
}

/// The resources of an action: patterns as policies have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resources {
    /// These.
    Known(BTreeSet<String>),
    /// So many that of each only the beginning was kept, with `*` behind it.
    Many(BTreeSet<String>),
}

impl Default for Resources {
    fn default() -> Self {
        Resources::Known(BTreeSet::new())
    }
}

impl Resources {
    pub(crate) fn insert(&mut self, resource: &str) {
        match self {
            Resources::Known(known) => {
                if !known.contains(resource) {
                    known.insert(resource.to_owned());
                }
                if known.len() > MOST_RESOURCES {
                    *self = Resources::Many(many(known.iter().map(|r| beginning(r))));
                }
            }
            Resources::Many(begins) => {
                let begin = beginning(resource);
                if !begins.contains(&begin) {
                    *begins = many(std::mem::take(begins).into_iter().chain([begin]));
                }
            }
        }
    }

    fn add(&mut self, more: Resources) {
        let begins = match more {
            Resources::Known(more) => return more.iter().for_each(|r| self.insert(r)),
            Resources::Many(begins) => begins,
        };
        let own = match std::mem::take(self) {
            Resources::Known(known) => known.iter().map(|r| beginning(r)).collect(),
            Resources::Many(own) => own,
        };
        *self = Resources::Many(many(own.into_iter().chain(begins)));
    }

    /// Patterns that match all of them.
    pub fn patterns(&self) -> &BTreeSet<String> {
        match self {
            Resources::Known(patterns) | Resources::Many(patterns) => patterns,
        }
    }
}

/// Beginnings, or everything where there are too many of them, too.
fn many(begins: impl Iterator<Item = String>) -> BTreeSet<String> {
    let begins: BTreeSet<String> = begins.collect();
    let is_everything = begins.len() > MOST_RESOURCES || begins.contains("*");
    if is_everything { BTreeSet::from(["*".to_owned()]) } else { begins }
}

/// An ARN up to the first part of its resource: a bucket, a type.
fn beginning(resource: &str) -> String {
    let own = resource.match_indices(':').nth(4).map_or(resource.len(), |(at, _)| at + 1);
    let (head, rest) = resource.split_at(own);
    match rest.find(['/', ':']) {
        Some(at) => format!("{head}{}*", rest.get(..=at).unwrap_or_default()),
        None => resource.to_owned(),
    }
}

impl ActionUse {
    fn add(&mut self, more: ActionUse) {
        self.count += more.count;
        self.last = std::mem::take(&mut self.last).max(more.last);
        self.resources.add(more.resources);
        self.passed.extend(more.passed);
        self.via.extend(more.via);
    }
}

impl PrincipalUse {
    /// Takes in another use.
    fn add(&mut self, more: PrincipalUse) {
        for (action, used) in more.actions {
            self.actions.entry(action).or_default().add(used);
        }
        for (action, count) in more.denied {
            *self.denied.entry(action).or_default() += count;
        }
    }
}

impl Usage {
    /// Takes in what another file tells; the order makes no difference.
    pub fn add(&mut self, more: Usage) {
        for (arn, used) in more.principals {
            self.principals.entry(arn).or_default().add(used);
        }
        self.events += more.events;
        self.bytes += more.bytes;
        self.not_requests += more.not_requests;
        self.other_callers += more.other_callers;
        self.throttled += more.throttled;
        for time in more.times.into_iter().flat_map(|(first, last)| [first, last]) {
            self.time(&time);
        }
        self.data_services.extend(more.data_services);
        for (trouble, count) in more.troubles {
            *self.troubles.entry(trouble).or_default() += count;
        }
    }

    pub(crate) fn time(&mut self, time: &str) {
        match &mut self.times {
            None => self.times = Some((time.to_owned(), time.to_owned())),
            Some((first, last)) => {
                if time < first.as_str() {
                    *first = time.to_owned();
                }
                if time > last.as_str() {
                    *last = time.to_owned();
                }
            }
        }
    }

    pub(crate) fn trouble(&mut self, about: &str, what: &str, loses: bool) {
        let trouble = Trouble { about: about.to_owned(), what: what.to_owned(), loses };
        if self.troubles.len() < MOST_TROUBLES || self.troubles.contains_key(&trouble) {
            *self.troubles.entry(trouble).or_default() += 1;
        }
    }
}
