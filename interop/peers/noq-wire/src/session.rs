//! noq's TLS sessions with a tap on their 1-RTT keys. Everything else is passed on.

use std::{any::Any, sync::Arc};

use bytes::BytesMut;
use noq_proto::{
    ConnectError, ConnectionId, PathId, Side, TransportError,
    crypto::{
        ClientConfig, CryptoError, ExportKeyingMaterialError, HeaderKey, KeyPair, Keys, PacketKey, ServerConfig,
        Session, UnsupportedVersion,
    },
    transport_parameters::TransportParameters,
};

use crate::tap::Tap;

/// A configuration whose sessions are tapped. Each serves one connection, whose tap it holds.
pub struct Tapped<C> {
    inner: Arc<C>,
    tap: Arc<Tap>,
}

impl<C> Tapped<C> {
    pub fn new(inner: Arc<C>, tap: Arc<Tap>) -> Self {
        Self { inner, tap }
    }

    fn session(&self, inner: Box<dyn Session>) -> Box<dyn Session> {
        Box::new(TappedSession { inner, tap: self.tap.clone(), keys_given: 0, generation: 0 })
    }
}

impl<C: ClientConfig> ClientConfig for Tapped<C> {
    fn start_session(
        &self,
        version: u32,
        server_name: &str,
        params: &TransportParameters,
    ) -> Result<Box<dyn Session>, ConnectError> {
        Ok(self.session(self.inner.start_session(version, server_name, params)?))
    }
}

impl<C: ServerConfig> ServerConfig for Tapped<C> {
    fn initial_keys(&self, version: u32, dst_cid: ConnectionId) -> Result<Keys, UnsupportedVersion> {
        self.inner.initial_keys(version, dst_cid)
    }

    fn retry_tag(&self, version: u32, orig_dst_cid: ConnectionId, packet: &[u8]) -> [u8; 16] {
        self.inner.retry_tag(version, orig_dst_cid, packet)
    }

    fn start_session(&self, version: u32, params: &TransportParameters) -> Box<dyn Session> {
        self.session(self.inner.start_session(version, params))
    }
}

struct TappedSession {
    inner: Box<dyn Session>,
    tap: Arc<Tap>,
    /// Sets of keys that `write_handshake` has returned: first those of the handshake, then 1-RTT.
    keys_given: u32,
    /// Of the last 1-RTT keys given out.
    generation: u64,
}

impl TappedSession {
    fn tapped(&self, keys: KeyPair<Box<dyn PacketKey>>) -> KeyPair<Box<dyn PacketKey>> {
        let local: Arc<dyn PacketKey> = Arc::from(keys.local);
        self.tap.lock().new_key(self.generation, local.clone());
        let tapped = |inner| Box::new(TappedKey { inner, tap: self.tap.clone(), generation: self.generation });
        KeyPair { local: tapped(local), remote: tapped(Arc::from(keys.remote)) }
    }
}

impl Session for TappedSession {
    fn write_handshake(&mut self, buf: &mut Vec<u8>) -> Option<Keys> {
        let keys = self.inner.write_handshake(buf)?;
        self.keys_given += 1;
        if self.keys_given == 1 {
            return Some(keys);
        }
        let local = SharedHeaderKey(Arc::from(keys.header.local));
        self.tap.lock().header_key = Some(local.0.clone());
        Some(Keys {
            header: KeyPair { local: Box::new(local), remote: keys.header.remote },
            packet: self.tapped(keys.packet),
        })
    }

    fn next_1rtt_keys(&mut self) -> Option<KeyPair<Box<dyn PacketKey>>> {
        let keys = self.inner.next_1rtt_keys()?;
        self.generation += 1;
        // noq prepares the next keys when it takes the ones before into use.
        self.tap.lock().keys_in_use(self.generation - 1);
        Some(self.tapped(keys))
    }

    fn initial_keys(&self, dst_cid: ConnectionId, side: Side) -> Keys {
        self.inner.initial_keys(dst_cid, side)
    }

    fn handshake_data(&self) -> Option<Box<dyn Any>> {
        self.inner.handshake_data()
    }

    fn peer_identity(&self) -> Option<Box<dyn Any>> {
        self.inner.peer_identity()
    }

    fn early_crypto(&self) -> Option<(Box<dyn HeaderKey>, Box<dyn PacketKey>)> {
        self.inner.early_crypto()
    }

    fn early_data_accepted(&self) -> Option<bool> {
        self.inner.early_data_accepted()
    }

    fn is_handshaking(&self) -> bool {
        self.inner.is_handshaking()
    }

    fn read_handshake(&mut self, buf: &[u8]) -> Result<bool, TransportError> {
        self.inner.read_handshake(buf)
    }

    fn transport_parameters(&self) -> Result<Option<TransportParameters>, TransportError> {
        self.inner.transport_parameters()
    }

    fn is_valid_retry(&self, orig_dst_cid: ConnectionId, header: &[u8], payload: &[u8]) -> bool {
        self.inner.is_valid_retry(orig_dst_cid, header, payload)
    }

    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: &[u8],
    ) -> Result<(), ExportKeyingMaterialError> {
        self.inner.export_keying_material(output, label, context)
    }
}

struct TappedKey {
    inner: Arc<dyn PacketKey>,
    tap: Arc<Tap>,
    generation: u64,
}

impl PacketKey for TappedKey {
    fn encrypt(&self, path_id: PathId, packet: u64, buf: &mut [u8], header_len: usize) {
        self.tap.lock().sealing(&*self.inner, path_id, packet, buf, header_len);
        self.inner.encrypt(path_id, packet, buf, header_len);
    }

    fn decrypt(&self, path_id: PathId, packet: u64, header: &[u8], payload: &mut BytesMut) -> Result<(), CryptoError> {
        let outcome = self.inner.decrypt(path_id, packet, header, payload);
        let mut tap = self.tap.lock();
        match outcome {
            Ok(()) => tap.opened(path_id, packet, self.generation, payload),
            Err(_) => tap.failed += 1,
        }
        outcome
    }

    fn tag_len(&self) -> usize {
        self.inner.tag_len()
    }

    fn confidentiality_limit(&self) -> u64 {
        self.inner.confidentiality_limit()
    }

    fn integrity_limit(&self) -> u64 {
        self.inner.integrity_limit()
    }
}

/// noq owns its header keys; the tap needs the local one as well.
struct SharedHeaderKey(Arc<dyn HeaderKey>);

impl HeaderKey for SharedHeaderKey {
    fn decrypt(&self, pn_offset: usize, packet: &mut [u8]) {
        self.0.decrypt(pn_offset, packet);
    }

    fn encrypt(&self, pn_offset: usize, packet: &mut [u8]) {
        self.0.encrypt(pn_offset, packet);
    }

    fn sample_size(&self) -> usize {
        self.0.sample_size()
    }
}
