//! ARNs: their segments and the resource types that they can name.

use std::fmt::Write;

use keyaki_catalog::{Catalog, ResourceType};
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Arn, Pattern};

use super::count;

/// So many resource types are shown.
const MOST_TYPES: usize = 12;

/// The segments of an ARN pattern and the resource types that fit it; none for other text.
pub(crate) fn arn(catalog: &Catalog, pattern: &Pattern) -> Option<String> {
    let text = pattern.text();
    let arn = Arn::parse(text)?;
    let widened = pattern.widened();
    let service = arn.get(text, Segment::Service);
    let is_of = |kind: &ResourceType<'_>| kind.arn().split(':').nth(2) == Some(service);
    let types = catalog.resource_types().filter(is_of);
    let types: Vec<_> = types.filter(|kind| fits(*kind, &widened)).collect();
    let mut out = heading(&types);
    out += "\n| segment | value |\n|---|---|\n";
    for (name, segment) in SEGMENTS {
        let value = arn.get(text, segment);
        let value = if value.is_empty() { "(empty)".to_owned() } else { format!("`{value}`") };
        let _ = writeln!(out, "| {name} | {} |", value.replace('|', "\\|"));
    }
    if types.len() > 1 {
        out += "\n";
        for kind in types.iter().take(MOST_TYPES) {
            let _ = writeln!(out, "- {} `{}`", kind.name(), kind.arn());
        }
        if types.len() > MOST_TYPES {
            let _ = writeln!(out, "- and {} more", types.len() - MOST_TYPES);
        }
    }
    Some(out)
}

const SEGMENTS: [(&str, Segment); 5] = [
    ("partition", Segment::Partition),
    ("service", Segment::Service),
    ("region", Segment::Region),
    ("account", Segment::Account),
    ("resource", Segment::Resource),
];

fn heading(types: &[ResourceType<'_>]) -> String {
    match types {
        [] => "**ARN** — fits no resource type of the catalogue\n".to_owned(),
        [only] => format!("**{}/{}** — `{}`\n", only.service().prefix(), only.name(), only.arn()),
        _ => format!("**ARN** — fits {}\n", count(types.len(), "resource type")),
    }
}

fn fits(kind: ResourceType<'_>, pattern: &str) -> bool {
    kind.arns().any(|template| glob::intersects(template.glob(), pattern, Case::Sensitive))
}
