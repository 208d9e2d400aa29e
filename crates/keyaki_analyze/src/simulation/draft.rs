//! A request as a JSON object, before anybody asked whether it can be.
//!
//! Read straight from the text, without a tree in between: a batch has many of them.

use std::borrow::Cow;
use std::fmt;

use keyaki_eval::{Caller, Context, Request, Values};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::words::given;

/// The members of a request; those that are not given are none or empty.
#[derive(Debug, Default)]
pub struct Draft {
    /// Who.
    pub principal: Option<String>,
    /// The IAM user that made the session of a federated user.
    pub federated_by: Option<String>,
    /// What.
    pub action: Option<String>,
    /// On what; `*` where none is given.
    pub resource: Option<String>,
    /// The account that owns the resource, where its ARN does not tell.
    pub resource_account: Option<String>,
    /// The condition keys.
    pub context: Context,
    /// Keys that the request must not have.
    pub absent: Vec<String>,
}

impl Draft {
    /// Reads a request.
    ///
    /// # Errors
    /// What is wrong with it, and where: line and column.
    pub fn read(json: &[u8]) -> Result<Draft, (String, usize, usize)> {
        serde_json::from_slice(json).map_err(|e| (message(&e), e.line(), e.column()))
    }

    /// The request that it describes.
    ///
    /// # Errors
    /// What it lacks, or what is no principal.
    pub fn asked(self) -> Result<Asked, String> {
        let lacks = |member: &str| format!("the request has no `{member}`");
        let principal = self.principal.ok_or_else(|| lacks("principal"))?;
        let mut caller = Caller::parse(&principal).map_err(|e| e.to_string())?;
        match (&mut caller, self.federated_by) {
            (Caller::FederatedUser { user, .. }, by @ Some(_)) => *user = by,
            (_, Some(_)) => return Err(format!("`{principal}` is no federated user")),
            (_, None) => {}
        }
        let request = Request {
            caller,
            action: self.action.ok_or_else(|| lacks("action"))?,
            resource: self.resource.unwrap_or_else(|| "*".to_owned()),
            resource_account: self.resource_account,
            context: self.context,
        };
        Ok(Asked { request, absent: self.absent })
    }
}

/// A request as asked for.
#[derive(Debug)]
pub struct Asked {
    /// The request.
    pub request: Request,
    /// Keys that the request must not have.
    pub absent: Vec<String>,
}

impl Asked {
    /// The request as [`Draft::read`] reads it.
    pub fn to_json(&self) -> String {
        let request = &self.request;
        let mut object = Map::new();
        object.insert("principal".to_owned(), json!(given(&request.caller)));
        if let Caller::FederatedUser { user: Some(user), .. } = &request.caller {
            object.insert("federated_by".to_owned(), json!(user));
        }
        object.insert("action".to_owned(), json!(request.action));
        object.insert("resource".to_owned(), json!(request.resource));
        if let Some(account) = &request.resource_account {
            object.insert("resource_account".to_owned(), json!(account));
        }
        let keys = request.context.iter().map(|(key, values)| (key.to_owned(), value(values)));
        object.insert("context".to_owned(), Value::Object(keys.collect()));
        if !self.absent.is_empty() {
            object.insert("absent".to_owned(), json!(self.absent));
        }
        format!("{:#}", Value::Object(object))
    }
}

fn value(values: &Values) -> Value {
    match values {
        Values::One(text) => json!(text),
        Values::List(texts) => json!(texts),
    }
}

/// What is wrong, without the place and without the words of the library for types.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    match (error.is_eof(), text.rsplit_once(", expected ")) {
        (true, _) => "it ends too early".to_owned(),
        (false, Some((_, what))) => format!("expected {what}"),
        (false, None) => text.to_owned(),
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RequestVisitor)
    }
}

struct RequestVisitor;

impl<'de> Visitor<'de> for RequestVisitor {
    type Value = Draft;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request: an object with `principal`, `action`, `resource` and `context`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Draft, M::Error> {
        let mut draft = Draft::default();
        while let Some(Text(member)) = map.next_key()? {
            let text = match &*member {
                "principal" => &mut draft.principal,
                "federated_by" => &mut draft.federated_by,
                "action" => &mut draft.action,
                "resource" => &mut draft.resource,
                "resource_account" => &mut draft.resource_account,
                "context" => {
                    draft.context = map.next_value::<Keys>()?.0;
                    continue;
                }
                "absent" => {
                    draft.absent = map.next_value()?;
                    continue;
                }
                _ => return Err(M::Error::custom(format!("a request has no member `{member}`"))),
            };
            if text.is_some() {
                return Err(M::Error::custom(format!("`{member}` is given twice")));
            }
            *text = map.next_value()?;
        }
        Ok(draft)
    }
}

/// A text that is borrowed where it holds no escapes.
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// The condition keys.
struct Keys(Context);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of condition keys")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Keys, M::Error> {
        let mut context = Context::new();
        while let Some(Text(key)) = map.next_key()? {
            if context.has(&key) {
                return Err(M::Error::custom(format!("`{key}` is given twice")));
            }
            context.set(&key, map.next_value::<OneOrMore>()?.0);
        }
        Ok(Keys(context))
    }
}

/// What a condition key holds: a scalar or a list of them.
struct OneOrMore(Values);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValuesVisitor).map(OneOrMore)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Values, S::Error> {
        let mut texts = Vec::new();
        while let Some(Scalar(text)) = list.next_element()? {
            texts.push(text);
        }
        Ok(Values::List(texts))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Values, E> {
        ScalarVisitor.visit_str(text).map(Values::One)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Values, E> {
        ScalarVisitor.visit_bool(value).map(Values::One)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Values, E> {
        ScalarVisitor.visit_u64(number).map(Values::One)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Values, E> {
        ScalarVisitor.visit_i64(number).map(Values::One)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Values, E> {
        ScalarVisitor.visit_f64(number).map(Values::One)
    }
}

/// A text, or a number or boolean as a text.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor).map(Scalar)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(serde_json::Number::from_f64(number).map_or_else(String::new, |n| n.to_string()))
    }
}
