//! The command `twiml-refer`.
fn main() {}
