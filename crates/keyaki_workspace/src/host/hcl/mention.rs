//! Where a file of Terraform names policies: the resources and data sources that hold them, what
//! refers to these by their addresses, and managed policies by their names.

use std::path::Path;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::visit::{self, Visit};
use keyaki_diag::TextRange;

use super::attached::range;
use super::file::File;
use super::module::DOCUMENT;
use crate::host::attachment;
use crate::host::mention::{Mention, PolicyName, in_order, is_name, managed};

/// The resource whose name is that of a managed policy.
const MANAGED: &str = "aws_iam_policy";

/// The places of a text that name policies, in order of position; none where it cannot be read.
pub(crate) fn mentions(text: &str, path: &Path) -> Vec<Mention> {
    let Ok(file) = File::read(path, text, Some(1)) else { return Vec::new() };
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut search = Search { text: &file.text, folder, found: Vec::new() };
    search.definitions(&file.body);
    search.visit_body(&file.body);
    let outward = |mention: Mention| {
        let range = file.origin(mention.range);
        // What is written with escapes in JSON is not followed.
        let is_same = range.slice(text) == mention.range.slice(&file.text);
        is_same.then_some(Mention { range, ..mention })
    };
    in_order(search.found.into_iter().filter_map(outward).collect())
}

struct Search<'t> {
    text: &'t str,
    folder: &'t Path,
    found: Vec<Mention>,
}

impl Search<'_> {
    fn definitions(&mut self, body: &Body) {
        for block in body.iter().filter_map(Structure::as_block) {
            let (kind, label) = match (block.ident.as_str(), &block.labels[..]) {
                ("data", [kind, label]) if kind.as_str() == DOCUMENT => (DOCUMENT, label),
                ("resource", [kind, label]) if holds_policies(kind.as_str()) => {
                    (kind.as_str(), label)
                }
                _ => continue,
            };
            let at = match label {
                BlockLabel::Ident(name) => range(name.span()),
                BlockLabel::String(name) => self.inside(range(name.span())),
            };
            self.push_address(at, kind, label.as_str(), true);
            if kind == MANAGED {
                self.own_name(block);
            }
        }
    }

    /// The name that a managed policy is given.
    fn own_name(&mut self, block: &Block) {
        let value = block.body.get_attribute("name").map(|attribute| &attribute.value);
        let Some(Expression::String(name)) = value else { return };
        if is_name(name.as_str()) {
            let at = self.inside(range(name.span()));
            self.push(at, name.as_str(), PolicyName::Managed(name.as_str().into()), true);
        }
    }

    /// The range of a text without its quotes.
    fn inside(&self, at: TextRange) -> TextRange {
        match at.slice(self.text).len() {
            0 | 1 => at,
            _ => TextRange::new(at.start + 1, at.end - 1),
        }
    }

    fn push_address(&mut self, at: TextRange, kind: &str, name: &str, is_definition: bool) {
        let (folder, kind) = (self.folder.into(), kind.into());
        let address = PolicyName::Address { folder, kind, name: name.into() };
        self.push(at, name, address, is_definition);
    }

    /// Adds a place, if the name stands there as it is.
    fn push(&mut self, range: TextRange, spelt: &str, name: PolicyName, is_definition: bool) {
        if range.slice(self.text) == spelt {
            self.found.push(Mention { range, name, is_definition, is_written_out: true });
        }
    }
}

impl Visit for Search<'_> {
    fn visit_traversal(&mut self, traversal: &Traversal) {
        let root = traversal.expr.as_variable().map(|name| name.as_str());
        let mut steps = traversal.operators.iter().map(|step| match step.value() {
            TraversalOperator::GetAttr(name) => Some((name.as_str(), range(name.span()))),
            TraversalOperator::AttrSplat(_)
            | TraversalOperator::FullSplat(_)
            | TraversalOperator::Index(_)
            | TraversalOperator::LegacyIndex(_) => None,
        });
        match (root, steps.next().flatten()) {
            (Some("data"), Some((DOCUMENT, _))) => {
                if let Some((name, at)) = steps.next().flatten() {
                    self.push_address(at, DOCUMENT, name, false);
                }
            }
            (Some(kind), Some((name, at))) if holds_policies(kind) => {
                self.push_address(at, kind, name, false);
            }
            _ => {}
        }
        visit::visit_traversal(self, traversal);
    }

    fn visit_expr(&mut self, expression: &Expression) {
        let at = range(expression.span());
        let text = self.inside(at).slice(self.text);
        if let (Expression::String(_) | Expression::StringTemplate(_), Some(name)) =
            (expression, managed(text))
        {
            let spelt = text.get(name.clone()).unwrap_or_default();
            let end = at.end - 1;
            let name = PolicyName::Managed(spelt.into());
            self.push(TextRange::new(end - spelt.len() as u32, end), spelt, name, false);
        }
        visit::visit_expr(self, expression);
    }
}

fn holds_policies(kind: &str) -> bool {
    !attachment::of_terraform(kind).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The addresses and names with their texts, with `!` where they are defined.
    fn named(text: &str) -> Vec<String> {
        let shown = |mention: Mention| {
            let sign = if mention.is_definition { "!" } else { "" };
            let at = mention.range.slice(text);
            match mention.name {
                PolicyName::Address { kind, name, .. } => format!("{sign}{kind}.{name}={at}"),
                name @ (PolicyName::Resource { .. } | PolicyName::Managed(_)) => {
                    format!("{sign}{name:?}={at}")
                }
            }
        };
        mentions(text, Path::new("module/main.tf")).into_iter().map(shown).collect()
    }

    #[test]
    fn every_way_to_refer_to_a_policy_is_found() {
        let text = r#"
data "aws_iam_policy_document" "read" {
  statement { actions = ["s3:GetObject"] }
}
resource "aws_iam_policy" "team" {
  name   = "team-policy"
  policy = data.aws_iam_policy_document.read.json
}
resource aws_iam_role_policy own {
  policy = <<-EOT
    ${data.aws_iam_policy_document.read.json}
  EOT
}
resource "aws_vpc" "other" {}
resource "aws_iam_role_policy_attachment" "all" {
  for_each   = toset([aws_iam_policy.team.arn, aws_iam_policy.other[0].arn, aws_vpc.other.id])
  policy_arn = "x-${aws_iam_policy.team.arn}"
  depends_on = [aws_iam_policy.team]
}
locals {
  named = "arn:aws:iam::${local.account}:policy/path/team-policy"
  aws   = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"#;
        let expected = [
            "!aws_iam_policy_document.read=read",
            "!aws_iam_policy.team=team",
            "!Managed(\"team-policy\")=team-policy",
            "aws_iam_policy_document.read=read",
            "!aws_iam_role_policy.own=own",
            "aws_iam_policy_document.read=read",
            "aws_iam_policy.team=team",
            "aws_iam_policy.other=other",
            "aws_iam_policy.team=team",
            "aws_iam_policy.team=team",
            "Managed(\"team-policy\")=team-policy",
        ];
        assert_eq!(named(text), expected);
        assert_eq!(named("resource \"aws_iam_policy\" {{"), Vec::<String>::new());
    }

    #[test]
    fn policies_are_named_in_json_too() {
        let text = r#"{"resource": {
  "aws_iam_policy": {"team": {"name": "team-policy", "policy": "{}"}},
  "aws_iam_role_policy_attachment": {"all": [{
    "policy_arn": "x-${aws_iam_policy.team.arn}",
    "depends_on": ["aws_iam_policy.team", "aws_iam_policy.t\u0065am"]
  }]}
}}"#;
        let named = mentions(text, Path::new("module/main.tf.json"));
        let of = |mention: &Mention| (mention.range.slice(text).to_owned(), mention.is_definition);
        let expected = [("team", true), ("team-policy", true), ("team", false), ("team", false)];
        let expected = expected.map(|(name, is_defined)| (name.to_owned(), is_defined));
        assert_eq!(named.iter().map(of).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn long_chains_of_operators_are_no_trouble() {
        let text = format!("x = aws_iam_policy.a.arn{}\n", " + 1".repeat(5000));
        assert!(named(&text).len() <= 1);
    }

    #[test]
    fn a_mark_of_byte_order_shifts_nothing() {
        let text = "\u{feff}x = aws_iam_policy.größe.arn\ny = aws_iam_policy.a.arn\n";
        assert_eq!(named(text), ["aws_iam_policy.größe=größe", "aws_iam_policy.a=a"]);
    }
}
