//! Tests of the state machine: each row of the contract's table, whose expected values come from
//! there. What holds for any sequence of events is in `core/tests/transfer`.

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
