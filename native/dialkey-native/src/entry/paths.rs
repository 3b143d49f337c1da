//! Entries on paths, probes, and frames of extensions.

use crate::abi::{dk_addr, dk_conn, dk_path_info};
use crate::guard::with_conn;
use crate::raw;

/// Writes what is known of the paths: at most max entries, of all paths with
/// multipath, else of the one in use. Returns the number of entries.
///
/// # Safety
/// out must be valid for writing max entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_path_list(conn: dk_conn, out: *mut dk_path_info, max: u32) -> i32 {
    with_conn(conn, |conn| {
        let out = unsafe { raw::slice_mut(out, max as usize)? };
        conn.path_list(out)
    })
}

/// Opens a path; only clients may. It can carry data once DK_EVENT_PATH_READY
/// tells so. backup is 1 for one that is not to be used while others work.
/// DK_ERR_LIMIT when the peer takes no more paths now, DK_ERR_NO_CID when it
/// has not given an id for the next one; it is told of either, and
/// DK_EVENT_PATH_ALLOWED tells when to try again.
/// DK_ERR_STATE without multipath.
///
/// # Safety
/// Pointers must be valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_path_open(
    conn: dk_conn,
    now_ns: u64,
    local: *const dk_addr,
    peer: *const dk_addr,
    backup: u8,
    path: *mut u32,
) -> i32 {
    with_conn(conn, |conn| {
        let local = unsafe { raw::read(local)? }.to_socket()?;
        let peer = unsafe { raw::read(peer)? }.to_socket()?;
        let path = unsafe { raw::out(path)? };
        *path = conn.open_path(now_ns, local, peer, backup != 0)?;
        Ok(0)
    })
}

/// Gives a path up, and tells the peer. What was not acknowledged on it is sent
/// again on others. DK_ERR_STATE for the last open one.
#[unsafe(no_mangle)]
pub extern "C" fn dk_path_abandon(conn: dk_conn, now_ns: u64, path: u32, code: u64) -> i32 {
    with_conn(conn, |conn| {
        conn.abandon_path(now_ns, path, code).map(|()| 0)
    })
}

/// Sends data on this path from now on. DK_ERR_STATE unless it is validated.
#[unsafe(no_mangle)]
pub extern "C" fn dk_path_set_active(conn: dk_conn, now_ns: u64, path: u32) -> i32 {
    with_conn(conn, |conn| conn.set_active_path(now_ns, path).map(|()| 0))
}

/// Tells the peer whether it should send on the path: 1 = available, 0 = only
/// when nothing else works.
#[unsafe(no_mangle)]
pub extern "C" fn dk_path_set_status(conn: dk_conn, path: u32, available: u8) -> i32 {
    with_conn(conn, |conn| {
        conn.set_path_status(path, available != 0).map(|()| 0)
    })
}

/// How long a path may be silent before it is abandoned, while there is
/// another: 15 seconds unless told otherwise, 0 for ever.
#[unsafe(no_mangle)]
pub extern "C" fn dk_path_set_idle(conn: dk_conn, path: u32, timeout_ms: u64) -> i32 {
    with_conn(conn, |conn| {
        conn.set_path_idle(path, timeout_ms).map(|()| 0)
    })
}

/// Sends something on the path that the peer acknowledges; without multipath,
/// on path 0.
#[unsafe(no_mangle)]
pub extern "C" fn dk_path_ping(conn: dk_conn, path: u32) -> i32 {
    with_conn(conn, |conn| conn.ping_path(path).map(|()| 0))
}

/// Moves a path to another local address, as after a change of the network.
///
/// # Safety
/// local must be valid for reading.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_path_rebind(
    conn: dk_conn,
    now_ns: u64,
    path: u32,
    local: *const dk_addr,
) -> i32 {
    with_conn(conn, |conn| {
        let local = unsafe { raw::read(local)? }.to_socket()?;
        conn.rebind_path(now_ns, path, local).map(|()| 0)
    })
}

/// Says where the handshake really goes: until now the first path had an
/// address that stood for many. Client only, before another path is opened.
///
/// # Safety
/// Pointers must be valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_path_pin(
    conn: dk_conn,
    local: *const dk_addr,
    peer: *const dk_addr,
) -> i32 {
    with_conn(conn, |conn| {
        let local = unsafe { raw::read(local)? }.to_socket()?;
        let peer = unsafe { raw::read(peer)? }.to_socket()?;
        conn.pin_path(local, peer).map(|()| 0)
    })
}

/// Sends a challenge to an address that is no path, once, and writes its
/// value. An answer from there is a DK_EVENT_PROBE_REPLY during the next five
/// seconds. DK_DONE when too many wait; DK_ERR_STATE without NAT traversal.
///
/// # Safety
/// Pointers must be valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_probe(
    conn: dk_conn,
    now_ns: u64,
    local: *const dk_addr,
    peer: *const dk_addr,
    value: *mut u64,
) -> i32 {
    with_conn(conn, |conn| {
        let local = unsafe { raw::read(local)? }.to_socket()?;
        let peer = unsafe { raw::read(peer)? }.to_socket()?;
        let value = unsafe { raw::out(value)? };
        *value = conn.probe(now_ns, local, peer)?;
        Ok(0)
    })
}

/// Forgets all probes, sent and unsent: a new round begins.
#[unsafe(no_mangle)]
pub extern "C" fn dk_probe_clear(conn: dk_conn) -> i32 {
    with_conn(conn, |conn| {
        conn.clear_probes();
        Ok(0)
    })
}

/// Sends a frame of NAT traversal with this type and the n bytes behind it.
/// delivery is a dk_delivery; the token comes back with DK_EVENT_FRAME_ACKED
/// or DK_EVENT_FRAME_LOST. DK_ERR_STATE when it was not negotiated or is not
/// for this role, DK_ERR_ARG for a malformed body, DK_DONE when too many wait.
///
/// # Safety
/// body must be valid for reading n bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_frame_send(
    conn: dk_conn,
    ty: u64,
    body: *const u8,
    n: usize,
    delivery: u32,
    token: u64,
) -> i32 {
    with_conn(conn, |conn| {
        let body = unsafe { raw::slice(body, n)? };
        conn.send_frame(ty, body, delivery, token).map(|()| 0)
    })
}

/// Frames with this token are not sent, or not again. Returns 1 when there was
/// one, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn dk_frame_cancel(conn: dk_conn, token: u64) -> i32 {
    with_conn(conn, |conn| Ok(i32::from(conn.cancel_frame(token))))
}

/// Writes a transport parameter of the peer, at most cap bytes. Returns its
/// full length, DK_DONE when it sent none or the handshake is not that far.
///
/// # Safety
/// buf must be valid for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_peer_transport_param(
    conn: dk_conn,
    id: u64,
    buf: *mut u8,
    cap: usize,
) -> i32 {
    with_conn(conn, |conn| {
        let buf = unsafe { raw::slice_mut(buf, cap)? };
        Ok(raw::copy_text(conn.peer_transport_param(id)?, buf))
    })
}
