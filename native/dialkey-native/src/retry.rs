//! Retry packets (RFC 9000, 8.1.2) and the tokens in them.
//!
//! A token is sealed under a key of its own, which a random salt and the key
//! of the connection ids give: a nonce is never used twice, and who has the
//! key of the ids can check tokens of all endpoints that share it.

use std::net::{IpAddr, SocketAddr};

use boring::symm::{Cipher, decrypt_aead, encrypt_aead};

use crate::abi::dk_status;
use crate::cid::{Cid, CidKey, MAX_LEN, random};
use crate::fault::{Fault, Outcome};
use crate::header::{Long, VERSION_1};
use crate::raw;

/// Layout of the token: this byte, salt, sealed content, tag.
const TOKEN_VERSION: u8 = 0xd1;
const SALT_LEN: usize = 16;
const TAG_LEN: usize = 16;
/// Expiry, address, two ids with their lengths.
const CONTENT_LEN: usize = 8 + ADDRESS_LEN + 2 * (1 + MAX_LEN);
const ADDRESS_LEN: usize = 1 + 16 + 2;
const TOKEN_LEN: usize = 1 + SALT_LEN + CONTENT_LEN + TAG_LEN;

const LIFETIME_NS: u64 = 15_000_000_000;
/// The key of a token is used once.
const NONCE: [u8; 12] = [0; 12];
/// First byte to integrity tag.
const LONGEST_PACKET: usize = 1 + 4 + 2 * (1 + MAX_LEN) + TOKEN_LEN + 16;

/// What a token says; a bad one is a fault.
pub(crate) enum Verdict {
    /// There is none of ours.
    Absent,
    /// The destination of the client's very first Initial.
    Valid(Cid),
}

pub(crate) fn answer(
    pkt: &[u8],
    key: &CidKey,
    from: SocketAddr,
    now: u64,
    out: &mut [u8],
) -> Outcome<i32> {
    let initial = Long::answerable_initial(pkt).ok_or(Fault::done())?;
    // Of the shape of our ids and routed nowhere: the answer looks like a new
    // Initial to whoever gets it.
    let scid = key.issue()?;
    let token = Content {
        expiry: now.saturating_add(LIFETIME_NS),
        address: address(from),
        original: Cid::from_slice(initial.dcid).ok_or(failed())?,
        retry: scid,
    }
    .seal(key)?;
    let mut packet = [0; LONGEST_PACKET];
    let len = quiche::retry(
        &quiche::ConnectionId::from_ref(initial.scid),
        &quiche::ConnectionId::from_ref(initial.dcid),
        &quiche::ConnectionId::from_ref(scid.as_slice()),
        &token,
        VERSION_1,
        &mut packet,
    )?;
    raw::copy_packet(packet.get(..len).unwrap_or_default(), out)
}

/// 1 for a valid token of ours; as [`verify`] else.
pub(crate) fn check(pkt: &[u8], key: &CidKey, from: SocketAddr, now: u64) -> Outcome<i32> {
    let initial = Long::parse(pkt).filter(Long::is_initial);
    match verify(&initial.ok_or(Fault::done())?, key, from, now)? {
        Verdict::Valid(_) => Ok(1),
        Verdict::Absent => Err(Fault::done()),
    }
}

pub(crate) fn verify(
    initial: &Long<'_>,
    key: &CidKey,
    from: SocketAddr,
    now: u64,
) -> Outcome<Verdict> {
    let token = initial.initial_parts().map(|parts| parts.token);
    // Clients also bring tokens that a server they knew gave them for later
    // (RFC 9000, 8.1.3); those say nothing here.
    let Some((&TOKEN_VERSION, token)) = token
        .filter(|token| token.len() == TOKEN_LEN)
        .and_then(<[u8]>::split_first)
    else {
        return Ok(Verdict::Absent);
    };
    let content = Content::open(token, key)?;
    let left = content.expiry.checked_sub(now);
    let timely = left.is_some_and(|left| (1..=LIFETIME_NS).contains(&left));
    if !timely || content.address != address(from) || content.retry.as_slice() != initial.dcid {
        return Err(invalid());
    }
    Ok(Verdict::Valid(content.original))
}

struct Content {
    expiry: u64,
    address: [u8; ADDRESS_LEN],
    original: Cid,
    retry: Cid,
}

impl Content {
    fn seal(&self, key: &CidKey) -> Outcome<Vec<u8>> {
        let mut salt = [0; SALT_LEN];
        random(&mut salt)?;
        let mut tag = [0; TAG_LEN];
        let sealed = encrypt_aead(
            Cipher::aes_256_gcm(),
            &key.retry(&salt)?,
            Some(&NONCE),
            &[TOKEN_VERSION],
            &self.encode(),
            &mut tag,
        )
        .map_err(|_| failed())?;
        Ok([&[TOKEN_VERSION], salt.as_slice(), &sealed, &tag].concat())
    }

    fn open(token: &[u8], key: &CidKey) -> Outcome<Content> {
        let (salt, rest) = token.split_first_chunk().ok_or(invalid())?;
        let (sealed, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(invalid())?;
        let plain = decrypt_aead(
            Cipher::aes_256_gcm(),
            &key.retry(salt)?,
            Some(&NONCE),
            &[TOKEN_VERSION],
            sealed,
            tag,
        )
        .map_err(|_| invalid())?;
        Content::decode(&plain).ok_or(invalid())
    }

    fn encode(&self) -> Vec<u8> {
        let mut plain = self.expiry.to_be_bytes().to_vec();
        plain.extend(self.address);
        for id in [&self.original, &self.retry] {
            let id = id.as_slice();
            plain.push(id.len() as u8);
            plain.extend(id);
            plain.resize(plain.len() + MAX_LEN - id.len(), 0);
        }
        plain
    }

    fn decode(plain: &[u8]) -> Option<Content> {
        let (expiry, rest) = plain.split_first_chunk()?;
        let (address, rest) = rest.split_first_chunk()?;
        let (original, retry) = rest.split_at_checked(1 + MAX_LEN)?;
        Some(Content {
            expiry: u64::from_be_bytes(*expiry),
            address: *address,
            original: id(original)?,
            retry: id(retry)?,
        })
    }
}

fn id(field: &[u8]) -> Option<Cid> {
    let (&len, id) = field.split_first()?;
    Cid::from_slice(id.get(..usize::from(len))?)
}

/// Family, address and port in a form of one length.
fn address(from: SocketAddr) -> [u8; ADDRESS_LEN] {
    let (family, ip) = match from.ip() {
        IpAddr::V4(ip) => (4, ip.octets().to_vec()),
        IpAddr::V6(ip) => (6, ip.octets().to_vec()),
    };
    let mut address = [0; ADDRESS_LEN];
    let bytes = [[family].as_slice(), &from.port().to_be_bytes(), &ip].concat();
    address.iter_mut().zip(bytes).for_each(|(to, b)| *to = b);
    address
}

fn failed() -> Fault {
    Fault::new(dk_status::DK_ERR_CRYPTO, "cannot make a Retry token")
}

fn invalid() -> Fault {
    let text = "Retry token forged, expired or of another address";
    Fault::new(dk_status::DK_ERR_CRYPTO, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_what_was_put_in() {
        let key = CidKey::new([7; 32], 8).unwrap();
        let content = Content {
            expiry: 5,
            address: address("[::1]:443".parse().unwrap()),
            original: Cid::from_slice(&[1; 20]).unwrap(),
            retry: Cid::from_slice(&[2; 8]).unwrap(),
        };
        let token = content.seal(&key).unwrap();
        assert_eq!(token.len(), TOKEN_LEN);
        let opened = Content::open(&token[1..], &key).unwrap();
        assert_eq!(opened.expiry, 5);
        assert_eq!(opened.address, content.address);
        assert_eq!(opened.original, content.original);
        assert_eq!(opened.retry, content.retry);
        let other = CidKey::new([8; 32], 8).unwrap();
        assert!(Content::open(&token[1..], &other).is_err());
    }
}
