//! The C ABI, called in any order with anything that C can pass, beside the calls of core that it
//! stands for. `border` has the arguments and the judge; the other files follow the header.
//!
//! What holds of every call: its answer and its error are core's; outputs are untouched when it
//! fails; a wrong argument is an answer, never a crash. What is made is freed, and freeing twice does no harm.
// C's conventions are kept by hand here as a caller in C does; nothing else in the targets is unsafe.
#![allow(unsafe_code)]

mod border;
mod document;
mod transfer;
mod uri;
mod webhook;

use arbitrary::Arbitrary;
use twiml_refer::error::ErrorKind;
use twiml_refer_c::callback::twr_callback_free;
use twiml_refer_c::document::{twr_element_free, twr_response_free};
use twiml_refer_c::error::twr_error_kind_name;
use twiml_refer_c::transfer::{twr_settings_free, twr_transfer_free};
use twiml_refer_c::uri::twr_uri_free;
use twiml_refer_c::validator::twr_validator_free;

use border::{Slot, seen};

/// A call of the C ABI.
#[derive(Debug, Arbitrary)]
pub struct Call<'a>(Part<'a>);

#[derive(Debug, Arbitrary)]
enum Part<'a> {
    Uri(uri::Call<'a>),
    Document(document::Call<'a>),
    Webhook(webhook::Call<'a>),
    Transfer(transfer::Call<'a>),
    ErrorName(u16),
}

/// The handles that a caller has. The last of each kind stays NULL until something is put there.
struct Session {
    uris: [uri::Uri; 2],
    elements: [document::OwnElement; 3],
    responses: [document::Response; 2],
    callbacks: [webhook::Callback; 2],
    validators: [webhook::Validator; 2],
    settings: [transfer::Settings; 2],
    transfers: [transfer::Transferring; 2],
}

/// Makes the calls, and frees what is left.
pub fn run(calls: &[Call<'_>]) {
    let mut session = Session {
        uris: std::array::from_fn(|_| Slot::new(twr_uri_free)),
        elements: std::array::from_fn(|_| Slot::new(twr_element_free)),
        responses: std::array::from_fn(|_| Slot::new(twr_response_free)),
        callbacks: std::array::from_fn(|_| Slot::new(twr_callback_free)),
        validators: std::array::from_fn(|_| Slot::new(twr_validator_free)),
        settings: std::array::from_fn(|_| Slot::new(twr_settings_free)),
        transfers: std::array::from_fn(|_| Slot::new(twr_transfer_free)),
    };
    for Call(call) in calls {
        match call {
            Part::Uri(call) => session.uri(call),
            Part::Document(call) => session.document(call),
            Part::Webhook(call) => session.webhook(call),
            Part::Transfer(call) => session.transfer(call),
            Part::ErrorName(number) => {
                let kind = ErrorKind::ALL.iter().find(|kind| kind.number() == *number);
                // SAFETY: the names live as long as the process.
                let name = unsafe { seen(twr_error_kind_name(*number)) };
                assert_eq!(name, kind.map(|kind| kind.as_str()));
            }
        }
    }
    session.uris.iter_mut().for_each(Slot::free);
    session.elements.iter_mut().for_each(Slot::free);
    session.responses.iter_mut().for_each(Slot::free);
    session.callbacks.iter_mut().for_each(Slot::free);
    session.validators.iter_mut().for_each(Slot::free);
    session.settings.iter_mut().for_each(Slot::free);
    session.transfers.iter_mut().for_each(Slot::free);
}

/// A place among those of a kind.
fn pick<T>(slots: &mut [T], number: u8) -> &mut T {
    let count = slots.len();
    &mut slots[usize::from(number) % count]
}
