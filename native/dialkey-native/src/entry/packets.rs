//! Entries on packets that belong to no connection.

use crate::abi::{dk_addr, dk_config};
use crate::guard::{run, with_config};
use crate::{header, peek, raw, refuse, reset, retry, version};

/// Reads what a router needs from the first packet of a datagram. dcid and
/// scid take 20 bytes each; token takes the token of an Initial, or may be
/// null with token_cap 0. cid_len is the length of our own ids, for short
/// headers.
///
/// out[6] = dk_packet_type, version, length of dcid, of scid, of the token,
/// offset of the token in the packet. The type of a long header of a version
/// other than 1 means nothing.
///
/// Returns 0; DK_ERR_PROTOCOL when the packet cannot be parsed; DK_ERR_LIMIT,
/// with out filled, when an id of another version is longer than 20 bytes;
/// DK_ERR_BUFFER, with all but the token written, when the token is longer
/// than token_cap.
///
/// # Safety
/// Pointers must be valid for the lengths given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_header(
    pkt: *const u8,
    n: usize,
    cid_len: u32,
    dcid: *mut u8,
    scid: *mut u8,
    token: *mut u8,
    token_cap: usize,
    out: *mut u64,
) -> i32 {
    run(|| {
        let pkt = unsafe { raw::slice(pkt, n)? };
        let to = header::Output {
            dcid: unsafe { raw::array_mut::<u8, 20>(dcid)? },
            scid: unsafe { raw::array_mut::<u8, 20>(scid)? },
            token: unsafe { raw::slice_mut(token, token_cap)? },
            values: unsafe { raw::array_mut::<u64, 6>(out)? },
        };
        header::report(pkt, cid_len, to).map(|()| 0)
    })
}

/// Writes a Version Negotiation packet that answers pkt. Returns its length;
/// DK_DONE when no answer is due: not a long header, a version we speak, or a
/// datagram shorter than 1200 bytes.
///
/// # Safety
/// pkt must be valid for reading n bytes, out for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_version_negotiation(
    pkt: *const u8,
    n: usize,
    out: *mut u8,
    cap: usize,
) -> i32 {
    run(|| {
        let pkt = unsafe { raw::slice(pkt, n)? };
        let out = unsafe { raw::slice_mut(out, cap)? };
        version::negotiate(pkt, out)
    })
}

/// Reads what a client asks for from its first flight: n datagrams that lie
/// end to end in pkts, with their lengths in lens, in any order but for the
/// first. Nothing is changed. Writes the length of the list of ALPN names (2
/// bytes, big-endian), the list (each a length byte and the name), the length
/// of the server name (2 bytes) and that name; what is absent has length 0.
///
/// Returns the bytes written; DK_DONE when the ClientHello is not complete;
/// DK_ERR_PROTOCOL when the first datagram begins with no authentic Initial of
/// version 1, or when what it holds is no proper ClientHello of up to 16 KiB.
///
/// # Safety
/// lens must be valid for reading n numbers, pkts for as many bytes as they
/// add up to, out for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_peek(
    pkts: *const u8,
    lens: *const u32,
    n: u32,
    out: *mut u8,
    cap: usize,
) -> i32 {
    run(|| {
        let lens = unsafe { raw::slice(lens, n as usize)? };
        let total = lens.iter().map(|len| *len as usize).sum();
        let pkts = unsafe { raw::slice(pkts, total)? };
        let out = unsafe { raw::slice_mut(out, cap)? };
        peek::peek(pkts, lens, out)
    })
}

/// Writes a Retry packet that answers the Initial in pkt, with a token that is
/// good for 15 seconds and for the client's address. The token can be checked
/// with the same key of connection ids and the same origin of now_ns. Returns
/// its length; DK_DONE when no answer is due: not a version 1 Initial with
/// usable connection ids in a datagram of at least 1200 bytes.
///
/// # Safety
/// pkt must be valid for reading n bytes, from for reading, out for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_retry(
    config: dk_config,
    pkt: *const u8,
    n: usize,
    from: *const dk_addr,
    now_ns: u64,
    out: *mut u8,
    cap: usize,
) -> i32 {
    with_config(config, |config| {
        let pkt = unsafe { raw::slice(pkt, n)? };
        let from = unsafe { raw::read(from)? }.to_socket()?;
        let out = unsafe { raw::slice_mut(out, cap)? };
        retry::answer(pkt, &config.cid_key(), from, now_ns, out)
    })
}

/// Checks the token of the Initial in pkt, as dk_accept does. Returns 1 when
/// dk_retry gave it to this client; DK_DONE when there is none, or one that is
/// no token of a Retry of ours; DK_ERR_CRYPTO when it is forged, expired, of
/// another address, or not in the connection the Retry asked for.
///
/// # Safety
/// pkt must be valid for reading n bytes, from for reading.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_token_check(
    config: dk_config,
    pkt: *const u8,
    n: usize,
    from: *const dk_addr,
    now_ns: u64,
) -> i32 {
    with_config(config, |config| {
        let pkt = unsafe { raw::slice(pkt, n)? };
        let from = unsafe { raw::read(from)? }.to_socket()?;
        retry::check(pkt, &config.cid_key(), from, now_ns)
    })
}

/// Writes an Initial packet with CONNECTION_CLOSE and a transport error code
/// that answers the Initial in pkt, without making a connection. Returns its
/// length; DK_DONE when no answer is due: not a version 1 Initial with a
/// usable connection id in a datagram of at least 1200 bytes.
///
/// # Safety
/// pkt must be valid for reading n bytes, out for writing cap bytes, from for reading.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_refuse(
    config: dk_config,
    pkt: *const u8,
    n: usize,
    from: *const dk_addr,
    code: u64,
    out: *mut u8,
    cap: usize,
) -> i32 {
    with_config(config, |config| {
        let pkt = unsafe { raw::slice(pkt, n)? };
        unsafe { raw::read(from)? }.to_socket()?;
        let out = unsafe { raw::slice_mut(out, cap)? };
        refuse::refuse(pkt, &config.cid_key(), code, out)
    })
}

/// Writes a stateless reset that answers pkt. Returns its length, always less
/// than n; DK_DONE when no answer is due: not a short header, too short, or
/// with a connection id that this configuration's key never made. The rate is
/// the caller's business.
///
/// # Safety
/// pkt must be valid for reading n bytes, out for writing cap bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_stateless_reset(
    config: dk_config,
    pkt: *const u8,
    n: usize,
    out: *mut u8,
    cap: usize,
) -> i32 {
    with_config(config, |config| {
        let pkt = unsafe { raw::slice(pkt, n)? };
        let out = unsafe { raw::slice_mut(out, cap)? };
        reset::answer(pkt, &config.cid_key(), out)
    })
}
