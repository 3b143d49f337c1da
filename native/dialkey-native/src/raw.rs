//! The only place where foreign pointers become references.
//!
//! Every function checks what can be checked: null, alignment, and a length
//! that stays inside the address space. That the memory really belongs to the
//! caller for the length of the call is the caller's promise.

use std::mem::{align_of, size_of};

use crate::fault::{Fault, Outcome};

/// Longest buffer accepted: offsets and lengths inside it are 32-bit.
const MAX_BYTES: usize = u32::MAX as usize / 2;

fn check<T>(p: *const T, n: usize) -> Outcome<()> {
    if p.is_null() {
        return Err(Fault::arg("null pointer"));
    }
    if !(p as usize).is_multiple_of(align_of::<T>()) {
        return Err(Fault::arg("misaligned pointer"));
    }
    match n.checked_mul(size_of::<T>()) {
        Some(bytes) if bytes <= MAX_BYTES => Ok(()),
        _ => Err(Fault::arg("buffer too long")),
    }
}

/// # Safety
/// `p` is null, or valid for reading `n` elements during `'a`.
pub(crate) unsafe fn slice<'a, T>(p: *const T, n: usize) -> Outcome<&'a [T]> {
    if n == 0 {
        return Ok(&[]);
    }
    check(p, n)?;
    Ok(unsafe { std::slice::from_raw_parts(p, n) })
}

/// # Safety
/// `p` is null, or valid for writing `n` elements during `'a` and not aliased.
pub(crate) unsafe fn slice_mut<'a, T>(p: *mut T, n: usize) -> Outcome<&'a mut [T]> {
    if n == 0 {
        return Ok(&mut []);
    }
    check(p, n)?;
    Ok(unsafe { std::slice::from_raw_parts_mut(p, n) })
}

/// # Safety
/// As for [`slice`], with `N` elements.
pub(crate) unsafe fn array<'a, T, const N: usize>(p: *const T) -> Outcome<&'a [T; N]> {
    check(p, N)?;
    Ok(unsafe { &*p.cast::<[T; N]>() })
}

/// # Safety
/// As for [`slice_mut`], with `N` elements.
pub(crate) unsafe fn array_mut<'a, T, const N: usize>(p: *mut T) -> Outcome<&'a mut [T; N]> {
    check(p, N)?;
    Ok(unsafe { &mut *p.cast::<[T; N]>() })
}

/// # Safety
/// As for [`slice`], with one element.
pub(crate) unsafe fn read<T: Copy>(p: *const T) -> Outcome<T> {
    check(p, 1)?;
    Ok(unsafe { *p })
}

/// # Safety
/// As for [`slice_mut`], with one element.
pub(crate) unsafe fn out<'a, T>(p: *mut T) -> Outcome<&'a mut T> {
    check(p, 1)?;
    Ok(unsafe { &mut *p })
}

/// Copies as much of `from` as fits and returns its full length.
pub(crate) fn copy_text(from: &[u8], to: &mut [u8]) -> i32 {
    let n = from.len().min(to.len());
    if let (Some(to), Some(from)) = (to.get_mut(..n), from.get(..n)) {
        to.copy_from_slice(from);
    }
    i32::try_from(from.len()).unwrap_or(i32::MAX)
}

/// Copies all of `from`, or nothing when it does not fit.
pub(crate) fn copy_packet(from: &[u8], to: &mut [u8]) -> Outcome<i32> {
    let Some(to) = to.get_mut(..from.len()) else {
        return Err(Fault::buffer("output buffer too small for the packet"));
    };
    to.copy_from_slice(from);
    Ok(i32::try_from(from.len()).unwrap_or(i32::MAX))
}

/// Fills `to` with as many values as both sides have and returns that number.
pub(crate) fn copy_values(from: &[u64], to: &mut [u64]) -> i32 {
    let n = from.len().min(to.len());
    if let (Some(to), Some(from)) = (to.get_mut(..n), from.get(..n)) {
        to.copy_from_slice(from);
    }
    i32::try_from(n).unwrap_or(i32::MAX)
}
