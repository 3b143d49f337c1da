//! Frames of multipath (draft-ietf-quic-multipath), and frames whose content
//! is nobody's business here: address discovery (draft-ietf-quic-address-
//! discovery) and the NAT traversal of iroh.

use super::*;

const PATH_ACK: u64 = 0x3e;
const PATH_ACK_ECN: u64 = 0x3f;
const PATH_ABANDON: u64 = 0x3e75;
const PATH_STATUS_BACKUP: u64 = 0x3e76;
const PATH_STATUS_AVAILABLE: u64 = 0x3e77;
const PATH_NEW_CONNECTION_ID: u64 = 0x3e78;
const PATH_RETIRE_CONNECTION_ID: u64 = 0x3e79;
const MAX_PATH_ID: u64 = 0x3e7a;
const PATHS_BLOCKED: u64 = 0x3e7b;
const PATH_CIDS_BLOCKED: u64 = 0x3e7c;
const OBSERVED_ADDRESS_V4: u64 = 0x9f81a6;
const OBSERVED_ADDRESS_V6: u64 = 0x9f81a7;
const ADD_ADDRESS_V4: u64 = 0x3d7f90;
const ADD_ADDRESS_V6: u64 = 0x3d7f91;
const REACH_OUT_V4: u64 = 0x3d7f92;
const REACH_OUT_V6: u64 = 0x3d7f93;
const REMOVE_ADDRESS: u64 = 0x3d7f94;

const TOKEN_LEN: usize = 16;

/// A frame that the base protocol does not know. `path` is a path id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtFrame {
    /// Counters of ECN are read and dropped.
    PathAck {
        path: u32,
        delay: u64,
        ranges: ranges::RangeSet,
    },

    PathAbandon { path: u32, code: u64 },

    PathStatus {
        path: u32,
        seq: u64,
        available: bool,
    },

    PathNewConnectionId {
        path: u32,
        seq: u64,
        retire_prior_to: u64,
        cid: Vec<u8>,
        token: [u8; TOKEN_LEN],
    },

    PathRetireConnectionId { path: u32, seq: u64 },

    MaxPathId { max: u32 },

    PathsBlocked { max: u32 },

    PathCidsBlocked { path: u32, next_seq: u64 },

    /// The bytes behind the type, as they came.
    Opaque { ty: u64, body: Vec<u8> },
}

/// What the body of an opaque frame is made of: frames have no length, so one
/// has to be understood so far as to find its end.
enum Field {
    Varint,
    Bytes(usize),
}

/// Which role may receive a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opaque {
    ObservedAddress,
    /// ADD_ADDRESS, REMOVE_ADDRESS.
    ForClient,
    /// REACH_OUT.
    ForServer,
}

/// What kind of opaque frame this is, if any.
pub fn opaque(ty: u64) -> Option<Opaque> {
    match ty {
        OBSERVED_ADDRESS_V4 | OBSERVED_ADDRESS_V6 =>
            Some(Opaque::ObservedAddress),
        ADD_ADDRESS_V4 | ADD_ADDRESS_V6 | REMOVE_ADDRESS =>
            Some(Opaque::ForClient),
        REACH_OUT_V4 | REACH_OUT_V6 => Some(Opaque::ForServer),
        _ => None,
    }
}

fn grammar(ty: u64) -> Option<&'static [Field]> {
    use Field::*;
    match ty {
        OBSERVED_ADDRESS_V4 | ADD_ADDRESS_V4 | REACH_OUT_V4 =>
            Some(&[Varint, Bytes(4), Bytes(2)]),
        OBSERVED_ADDRESS_V6 | ADD_ADDRESS_V6 | REACH_OUT_V6 =>
            Some(&[Varint, Bytes(16), Bytes(2)]),
        REMOVE_ADDRESS => Some(&[Varint]),
        _ => None,
    }
}

/// Whether the body is exactly one of its type.
pub fn is_body(ty: u64, body: &[u8]) -> bool {
    let mut b = octets::Octets::with_slice(body);
    read_body(ty, &mut b).is_ok() && b.cap() == 0
}

fn read_body(ty: u64, b: &mut octets::Octets) -> Result<Vec<u8>> {
    let fields = grammar(ty).ok_or(Error::InvalidFrame)?;
    let mut body = Vec::new();
    for field in fields {
        let len = match field {
            // The first two bits of a variable-length integer.
            Field::Varint => 1 << (b.peek_u8()? >> 6),
            Field::Bytes(len) => *len,
        };
        body.extend_from_slice(b.get_bytes(len)?.buf());
    }
    Ok(body)
}

fn read_path(b: &mut octets::Octets) -> Result<u32> {
    u32::try_from(b.get_varint()?).map_err(|_| Error::InvalidFrame)
}

impl ExtFrame {
    pub(super) fn parse(ty: u64, b: &mut octets::Octets) -> Result<ExtFrame> {
        Ok(match ty {
            PATH_ACK | PATH_ACK_ECN => ExtFrame::parse_ack(ty, b)?,
            PATH_ABANDON => ExtFrame::PathAbandon {
                path: read_path(b)?,
                code: b.get_varint()?,
            },
            PATH_STATUS_BACKUP | PATH_STATUS_AVAILABLE =>
                ExtFrame::PathStatus {
                    path: read_path(b)?,
                    seq: b.get_varint()?,
                    available: ty == PATH_STATUS_AVAILABLE,
                },
            PATH_NEW_CONNECTION_ID => ExtFrame::parse_new_cid(b)?,
            PATH_RETIRE_CONNECTION_ID => ExtFrame::PathRetireConnectionId {
                path: read_path(b)?,
                seq: b.get_varint()?,
            },
            MAX_PATH_ID => ExtFrame::MaxPathId { max: read_path(b)? },
            PATHS_BLOCKED => ExtFrame::PathsBlocked { max: read_path(b)? },
            PATH_CIDS_BLOCKED => ExtFrame::PathCidsBlocked {
                path: read_path(b)?,
                next_seq: b.get_varint()?,
            },
            _ => ExtFrame::Opaque {
                ty,
                body: read_body(ty, b)?,
            },
        })
    }

    fn parse_ack(ty: u64, b: &mut octets::Octets) -> Result<ExtFrame> {
        let path = read_path(b)?;
        // Behind the path id it is an ACK frame, whose types differ by the
        // same bit.
        match parse_ack_frame(2 | (ty & 1), b)? {
            Frame::ACK {
                ack_delay, ranges, ..
            } => Ok(ExtFrame::PathAck {
                path,
                delay: ack_delay,
                ranges,
            }),
            _ => Err(Error::InvalidFrame),
        }
    }

    fn parse_new_cid(b: &mut octets::Octets) -> Result<ExtFrame> {
        let path = read_path(b)?;
        let seq = b.get_varint()?;
        let retire_prior_to = b.get_varint()?;
        if retire_prior_to > seq {
            return Err(Error::InvalidPacket);
        }
        let len = usize::from(b.get_u8()?);
        if !(1..=packet::MAX_CID_LEN as usize).contains(&len) {
            return Err(Error::InvalidFrame);
        }
        let cid = b.get_bytes(len)?.to_vec();
        let token = b.get_bytes(TOKEN_LEN)?.buf().try_into();
        Ok(ExtFrame::PathNewConnectionId {
            path,
            seq,
            retire_prior_to,
            cid,
            token: token.map_err(|_| Error::BufferTooShort)?,
        })
    }

    pub fn ack_eliciting(&self) -> bool {
        !matches!(self, ExtFrame::PathAck { .. })
    }

    pub fn probing(&self) -> bool {
        match self {
            ExtFrame::PathNewConnectionId { .. } => true,
            ExtFrame::Opaque { ty, .. } =>
                opaque(*ty) == Some(Opaque::ObservedAddress),
            _ => false,
        }
    }

    fn ty(&self) -> u64 {
        match self {
            ExtFrame::PathAck { .. } => PATH_ACK,
            ExtFrame::PathAbandon { .. } => PATH_ABANDON,
            ExtFrame::PathStatus { available: true, .. } =>
                PATH_STATUS_AVAILABLE,
            ExtFrame::PathStatus { .. } => PATH_STATUS_BACKUP,
            ExtFrame::PathNewConnectionId { .. } => PATH_NEW_CONNECTION_ID,
            ExtFrame::PathRetireConnectionId { .. } =>
                PATH_RETIRE_CONNECTION_ID,
            ExtFrame::MaxPathId { .. } => MAX_PATH_ID,
            ExtFrame::PathsBlocked { .. } => PATHS_BLOCKED,
            ExtFrame::PathCidsBlocked { .. } => PATH_CIDS_BLOCKED,
            ExtFrame::Opaque { ty, .. } => *ty,
        }
    }

    pub(super) fn to_bytes(&self, b: &mut octets::OctetsMut) -> Result<()> {
        self.write(&mut Writer {
            to: Some(b),
            len: 0,
        })
    }

    pub fn wire_len(&self) -> usize {
        let mut count = Writer { to: None, len: 0 };
        // Counting cannot fail.
        let _ = self.write(&mut count);
        count.len
    }

    fn write(&self, w: &mut Writer) -> Result<()> {
        w.varint(self.ty())?;
        match self {
            ExtFrame::PathAck {
                path,
                delay,
                ranges,
            } => {
                w.varint((*path).into())?;
                w.ack(*delay, ranges)
            },
            ExtFrame::PathAbandon { path, code } =>
                w.varints(&[(*path).into(), *code]),
            ExtFrame::PathStatus { path, seq, .. } |
            ExtFrame::PathRetireConnectionId { path, seq } |
            ExtFrame::PathCidsBlocked {
                path,
                next_seq: seq,
            } => w.varints(&[(*path).into(), *seq]),
            ExtFrame::PathNewConnectionId {
                path,
                seq,
                retire_prior_to,
                cid,
                token,
            } => {
                w.varints(&[(*path).into(), *seq, *retire_prior_to])?;
                w.bytes(&[cid.len() as u8])?;
                w.bytes(cid)?;
                w.bytes(token)
            },
            ExtFrame::MaxPathId { max } | ExtFrame::PathsBlocked { max } =>
                w.varint((*max).into()),
            ExtFrame::Opaque { body, .. } => w.bytes(body),
        }
    }

    #[cfg(feature = "qlog")]
    pub(super) fn to_qlog(&self) -> QuicFrame {
        QuicFrame::Unknown {
            frame_type_bytes: Some(self.ty()),
            raw: Some(Box::new(qlog::events::RawInfo {
                length: Some(self.wire_len() as u64),
                payload_length: None,
                data: None,
            })),
        }
    }
}

/// Writes a frame, or counts its bytes only.
struct Writer<'a, 'b> {
    to: Option<&'a mut octets::OctetsMut<'b>>,
    len: usize,
}

impl Writer<'_, '_> {
    fn varint(&mut self, value: u64) -> Result<()> {
        self.len += octets::varint_len(value);
        if let Some(b) = self.to.as_mut() {
            b.put_varint(value)?;
        }
        Ok(())
    }

    fn varints(&mut self, values: &[u64]) -> Result<()> {
        values.iter().try_for_each(|value| self.varint(*value))
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.len += bytes.len();
        if let Some(b) = self.to.as_mut() {
            b.put_bytes(bytes)?;
        }
        Ok(())
    }

    /// The body of an ACK frame (RFC 9000, 19.3), the largest range first.
    fn ack(&mut self, delay: u64, ranges: &ranges::RangeSet) -> Result<()> {
        let mut it = ranges.iter().rev();
        let first = it.next().ok_or(Error::InvalidFrame)?;
        let more = it.len() as u64;
        let mut smallest = first.start;
        self.varints(&[first.end - 1, delay, more])?;
        self.varint(first.end - 1 - first.start)?;
        for range in it {
            self.varint(smallest - range.end - 1)?;
            self.varint(range.end - 1 - range.start)?;
            smallest = range.start;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
