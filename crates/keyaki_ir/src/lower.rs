//! From a syntax tree to a policy. Total: nothing here fails.

use std::collections::BTreeSet;

use keyaki_syntax::{Member, NodeId, NodeKind, Tree, Value};

use crate::{
    ActionPattern, Arn, Condition, ConditionBlock, ConditionEntry, ConditionValue, Defect,
    DefectKind, Effect, EffectElement, Element, Operator, OperatorElement, Pattern, Policy,
    Principal, PrincipalElement, PrincipalEntry, PrincipalForm, PrincipalGroup, PrincipalKey,
    ResourcePattern, Shape, Statement, Text, Version, VersionElement, near,
};

/// Reads the whole tree as a policy. A tree without a value gives a policy without anything.
pub fn lower(tree: &Tree) -> Policy {
    match tree.root() {
        Some(root) => lower_value(root),
        None => empty(NodeId::ROOT),
    }
}

/// Reads one value of a tree as a policy, for documents inside API answers and templates.
pub fn lower_value(value: Value<'_>) -> Policy {
    let mut lowering = Lowering { policy: empty(value.id()) };
    lowering.policy.holes = holes(value);
    lowering.document(value);
    lowering.policy
}

fn empty(origin: NodeId) -> Policy {
    Policy {
        origin,
        version: None,
        id: None,
        statement_element: None,
        statements: Vec::new(),
        defects: Vec::new(),
        holes: Vec::new(),
    }
}

/// The labels of the holes in a value, each once.
fn holes(value: Value<'_>) -> Vec<Box<str>> {
    let tree = value.tree();
    let holes = tree.holes_in(value.range()).iter();
    let labels: BTreeSet<&str> = holes.map(|hole| hole.slice(tree.source())).collect();
    labels.into_iter().map(Box::from).collect()
}

const DOCUMENT_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// For how many entries room is made beforehand; what is below a list may not be entries at all.
const MANY: usize = 1000;

struct Lowering {
    policy: Policy,
}

impl Lowering {
    fn defect(&mut self, kind: DefectKind, origin: NodeId) {
        self.policy.defects.push(Defect { kind, origin });
    }

    fn wrong_type(&mut self, element: &'static str, expected: &'static str, value: Value<'_>) {
        // What could not be read at all has its syntax error already; a hole may be anything.
        if value.kind() != NodeKind::Error && !value.is_hole() {
            self.defect(DefectKind::WrongType { element, expected }, value.id());
        }
    }

    fn document(&mut self, value: Value<'_>) {
        if value.kind() != NodeKind::Object {
            return self.defect(DefectKind::NotAnObject, value.id());
        }
        for member in value.members() {
            let Some(value) = member.value() else { continue };
            match member.name() {
                "Version" => self.version(value),
                "Id" => self.policy.id = self.text("Id", value),
                "Statement" => self.statements(value),
                name => self.unknown(name, &DOCUMENT_ELEMENTS, false, member),
            }
        }
    }

    fn unknown(
        &mut self,
        name: &str,
        known: &'static [&'static str],
        in_statement: bool,
        at: Member<'_>,
    ) {
        let meant = near::nearest(name, known.iter().copied());
        self.defect(DefectKind::UnknownElement { meant, in_statement }, at.key().id());
    }

    fn version(&mut self, value: Value<'_>) {
        let text = self.text("Version", value);
        let text = text.map_or("".into(), |t| t.value);
        let versions = [Version::V2008, Version::V2012];
        let version = versions.into_iter().find(|v| v.name() == &*text);
        self.policy.version = Some(VersionElement { origin: value.id(), text, version });
    }

    /// A string; anything else is a defect.
    fn text(&mut self, element: &'static str, value: Value<'_>) -> Option<Text> {
        match value.as_str() {
            Some(text) => Some(Text { value: text.into(), origin: value.id() }),
            None => {
                self.wrong_type(element, "a string", value);
                None
            }
        }
    }

    fn statements(&mut self, value: Value<'_>) {
        self.policy.statement_element = Some(value.id());
        self.policy.statements.clear();
        match value.kind() {
            NodeKind::Object => self.statement(0, value),
            NodeKind::Array => {
                self.policy.statements.reserve(value.elements().take(MANY).count());
                for (index, element) in value.elements().enumerate() {
                    self.statement(index, element);
                }
            }
            NodeKind::String
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Member
            | NodeKind::Error => {
                self.wrong_type("Statement", "a statement or a list of statements", value);
            }
        }
    }

    fn statement(&mut self, index: usize, value: Value<'_>) {
        if value.kind() != NodeKind::Object {
            return self.wrong_type("Statement", "an object", value);
        }
        let mut s = Statement {
            index,
            origin: value.id(),
            sid: None,
            effect: None,
            principal: None,
            not_principal: None,
            action: None,
            not_action: None,
            resource: None,
            not_resource: None,
            condition: None,
        };
        for member in value.members() {
            let Some(value) = member.value() else { continue };
            match member.name() {
                "Sid" => s.sid = self.text("Sid", value),
                "Effect" => s.effect = Some(self.effect(value)),
                "Principal" => s.principal = Some(self.principal(false, member, value)),
                "NotPrincipal" => s.not_principal = Some(self.principal(true, member, value)),
                "Action" => s.action = Some(self.element("Action", false, member, value, action)),
                "NotAction" => {
                    s.not_action = Some(self.element("NotAction", true, member, value, action));
                }
                "Resource" => {
                    s.resource = Some(self.element("Resource", false, member, value, resource));
                }
                "NotResource" => {
                    s.not_resource =
                        Some(self.element("NotResource", true, member, value, resource));
                }
                "Condition" => s.condition = self.condition(value),
                name => self.unknown(name, &STATEMENT_ELEMENTS, true, member),
            }
        }
        self.policy.statements.push(s);
    }

    fn effect(&mut self, value: Value<'_>) -> EffectElement {
        let text = self.text("Effect", value).map_or("".into(), |t| t.value);
        let effects = [Effect::Allow, Effect::Deny];
        let effect = effects.into_iter().find(|e| e.name() == &*text);
        EffectElement { origin: value.id(), text, effect }
    }

    /// An element that takes a string or a list of strings.
    fn element<T>(
        &mut self,
        name: &'static str,
        negated: bool,
        member: Member<'_>,
        value: Value<'_>,
        entry: fn(Value<'_>) -> T,
    ) -> Element<T> {
        let mut entries = Vec::with_capacity(value.size().clamp(1, MANY));
        let shape = self.strings(name, value, |string| entries.push(entry(string)));
        Element { negated, name: member.key().id(), origin: value.id(), shape, entries }
    }

    /// Takes the strings of a string or a list of strings; anything else is a defect.
    fn strings<'t>(
        &mut self,
        element: &'static str,
        value: Value<'t>,
        mut take: impl FnMut(Value<'t>),
    ) -> Shape {
        const EXPECTED: &str = "a string or a list of strings";
        match value.kind() {
            NodeKind::String => {
                take(value);
                Shape::Single
            }
            NodeKind::Array => {
                for element_value in value.elements() {
                    match element_value.kind() {
                        NodeKind::String => take(element_value),
                        NodeKind::Object
                        | NodeKind::Array
                        | NodeKind::Member
                        | NodeKind::Number
                        | NodeKind::Bool
                        | NodeKind::Null
                        | NodeKind::Error => self.wrong_type(element, "a string", element_value),
                    }
                }
                Shape::List
            }
            NodeKind::Object
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Member
            | NodeKind::Error => {
                self.wrong_type(element, EXPECTED, value);
                Shape::Wrong
            }
        }
    }

    fn principal(
        &mut self,
        negated: bool,
        member: Member<'_>,
        value: Value<'_>,
    ) -> PrincipalElement {
        let form = match value.kind() {
            NodeKind::Object => {
                PrincipalForm::Map(value.members().filter_map(|m| self.principals(m)).collect())
            }
            NodeKind::String if value.as_str() == Some("*") => PrincipalForm::Any,
            NodeKind::String => PrincipalForm::Wrong,
            NodeKind::Array
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Member
            | NodeKind::Error => PrincipalForm::Wrong,
        };
        PrincipalElement { negated, name: member.key().id(), origin: value.id(), form }
    }

    fn principals(&mut self, member: Member<'_>) -> Option<PrincipalGroup> {
        let value = member.value()?;
        let name = member.name();
        let kind = PrincipalKey::ALL.into_iter().find(|k| k.name() == name);
        let mut entries = Vec::new();
        let shape = self.strings("Principal", value, |string| {
            let text = string.as_str().unwrap_or_default();
            let principal = Principal::classify(kind, text);
            entries.push(PrincipalEntry { principal, text: text.into(), origin: string.id() });
        });
        let key = Text { value: name.into(), origin: member.key().id() };
        Some(PrincipalGroup { key, kind, origin: value.id(), shape, entries })
    }

    fn condition(&mut self, value: Value<'_>) -> Option<Condition> {
        if value.kind() != NodeKind::Object {
            self.wrong_type("Condition", "an object", value);
            return None;
        }
        let blocks = value.members().filter_map(|m| self.block(m)).collect();
        Some(Condition { origin: value.id(), blocks })
    }

    fn block(&mut self, member: Member<'_>) -> Option<ConditionBlock> {
        let value = member.value()?;
        let text = member.name();
        let operator = OperatorElement {
            text: text.into(),
            origin: member.key().id(),
            operator: Operator::parse(text),
        };
        let is_object = value.kind() == NodeKind::Object;
        if !is_object {
            self.wrong_type("Condition operator", "an object of condition keys", value);
        }
        let entries = value.members().filter_map(|m| self.entry(m)).collect();
        Some(ConditionBlock { operator, origin: value.id(), is_object, entries })
    }

    fn entry(&mut self, member: Member<'_>) -> Option<ConditionEntry> {
        let value = member.value()?;
        let key = Text { value: member.name().into(), origin: member.key().id() };
        let mut values = Vec::new();
        let shape = match value.kind() {
            NodeKind::Array => {
                for element in value.elements() {
                    self.condition_value(element, &mut values);
                }
                Shape::List
            }
            NodeKind::Object
            | NodeKind::String
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Member
            | NodeKind::Error => {
                self.condition_value(value, &mut values);
                if values.is_empty() { Shape::Wrong } else { Shape::Single }
            }
        };
        Some(ConditionEntry { key, origin: value.id(), shape, values })
    }

    fn condition_value(&mut self, value: Value<'_>, values: &mut Vec<ConditionValue>) {
        match value.kind() {
            NodeKind::String | NodeKind::Number | NodeKind::Bool => {
                let text = value.scalar_text().unwrap_or_default();
                let pattern = Pattern::with_holes(text.into_owned(), value.inner_holes());
                values.push(ConditionValue { pattern, origin: value.id(), json: value.kind() });
            }
            NodeKind::Object
            | NodeKind::Array
            | NodeKind::Null
            | NodeKind::Member
            | NodeKind::Error => {
                self.wrong_type("Condition value", "a string, a number or a boolean", value);
            }
        }
    }
}

fn action(string: Value<'_>) -> ActionPattern {
    ActionPattern::new(string.as_str().unwrap_or_default(), string.id())
}

fn resource(string: Value<'_>) -> ResourcePattern {
    let text = string.as_str().unwrap_or_default();
    let pattern = Pattern::with_holes(text, string.inner_holes());
    ResourcePattern { pattern, arn: Arn::parse(text), origin: string.id() }
}
