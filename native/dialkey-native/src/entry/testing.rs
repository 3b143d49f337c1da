//! Entries that exist for tests only.

use crate::guard;

/// Panics inside the guard of an object, to show what a panic becomes:
/// DK_ERR_PANIC, now and from every later call with the id but free or close.
/// kind is a dk_kind.
#[unsafe(no_mangle)]
pub extern "C" fn dk_test_panic(kind: u32, id: u64) -> i32 {
    guard::panic_in(kind, id)
}
