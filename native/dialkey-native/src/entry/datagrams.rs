//! Entries on datagrams (RFC 9221).

use crate::abi::dk_conn;
use crate::guard::with_conn;
use crate::raw;

/// Queues a datagram of n bytes; it may be empty. flags are dk_dgram_flag
/// bits. Returns 0; DK_DONE when the queue is full, then
/// DK_EVENT_DATAGRAM_WRITABLE follows; DK_ERR_LIMIT when it is longer than
/// dk_dgram_state tells or than the whole queue; DK_ERR_STATE before the
/// handshake is over or when the peer takes no datagrams. A datagram is sent
/// once; it is dropped and counted when the path became too narrow for it.
///
/// # Safety
/// p must be valid for reading n bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_dgram_send(
    conn: dk_conn,
    now_ns: u64,
    p: *const u8,
    n: usize,
    flags: u32,
) -> i32 {
    with_conn(conn, |conn| {
        let data = unsafe { raw::slice(p, n)? };
        conn.datagram_send(now_ns, data, flags)
    })
}

/// Takes the oldest datagram that waits. Returns its length; DK_DONE when
/// there is none; DK_ERR_BUFFER when it is longer than cap, and then it stays;
/// DK_ERR_CLOSED when the connection ended and none is left.
///
/// # Safety
/// p must be valid for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_dgram_recv(conn: dk_conn, p: *mut u8, cap: usize) -> i32 {
    with_conn(conn, |conn| {
        let to = unsafe { raw::slice_mut(p, cap)? };
        conn.datagram_recv(to)
    })
}

/// out[4] = longest payload that can be sent now (0: the peer takes none, or
/// the handshake is not over), payload bytes the send queue has room for,
/// datagrams that wait to be read, datagrams that wait to be sent.
///
/// # Safety
/// out must be valid for writing 4 numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_dgram_state(conn: dk_conn, out: *mut u64) -> i32 {
    with_conn(conn, |conn| {
        *unsafe { raw::array_mut::<u64, 4>(out)? } = conn.datagram_state();
        Ok(0)
    })
}
