//! A connection: quiche's, and what the interface adds to it.

mod acks;
mod allowance;
mod cids;
mod closing;
pub(crate) mod datagrams;
mod events;
mod keepalive;
mod pacing;
mod paths;
mod receive;
mod report;
mod streams;
mod transmit;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use boring::ssl::SslRef;

use crate::abi::{dk_role, dk_status};
use crate::cid::{Cid, CidKey};
use crate::config::{Config, Identity, Parts, Settings};
use crate::fault::{Fault, Outcome};
use crate::header::{Long, VERSION_1};
use crate::retry::{self, Verdict};
use crate::time;
use crate::tls::{self, Expectation, PublicKey};
use crate::webpki;

use acks::AckHold;
use allowance::Allowance;
use cids::Cids;
use closing::Closing;
use datagrams::Datagrams;
use events::Reported;
use keepalive::KeepAlive;
use pacing::Pacer;
use receive::Pinning;
use report::{Counters, Ending};
use streams::Streams;

pub(crate) struct Conn {
    quic: quiche::Connection,
    /// Largest packet that quiche may produce.
    max_packet: usize,
    client: bool,
    /// The handshake is confirmed, as far as quiche lets us see.
    confirmed: bool,
    cids: Cids,
    pinning: Pinning,
    pacer: Pacer,
    ack_hold: AckHold,
    allowance: Allowance,
    keep_alive: KeepAlive,
    streams: Streams,
    datagrams: Datagrams,
    reported: Reported,
    counters: Counters,
    closing: Closing,
    ending: Ending,
}

impl Conn {
    pub(crate) fn connect(
        config: &Config,
        key: &PublicKey,
        alpn: &[u8],
        local: SocketAddr,
        peer: SocketAddr,
        now: u64,
    ) -> Outcome<Conn> {
        if tls::is_weak(key) {
            return Err(Fault::arg("weak peer key"));
        }
        // No server name: it would disclose the dialled key.
        let expect =
            |ssl: &mut SslRef, parts: &Parts| tls::expect(ssl, Expectation::of(Some(*key), parts));
        Conn::dial(config, Identity::Key, expect, alpn, [local, peer], now)
    }

    /// Dials a server with a certificate for this host.
    pub(crate) fn connect_name(
        config: &Config,
        host: &[u8],
        alpn: &[u8],
        local: SocketAddr,
        peer: SocketAddr,
        now: u64,
    ) -> Outcome<Conn> {
        let expect = |ssl: &mut SslRef, _: &Parts| webpki::expect(ssl, host);
        Conn::dial(config, Identity::Name, expect, alpn, [local, peer], now)
    }

    fn dial(
        config: &Config,
        identity: Identity,
        expect: impl FnOnce(&mut SslRef, &Parts) -> Outcome<()>,
        alpn: &[u8],
        [local, peer]: [SocketAddr; 2],
        now: u64,
    ) -> Outcome<Conn> {
        if alpn.is_empty() || !tls::is_alpn_list(alpn) {
            return Err(Fault::arg("malformed list of ALPN names"));
        }
        let _time = time::freeze(now);
        let mut parts = config.parts_for(dk_role::DK_ROLE_CLIENT, identity)?;
        let first = parts.cid_key.issue()?;
        let scid = quiche::ConnectionId::from_ref(first.as_slice());
        let mut quic = quiche::connect(None, &scid, local, peer, &mut parts.quic)?;
        expect(quic.as_mut(), &parts)?;
        tls::offer_alpn(quic.as_mut(), alpn)?;
        let original = quic.destination_id().into_owned();
        Conn::new(quic, &parts, &original, first, true, now)
    }

    pub(crate) fn accept(
        config: &Config,
        initial: &[u8],
        local: SocketAddr,
        peer: SocketAddr,
        now: u64,
    ) -> Outcome<Conn> {
        let initial = check_initial(initial)?;
        let _time = time::freeze(now);
        let mut parts = config.parts_for(dk_role::DK_ROLE_SERVER, Identity::Key)?;
        let first = parts.cid_key.issue()?;
        let token = parts.cid_key.token(first.as_slice())?;
        // The token of the first id travels as a transport parameter, which
        // quiche keeps in its configuration: ours until the lock is released.
        parts
            .quic
            .set_stateless_reset_token(Some(u128::from_be_bytes(token)));
        let scid = quiche::ConnectionId::from_ref(first.as_slice());
        let retried = match retry::verify(&initial, &parts.cid_key, peer, now)? {
            Verdict::Valid(original) => Some(original),
            Verdict::Absent => None,
        };
        let original = retried.as_ref().map_or(initial.dcid, Cid::as_slice);
        let mut quic = if retried.is_some() {
            let ids = quiche::RetryConnectionIds {
                original_destination_cid: &quiche::ConnectionId::from_ref(original),
                retry_source_cid: &quiche::ConnectionId::from_ref(initial.dcid),
            };
            quiche::accept_with_retry(&scid, ids, local, peer, &mut parts.quic)?
        } else {
            quiche::accept(&scid, None, local, peer, &mut parts.quic)?
        };
        tls::expect(quic.as_mut(), Expectation::of(None, &parts))?;
        let mut conn = Conn::new(quic, &parts, original, first, false, now)?;
        if retried.is_some() {
            conn.allowance.lift();
        }
        Ok(conn)
    }

    fn new(
        mut quic: quiche::Connection,
        parts: &Parts,
        original: &[u8],
        first: Cid,
        client: bool,
        now: u64,
    ) -> Outcome<Conn> {
        if let Some(log) = &parts.key_log {
            quic.set_keylog(log.writer());
        }
        let side = if client { "client" } else { "server" };
        if let Some(writer) = parts
            .qlog
            .as_ref()
            .and_then(|log| log.writer(original, side))
        {
            quic.set_qlog(writer, "dialkey".into(), side.into());
        }
        Ok(Conn::assemble(
            quic,
            &parts.settings,
            Arc::clone(&parts.cid_key),
            first,
            client,
            now,
        ))
    }

    fn assemble(
        quic: quiche::Connection,
        settings: &Settings,
        key: Arc<CidKey>,
        first: Cid,
        client: bool,
        now: u64,
    ) -> Conn {
        let mut quic = quic;
        let every = Duration::from_millis(settings.keep_alive_ms);
        quic.set_path_keep_alive((!every.is_zero()).then_some(every));
        Conn {
            max_packet: settings.max_udp_send as usize,
            confirmed: false,
            cids: Cids::new(key, first),
            pinning: Pinning::new(client),
            pacer: Pacer::new(settings),
            ack_hold: AckHold::default(),
            allowance: Allowance::new(!client),
            keep_alive: KeepAlive::new(settings.keep_alive_ms, now),
            streams: Streams::new(settings.conn_window.min(settings.stream_window)),
            datagrams: Datagrams::new(settings.dgram_send_bytes),
            reported: Reported::default(),
            counters: Counters::default(),
            closing: Closing::default(),
            ending: Ending::default(),
            client,
            quic,
        }
    }

    fn is_client(&self) -> bool {
        self.client
    }

    /// No application data any more, in either direction.
    fn is_ending(&self) -> bool {
        self.quic.is_closed()
            || self.quic.is_draining()
            || self.quic.local_error().is_some()
            || self.closing.waits()
    }

    pub(crate) fn peer_key(&mut self) -> Outcome<PublicKey> {
        if !self.quic.is_established() {
            return Err(Fault::done());
        }
        tls::peer_key(self.quic.as_mut()).ok_or(Fault::tls("the peer showed no key"))
    }

    pub(crate) fn export_keying(
        &mut self,
        label: &[u8],
        context: &[u8],
        out: &mut [u8],
    ) -> Outcome<()> {
        if !self.quic.is_established() {
            return Err(Fault::state("the handshake is not over"));
        }
        tls::export(self.quic.as_mut(), label, context, out)
    }

    pub(crate) fn alpn(&self) -> &[u8] {
        self.quic.application_proto()
    }

    pub(crate) fn timeout(&self, now: u64, at: &mut u64) -> Outcome<i32> {
        let quic = self.engine_deadline().map(|at| at.max(now));
        let pacer = self.pacer.deadline().filter(|_| !self.quic.is_draining());
        let keep_alive = self.keep_alive.deadline().filter(|_| self.keeps_alive());
        let ack = self.ack_hold.deadline().filter(|_| !self.is_ending());
        let next = [quic, pacer, keep_alive, ack].into_iter().flatten().min();
        *at = next
            .filter(|_| !self.quic.is_closed())
            .ok_or(Fault::done())?;
        Ok(0)
    }

    fn keeps_alive(&self) -> bool {
        self.quic.is_established() && !self.is_ending()
    }

    pub(crate) fn on_timeout(&mut self, now: u64) {
        let _time = time::freeze(now);
        let closed = self.quic.is_closed();
        self.quic.on_timeout();
        if self.quic.is_closed() && !closed {
            self.ending.closed_by_timer(&self.quic);
        }
        // Probes for lost packets must leave even when pacing holds data back.
        self.pacer.allow(pacing::PROBES);
        self.closing.allow_probes();
        if self.keeps_alive() && self.keep_alive.is_due(now) {
            self.ping(now);
        }
    }

    fn ping(&mut self, now: u64) {
        if self.quic.send_ack_eliciting().is_ok() {
            self.counters.keep_alives += 1;
        }
        self.keep_alive.touch(now);
    }
}

fn check_initial(datagram: &[u8]) -> Outcome<Long<'_>> {
    let protocol = Fault::new(dk_status::DK_ERR_PROTOCOL, "not a proper Initial packet");
    let long = Long::parse(datagram).ok_or(protocol)?;
    if long.version != VERSION_1 {
        return Err(Fault::new(dk_status::DK_ERR_VERSION, "not QUIC version 1"));
    }
    Long::answerable_initial(datagram).ok_or(protocol)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
