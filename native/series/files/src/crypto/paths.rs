//! One key for several packet number spaces (draft-ietf-quic-multipath, 2.4).
//!
//! Each path counts its packets from zero, so the path's id goes into the
//! nonce. What used to protect from a nonce that comes twice, the AEAD of TLS
//! that insists on one growing counter, has to be given up for it; a guard
//! that knows of paths stands in its place.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use super::*;
use crate::ranges::RangeSet;

/// The path whose packet is worked on next with a key. It can be set through a
/// shared reference, as keys that open packets are used.
#[derive(Default)]
pub(crate) struct PathTag(AtomicU32);

impl PathTag {
    /// The nonce of this path: its id over the first four bytes.
    pub(crate) fn mix(
        &self, mut nonce: [u8; MAX_NONCE_LEN],
    ) -> [u8; MAX_NONCE_LEN] {
        let id = self.0.load(Relaxed).to_be_bytes();
        nonce.iter_mut().zip(id).for_each(|(to, from)| *to ^= from);
        nonce
    }
}

/// Refuses packet numbers that do not grow, per path. It lives as long as one
/// key: with the next one all nonces are new.
#[derive(Default)]
pub(crate) struct NonceGuard {
    last: Vec<(u32, u64)>,
    /// Paths that are gone; nothing is sealed for them any more.
    gone: RangeSet,
    sealed: u64,
}

impl NonceGuard {
    fn admit(&mut self, path: u32, pn: u64) -> Result<()> {
        let is_gone = self.is_gone(path);
        match self.last.iter_mut().find(|(id, _)| *id == path) {
            Some((_, last)) if pn > *last => *last = pn,
            None if !is_gone => self.last.push((path, pn)),
            _ => return Err(Error::CryptoFail),
        }
        self.sealed += 1;
        Ok(())
    }

    fn is_gone(&self, path: u32) -> bool {
        self.gone.contains(path.into())
    }

    fn forget(&mut self, path: u32) {
        self.last.retain(|(id, _)| *id != path);
        self.gone.push_item(u64::from(path));
    }
}

impl Algorithm {
    /// The AEAD without the counter of TLS.
    pub(crate) fn for_paths(self) -> Option<*const EVP_AEAD> {
        match self {
            Algorithm::AES128_GCM => Some(unsafe { EVP_aead_aes_128_gcm() }),
            Algorithm::AES256_GCM => Some(unsafe { EVP_aead_aes_256_gcm() }),
            Algorithm::ChaCha20_Poly1305 => None,
        }
    }
}

impl Open {
    pub(crate) fn set_path(&self, id: u32) {
        self.packet.path.0.store(id, Relaxed)
    }
}

impl Seal {
    pub(crate) fn set_path(&self, id: u32) {
        self.packet.path.0.store(id, Relaxed)
    }

    /// Whether a packet with this number may be sealed for the path.
    pub(crate) fn admit(&mut self, pn: u64) -> Result<()> {
        let path = self.packet.path.0.load(Relaxed);
        self.guard.admit(path, pn)
    }

    /// No packet is sealed for this path any more.
    pub(crate) fn forget_path(&mut self, id: u32) {
        self.guard.forget(id);
    }

    /// Packets sealed with this key.
    pub(crate) fn sealed(&self) -> u64 {
        self.guard.sealed
    }

    /// The next key of the connection knows the paths that are gone.
    pub(crate) fn inherit(&mut self, before: &Seal) {
        self.guard.gone = before.guard.gone.clone();
    }
}

extern "C" {
    fn EVP_aead_aes_128_gcm() -> *const EVP_AEAD;

    fn EVP_aead_aes_256_gcm() -> *const EVP_AEAD;
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str =
        "000102030405060708090a0b0c0d0e0f101112131415161718231a1b1c1d1e1f";
    const CLEAR: &[u8] = b"The quick brown fox jumps over the lazy dog";

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    }

    fn seal() -> Seal {
        Seal::from_secret(Algorithm::AES128_GCM, &hex(SECRET)).unwrap()
    }

    /// Seals something for the path.
    fn try_seal(seal: &mut Seal, path: u32, pn: u64) -> Result<usize> {
        seal.set_path(path);
        seal.seal_with_u64_counter(pn, b"", &mut [0; 32], 4, None)
    }

    #[test]
    fn the_path_goes_into_the_nonce() {
        let tag = PathTag::default();
        tag.0.store(3, Relaxed);
        let plain = make_nonce(&hex("6b26114b9cba2b63a9e8dd4f"), 54_321);
        assert_eq!(tag.mix(plain).to_vec(), hex("6b2611489cba2b63a9e8097e"));
        tag.0.store(0, Relaxed);
        assert_eq!(tag.mix(plain), plain);
    }

    #[test]
    fn a_packet_of_path_2() {
        let mut seal = seal();
        let open =
            Open::from_secret(Algorithm::AES128_GCM, &hex(SECRET)).unwrap();
        let mut buf = vec![0; CLEAR.len() + 16];
        buf[..CLEAR.len()].copy_from_slice(CLEAR);
        seal.set_path(2);
        let ad = b"This is a test";
        seal.seal_with_u64_counter(12_345, ad, &mut buf, CLEAR.len(), None)
            .unwrap();
        let sealed = hex(concat!(
            "7b8be8348819c98ffa595727253f00d2dce3ba8cb7fb0dcb0674cc64a6402bb9",
            "ae55d4a3f28d18a63ee4bb89f81f987ef0974f33fd822b72adeafe"
        ));
        assert_eq!(buf, sealed);
        open.set_path(1);
        let mut other = buf.clone();
        assert!(open.open_with_u64_counter(12_345, ad, &mut other).is_err());
        open.set_path(2);
        let len = open.open_with_u64_counter(12_345, ad, &mut buf).unwrap();
        assert_eq!(&buf[..len], CLEAR);
    }

    #[test]
    fn paths_take_turns_under_one_key() {
        let mut seal = seal();
        for pn in 0..100_000 {
            assert!(try_seal(&mut seal, (pn & 1) as u32, pn / 2).is_ok());
        }
        assert_eq!(seal.sealed(), 100_000);
    }

    #[test]
    fn a_nonce_is_never_used_twice() {
        let mut seal = seal();
        assert!(try_seal(&mut seal, 1, 7).is_ok());
        assert!(try_seal(&mut seal, 1, 7).is_err());
        assert!(try_seal(&mut seal, 1, 6).is_err());
        assert!(try_seal(&mut seal, 2, 7).is_ok());
        assert!(try_seal(&mut seal, 1, 8).is_ok());
        seal.forget_path(1);
        assert!(try_seal(&mut seal, 1, 9).is_err());
        let mut next = seal.derive_next_packet_key().unwrap();
        next.inherit(&seal);
        assert!(try_seal(&mut next, 1, 10).is_err());
        assert!(try_seal(&mut next, 2, 0).is_ok());
    }

    /// No assertion that only tests have stands behind it.
    #[cfg(not(debug_assertions))]
    #[test]
    fn a_nonce_is_never_used_twice_as_shipped() {
        a_nonce_is_never_used_twice();
    }
}
