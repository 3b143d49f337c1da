//! Entries about the library itself.

use crate::abi::dk_abi;
use crate::guard::{self, run};
use crate::{fault, info, raw};

/// Major version of this interface. A caller refuses any other value than the
/// one it was written for.
#[unsafe(no_mangle)]
pub extern "C" fn dk_abi_version() -> u32 {
    dk_abi::DK_ABI_VERSION as u32
}

/// Writes a line of text with the versions of the library, quiche and
/// BoringSSL: at most cap bytes, without a terminating zero. Returns its full
/// length, so a call with cap 0 asks for the size.
///
/// # Safety
/// buf must be valid for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_library_info(buf: *mut u8, cap: usize) -> i32 {
    run(|| {
        let buf = unsafe { raw::slice_mut(buf, cap)? };
        Ok(raw::copy_text(info::text().as_bytes(), buf))
    })
}

/// Writes size and field offsets of each structure, in the order of this
/// header (dk_addr, dk_rx, dk_tx, dk_event, dk_path_info; for each its size,
/// then the offset of every field), at most max numbers. Returns how many
/// there are.
///
/// # Safety
/// out must be valid for writing max numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_layout(out: *mut u32, max: u32) -> i32 {
    run(|| {
        let out = unsafe { raw::slice_mut(out, max as usize)? };
        let layout = info::layout();
        out.iter_mut().zip(layout).for_each(|(to, from)| *to = from);
        Ok(layout.len() as i32)
    })
}

/// Writes the numbers of live configurations, connections and sockets, at
/// most kinds numbers. Returns how many were written.
///
/// # Safety
/// out must be valid for writing kinds numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_live_objects(out: *mut u64, kinds: u32) -> i32 {
    run(|| {
        let out = unsafe { raw::slice_mut(out, kinds as usize)? };
        let live = [
            guard::CONFIGS.live(),
            guard::CONNS.live(),
            guard::SOCKETS.live(),
        ];
        Ok(raw::copy_values(&live, out))
    })
}

/// Writes the text of the last error of the calling native thread: at most cap
/// bytes, without a terminating zero. Returns its full length. DK_DONE leaves
/// no text. A virtual thread asks before it does anything that may park.
///
/// # Safety
/// buf must be valid for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_last_error(buf: *mut u8, cap: usize) -> i32 {
    run(|| {
        let buf = unsafe { raw::slice_mut(buf, cap)? };
        Ok(fault::last(|text| raw::copy_text(text.as_bytes(), buf)).unwrap_or(0))
    })
}
