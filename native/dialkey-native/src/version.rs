//! Version Negotiation (RFC 9000, 6 and 17.2.1).

use crate::cid::random;
use crate::fault::{Fault, Outcome};
use crate::header::{Long, VERSION_1};
use crate::raw;

/// Shorter datagrams get no answer, so that nobody is amplified.
pub(crate) const MIN_DATAGRAM: usize = 1200;

/// First byte, version, two ids with their lengths, two versions.
const LONGEST: usize = 1 + 4 + 2 * 256 + 2 * 4;

pub(crate) fn negotiate(pkt: &[u8], out: &mut [u8]) -> Outcome<i32> {
    let asked = match Long::parse(pkt) {
        // 0 is a Version Negotiation packet itself: never answered.
        Some(long) if pkt.len() >= MIN_DATAGRAM && long.version > VERSION_1 => long,
        _ => return Err(Fault::done()),
    };
    let mut answer = [0; LONGEST];
    let len = write(&asked, &mut answer)?;
    raw::copy_packet(answer.get(..len).unwrap_or_default(), out)
}

fn write(asked: &Long<'_>, to: &mut [u8; LONGEST]) -> Outcome<usize> {
    let mut chance = [0; 5];
    random(&mut chance)?;
    let [first, greased @ ..] = chance;
    // Only the first bit is fixed; the next one keeps demultiplexers happy.
    let first = [first | 0xc0];
    let greased = grease(greased, asked.version).to_be_bytes();
    let known = VERSION_1.to_be_bytes();
    // A length byte holds every id length: it was read from one.
    let dcid_len = [asked.scid.len() as u8];
    let scid_len = [asked.dcid.len() as u8];
    let parts: [&[u8]; 8] = [
        &first, &[0; 4], &dcid_len, asked.scid, &scid_len, asked.dcid, &greased, &known,
    ];
    let bytes = parts.into_iter().flatten();
    Ok(to
        .iter_mut()
        .zip(bytes)
        .map(|(to, from)| *to = *from)
        .count())
}

/// A reserved version (0x?a?a?a?a) other than the one the peer asked for: it
/// keeps peers from assuming that they know all versions.
fn grease(chance: [u8; 4], asked: u32) -> u32 {
    let version = (u32::from_be_bytes(chance) & 0xf0f0_f0f0) | 0x0a0a_0a0a;
    if version == asked {
        version ^ 0x1000_0000
    } else {
        version
    }
}
