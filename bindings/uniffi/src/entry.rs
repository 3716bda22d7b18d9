//! The C function behind all others, and the list whose length is checked. All unsafe code of the
//! bridge is here.

use std::borrow::Cow;
use std::panic::{UnwindSafe, catch_unwind};
use std::slice;

use uniffi::deps::anyhow::ensure;
use uniffi::deps::bytes::Buf;
use uniffi::{Lift, Lower, MetadataBuffer, RustBuffer, TypeId};

use crate::UniFfiTag;
use crate::functions::dispatch;
use crate::records::Pair;

/// The statuses with which an answer begins: the result of the function, its error, or the text of
/// an internal error.
pub(crate) const DONE: u8 = 0;
pub(crate) const FAILED: u8 = 1;
pub(crate) const BROKEN: u8 = 2;

/// Calls a function of the bridge: `input` is its number in `BridgeFunction` and its arguments, the
/// answer a status and what belongs to it, all as UniFFI serializes them.
///
/// Returns the length of the answer. If that is larger than `capacity`, nothing was written: call
/// again with more room, no function changes anything. Negative: the arguments of the call are wrong.
///
/// # Safety
///
/// `input` points to `length` readable bytes, and `output` to `capacity` writable ones that do not
/// overlap them; either may be null if its size is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twiml_refer_call(
    input: *const u8,
    length: u32,
    output: *mut u8,
    capacity: u32,
) -> i32 {
    let (Ok(length), Ok(capacity)) = (usize::try_from(length), usize::try_from(capacity)) else {
        return -1;
    };
    if (input.is_null() && length > 0) || (output.is_null() && capacity > 0) {
        return -1;
    }
    // SAFETY: the caller promises as many readable bytes; a null pointer has none.
    let input = if length == 0 { &[] } else { unsafe { slice::from_raw_parts(input, length) } };
    let answer = answer(input);
    let Ok(needed) = i32::try_from(answer.len()) else { return -1 };
    if answer.len() <= capacity {
        // SAFETY: the caller promises as many writable bytes, and the answer is our own memory.
        unsafe { output.copy_from_nonoverlapping(answer.as_ptr(), answer.len()) };
    }
    needed
}

pub(crate) fn answer(input: &[u8]) -> Vec<u8> {
    caught(|| {
        let mut out = Vec::with_capacity(256);
        dispatch(&mut &*input, &mut out).map(|()| out)
    })
}

/// Makes an answer of a panic and of arguments that cannot be read, without their texts: these may
/// quote the input.
pub(crate) fn caught(call: impl FnOnce() -> uniffi::Result<Vec<u8>> + UnwindSafe) -> Vec<u8> {
    match catch_unwind(call) {
        Ok(Ok(out)) => out,
        Ok(Err(_)) => broken("the arguments of this call cannot be read"),
        Err(_) => broken("the native library failed"),
    }
}

fn broken(what: &str) -> Vec<u8> {
    let mut out = vec![BROKEN];
    let text = format!("twiml-refer: {what}; please report it");
    <String as Lower<UniFfiTag>>::write(text, &mut out);
    out
}

/// A `Vec` whose length is checked against the bytes that are left before anything is allocated:
/// UniFFI allocates whatever length it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

// SAFETY: these traits are unsafe because both sides must agree about the format, which is that of
// `Vec` in everything.
unsafe impl<UT, T: Lift<UT>> Lift<UT> for List<T> {
    type FfiType = RustBuffer;

    fn try_read(buffer: &mut &[u8]) -> uniffi::Result<Self> {
        let mut ahead = *buffer;
        uniffi::check_remaining(ahead, 4)?;
        let length = usize::try_from(ahead.get_i32())?;
        // Every value takes a byte at least.
        ensure!(length <= ahead.remaining(), "length over the input");
        Vec::try_read(buffer).map(Self)
    }

    fn try_lift(buffer: RustBuffer) -> uniffi::Result<Self> {
        Self::try_lift_from_rust_buffer(buffer)
    }
}

// SAFETY: as above.
unsafe impl<UT, T: Lower<UT>> Lower<UT> for List<T> {
    type FfiType = RustBuffer;

    fn write(list: Self, buffer: &mut Vec<u8>) {
        <Vec<T> as Lower<UT>>::write(list.0, buffer);
    }

    fn lower(list: Self) -> RustBuffer {
        <Vec<T> as Lower<UT>>::lower(list.0)
    }
}

impl<UT, T: TypeId<UT>> TypeId<UT> for List<T> {
    const TYPE_ID_META: MetadataBuffer = <Vec<T> as TypeId<UT>>::TYPE_ID_META;
}

uniffi::derive_ffi_traits!(impl<T, UT> LowerReturn<UT> for List<T> where List<T>: Lower<UT>);
uniffi::derive_ffi_traits!(impl<T, UT> LowerError<UT> for List<T> where List<T>: Lower<UT>);
uniffi::derive_ffi_traits!(impl<T, UT> LiftRef<UT> for List<T> where List<T>: Lift<UT>);

/// A `String` that came from the wire: U+FFFD stands for what is not UTF-8, which is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    text: String,
    is_utf8: bool,
}

impl Wire {
    pub(crate) fn lossy(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_utf8(&self) -> bool {
        self.is_utf8
    }

    /// The text; if it was not UTF-8, only U+FFFD, which is neither URL nor signature.
    pub(crate) fn strict(&self) -> &str {
        if self.is_utf8 { &self.text } else { "\u{fffd}" }
    }
}

impl From<String> for Wire {
    fn from(text: String) -> Self {
        Self { text, is_utf8: true }
    }
}

// SAFETY: the format is that of `String` in everything.
unsafe impl<UT> Lift<UT> for Wire {
    type FfiType = RustBuffer;

    fn try_read(buffer: &mut &[u8]) -> uniffi::Result<Self> {
        uniffi::check_remaining(buffer, 4)?;
        let length = usize::try_from(buffer.get_i32())?;
        uniffi::check_remaining(buffer, length)?;
        let (bytes, rest) = buffer.split_at(length);
        *buffer = rest;
        Ok(match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => text.to_owned().into(),
            Cow::Owned(text) => Self { text, is_utf8: false },
        })
    }

    fn try_lift(buffer: RustBuffer) -> uniffi::Result<Self> {
        Ok(match String::from_utf8(buffer.destroy_into_vec()) {
            Ok(text) => text.into(),
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Self { text, is_utf8: false }
            }
        })
    }
}

// SAFETY: as above.
unsafe impl<UT> Lower<UT> for Wire {
    type FfiType = RustBuffer;

    fn write(wire: Self, buffer: &mut Vec<u8>) {
        <String as Lower<UniFfiTag>>::write(wire.text, buffer);
    }

    fn lower(wire: Self) -> RustBuffer {
        <String as Lower<UniFfiTag>>::lower(wire.text)
    }
}

impl<UT> TypeId<UT> for Wire {
    const TYPE_ID_META: MetadataBuffer = <String as TypeId<UniFfiTag>>::TYPE_ID_META;
}

uniffi::derive_ffi_traits!(impl<UT> LowerReturn<UT> for Wire);
uniffi::derive_ffi_traits!(impl<UT> LowerError<UT> for Wire);
uniffi::derive_ffi_traits!(impl<UT> LiftRef<UT> for Wire);

/// A `Pair` that came from the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WirePair {
    pub(crate) name: Wire,
    pub(crate) value: Wire,
}

// SAFETY: the format is that of `Pair`: its two strings.
unsafe impl<UT> Lift<UT> for WirePair {
    type FfiType = RustBuffer;

    fn try_read(buffer: &mut &[u8]) -> uniffi::Result<Self> {
        let name = <Wire as Lift<UniFfiTag>>::try_read(buffer)?;
        Ok(Self { name, value: <Wire as Lift<UniFfiTag>>::try_read(buffer)? })
    }

    fn try_lift(buffer: RustBuffer) -> uniffi::Result<Self> {
        <Self as Lift<UT>>::try_lift_from_rust_buffer(buffer)
    }
}

// SAFETY: as above.
unsafe impl<UT> Lower<UT> for WirePair {
    type FfiType = RustBuffer;

    fn write(pair: Self, buffer: &mut Vec<u8>) {
        <Wire as Lower<UniFfiTag>>::write(pair.name, buffer);
        <Wire as Lower<UniFfiTag>>::write(pair.value, buffer);
    }

    fn lower(pair: Self) -> RustBuffer {
        <Self as Lower<UT>>::lower_into_rust_buffer(pair)
    }
}

impl<UT> TypeId<UT> for WirePair {
    const TYPE_ID_META: MetadataBuffer = <Pair as TypeId<UniFfiTag>>::TYPE_ID_META;
}
