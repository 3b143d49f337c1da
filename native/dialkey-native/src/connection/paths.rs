//! Several paths: what the caller does with them, and what is told of them.

use std::net::SocketAddr;
use std::time::Duration;

use quiche::multipath::{Delivery, FrameEvent, MultipathEvent, PathInfo, PathState};

use super::Conn;
use super::events::{Sink, event};
use crate::abi::dk_path_state;
use crate::abi::{dk_addr, dk_delivery, dk_event, dk_event_kind as Kind, dk_path_info};
use crate::fault::{Fault, Outcome};
use crate::time;

impl Conn {
    pub(crate) fn open_path(
        &mut self,
        now: u64,
        local: SocketAddr,
        peer: SocketAddr,
        backup: bool,
    ) -> Outcome<u32> {
        let _time = time::freeze(now);
        let path = self.quic.open_path(local, peer, backup)?;
        Ok(path)
    }

    pub(crate) fn abandon_path(&mut self, now: u64, path: u32, code: u64) -> Outcome<()> {
        if code > crate::MAX_VARINT {
            return Err(Fault::arg("error code above 2^62 - 1"));
        }
        let _time = time::freeze(now);
        Ok(self.quic.abandon_path(path, code)?)
    }

    pub(crate) fn set_active_path(&mut self, now: u64, path: u32) -> Outcome<()> {
        let _time = time::freeze(now);
        Ok(self.quic.set_active_multipath(path)?)
    }

    pub(crate) fn set_path_status(&mut self, path: u32, available: bool) -> Outcome<()> {
        Ok(self.quic.set_path_status(path, available)?)
    }

    pub(crate) fn set_path_idle(&mut self, path: u32, timeout_ms: u64) -> Outcome<()> {
        let timeout = (timeout_ms > 0).then(|| Duration::from_millis(timeout_ms));
        Ok(self.quic.set_path_idle_timeout(path, timeout)?)
    }

    pub(crate) fn ping_path(&mut self, path: u32) -> Outcome<()> {
        if path == 0 && !self.quic.is_multipath() {
            return Ok(self.quic.send_ack_eliciting()?);
        }
        Ok(self.quic.ping_path(path)?)
    }

    pub(crate) fn rebind_path(&mut self, now: u64, path: u32, local: SocketAddr) -> Outcome<()> {
        let _time = time::freeze(now);
        Ok(self.quic.rebind_path(path, local)?)
    }

    pub(crate) fn pin_path(&mut self, local: SocketAddr, peer: SocketAddr) -> Outcome<()> {
        Ok(self.quic.pin_first_path(local, peer)?)
    }

    pub(crate) fn probe(&mut self, now: u64, local: SocketAddr, peer: SocketAddr) -> Outcome<u64> {
        let _time = time::freeze(now);
        Ok(u64::from_be_bytes(self.quic.probe(local, peer)?))
    }

    pub(crate) fn clear_probes(&mut self) {
        self.quic.clear_probes();
    }

    pub(crate) fn send_frame(
        &mut self,
        ty: u64,
        body: &[u8],
        delivery: u32,
        token: u64,
    ) -> Outcome<()> {
        let delivery = match delivery {
            d if d == dk_delivery::DK_DELIVERY_RELIABLE as u32 => Delivery::Reliable,
            d if d == dk_delivery::DK_DELIVERY_ONCE as u32 => Delivery::Once,
            _ => return Err(Fault::arg("unknown delivery")),
        };
        match self.quic.send_frame(ty, body, delivery, token) {
            Err(quiche::Error::InvalidFrame) => Err(Fault::arg("malformed body of the frame")),
            result => Ok(result?),
        }
    }

    pub(crate) fn cancel_frame(&mut self, token: u64) -> bool {
        self.quic.cancel_frame(token)
    }

    pub(crate) fn peer_transport_param(&self, id: u64) -> Outcome<&[u8]> {
        self.quic.peer_transport_param(id).ok_or(Fault::done())
    }

    pub(super) fn report_multipath(&mut self, sink: &mut Sink<'_>) {
        while !sink.is_full() {
            let Some(found) = self.quic.multipath_event_next() else {
                break;
            };
            sink.push(of_path(found));
        }
    }

    pub(super) fn report_frames(&mut self, sink: &mut Sink<'_>) {
        while !sink.is_full() {
            let waiting = self.reported.frame.take();
            let Some(found) = waiting.or_else(|| self.quic.frame_event_next()) else {
                break;
            };
            match &found {
                FrameEvent::Received { ty, body, path } => {
                    let head = dk_event {
                        path: *path,
                        ..event(Kind::DK_EVENT_FRAME, *ty, 0)
                    };
                    if !sink.push_as(head, &[body]) {
                        self.reported.frame = Some(found);
                        break;
                    }
                }
                FrameEvent::Acked { token } => {
                    sink.push(event(Kind::DK_EVENT_FRAME_ACKED, *token, 0));
                }
                FrameEvent::Lost { token } => {
                    sink.push(event(Kind::DK_EVENT_FRAME_LOST, *token, 0));
                }
            }
        }
    }

    /// All paths that are there, or the only one.
    pub(crate) fn path_list(&self, out: &mut [dk_path_info]) -> Outcome<i32> {
        if !self.quic.is_multipath() {
            return self.only_path(out);
        }
        let mut used = 0;
        for (slot, info) in out.iter_mut().zip(self.quic.path_infos()) {
            *slot = self.multipath_info(&info);
            used += 1;
        }
        Ok(used)
    }

    fn multipath_info(&self, info: &PathInfo) -> dk_path_info {
        let at = |time: Option<std::time::Instant>| time.map_or(0, time::nanos_at);
        dk_path_info {
            path: info.path,
            state: match info.state {
                PathState::Validating => dk_path_state::DK_PATH_VALIDATING,
                PathState::Validated => dk_path_state::DK_PATH_VALIDATED,
                PathState::Failed => dk_path_state::DK_PATH_FAILED,
                PathState::Abandoned => dk_path_state::DK_PATH_ABANDONED,
            } as u8,
            active: u8::from(info.active),
            backup: u8::from(info.backup),
            peer_backup: u8::from(info.peer_backup),
            suspected: u8::from(info.suspected),
            last_rx_ns: at(info.last_received),
            last_tx_ns: at(info.last_sent),
            ..self.path_info(&info.stats)
        }
    }

    /// The time of the next timer of the engine.
    pub(super) fn engine_deadline(&self) -> Option<u64> {
        self.quic.timeout_instant().map(time::nanos_at)
    }
}

fn of_path(found: MultipathEvent) -> dk_event {
    use MultipathEvent as E;
    let simple = |kind, path| dk_event {
        path,
        ..event(kind, 0, 0)
    };
    let at = |kind, path, local, peer| dk_event {
        local: dk_addr::from_socket(local),
        peer: dk_addr::from_socket(peer),
        ..simple(kind, path)
    };
    match found {
        E::Negotiated {
            local_max,
            peer_max,
        } => event(Kind::DK_EVENT_MULTIPATH, local_max.into(), peer_max.into()),
        E::New { path, local, peer } => at(Kind::DK_EVENT_PATH_NEW, path, local, peer),
        E::Validated { path } => simple(Kind::DK_EVENT_PATH_VALIDATED, path),
        E::PeerReady { path } => simple(Kind::DK_EVENT_PATH_READY, path),
        E::Failed { path } => simple(Kind::DK_EVENT_PATH_FAILED, path),
        E::Abandoned {
            path,
            code,
            by_peer,
        } => dk_event {
            a: code,
            b: u64::from(by_peer),
            ..simple(Kind::DK_EVENT_PATH_ABANDONED, path)
        },
        E::Gone { path } => simple(Kind::DK_EVENT_PATH_CLOSED, path),
        E::Active { path } => simple(Kind::DK_EVENT_PATH_ACTIVE, path),
        E::Status { path, available } => dk_event {
            a: u64::from(available),
            ..simple(Kind::DK_EVENT_PATH_STATUS, path)
        },
        E::Rebound { path, local, peer } => at(Kind::DK_EVENT_PATH_REBOUND, path, local, peer),
        E::Suspected { path } => simple(Kind::DK_EVENT_PATH_SUSPECTED, path),
        E::Dead { path } => simple(Kind::DK_EVENT_PATH_DEAD, path),
        E::Recovered { path } => simple(Kind::DK_EVENT_PATH_RECOVERED, path),
        E::ProbeReply { local, peer, value } => dk_event {
            a: u64::from_be_bytes(value),
            ..at(Kind::DK_EVENT_PROBE_REPLY, 0, local, peer)
        },
        E::Probed { local, peer } => at(Kind::DK_EVENT_PROBED, 0, local, peer),
        E::MayOpen => event(Kind::DK_EVENT_PATH_ALLOWED, 0, 0),
        E::KeyUpdated => event(Kind::DK_EVENT_KEYS_UPDATED, 0, 0),
    }
}
