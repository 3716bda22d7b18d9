//! Second, simple implementations that the fuzz targets hold the library against, and the typed
//! inputs that they share. They are written for their plainness: from the RFCs, without a look at
//! how the library does it.

pub mod c_abi;
pub mod events;
pub mod signing;
pub mod sip;
