//! Writes the bridge's modules for Python, Kotlin and Swift.

fn main() {
    uniffi::uniffi_bindgen_main();
}
