//! What IAM refuses to save.
//!
//! [`refusals`] is the grammar to which `CreatePolicy` holds an identity policy.
//! It was derived from answers of the service, and it differs from validation in both directions:
//! IAM takes services, actions and condition keys that do not exist, and refuses details that
//! validation only warns of, such as a date that does not parse.
//! Where the service's answers leave a question open, nothing is refused.
//! Texts with a part that a template fills in are not judged.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

mod undefined;

use keyaki_catalog::{ArnTemplate, Catalog, Segment as Form};
use keyaki_diag::TextRange;
use keyaki_ir::arn::{self, Segment};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{
    ActionPattern, Arn, ConditionBlock, DefectKind, Effect, Family, Policy, ResourcePattern,
    Statement, Version, date,
};
use keyaki_syntax::{NodeId, NodeKind, Tree};

use crate::placeholder::has_placeholder;
use crate::sids;

pub use undefined::{Names, Undefined, undefined};

/// Something for which IAM does not save a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub reason: Reason,
    /// The node that it is wrong at.
    pub at: NodeId,
    /// Where in the source: the node, or a part of it.
    pub range: TextRange,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $code:expr, $message:literal;)*) => {
        /// Why IAM refuses a policy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[doc = $doc])+ $variant,)* }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)*];

            /// The name of the reason.
            pub fn name(self) -> &'static str {
                match self { $(Reason::$variant => $name,)* }
            }

            /// The code under which AWS's validation reports it at the same place.
            pub fn aws_code(self) -> Option<&'static str> {
                match self { $(Reason::$variant => $code,)* }
            }

            /// What IAM asks for: lower case, no full stop.
            pub fn message(self) -> &'static str {
                match self { $(Reason::$variant => $message,)* }
            }
        }
    };
}

reasons! {
    /// A character that the API does not take, written as it is.
    Character "character" None,
        "a policy takes no character beyond U+00FF; write it as an escape such as `\\u2014`";
    /// No `Version`: IAM reads it as the old one.
    MissingVersion "missing-version" Some("MISSING_VERSION"),
        "a managed policy must have version `2012-10-17`";
    /// The version of 2008.
    OldVersion "old-version" None,
        "a managed policy must have version `2012-10-17`";
    /// A version that does not exist.
    UnknownVersion "unknown-version" Some("INVALID_VERSION"),
        "there is no such policy version";
    /// No statement, or an empty list of statements.
    NoStatement "no-statement" Some("MISSING_STATEMENT"),
        "the policy has no statement";
    /// A value of a JSON type that the element does not take.
    WrongType "wrong-type" Some("DATA_TYPE_MISMATCH"),
        "the element does not take a value of this type";
    /// An element that the language does not have.
    UnknownElement "unknown-element" Some("INVALID_POLICY_ELEMENT"),
        "there is no such element";
    /// A statement without effect.
    NoEffect "no-effect" Some("MISSING_EFFECT"),
        "the statement has no effect";
    /// An effect that does not exist in this spelling.
    UnknownEffect "unknown-effect" Some("INVALID_EFFECT"),
        "the effect must be `Allow` or `Deny`";
    /// A statement without actions.
    NoAction "no-action" Some("MISSING_ACTION"),
        "the statement names no actions";
    /// An empty list of actions.
    EmptyActions "empty-actions" None,
        "the statement must name an action";
    /// A statement without resources.
    NoResource "no-resource" Some("MISSING_RESOURCE"),
        "the statement names no resources";
    /// An empty list of resources.
    EmptyResources "empty-resources" None,
        "the statement must name a resource";
    /// An element beside its `Not` form.
    BothForms "both-forms" Some("UNSUPPORTED_ELEMENT_COMBINATION"),
        "an element and its `Not` form exclude each other";
    /// A principal, which identity policies do not have.
    Principal "principal" Some("UNSUPPORTED_PRINCIPAL"),
        "an identity policy names no principal";
    /// A Sid with other characters than letters and digits.
    SidCharacters "sid-characters" Some("UNSUPPORTED_SID"),
        "a Sid takes letters and digits only";
    /// A Sid that an earlier statement has.
    RepeatedSid "repeated-sid" Some("UNIQUE_SIDS_REQUIRED"),
        "the Sid is used already";
    /// An action that names no service.
    NoService "no-service" Some("INVALID_ACTION"),
        "an action is written as `service:name`";
    /// Wildcards without a colon that are not the lone `*`.
    WildcardWithoutService "wildcard-without-service" None,
        "an action pattern must be `*` alone or name its service before a colon";
    /// A service with characters that no service has.
    ServiceCharacters "service-characters" Some("INVALID_SERVICE_IN_ACTION"),
        "there is no such service";
    /// An action with two colons.
    TwoColons "two-colons" Some("INVALID_ACTION"),
        "an action has one colon";
    /// A resource that is neither `*` nor looks like an ARN.
    NotAnArn "not-an-arn" Some("INVALID_ARN_PREFIX"),
        "a resource must be `*` or an ARN";
    /// A partition that does not exist.
    UnknownPartition "unknown-partition" Some("INVALID_PARTITION"),
        "there is no such partition";
    /// An ARN of fewer than six segments.
    ShortArn "short-arn" Some("MISSING_ARN_FIELD"),
        "an ARN has six segments";
    /// An ARN whose service is empty.
    EmptyService "empty-service" Some("INVALID_SERVICE"),
        "the ARN names no service";
    /// An ARN whose service has a wildcard.
    WildcardInService "wildcard-in-service" None,
        "the service of an ARN takes no wildcard";
    /// A region in the ARN of an S3 resource that has none.
    Region "region" Some("ARN_REGION_NOT_ALLOWED"),
        "such an ARN has no region";
    /// A condition key under an operator that does not exist.
    UnknownOperator "unknown-operator" Some("INVALID_CONDITION_OPERATOR"),
        "there is no such operator";
    /// A date that does not parse.
    Date "date" None,
        "a date is written as `2027-01-31T00:00:00Z`, or in seconds since 1970";
}

/// All for which IAM would refuse to save the policy as a managed policy. A text that is not
/// JSON is refused, too: that is for its syntax errors to say.
pub fn refusals(tree: &Tree, policy: &Policy, catalog: &Catalog) -> Vec<Refusal> {
    let mut inspection = Inspection { tree, catalog, found: Vec::new() };
    inspection.document(policy);
    for statement in &policy.statements {
        inspection.statement(statement);
    }
    for repeat in sids::repeats(policy) {
        inspection.refuse(Reason::RepeatedSid, repeat.sid.origin);
    }
    inspection.found
}

struct Inspection<'a> {
    tree: &'a Tree,
    catalog: &'a Catalog,
    found: Vec<Refusal>,
}

impl Inspection<'_> {
    fn refuse(&mut self, reason: Reason, at: NodeId) {
        self.found.push(Refusal { reason, at, range: self.tree.range(at) });
    }

    fn document(&mut self, policy: &Policy) {
        for defect in &policy.defects {
            let reason = match defect.kind {
                DefectKind::NotAnObject | DefectKind::WrongType { .. } => Reason::WrongType,
                DefectKind::UnknownElement { .. } => Reason::UnknownElement,
            };
            self.refuse(reason, defect.origin);
        }
        self.characters(policy.origin);
        self.version(policy);
        let list = policy.statement_element;
        if list.is_none_or(|list| self.is_empty_list(list)) {
            self.refuse(Reason::NoStatement, list.unwrap_or(policy.origin));
        }
    }

    /// The API takes no characters beyond U+00FF; as escapes they are plain ASCII.
    fn characters(&mut self, document: NodeId) {
        let range = self.tree.range(document);
        let text = range.slice(self.tree.source());
        if text.is_ascii() {
            return;
        }
        for (offset, c) in text.char_indices().filter(|&(_, c)| c > '\u{ff}') {
            let start = range.start + offset as u32;
            let at = self.tree.node_at(start).map_or(document, |value| value.id());
            if self
                .found
                .last()
                .is_none_or(|last| (last.reason, last.at) != (Reason::Character, at))
            {
                let range = TextRange::new(start, start + c.len_utf8() as u32);
                self.found.push(Refusal { reason: Reason::Character, at, range });
            }
        }
    }

    fn version(&mut self, policy: &Policy) {
        match &policy.version {
            None => self.refuse(Reason::MissingVersion, policy.origin),
            Some(element) => match element.version {
                None => self.refuse(Reason::UnknownVersion, element.origin),
                Some(Version::V2008) => self.refuse(Reason::OldVersion, element.origin),
                Some(Version::V2012) => {}
            },
        }
    }

    fn is_empty_list(&self, list: NodeId) -> bool {
        let list = self.tree.value(list).filter(|v| v.kind() == NodeKind::Array);
        list.is_some_and(|list| list.elements().next().is_none())
    }

    fn statement(&mut self, statement: &Statement) {
        self.effect(statement);
        self.sid(statement);
        self.action_elements(statement);
        self.resource_elements(statement);
        for element in statement.principal_elements() {
            self.refuse(Reason::Principal, element.name);
        }
        for block in statement.condition.iter().flat_map(|c| &c.blocks) {
            self.condition(block);
        }
    }

    fn effect(&mut self, statement: &Statement) {
        match &statement.effect {
            None => self.refuse(Reason::NoEffect, statement.origin),
            Some(element) => match element.effect {
                None => self.refuse(Reason::UnknownEffect, element.origin),
                Some(Effect::Allow | Effect::Deny) => {}
            },
        }
    }

    fn sid(&mut self, statement: &Statement) {
        if let Some(sid) = &statement.sid
            // The service was seen to take `_`, which its documentation leaves out.
            && !sid.value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !has_placeholder(&sid.value)
        {
            self.refuse(Reason::SidCharacters, sid.origin);
        }
    }

    fn action_elements(&mut self, statement: &Statement) {
        match (&statement.action, &statement.not_action) {
            (None, None) => self.refuse(Reason::NoAction, statement.origin),
            (Some(_), Some(negated)) => self.refuse(Reason::BothForms, negated.name),
            (Some(_), None) | (None, Some(_)) => {}
        }
        for element in statement.action_elements() {
            if self.is_empty_list(element.origin) {
                self.refuse(Reason::EmptyActions, element.origin);
            }
            for entry in &element.entries {
                self.action(entry);
            }
        }
    }

    fn resource_elements(&mut self, statement: &Statement) {
        match (&statement.resource, &statement.not_resource) {
            (None, None) => self.refuse(Reason::NoResource, statement.origin),
            (Some(_), Some(negated)) => self.refuse(Reason::BothForms, negated.name),
            (Some(_), None) | (None, Some(_)) => {}
        }
        for element in statement.resource_elements() {
            if self.is_empty_list(element.origin) {
                self.refuse(Reason::EmptyResources, element.origin);
            }
            for entry in &element.entries {
                self.resource(entry);
            }
        }
    }

    fn action(&mut self, entry: &ActionPattern) {
        if let Some(reason) = action_refusal(entry) {
            self.refuse(reason, entry.origin);
        }
    }

    fn resource(&mut self, entry: &ResourcePattern) {
        if let Some(reason) = resource_refusal(entry, self.catalog) {
            self.refuse(reason, entry.origin);
        }
    }

    /// An operator without keys is taken, whatever its name.
    fn condition(&mut self, block: &ConditionBlock) {
        let Some(operator) = block.operator.operator else {
            if !block.entries.is_empty() {
                self.refuse(Reason::UnknownOperator, block.operator.origin);
            }
            return;
        };
        if operator.base.family() != Family::Date {
            return;
        }
        for value in block.entries.iter().flat_map(|e| &e.values) {
            let text = value.text();
            if value.json == NodeKind::String && !is_open(text) && !is_date(text) {
                self.refuse(Reason::Date, value.origin);
            }
        }
    }
}

/// Whether a text has a part that is not known: a variable, or something that a template fills in.
fn is_open(text: &str) -> bool {
    text.contains("${") || has_placeholder(text)
}

fn action_refusal(entry: &ActionPattern) -> Option<Reason> {
    let of_services = |b: u8| matches!(b, b'a'..=b'z' | b'-' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'*' | b'?');
    let reason = match entry.split() {
        None if entry.is_star() => return None,
        None if entry.has_wildcard() => Reason::WildcardWithoutService,
        None => Reason::NoService,
        Some((_, name)) if name.contains(':') => Reason::TwoColons,
        Some((service, _)) if !service.bytes().all(of_services) => Reason::ServiceCharacters,
        Some(_) => return None,
    };
    Some(reason).filter(|_| !is_open(&entry.text))
}

fn resource_refusal(entry: &ResourcePattern, catalog: &Catalog) -> Option<Reason> {
    let text = entry.text();
    let reason = match &entry.arn {
        None if entry.is_star() => None,
        None => refusal_of_other(text, catalog),
        Some(arn) => refusal_of_arn(text, arn, catalog),
    };
    reason.filter(|_| !text.starts_with("${") && !has_placeholder(text))
}

fn refusal_of_arn(text: &str, arn: &Arn, catalog: &Catalog) -> Option<Reason> {
    let service = arn.get(text, Segment::Service);
    if !is_partition(arn.get(text, Segment::Partition), catalog) {
        Some(Reason::UnknownPartition)
    } else if service.is_empty() {
        Some(Reason::EmptyService)
    } else if has_wildcard(service) {
        Some(Reason::WildcardInService)
    } else if service == "s3" && forbids_region(text, arn, catalog) {
        Some(Reason::Region)
    } else {
        None
    }
}

/// IAM does not look at the first segment, which need not be `arn`; and a last segment `*` takes
/// in the segments that are missing there.
fn refusal_of_other(text: &str, catalog: &Catalog) -> Option<Reason> {
    let mut segments = arn::segments(text).skip(1);
    let Some(partition) = segments.next() else { return Some(Reason::NotAnArn) };
    if !is_partition(partition, catalog) {
        return Some(Reason::UnknownPartition);
    }
    let service = segments.next().unwrap_or("");
    if has_wildcard(service) {
        return Some(Reason::WildcardInService);
    }
    let short = arn::segment_count(text) < 6 && !text.contains("${") && !text.ends_with(":*");
    short.then_some(Reason::ShortArn)
}

fn has_wildcard(service: &str) -> bool {
    glob::has_wildcard(service) && !service.contains("${")
}

/// Whether an ARN of S3 has a region although no resource of its name has one in its ARN.
fn forbids_region(text: &str, arn: &Arn, catalog: &Catalog) -> bool {
    !arn.get(text, Segment::Region).is_empty()
        && !text.contains("${")
        && !takes_region(catalog, "s3", arn.get(text, Segment::Resource))
}

/// Whether a segment can be that of a partition.
fn is_partition(segment: &str, catalog: &Catalog) -> bool {
    segment == "aws"
        || segment.contains("${")
        || catalog.partitions().any(|p| glob::matches(segment, p.name(), Case::Sensitive))
}

/// Whether a service has a type of resource with a region in its ARN that this may be.
fn takes_region(catalog: &Catalog, service: &str, resource: &str) -> bool {
    let arns = catalog.arn_service(service).into_iter().flatten();
    let mut regional = arns.filter(|arn| arn.region() != Form::Empty);
    regional.any(|arn| glob::intersects(resource, resource_glob(arn), Case::Sensitive))
}

/// The resource part of a template, with `*` for each hole.
fn resource_glob(arn: ArnTemplate<'_>) -> &str {
    arn.glob().splitn(6, ':').nth(5).unwrap_or("*")
}

/// Whether IAM reads a text as a date. It takes an hour of one digit and a zone without minutes.
fn is_date(text: &str) -> bool {
    date::parse(text).is_some() || in_full(text).is_some_and(|text| date::parse(&text).is_some())
}

/// A date and time with all digits of the hour and of the zone.
fn in_full(text: &str) -> Option<String> {
    let (day, time) = text.split_once(['T', 't'])?;
    let (hour, rest) = time.split_once(':').filter(|(hour, _)| !hour.is_empty())?;
    let zone = rest.rfind(['+', '-']).map_or("", |at| &rest[at..]);
    let minutes = if zone.is_empty() || zone.contains(':') { "" } else { ":00" };
    Some(format!("{day}T{hour:0>2}:{rest}{minutes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_leave_out_digits_of_the_hour_and_minutes_of_the_zone() {
        for date in [
            "2026-11-21",
            "2026-11-21T09:30:00Z",
            "2026-11-21t9:30:00+02",
            "2026-11-21T9:30:00.123456789-02:30",
            "1795253400",
        ] {
            assert!(is_date(date), "{date}");
        }
        for text in ["", "soon", "226-11", "2026-11-21T9:30:00+2", "2026-11-21T:30:00Z", "T:"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
