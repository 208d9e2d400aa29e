//! Resource types and the templates of their ARNs.

use crate::catalog::view;
use crate::key::ConditionKey;
use crate::service::Service;
use crate::source::layout::{Section, arn, resource_type};
use std::fmt;

view! {
    /// A type of resource that a service defines.
    ResourceType(u32)
}

impl<'c> ResourceType<'c> {
    /// The type's name, such as `bucket`.
    pub fn name(self) -> &'c str {
        self.catalog.blob.text(Section::Types, self.record, resource_type::NAME)
    }

    /// The service that defines the type.
    pub fn service(self) -> Service<'c> {
        let number = self.catalog.blob.get2(Section::Types, self.record, resource_type::SERVICE);
        Service::new(self.catalog, u32::from(number))
    }

    /// The first ARN template, such as `arn:${Partition}:s3:::${BucketName}`.
    ///
    /// Eleven types have more than one: see [`ResourceType::arns`].
    pub fn arn(self) -> &'c str {
        self.arns().next().map(ArnTemplate::template).unwrap_or_default()
    }

    /// The first ARN template with `*` for each hole.
    pub fn arn_glob(self) -> &'c str {
        self.arns().next().map(ArnTemplate::glob).unwrap_or_default()
    }

    /// All ARN templates; at least one.
    pub fn arns(self) -> impl Iterator<Item = ArnTemplate<'c>> {
        let list = self.catalog.blob.get2(Section::Types, self.record, resource_type::ARNS);
        let numbers = self.catalog.blob.list(list);
        numbers.map(move |number| ArnTemplate::new(self.catalog, number))
    }

    /// The condition keys that every action on this type has.
    pub fn condition_keys(self) -> impl Iterator<Item = ConditionKey<'c>> {
        let list = self.catalog.blob.get2(Section::Types, self.record, resource_type::KEYS);
        ConditionKey::list(self.catalog, list)
    }
}

impl fmt::Debug for ResourceType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceType({}, {})", self.service().prefix(), self.name())
    }
}

view! {
    /// The form of a resource type's ARNs: six segments, some with holes.
    ArnTemplate(u32)
}

/// One segment of an ARN template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'c> {
    /// Nothing: ARNs of the type leave the segment empty.
    Empty,
    /// Anything: a hole, or a `*` in the template itself.
    Any,
    /// This text.
    Literal(&'c str),
}

impl<'c> ArnTemplate<'c> {
    /// The template as AWS writes it, with holes such as `${Region}`.
    pub fn template(self) -> &'c str {
        self.catalog.blob.text(Section::Arns, self.record, arn::TEMPLATE)
    }

    /// The template with `*` for each hole.
    pub fn glob(self) -> &'c str {
        self.catalog.blob.text(Section::Arns, self.record, arn::GLOB)
    }

    /// The partition segment.
    pub fn partition(self) -> Segment<'c> {
        self.segment(1)
    }

    /// The service segment.
    pub fn service(self) -> Segment<'c> {
        self.segment(2)
    }

    /// The region segment.
    pub fn region(self) -> Segment<'c> {
        self.segment(3)
    }

    /// The account segment.
    pub fn account(self) -> Segment<'c> {
        self.segment(4)
    }

    /// The rest after the account: type and name of the resource, with its holes.
    pub fn resource(self) -> &'c str {
        self.template().splitn(6, ':').nth(5).unwrap_or_default()
    }

    fn segment(self, index: usize) -> Segment<'c> {
        match self.template().splitn(6, ':').nth(index) {
            None | Some("") => Segment::Empty,
            Some(text) if text == "*" || text.starts_with("${") => Segment::Any,
            Some(text) => Segment::Literal(text),
        }
    }
}

impl fmt::Debug for ArnTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArnTemplate({})", self.template())
    }
}
