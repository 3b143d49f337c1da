//! Packets on their way out: which path is next, and what goes with it.

use super::*;
use crate::cid::ConnectionIdentifiers;
use crate::frame::ExtFrame;
use crate::frame::Frame;
use crate::path::PathMap;
use crate::recovery::RecoveryOps;
use crate::SendInfo;
use crate::MIN_CLIENT_INITIAL_LEN;

/// Which paths had their turn since everything was sent that there was.
#[derive(Default)]
pub(super) struct Choice {
    chosen: Option<usize>,
    done: Vec<usize>,
    at: Option<Instant>,
}

impl<F: BufFactory> Connection<F> {
    pub(crate) fn send_wrapped(
        &mut self, out: &mut [u8], from: Option<SocketAddr>,
        to: Option<SocketAddr>,
    ) -> Result<(usize, SendInfo)> {
        let now = crate::clock::now();
        let result = self.send_next(out, from, to, now);
        match &result {
            Ok(_) => self.note_sent(now),
            Err(Error::Done) => self.multipath.send.done.clear(),
            Err(_) => (),
        }
        self.multipath.send.chosen = None;
        self.end_call();
        result
    }

    /// Probes first, then each path that has to say something for itself, once,
    /// then data on the active one until there is none.
    fn send_next(
        &mut self, out: &mut [u8], from: Option<SocketAddr>,
        to: Option<SocketAddr>, now: Instant,
    ) -> Result<(usize, SendInfo)> {
        self.update_keys_in_time(now)?;
        match self.send_probe(out, now) {
            Err(Error::Done) => (),
            result => return result,
        }
        if self.multipath.send.at != Some(now) {
            self.multipath.send.done.clear();
            self.multipath.send.at = Some(now);
        }
        self.note_carriers();
        while let Some(pid) = self.next_standby(from, to) {
            self.multipath.send.done.push(pid);
            self.multipath.send.chosen = Some(pid);
            match self.send_on_path(out, from, to) {
                // It cannot send now; the others shall not wait for it.
                Err(Error::Done) => (),
                result => return result,
            }
        }
        let Ok(active) = self.paths.get_active_path_id() else {
            return Err(Error::Done);
        };
        self.multipath.send.chosen = Some(active);
        // As the last thing, for then it is written to where the caller wants it.
        self.send_on_path(out, from, to)
    }

    /// The path of the packet that is being made.
    pub(crate) fn chosen_path(&self) -> Result<usize> {
        self.multipath.send.chosen.ok_or(Error::Done)
    }

    /// A path without data to carry that has something of its own to send.
    fn next_standby(
        &self, from: Option<SocketAddr>, to: Option<SocketAddr>,
    ) -> Option<usize> {
        if self.local_error.is_some() {
            return None;
        }
        self.multipath.used().find_map(|(id, context)| {
            let (pid, path) = context.open_path(&self.paths)?;
            if path.active() {
                return None;
            }
            let wanted = from.is_none_or(|from| path.local_addr() == from) &&
                to.is_none_or(|to| path.peer_addr() == to);
            let may_send = !path.is_muted(self.is_server);
            let own_ack = path.validated() && self.space_of(id).ack_elicited;
            let needs = path.probing_required() ||
                path.needs_ack_eliciting ||
                path.recovery.loss_probes(APPLICATION) > 0 ||
                (!self.ack_held && own_ack) ||
                (path.validated() && self.multipath.owes_acks(id, false));
            let waits = !self.multipath.send.done.contains(&pid);
            (wanted && may_send && needs && waits).then_some(pid)
        })
    }

    pub(super) fn space_of(&self, path: u32) -> &packet::PktNumSpace {
        let context = self.multipath.contexts.get(path);
        match context {
            Some(context) if path != self.multipath.entered =>
                context.waiting_space(),
            _ => &self.pkt_num_spaces[APPLICATION],
        }
    }

    /// Finds out which paths can carry their own acknowledgements.
    fn note_carriers(&mut self) {
        for (_, context) in self.multipath.used_mut() {
            let open = context.open_path(&self.paths);
            context.carries_ack =
                open.is_some_and(|(_, path)| path.active() || path.works());
        }
    }

    /// A packet was sent on the entered path.
    fn note_sent(&mut self, now: Instant) {
        let entered = self.multipath.entered;
        let Some(context) = self.multipath.contexts.get_mut(entered) else {
            return;
        };
        context.last_sent = Some(now);
        let path = context.pid.and_then(|pid| self.paths.get(pid).ok());
        let in_flight =
            path.is_some_and(|path| path.recovery.bytes_in_flight() > 0);
        if !in_flight {
            context.unanswered_since = None;
        } else if context.unanswered_since.is_none() {
            context.unanswered_since = Some(now);
        }
    }

    /// Before a packet of a path is made.
    pub(crate) fn enter_to_send(&mut self, pid: usize) -> Result<()> {
        if !self.multipath.on {
            return Ok(());
        }
        if let Some(path) = self.multipath.path_of(pid) {
            self.enter(path);
        }
        self.collect_ids()
    }

    /// Bytes that fit a path whose size was not probed.
    pub(crate) fn limit_datagram(&self, pid: usize, left: usize) -> usize {
        let path = self.paths.get(pid);
        match path {
            Ok(path) if self.multipath.on && !path.active() =>
                left.min(MIN_CLIENT_INITIAL_LEN),
            _ => left,
        }
    }

    /// Whether a packet of this path has something to carry that only
    /// multipath knows of.
    pub(crate) fn has_path_frames(&self, pid: usize) -> bool {
        let active = self.paths.get(pid).is_ok_and(|path| path.active());
        if !self.multipath.on {
            return active && self.multipath.frames.waits();
        }
        let Some(path) = self.multipath.path_of(pid) else {
            return false;
        };
        let control = active && self.multipath.has_control();
        let acks = !self.ack_held && self.multipath.owes_acks(path, active);
        control || acks
    }
}

impl Multipath {
    /// Whether this is not the path whose size may be probed.
    pub(crate) fn is_standby(&self, paths: &PathMap, pid: usize) -> bool {
        self.on && paths.get(pid).is_ok_and(|path| !path.active())
    }

    pub(crate) fn has_control(&self) -> bool {
        !self.control.is_empty() || self.frames.waits()
    }

    /// The next control frame for the active path, which has to be reported
    /// as sent. `ids` are those of the entered path.
    pub(crate) fn next_control(
        &mut self, ids: &ConnectionIdentifiers,
    ) -> Option<Frame> {
        while self.has_control() {
            if let Some(frame) = self.first_control(ids) {
                return Some(Frame::Ext(frame));
            }
        }
        None
    }

    /// None when what waited first has nothing to say any more; then it is
    /// forgotten.
    fn first_control(&mut self, ids: &ConnectionIdentifiers) -> Option<ExtFrame> {
        let control = &self.control;
        if let Some((path, code)) = control.abandons.iter().next() {
            let (path, code) = (*path, *code);
            return Some(ExtFrame::PathAbandon { path, code });
        }
        if control.max_path_id {
            let max = self.local_max;
            return Some(ExtFrame::MaxPathId { max });
        }
        if control.paths_blocked {
            let max = self.peer_max;
            return Some(ExtFrame::PathsBlocked { max });
        }
        match control.paths.keys().next().copied() {
            Some(path) => self.first_of_path(path, ids),
            None => self.frames.first_waiting().cloned(),
        }
    }

    fn first_of_path(
        &mut self, path: u32, current: &ConnectionIdentifiers,
    ) -> Option<ExtFrame> {
        let waiting = self.control.path(path);
        let context = self.contexts.get(path);
        let ids = match context {
            Some(context) if path != self.entered => context.waiting_ids(),
            _ => current,
        };
        if let Some(seq) = waiting.new_cids.front().copied() {
            let frame = ids.get_new_connection_id_frame_for(seq);
            if frame.is_err() {
                waiting.new_cids.pop_front();
            }
            return new_cid(path, frame.ok()?);
        }
        if let Some(seq) = waiting.retired.first().copied() {
            return Some(ExtFrame::PathRetireConnectionId { path, seq });
        }
        match context {
            Some(context) if waiting.status => Some(ExtFrame::PathStatus {
                path,
                seq: context.status.seq,
                available: !context.status.backup,
            }),
            Some(_) if waiting.cids_blocked => {
                let largest = ids.largest_dcid_seq();
                let next_seq = largest.map_or(0, |largest| largest + 1);
                // No id can have a higher number than the last.
                let next_seq = next_seq.min(octets::MAX_VAR_INT);
                Some(ExtFrame::PathCidsBlocked { path, next_seq })
            },
            _ => {
                self.control.paths.remove(&path);
                None
            },
        }
    }

    /// A control frame went into a packet.
    pub(crate) fn control_sent(&mut self, frame: &Frame) {
        let Frame::Ext(frame) = frame else {
            return;
        };
        self.control.sent(frame);
        if let ExtFrame::Opaque { .. } = frame {
            self.frames.first_sent();
        }
    }
}

fn new_cid(path: u32, frame: Frame) -> Option<ExtFrame> {
    match frame {
        Frame::NewConnectionId {
            seq_num,
            retire_prior_to,
            conn_id,
            reset_token,
        } => Some(ExtFrame::PathNewConnectionId {
            path,
            seq: seq_num,
            retire_prior_to,
            cid: conn_id,
            token: reset_token,
        }),
        _ => None,
    }
}
