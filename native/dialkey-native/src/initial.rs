//! Protection of Initial packets (RFC 9001, 5.2 to 5.4), which needs no
//! connection: everybody who sees the first one can derive the keys.

use boring::hash::hmac_sha256;
use boring::symm::{Cipher, Crypter, Mode, decrypt_aead, encrypt_aead};

use crate::abi::dk_status;
use crate::fault::{Fault, Outcome};

const SALT_V1: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad,
    0xcc, 0xbb, 0x7f, 0x0a,
];
const CLIENT: &[u8] = b"client in";
const SERVER: &[u8] = b"server in";

pub(crate) const TAG_LEN: usize = 16;
const SAMPLE_LEN: usize = 16;
/// The sample lies where the packet number would end if it had 4 bytes.
const SAMPLE_OFFSET: usize = 4;

/// Keys of one direction. They have no Debug output, as all keys here.
pub(crate) struct Keys {
    key: [u8; 16],
    iv: [u8; 12],
    hp: [u8; 16],
}

impl Keys {
    /// What the client protects its packets with; the id is the destination
    /// of its first one.
    pub(crate) fn client(dcid: &[u8]) -> Outcome<Keys> {
        Keys::new(dcid, CLIENT)
    }

    pub(crate) fn server(dcid: &[u8]) -> Outcome<Keys> {
        Keys::new(dcid, SERVER)
    }

    fn new(dcid: &[u8], side: &[u8]) -> Outcome<Keys> {
        let initial = hmac_sha256(&SALT_V1, dcid).map_err(|_| failed())?;
        let secret: [u8; 32] = expand(&initial, side)?;
        Ok(Keys {
            key: expand(&secret, b"quic key")?,
            iv: expand(&secret, b"quic iv")?,
            hp: expand(&secret, b"quic hp")?,
        })
    }

    /// Seals the payload of packet number 0, which ends the header in one
    /// byte, and masks the header.
    pub(crate) fn protect(&self, header: Vec<u8>, payload: &[u8]) -> Outcome<Vec<u8>> {
        let mut tag = [0; TAG_LEN];
        let sealed = encrypt_aead(
            Cipher::aes_128_gcm(),
            &self.key,
            Some(&self.nonce(0)),
            &header,
            payload,
            &mut tag,
        )
        .map_err(|_| failed())?;
        let number_at = header.len() - 1;
        let mut packet = [header, sealed, tag.to_vec()].concat();
        let [first_mask, number_mask, ..] = self.mask(&packet, number_at)?;
        if let Some(first) = packet.first_mut() {
            *first ^= first_mask & 0x0f;
        }
        if let Some(number) = packet.get_mut(number_at) {
            *number ^= number_mask;
        }
        Ok(packet)
    }

    /// Opens a packet whose number begins at `number_at`; `expected` is the
    /// number one above the largest seen. Returns number and payload.
    pub(crate) fn open(
        &self,
        packet: &[u8],
        number_at: usize,
        expected: u64,
    ) -> Outcome<(u64, Vec<u8>)> {
        let [first_mask, number_mask @ ..] = self.mask(packet, number_at)?;
        let first = packet.first().ok_or(failed())? ^ (first_mask & 0x0f);
        let number_len = usize::from(first & 3) + 1;
        let (header, body) = packet
            .split_at_checked(number_at + number_len)
            .ok_or(failed())?;
        let mut header = header.to_vec();
        let mut truncated = 0;
        for (byte, mask) in header.iter_mut().skip(number_at).zip(number_mask) {
            *byte ^= mask;
            truncated = truncated << 8 | u64::from(*byte);
        }
        if let Some(byte) = header.first_mut() {
            *byte = first;
        }
        let number = full_number(truncated, number_len, expected);
        let at = body.len().checked_sub(TAG_LEN).ok_or(failed())?;
        let (sealed, tag) = body.split_at(at);
        let nonce = self.nonce(number);
        let cipher = Cipher::aes_128_gcm();
        let payload = decrypt_aead(cipher, &self.key, Some(&nonce), &header, sealed, tag);
        Ok((number, payload.map_err(|_| failed())?))
    }

    fn nonce(&self, number: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        let low = nonce.iter_mut().skip(4);
        low.zip(number.to_be_bytes()).for_each(|(to, b)| *to ^= b);
        nonce
    }

    /// Masks for the first byte and for up to 4 bytes of packet number.
    fn mask(&self, packet: &[u8], number_at: usize) -> Outcome<[u8; 5]> {
        let at = number_at + SAMPLE_OFFSET;
        let sample = packet.get(at..at + SAMPLE_LEN).ok_or(failed())?;
        let mut block = [0; 2 * SAMPLE_LEN];
        let cipher = Cipher::aes_128_ecb();
        let mut ecb = Crypter::new(cipher, Mode::Encrypt, &self.hp, None).map_err(|_| failed())?;
        ecb.pad(false);
        ecb.update(sample, &mut block).map_err(|_| failed())?;
        let [a, b, c, d, e, ..] = block;
        Ok([a, b, c, d, e])
    }
}

/// The packet number nearest to the expected one with these low bytes
/// (RFC 9000, A.3).
fn full_number(truncated: u64, len: usize, expected: u64) -> u64 {
    let window = 1 << (8 * len);
    let candidate = (expected & !(window - 1)) | truncated;
    if candidate + window / 2 <= expected {
        candidate + window
    } else if candidate > expected + window / 2 && candidate >= window {
        candidate - window
    } else {
        candidate
    }
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
    let block = hmac_sha256(secret, &info).map_err(|_| failed())?;
    let mut out = [0; N];
    out.iter_mut().zip(block).for_each(|(to, from)| *to = from);
    Ok(out)
}

fn failed() -> Fault {
    let text = "cannot protect or open an Initial packet";
    Fault::new(dk_status::DK_ERR_CRYPTO, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digit = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn protects_and_opens_an_initial_like_the_vector() {
        let header = hex("c0000000010806b858ec6f80452b0000402100");
        let keys = Keys::client(&hex("06b858ec6f80452b")).unwrap();
        let packet = keys.protect(header, &[0; 16]).unwrap();
        let expected = hex(
            "c8000000010806b858ec6f80452b00004021be3ef50807b84191a196f760a6dad1e9\
             d1c430c48952cba0148250c21c0a6a70e1",
        );
        assert_eq!(packet, expected);
        assert_eq!(keys.open(&packet, 18, 0).unwrap(), (0, vec![0; 16]));
    }

    #[test]
    fn a_changed_packet_does_not_open() {
        let header = hex("c0000000010806b858ec6f80452b0000402100");
        let keys = Keys::server(&hex("06b858ec6f80452b")).unwrap();
        let packet = keys.protect(header, &[0; 16]).unwrap();
        for at in 0..packet.len() {
            let mut changed = packet.clone();
            changed[at] ^= 1;
            assert!(keys.open(&changed, 18, 0).is_err(), "byte {at}");
        }
    }

    #[test]
    fn packet_numbers_are_completed_like_the_vector() {
        assert_eq!(full_number(0x9b32, 2, 0xa82f_30eb), 0xa82f_9b32);
        assert_eq!(full_number(0xff, 1, 0x100), 0xff);
        assert_eq!(full_number(1, 1, 0xff), 0x101);
        assert_eq!(full_number(0xff, 1, 0), 0xff);
    }
}
