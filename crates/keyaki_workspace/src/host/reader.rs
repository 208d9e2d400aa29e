//! What a role, user or group of a template has, and the policies of other resources, under
//! assumptions about conditions.
//!
//! Sources: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::definition::identity;
use super::emit::{self, Wrap};
use super::intrinsic::{Part as Piece, Resolved, Resolver};
use super::node::{Id, Kind, Nodes};
use super::search::escaped;
use super::stack::Stack;
use crate::holder::{Body, Part, Way};

/// The types of policies that name what they are attached to, with the properties that do.
pub(super) const ATTACHED: [(&str, &[&str]); 5] = [
    ("AWS::IAM::Policy", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::ManagedPolicy", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::RolePolicy", &["RoleName"]),
    ("AWS::IAM::UserPolicy", &["UserName"]),
    ("AWS::IAM::GroupPolicy", &["GroupName"]),
];

/// The type of what makes users members of a group.
pub(super) const ADDITION: &str = "AWS::IAM::UserToGroupAddition";

/// Properties of functions and state machines for which SAM adds policies of its own.
const SAM_ADDS: [&str; 7] = [
    "Connectors",
    "DeadLetterQueue",
    "EventInvokeConfig",
    "Events",
    "KmsKeyArn",
    "Tracing",
    "VpcConfig",
];

/// What SAM attaches to the role of every function.
const BASIC_EXECUTION: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

/// The type of roles.
const ROLE: &str = "AWS::IAM::Role";

/// A template under assumptions about its conditions.
pub(super) struct Reader<'r, 'n> {
    pub(super) stack: &'r Stack<'r, 'n>,
    pub(super) resolver: Resolver<'r, 'n>,
}

impl<'n> Reader<'_, 'n> {
    fn nodes(&self) -> &'n Nodes {
        self.stack.nodes()
    }

    /// The resources that are there, with their names.
    pub(super) fn resources(&self) -> Vec<(&'n str, Id)> {
        let all = self.stack.resources.iter().copied();
        all.filter(|(_, id)| self.is_there(*id)).collect()
    }

    pub(super) fn is_there(&self, resource: Id) -> bool {
        let condition = self.nodes().member(resource, "Condition");
        condition.is_none_or(|condition| self.resolver.is_true(condition))
    }

    /// What a role, user or group has, and the policies that it was put together from.
    pub(super) fn principal(&self, name: &str, id: Id) -> (Way, BTreeSet<Id>) {
        self.stack.template.restart();
        let (mut way, used) = self.all_of(name, id);
        if self.stack.template.is_exhausted() {
            way.identity.push(Part::unknown("what takes too long to work out", ""));
        }
        (way, used)
    }

    fn all_of(&self, name: &str, id: Id) -> (Way, BTreeSet<Id>) {
        let mut way = Way::default();
        let mut used = BTreeSet::new();
        if !self.is_there(id) {
            return (way, used);
        }
        let pointer = format!("{}/Resources/{}/Properties", self.stack.base, escaped(name));
        self.own(id, &pointer, &mut way, &mut used);
        self.attached(name, id, &mut way, &mut used);
        if let Some(boundary) = self.stack.property(id, "PermissionsBoundary") {
            way.boundary = self.boundary(boundary, &mut used);
        }
        if let Some(trust) = self.stack.property(id, "AssumeRolePolicyDocument") {
            let pointer = format!("{pointer}/AssumeRolePolicyDocument");
            way.resource = self.document(trust, &pointer, "trust policy");
        }
        if self.stack.is_open(id) {
            way.identity.push(Part::unknown("what a macro adds", &pointer));
            let has_trust = way.resource.is_some() || self.stack.type_of(id) == Some(ROLE);
            way.resource = has_trust.then(|| Part::unknown("trust policy", &pointer));
        }
        self.groups(name, id, &mut way, &mut used);
        for what in self.stack.macros() {
            way.identity.push(Part::unknown(&format!("what `{what}` makes"), ""));
        }
        for connector in self.connectors(name, id) {
            way.identity.push(Part::unknown(&format!("what connector `{connector}` adds"), ""));
        }
        (way, used)
    }

    /// The connectors of SAM that add to a role, or may: they stand by themselves, or in the
    /// resource that they begin at.
    fn connectors(&self, name: &str, id: Id) -> Vec<&'n str> {
        let mut found = Vec::new();
        if matches!(self.stack.type_of(id), Some("AWS::IAM::User" | "AWS::IAM::Group")) {
            return found;
        }
        for (connector, resource) in self.resources() {
            if self.stack.type_of(resource) == Some("AWS::Serverless::Connector") {
                let source = self.stack.property(resource, "Source");
                let source = source.and_then(|s| self.nodes().text(self.nodes().member(s, "Id")?));
                let may = source.is_none_or(|source| self.begins_at(source, name));
                found.extend(may.then_some(connector));
            }
            let has_own = self.nodes().member(resource, "Connectors").is_some();
            // What is added to the resource's own role is told there.
            let is_elsewhere = has_own && connector != name;
            found.extend((is_elsewhere && self.begins_at(connector, name)).then_some(connector));
        }
        found
    }

    /// Whether a resource at which a connector begins has this role, or may have.
    fn begins_at(&self, source: &str, name: &str) -> bool {
        if source == name {
            return true;
        }
        let Some((_, id)) = self.resources().into_iter().find(|(own, _)| *own == source) else {
            return true;
        };
        let role = ["Role", "RoleArn"].into_iter().find_map(|p| self.stack.property(id, p));
        let Some(role) = role else {
            // It has a role that SAM makes, or it is not known whose role is meant.
            let kind = self.stack.type_of(id);
            return !matches!(
                kind,
                Some("AWS::Serverless::Function" | "AWS::Serverless::StateMachine")
            );
        };
        let texts = self.texts(role, "Role");
        let [text] = &texts[..] else { return true };
        let label = text.rsplit_once(":role/").map_or(text.as_str(), |(_, label)| label);
        let label = label.strip_prefix("${").and_then(|label| label.strip_suffix('}'));
        let is_role = |l: &&str| self.stack.template.resources.get(l) == Some(&ROLE);
        label.filter(is_role).is_none_or(|label| label == name)
    }

    /// The policies that stand in its properties.
    fn own(&self, id: Id, pointer: &str, way: &mut Way, used: &mut BTreeSet<Id>) {
        let is_sam = self.stack.type_of(id).is_some_and(|t| t.starts_with("AWS::Serverless::"));
        if is_sam {
            let of_function = self.stack.type_of(id) == Some("AWS::Serverless::Function");
            if of_function {
                way.identity.push(managed(BASIC_EXECUTION));
            }
            for name in SAM_ADDS {
                let has = self.stack.property(id, name).is_some()
                    || self.nodes().member(id, name).is_some();
                if has {
                    let what = format!("what SAM adds to the role for `{name}`");
                    way.identity.push(Part::unknown(&what, pointer));
                }
            }
        }
        let arns = self.stack.property(id, "ManagedPolicyArns");
        for text in arns.into_iter().flat_map(|arns| self.texts(arns, "ManagedPolicyArns")) {
            way.identity.push(self.managed(&text, used));
        }
        let Some(policies) = self.stack.property(id, "Policies") else { return };
        let pointer = format!("{pointer}/Policies");
        let Some((items, is_list)) = self.items(policies) else {
            return way.identity.push(Part::unknown("the list of policies", &pointer));
        };
        for (index, item) in items {
            let at = if is_list { format!("{pointer}/{index}") } else { pointer.clone() };
            way.identity.extend(match is_sam {
                true => self.of_sam(item, &at, used),
                false => self.inline(item, &at),
            });
        }
    }

    /// An inline policy: a name and a document.
    fn inline(&self, item: Id, pointer: &str) -> Option<Part> {
        match self.resolver.resolve(item) {
            Resolved::Absent => None,
            Resolved::Parts(parts) => Some(Part::unknown(&spelled(&parts), pointer)),
            Resolved::Node(item) => {
                let pointer = format!("{pointer}/PolicyDocument");
                let document = self.nodes().member(item, "PolicyDocument");
                match document.filter(|_| !self.stack.adds(item)) {
                    Some(document) => self.document(document, &pointer, "inline policy"),
                    None => Some(Part::unknown("inline policy", &pointer)),
                }
            }
        }
    }

    /// An entry of `Policies` of SAM: a document, the name or ARN of a managed policy, or a
    /// template of SAM.
    fn of_sam(&self, item: Id, pointer: &str, used: &mut BTreeSet<Id>) -> Option<Part> {
        let item = match self.resolver.resolve(item) {
            Resolved::Absent => return None,
            Resolved::Parts(parts) => {
                return Some(self.managed(&spelled(&parts), used));
            }
            Resolved::Node(item) => item,
        };
        if let Some(text) = self.nodes().text(item) {
            return Some(self.managed(text, used));
        }
        if self.nodes().member(item, "Statement").is_some() {
            return self.document(item, pointer, "inline policy");
        }
        let name = self.nodes().members(item).next().map_or("policy", |(name, _)| name);
        Some(Part::unknown(&format!("policy template `{name}` of SAM"), pointer))
    }

    /// The policies of the template that name it.
    fn attached(&self, name: &str, id: Id, way: &mut Way, used: &mut BTreeSet<Id>) {
        let names = self.names(name, id);
        for (policy, resource) in self.resources() {
            let of_type = |(t, _): &&(&str, _)| self.stack.type_of(resource) == Some(*t);
            let Some((_, properties)) = ATTACHED.iter().find(of_type) else { continue };
            let targets = properties.iter().filter_map(|p| self.stack.property(resource, p));
            let targets: Vec<String> =
                targets.flat_map(|list| self.texts(list, "targets")).collect();
            // One who has a name of its own may be meant by a parameter, and anybody by what a
            // macro or a function on several names makes.
            let is_meant = |text: &String| {
                names.len() > 1 && self.may_be_anybody(text)
                    || text.contains(" at ")
                    || text.contains("${targets}")
            };
            if self.stack.is_open(resource) || targets.iter().any(is_meant) {
                let what = format!("whom `{policy}` is attached to");
                way.identity.push(Part::unknown(&what, ""));
            }
            if targets.iter().any(|text| names.contains(text)) {
                let part = self.policy_resource(policy, resource, used);
                if !way.identity.iter().any(|known| known.name == part.name) {
                    way.identity.push(part);
                }
            }
        }
    }

    /// Whether a name has a hole that is no reference to a resource of the template.
    pub(super) fn may_be_anybody(&self, name: &str) -> bool {
        let label = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let is_resource = |label| self.stack.template.resources.contains_key(label);
        name.contains("${") && !label.is_some_and(is_resource)
    }

    /// Whether a name has a hole that is no reference to a user of the template.
    fn may_be_any_user(&self, name: &str) -> bool {
        let label = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let is_user = |label| self.stack.template.resources.get(label) == Some(&"AWS::IAM::User");
        name.contains("${") && !label.is_some_and(is_user)
    }

    /// The document of a resource that is a policy.
    pub(super) fn policy_resource(
        &self,
        name: &str,
        resource: Id,
        used: &mut BTreeSet<Id>,
    ) -> Part {
        let base = self.stack.base;
        let pointer = format!("{base}/Resources/{}/Properties/PolicyDocument", escaped(name));
        let document = self.stack.property(resource, "PolicyDocument");
        used.extend(document);
        let document = document.filter(|_| !self.stack.is_open(resource));
        let part = document.and_then(|d| self.document(d, &pointer, "policy"));
        part.unwrap_or_else(|| Part::unknown("policy", &pointer))
    }

    /// How a role, user or group is referred to: by its name, or by a reference to the resource.
    pub(super) fn names(&self, name: &str, id: Id) -> Vec<String> {
        let mut names = vec![format!("${{{name}}}")];
        if self.stack.type_of(id).is_some_and(|t| t.starts_with("AWS::Serverless::")) {
            // The role that SAM makes.
            names.push(format!("${{{name}Role}}"));
        }
        for property in ["RoleName", "UserName", "GroupName"] {
            let given = self.stack.property(id, property);
            names.extend(given.into_iter().flat_map(|given| self.texts(given, property)));
        }
        names
    }

    /// The policies of the groups of a user.
    fn groups(&self, name: &str, id: Id, way: &mut Way, used: &mut BTreeSet<Id>) {
        if self.stack.type_of(id) != Some("AWS::IAM::User") {
            return;
        }
        let own = self.stack.property(id, "Groups").into_iter();
        let mut groups: Vec<String> = own.flat_map(|list| self.texts(list, "Groups")).collect();
        let names = self.names(name, id);
        for (addition, resource) in self.resources() {
            if self.stack.type_of(resource) != Some(ADDITION) {
                continue;
            }
            let of = |property| self.stack.property(resource, property).into_iter();
            let users = of("Users").flat_map(|list| self.texts(list, "Users"));
            let users: Vec<String> = users.collect();
            if self.stack.is_open(resource) || users.iter().any(|user| self.may_be_any_user(user)) {
                way.identity.push(Part::unknown(&format!("whom `{addition}` adds"), ""));
            }
            if users.iter().any(|user| names.contains(user)) {
                groups.extend(of("GroupName").flat_map(|list| self.texts(list, "GroupName")));
            }
        }
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            if !self.group(&group, way, used) {
                way.identity.push(Part::unknown(&format!("group `{group}`"), ""));
            }
        }
    }

    /// Adds what a group of the template has; whether it is one.
    pub(super) fn group(&self, group: &String, way: &mut Way, used: &mut BTreeSet<Id>) -> bool {
        let is_it = |(name, id): &(&'n str, Id)| {
            self.stack.type_of(*id) == Some("AWS::IAM::Group")
                && self.names(name, *id).contains(group)
        };
        let Some((name, id)) = self.resources().into_iter().find(is_it) else { return false };
        let (of_group, more) = self.all_of(name, id);
        way.identity.extend(of_group.identity);
        used.extend(more);
        true
    }

    /// The documents of a boundary; none where the property is left out.
    fn boundary(&self, id: Id, used: &mut BTreeSet<Id>) -> Option<Vec<Part>> {
        let texts = self.texts(id, "boundary");
        let parts: Vec<Part> = texts.iter().map(|text| self.managed(text, used)).collect();
        (!parts.is_empty()).then_some(parts)
    }

    /// A managed policy by its ARN, or, as SAM takes it, by its name.
    fn managed(&self, arn: &str, used: &mut BTreeSet<Id>) -> Part {
        let own = arn.strip_prefix("arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/");
        let own = own.and_then(|own| own.strip_prefix("${")?.strip_suffix('}'));
        let last = arn.rsplit('/').next().unwrap_or(arn);
        let is_own = |name: &str, id: Id| {
            let given = self.stack.property(id, "ManagedPolicyName").into_iter();
            let mut given = given.flat_map(|given| self.texts(given, "ManagedPolicyName"));
            own == Some(name) || arn.contains(":policy/") && given.any(|given| given == last)
        };
        let policies = self.resources().into_iter();
        let mut policies =
            policies.filter(|(_, id)| self.stack.type_of(*id) == Some("AWS::IAM::ManagedPolicy"));
        match policies.find(|(name, id)| is_own(name, *id)) {
            Some((name, resource)) => self.policy_resource(name, resource, used),
            None => self.not_here(arn),
        }
    }

    /// A managed policy that is not in the template.
    fn not_here(&self, arn: &str) -> Part {
        let part = managed(arn);
        let Body::Unknown { .. } = part.body else { return part };
        let mut identity = Some(String::new());
        for (index, piece) in arn.split("${").enumerate() {
            let said = match piece.split_once('}').filter(|_| index > 0) {
                Some((label, rest)) => self.identity(label).map(|is| format!("${{{is}}}{rest}")),
                None => Some(piece.to_owned()),
            };
            identity = identity.zip(said).map(|(all, said)| all + &said);
        }
        Part { body: Body::Unknown { identity }, ..part }
    }

    /// A document, or what is unknown in its place; none where it is left out.
    fn document(&self, id: Id, pointer: &str, what: &str) -> Option<Part> {
        if self.resolver.is_absent(id) {
            return None;
        }
        let written = self.written(id, pointer, Wrap::Policy);
        Some(written.unwrap_or_else(|| match self.resolver.resolve(id) {
            Resolved::Parts(parts) => Part::unknown(&spelled(&parts), pointer),
            Resolved::Node(_) | Resolved::Absent => Part::unknown(what, pointer),
        }))
    }

    pub(super) fn written(&self, id: Id, pointer: &str, wrap: Wrap) -> Option<Part> {
        if self.stack.is_made(id) {
            return None;
        }
        let written = emit::one(self.resolver, id, wrap)?;
        if !super::is_readable(&written) {
            return None;
        }
        let labels = written.labels().map(|label| (label.to_owned(), self.identity(label)));
        let identities = labels.filter_map(|(label, is)| Some((label, is?))).collect();
        let body = Body::Written { written: Arc::new(written), identities, is_elsewhere: false };
        Some(Part { name: pointer.to_owned(), body })
    }

    /// The items of a list with their indices, or the value itself; none where it is not known.
    fn items(&self, id: Id) -> Option<(Vec<(usize, Id)>, bool)> {
        match self.resolver.resolve(id) {
            Resolved::Absent => Some((Vec::new(), true)),
            Resolved::Parts(_) => None,
            Resolved::Node(id) => match &self.nodes().get(id).kind {
                Kind::List(items) => {
                    let items = items.iter().copied().enumerate();
                    let here = items.filter(|(_, item)| !self.resolver.is_absent(*item));
                    Some((here.collect(), true))
                }
                Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::Map(_) | Kind::Other => {
                    Some((vec![(0, id)], false))
                }
            },
        }
    }

    /// The texts of a list or a text, holes as labels.
    pub(super) fn texts(&self, id: Id, what: &str) -> Vec<String> {
        let Some((items, _)) = self.items(id) else { return self.text(id).into_iter().collect() };
        let unknown = || format!("${{{what}}}");
        items.into_iter().map(|(_, item)| self.text(item).unwrap_or_else(unknown)).collect()
    }

    fn text(&self, id: Id) -> Option<String> {
        match self.resolver.resolve(id) {
            Resolved::Parts(parts) => Some(spelled(&parts)),
            Resolved::Node(id) => self.nodes().text(id).map(str::to_owned),
            Resolved::Absent => None,
        }
    }

    /// What a hole stands for, told by all that its value depends on; none for what has no name.
    fn identity(&self, label: &str) -> Option<String> {
        identity(self.stack.template, self.stack.root, label)
    }
}

/// A managed policy by its ARN or name.
pub(super) fn managed(arn: &str) -> Part {
    let plain = arn.replace("${AWS::Partition}", "aws");
    let found = keyaki_catalog::embedded().managed_policy(&plain);
    match found {
        Some(policy) => Part { name: policy.arn.to_owned(), body: Body::Managed(policy.document) },
        None => Part::unknown(&format!("managed policy `{arn}`"), ""),
    }
}

/// A text in parts, holes as labels.
fn spelled(parts: &[Piece<'_>]) -> String {
    let part = |part: &Piece<'_>| match part {
        Piece::Text(text, _) => (*text).to_owned(),
        Piece::Made(text, _) => text.clone(),
        Piece::Hole(label, _) => format!("${{{label}}}"),
    };
    parts.iter().map(part).collect()
}
