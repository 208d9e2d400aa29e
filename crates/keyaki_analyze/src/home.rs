//! Accounts that policies name, and names that they do not.

use std::collections::HashSet;

use keyaki_eval::Caller;
use keyaki_ir::arn::Segment;
use keyaki_ir::{Arn, Principal, PrincipalEntry, arn};

/// An account that no policy is likely to name.
pub(crate) const STRANGER: &str = "999988887777";

/// Names that no policy spells out, so that who has them stands for all who are not named.
pub(crate) struct Unnamed<'e> {
    entries: &'e [&'e PrincipalEntry],
    /// Of a role or a service.
    pub(crate) role: String,
    pub(crate) session: String,
    pub(crate) user: String,
    /// Of the session of a federated user.
    pub(crate) federated: String,
}

impl<'e> Unnamed<'e> {
    pub(crate) fn by(entries: &'e [&'e PrincipalEntry]) -> Unnamed<'e> {
        let [role, session, user, federated] = [const { String::new() }; 4];
        let mut unnamed = Unnamed { entries, role, session, user, federated };
        unnamed.role = unnamed.name("example");
        unnamed.session = unnamed.name("session");
        unnamed.user = unnamed.name("alice");
        unnamed.federated = unnamed.name("bob");
        unnamed
    }

    fn is_new(&self, text: &str) -> bool {
        !self.entries.iter().any(|e| e.text.contains(text))
    }

    fn name(&self, usual: &str) -> String {
        let mut name = usual.to_owned();
        while !self.is_new(&name) {
            name.push('x');
        }
        name
    }

    pub(crate) fn account(&self) -> String {
        let usual = std::iter::once(STRANGER.to_owned());
        let mut others =
            usual.chain((0..1_000_000).map(|n| format!("{:012}", 888_800_000_000_u64 + n)));
        others.find(|a| self.is_new(a)).unwrap_or_default()
    }

    pub(crate) fn canonical_id(&self) -> String {
        let ids = (0..=u16::MAX).map(|n| format!("{n:04x}").repeat(16));
        let usual = std::iter::once("0123456789abcdef".repeat(4));
        usual.chain(ids).find(|id| self.is_new(id)).unwrap_or_default()
    }
}

/// Whether a segment of an ARN says one thing.
fn is_plain(segment: &str) -> bool {
    !segment.is_empty() && !segment.contains(['*', '?'])
}

/// An account with its partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    pub(crate) partition: String,
    pub(crate) account: String,
}

impl Home {
    /// Where a caller belongs.
    pub(crate) fn of(caller: &Caller) -> Option<Home> {
        let (partition, account) = (caller.partition()?.to_owned(), caller.account()?.to_owned());
        Some(Home { partition, account })
    }

    /// The account that an entry names. Digits alone do not tell the partition: it is the one in
    /// which other entries name that account, of those that [`Home::written`] gives.
    pub(crate) fn of_account(entry: &PrincipalEntry, written: &[Home]) -> Option<Vec<Home>> {
        if entry.principal != Principal::Account {
            return None;
        }
        let text = &*entry.text;
        if let Some(home) = Home::in_arn(text) {
            return Some(vec![home]).filter(|h| is_plain(&h[0].account));
        }
        let others = written.iter().filter(|h| h.account == text);
        let mut homes: Vec<Home> = others.cloned().collect();
        if homes.is_empty() && arn::is_account_id(text) {
            homes.push(Home { partition: "aws".to_owned(), account: text.to_owned() });
        }
        Some(homes)
    }

    fn in_arn(text: &str) -> Option<Home> {
        let arn = Arn::parse(text)?;
        let get = |segment| arn.get(text, segment).to_owned();
        Some(Home { partition: get(Segment::Partition), account: get(Segment::Account) })
    }

    /// The accounts that entries name with their partitions, each once.
    pub(crate) fn written(entries: &[&PrincipalEntry]) -> Vec<Home> {
        let mut seen = HashSet::new();
        let all = entries.iter().filter_map(|e| Home::in_arn(&e.text));
        all.filter(|home| seen.insert(home.clone())).collect()
    }

    pub(crate) fn role(&self, role: &str, session: &str) -> Caller {
        let Home { partition, account } = self.clone();
        Caller::RoleSession {
            partition,
            account,
            role: role.to_owned(),
            session: session.to_owned(),
        }
    }

    pub(crate) fn user(&self, name: &str) -> Caller {
        let Home { partition, account } = self.clone();
        Caller::User { partition, account, name: name.to_owned() }
    }

    pub(crate) fn federated(&self, name: &str, user: &str) -> Caller {
        let Home { partition, account } = self.clone();
        Caller::FederatedUser {
            partition,
            account,
            name: name.to_owned(),
            user: Some(user.to_owned()),
        }
    }

    pub(crate) fn root(&self) -> Caller {
        let Home { partition, account } = self.clone();
        Caller::Root { partition, account }
    }
}
