//! What is read of an event; the rest is passed over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

/// Text that borrows from the event where it can. Numbers and truth values are text, too; another
/// value is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'e>(pub(crate) Cow<'e, str>);

impl Text<'_> {
    /// The text, if there is any.
    pub(crate) fn get(&self) -> Option<&str> {
        Some(&*self.0).filter(|t| !t.is_empty())
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(if truth { "true" } else { "false" })))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }
}

impl<'de: 'e, 'e> Deserialize<'de> for Text<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

/// An event.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Event<'e> {
    #[serde(borrow)]
    pub(crate) event_source: Text<'e>,
    #[serde(borrow)]
    pub(crate) event_name: Text<'e>,
    #[serde(borrow)]
    pub(crate) event_time: Text<'e>,
    #[serde(borrow)]
    pub(crate) event_type: Text<'e>,
    #[serde(borrow)]
    pub(crate) event_category: Text<'e>,
    #[serde(borrow)]
    pub(crate) management_event: Text<'e>,
    #[serde(borrow)]
    pub(crate) aws_region: Text<'e>,
    #[serde(borrow)]
    pub(crate) error_code: Text<'e>,
    #[serde(borrow)]
    pub(crate) recipient_account_id: Text<'e>,
    #[serde(borrow)]
    pub(crate) user_identity: Option<Identity<'e>>,
    #[serde(borrow)]
    pub(crate) request_parameters: Option<&'e RawValue>,
    #[serde(borrow)]
    pub(crate) resources: Option<&'e RawValue>,
    /// The event as text, in answers of `aws cloudtrail lookup-events`.
    #[serde(borrow, rename = "CloudTrailEvent")]
    pub(crate) inner: Text<'e>,
}

/// Who made the request.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Identity<'e> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Text<'e>,
    #[serde(borrow)]
    pub(crate) arn: Text<'e>,
    #[serde(borrow)]
    pub(crate) account_id: Text<'e>,
    #[serde(borrow)]
    pub(crate) user_name: Text<'e>,
    #[serde(borrow)]
    pub(crate) invoked_by: Text<'e>,
    #[serde(borrow)]
    pub(crate) session_context: Option<SessionContext<'e>>,
}

/// Where the session of a caller comes from.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SessionContext<'e> {
    #[serde(borrow)]
    pub(crate) session_issuer: Option<Issuer<'e>>,
}

/// The role or user that a session belongs to.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Issuer<'e> {
    #[serde(borrow)]
    pub(crate) arn: Text<'e>,
}

/// A resource that an event is about.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Resource<'e> {
    #[serde(borrow, rename = "ARN")]
    pub(crate) arn: Text<'e>,
}

impl<'e> Event<'e> {
    /// # Errors
    /// Why the text is no event.
    pub(crate) fn read(text: &'e [u8]) -> Result<Event<'e>, String> {
        let event: Event<'e> = serde_json::from_slice(text).map_err(|e| {
            // Places inside the event would mislead where the file is one line.
            let text = e.to_string();
            text.split(" at line ").next().unwrap_or_default().to_owned()
        })?;
        let has_name = event.event_name.get().is_some() && event.event_source.get().is_some();
        match has_name || event.inner.get().is_some() {
            true => Ok(event),
            false => Err("it has no `eventName` and `eventSource`".to_owned()),
        }
    }

    /// The ARNs of the resources that it names itself.
    pub(crate) fn resource_arns(&self) -> Vec<String> {
        let Some(raw) = self.resources else { return Vec::new() };
        let listed: Vec<Resource<'_>> = serde_json::from_str(raw.get()).unwrap_or_default();
        listed.iter().filter_map(|r| r.arn.get()).map(str::to_owned).collect()
    }

    /// Whether it is recorded only where a trail asks for data events.
    pub(crate) fn is_data(&self) -> bool {
        &*self.event_category.0 == "Data" || &*self.management_event.0 == "false"
    }
}

/// Whether the beginning of a text looks like events of CloudTrail.
pub fn looks_like_a_trail(text: &[u8]) -> bool {
    const ENOUGH: usize = 64 * 1024;
    let begin = text.get(..text.len().min(ENOUGH)).unwrap_or_default();
    let has = |word: &[u8]| begin.windows(word.len()).any(|w| w == word);
    (has(b"\"eventSource\"") && has(b"\"eventName\"")) || has(b"\"CloudTrailEvent\"")
}
