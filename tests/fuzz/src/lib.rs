//! Second, simple implementations that the fuzz targets hold the library against, and the typed
//! inputs that they share. They are written for their plainness: from the RFCs, without a look at
//! how the library does it.
#![deny(unsafe_code)]

pub mod c_abi;
pub mod events;
pub mod outcome;
pub mod signing;
pub mod sip;
pub mod xml;
