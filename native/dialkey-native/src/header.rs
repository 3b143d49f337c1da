//! Packet headers as RFC 8999 fixes them for every version, and the token of
//! a version 1 Initial.

use crate::abi::{dk_packet_type, dk_status};
use crate::cid;
use crate::fault::{Fault, Outcome};
use crate::version::MIN_DATAGRAM;

pub(crate) const VERSION_1: u32 = 1;
const VERSION_NEGOTIATION: u32 = 0;

const LONG_HEADER: u8 = 0x80;
const FIXED_BIT: u8 = 0x40;
/// Shorter destination ids of a client's first Initial are not allowed
/// (RFC 9000, 7.2).
const SHORTEST_CLIENT_DCID: usize = 8;

/// The invariant part of a long header, as slices of the packet.
pub(crate) struct Long<'a> {
    pub(crate) first: u8,
    pub(crate) version: u32,
    pub(crate) dcid: &'a [u8],
    pub(crate) scid: &'a [u8],
    /// What follows the source connection id.
    pub(crate) rest: &'a [u8],
}

pub(crate) fn is_long(pkt: &[u8]) -> bool {
    pkt.first().is_some_and(|first| first & LONG_HEADER != 0)
}

impl<'a> Long<'a> {
    /// None for a short header or a truncated long one.
    pub(crate) fn parse(pkt: &'a [u8]) -> Option<Long<'a>> {
        let (&first, rest) = pkt.split_first()?;
        if first & LONG_HEADER == 0 {
            return None;
        }
        let (version, rest) = rest.split_first_chunk()?;
        let (dcid, rest) = counted(rest)?;
        let (scid, rest) = counted(rest)?;
        Some(Long {
            first,
            version: u32::from_be_bytes(*version),
            dcid,
            scid,
            rest,
        })
    }

    pub(crate) fn kind(&self) -> dk_packet_type {
        if self.version == VERSION_NEGOTIATION {
            return dk_packet_type::DK_PACKET_VERSION_NEGOTIATION;
        }
        match self.first >> 4 & 3 {
            0 => dk_packet_type::DK_PACKET_INITIAL,
            1 => dk_packet_type::DK_PACKET_ZERO_RTT,
            2 => dk_packet_type::DK_PACKET_HANDSHAKE,
            _ => dk_packet_type::DK_PACKET_RETRY,
        }
    }

    pub(crate) fn is_initial(&self) -> bool {
        self.version == VERSION_1
            && self.first & FIXED_BIT != 0
            && self.kind() == dk_packet_type::DK_PACKET_INITIAL
    }

    /// The Initial that a datagram begins with, when a server may answer it:
    /// of version 1, with ids that are allowed (RFC 9000, 7.2), and in a
    /// datagram so long that the answer amplifies nothing.
    pub(crate) fn answerable_initial(datagram: &'a [u8]) -> Option<Long<'a>> {
        let long = Long::parse(datagram)?;
        let answerable = datagram.len() >= MIN_DATAGRAM && long.is_first_initial();
        answerable.then_some(long)
    }

    pub(crate) fn is_first_initial(&self) -> bool {
        let lengths = SHORTEST_CLIENT_DCID..=cid::MAX_LEN;
        self.is_initial() && lengths.contains(&self.dcid.len()) && self.scid.len() <= cid::MAX_LEN
    }

    /// None when the packet is longer than its datagram.
    pub(crate) fn initial_parts(&self) -> Option<InitialParts<'a>> {
        let (token, rest) = token(self.rest)?;
        let (len, rest) = varint(rest)?;
        let body = rest.get(..usize::try_from(len).ok()?)?;
        Some(InitialParts { token, body })
    }

    fn fits_version_1(&self) -> bool {
        self.dcid.len() <= cid::MAX_LEN && self.scid.len() <= cid::MAX_LEN
    }
}

/// What follows the ids of a version 1 Initial.
pub(crate) struct InitialParts<'a> {
    pub(crate) token: &'a [u8],
    /// Packet number and payload, both protected.
    pub(crate) body: &'a [u8],
}

/// Length of the first packet of a datagram. Only version 1 packets with a
/// length field can be followed by another one.
pub(crate) fn first_packet_len(datagram: &[u8]) -> usize {
    let all = datagram.len();
    let Some(long) = Long::parse(datagram) else {
        return all;
    };
    packet_end(&long).map_or(all, |rest| all - rest.min(all))
}

/// Bytes that follow the packet, when it has a length field.
fn packet_end(long: &Long<'_>) -> Option<usize> {
    let rest = match long.kind() {
        _ if long.version != VERSION_1 => return None,
        dk_packet_type::DK_PACKET_INITIAL => token(long.rest)?.1,
        dk_packet_type::DK_PACKET_ZERO_RTT | dk_packet_type::DK_PACKET_HANDSHAKE => long.rest,
        _ => return None,
    };
    let (len, rest) = varint(rest)?;
    rest.len().checked_sub(usize::try_from(len).ok()?)
}

/// Where `dk_header` writes to.
pub(crate) struct Output<'a> {
    pub(crate) dcid: &'a mut [u8; cid::MAX_LEN],
    pub(crate) scid: &'a mut [u8; cid::MAX_LEN],
    pub(crate) token: &'a mut [u8],
    pub(crate) values: &'a mut [u64; 6],
}

pub(crate) fn report(pkt: &[u8], cid_len: u32, to: Output<'_>) -> Outcome<()> {
    *to.values = [0; 6];
    if is_long(pkt) {
        report_long(pkt, to)
    } else {
        report_short(pkt, cid_len, to)
    }
}

fn report_short(pkt: &[u8], cid_len: u32, to: Output<'_>) -> Outcome<()> {
    let len = cid_len as usize;
    if len > cid::MAX_LEN {
        return Err(Fault::arg("connection id longer than 20 bytes"));
    }
    let dcid = pkt.get(1..1 + len).ok_or(truncated())?;
    fill(to.dcid, dcid);
    *to.values = [
        dk_packet_type::DK_PACKET_SHORT as u64,
        0,
        len as u64,
        0,
        0,
        0,
    ];
    Ok(())
}

fn report_long(pkt: &[u8], to: Output<'_>) -> Outcome<()> {
    let long = Long::parse(pkt).ok_or(truncated())?;
    let (token, at) = initial_token(&long, pkt.len())?;
    *to.values = [
        long.kind() as u64,
        u64::from(long.version),
        long.dcid.len() as u64,
        long.scid.len() as u64,
        token.len() as u64,
        at as u64,
    ];
    if !long.fits_version_1() {
        let status = if long.version == VERSION_1 {
            dk_status::DK_ERR_PROTOCOL
        } else {
            dk_status::DK_ERR_LIMIT
        };
        return Err(Fault::new(status, "connection id longer than 20 bytes"));
    }
    fill(to.dcid, long.dcid);
    fill(to.scid, long.scid);
    copy_token(token, to.token)
}

fn initial_token<'a>(long: &Long<'a>, len: usize) -> Outcome<(&'a [u8], usize)> {
    if !long.is_initial() {
        return Ok((&[], 0));
    }
    let (token, rest) = token(long.rest).ok_or(truncated())?;
    Ok((token, len - rest.len() - token.len()))
}

fn copy_token(token: &[u8], to: &mut [u8]) -> Outcome<()> {
    if to.is_empty() {
        return Ok(());
    }
    to.get_mut(..token.len())
        .ok_or(Fault::buffer("token longer than its buffer"))?
        .copy_from_slice(token);
    Ok(())
}

fn truncated() -> Fault {
    Fault::new(dk_status::DK_ERR_PROTOCOL, "truncated packet header")
}

fn fill(to: &mut [u8; cid::MAX_LEN], from: &[u8]) {
    *to = [0; cid::MAX_LEN];
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

fn counted(from: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = from.split_first()?;
    rest.split_at_checked(usize::from(len))
}

/// The token of an Initial and what follows it.
fn token(from: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = varint(from)?;
    rest.split_at_checked(usize::try_from(len).ok()?)
}

pub(crate) fn varint(from: &[u8]) -> Option<(u64, &[u8])> {
    let (&first, rest) = from.split_first()?;
    let (more, rest) = rest.split_at_checked((1 << (first >> 6)) - 1)?;
    let start = u64::from(first & 0x3f);
    let value = more.iter().fold(start, |v, b| v << 8 | u64::from(*b));
    Some((value, rest))
}
