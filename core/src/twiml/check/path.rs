//! How a finding says where: `Response/Refer[0]/Sip`.

use std::collections::HashMap;

use crate::message;

/// Counts siblings of the same name.
#[derive(Default)]
pub(super) struct Siblings<'a>(HashMap<&'a str, usize>);

impl<'a> Siblings<'a> {
    /// The index of this sibling among those of its name.
    pub(super) fn next(&mut self, name: &'a str) -> usize {
        let seen = self.0.entry(name).or_default();
        let index = *seen;
        *seen = seen.saturating_add(1);
        index
    }
}

/// Goes down into a child. The length returned is that to which the path is cut on the way back.
pub(super) fn enter(path: &mut String, name: &str, index: Option<usize>) -> usize {
    let outer = path.len();
    path.push('/');
    // An enormous name would stand in the path of every finding below it.
    path.push_str(&message::quote(name));
    if let Some(index) = index {
        path.push('[');
        path.push_str(&index.to_string());
        path.push(']');
    }
    outer
}
