//! From the name of an event to the actions of IAM that it needs.

use std::collections::HashMap;

use keyaki_catalog::{Action, Catalog};

use crate::table::table;

/// The actions of events, looked up once for each name.
#[derive(Debug)]
pub struct Names<'c> {
    catalog: &'c Catalog,
    known: HashMap<String, HashMap<String, Vec<Action<'c>>>>,
}

impl<'c> Names<'c> {
    /// Names of a catalogue's actions.
    pub fn new(catalog: &'c Catalog) -> Self {
        Names { catalog, known: HashMap::new() }
    }

    /// The catalogue.
    pub(crate) fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// The actions of an event; none where the catalogue has none for it.
    pub(crate) fn actions(&mut self, source: &str, event: &str) -> &[Action<'c>] {
        if !self.known.contains_key(source) {
            self.known.insert(source.to_owned(), HashMap::new());
        }
        let catalog = self.catalog;
        let Some(of_source) = self.known.get_mut(source) else { return &[] };
        if !of_source.contains_key(event) {
            of_source.insert(event.to_owned(), actions(source, event, catalog));
        }
        of_source.get(event).map_or(&[], Vec::as_slice)
    }
}

fn actions<'c>(source: &str, event: &str, catalog: &'c Catalog) -> Vec<Action<'c>> {
    let prefix = table().prefix(source);
    let plain = without_version(event);
    for name in [event, plain] {
        if let Some(listed) = table().actions(prefix, name) {
            let found = listed.iter().map(|n| catalog.action(&format!("{prefix}:{n}")));
            return found.flatten().collect();
        }
        if let Some(action) = catalog.action(&format!("{prefix}:{name}")) {
            return vec![action];
        }
    }
    Vec::new()
}

/// The name without the version that some services put behind it: `CreateFunction20150331`,
/// `GetFunction20150331v2`, `ListDistributions2020_05_31`.
fn without_version(event: &str) -> &str {
    let is_version = |c: char| c.is_ascii_digit() || c == '_' || c == 'v';
    let cut = event.trim_end_matches(is_version);
    let version = event.get(cut.len()..).unwrap_or_default();
    let has_year = version.bytes().filter(u8::is_ascii_digit).count() >= 8;
    if has_year { cut } else { event }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str, event: &str) -> Vec<String> {
        let mut names = Names::new(keyaki_catalog::embedded());
        names.actions(source, event).iter().map(|a| a.full_name()).collect()
    }

    #[test]
    fn most_events_are_called_as_their_action() {
        assert_eq!(names("ec2.amazonaws.com", "DescribeVpcs"), ["ec2:DescribeVpcs"]);
        assert_eq!(
            names("monitoring.amazonaws.com", "DescribeAlarms"),
            ["cloudwatch:DescribeAlarms"]
        );
    }

    #[test]
    fn exceptions_and_versions_are_known() {
        assert_eq!(names("s3.amazonaws.com", "ListObjects"), ["s3:ListBucket"]);
        assert_eq!(names("s3.amazonaws.com", "DeleteBucketCors"), ["s3:PutBucketCORS"]);
        assert_eq!(names("lambda.amazonaws.com", "Invoke20150331"), ["lambda:InvokeFunction"]);
        assert_eq!(names("lambda.amazonaws.com", "GetFunction20150331v2"), ["lambda:GetFunction"]);
        assert_eq!(
            names("cloudfront.amazonaws.com", "ListDistributions2020_05_31"),
            ["cloudfront:ListDistributions"]
        );
        assert_eq!(
            names("kms.amazonaws.com", "ReEncrypt"),
            ["kms:ReEncryptFrom", "kms:ReEncryptTo"]
        );
        assert_eq!(names("apigateway.amazonaws.com", "GetResource"), ["apigateway:GET"]);
    }

    #[test]
    fn what_no_action_is_for_has_none() {
        assert!(names("s3.amazonaws.com", "GetStorageLensDashboardDataInternal").is_empty());
        assert!(names("nonsense", "").is_empty());
    }
}
