//! Who holds which policies of a CloudFormation or SAM template: roles, users and groups as a
//! whole, and the policies of other resources.
//!
//! A role has its own policies, those that are attached to it, a boundary and a trust policy. What
//! is attached from elsewhere is taken from the catalogue if it is AWS's, and is unknown otherwise.
//!
//! Sources: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use keyaki_ir::PolicyKind;

use super::emit::{self, Wrap};
use super::intrinsic::{Assumed, Part as Piece, Resolved, Resolver, Template};
use super::node::{Id, Kind, Nodes};
use super::search::{self, Found, escaped};
use crate::holder::{Body, Holder, Kind as HolderKind, Part, Way, ways_of};

/// The holders of all documents of a template.
pub(super) fn holders(nodes: &Nodes) -> Vec<Holder> {
    let steps = Cell::new(0);
    let mut all = Vec::new();
    for (index, &root) in nodes.roots.iter().enumerate() {
        let template = Template::new(nodes, root, &steps);
        let base = if nodes.roots.len() > 1 { format!("/{index}") } else { String::new() };
        let found = search::search(&template, root, &base);
        let stack = Stack { template: &template, root, base: &base, found: &found };
        all.extend(stack.holders());
    }
    all
}

struct Stack<'s, 'n> {
    template: &'s Template<'n>,
    root: Id,
    base: &'s str,
    found: &'s [Found],
}

/// The types of which roles and their like are, and whether they have a trust policy.
fn holder_kind(resource_type: &str) -> Option<HolderKind> {
    match resource_type {
        "AWS::IAM::Role" | "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => {
            Some(HolderKind::Role)
        }
        "AWS::IAM::User" => Some(HolderKind::User),
        "AWS::IAM::Group" => Some(HolderKind::Group),
        _ => None,
    }
}

/// The types of policies that name what they are attached to, with the properties that do.
const ATTACHED: [(&str, &[&str]); 5] = [
    ("AWS::IAM::Policy", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::ManagedPolicy", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::RolePolicy", &["RoleName"]),
    ("AWS::IAM::UserPolicy", &["UserName"]),
    ("AWS::IAM::GroupPolicy", &["GroupName"]),
];

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

/// Transforms that add no policies to what a template writes out.
const TRANSFORMS: [&str; 4] = [
    "AWS::CodeDeployBlueGreen",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-",
    "AWS::Serverless-",
];

/// What SAM attaches to the role of every function.
const BASIC_EXECUTION: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

impl<'n> Stack<'_, 'n> {
    fn nodes(&self) -> &'n Nodes {
        self.template.nodes
    }

    fn holders(&self) -> Vec<Holder> {
        let mut all = Vec::new();
        let resources = self.nodes().member(self.root, "Resources");
        let resources: Vec<(&str, Id)> =
            resources.into_iter().flat_map(|id| self.nodes().members(id)).collect();
        let mut taken = BTreeSet::new();
        for &(name, id) in &resources {
            let has_own_role = |name: &str| self.property(id, name).is_some();
            let kind = self.type_of(id).and_then(holder_kind).filter(|_| !has_own_role("Role"));
            let Some(kind) = kind else { continue };
            let ways = ways_of(|assumed, seen| {
                let (way, used) = self.reader(assumed, seen).principal(name, id);
                taken.extend(used);
                way
            });
            all.push(self.holder(name.to_owned(), kind, ways));
        }
        all.extend(self.others(&resources, &taken));
        all
    }

    /// The policies that no role, user or group of the template has.
    fn others(&self, resources: &[(&str, Id)], taken: &BTreeSet<Id>) -> Vec<Holder> {
        let mut all = Vec::new();
        for found in self.found.iter().filter(|f| !taken.contains(&f.id)) {
            let place = found.pointer.strip_prefix(self.base).unwrap_or(&found.pointer);
            let owner = place.strip_prefix("/Resources/").and_then(|rest| rest.split('/').next());
            let resource = owner.and_then(|o| resources.iter().find(|(n, _)| escaped(n) == o));
            if resource.is_some_and(|(_, id)| self.is_principal(*id)) {
                continue;
            }
            let is_alone = |f: &&Found| {
                let start = format!("{}/Resources/{}/", self.base, owner.unwrap_or_default());
                f.pointer.starts_with(&start) && !taken.contains(&f.id)
            };
            let name = match resource {
                Some((name, _)) if self.found.iter().filter(is_alone).count() == 1 => {
                    (*name).to_owned()
                }
                _ => found.pointer.clone(),
            };
            let condition = resource.and_then(|(_, id)| self.nodes().member(*id, "Condition"));
            let ways = ways_of(|assumed, seen| {
                let reader = self.reader(assumed, seen);
                let is_there = condition.is_none_or(|c| reader.resolver.is_true(c));
                let part = is_there.then(|| reader.written(found.id, &found.pointer, found.wrap));
                let mut way = Way::default();
                match found.hint.kind {
                    Some(kind) if kind.takes_principal() => way.resource = part.flatten(),
                    Some(_) => way.identity.extend(part.flatten()),
                    None => way.add(part.flatten()),
                }
                way
            });
            let kind = match found.hint.kind {
                Some(PolicyKind::Trust) => HolderKind::Role,
                Some(kind) if !kind.takes_principal() => HolderKind::Policy,
                Some(_) | None => HolderKind::Resource,
            };
            all.push(self.holder(name, kind, ways));
        }
        all
    }

    fn holder(&self, name: String, kind: HolderKind, ways: (Vec<Way>, bool)) -> Holder {
        let (ways, is_exhaustive) = ways;
        let name = if name.starts_with('/') { name } else { format!("{}{name}", self.prefix()) };
        let assumed = ways.iter().flat_map(|way| way.assumed.keys());
        let identity =
            |name: &String| identity(self.template, self.root, name).map(|is| (name.clone(), is));
        let conditions = assumed.filter_map(identity).collect();
        Holder { name, kind, ways, is_exhaustive, conditions }
    }

    /// What tells the resources of several documents of one file apart.
    fn prefix(&self) -> String {
        match self.base.strip_prefix('/') {
            Some(index) => format!("{index}/"),
            None => String::new(),
        }
    }

    fn is_principal(&self, resource: Id) -> bool {
        let kind = self.type_of(resource).and_then(holder_kind);
        kind.is_some() && self.property(resource, "Role").is_none()
    }

    fn type_of(&self, resource: Id) -> Option<&'n str> {
        self.nodes().text(self.nodes().member(resource, "Type")?)
    }

    /// A property of a resource; of SAM's resources, also one of all resources of the type.
    fn property(&self, resource: Id, name: &str) -> Option<Id> {
        let nodes = self.nodes();
        let own = nodes.member(resource, "Properties").and_then(|id| nodes.member(id, name));
        own.or_else(|| {
            let kind = self.type_of(resource)?.strip_prefix("AWS::Serverless::")?;
            let global = nodes.member(nodes.member(self.root, "Globals")?, kind)?;
            nodes.member(global, name)
        })
    }

    /// What may add policies to anybody in the template, in words.
    fn macros(&self) -> Vec<String> {
        let nodes = self.nodes();
        let resources = nodes.member(self.root, "Resources").into_iter();
        let names = resources.flat_map(|id| nodes.members(id)).map(|(name, _)| name);
        let made = names.filter(|name| name.starts_with("Fn::")).map(str::to_owned);
        let transform = nodes.member(self.root, "Transform").into_iter();
        let all = transform.flat_map(|id| match nodes.items(id) {
            [] => vec![id],
            items => items.to_vec(),
        });
        let foreign = all.filter_map(|id| {
            let name = nodes.text(id).unwrap_or("a macro");
            (!TRANSFORMS.iter().any(|known| name.starts_with(known))).then(|| name.to_owned())
        });
        made.chain(foreign).collect()
    }

    fn reader<'r>(
        &'r self,
        assumed: &'r Assumed,
        seen: &'r RefCell<BTreeSet<String>>,
    ) -> Reader<'r, 'n> {
        let resolver = Resolver { template: self.template, assumed, seen };
        Reader { stack: self, resolver }
    }
}

/// A template under assumptions about its conditions.
struct Reader<'r, 'n> {
    stack: &'r Stack<'r, 'n>,
    resolver: Resolver<'r, 'n>,
}

impl<'n> Reader<'_, 'n> {
    fn nodes(&self) -> &'n Nodes {
        self.stack.nodes()
    }

    /// The resources that are there, with their names.
    fn resources(&self) -> Vec<(&'n str, Id)> {
        let resources = self.nodes().member(self.stack.root, "Resources").into_iter();
        let all = resources.flat_map(|id| self.nodes().members(id));
        all.filter(|(_, id)| self.is_there(*id)).collect()
    }

    fn is_there(&self, resource: Id) -> bool {
        let condition = self.nodes().member(resource, "Condition");
        condition.is_none_or(|condition| self.resolver.is_true(condition))
    }

    /// What a role, user or group has, and the policies that it was put together from.
    fn principal(&self, name: &str, id: Id) -> (Way, BTreeSet<Id>) {
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
        self.groups(name, id, &mut way, &mut used);
        for what in self.stack.macros() {
            way.identity.push(Part::unknown(&format!("what `{what}` makes"), ""));
        }
        for connector in self.connectors(name) {
            way.identity.push(Part::unknown(&format!("what connector `{connector}` adds"), ""));
        }
        (way, used)
    }

    /// The connectors of SAM that begin at a resource, or may.
    fn connectors(&self, name: &str) -> Vec<&'n str> {
        let mut found = Vec::new();
        for (connector, resource) in self.resources() {
            if self.stack.type_of(resource) == Some("AWS::Serverless::Connector") {
                let source = self.stack.property(resource, "Source");
                let id = source.and_then(|s| self.nodes().text(self.nodes().member(s, "Id")?));
                found.extend(id.is_none_or(|id| id == name).then_some(connector));
            }
        }
        found
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
                match self.nodes().member(item, "PolicyDocument") {
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
            let mut targets = targets.flat_map(|list| self.texts(list, "targets"));
            if targets.any(|text| names.contains(&text)) {
                let part = self.policy_resource(policy, resource, used);
                if !way.identity.iter().any(|known| known.name == part.name) {
                    way.identity.push(part);
                }
            }
        }
    }

    /// The document of a resource that is a policy.
    fn policy_resource(&self, name: &str, resource: Id, used: &mut BTreeSet<Id>) -> Part {
        let base = self.stack.base;
        let pointer = format!("{base}/Resources/{}/Properties/PolicyDocument", escaped(name));
        let document = self.stack.property(resource, "PolicyDocument");
        used.extend(document);
        let part = document.and_then(|d| self.document(d, &pointer, "policy"));
        part.unwrap_or_else(|| Part::unknown("policy", &pointer))
    }

    /// How a role, user or group is referred to: by its name, or by a reference to the resource.
    fn names(&self, name: &str, id: Id) -> Vec<String> {
        let mut names = vec![format!("${{{name}}}")];
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
        for (_, resource) in self.resources() {
            if self.stack.type_of(resource) != Some("AWS::IAM::UserToGroupAddition") {
                continue;
            }
            let of = |property| self.stack.property(resource, property).into_iter();
            let mut users = of("Users").flat_map(|list| self.texts(list, "Users"));
            if users.any(|user| names.contains(&user)) {
                groups.extend(of("GroupName").flat_map(|list| self.texts(list, "GroupName")));
            }
        }
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let is_it = |(name, id): &(&'n str, Id)| {
                self.stack.type_of(*id) == Some("AWS::IAM::Group")
                    && self.names(name, *id).contains(&group)
            };
            match self.resources().into_iter().find(is_it) {
                Some((name, id)) => {
                    let (of_group, more) = self.principal(name, id);
                    way.identity.extend(of_group.identity);
                    used.extend(more);
                }
                None => way.identity.push(Part::unknown(&format!("group `{group}`"), "")),
            }
        }
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

    fn written(&self, id: Id, pointer: &str, wrap: Wrap) -> Option<Part> {
        let written = emit::one(self.resolver, id, wrap)?;
        if !super::is_readable(&written) {
            return None;
        }
        let labels = written.labels().map(|label| (label.to_owned(), self.identity(label)));
        let identities = labels.filter_map(|(label, is)| Some((label, is?))).collect();
        let body = Body::Written { written: Arc::new(written), identities };
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
    fn texts(&self, id: Id, what: &str) -> Vec<String> {
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

/// What a label stands for, as a text that is equal in two templates only where the value is taken
/// to be: the definitions of the parameter, resource or condition that it names, and of what these
/// refer to. Of a resource of AWS's that is its type and the properties that name it.
pub(super) fn identity(template: &Template<'_>, root: Id, label: &str) -> Option<String> {
    if label.contains(" at ") {
        return None;
    }
    let nodes = template.nodes;
    let section = |name| nodes.member(root, name);
    let define = |name: &str| {
        let of = |s| Some((nodes.member(section(s)?, name)?, s == "Resources"));
        ["Parameters", "Resources", "Conditions"].into_iter().find_map(of)
    };
    let mut said = label.to_owned();
    let mut open: Vec<String> = vec![label.split('.').next().unwrap_or(label).to_owned()];
    let mut known = BTreeSet::new();
    while let Some(name) = open.pop() {
        let definition = define(&name).filter(|_| known.insert(name.clone()));
        let Some((definition, is_resource)) = definition else { continue };
        if known.len() > 50 {
            return None;
        }
        said.push_str(&format!("\n{name}"));
        for text in naming_texts(nodes, definition, is_resource)? {
            said.push_str(&format!(" {}:{text}", text.len()));
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':');
            open.extend(words.filter(|word| define(word).is_some()).map(str::to_owned));
        }
    }
    Some(said)
}

/// The most texts of one definition that are compared.
const MOST_TEXTS: usize = 2000;

/// The texts of a definition that its value depends on, names of properties among them; none where
/// there are too many.
fn naming_texts(nodes: &Nodes, definition: Id, is_resource: bool) -> Option<Vec<&str>> {
    let kind = nodes.member(definition, "Type").and_then(|id| nodes.text(id)).unwrap_or("");
    let is_opaque = ["AWS::CloudFormation::", "Custom::"].iter().any(|p| kind.starts_with(p));
    let mut open = vec![definition];
    let mut texts = vec![kind];
    if is_resource && !is_opaque {
        let properties = nodes.member(definition, "Properties").into_iter();
        let all = properties.flat_map(|id| nodes.members(id));
        let naming: Vec<_> = all.filter(|(n, _)| n.ends_with("Name") || *n == "Name").collect();
        open = naming.iter().map(|(_, id)| *id).collect();
        texts.extend(naming.iter().map(|(name, _)| *name));
    }
    while let Some(id) = open.pop() {
        if texts.len() > MOST_TEXTS {
            return None;
        }
        texts.extend(nodes.get(id).tag.as_deref());
        match &nodes.get(id).kind {
            Kind::Text(text) => texts.push(&text.value),
            Kind::Bool(value) => texts.push(if *value { "true" } else { "false" }),
            Kind::Null | Kind::Other => texts.push(""),
            Kind::List(items) => open.extend(items),
            Kind::Map(entries) => open.extend(entries.iter().flat_map(|&(n, v)| [n, v])),
        }
    }
    Some(texts)
}
