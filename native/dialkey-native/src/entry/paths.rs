//! Entries on paths.

use crate::abi::{dk_conn, dk_path_info};
use crate::guard::with_conn;
use crate::raw;

/// Writes what is known of the path in use: at most max entries. Returns the
/// number of entries.
///
/// # Safety
/// out must be valid for writing max entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_path_list(
    conn: dk_conn,
    now_ns: u64,
    out: *mut dk_path_info,
    max: u32,
) -> i32 {
    with_conn(conn, |conn| {
        let out = unsafe { raw::slice_mut(out, max as usize)? };
        conn.path_list(now_ns, out)
    })
}
