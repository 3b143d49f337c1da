//! TLS with raw public keys (RFC 7250) in both directions, and what quiche is
//! told, as Dialkey does both.

use boring::error::ErrorStack;
use boring::pkey::{PKey, Private};
use boring::ssl::{
    CertificateType, SslAlert, SslContext, SslContextBuilder, SslCredential, SslMethod, SslOptions,
    SslRef, SslSignatureAlgorithm, SslVerifyError, SslVerifyMode, SslVersion,
};

use crate::Outcome;
use crate::contract::{ALPN, IDLE_TIMEOUT, MAX_STREAMS};

/// Largest UDP payload in both directions; nothing is probed.
pub const MAX_PAYLOAD: usize = 1452;
const STREAM_WINDOW: u64 = 3 << 20;
const CONNECTION_WINDOW: u64 = 4 << 20;
/// More datagrams than one receive can bring: the server counts after each.
const DATAGRAMS_RECV: usize = 4096;
/// About a megabyte, as much as iroh queues.
const DATAGRAMS_SEND: usize = 1024;

/// DER around an Ed25519 seed (RFC 8410, 7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A new key pair.
pub struct Identity {
    key: PKey<Private>,
    pub id: [u8; 32],
}

impl Identity {
    pub fn random() -> Outcome<Identity> {
        let mut seed = [0; 32];
        boring::rand::rand_bytes(&mut seed)?;
        let key = PKey::private_key_from_pkcs8(&[&PKCS8_PREFIX[..], &seed].concat())?;
        let mut id = [0; 32];
        key.raw_public_key(&mut id)?;
        Ok(Identity { key, id })
    }

    /// A client names the key it dials; a server takes everybody.
    pub fn config(&self, dialled: Option<[u8; 32]>) -> Outcome<quiche::Config> {
        let context = self.context(dialled)?;
        let version = quiche::PROTOCOL_VERSION;
        let mut quic = quiche::Config::with_boring_ssl_ctx_builder(version, context)?;
        quic.set_application_protos(&[ALPN])?;
        settings(&mut quic);
        Ok(quic)
    }

    fn context(&self, dialled: Option<[u8; 32]>) -> Result<SslContextBuilder, ErrorStack> {
        let mut tls = SslContext::builder(SslMethod::tls())?;
        tls.set_min_proto_version(Some(SslVersion::TLS1_3))?;
        tls.set_max_proto_version(Some(SslVersion::TLS1_3))?;
        let mut credential = SslCredential::new_raw_public_key()?;
        credential.set_private_key(&self.key)?;
        credential.set_spki_bytes(None)?;
        tls.add_credential(&credential.build())?;
        // Despite its name this is the list accepted from the peer in both roles.
        tls.set_server_certificate_types(&[CertificateType::RAW_PUBLIC_KEY])?;
        tls.set_verify_algorithm_prefs(&[SslSignatureAlgorithm::ED25519])?;
        let mode = SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT;
        tls.set_custom_verify_callback(mode, move |ssl| verify(ssl, dialled));
        tls.set_options(SslOptions::NO_TICKET);
        // No post-quantum key share: it would not fit one datagram.
        tls.set_curves_list("X25519:P-256:P-384")?;
        Ok(tls)
    }
}

fn verify(ssl: &mut SslRef, dialled: Option<[u8; 32]>) -> Result<(), SslVerifyError> {
    let mut shown = [0; 32];
    let read = ssl
        .peer_pubkey()
        .is_some_and(|key| matches!(key.raw_public_key(&mut shown), Ok(raw) if raw.len() == 32));
    if read && dialled.is_none_or(|dialled| dialled == shown) {
        Ok(())
    } else {
        Err(SslVerifyError::Invalid(SslAlert::UNKNOWN_CA))
    }
}

fn settings(quic: &mut quiche::Config) {
    quic.grease(false);
    quic.set_max_idle_timeout(IDLE_TIMEOUT.as_millis() as u64);
    quic.set_max_recv_udp_payload_size(MAX_PAYLOAD);
    quic.set_max_send_udp_payload_size(MAX_PAYLOAD);
    quic.discover_pmtu(false);
    quic.set_initial_max_streams_bidi(MAX_STREAMS.into());
    quic.set_initial_max_data(CONNECTION_WINDOW);
    quic.set_initial_max_stream_data_bidi_local(STREAM_WINDOW);
    quic.set_initial_max_stream_data_bidi_remote(STREAM_WINDOW);
    // Equal to the initial windows: quiche would tune them up.
    quic.set_max_connection_window(CONNECTION_WINDOW);
    quic.set_max_stream_window(STREAM_WINDOW);
    quic.set_cc_algorithm(quiche::CongestionControlAlgorithm::CUBIC);
    // quiche paces BBR only, and there is no network to spare.
    quic.enable_pacing(false);
    quic.enable_dgram(true, DATAGRAMS_RECV, DATAGRAMS_SEND);
}
