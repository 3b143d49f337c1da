//! One Initial packet with CONNECTION_CLOSE, written without a connection
//! (RFC 9001, 5.2): a server that turns clients away pays no handshake.

use boring::hash::hmac_sha256;
use boring::symm::{Cipher, Crypter, Mode, encrypt_aead};

use crate::abi::dk_status;
use crate::cid::CidKey;
use crate::fault::{Fault, Outcome};
use crate::header::{Long, VERSION_1};
use crate::version::MIN_DATAGRAM;
use crate::{MAX_VARINT, raw};

const SALT_V1: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad,
    0xcc, 0xbb, 0x7f, 0x0a,
];
const SERVER: &[u8] = b"server in";

const SHORTEST_CLIENT_DCID: usize = 8;
const CONNECTION_CLOSE: u8 = 0x1c;
const TAG_LEN: usize = 16;
const SAMPLE_LEN: usize = 16;
/// The sample lies where the packet number would end if it had 4 bytes.
const SAMPLE_OFFSET: usize = 4;

pub(crate) fn refuse(pkt: &[u8], key: &CidKey, code: u64, out: &mut [u8]) -> Outcome<i32> {
    if code > MAX_VARINT {
        return Err(Fault::arg("error code above 2^62 - 1"));
    }
    let initial = match Long::parse(pkt) {
        Some(long) if pkt.len() >= MIN_DATAGRAM && answerable(&long) => long,
        _ => return Err(Fault::done()),
    };
    let payload = close_frame(code);
    let header = header(initial.scid, key.issue()?.as_slice(), payload.len());
    let secret = initial_secret(initial.dcid, SERVER)?;
    raw::copy_packet(&protect(header, &payload, &secret)?, out)
}

fn answerable(long: &Long<'_>) -> bool {
    let lengths = SHORTEST_CLIENT_DCID..=crate::cid::MAX_LEN;
    long.is_initial() && lengths.contains(&long.dcid.len()) && long.scid.len() <= *lengths.end()
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

fn initial_secret(dcid: &[u8], side: &[u8]) -> Outcome<[u8; 32]> {
    let initial = hmac_sha256(&SALT_V1, dcid).map_err(|_| crypto())?;
    expand(&initial, side)
}

/// HKDF-Expand-Label (RFC 8446, 7.1) with an empty context; one block of hash
/// is all that is ever needed here.
fn expand<const N: usize>(secret: &[u8], label: &[u8]) -> Outcome<[u8; N]> {
    let info = [
        &(N as u16).to_be_bytes(),
        [6 + label.len() as u8].as_slice(),
        b"tls13 ",
        label,
        &[0, 1],
    ]
    .concat();
    let block = hmac_sha256(secret, &info).map_err(|_| crypto())?;
    let mut out = [0; N];
    out.iter_mut().zip(block).for_each(|(to, from)| *to = from);
    Ok(out)
}

/// Seals the payload of packet number 0 and masks the header.
fn protect(header: Vec<u8>, payload: &[u8], secret: &[u8]) -> Outcome<Vec<u8>> {
    let key: [u8; 16] = expand(secret, b"quic key")?;
    // The packet number is 0, so the nonce is the iv itself.
    let iv: [u8; 12] = expand(secret, b"quic iv")?;
    let mut tag = [0; TAG_LEN];
    let sealed = encrypt_aead(
        Cipher::aes_128_gcm(),
        &key,
        Some(&iv),
        &header,
        payload,
        &mut tag,
    )
    .map_err(|_| crypto())?;
    let number_at = header.len() - 1;
    let mut packet = [header, sealed, tag.to_vec()].concat();
    let mask = mask(secret, &packet, number_at)?;
    if let Some(first) = packet.first_mut() {
        *first ^= mask.0 & 0x0f;
    }
    if let Some(number) = packet.get_mut(number_at) {
        *number ^= mask.1;
    }
    Ok(packet)
}

/// Masks for the first byte and for the one byte of packet number.
fn mask(secret: &[u8], packet: &[u8], number_at: usize) -> Outcome<(u8, u8)> {
    let at = number_at + SAMPLE_OFFSET;
    let sample = packet.get(at..at + SAMPLE_LEN).ok_or(crypto())?;
    let key: [u8; 16] = expand(secret, b"quic hp")?;
    let mut block = [0; 2 * SAMPLE_LEN];
    let cipher = Cipher::aes_128_ecb();
    let mut ecb = Crypter::new(cipher, Mode::Encrypt, &key, None).map_err(|_| crypto())?;
    ecb.pad(false);
    ecb.update(sample, &mut block).map_err(|_| crypto())?;
    let [first, number, ..] = block;
    Ok((first, number))
}

fn crypto() -> Fault {
    Fault::new(dk_status::DK_ERR_CRYPTO, "cannot protect an Initial packet")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digit = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn protects_an_initial_like_the_vector() {
        let header = hex("c0000000010806b858ec6f80452b0000402100");
        let secret = initial_secret(&hex("06b858ec6f80452b"), b"client in").unwrap();
        let packet = protect(header, &[0; 16], &secret).unwrap();
        let expected = hex(
            "c8000000010806b858ec6f80452b00004021be3ef50807b84191a196f760a6dad1e9\
             d1c430c48952cba0148250c21c0a6a70e1",
        );
        assert_eq!(packet, expected);
    }
}
