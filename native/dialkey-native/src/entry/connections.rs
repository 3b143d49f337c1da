//! Entries on connections.
//!
//! The caller holds one lock per connection around every call with its id.

use crate::abi::{dk_addr, dk_config, dk_conn, dk_event, dk_rx, dk_state_flag, dk_status, dk_tx};
use crate::connection::Conn;
use crate::guard::{CONNS, run, with_config, with_conn};
use crate::raw;

/// Starts a connection to the peer with this public key. The handshake fails
/// with TLS alert unknown_ca (code 0x130) when the peer has another key. alpn
/// is the list of names to offer, each as a length byte and the name. No
/// packet leaves before dk_conn_send_batch.
///
/// # Safety
/// Pointers must be valid: peer_key for 32 bytes, alpn for alpn_len bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_connect(
    config: dk_config,
    peer_key: *const u8,
    alpn: *const u8,
    alpn_len: usize,
    local: *const dk_addr,
    peer: *const dk_addr,
    now_ns: u64,
    out: *mut dk_conn,
) -> i32 {
    with_config(config, |config| {
        let key = unsafe { raw::array::<u8, 32>(peer_key)? };
        let alpn = unsafe { raw::slice(alpn, alpn_len)? };
        let local = unsafe { raw::read(local)? }.to_socket()?;
        let peer = unsafe { raw::read(peer)? }.to_socket()?;
        let out = unsafe { raw::out(out)? };
        let conn = Conn::connect(config, key, alpn, local, peer, now_ns)?;
        *out = CONNS.insert(Box::new(conn))?;
        Ok(0)
    })
}

/// Starts a connection to a server with a certificate for this host: a DNS
/// name without a dot at its end, which the server is told, or an IP address
/// without brackets, which it is not. The configuration is one of
/// dk_config_new_webpki. The handshake fails with a TLS alert: unknown_ca
/// (code 0x130) when no root vouches for the certificate, decrypt_error (0x133)
/// when one of the right name has another key, bad_certificate
/// (0x12a) when it is for another host, certificate_expired (0x12d) when its
/// time is over or yet to come. The rest is as with dk_connect.
///
/// # Safety
/// Pointers must be valid: host for host_len bytes, alpn for alpn_len bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_connect_name(
    config: dk_config,
    host: *const u8,
    host_len: usize,
    alpn: *const u8,
    alpn_len: usize,
    local: *const dk_addr,
    peer: *const dk_addr,
    now_ns: u64,
    out: *mut dk_conn,
) -> i32 {
    with_config(config, |config| {
        let host = unsafe { raw::slice(host, host_len)? };
        let alpn = unsafe { raw::slice(alpn, alpn_len)? };
        let local = unsafe { raw::read(local)? }.to_socket()?;
        let peer = unsafe { raw::read(peer)? }.to_socket()?;
        let out = unsafe { raw::out(out)? };
        let conn = Conn::connect_name(config, host, alpn, local, peer, now_ns)?;
        *out = CONNS.insert(Box::new(conn))?;
        Ok(0)
    })
}

/// Makes the connection for the client's first Initial. The datagram itself
/// is not processed: pass it to dk_conn_recv_batch. A token in it is checked
/// as by dk_token_check: with a valid one the client's address is proven, with
/// a bad one the result is DK_ERR_CRYPTO. DK_ERR_PROTOCOL when it is no proper
/// Initial, DK_ERR_VERSION when its version is not ours.
///
/// # Safety
/// Pointers must be valid, initial for n bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_accept(
    config: dk_config,
    initial: *const u8,
    n: usize,
    local: *const dk_addr,
    peer: *const dk_addr,
    now_ns: u64,
    out: *mut dk_conn,
) -> i32 {
    with_config(config, |config| {
        let initial = unsafe { raw::slice(initial, n)? };
        let local = unsafe { raw::read(local)? }.to_socket()?;
        let peer = unsafe { raw::read(peer)? }.to_socket()?;
        let out = unsafe { raw::out(out)? };
        let conn = Conn::accept(config, initial, local, peer, now_ns)?;
        *out = CONNS.insert(Box::new(conn))?;
        Ok(0)
    })
}

/// Frees a connection at once, without telling the peer. A second free, or a
/// free while another call runs, returns DK_ERR_STATE.
#[unsafe(no_mangle)]
pub extern "C" fn dk_conn_free(conn: dk_conn) -> i32 {
    run(|| CONNS.free(conn).map(|()| 0))
}

/// Processes n datagrams that lie in buf (they are decrypted in place) and
/// returns how many were taken. Datagrams that do not belong to the connection
/// are dropped; an error of the connection shows in dk_conn_state. A stateless
/// reset carries no id of ours: offer a short packet with an unknown id to the
/// connections with its sender.
///
/// # Safety
/// buf must be valid for reading and writing len bytes, pkts for n entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_recv_batch(
    conn: dk_conn,
    now_ns: u64,
    buf: *mut u8,
    len: usize,
    pkts: *const dk_rx,
    n: u32,
) -> i32 {
    with_conn(conn, |conn| {
        let buf = unsafe { raw::slice_mut(buf, len)? };
        let pkts = unsafe { raw::slice(pkts, n as usize)? };
        conn.recv_batch(now_ns, buf, pkts)
    })
}

/// Fills buf with packets to send and out with one entry per run of equal
/// size to one address (at most 64 datagrams and 65507 bytes; the last may be
/// shorter). Returns the number of entries, 0 when there is nothing to send.
/// After a return of max, or when less than one full packet is left in buf,
/// call again. When pacing stops it, dk_conn_timeout tells when to call again.
/// slot_mask selects paths by dk_path_info.slot, 0 means all.
///
/// # Safety
/// buf must be valid for writing cap bytes, out for max entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_send_batch(
    conn: dk_conn,
    now_ns: u64,
    slot_mask: u64,
    buf: *mut u8,
    cap: usize,
    out: *mut dk_tx,
    max: u32,
) -> i32 {
    with_conn(conn, |conn| {
        let buf = unsafe { raw::slice_mut(buf, cap)? };
        let out = unsafe { raw::slice_mut(out, max as usize)? };
        conn.send_batch(now_ns, slot_mask, buf, out)
    })
}

/// Writes the time of the next timer, on the scale of now_ns. DK_DONE when
/// there is none.
///
/// # Safety
/// at_ns must be valid for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_timeout(conn: dk_conn, now_ns: u64, at_ns: *mut u64) -> i32 {
    with_conn(conn, |conn| {
        let at_ns = unsafe { raw::out(at_ns)? };
        conn.timeout(now_ns, at_ns)
    })
}

/// Runs the timers that are due; harmless when none is. Call
/// dk_conn_send_batch afterwards.
#[unsafe(no_mangle)]
pub extern "C" fn dk_conn_on_timeout(conn: dk_conn, now_ns: u64) -> i32 {
    with_conn(conn, |conn| {
        conn.on_timeout(now_ns);
        Ok(0)
    })
}

/// Closes the connection with a code below 2^62 and a reason of at most 1024
/// bytes; app is 1 for a code of the application, 0 for one of the transport.
/// Before the handshake is over an application code does not reach the peer:
/// it sees transport error 0x0c. DK_DONE when the connection is closing already.
///
/// # Safety
/// reason must be valid for reading n bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_close(
    conn: dk_conn,
    now_ns: u64,
    app: u8,
    code: u64,
    reason: *const u8,
    n: usize,
) -> i32 {
    with_conn(conn, |conn| {
        let reason = unsafe { raw::slice(reason, n)? };
        conn.close(now_ns, app, code, reason)
    })
}

/// out[8] = dk_state_flag bits, dk_origin of the end, its error code,
/// bidirectional and unidirectional streams we may still open, largest
/// datagram payload or 0, window that the peer gives a new stream or 0, 0. For a poisoned connection out[0] is
/// DK_STATE_POISONED and the result DK_ERR_PANIC.
///
/// # Safety
/// out must be valid for writing 8 numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_state(conn: dk_conn, out: *mut u64) -> i32 {
    let result = with_conn(conn, |conn| {
        *unsafe { raw::array_mut::<u64, 8>(out)? } = conn.state();
        Ok(0)
    });
    if result == dk_status::DK_ERR_PANIC as i32
        && let Ok(out) = unsafe { raw::array_mut::<u64, 8>(out) }
    {
        *out = [dk_state_flag::DK_STATE_POISONED as u64, 0, 0, 0, 0, 0, 0, 0];
    }
    result
}

/// Writes the public key that the peer proved to own. DK_DONE before the
/// handshake is over.
///
/// # Safety
/// out must be valid for writing 32 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_peer_key(conn: dk_conn, out: *mut u8) -> i32 {
    with_conn(conn, |conn| {
        *unsafe { raw::array_mut::<u8, 32>(out)? } = conn.peer_key()?;
        Ok(0)
    })
}

/// Writes the negotiated ALPN name, at most cap bytes. Returns its full
/// length, 0 before the handshake is over.
///
/// # Safety
/// buf must be valid for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_alpn(conn: dk_conn, buf: *mut u8, cap: usize) -> i32 {
    with_conn(conn, |conn| {
        let buf = unsafe { raw::slice_mut(buf, cap)? };
        Ok(raw::copy_text(conn.alpn(), buf))
    })
}

/// Writes on bytes of keying material (RFC 8446, 7.5) for a label of 1 to 249
/// bytes and a context, which is always there, if empty. Both sides get the
/// same. DK_ERR_STATE before the handshake is over; DK_ERR_ARG when on is not
/// 1 to 8160.
///
/// # Safety
/// label must be valid for reading ln bytes, ctx for cn, out for writing on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_export_keying(
    conn: dk_conn,
    label: *const u8,
    ln: usize,
    ctx: *const u8,
    cn: usize,
    out: *mut u8,
    on: usize,
) -> i32 {
    with_conn(conn, |conn| {
        let label = unsafe { raw::slice(label, ln)? };
        let context = unsafe { raw::slice(ctx, cn)? };
        let out = unsafe { raw::slice_mut(out, on)? };
        conn.export_keying(label, context, out).map(|()| 0)
    })
}

/// Writes the reason given with the close that ended the connection, the
/// peer's or our own, at most cap bytes. Returns its full length.
///
/// # Safety
/// buf must be valid for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_close_reason(conn: dk_conn, buf: *mut u8, cap: usize) -> i32 {
    with_conn(conn, |conn| {
        let buf = unsafe { raw::slice_mut(buf, cap)? };
        Ok(raw::copy_text(conn.close_reason(), buf))
    })
}

/// Writes what happened since the last call: at most max events, their
/// payloads in side. Returns the number of events; max means that more may
/// wait. Nothing is dropped: a payload that does not fit side waits for the
/// next call, and DK_ERR_BUFFER tells that side is too small for even one
/// (36 bytes are always enough).
///
/// # Safety
/// out must be valid for writing max entries, side for cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_events(
    conn: dk_conn,
    out: *mut dk_event,
    max: u32,
    side: *mut u8,
    cap: usize,
) -> i32 {
    with_conn(conn, |conn| {
        let out = unsafe { raw::slice_mut(out, max as usize)? };
        let side = unsafe { raw::slice_mut(side, cap)? };
        conn.events(out, side)
    })
}

/// Writes counters in the order of dk_conn_stat, at most n. Returns how many
/// were written.
///
/// # Safety
/// out must be valid for writing n numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_conn_stats(conn: dk_conn, out: *mut u64, n: u32) -> i32 {
    with_conn(conn, |conn| {
        let out = unsafe { raw::slice_mut(out, n as usize)? };
        Ok(raw::copy_values(&conn.stats(), out))
    })
}
