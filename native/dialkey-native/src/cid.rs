//! Connection ids that can be told from foreign ones, and their reset tokens.
//!
//! An id is random bytes followed by two bytes of a keyed hash over them; a
//! token is a keyed hash over the id. Both need only the key, so an endpoint
//! restarted with its old key can still reset the connections of its former
//! life.

use boring::hash::hmac_sha256;
use boring::rand::rand_bytes;

use crate::abi::dk_status;
use crate::fault::{Fault, Outcome};

pub(crate) const MIN_LEN: usize = 8;
pub(crate) const MAX_LEN: usize = 20;
pub(crate) const TOKEN_LEN: usize = 16;

const TAG_LEN: usize = 2;
const ID_LABEL: &[u8] = b"dialkey cid";
const TOKEN_LABEL: &[u8] = b"dialkey reset";
const RETRY_LABEL: &[u8] = b"dialkey retry";
/// Longest input of the hash: the longest label and the longest id.
const INPUT_LEN: usize = TOKEN_LABEL.len() + MAX_LEN;

/// A connection id of up to 20 bytes, without allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cid {
    bytes: [u8; MAX_LEN],
    len: usize,
}

impl Cid {
    /// None when the id is too long.
    pub(crate) fn from_slice(id: &[u8]) -> Option<Cid> {
        let mut bytes = [0; MAX_LEN];
        bytes.get_mut(..id.len())?.copy_from_slice(id);
        Some(Cid {
            bytes,
            len: id.len(),
        })
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

pub(crate) type Token = [u8; TOKEN_LEN];

/// The key and the length of all ids of a configuration. It has no Debug
/// output, so that the key cannot be printed by accident.
#[derive(Clone)]
pub(crate) struct CidKey {
    key: [u8; 32],
    len: usize,
}

impl CidKey {
    pub(crate) fn new(key: [u8; 32], len: usize) -> Outcome<CidKey> {
        if !(MIN_LEN..=MAX_LEN).contains(&len) {
            return Err(Fault::arg("length of connection ids is not 8 to 20"));
        }
        Ok(CidKey { key, len })
    }

    pub(crate) fn random() -> Outcome<CidKey> {
        let mut key = [0; 32];
        random(&mut key)?;
        CidKey::new(key, MIN_LEN)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn issue(&self) -> Outcome<Cid> {
        let mut cid = Cid {
            bytes: [0; MAX_LEN],
            len: self.len,
        };
        let (nonce, rest) = cid.bytes.split_at_mut(self.len - TAG_LEN);
        random(nonce)?;
        let tag = self.tag(nonce)?;
        rest.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
        Ok(cid)
    }

    /// Whether this key made the id, up to chance (1 in 65536).
    pub(crate) fn made(&self, id: &[u8]) -> Outcome<bool> {
        if id.len() != self.len {
            return Ok(false);
        }
        let (nonce, tag) = id.split_at(self.len - TAG_LEN);
        Ok(boring::memcmp::eq(tag, &self.tag(nonce)?))
    }

    pub(crate) fn token(&self, id: &[u8]) -> Outcome<Token> {
        let hash = self.hash(TOKEN_LABEL, id)?;
        let mut token = [0; TOKEN_LEN];
        token.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Ok(token)
    }

    /// A key for one retry token.
    pub(crate) fn retry(&self, salt: &[u8; 16]) -> Outcome<[u8; 32]> {
        self.hash(RETRY_LABEL, salt)
    }

    fn tag(&self, nonce: &[u8]) -> Outcome<[u8; TAG_LEN]> {
        let [a, b, ..] = self.hash(ID_LABEL, nonce)?;
        Ok([a, b])
    }

    fn hash(&self, label: &[u8], id: &[u8]) -> Outcome<[u8; 32]> {
        let mut input = [0; INPUT_LEN];
        let n = label.len() + id.len();
        let parts = label.iter().chain(id);
        input
            .iter_mut()
            .zip(parts)
            .for_each(|(to, from)| *to = *from);
        let input = input
            .get(..n)
            .ok_or(Fault::arg("connection id longer than 20 bytes"))?;
        hmac_sha256(&self.key, input)
            .map_err(|_| Fault::new(dk_status::DK_ERR_CRYPTO, "HMAC-SHA-256 failed"))
    }
}

/// From the system, or from the seed of a simulation.
pub(crate) fn random(to: &mut [u8]) -> Outcome<()> {
    if quiche::chance::fill(to) {
        return Ok(());
    }
    rand_bytes(to).map_err(|_| Fault::new(dk_status::DK_ERR_CRYPTO, "no random bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issued_id_is_recognised_and_a_changed_one_is_not() {
        for len in MIN_LEN..=MAX_LEN {
            let key = CidKey::new([7; 32], len).unwrap();
            let cid = key.issue().unwrap();
            assert_eq!(cid.as_slice().len(), len);
            assert!(key.made(cid.as_slice()).unwrap());
            let mut changed = cid.bytes;
            changed[len - 1] ^= 1;
            assert!(!key.made(&changed[..len]).unwrap());
        }
    }

    #[test]
    fn the_token_depends_on_key_and_id_only() {
        let id = [1, 2, 3, 4, 5, 6, 7, 8];
        let key = CidKey::new([7; 32], 8).unwrap();
        let same = CidKey::new([7; 32], 8).unwrap();
        let other = CidKey::new([8; 32], 8).unwrap();
        assert_eq!(key.token(&id).unwrap(), same.token(&id).unwrap());
        assert_ne!(key.token(&id).unwrap(), other.token(&id).unwrap());
        assert_ne!(
            key.token(&id).unwrap(),
            key.token(&[1, 2, 3, 4, 5, 6, 7, 9]).unwrap()
        );
    }
}
