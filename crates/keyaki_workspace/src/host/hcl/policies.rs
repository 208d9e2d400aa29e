//! Policies by their texts and ARNs: of the module, of AWS, or unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyaki_diag::TextRange;

use super::grants::{Principal, Reader};
use super::holders::Resource;
use super::instance::Instances;
use super::label::OF;
use super::origins;
use crate::holder::{Body, Part};
use crate::host::is_readable;
use crate::host::reader::managed;
use crate::host::value::{Kind, Piece, Value};
use crate::host::written::plain_label;

impl<'m> Reader<'_, 'm> {
    /// A managed policy by its ARN.
    pub(super) fn managed(&self, arn: &Value, place: &str) -> Part {
        if let Kind::Hole(label) = &arn.kind
            && let Some(own) = self.policy_of(label)
        {
            return own;
        }
        let Some(pieces) = arn.pieces() else {
            return Part::unknown("managed policies", place);
        };
        let text = spelled(arn);
        if let Some(own) = self.policy_named(&text) {
            return own;
        }
        let is_partition = |label: &str| label.starts_with("data.aws_partition.");
        let plain = pieces.iter().map(|piece| match piece {
            Piece::Hole(label, _) if is_partition(label) => Some("aws"),
            Piece::Hole(..) | Piece::Json(_) => None,
            Piece::Text(_) | Piece::Made(..) => piece.plain(),
        });
        let plain: Option<String> = plain.collect();
        let part = managed(plain.as_deref().unwrap_or(&text));
        match part.body {
            Body::Unknown { .. } => self.unknown(arn, part),
            Body::Managed(_) | Body::Written { .. } => part,
        }
    }

    /// The policy that a label means, if that is one of the module, or one of AWS's that a data
    /// source names.
    fn policy_of(&self, label: &str) -> Option<Part> {
        let start = label.split(OF).next().unwrap_or(label);
        let (base, attribute) = start.rsplit_once('.')?;
        if !matches!(attribute, "arn" | "id") {
            return None;
        }
        let (address, index) = base.split_once('[').map_or((base, None), |(a, i)| (a, Some(i)));
        if address.starts_with("data.aws_iam_policy.") {
            let (_, block) = self.stack.block(address)?;
            let arn = block.body.get_attribute("arn")?.value.as_str()?;
            let part = managed(arn);
            return matches!(part.body, Body::Managed(_)).then_some(part);
        }
        let is_it = |r: &&Resource<'m>| r.kind == "aws_iam_policy" && r.address() == address;
        let resource = self.stack.resources.iter().find(is_it)?;
        let index = index.map(|index| index.trim_end_matches(']'));
        let instance = match (self.instances(resource), index) {
            (Instances::Known(all), Some(index)) => {
                Some(all.into_iter().find(|one| one.index == index)?)
            }
            (Instances::Known(_), None) => return None,
            // Some instance: what stands for its key and value is told apart by the index.
            (Instances::Any(_), Some(_)) => return self.some_policy(resource, label),
            (Instances::Any(_) | Instances::One, _) => None,
        };
        Some(self.policy(Principal { resource, instance: instance.as_ref() }))
    }

    /// One of several policies. Where they do not differ, it is that.
    fn some_policy(&self, resource: &Resource<'m>, label: &str) -> Option<Part> {
        let who = Principal { resource, instance: None };
        let policy = self.arguments(who).member("policy").cloned()?;
        match is_of(&policy, &resource.address()) {
            false => Some(self.policy(who)),
            true => {
                self.stack.taken.borrow_mut().insert(resource.address());
                let identity = self.stack.identity(&plain_label(label));
                let name = format!("managed policy `{label}`");
                Some(Part { name, body: Body::Unknown { identity } })
            }
        }
    }

    /// The policy of the module that has a name, by an ARN of the account that it is in.
    fn policy_named(&self, arn: &str) -> Option<Part> {
        let (start, name) = arn.split_once(":policy/")?;
        let (_, account) = start.split_once(":iam::")?;
        let is_own = account.starts_with("${data.aws_caller_identity.");
        let name = name.rsplit('/').next().filter(|_| is_own)?;
        let all = self.stack.resources.iter().filter(|r| r.kind == "aws_iam_policy");
        let mut all = all.map(|resource| Principal { resource, instance: None });
        let found = all.find(|who| {
            let own = self.arguments(*who);
            own.member("name").is_some_and(|own| spelled(own) == name)
        })?;
        let is_one = matches!(self.instances(found.resource), Instances::One);
        is_one.then(|| self.policy(found))
    }

    /// The document of a managed policy of the module.
    fn policy(&self, who: Principal<'_, 'm>) -> Part {
        let address = who.resource.address();
        self.stack.taken.borrow_mut().insert(address.clone());
        let place = who.place("policy");
        let is_open =
            self.stack.repeated.contains(&address) || self.may_differ(who.resource, "policy");
        let policy = self.arguments(who).member("policy").cloned().filter(|_| !is_open);
        let part = policy.and_then(|policy| self.document(&policy, &place, Some(who.resource)));
        part.unwrap_or_else(|| Part::unknown("policy", &place))
    }

    /// A document, or what is unknown in its place; none where it is left out. One of another file
    /// stands for no part of this one.
    pub(super) fn document(
        &self,
        value: &Value,
        place: &str,
        resource: Option<&Resource<'m>>,
    ) -> Option<Part> {
        if value.plain().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let is_foreign = resource.is_some_and(|r| !std::ptr::eq(r.file, self.stack.module.own));
        let written = match is_foreign {
            true => value.at(TextRange::default()).written(),
            false => {
                self.stack.origins.borrow_mut().extend(origins(value));
                value.written().map(|written| self.stack.module.own.outward(written))
            }
        };
        let Some(written) = written.filter(is_readable) else {
            return Some(self.unknown(value, Part::unknown("policy", place)));
        };
        let labels = written.labels().map(|label| (label.to_owned(), self.stack.identity(label)));
        let identities: BTreeMap<String, String> =
            labels.filter_map(|(label, is)| Some((label, is?))).collect();
        let written = Arc::new(written);
        let body = Body::Written { written, identities, is_elsewhere: is_foreign };
        Some(Part { name: place.to_owned(), body })
    }

    /// A part of which nothing is known but what its value is called.
    pub(super) fn unknown(&self, value: &Value, part: Part) -> Part {
        let mut identity = Some(String::new());
        for piece in value.pieces().unwrap_or_default() {
            let said = match &piece {
                Piece::Hole(label, _) => {
                    let is = self.stack.identity(&plain_label(label));
                    is.map(|is| format!("${{{is}}}"))
                }
                Piece::Json(_) => None,
                Piece::Text(_) | Piece::Made(..) => piece.plain().map(str::to_owned),
            };
            identity = identity.zip(said).map(|(all, said)| all + &said);
        }
        let identity = identity.filter(|text| !text.is_empty());
        Part { body: Body::Unknown { identity }, ..part }
    }
}

/// A text with the labels of its holes.
pub(super) fn spelled(value: &Value) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Hole(label, _) => format!("${{{label}}}"),
        Piece::Json(_) => "{…}".to_owned(),
        Piece::Text(_) | Piece::Made(..) => piece.plain().unwrap_or_default().to_owned(),
    };
    value.pieces().unwrap_or_default().iter().map(piece).collect()
}

/// Whether something in a value depends on which instance of a block it is in; where no block is
/// named, whether something in it is not known.
pub(super) fn is_of(value: &Value, address: &str) -> bool {
    let end = if address.is_empty() { String::new() } else { format!("{OF}{address}") };
    let is_it = |label: &str| label.contains(&end);
    let piece = |piece: &Piece| match piece {
        Piece::Hole(label, _) => is_it(label),
        Piece::Json(value) => is_of(value, address),
        Piece::Text(_) | Piece::Made(..) => false,
    };
    match &value.kind {
        Kind::Hole(label) => is_it(label),
        Kind::Text(pieces) => pieces.iter().any(piece),
        Kind::List(items) => items.iter().any(|item| is_of(item, address)),
        Kind::Map(entries) => {
            entries.iter().any(|(name, own)| is_of(name, address) || is_of(own, address))
        }
        Kind::Json(value) => is_of(value, address),
        Kind::Repeated(label, one) => is_it(label) || is_of(one, address),
        Kind::Bool(_) | Kind::Number(_) | Kind::Null => false,
    }
}
