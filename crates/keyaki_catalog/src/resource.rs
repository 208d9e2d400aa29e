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

impl<'c> Segment<'c> {
    fn new(text: &'c str) -> Self {
        match text {
            "" => Segment::Empty,
            text if text == "*" || text.starts_with("${") => Segment::Any,
            text => Segment::Literal(text),
        }
    }
}

/// An ARN template in its segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArnForm<'c> {
    /// The template as a whole.
    pub template: &'c str,
    /// The partition.
    pub partition: Segment<'c>,
    /// The service.
    pub service: Segment<'c>,
    /// The region.
    pub region: Segment<'c>,
    /// The account.
    pub account: Segment<'c>,
    /// The rest after the account: type and name of the resource, with its holes.
    pub resource: &'c str,
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
        self.form().partition
    }

    /// The service segment.
    pub fn service(self) -> Segment<'c> {
        self.form().service
    }

    /// The region segment.
    pub fn region(self) -> Segment<'c> {
        self.form().region
    }

    /// The account segment.
    pub fn account(self) -> Segment<'c> {
        self.form().account
    }

    /// The rest after the account: type and name of the resource, with its holes.
    pub fn resource(self) -> &'c str {
        std::str::from_utf8(self.catalog.blob.resource(self.record)).unwrap_or_default()
    }

    /// The text with which the resource part begins, up to its first hole.
    pub fn resource_head(self) -> &'c str {
        std::str::from_utf8(self.catalog.blob.resource_head(self.record)).unwrap_or_default()
    }

    /// Whether the resource part of an ARN can begin with this text, as far as its head tells.
    pub fn can_begin_with(self, text: &str) -> bool {
        let head = self.catalog.blob.resource_head(self.record);
        let shared = head.len().min(text.len());
        head[..shared] == text.as_bytes()[..shared]
    }

    /// The template in its segments.
    pub fn form(self) -> ArnForm<'c> {
        let template = self.template();
        let (_, mut rest) = split_colon(template);
        let mut segment = || {
            let (segment, tail) = split_colon(rest);
            rest = tail;
            Segment::new(segment)
        };
        let (partition, service, region, account) = (segment(), segment(), segment(), segment());
        ArnForm { template, partition, service, region, account, resource: rest }
    }
}

/// What stands before and after the first colon. Segments are so short that a plain loop is faster
/// than a searcher.
fn split_colon(text: &str) -> (&str, &str) {
    let colon = text.bytes().position(|b| b == b':');
    let parts = colon.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    parts.unwrap_or((text, ""))
}

impl fmt::Debug for ArnTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArnTemplate({})", self.template())
    }
}
