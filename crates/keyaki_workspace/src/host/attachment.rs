//! Which resources of templates carry policies, and what references to resources come to: tables
//! of facts under `data/`.

use std::collections::HashMap;
use std::sync::OnceLock;

use keyaki_ir::{PolicyKind, ResourceType};

use crate::kind::Hint;

/// A property that holds policies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attachment {
    /// The names on the way to the property, `*` for any item of a list.
    pub(crate) path: &'static str,
    /// The kind of the policies; none where a `Type` beside them tells.
    pub(crate) hint: Hint,
    /// Whether that is so; else policies without a kind are in a language of their own.
    pub(crate) is_by_type: bool,
}

type Table = HashMap<&'static str, Vec<Attachment>>;

/// The properties of a CloudFormation resource that hold policies.
pub(crate) fn of_cloudformation(resource_type: &str) -> &'static [Attachment] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let table = TABLE.get_or_init(|| read(include_str!("../../data/cloudformation.tsv")));
    table.get(resource_type).map_or(&[], Vec::as_slice)
}

/// The attributes of a Terraform resource that hold policies.
pub(crate) fn of_terraform(resource_type: &str) -> &'static [Attachment] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let table = TABLE.get_or_init(|| read(include_str!("../../data/terraform.tsv")));
    table.get(resource_type).map_or(&[], Vec::as_slice)
}

/// The ARN that `Ref` or an attribute of a CloudFormation resource is. `${Name}` in it stands for
/// what identifies the resource.
pub(crate) fn arn(resource_type: &str, what: &str) -> Option<&'static str> {
    static TABLE: OnceLock<HashMap<(&str, &str), &str>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let rows = rows(include_str!("../../data/cloudformation-arns.tsv"));
        rows.filter_map(|row| match row[..] {
            [resource_type, what, arn] => Some(((resource_type, what), arn)),
            _ => None,
        })
        .collect()
    });
    table.get(&(resource_type, what)).copied()
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

fn read(text: &'static str) -> Table {
    let mut table = Table::new();
    for row in rows(text) {
        let [resource_type, path, kind, on] = row[..] else { continue };
        let hint = Hint { kind: PolicyKind::parse(kind), resource_type: ResourceType::parse(on) };
        let is_by_type = kind == "by-type";
        table.entry(resource_type).or_default().push(Attachment { path, hint, is_by_type });
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_each_row_is_read() {
        for text in [
            include_str!("../../data/cloudformation.tsv"),
            include_str!("../../data/terraform.tsv"),
        ] {
            let rows: Vec<_> = rows(text).collect();
            assert!(rows.is_sorted());
            for row in rows {
                assert_eq!(row.len(), 4, "{row:?}");
                let is_special = matches!(row[2], "by-type" | "other");
                assert!(is_special || PolicyKind::parse(row[2]).is_some(), "{row:?}");
                assert!(row[3] == "-" || ResourceType::parse(row[3]).is_some(), "{row:?}");
            }
        }
        let arns: Vec<_> = rows(include_str!("../../data/cloudformation-arns.tsv")).collect();
        assert!(arns.is_sorted() && arns.iter().all(|row| row.len() == 3));
    }
}
