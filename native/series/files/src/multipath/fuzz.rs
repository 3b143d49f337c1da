//! Readers of foreign bytes, for who looks for bytes that they cannot bear.

use super::*;
use crate::frame::Frame;
use crate::transport_params::TransportParams;
use crate::Type;

/// Reads the payload of a packet, whose type the first byte tells. A frame of
/// ours that could be read has to be written as it was meant.
pub fn frames(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let ty = match first {
        0 => Type::Initial,
        1 => Type::Handshake,
        2 => Type::ZeroRTT,
        _ => Type::Short,
    };
    let mut b = octets::Octets::with_slice(rest);
    while b.cap() > 0 {
        let Ok(frame) = Frame::from_bytes(&mut b, ty) else {
            return;
        };
        let _ = (frame.ack_eliciting(), frame.probing(), format!("{frame:?}"));
        if let Frame::Ext(_) = frame {
            assert_eq!(written(&frame).as_ref(), Ok(&frame));
        }
    }
}

/// A frame after it was written and read again.
fn written(frame: &Frame) -> Result<Frame> {
    let mut out = vec![0; frame.wire_len()];
    let mut b = octets::OctetsMut::with_slice(&mut out);
    assert_eq!(frame.to_bytes(&mut b), Ok(b.off()));
    assert_eq!(b.cap(), 0);
    Frame::from_bytes(&mut octets::Octets::with_slice(&out), Type::Short)
}

/// Reads transport parameters, of a server if the first byte is odd.
pub fn parameters(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    for unknown in [None, Some(64)] {
        let _ = TransportParams::decode(rest, first & 1 == 0, unknown);
    }
    negotiation::read(rest);
}
