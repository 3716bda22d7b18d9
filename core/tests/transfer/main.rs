//! What must hold of a transfer whatever is fed to it: exhaustively over short sequences of events. Long ones at
//! random are in the fuzz target `transfer`; each row of the contract is a scenario in `tests/vectors/transfer`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod exhaustive;
mod feeding;
mod model;
mod saving;
