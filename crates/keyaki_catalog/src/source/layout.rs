//! Where things lie in the packed catalogue.
//!
//! ```text
//! magic, version, for each section its offset and length, then the sections
//! ```
//!
//! All numbers are little-endian and unaligned. A section is a table of records of one width.
//! Names are numbers of strings, lists are numbers of lists; both have number 0 for the empty one.
//! Equal strings and equal lists are stored once.

/// The first bytes of a packed catalogue.
pub(crate) const MAGIC: [u8; 8] = *b"keyakicg";

/// Grows with every change of the layout.
pub(crate) const VERSION: u32 = 2;

/// The number that means "none" in a two-byte field.
pub(crate) const NONE: u16 = u16::MAX;

/// The tables, in the order in which they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// One record: [`meta`].
    Meta,
    /// For each string its end in `Strings`, where the next one starts.
    StringEnds,
    /// UTF-8 bytes.
    Strings,
    /// [`service`], by prefix.
    Services,
    /// [`action`], by service and then name, without case.
    Actions,
    /// [`retired`], by action.
    Retired,
    /// For each list its end in `ListItems`, where the next one starts.
    ListEnds,
    /// Four-byte numbers; of what, depends on who refers to the list.
    ListItems,
    /// [`row`], distinct.
    Rows,
    /// [`resource_type`], by service and then name, without case.
    Types,
    /// [`arn`].
    Arns,
    /// Two-byte numbers: where the actions of each service are found by name, see [`super::slots`].
    ActionSlots,
    /// The same for the services.
    ServiceSlots,
    /// The same for the service segments of ARNs.
    ArnServiceSlots,
    /// The same for condition keys; of several with one name, for the first.
    KeySlots,
    /// The same for global condition keys.
    GlobalKeySlots,
    /// [`arn_service`], by name; the ARNs of each by the start of their resource part.
    ArnServices,
    /// [`key`], by name without case, then type.
    Keys,
    /// Four-byte numbers of those keys that have holes.
    Templates,
    /// [`global_key`], by name without case.
    GlobalKeys,
    /// Four-byte numbers of those global keys that have holes.
    GlobalTemplates,
    /// [`foreign`], by prefix.
    Foreign,
    /// Four-byte numbers of strings: service prefixes, in order.
    RcpServices,
    /// [`partition`].
    Partitions,
    /// Four-byte numbers of strings: region names.
    Regions,
}

impl Section {
    pub(crate) const ALL: [Section; 25] = [
        Section::Meta,
        Section::StringEnds,
        Section::Strings,
        Section::Services,
        Section::Actions,
        Section::Retired,
        Section::ListEnds,
        Section::ListItems,
        Section::Rows,
        Section::Types,
        Section::Arns,
        Section::ActionSlots,
        Section::ServiceSlots,
        Section::ArnServiceSlots,
        Section::KeySlots,
        Section::GlobalKeySlots,
        Section::ArnServices,
        Section::Keys,
        Section::Templates,
        Section::GlobalKeys,
        Section::GlobalTemplates,
        Section::Foreign,
        Section::RcpServices,
        Section::Partitions,
        Section::Regions,
    ];

    /// Bytes of one record.
    pub(crate) const fn width(self) -> usize {
        match self {
            Section::Meta => meta::WIDTH,
            Section::Strings => 1,
            Section::ActionSlots
            | Section::ServiceSlots
            | Section::ArnServiceSlots
            | Section::KeySlots
            | Section::GlobalKeySlots => 2,
            Section::StringEnds
            | Section::ListEnds
            | Section::ListItems
            | Section::Templates
            | Section::GlobalTemplates
            | Section::RcpServices
            | Section::Regions => 4,
            Section::Services => service::WIDTH,
            Section::Actions => action::WIDTH,
            Section::Retired => retired::WIDTH,
            Section::Rows => row::WIDTH,
            Section::Types => resource_type::WIDTH,
            Section::Arns => arn::WIDTH,
            Section::ArnServices => arn_service::WIDTH,
            Section::Keys => key::WIDTH,
            Section::GlobalKeys => global_key::WIDTH,
            Section::Foreign => foreign::WIDTH,
            Section::Partitions => partition::WIDTH,
        }
    }
}

/// Bytes before the first section.
pub(crate) const HEADER: usize = MAGIC.len() + 4 + Section::ALL.len() * 8;

/// Declares the byte offsets of a record's fields; each field is given with its width.
macro_rules! record {
    ($name:ident { $($field:ident: $width:literal),* $(,)? }) => {
        pub(crate) mod $name {
            record!(@fields 0usize; $($field: $width,)*);
        }
    };
    (@fields $at:expr; $field:ident: $width:literal, $($rest:tt)*) => {
        pub(crate) const $field: usize = $at;
        record!(@fields $at + $width; $($rest)*);
    };
    (@fields $at:expr;) => {
        pub(crate) const WIDTH: usize = $at;
    };
}

record!(meta { DATE: 2, OVERLAY: 2, ORIGIN: 4 });
record!(service {
    PREFIX: 4,
    NAME: 4,
    CATEGORY: 4,
    ACTIONS: 4,
    ACTIONS_END: 4,
    SLOTS: 4,
    TYPES: 4,
    TYPES_END: 4,
    KEYS: 2,
    FLAGS: 2,
});
record!(action { NAME: 4, SERVICE: 2, KEYS: 2, ROWS: 2, NEEDS: 2, FLAGS: 2, SINCE: 2 });
record!(retired { ACTION: 4, LAST_SEEN: 2 });
record!(row { TYPE: 4, KEYS: 2, REQUIRED: 2 });
record!(resource_type { NAME: 4, SERVICE: 2, KEYS: 2, ARNS: 2 });
record!(arn { TEMPLATE: 4, GLOB: 4, RESOURCE: 2, RESOURCE_HEAD: 2, LETTER: 2 });
record!(arn_service { NAME: 4, ARNS: 2 });
record!(key { NAME: 4, GLOB: 4, TYPE: 2, HOME: 2 });
record!(global_key { NAME: 4, GLOB: 4, TYPE: 2, CATEGORY: 2 });
record!(foreign { PREFIX: 4, GLOB: 4, SERVICES: 2 });
record!(partition { NAME: 4, DNS_SUFFIX: 4, REGIONS: 4, REGIONS_END: 4 });

/// Flags of an action: the access level, then the answer to "permission only", then "retired".
pub(crate) mod action_flags {
    pub(crate) const ACCESS_MASK: u16 = 0b111;
    pub(crate) const PERMISSION_ONLY_SHIFT: u16 = 3;
    pub(crate) const RETIRED: u16 = 1 << 5;
}

/// Flags of a service: the standing, then the answer to "accepted".
pub(crate) mod service_flags {
    pub(crate) const STANDING_MASK: u16 = 0b11;
    pub(crate) const ACCEPTED_SHIFT: u16 = 2;
}

/// Packs an answer that may be unknown into two bits.
pub(crate) fn answer_code(answer: Option<bool>) -> u16 {
    match answer {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    }
}

/// Unpacks what [`answer_code`] packed.
pub(crate) fn answer(code: u16) -> Option<bool> {
    match code & 0b11 {
        1 => Some(false),
        2 => Some(true),
        _ => None,
    }
}

/// A template as a pattern: each `${hole}` or `<hole>` becomes `fill`.
pub(crate) fn fill_holes(template: &str, fill: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find(['$', '<']) {
        let (opening, closing) = match rest[start..].starts_with("${") {
            true => ("${", '}'),
            false => ("<", '>'),
        };
        let hole = rest[start..].strip_prefix(opening).and_then(|tail| tail.find(closing));
        let (text, end) = match hole {
            Some(length) => (fill, start + opening.len() + length + 1),
            None => (&rest[start..=start], start + 1),
        };
        out.push_str(&rest[..start]);
        out.push_str(text);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}
