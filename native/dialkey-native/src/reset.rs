//! Stateless resets for packets of connections we know nothing of
//! (RFC 9000, 10.3).

use crate::cid::{CidKey, TOKEN_LEN, random};
use crate::fault::{Fault, Outcome};
use crate::header::is_long;
use crate::raw;

/// The shortest packet that can be a reset.
const SHORTEST: usize = 21;
/// Longer than this gains nothing: it already looks like a small packet.
const LONGEST: usize = 42;

pub(crate) fn answer(pkt: &[u8], key: &CidKey, out: &mut [u8]) -> Outcome<i32> {
    // A reset is shorter than what it answers: two endpoints without state
    // then cannot keep answering each other.
    if is_long(pkt) || pkt.len() <= SHORTEST {
        return Err(Fault::done());
    }
    let id = pkt.get(1..=key.len()).ok_or(Fault::done())?;
    if !key.made(id)? {
        return Err(Fault::done());
    }
    let mut packet = [0; LONGEST];
    let len = write(&mut packet, pkt.len(), &key.token(id)?)?;
    raw::copy_packet(packet.get(..len).unwrap_or_default(), out)
}

fn write(packet: &mut [u8; LONGEST], trigger: usize, token: &[u8]) -> Outcome<usize> {
    random(packet)?;
    let mut chance = [0];
    random(&mut chance)?;
    let [chance] = chance;
    let room = LONGEST.min(trigger - 1) - SHORTEST;
    let len = SHORTEST + usize::from(chance) % (room + 1);
    if let Some(first) = packet.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    let tail = packet.iter_mut().take(len).skip(len - TOKEN_LEN);
    tail.zip(token).for_each(|(to, from)| *to = *from);
    Ok(len)
}
