//! Where in a document something was read. It is a remark, not a part of the value: a document that
//! was built equals the same document read back.

/// Line and column counted from 1, or nothing for what was built.
#[derive(Clone, Copy)]
pub(super) struct Span(Option<(u32, u32)>);

impl Span {
    /// That of a value which no document was read for.
    pub(super) const BUILT: Self = Self(None);

    pub(super) fn new(line: usize, column: usize) -> Self {
        Self(u32::try_from(line).ok().zip(u32::try_from(column).ok()))
    }

    pub(super) fn line_column(self) -> Option<(usize, usize)> {
        let (line, column) = self.0?;
        Some((usize::try_from(line).ok()?, usize::try_from(column).ok()?))
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl std::hash::Hash for Span {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, "{line}:{column}"),
            None => f.write_str("built"),
        }
    }
}
