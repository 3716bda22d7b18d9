//! The attributes of an element: in the order they were set, each name once.

use indexmap::IndexMap;

use crate::{Error, ErrorKind};

#[derive(Clone, Debug, Default)]
pub(super) struct Attributes(IndexMap<Box<str>, Box<str>>);

impl Attributes {
    /// Takes a name and a value that were checked already; refuses a name that is there.
    pub(super) fn set(&mut self, name: &str, value: Box<str>) -> Result<(), Error> {
        if self.0.contains_key(name) {
            let error = Error::new(ErrorKind::AttributeRepeated).arg(name);
            return Err(error.parameter_named(name));
        }
        self.insert(name, value);
        Ok(())
    }

    /// Adds an attribute that the caller knows is not there yet.
    pub(super) fn insert(&mut self, name: &str, value: Box<str>) {
        self.0.insert(name.into(), value);
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| &**value)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// In the same order: documents that print differently are different.
impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice() == other.0.as_slice()
    }
}

impl Eq for Attributes {}

impl std::hash::Hash for Attributes {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}
