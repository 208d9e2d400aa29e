//! Where a file names policies: the resources of a template that hold them, what refers to these,
//! and managed policies by the names that AWS knows them by.
//!
//! A name can be changed where it is written out. One that is put together of parameters is followed
//! where the same template puts it together in the same way; one with escapes in it is not.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use keyaki_diag::TextRange;
use keyaki_syntax::Tree;

use super::intrinsic::Template;
use super::node::{Id, Kind, Nodes, Text};
use super::{attachment, hcl, yaml};

/// What a policy, or the resource that holds it, is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyName {
    /// By the logical id of a resource, in one document of a file.
    Resource {
        /// The document, counted from 0.
        document: usize,
        /// The logical id.
        id: Box<str>,
    },
    /// By the name of a managed policy, without the path before it.
    Managed(Box<str>),
    /// By the address of a resource or data source of Terraform, in one module.
    Address {
        /// The module's folder.
        folder: Box<Path>,
        /// The type, such as `aws_iam_policy`.
        kind: Box<str>,
        /// The name in the module.
        name: Box<str>,
    },
}

/// A place that names a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The name's place.
    pub range: TextRange,
    /// The name.
    pub name: PolicyName,
    /// Whether the policy is called so here, rather than referred to.
    pub is_definition: bool,
    /// Whether the name stands here as it is; else it is put together here of others.
    pub is_written_out: bool,
}

/// What stands in a file.
#[derive(Clone, Copy, Debug)]
pub enum MentionSource<'a> {
    /// JSON that was read.
    Json(&'a Tree),
    /// YAML.
    Yaml(&'a str),
    /// Terraform, and the file that it stands in.
    Terraform(&'a str, &'a Path),
}

/// The places of a file that name policies, in order of position. A file that cannot be read has
/// none.
pub fn mentions(source: MentionSource<'_>) -> Vec<Mention> {
    let (text, nodes) = match source {
        MentionSource::Json(tree) => (tree.source(), Nodes::of_json(tree)),
        MentionSource::Yaml(text) => match yaml::read(text) {
            Ok(nodes) => (text, nodes),
            Err(_) => return Vec::new(),
        },
        MentionSource::Terraform(text, path) => return hcl::mentions(text, path),
    };
    let mut found = Vec::new();
    for (document, &root) in nodes.roots.iter().enumerate() {
        let steps = std::cell::Cell::new(0);
        let template = Template::new(&nodes, root, &steps);
        let mut search = Search {
            template,
            text,
            document,
            ids: HashSet::new(),
            composed: HashMap::new(),
            found: Vec::new(),
        };
        search.run(root);
        found.append(&mut search.found);
    }
    in_order(found)
}

pub(super) fn in_order(mut found: Vec<Mention>) -> Vec<Mention> {
    found.sort_by_key(|mention| mention.range);
    found.dedup();
    found
}

struct Search<'n> {
    template: Template<'n>,
    text: &'n str,
    document: usize,
    /// The logical ids of resources that hold policies.
    ids: HashSet<&'n str>,
    /// The same by the names of managed policies that are put together, as `Search::composed` spells them.
    composed: HashMap<String, &'n str>,
    found: Vec<Mention>,
}

impl<'n> Search<'n> {
    fn run(&mut self, root: Id) {
        let nodes = self.template.nodes;
        let resources = nodes.member(root, "Resources");
        for &(name, resource) in resources.map_or(&[][..], |id| nodes.entries(id)) {
            self.resource(name, resource);
        }
        for id in below(nodes, root) {
            self.value(id);
        }
        for &(_, resource) in resources.map_or(&[][..], |id| nodes.entries(id)) {
            let Some(on) = nodes.member(resource, "DependsOn") else { continue };
            for id in std::iter::once(on).chain(nodes.items(on).iter().copied()) {
                self.whole_id(id);
            }
        }
    }

    /// The logical id of a resource that holds a policy, and the name that it gives it.
    fn resource(&mut self, name: Id, resource: Id) {
        let nodes = self.template.nodes;
        let kind = nodes.member(resource, "Type").and_then(|id| nodes.text(id));
        let Some(kind) = kind.filter(|kind| !attachment::of_cloudformation(kind).is_empty()) else {
            return;
        };
        if let Kind::Text(text) = &nodes.get(name).kind {
            self.ids.insert(&text.value);
            self.push_id(text, 0..text.value.len(), true);
        }
        let properties = nodes.member(resource, "Properties");
        let own = properties.and_then(|id| nodes.member(id, "ManagedPolicyName"));
        let (Some(id), "AWS::IAM::ManagedPolicy") = (own, kind) else { return };
        match (&nodes.get(id).kind, self.template.function(id)) {
            (Kind::Text(text), None) if is_name(&text.value) => {
                let name = PolicyName::Managed(text.value.clone());
                self.push(text, 0..text.value.len(), name, true);
            }
            (_, Some(_)) => {
                if let (Some(spelt), Kind::Text(id)) = (self.composed(id), &nodes.get(name).kind) {
                    self.composed.insert(spelt, &id.value);
                }
            }
            _ => {}
        }
    }

    /// How a name is put together: the text of `Fn::Sub`, or that of `Ref` as it would be there.
    fn composed(&self, id: Id) -> Option<String> {
        let (function, argument) = self.template.function(id)?;
        let Kind::Text(text) = &self.template.nodes.get(argument).kind else { return None };
        match function {
            "Sub" => Some(text.value.to_string()),
            "Ref" => Some(format!("${{{}}}", text.value)),
            _ => None,
        }
    }

    /// What a value refers to.
    fn value(&mut self, id: Id) {
        let nodes = self.template.nodes;
        match self.template.function(id) {
            Some(("Ref", argument)) => self.whole_id(argument),
            Some(("GetAtt", argument)) => {
                let first = nodes.items(argument).first().copied().unwrap_or(argument);
                if let Kind::Text(text) = &nodes.get(first).kind {
                    let end = text.value.find('.').unwrap_or(text.value.len());
                    self.push_id(text, 0..end, false);
                }
            }
            Some(("Sub", argument)) => {
                let first = nodes.items(argument).first().copied().unwrap_or(argument);
                if let Kind::Text(text) = &nodes.get(first).kind {
                    variables(&text.value).for_each(|range| self.push_id(text, range, false));
                    let own = nodes.items(argument).get(1).copied();
                    self.put_together(text, own);
                }
            }
            Some(_) | None => {}
        }
        if let Kind::Text(text) = &nodes.get(id).kind
            && let Some(range) = managed(&text.value)
        {
            let name = text.value.get(range.clone()).unwrap_or_default().into();
            self.push(text, range, PolicyName::Managed(name), false);
        }
    }

    /// What the ARN of a managed policy in a text of `Fn::Sub` ends with: a name of that function's
    /// own that stands for a text, or what some resource of the template is called by.
    fn put_together(&mut self, text: &Text, own: Option<Id>) {
        let Some(range) = last_of_arn(&text.value) else { return };
        let spelt = text.value.get(range.clone()).unwrap_or_default();
        let nodes = self.template.nodes;
        let variable = spelt.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let is_own = |name: &str| own.is_some_and(|own| nodes.member(own, name).is_some());
        let own = variable.zip(own).and_then(|(name, own)| nodes.member(own, name.trim()));
        match own.map(|id| (&nodes.get(id).kind, self.template.function(id))) {
            Some((Kind::Text(name), None)) if is_name(&name.value) => {
                let managed = PolicyName::Managed(name.value.clone());
                self.push(name, 0..name.value.len(), managed, false);
            }
            Some(_) => {}
            // A name of that function's own is not what it is elsewhere in the template.
            None if variables(spelt).any(|at| is_own(spelt.get(at).unwrap_or_default())) => {}
            None => {
                let Some(&id) = self.composed.get(spelt) else { return };
                let name = PolicyName::Resource { document: self.document, id: id.into() };
                let range = text.range(range.start, range.end);
                let (is_definition, is_written_out) = (false, false);
                self.found.push(Mention { range, name, is_definition, is_written_out });
            }
        }
    }

    fn whole_id(&mut self, id: Id) {
        if let Kind::Text(text) = &self.template.nodes.get(id).kind {
            self.push_id(text, 0..text.value.len(), false);
        }
    }

    fn push_id(&mut self, text: &Text, part: std::ops::Range<usize>, is_definition: bool) {
        let id = text.value.get(part.clone()).unwrap_or_default();
        if self.ids.contains(id) {
            let name = PolicyName::Resource { document: self.document, id: id.into() };
            self.push(text, part, name, is_definition);
        }
    }

    fn push(
        &mut self,
        text: &Text,
        part: std::ops::Range<usize>,
        name: PolicyName,
        is_definition: bool,
    ) {
        let range = text.range(part.start, part.end);
        if text.value.get(part) == Some(range.slice(self.text)) {
            self.found.push(Mention { range, name, is_definition, is_written_out: true });
        }
    }
}

/// A value and all below it, each once.
fn below(nodes: &Nodes, root: Id) -> Vec<Id> {
    let (mut all, mut open, mut seen) = (Vec::new(), vec![root], HashSet::new());
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        all.push(id);
        open.extend(nodes.items(id));
        open.extend(nodes.entries(id).iter().map(|(_, value)| *value));
    }
    all
}

/// The names in the `${…}` of a text for `Fn::Sub`, without what follows a dot.
fn variables(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    text.match_indices("${").filter_map(move |(at, _)| {
        let inside = text.get(at + 2..)?;
        let inside = inside.get(..inside.find('}')?)?;
        let name = inside.trim();
        let start = at + 2 + (inside.len() - inside.trim_start().len());
        Some(start..start + name.find('.').unwrap_or(name.len()))
    })
}

/// The name at the end of the ARN of a managed policy of an account, be the account known or not.
pub(super) fn managed(arn: &str) -> Option<std::ops::Range<usize>> {
    last_of_arn(arn).filter(|range| arn.get(range.clone()).is_some_and(is_name))
}

/// What follows the last slash in the ARN of a managed policy of an account.
fn last_of_arn(arn: &str) -> Option<std::ops::Range<usize>> {
    let (before, path) = arn.split_once(":policy/")?;
    let is_customers = before.starts_with("arn:") && !before.ends_with(":iam::aws");
    let name = path.rsplit('/').next()?;
    let is_iam = before.contains(":iam:");
    (is_customers && is_iam).then(|| arn.len() - name.len()..arn.len())
}

/// Whether a text can be the name of a managed policy.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>.
pub fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    (1..=128).contains(&text.len()) && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names and their texts, with `!` where they are defined.
    fn named(text: &str) -> Vec<String> {
        let shown = |mention: Mention| {
            let sign = if mention.is_definition { "!" } else { "" };
            let text = mention.range.slice(text);
            match mention.name {
                PolicyName::Resource { document, id } => format!("{sign}{document}:{id}={text}"),
                PolicyName::Managed(name) => format!("{sign}{name}={text}"),
                PolicyName::Address { kind, name, .. } => format!("{sign}{kind}.{name}={text}"),
            }
        };
        mentions(MentionSource::Yaml(text)).into_iter().map(shown).collect()
    }

    #[test]
    fn every_way_to_refer_to_a_resource_is_found() {
        let text = "Resources:
  Team:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: team
      PolicyDocument: {Statement: []}
  Bucket: {Type: AWS::S3::Bucket}
  Role:
    Type: AWS::IAM::Role
    DependsOn: [Team, Bucket]
    Properties:
      PermissionsBoundary: !GetAtt Team.PolicyArn
      ManagedPolicyArns:
      - !Ref Team
      - Ref: Team
      - Fn::GetAtt: [Team, PolicyArn]
      - !Sub 'x-${Team}-${ Team.PolicyArn }-${!Team}-${Bucket}'
      - arn:aws:iam::111122223333:policy/some/path/team
      - !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/team
      - arn:aws:iam::aws:policy/ReadOnlyAccess
      - !Sub arn:aws:iam::${AWS::AccountId}:policy/${Team}
Outputs:
  Arn: {Value: !Ref Team}
";
        let expected = [
            "!0:Team=Team",
            "!team=team",
            "!0:Role=Role",
            "0:Team=Team",
            "0:Team=Team",
            "0:Team=Team",
            "0:Team=Team",
            "0:Team=Team",
            "0:Team=Team",
            "0:Team=Team",
            "team=team",
            "team=team",
            "0:Team=Team",
            "0:Team=Team",
        ];
        assert_eq!(named(text), expected);
    }

    #[test]
    fn documents_of_a_file_have_names_of_their_own() {
        let part =
            "Resources: {A: {Type: AWS::IAM::ManagedPolicy}}\nOutputs: {O: {Value: !Ref A}}\n";
        let names = named(&format!("{part}---\n{part}"));
        assert_eq!(names, ["!0:A=A", "0:A=A", "!1:A=A", "1:A=A"]);
    }

    #[test]
    fn names_that_are_not_written_out_are_left_alone() {
        let text = "Resources:
  \"T\\u0065am\": {Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: !Sub '${X}-team'}}
  Role: {Type: AWS::IAM::Role, DependsOn: Team}
";
        assert_eq!(named(text), ["!0:Role=Role", "0:Team=Team"]);
        assert_eq!(named("a: [unclosed"), Vec::<String>::new());
        assert_eq!(named("Resources: {T: {Type: AWS::IAM::ManagedPolicy}}\nA: T\n"), ["!0:T=T"]);
    }

    #[test]
    fn names_that_a_template_puts_together_are_followed_within_it() {
        let text = "Resources:
  Team:
    Type: AWS::IAM::ManagedPolicy
    Properties: {ManagedPolicyName: !Sub '${AWS::StackName}-team'}
  Other:
    Type: AWS::IAM::ManagedPolicy
    Properties: {ManagedPolicyName: !Ref Name}
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns:
      - !Sub arn:aws:iam::${AWS::AccountId}:policy/path/${AWS::StackName}-team
      - !Sub arn:aws:iam::${AWS::AccountId}:policy/${Name}
      - !Sub arn:aws:iam::aws:policy/${Name}
      - !Sub ['arn:aws:iam::${AWS::AccountId}:policy/${Own}', {Own: staff}]
      - !Sub ['arn:aws:iam::${AWS::AccountId}:policy/${Name}', {Name: !Ref Team}]
      - !Sub ['arn:aws:iam::${AWS::AccountId}:policy/${AWS::StackName}-team', {AWS::StackName: x}]
";
        let expected = [
            "!0:Team=Team",
            "!0:Other=Other",
            "!0:Role=Role",
            "0:Team=${AWS::StackName}-team",
            "0:Other=${Name}",
            "staff=staff",
            "0:Team=Team",
        ];
        assert_eq!(named(text), expected);
    }
}
