//! Entries that exist for tests only.

use crate::guard;

/// Panics inside the guard of an object, to show what a panic becomes:
/// DK_ERR_PANIC, now and from every later call with the id but free or close.
/// kind is a dk_kind.
#[unsafe(no_mangle)]
pub extern "C" fn dk_test_panic(kind: u32, id: u64) -> i32 {
    guard::panic_in(kind, id)
}

/// From now on what this thread draws at random comes from the seed, or from
/// the system again when it is 0. Connection ids can then be repeated, and
/// guessed: never for connections that carry more than a test. Keys of TLS do
/// not come from it. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn dk_test_seed(seed: u64) -> i32 {
    quiche::chance::seed((seed != 0).then_some(seed));
    0
}
