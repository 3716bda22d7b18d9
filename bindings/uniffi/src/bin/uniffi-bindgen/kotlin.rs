//! kotlin.

use crate::patch::Patched;

pub(crate) fn patch(_text: &mut Patched) -> Result<(), String> {
    Ok(())
}
