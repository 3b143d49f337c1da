//! Configurations: identity, limits, and the key of our connection ids.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use boring::ssl::SslContextBuilder;
use quiche::CongestionControlAlgorithm as Congestion;

use crate::abi::{dk_congestion_control, dk_option, dk_role};
use crate::cid::CidKey;
use crate::connection::datagrams;
use crate::diagnostics::{KeyLog, Qlog};
use crate::fault::{Fault, Outcome};
use crate::tls;
use crate::webpki;

/// All parameters together have to fit one flight.
const MAX_PARAM: usize = 64;
const MAX_ALPN_LIST: usize = 65535;
const MAX_WINDOW: u64 = 1 << 40;
const MAX_MILLIS: u64 = (1 << 31) - 1;

/// What the options say. Everything that a connection needs from here is
/// copied into it.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    idle_timeout_ms: u64,
    max_udp_recv: u64,
    pub(crate) max_udp_send: u64,
    pub(crate) conn_window: u64,
    pub(crate) stream_window: u64,
    max_conn_window: u64,
    max_stream_window: u64,
    streams_bidi: u64,
    streams_uni: u64,
    cid_limit: u64,
    pub(crate) keep_alive_ms: u64,
    congestion: u64,
    initial_rtt_us: u64,
    pmtud: bool,
    pmtud_probes: u64,
    pub(crate) pacing: bool,
    dgram_recv: u64,
    pub(crate) dgram_send_bytes: u64,
    hystart: bool,
    initial_cwnd: u64,
    send_capacity_percent: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            idle_timeout_ms: 30_000,
            max_udp_recv: 1472,
            max_udp_send: 1452,
            conn_window: 4 << 20,
            stream_window: 3 << 20,
            max_conn_window: 0,
            max_stream_window: 0,
            streams_bidi: 100,
            streams_uni: 100,
            cid_limit: 4,
            keep_alive_ms: 5_000,
            congestion: dk_congestion_control::DK_CC_CUBIC as u64,
            initial_rtt_us: 100_000,
            pmtud: true,
            pmtud_probes: 3,
            pacing: true,
            dgram_recv: 0,
            dgram_send_bytes: 1 << 20,
            hystart: true,
            initial_cwnd: 10,
            send_capacity_percent: 100,
        }
    }
}

impl Settings {
    pub(crate) fn is_bbr(&self) -> bool {
        self.congestion == dk_congestion_control::DK_CC_BBR2 as u64
    }

    fn set(&mut self, option: u32, value: u64) -> Outcome<()> {
        use dk_option as O;
        let within = |low, high| range(value, low, high);
        match option {
            o if o == O::DK_OPTION_IDLE_TIMEOUT_MS as u32 => {
                self.idle_timeout_ms = zero_or(value, 100, MAX_MILLIS)?;
            }
            o if o == O::DK_OPTION_MAX_UDP_PAYLOAD_RECV as u32 => {
                self.max_udp_recv = within(1200, 65_527)?;
            }
            o if o == O::DK_OPTION_MAX_UDP_PAYLOAD_SEND as u32 => {
                self.max_udp_send = within(1200, 16_383)?;
            }
            o if o == O::DK_OPTION_INITIAL_MAX_DATA as u32 => {
                self.conn_window = within(1, MAX_WINDOW)?;
            }
            o if o == O::DK_OPTION_INITIAL_MAX_STREAM_DATA as u32 => {
                self.stream_window = within(1, MAX_WINDOW)?;
            }
            o if o == O::DK_OPTION_MAX_CONN_WINDOW as u32 => {
                self.max_conn_window = within(0, MAX_WINDOW)?;
            }
            o if o == O::DK_OPTION_MAX_STREAM_WINDOW as u32 => {
                self.max_stream_window = within(0, MAX_WINDOW)?;
            }
            o if o == O::DK_OPTION_MAX_STREAMS_BIDI as u32 => {
                self.streams_bidi = within(0, 1 << 20)?;
            }
            o if o == O::DK_OPTION_MAX_STREAMS_UNI as u32 => {
                self.streams_uni = within(0, 1 << 20)?;
            }
            o if o == O::DK_OPTION_ACTIVE_CID_LIMIT as u32 => self.cid_limit = within(2, 8)?,
            o if o == O::DK_OPTION_KEEP_ALIVE_MS as u32 => {
                self.keep_alive_ms = zero_or(value, 10, MAX_MILLIS)?;
            }
            o if o == O::DK_OPTION_CONGESTION_CONTROL as u32 => self.congestion = within(0, 2)?,
            o if o == O::DK_OPTION_INITIAL_RTT_US as u32 => {
                self.initial_rtt_us = within(1_000, 10_000_000)?;
            }
            o if o == O::DK_OPTION_PMTUD as u32 => self.pmtud = within(0, 1)? == 1,
            o if o == O::DK_OPTION_PMTUD_MAX_PROBES as u32 => self.pmtud_probes = within(1, 10)?,
            o if o == O::DK_OPTION_PACING as u32 => self.pacing = within(0, 1)? == 1,
            o if o == O::DK_OPTION_DGRAM_RECV_QUEUE as u32 => {
                self.dgram_recv = within(0, 65_536)?;
            }
            o if o == O::DK_OPTION_DGRAM_SEND_BYTES as u32 => {
                self.dgram_send_bytes = within(0, 1 << 30)?;
            }
            o if o == O::DK_OPTION_HYSTART as u32 => self.hystart = within(0, 1)? == 1,
            o if o == O::DK_OPTION_INITIAL_CWND_PACKETS as u32 => {
                self.initial_cwnd = within(2, 100)?;
            }
            o if o == O::DK_OPTION_SEND_CAPACITY_PERCENT as u32 => {
                self.send_capacity_percent = within(100, 1000)?;
            }
            _ => return Err(Fault::arg("unknown option")),
        }
        Ok(())
    }

    fn apply(&self, quic: &mut quiche::Config) {
        quic.grease(false);
        quic.set_max_idle_timeout(self.idle_timeout_ms);
        quic.set_max_recv_udp_payload_size(self.max_udp_recv as usize);
        quic.set_max_send_udp_payload_size(self.max_udp_send as usize);
        quic.set_initial_max_streams_bidi(self.streams_bidi);
        quic.set_initial_max_streams_uni(self.streams_uni);
        quic.set_active_connection_id_limit(self.cid_limit);
        quic.discover_pmtu(self.pmtud);
        quic.set_pmtud_max_probes(self.pmtud_probes as u8);
        quic.enable_dgram(
            self.dgram_recv > 0,
            self.dgram_recv as usize,
            datagrams::FEED_COUNT,
        );
        self.apply_windows(quic);
        self.apply_congestion(quic);
    }

    fn apply_windows(&self, quic: &mut quiche::Config) {
        quic.set_initial_max_data(self.conn_window);
        quic.set_initial_max_stream_data_bidi_local(self.stream_window);
        quic.set_initial_max_stream_data_bidi_remote(self.stream_window);
        quic.set_initial_max_stream_data_uni(self.stream_window);
        // The engine tunes windows up to these: equal to the initial value
        // they stay as they are.
        quic.set_max_connection_window(self.max_conn_window.max(self.conn_window));
        quic.set_max_stream_window(self.max_stream_window.max(self.stream_window));
    }

    fn apply_congestion(&self, quic: &mut quiche::Config) {
        quic.set_cc_algorithm(match self.congestion {
            c if c == dk_congestion_control::DK_CC_RENO as u64 => Congestion::Reno,
            c if c == dk_congestion_control::DK_CC_BBR2 as u64 => Congestion::Bbr2Gcongestion,
            _ => Congestion::CUBIC,
        });
        quic.set_initial_rtt(Duration::from_micros(self.initial_rtt_us));
        quic.enable_pacing(self.pacing);
        quic.enable_hystart(self.hystart);
        quic.set_initial_congestion_window_packets(self.initial_cwnd as usize);
        quic.set_send_capacity_factor(self.send_capacity_percent as f64 / 100.0);
    }
}

fn range(value: u64, low: u64, high: u64) -> Outcome<u64> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(Fault::arg("value of the option out of range"))
    }
}

fn zero_or(value: u64, low: u64, high: u64) -> Outcome<u64> {
    if value == 0 {
        Ok(0)
    } else {
        range(value, low, high)
    }
}

/// What new connections are made of.
pub(crate) struct Parts {
    pub(crate) quic: quiche::Config,
    pub(crate) settings: Settings,
    pub(crate) accepts: Arc<[u8]>,
    pub(crate) cid_key: Arc<CidKey>,
    pub(crate) key_log: Option<KeyLog>,
    pub(crate) qlog: Option<Qlog>,
}

/// What a configuration shows and how it knows its peers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Raw public keys on both sides.
    Key,
    /// Nothing; the server has a certificate for its name.
    Name,
}

pub(crate) struct Config {
    roles: u32,
    identity: Identity,
    // Making a connection changes the TLS context and the reset token in
    // quiche's configuration; both take microseconds.
    parts: Mutex<Parts>,
}

impl Config {
    pub(crate) fn new(seed: &[u8; 32], roles: u32) -> Outcome<Config> {
        if roles == 0 || roles & !(dk_role::DK_ROLE_BOTH as u32) != 0 {
            return Err(Fault::arg("unknown role"));
        }
        Config::make(tls::context(seed)?, roles, Identity::Key)
    }

    pub(crate) fn webpki(roots_pem: &[u8]) -> Outcome<Config> {
        let tls = webpki::context(roots_pem)?;
        Config::make(tls, dk_role::DK_ROLE_CLIENT as u32, Identity::Name)
    }

    fn make(tls: SslContextBuilder, roles: u32, identity: Identity) -> Outcome<Config> {
        let mut quic = quiche::Config::with_boring_ssl_ctx_builder(quiche::PROTOCOL_VERSION, tls)?;
        let settings = Settings::default();
        settings.apply(&mut quic);
        Ok(Config {
            roles,
            identity,
            parts: Mutex::new(Parts {
                quic,
                settings,
                accepts: Arc::new([]),
                cid_key: Arc::new(CidKey::random()?),
                key_log: None,
                qlog: None,
            }),
        })
    }

    pub(crate) fn set(&self, option: u32, value: u64) -> Outcome<()> {
        let mut parts = self.parts();
        let Parts { quic, settings, .. } = &mut *parts;
        settings.set(option, value)?;
        settings.apply(quic);
        Ok(())
    }

    pub(crate) fn set_transport_param(&self, id: u64, value: &[u8]) -> Outcome<()> {
        if id > crate::MAX_VARINT || value.len() > MAX_PARAM {
            return Err(Fault::arg("transport parameter too large"));
        }
        self.parts().quic.set_transport_param(id, value);
        Ok(())
    }

    pub(crate) fn set_alpn(&self, wire: &[u8]) -> Outcome<()> {
        if wire.len() > MAX_ALPN_LIST || !tls::is_alpn_list(wire) {
            return Err(Fault::arg("malformed list of ALPN names"));
        }
        self.parts().accepts = wire.into();
        Ok(())
    }

    pub(crate) fn set_cid_key(&self, key: &[u8; 32], len: u32) -> Outcome<()> {
        let key = CidKey::new(*key, len as usize)?;
        self.parts().cid_key = Arc::new(key);
        Ok(())
    }

    pub(crate) fn set_key_log(&self, path: &[u8]) -> Outcome<()> {
        let opened = if path.is_empty() {
            None
        } else {
            Some(KeyLog::open(path)?)
        };
        let mut parts = self.parts();
        if opened.is_some() {
            // Connections without a writer are not concerned.
            parts.quic.log_keys();
        }
        parts.key_log = opened;
        Ok(())
    }

    pub(crate) fn set_qlog(&self, dir: &[u8], prefix: &[u8]) -> Outcome<()> {
        let opened = if dir.is_empty() {
            None
        } else {
            Some(Qlog::open(dir, prefix)?)
        };
        self.parts().qlog = opened;
        Ok(())
    }

    pub(crate) fn cid_key(&self) -> Arc<CidKey> {
        Arc::clone(&self.parts().cid_key)
    }

    pub(crate) fn parts_for(
        &self,
        role: dk_role,
        identity: Identity,
    ) -> Outcome<MutexGuard<'_, Parts>> {
        if self.roles & role as u32 == 0 {
            return Err(Fault::state("the configuration does not have this role"));
        }
        if self.identity != identity {
            return Err(Fault::state("the configuration knows peers in another way"));
        }
        Ok(self.parts())
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        // A panic poisons the whole configuration at the table already.
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
