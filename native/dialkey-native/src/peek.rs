//! What a client asks for, read from its first flight without a connection.

use crate::abi::dk_status;
use crate::fault::{Fault, Outcome};
use crate::header::{Long, first_packet_len, varint};
use crate::hello::Hello;
use crate::initial::Keys;
use crate::raw;

/// Longest ClientHello, with its header.
const MAX_HELLO: usize = 16 * 1024;

const PADDING: u64 = 0x00;
const PING: u64 = 0x01;
const ACK: u64 = 0x02;
const ACK_ECN: u64 = 0x03;
const CRYPTO: u64 = 0x06;

pub(crate) fn peek(pkts: &[u8], lens: &[u32], out: &mut [u8]) -> Outcome<i32> {
    let total = lens.iter().map(|len| u64::from(*len)).sum::<u64>();
    if total != pkts.len() as u64 {
        return Err(Fault::arg("lengths do not add up"));
    }
    let flight = Flight::open(pkts, lens)?;
    let message = assemble(flight.crypto)?;
    let hello = Hello::parse(&message)?;
    raw::copy_packet(&report(&hello), out)
}

/// ALPN list and server name, each behind its length.
fn report(hello: &Hello<'_>) -> Vec<u8> {
    // Lengths fit: both were read from fields of 16 bits.
    let alpn = (hello.alpn.len() as u16).to_be_bytes();
    let name = (hello.name.len() as u16).to_be_bytes();
    [alpn.as_slice(), hello.alpn, &name, hello.name].concat()
}

/// A piece of the client's handshake messages.
struct Piece {
    offset: usize,
    bytes: Vec<u8>,
}

struct Flight<'a> {
    dcid: &'a [u8],
    keys: Keys,
    expected: u64,
    crypto: Vec<Piece>,
}

impl<'a> Flight<'a> {
    fn open(pkts: &'a [u8], lens: &[u32]) -> Outcome<Flight<'a>> {
        let first = Long::parse(pkts)
            .filter(Long::is_first_initial)
            .ok_or(protocol("not an Initial packet"))?;
        let mut flight = Flight {
            dcid: first.dcid,
            keys: Keys::client(first.dcid)?,
            expected: 0,
            crypto: Vec::new(),
        };
        let mut rest = pkts;
        let mut opened = false;
        for &len in lens {
            // They add up, so there is always as much left.
            let (datagram, more) = rest.split_at_checked(len as usize).unwrap_or_default();
            opened |= flight.datagram(datagram)?;
            rest = more;
        }
        if opened {
            Ok(flight)
        } else {
            Err(protocol("no packet is authentic"))
        }
    }

    /// Reads the Initials of a datagram; returns whether there was one.
    fn datagram(&mut self, mut datagram: &[u8]) -> Outcome<bool> {
        let mut opened = false;
        while !datagram.is_empty() {
            let (packet, more) = datagram.split_at(first_packet_len(datagram));
            opened |= self.packet(packet)?;
            datagram = more;
        }
        Ok(opened)
    }

    /// What is not authentic is no word of the client's and passed over.
    fn packet(&mut self, packet: &[u8]) -> Outcome<bool> {
        let Some(long) = Long::parse(packet).filter(|long| long.is_initial()) else {
            return Ok(false);
        };
        let Some(parts) = long.initial_parts().filter(|_| long.dcid == self.dcid) else {
            return Ok(false);
        };
        let number_at = packet.len() - parts.body.len();
        let Ok((number, payload)) = self.keys.open(packet, number_at, self.expected) else {
            return Ok(false);
        };
        self.expected = self.expected.max(number + 1);
        self.frames(&payload)?;
        Ok(true)
    }

    fn frames(&mut self, payload: &[u8]) -> Outcome<()> {
        let mut rest = payload;
        while !rest.is_empty() {
            rest = self.frame(rest)?;
        }
        Ok(())
    }

    fn frame<'p>(&mut self, from: &'p [u8]) -> Outcome<&'p [u8]> {
        let (kind, rest) = number(from)?;
        match kind {
            PADDING | PING => Ok(rest),
            ACK | ACK_ECN => skip_ack(rest, kind == ACK_ECN),
            CRYPTO => self.crypto(rest),
            _ => Err(protocol("frame that a first flight does not hold")),
        }
    }

    fn crypto<'p>(&mut self, from: &'p [u8]) -> Outcome<&'p [u8]> {
        let (offset, rest) = number(from)?;
        let (len, rest) = number(rest)?;
        let (offset, len) = (offset as usize, len as usize);
        if offset.saturating_add(len) > MAX_HELLO {
            return Err(protocol("ClientHello longer than 16 KiB"));
        }
        let (bytes, rest) = rest
            .split_at_checked(len)
            .ok_or(protocol("truncated frame"))?;
        let bytes = bytes.to_vec();
        self.crypto.push(Piece { offset, bytes });
        Ok(rest)
    }
}

fn skip_ack(from: &[u8], ecn: bool) -> Outcome<&[u8]> {
    let (_largest, rest) = number(from)?;
    let (_delay, rest) = number(rest)?;
    let (ranges, rest) = number(rest)?;
    let (_first, mut rest) = number(rest)?;
    for _ in 0..ranges {
        // A gap and a length. Ends with what there is to read.
        rest = number(number(rest)?.1)?.1;
    }
    for _ in 0..if ecn { 3 } else { 0 } {
        rest = number(rest)?.1;
    }
    Ok(rest)
}

fn number(from: &[u8]) -> Outcome<(u64, &[u8])> {
    varint(from).ok_or(protocol("truncated frame"))
}

/// The bytes from the start up to the first gap.
fn assemble(mut pieces: Vec<Piece>) -> Outcome<Vec<u8>> {
    pieces.sort_by_key(|piece| piece.offset);
    let mut message = Vec::new();
    for piece in pieces {
        let Some(known) = message.len().checked_sub(piece.offset) else {
            break;
        };
        message.extend(piece.bytes.get(known..).unwrap_or_default());
    }
    Ok(message)
}

fn protocol(text: &'static str) -> Fault {
    Fault::new(dk_status::DK_ERR_PROTOCOL, text)
}
