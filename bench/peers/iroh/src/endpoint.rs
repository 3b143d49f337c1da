//! The endpoint, and one exchange on a connection.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use iroh::endpoint::{
    BindOpts, Connection, IdleTimeout, QuicTransportConfig, RecvStream, VarInt, presets,
};
use iroh::{Endpoint, RelayMode};
use rustls::crypto::{CryptoProvider, ring};

use crate::Outcome;
use crate::contract::{ALPN, IDLE_TIMEOUT, MAX_STREAMS};

/// Longest answer of a server.
const MAX_ANSWER: usize = 16;

/// Without relay, address lookup, and any socket but one on loopback.
pub async fn bind(port: u16) -> Outcome<Endpoint> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    // The subnet of the loopback device and no default route.
    let opts = BindOpts::default().set_prefix_len(8).set_is_required(true);
    let endpoint = Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .clear_ip_transports()
        .bind_addr_with_opts(addr, opts)?
        .crypto_provider(Arc::new(aes_128()))
        .transport_config(transport()?)
        .alpns(vec![ALPN.to_vec()])
        .bind()
        .await?;
    Ok(endpoint)
}

/// Of ring's cipher suites the one that all peers use; ring prefers AES-256.
fn aes_128() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![ring::cipher_suite::TLS13_AES_128_GCM_SHA256],
        ..ring::default_provider()
    }
}

/// Windows, buffers and probing for larger datagrams stay as iroh has them.
fn transport() -> Outcome<QuicTransportConfig> {
    Ok(QuicTransportConfig::builder()
        .max_concurrent_bidi_streams(VarInt::from_u32(MAX_STREAMS))
        .max_idle_timeout(Some(IdleTimeout::try_from(IDLE_TIMEOUT)?))
        // Cannot be turned off, but moved to where it does nothing. iroh also
        // has one for each path, which it does not let go above five seconds.
        .keep_alive_interval(IDLE_TIMEOUT)
        .build())
}

/// Opens a stream with one byte on it and takes the answer.
pub async fn ask(connection: &Connection, kind: u8) -> Result<Vec<u8>, String> {
    let (mut send, recv) = connection.open_bi().await.map_err(text)?;
    send.write_all(&[kind]).await.map_err(text)?;
    send.finish().map_err(text)?;
    answer(recv).await
}

pub async fn answer(mut recv: RecvStream) -> Result<Vec<u8>, String> {
    recv.read_to_end(MAX_ANSWER).await.map_err(text)
}

pub fn text(error: impl std::error::Error) -> String {
    error.to_string()
}
