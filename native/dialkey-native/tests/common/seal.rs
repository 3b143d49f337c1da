//! Packet protection (RFC 9001, 5) for tests that play the peer, with the keys
//! that anybody derives for Initials or that the key log tells.

#![allow(dead_code)]

use boring::hash::hmac_sha256;
use boring::symm::{Cipher, Crypter, Mode, decrypt_aead, encrypt_aead};

const SALT: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad,
    0xcc, 0xbb, 0x7f, 0x0a,
];

/// AES-128-GCM with SHA-256: what Initials use, and what two of our own agree
/// on where the processor has AES.
pub struct Seal {
    key: [u8; 16],
    iv: [u8; 12],
    hp: [u8; 16],
}

impl Seal {
    pub fn initial_client(dcid: &[u8]) -> Seal {
        let initial = hmac_sha256(&SALT, dcid).unwrap();
        Seal::new(&expand(&initial, b"client in", 32))
    }

    pub fn new(secret: &[u8]) -> Seal {
        Seal {
            key: expand(secret, b"quic key", 16).try_into().unwrap(),
            iv: expand(secret, b"quic iv", 12).try_into().unwrap(),
            hp: expand(secret, b"quic hp", 16).try_into().unwrap(),
        }
    }

    /// Of a packet of this path (draft-ietf-quic-multipath, 2.4).
    fn nonce(&self, path: u32, number: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        for (to, from) in nonce.iter_mut().zip(path.to_be_bytes()) {
            *to ^= from;
        }
        for (to, from) in nonce[4..].iter_mut().zip(number.to_be_bytes()) {
            *to ^= from;
        }
        nonce
    }

    fn mask(&self, sample: &[u8]) -> [u8; 32] {
        let mut block = [0; 32];
        let mut ecb = Crypter::new(Cipher::aes_128_ecb(), Mode::Encrypt, &self.hp, None).unwrap();
        ecb.pad(false);
        ecb.update(sample, &mut block).unwrap();
        block
    }

    /// header ends before the packet number, of which 4 bytes are written; its
    /// first byte must say so.
    pub fn packet(&self, path: u32, header: &[u8], number: u64, payload: &[u8]) -> Vec<u8> {
        let header = [header, &(number as u32).to_be_bytes()].concat();
        let mut tag = [0; 16];
        let sealed = encrypt_aead(
            Cipher::aes_128_gcm(),
            &self.key,
            Some(&self.nonce(path, number)),
            &header,
            payload,
            &mut tag,
        )
        .unwrap();
        let at = header.len() - 4;
        let mut packet = [header, sealed, tag.to_vec()].concat();
        let mask = self.mask(&packet[at + 4..at + 20]);
        packet[0] ^= mask[0] & if packet[0] & 0x80 != 0 { 0x0f } else { 0x1f };
        for (byte, mask) in packet[at..at + 4].iter_mut().zip(&mask[1..]) {
            *byte ^= mask;
        }
        packet
    }

    /// Number and payload of a short packet whose id has 8 bytes; None when it
    /// is not one of this direction. Numbers beyond 2^(8 n) are not completed.
    pub fn open_short(&self, path: u32, packet: &[u8]) -> Option<(u64, Vec<u8>)> {
        let at = 9;
        let mask = self.mask(packet.get(at + 4..at + 20)?);
        let first = packet[0] ^ (mask[0] & 0x1f);
        let len = usize::from(first & 3) + 1;
        let mut header = packet[..at + len].to_vec();
        header[0] = first;
        let mut number = 0;
        for (byte, mask) in header[at..].iter_mut().zip(&mask[1..]) {
            *byte ^= mask;
            number = number << 8 | u64::from(*byte);
        }
        let body = &packet[at + len..];
        let (sealed, tag) = body.split_at(body.len().checked_sub(16)?);
        let nonce = self.nonce(path, number);
        let cipher = Cipher::aes_128_gcm();
        let payload = decrypt_aead(cipher, &self.key, Some(&nonce), &header, sealed, tag).ok()?;
        Some((number, payload))
    }
}

fn expand(secret: &[u8], label: &[u8], len: usize) -> Vec<u8> {
    let mut info = vec![0, len as u8, 6 + label.len() as u8];
    info.extend(b"tls13 ");
    info.extend(label);
    info.extend([0, 1]);
    hmac_sha256(secret, &info).unwrap()[..len].to_vec()
}

/// A number as QUIC writes it, in the shortest form.
pub fn varint(value: u64) -> Vec<u8> {
    match value {
        0..=0x3f => vec![value as u8],
        0x40..=0x3fff => (value as u16 | 0x4000).to_be_bytes().to_vec(),
        0x4000..=0x3fff_ffff => (value as u32 | 0x8000_0000).to_be_bytes().to_vec(),
        _ => (value | 0xc000_0000_0000_0000).to_be_bytes().to_vec(),
    }
}

/// What follows the packets with long headers in a datagram (RFC 9000, 17.2).
pub fn short_part(mut bytes: &[u8]) -> Option<&[u8]> {
    while bytes.first()? & 0x80 > 0 {
        let mut at = 5;
        // Both ids, and the token of an Initial.
        at += 1 + usize::from(*bytes.get(at)?);
        at += 1 + usize::from(*bytes.get(at)?);
        if bytes[0] & 0x30 == 0 {
            let (token, n) = read_varint(bytes.get(at..)?)?;
            at += n + token;
        }
        let (len, n) = read_varint(bytes.get(at..)?)?;
        bytes = bytes.get(at + n + len..)?;
    }
    Some(bytes)
}

fn read_varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let n = 1 << (bytes.first()? >> 6);
    let first = usize::from(bytes[0] & 0x3f);
    let more = bytes.get(1..n)?.iter();
    Some((
        more.fold(first, |value, byte| (value << 8) | usize::from(*byte)),
        n,
    ))
}
