//! Places that lead to pages.

use keyaki_diag::TextRange;

use crate::Document;
use crate::site::{Site, all_sites};

/// A place and the page that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The place.
    pub range: TextRange,
    /// The page.
    pub target: String,
    /// What the page is.
    pub tooltip: String,
}

/// The links of a document: managed policies lead to AWS's page about them.
pub fn links(document: &Document) -> Vec<Link> {
    let linked = |(origin, site)| {
        let text = match site {
            Site::Resource(entry) => entry.text(),
            Site::Value(value) => value.text(),
            Site::ElementName(_)
            | Site::Version
            | Site::Effect
            | Site::Sid(_)
            | Site::Action { .. }
            | Site::PrincipalKey(_)
            | Site::Principal(_)
            | Site::Operator(_)
            | Site::Key { .. } => return None,
        };
        // Policies of AWS itself have no account in their ARN.
        let managed = text.contains(":iam::aws:policy/").then_some(text)?;
        let found = document.catalog().managed_policy(managed)?;
        let base = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference";
        let target = format!("{base}/{}.html", found.name);
        let tooltip = format!("{} in AWS's reference", found.name);
        Some(Link { range: document.inside(origin), target, tooltip })
    };
    all_sites(document).into_iter().filter_map(linked).collect()
}
