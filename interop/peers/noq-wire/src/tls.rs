//! TLS as iroh speaks it: version 1.3, and an Ed25519 raw public key (RFC 7250) on both sides.

use std::sync::Arc;

use data_encoding::BASE32_DNSSEC;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring as ring_provider, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime, alg_id},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    sign::{CertifiedKey, public_key_to_spki},
};

/// What the SubjectPublicKeyInfo of every Ed25519 key begins with; the key is the rest.
const SPKI_PREFIX_BYTES: usize = 12;

/// What a PKCS#8 document of an Ed25519 seed begins with; the seed is the rest (RFC 8410 section 7).
const PKCS8_PREFIX: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The secret key of this peer, ready to sign handshakes.
pub struct Identity {
    certified: Arc<CertifiedKey>,
    public: [u8; 32],
}

impl Identity {
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        let pkcs8 = [&PKCS8_PREFIX[..], seed].concat();
        let key = ring_provider::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8))?;
        let spki = key.public_key().ok_or_else(|| Error::General("a key without its public half".into()))?;
        let public = raw_key(&spki).ok_or_else(|| Error::General("not an Ed25519 key".into()))?;
        let certificate = CertificateDer::from(spki.to_vec());
        Ok(Self { certified: Arc::new(CertifiedKey::new(vec![certificate], key)), public })
    }

    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    pub fn client(&self, alpn: &str) -> Result<rustls::ClientConfig, Error> {
        let mut config = rustls::ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier::new()))
            .with_client_cert_resolver(Arc::new(Resolver(self.certified.clone())));
        // The name of the session is for the verifier alone. It would tell everybody on the way who is dialled.
        config.enable_sni = false;
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        Ok(config)
    }

    pub fn server(&self, alpn: &str) -> Result<rustls::ServerConfig, Error> {
        let mut config = rustls::ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(Arc::new(Verifier::new()))
            .with_cert_resolver(Arc::new(Resolver(self.certified.clone())));
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        // As iroh. The only other value that QUIC allows is 0.
        config.max_early_data_size = u32::MAX;
        Ok(config)
    }
}

/// The local name of a session with the endpoint of this key.
pub fn session_name(key: &[u8; 32]) -> String {
    format!("{}.iroh.invalid", BASE32_DNSSEC.encode(key))
}

/// The 32 bytes of the key in a SubjectPublicKeyInfo.
pub fn raw_key(spki: &[u8]) -> Option<[u8; 32]> {
    let key: [u8; 32] = spki.get(SPKI_PREFIX_BYTES..)?.try_into().ok()?;
    (*public_key_to_spki(&alg_id::ED25519, key) == *spki).then_some(key)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring_provider::default_provider())
}

#[derive(Debug)]
struct Resolver(Arc<CertifiedKey>);

impl rustls::client::ResolvesClientCert for Resolver {
    fn resolve(&self, _issuers: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn only_raw_public_keys(&self) -> bool {
        true
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl rustls::server::ResolvesServerCert for Resolver {
    fn resolve(&self, _hello: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn only_raw_public_keys(&self) -> bool {
        true
    }
}

/// Serves both roles: a server is asked for the key of the session's name, a client for any key.
#[derive(Debug)]
struct Verifier {
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    fn new() -> Self {
        Self { algorithms: ring_provider::default_provider().signature_verification_algorithms }
    }

    fn signed(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if dss.scheme != SignatureScheme::ED25519 {
            return Err(PeerIncompatible::NoSignatureSchemesInCommon.into());
        }
        verify_tls13_signature_with_raw_key(
            message,
            &SubjectPublicKeyInfoDer::from(key.as_ref()),
            dss,
            &self.algorithms,
        )
    }
}

fn single_key(key: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Result<[u8; 32], Error> {
    raw_key(key).filter(|_| others.is_empty()).ok_or_else(|| CertificateError::UnknownIssuer.into())
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        key: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = single_key(key, others)?;
        if name.to_str() == session_name(&found) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _key: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, key, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        key: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        single_key(key, others).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _key: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, key, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
