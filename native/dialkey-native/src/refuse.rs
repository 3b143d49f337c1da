//! One Initial packet with CONNECTION_CLOSE, written without a connection:
//! a server that turns clients away pays no handshake.

use crate::MAX_VARINT;
use crate::cid::CidKey;
use crate::fault::{Fault, Outcome};
use crate::header::{Long, VERSION_1};
use crate::initial::{Keys, TAG_LEN};
use crate::raw;

const CONNECTION_CLOSE: u8 = 0x1c;

pub(crate) fn refuse(pkt: &[u8], key: &CidKey, code: u64, out: &mut [u8]) -> Outcome<i32> {
    if code > MAX_VARINT {
        return Err(Fault::arg("error code above 2^62 - 1"));
    }
    let initial = Long::answerable_initial(pkt).ok_or(Fault::done())?;
    let payload = close_frame(code);
    let header = header(initial.scid, key.issue()?.as_slice(), payload.len());
    let keys = Keys::server(initial.dcid)?;
    raw::copy_packet(&keys.protect(header, &payload)?, out)
}

/// Type, code as an 8-byte varint, no frame type, no reason.
fn close_frame(code: u64) -> Vec<u8> {
    let code = (code | 3 << 62).to_be_bytes();
    [&[CONNECTION_CLOSE], code.as_slice(), &[0, 0]].concat()
}

/// Header of packet number 0, which takes one byte, with an empty token.
fn header(dcid: &[u8], scid: &[u8], payload: usize) -> Vec<u8> {
    let length = (1 + payload + TAG_LEN) as u16 | 0x4000;
    [
        &[0xc0],
        VERSION_1.to_be_bytes().as_slice(),
        &[dcid.len() as u8],
        dcid,
        &[scid.len() as u8],
        scid,
        &[0],
        &length.to_be_bytes(),
        &[0],
    ]
    .concat()
}
