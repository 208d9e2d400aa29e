//! What the path of a file tells: account, region, kind of resource, name.

use keyaki_ir::arn::is_account_id;
use keyaki_ir::percent::{decoded, unescaped};

/// A path in its parts, without its extension.
#[derive(Clone, Debug)]
pub(crate) struct PathParts<'p> {
    /// The folders, outermost first.
    pub(crate) folders: Vec<&'p str>,
    /// The file's name without `.json`.
    pub(crate) stem: &'p str,
}

impl<'p> PathParts<'p> {
    pub(crate) fn of(path: &'p str) -> PathParts<'p> {
        let mut folders: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        let file = folders.pop().unwrap_or_default();
        PathParts { folders, stem: file.strip_suffix(".json").unwrap_or(file) }
    }

    /// The innermost folder that is an account's.
    pub(crate) fn account(&self) -> Option<&'p str> {
        self.folders.iter().rev().copied().find(|f| is_account_id(f))
    }

    /// The innermost folder that is a region's.
    pub(crate) fn region(&self) -> Option<&'p str> {
        self.folders.iter().rev().copied().find(|f| is_region(f))
    }

    /// The partition of its region; `aws` where no folder names one.
    pub(crate) fn partition(&self) -> &'static str {
        partition_of(self.region().unwrap_or_default())
    }

    /// The file's name as an ARN or a plain name: `%` and `_` escapes taken out of ARNs.
    pub(crate) fn name(&self) -> String {
        let plain = decoded(self.stem);
        let is_escaped = plain.starts_with("arn_3A") || plain.starts_with("https_3A");
        if is_escaped { unescaped(&plain, b'_') } else { plain }
    }
}

/// How the names of regions begin that are not in the partition `aws`.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// The partition of a region; `aws` of what is none.
pub(crate) fn partition_of(region: &str) -> &'static str {
    let found = PARTITIONS.iter().find(|(head, _)| region.starts_with(head));
    found.map_or("aws", |(_, partition)| partition)
}

/// Whether a text has the form of a region's name.
pub(crate) fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let letters = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase());
    (first.len() == 2 || first == "eusc")
        && letters(&first)
        && rest.len() >= 2
        && rest.split_last().is_some_and(|(last, middle)| {
            last.len() == 1
                && last.bytes().all(|b| b.is_ascii_digit())
                && middle.iter().all(letters)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_account_region_and_name() {
        let parts = PathParts::of("a/accounts/111122223333/us-gov-west-1/kms-key/k%2D1.json");
        assert_eq!(parts.account(), Some("111122223333"));
        assert_eq!(parts.region(), Some("us-gov-west-1"));
        assert_eq!(parts.name(), "k-1");
    }

    #[test]
    fn every_region_of_the_catalogue_is_told_with_its_partition() {
        for partition in keyaki_catalog::embedded().partitions() {
            for region in partition.regions() {
                let path = format!("a/{region}/sqs-queue/q.json");
                let parts = PathParts::of(&path);
                let told = (parts.region(), parts.partition());
                assert_eq!(told, (Some(region), partition.name()));
            }
        }
    }

    #[test]
    fn arns_may_be_escaped_with_underscores() {
        let parts = PathParts::of("x/arn_3Aaws_3Asns_3Aus-east-1_3A123456789012_3Ademo_5Fa");
        assert_eq!(parts.name(), "arn:aws:sns:us-east-1:123456789012:demo_a");
    }
}
