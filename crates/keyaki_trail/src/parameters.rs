//! The parameters of a request, without their structure: names and plain values.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// The most values that are kept of one request.
const MOST: usize = 512;

/// Plain values by name, each with how deep it stands.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    values: Vec<(String, String, usize)>,
}

impl Parameters {
    pub(crate) fn read(json: &str) -> Parameters {
        let mut parameters = Parameters::default();
        let mut reader = serde_json::Deserializer::from_str(json);
        // Of broken JSON there is what came before; the event as a whole was read already.
        let _ = Walk { into: &mut parameters, name: "", depth: 0 }.deserialize(&mut reader);
        parameters
    }

    /// The values of a parameter, of those that stand highest.
    pub(crate) fn get<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> + Clone {
        let named = self.values.iter().filter(move |(n, _, _)| n.eq_ignore_ascii_case(name));
        let highest = named.clone().map(|(_, _, depth)| *depth).min().unwrap_or_default();
        named.filter(move |(_, _, depth)| *depth == highest).map(|(_, value, _)| value.as_str())
    }

    /// All values that are ARNs.
    pub(crate) fn arns(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(_, value, _)| value.as_str()).filter(|v| v.starts_with("arn:"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).next().is_some()
    }
}

struct Walk<'w> {
    into: &'w mut Parameters,
    name: &'w str,
    depth: usize,
}

impl Walk<'_> {
    fn keep<E>(self, value: &str) -> Result<(), E> {
        if self.into.values.len() < MOST {
            self.into.values.push((self.name.to_owned(), value.to_owned(), self.depth));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.keep(text)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.keep(&number.to_string())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.keep(&number.to_string())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.keep(if truth { "true" } else { "false" })
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let (into, name, depth) = (self.into, self.name, self.depth);
        while list.next_element_seed(Walk { into, name, depth })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(name) = object.next_key::<String>()? {
            let walk = Walk { into: self.into, name: &name, depth: self.depth + 1 };
            object.next_value_seed(walk)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_that_stands_highest_counts() {
        let parameters = Parameters::read(
            r#"{"tags": [{"key": "x"}], "key": "a/b", "ids": {"items": [{"Id": 1}, {"id": "2"}]}}"#,
        );
        assert_eq!(parameters.get("key").collect::<Vec<_>>(), ["a/b"]);
        assert_eq!(parameters.get("id").collect::<Vec<_>>(), ["1", "2"]);
        assert!(!parameters.has("nothing"));
    }
}
