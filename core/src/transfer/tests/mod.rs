//! Tests of the state machine beside its scenarios in `tests/vectors/transfer`, which hold each row of the contract's
//! table. What holds for any sequence of events is in `core/tests/transfer.rs`.

mod completed;
mod fixtures;
mod hang_up;
mod notify;
mod outputs;
mod referring;
mod saving;
mod settings;
mod stacks;
mod start;
mod subscribed;
