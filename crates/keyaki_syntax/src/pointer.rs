//! JSON pointers (RFC 6901) to nodes and back, and offsets to nodes.

use std::fmt::Write;

use keyaki_diag::TextRange;

use crate::{NodeId, NodeKind, Tree, Value};

impl Tree {
    /// The pointer to a value. For a member or its name: to the member's value.
    ///
    /// Of members with the same name, all get the same pointer; [`Tree::resolve`] takes it for
    /// the last one. A node that is no part of the document's values, such as a bracket in the
    /// place of a name, gets the pointer of what is around it.
    pub fn pointer(&self, id: NodeId) -> String {
        let mut way = Vec::with_capacity(16);
        let mut node = self.value(id);
        while let Some((value, parent)) = node.and_then(|n| Some((n, n.parent()?))) {
            way.push((value, parent));
            node = Some(parent);
        }
        let mut pointer = String::with_capacity(32);
        for (value, parent) in way.into_iter().rev() {
            push_step(&mut pointer, value, parent);
        }
        pointer
    }

    /// The value that a pointer leads to. `""` is the whole document.
    pub fn resolve(&self, pointer: &str) -> Option<Value<'_>> {
        let root = self.root()?;
        if pointer.is_empty() {
            return Some(root);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(root, |value, step| child(value, step))
    }

    /// The innermost node at an offset: the one that holds the byte there, or that ends there.
    ///
    /// Names count: on a name it is the node of the name. None outside the document's value.
    pub fn node_at(&self, offset: u32) -> Option<Value<'_>> {
        let mut node = self.root().filter(|root| touches(root.range(), offset))?;
        loop {
            let inside = |child: &Value<'_>| touches(child.range(), offset);
            let holds = |child: &Value<'_>| offset < child.range().end;
            let mut at = node.children().filter(inside);
            let Some(first) = at.next() else { return Some(node) };
            node = if holds(&first) { first } else { at.next().unwrap_or(first) };
        }
    }
}

fn touches(range: TextRange, offset: u32) -> bool {
    range.start <= offset && offset <= range.end
}

/// Adds the part of a pointer that leads from a node's parent to it, if one is needed.
fn push_step(pointer: &mut String, value: Value<'_>, parent: Value<'_>) {
    if let Some(member) = value.as_member() {
        pointer.push('/');
        let name = member.name();
        if name.contains(['~', '/']) {
            pointer.push_str(&escape(name));
        } else {
            pointer.push_str(name);
        }
    } else if parent.kind() == NodeKind::Array {
        // Writing to a text cannot fail.
        let _ = write!(pointer, "/{}", value.tree().position(value.id()));
    }
}

fn child<'t>(value: Value<'t>, step: &str) -> Option<Value<'t>> {
    match value.kind() {
        NodeKind::Object => value.get(&unescape(step)?),
        NodeKind::Array => value.elements().nth(index(step)?),
        NodeKind::Member
        | NodeKind::String
        | NodeKind::Number
        | NodeKind::Bool
        | NodeKind::Null
        | NodeKind::Error => None,
    }
}

/// An array index: digits, no leading zero.
fn index(step: &str) -> Option<usize> {
    let canonical = step == "0" || !step.starts_with('0');
    let digits = step.bytes().all(|b| b.is_ascii_digit());
    (canonical && digits).then(|| step.parse().ok())?
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Undoes [`escape`]; none where `~` is followed by something else than `0` or `1`.
fn unescape(step: &str) -> Option<String> {
    let mut pieces = step.split('~');
    let mut name = pieces.next()?.to_owned();
    for piece in pieces {
        let mut rest = piece.chars();
        name.push(match rest.next()? {
            '0' => '~',
            '1' => '/',
            _ => return None,
        });
        name.push_str(rest.as_str());
    }
    Some(name)
}
