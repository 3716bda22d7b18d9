//! Lines and columns of byte offsets.

/// Walks a text once, forward: offsets are asked for in rising order.
pub(super) struct Locator<'a> {
    rest: std::slice::Iter<'a, u8>,
    at: usize,
    line: usize,
    column: usize,
    after_cr: bool,
}

impl<'a> Locator<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { rest: text.iter(), at: 0, line: 1, column: 1, after_cr: false }
    }

    /// Line and column from 1, columns in characters. CR, LF and CR LF each end a line.
    pub(super) fn locate(&mut self, offset: usize) -> (usize, usize) {
        let bytes = offset.saturating_sub(self.at);
        for &byte in self.rest.by_ref().take(bytes) {
            self.at = self.at.saturating_add(1);
            match byte {
                b'\n' if self.after_cr => {}
                b'\r' | b'\n' => {
                    self.line = self.line.saturating_add(1);
                    self.column = 1;
                }
                // The first byte of a character counts, those that continue it do not.
                _ if byte & 0xc0 != 0x80 => self.column = self.column.saturating_add(1),
                _ => {}
            }
            self.after_cr = byte == b'\r';
        }
        (self.line, self.column)
    }
}
