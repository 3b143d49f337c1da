//! TLS with raw public keys (RFC 7250): the context, and the checks made
//! inside the handshake.

use std::sync::{Arc, OnceLock};

use boring::ex_data::Index;
use boring::pkey::{PKey, Private};
use boring::ssl::{
    AlpnError, CertificateType, Ssl, SslAlert, SslContext, SslContextBuilder, SslCredential,
    SslMethod, SslOptions, SslRef, SslSignatureAlgorithm, SslVerifyError, SslVerifyMode,
    SslVersion,
};
use foreign_types_shared::ForeignTypeRef;

use crate::config::Parts;
use crate::fault::{Fault, Outcome};

pub(crate) type PublicKey = [u8; 32];

/// DER around an Ed25519 seed (RFC 8410, 7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const PKCS8_LEN: usize = PKCS8_PREFIX.len() + 32;

/// No post-quantum group: its key share would not fit one Initial packet, and
/// the peers this profile is made for do not know it.
pub(crate) const GROUPS: &str = "X25519:P-256:P-384";

/// What the callbacks of one connection compare with.
pub(crate) struct Expectation {
    /// The key that was dialled; none on a server, where any key is welcome.
    pub(crate) dialled: Option<PublicKey>,
    /// ALPN names a server takes, in its own order; wire format.
    pub(crate) accepts: Arc<[u8]>,
}

impl Expectation {
    pub(crate) fn of(dialled: Option<PublicKey>, parts: &Parts) -> Expectation {
        Expectation {
            dialled,
            accepts: Arc::clone(&parts.accepts),
        }
    }
}

pub(crate) fn context(seed: &[u8; 32]) -> Outcome<SslContextBuilder> {
    let key = private_key(seed)?;
    builder(&key).map_err(|_| Fault::tls("cannot set up TLS"))
}

fn builder(key: &PKey<Private>) -> Result<SslContextBuilder, boring::error::ErrorStack> {
    let mut tls = SslContext::builder(SslMethod::tls())?;
    tls.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    tls.set_max_proto_version(Some(SslVersion::TLS1_3))?;
    let mut credential = SslCredential::new_raw_public_key()?;
    credential.set_private_key(key)?;
    credential.set_spki_bytes(None)?;
    tls.add_credential(&credential.build())?;
    // Despite its name this is the list accepted from the peer in both roles.
    tls.set_server_certificate_types(&[CertificateType::RAW_PUBLIC_KEY])?;
    tls.set_verify_algorithm_prefs(&[SslSignatureAlgorithm::ED25519])?;
    let mode = SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT;
    tls.set_custom_verify_callback(mode, verify);
    tls.set_alpn_select_callback(select_alpn);
    // A resumed handshake would not carry the certificate types.
    tls.set_options(SslOptions::NO_TICKET);
    tls.set_curves_list(GROUPS)?;
    Ok(tls)
}

fn private_key(seed: &[u8; 32]) -> Outcome<PKey<Private>> {
    let mut der = [0; PKCS8_LEN];
    let bytes = PKCS8_PREFIX.iter().chain(seed);
    der.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let key = PKey::private_key_from_pkcs8(&der);
    // The copy of the secret must not stay on the stack.
    unsafe { boring_sys::OPENSSL_cleanse(der.as_mut_ptr().cast(), der.len()) };
    key.map_err(|_| Fault::tls("unusable secret key"))
}

fn index() -> Option<Index<Ssl, Expectation>> {
    static INDEX: OnceLock<Option<Index<Ssl, Expectation>>> = OnceLock::new();
    *INDEX.get_or_init(|| Ssl::new_ex_index().ok())
}

/// Must be called before the connection makes its first packet.
pub(crate) fn expect(ssl: &mut SslRef, expectation: Expectation) -> Outcome<()> {
    let index = index().ok_or(Fault::tls("no slot for data of a connection"))?;
    ssl.set_ex_data(index, expectation);
    Ok(())
}

/// The names a client offers, wire format.
pub(crate) fn offer_alpn(ssl: &mut SslRef, wire: &[u8]) -> Outcome<()> {
    ssl.set_alpn_protos(wire)
        .map_err(|_| Fault::arg("malformed list of ALPN names"))
}

/// The key the peer proved to own; only after the handshake.
pub(crate) fn peer_key(ssl: &SslRef) -> Option<PublicKey> {
    let mut key = [0; 32];
    let mut len = key.len();
    // Both functions only read, and the pointers outlive the calls.
    let read = unsafe {
        let peer = boring_sys::SSL_get0_peer_rpk(ssl.as_ptr());
        if peer.is_null() {
            return None;
        }
        boring_sys::EVP_PKEY_get_raw_public_key(peer, key.as_mut_ptr(), &mut len)
    };
    (read == 1 && len == key.len()).then_some(key)
}

/// Longest output of HKDF with SHA-256, the shorter hash.
const MAX_EXPORT: usize = 255 * 32;
/// The label of HKDF is this and a prefix of 6 bytes.
const MAX_LABEL: usize = 255 - 6;

/// Keying material for the application (RFC 8446, 7.5).
pub(crate) fn export(ssl: &SslRef, label: &[u8], context: &[u8], out: &mut [u8]) -> Outcome<()> {
    if !(1..=MAX_EXPORT).contains(&out.len()) || !(1..=MAX_LABEL).contains(&label.len()) {
        return Err(Fault::arg("length of the keying material or the label"));
    }
    // Reads label and context, writes all of out, and keeps no pointer.
    let made = unsafe {
        boring_sys::SSL_export_keying_material(
            ssl.as_ptr(),
            out.as_mut_ptr(),
            out.len(),
            label.as_ptr().cast(),
            label.len(),
            context.as_ptr(),
            context.len(),
            1,
        )
    };
    if made == 1 {
        Ok(())
    } else {
        Err(Fault::tls("cannot export keying material"))
    }
}

// Both callbacks are called from C: they must not panic.

fn verify(ssl: &mut SslRef) -> Result<(), SslVerifyError> {
    let refused = SslVerifyError::Invalid(SslAlert::UNKNOWN_CA);
    let mut shown = [0; 32];
    let read = ssl
        .peer_pubkey()
        .is_some_and(|key| matches!(key.raw_public_key(&mut shown), Ok(raw) if raw.len() == 32));
    let Some(expected) = index().and_then(|index| ssl.ex_data(index)) else {
        return Err(refused);
    };
    let right = expected.dialled.is_none_or(|dialled| dialled == shown);
    if read && right && !is_weak(&shown) {
        Ok(())
    } else {
        Err(refused)
    }
}

fn select_alpn<'a>(ssl: &mut SslRef, offered: &'a [u8]) -> Result<&'a [u8], AlpnError> {
    let expected = index()
        .and_then(|index| ssl.ex_data(index))
        .ok_or(AlpnError::ALERT_FATAL)?;
    names(&expected.accepts)
        .find_map(|ours| names(offered).find(|theirs| *theirs == ours))
        .ok_or(AlpnError::ALERT_FATAL)
}

/// Walks a list in wire format up to its end or its first defect.
fn names(mut wire: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (&len, rest) = wire.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(len))?;
        wire = rest;
        Some(name)
    })
}

/// Whether a list is well formed: names of 1 to 255 bytes and nothing after.
pub(crate) fn is_alpn_list(wire: &[u8]) -> bool {
    let walked: usize = names(wire).map(|name| 1 + name.len()).sum();
    walked == wire.len() && names(wire).all(|name| !name.is_empty())
}

/// The field prime 2^255 - 19, little-endian like the keys.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

/// The y coordinates of the eight points of small order, little-endian:
/// 0, 1, -1 and the two of order 8.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = PRIME;
        minus_one[0] = 0xec;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// Whether a key proves nothing: a point of small order, for which signatures
/// of anybody verify, or an encoding that is not the canonical one.
pub(crate) fn is_weak(key: &PublicKey) -> bool {
    let mut y = *key;
    if let Some(last) = y.last_mut() {
        // The top bit is the sign of x; each small-order y is weak with both.
        *last &= 0x7f;
    }
    let reduced = y.iter().rev().lt(PRIME.iter().rev());
    !reduced || SMALL_ORDER.contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_keys_are_recognised_with_either_sign() {
        for y in SMALL_ORDER {
            let mut negative = y;
            negative[31] |= 0x80;
            assert!(is_weak(&y) && is_weak(&negative));
        }
        assert!(is_weak(&[0xff; 32]));
        assert!(is_weak(&PRIME));
    }

    #[test]
    fn an_ordinary_key_is_not_weak() {
        let key = private_key(&[0; 32]).unwrap();
        let mut raw = [0; 32];
        key.raw_public_key(&mut raw).unwrap();
        assert_eq!(raw[..4], [0x3b, 0x6a, 0x27, 0xbc]);
        assert!(!is_weak(&raw));
    }

    #[test]
    fn alpn_lists_are_checked_to_their_end() {
        assert!(is_alpn_list(b""));
        assert!(is_alpn_list(b"\x02h3\x01x"));
        assert!(!is_alpn_list(b"\x02h"));
        assert!(!is_alpn_list(b"\x00"));
        assert!(!is_alpn_list(b"\x02h3\x05x"));
    }
}
