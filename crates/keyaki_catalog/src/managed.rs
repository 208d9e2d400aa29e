//! AWS's managed policies, inflated when first asked for.

use crate::catalog::Catalog;
use crate::fold;
use crate::source::kinds::Date;
use crate::source::managed::next_text;
use std::sync::OnceLock;

static COMPRESSED: &[u8] = include_bytes!("../data/managed-policies.bin");

/// More than the block inflates to; a bound against a block that would not end.
const MOST_BYTES: usize = 64 << 20;

/// A policy that AWS maintains, in its newest version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// The policy's name, such as `ReadOnlyAccess`.
    pub name: &'static str,
    /// Its ARN in the commercial partition.
    pub arn: &'static str,
    /// The version, such as `v12`.
    pub version: &'static str,
    /// The day on which AWS created that version.
    pub created: Date,
    /// The policy document as compact JSON, members in AWS's order.
    pub document: &'static str,
}

impl Catalog {
    /// All managed policies, by name without case.
    ///
    /// They are compiled in, also for a catalogue that was read from bytes.
    pub fn managed_policies(&self) -> &'static [ManagedPolicy] {
        static POLICIES: OnceLock<Vec<ManagedPolicy>> = OnceLock::new();
        POLICIES.get_or_init(|| read(inflated()))
    }

    /// The managed policy with this name or ARN, in any partition.
    pub fn managed_policy(&self, name_or_arn: &str) -> Option<&'static ManagedPolicy> {
        let name = name_or_arn.rsplit('/').next()?;
        let policies = self.managed_policies();
        let found = policies
            .binary_search_by(|policy| fold::compare(policy.name.as_bytes(), name.as_bytes()))
            .ok()?;
        let policy = policies.get(found)?;
        let named = name.len() == name_or_arn.len();
        (named || same_but_partition(policy.arn, name_or_arn)).then_some(policy)
    }
}

/// Whether two ARNs agree in all but their partition.
fn same_but_partition(a: &str, b: &str) -> bool {
    let rest = |arn: &str| {
        let (_, tail) = arn.strip_prefix("arn:")?.split_once(':')?;
        Some(tail.to_ascii_lowercase())
    };
    rest(a).is_some_and(|a| rest(b) == Some(a))
}

fn inflated() -> &'static [u8] {
    static INFLATED: OnceLock<Vec<u8>> = OnceLock::new();
    INFLATED.get_or_init(|| {
        // The generator wrote the block; a test compares all of it with its index.
        let inflated = miniz_oxide::inflate::decompress_to_vec_with_limit(COMPRESSED, MOST_BYTES);
        inflated.unwrap_or_default()
    })
}

fn read(mut block: &'static [u8]) -> Vec<ManagedPolicy> {
    let mut policies = Vec::new();
    while let Some((policy, rest)) = read_policy(block) {
        policies.push(policy);
        block = rest;
    }
    policies
}

fn read_policy(block: &'static [u8]) -> Option<(ManagedPolicy, &'static [u8])> {
    let (name, rest) = next_text(block)?;
    let (arn, rest) = next_text(rest)?;
    let (version, rest) = next_text(rest)?;
    let (created, rest) = next_text(rest)?;
    let (document, rest) = next_text(rest)?;
    let created = Date::parse(created)?;
    Some((ManagedPolicy { name, arn, version, created, document }, rest))
}
