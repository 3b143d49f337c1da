//! State, counters and paths, in the forms the interface fixes.

use quiche::{ConnectionError, PathStats};

use super::{Conn, nanos};
use crate::abi::{dk_addr, dk_conn_stat, dk_origin, dk_path_info, dk_path_state, dk_state_flag};
use crate::fault::Outcome;

const NO_VIABLE_PATH: u64 = 0x10;
const STATS: usize = dk_conn_stat::DK_CONN_STAT_COUNT as usize;

/// What quiche does not count.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) datagrams: u64,
    pub(super) dropped: u64,
    pub(super) keep_alives: u64,
}

/// How the connection ended, as far as quiche does not keep it.
#[derive(Default)]
pub(super) struct Ending {
    reset: bool,
    lost_path: bool,
}

impl Ending {
    /// A packet that closes without any error is a stateless reset.
    pub(super) fn closed_by_packet(&mut self, quic: &quiche::Connection) {
        self.reset = quic.local_error().is_none() && quic.peer_error().is_none();
    }

    /// A timer that closes for no reason found no path that works.
    pub(super) fn closed_by_timer(&mut self, quic: &quiche::Connection) {
        self.lost_path =
            !quic.is_timed_out() && quic.local_error().is_none() && quic.peer_error().is_none();
    }
}

impl Conn {
    pub(super) fn flags(&self) -> u64 {
        use dk_state_flag as F;
        let flag = |holds: bool, flag: F| if holds { flag as u64 } else { 0 };
        flag(self.quic.is_established(), F::DK_STATE_ESTABLISHED)
            | flag(self.confirmed, F::DK_STATE_CONFIRMED)
            | flag(self.is_ending(), F::DK_STATE_DRAINING)
            | flag(self.quic.is_closed(), F::DK_STATE_CLOSED)
            | flag(self.quic.is_timed_out(), F::DK_STATE_IDLE_TIMEOUT)
            | flag(self.ending.reset, F::DK_STATE_RESET)
            | flag(self.is_client(), F::DK_STATE_CLIENT)
    }

    pub(crate) fn state(&self) -> [u64; 8] {
        let (origin, code) = self.origin();
        let [bidi, uni] = self.credit();
        let datagram = self.datagram_max();
        [
            self.flags(),
            origin as u64,
            code,
            bidi,
            uni,
            datagram as u64,
            self.peer_window(),
            0,
        ]
    }

    /// What the peer lets us send on a new stream before it has read any of
    /// it; the largest, for it may tell streams of several kinds apart.
    fn peer_window(&self) -> u64 {
        let Some(peer) = self.quic.peer_transport_params() else {
            return 0;
        };
        peer.initial_max_stream_data_bidi_local
            .max(peer.initial_max_stream_data_bidi_remote)
            .max(peer.initial_max_stream_data_uni)
            .min(peer.initial_max_data)
    }

    fn origin(&self) -> (dk_origin, u64) {
        use dk_origin as O;
        let by = |error: &ConnectionError, app, transport| {
            (if error.is_app { app } else { transport }, error.error_code)
        };
        let here = |error| {
            by(
                error,
                O::DK_ORIGIN_LOCAL_APPLICATION,
                O::DK_ORIGIN_LOCAL_TRANSPORT,
            )
        };
        if let Some(own) = self.closing.own() {
            here(own)
        } else if let Some(peer) = self.quic.peer_error() {
            by(
                peer,
                O::DK_ORIGIN_PEER_APPLICATION,
                O::DK_ORIGIN_PEER_TRANSPORT,
            )
        } else if let Some(local) = self.quic.local_error() {
            here(local)
        } else if self.quic.is_timed_out() {
            (O::DK_ORIGIN_IDLE_TIMEOUT, 0)
        } else if self.ending.reset {
            (O::DK_ORIGIN_STATELESS_RESET, 0)
        } else if self.ending.lost_path {
            (O::DK_ORIGIN_LOCAL_TRANSPORT, NO_VIABLE_PATH)
        } else {
            (O::DK_ORIGIN_NONE, 0)
        }
    }

    pub(crate) fn close_reason(&self) -> &[u8] {
        let peer = self.quic.peer_error();
        let error = self.closing.own().or(peer).or(self.quic.local_error());
        error.map_or(&[], |error| &error.reason)
    }

    pub(crate) fn stats(&self) -> [u64; STATS] {
        let quic = self.quic.stats();
        [
            quic.sent as u64,
            quic.recv as u64,
            quic.lost as u64,
            quic.retrans as u64,
            quic.sent_bytes,
            quic.recv_bytes,
            quic.lost_bytes,
            quic.stream_retrans_bytes,
            quic.paths_count as u64,
            quic.reset_stream_count_local,
            quic.stopped_stream_count_local,
            quic.reset_stream_count_remote,
            quic.stopped_stream_count_remote,
            self.pacer.stalls(),
            self.counters.dropped,
            self.counters.datagrams,
            self.counters.keep_alives + self.quic.path_pings(),
            quic.dgram_sent as u64,
            quic.dgram_recv as u64,
            self.datagrams.send_dropped(&self.quic, &quic),
            self.datagrams.recv_dropped(&self.quic, &quic),
            quic.spurious_lost as u64,
        ]
    }

    /// Without multipath the path in use is path 0.
    pub(super) fn only_path(&self, out: &mut [dk_path_info]) -> Outcome<i32> {
        let active = self.quic.path_stats().find(|path| path.active);
        match (active, out.first_mut()) {
            (Some(path), Some(slot)) => {
                *slot = self.path_info(&path);
                Ok(1)
            }
            _ => Ok(0),
        }
    }

    pub(super) fn path_info(&self, path: &PathStats) -> dk_path_info {
        dk_path_info {
            rtt_ns: nanos(path.rtt),
            min_rtt_ns: path.min_rtt.map_or(0, nanos),
            rttvar_ns: nanos(path.rttvar),
            cwnd: path.cwnd as u64,
            sent_bytes: path.sent_bytes,
            recv_bytes: path.recv_bytes,
            lost_bytes: path.lost_bytes,
            sent: path.sent as u64,
            recv: path.recv as u64,
            lost: path.lost as u64,
            rate_bps: path.delivery_rate,
            last_rx_ns: self.keep_alive.last_received(),
            last_tx_ns: self.keep_alive.last_sent(),
            local: dk_addr::from_socket(path.local_addr),
            peer: dk_addr::from_socket(path.peer_addr),
            mtu: path.pmtu as u32,
            state: self.path_state(path) as u8,
            active: u8::from(path.active),
            ..dk_path_info::default()
        }
    }

    /// quiche tells only whether the path in use is validated.
    fn path_state(&self, path: &PathStats) -> dk_path_state {
        match self.quic.is_path_validated(path.local_addr, path.peer_addr) {
            Ok(true) => dk_path_state::DK_PATH_VALIDATED,
            Ok(false) => dk_path_state::DK_PATH_VALIDATING,
            Err(_) => dk_path_state::DK_PATH_UNKNOWN,
        }
    }
}
