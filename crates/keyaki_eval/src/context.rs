//! The condition context of a request: keys with no, one or several values.

/// The condition keys of a request. Key names are compared without regard to letter case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    entries: Vec<(Box<str>, Values)>,
}

/// What a condition key holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// One value.
    One(String),
    /// A list, which may hold no, one or several values.
    List(Vec<String>),
}

impl Values {
    /// All values.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Values::One(value) => std::slice::from_ref(value),
            Values::List(values) => values,
        }
    }
}

impl From<&str> for Values {
    fn from(value: &str) -> Self {
        Values::One(value.to_owned())
    }
}

impl From<String> for Values {
    fn from(value: String) -> Self {
        Values::One(value)
    }
}

impl Context {
    /// An empty context.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a key holds; none where it is absent.
    pub fn get(&self, key: &str) -> Option<&Values> {
        self.entries.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)
    }

    /// The one value of a key; none where it is absent or has not exactly one.
    pub fn one(&self, key: &str) -> Option<&str> {
        match self.get(key)?.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// Whether a key is present.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets a key; what it held before is forgotten.
    pub fn set(&mut self, key: &str, values: impl Into<Values>) {
        self.remove(key);
        self.entries.push((key.into(), values.into()));
    }

    /// Sets a key unless it is present.
    pub fn set_if_absent(&mut self, key: &str, values: impl Into<Values>) {
        if !self.has(key) {
            self.set(key, values);
        }
    }

    /// Makes a key absent.
    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|(k, _)| !k.eq_ignore_ascii_case(key));
    }

    /// The keys that are present, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Values)> {
        self.entries.iter().map(|(k, v)| (&**k, v))
    }

    /// How many keys are present.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no key is present.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<K: AsRef<str>, V: Into<Values>> FromIterator<(K, V)> for Context {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let mut context = Context::new();
        for (key, values) in entries {
            context.set(key.as_ref(), values);
        }
        context
    }
}
