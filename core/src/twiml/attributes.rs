//! The attributes of an element: in the order they were set, each name once.

use std::collections::HashSet;

use crate::{Error, ErrorKind};

/// From here on names are looked up in a set: refusing a repeat stays cheap however many there are.
const INDEXED_FROM: usize = 16;

#[derive(Clone, Debug)]
pub(super) struct Attributes {
    list: Vec<(Box<str>, Box<str>)>,
    index: Option<HashSet<Box<str>>>,
}

impl Attributes {
    pub(super) const fn new() -> Self {
        Self { list: Vec::new(), index: None }
    }

    /// Takes a name and a value that were checked already; refuses a name that is there.
    pub(super) fn set(&mut self, name: &str, value: Box<str>) -> Result<(), Error> {
        if self.contains(name) {
            let error = Error::new(ErrorKind::AttributeRepeated).arg(name);
            return Err(error.parameter_named(name));
        }
        self.push(name, value);
        Ok(())
    }

    /// Adds an attribute of which the caller knows that it is not there yet.
    pub(super) fn push(&mut self, name: &str, value: Box<str>) {
        if let Some(index) = &mut self.index {
            index.insert(name.into());
        }
        self.list.push((name.into(), value));
        if self.index.is_none() && self.list.len() >= INDEXED_FROM {
            self.index = Some(self.list.iter().map(|(name, _)| name.clone()).collect());
        }
    }

    fn contains(&self, name: &str) -> bool {
        match &self.index {
            Some(index) => index.contains(name),
            None => self.list.iter().any(|(known, _)| &**known == name),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find_map(|(known, value)| (known == name).then_some(value))
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.list.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for Attributes {}

impl std::hash::Hash for Attributes {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.list.hash(state);
    }
}
