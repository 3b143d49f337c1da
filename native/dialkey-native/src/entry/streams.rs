//! Entries on streams.

use crate::abi::dk_conn;
use crate::guard::with_conn;
use crate::raw;

/// Offers n bytes, and the end of the stream when fin is 1, to a stream. A
/// stream of our own is opened by its first send. Returns the bytes taken, 0
/// when blocked; fin is taken only together with all n bytes. When less than n
/// was taken, DK_EVENT_STREAM_WRITABLE follows. On DK_ERR_STREAM_STOPPED
/// out[0] is the peer's code; out[1] is 0.
///
/// # Safety
/// p must be valid for reading n bytes, out for writing 2 numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_stream_send(
    conn: dk_conn,
    now_ns: u64,
    id: u64,
    p: *const u8,
    n: usize,
    fin: u8,
    out: *mut u64,
) -> i64 {
    with_conn(conn, |conn| {
        let data = unsafe { raw::slice(p, n)? };
        let out = unsafe { raw::array_mut::<u64, 2>(out)? };
        *out = [0; 2];
        let [code, _] = out;
        conn.stream_send(now_ns, id, data, fin, code)
    })
}

/// Takes up to cap bytes from a stream. Returns their number; flags receives
/// dk_recv_flag bits. A cap of 0 takes nothing, but tells of a reset or of an
/// end that is reached. DK_DONE when nothing is there; on DK_ERR_STREAM_RESET
/// err receives the peer's code; DK_ERR_STATE when the stream is over or was
/// never there; DK_ERR_CLOSED when the connection ended and nothing is left.
///
/// # Safety
/// p must be valid for writing cap bytes, flags and err for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_stream_recv(
    conn: dk_conn,
    now_ns: u64,
    id: u64,
    p: *mut u8,
    cap: usize,
    flags: *mut u32,
    err: *mut u64,
) -> i64 {
    with_conn(conn, |conn| {
        let to = unsafe { raw::slice_mut(p, cap)? };
        let flags = unsafe { raw::out(flags)? };
        let err = unsafe { raw::out(err)? };
        *flags = 0;
        *err = 0;
        conn.stream_recv(now_ns, id, to, flags, err)
    })
}

/// Bytes that dk_stream_send would take now, 0 when blocked. DK_ERR_STATE
/// when the stream is over or not open yet; DK_ERR_STREAM_STOPPED when the
/// peer stopped it.
#[unsafe(no_mangle)]
pub extern "C" fn dk_stream_capacity(conn: dk_conn, id: u64) -> i64 {
    with_conn(conn, |conn| conn.stream_capacity(id))
}

/// Gives up one dk_side of a stream with a code below 2^62. DK_DONE when that
/// side is over already.
#[unsafe(no_mangle)]
pub extern "C" fn dk_stream_shutdown(
    conn: dk_conn,
    now_ns: u64,
    id: u64,
    side: u32,
    code: u64,
) -> i32 {
    with_conn(conn, |conn| conn.stream_shutdown(now_ns, id, side, code))
}

/// 1 when nothing of a stream's sending half waits for the peer any more: all
/// of it, its end included, was acknowledged, or it was reset or stopped, or
/// the stream is forgotten. Else DK_DONE, and DK_EVENT_STREAM_ACKED comes once
/// it is so. DK_ERR_STATE when the stream is not open yet or is the peer's to
/// send; DK_ERR_CLOSED when the connection ended before.
#[unsafe(no_mangle)]
pub extern "C" fn dk_stream_acked(conn: dk_conn, id: u64) -> i32 {
    with_conn(conn, |conn| conn.stream_acked(id))
}

/// Sets the priority of a stream: lower urgency goes first (default 127);
/// streams of one urgency take turns when incremental is 1 (the default), else
/// they go one after another.
#[unsafe(no_mangle)]
pub extern "C" fn dk_stream_priority(conn: dk_conn, id: u64, urgency: u8, incremental: u8) -> i32 {
    with_conn(conn, |conn| conn.stream_priority(id, urgency, incremental))
}
