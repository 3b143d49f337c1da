//! Entries on UDP sockets. Several threads may use one socket at once.

use crate::abi::{dk_addr, dk_rx, dk_socket, dk_tx};
use crate::guard::{SOCKETS, run, with_socket};
use crate::raw;
use crate::udp::Socket;

/// Opens a non-blocking socket. flags are dk_udp_flag bits; a buffer size of
/// 0 asks for 4 MiB. IPv6 sockets carry IPv6 only. bound receives the address
/// in use. granted[4] = receive buffer and send buffer as the system granted
/// them, most datagrams per send, most datagrams per received buffer.
///
/// # Safety
/// bind must be valid for reading, out, bound and granted[4] for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_udp_open(
    bind: *const dk_addr,
    flags: u32,
    recv_buf_bytes: u64,
    send_buf_bytes: u64,
    out: *mut dk_socket,
    bound: *mut dk_addr,
    granted: *mut u64,
) -> i32 {
    run(|| {
        let bind = unsafe { raw::read(bind)? }.to_socket()?;
        let out = unsafe { raw::out(out)? };
        let bound = unsafe { raw::out(bound)? };
        let granted = unsafe { raw::array_mut::<u64, 4>(granted)? };
        let socket = Socket::open(bind, flags, recv_buf_bytes, send_buf_bytes)?;
        *bound = dk_addr::from_socket(socket.bound());
        *granted = socket.granted();
        *out = SOCKETS.insert(socket)?;
        Ok(0)
    })
}

/// Closes a socket; a thread that waits on it is woken and gets
/// DK_ERR_CLOSED. The descriptor goes when the last call with it returns. A
/// second close returns DK_ERR_STATE.
#[unsafe(no_mangle)]
pub extern "C" fn dk_udp_close(socket: dk_socket) -> i32 {
    run(|| {
        let last = SOCKETS.free(socket)?;
        if let Some(socket) = last.as_ref() {
            socket.shut();
        }
        Ok(0)
    })
}

/// Waits for the dk_wait_bit readiness in interest, a wake, or the time-out
/// (UINT64_MAX waits without end). Returns the dk_wait_bit bits that hold, 0
/// when the time is over. One thread at a time: a second gets DK_ERR_STATE.
#[unsafe(no_mangle)]
pub extern "C" fn dk_udp_wait(socket: dk_socket, timeout_ns: u64, interest: u32) -> i32 {
    with_socket(socket, |socket| socket.wait(timeout_ns, interest))
}

/// Ends the current wait, or the next one when there is none. From any thread;
/// cheap when a wake is pending already.
#[unsafe(no_mangle)]
pub extern "C" fn dk_udp_wake(socket: dk_socket) -> i32 {
    with_socket(socket, |socket| socket.wake().map(|()| 0))
}

/// Receives without waiting: up to 32 buffers of the system, each with up to
/// granted[3] datagrams, into buf; one entry of out per datagram. Needs 64 KiB
/// of buf and granted[3] entries of out per buffer of the system, and takes
/// as many as both allow; DK_ERR_BUFFER when not even one fits. Returns the
/// number of datagrams, DK_DONE when there are none.
///
/// # Safety
/// buf must be valid for writing cap bytes, out for max entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_udp_recv(
    socket: dk_socket,
    buf: *mut u8,
    cap: usize,
    out: *mut dk_rx,
    max: u32,
) -> i32 {
    with_socket(socket, |socket| {
        let buf = unsafe { raw::slice_mut(buf, cap)? };
        let out = unsafe { raw::slice_mut(out, max as usize)? };
        socket.recv(buf, out)
    })
}

/// Sends n entries without waiting. sent receives the number of entries that
/// are done with: n and 0 when all are, less and DK_DONE when the socket is
/// full and the rest must be offered again. Any other failure of one entry
/// counts as its loss (DK_UDP_TX_ERRORS) and the next one is tried.
///
/// # Safety
/// buf must be valid for reading len bytes, pkts for n entries, sent for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_udp_send(
    socket: dk_socket,
    buf: *const u8,
    len: usize,
    pkts: *const dk_tx,
    n: u32,
    sent: *mut u32,
) -> i32 {
    with_socket(socket, |socket| {
        let buf = unsafe { raw::slice(buf, len)? };
        let pkts = unsafe { raw::slice(pkts, n as usize)? };
        let sent = unsafe { raw::out(sent)? };
        *sent = 0;
        socket.send(buf, pkts, sent)
    })
}

/// Writes counters in the order of dk_udp_stat, at most n. Returns how many
/// were written.
///
/// # Safety
/// out must be valid for writing n numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_udp_stats(socket: dk_socket, out: *mut u64, n: u32) -> i32 {
    with_socket(socket, |socket| {
        let out = unsafe { raw::slice_mut(out, n as usize)? };
        Ok(raw::copy_values(&socket.stats(), out))
    })
}
