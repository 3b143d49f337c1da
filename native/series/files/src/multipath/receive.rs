//! Packets on their way in.

use super::*;
use crate::frame::ExtFrame;
use crate::frame::Frame;
use crate::path::Path;
use crate::recovery::RecoveryOps;
use crate::ConnectionError;
use crate::ConnectionId;
use crate::Header;
use crate::RecvInfo;
use crate::Type;

use super::ids::Issued;

/// The first bit of a packet with a long header.
const LONG_HEADER: u8 = 0x80;

impl<F: BufFactory> Connection<F> {
    pub(crate) fn recv_wrapped(
        &mut self, buf: &mut [u8], info: RecvInfo,
    ) -> Result<usize> {
        self.multipath.datagram_len = buf.len();
        let result = self.recv(buf, info);
        self.tell_may_open();
        if self.multipath.muted {
            self.refresh_caps();
        }
        self.end_call();
        result
    }

    /// The path that a datagram belongs to by its connection id, if it also
    /// came from where that path goes: only then does it add to what may be
    /// sent there.
    pub(crate) fn recv_path(&self, buf: &[u8], info: &RecvInfo) -> Option<usize> {
        let (first, rest) = buf.split_first()?;
        let path = match first & LONG_HEADER {
            0 => {
                let dcid = rest.get(..self.source_id().len())?;
                self.multipath.own_ids.path_of(dcid)
            },
            _ => 0,
        };
        let pid = self.multipath.pid_of(path)?;
        let known = self.paths.get(pid).ok()?;
        known.leads(info.to, info.from).then_some(pid)
    }

    /// Before a packet is opened: its number and its nonce are those of its
    /// path.
    pub(crate) fn enter_for(&mut self, hdr: &Header) {
        if self.multipath.on {
            let path = match hdr.ty {
                Type::Short => self.multipath.own_ids.hear(&hdr.dcid),
                _ => 0,
            };
            self.enter(path);
        }
    }

    /// The path of a packet that was authenticated, which the peer may open
    /// with it.
    pub(crate) fn path_for_packet(
        &mut self, dcid: &ConnectionId, info: &RecvInfo,
    ) -> Result<usize> {
        let id = self.multipath.entered;
        let now = crate::clock::now();
        let (seq, linked) = self.ids.find_scid_seq(dcid).ok_or(Error::Done)?;
        let context = self.multipath.contexts.get_mut(id).ok_or(Error::Done)?;
        context.last_received = Some(now);
        let pid = match context.pid {
            Some(pid) => pid,
            None => self.open_on_packet(id, info)?,
        };
        let path = self.paths.get(pid)?;
        let same = path.leads(info.to, info.from);
        if same && path.local_addr() != info.to {
            self.paths.rebind(pid, info.to, info.from)?;
        }
        let path = self.paths.get_mut(pid)?;
        self.multipath.foreign = (!same).then_some((info.to, info.from));
        if !same && !self.is_server && !self.multipath.frames.nat_traversal() {
            // A client does not follow its server.
            return Err(Error::Done);
        }
        path.active_scid_seq = Some(seq);
        if linked != Some(pid) {
            self.ids.link_scid_to_path_id(seq, pid)?;
        }
        Ok(pid)
    }

    fn open_on_packet(&mut self, id: u32, info: &RecvInfo) -> Result<usize> {
        let unused = self.multipath.contexts.get(id).map(|context| context.state);
        if !self.is_server || unused != Some(State::Unused) {
            return Err(Error::Done);
        }
        let trusted = self.is_proven(info.to, info.from);
        let mut path = self.new_path(info.to, info.from);
        path.max_send_bytes =
            self.multipath.datagram_len * self.max_amplification_factor;
        if trusted {
            path.trust_address();
        }
        let pid = self.place(id, path)?;
        self.multipath.push(MultipathEvent::New {
            path: id,
            local: info.to,
            peer: info.from,
        });
        self.take_dcid(pid)?;
        if self.paths.get(pid)?.active_dcid_seq.is_none() {
            self.multipath.control.path(id).cids_blocked = true;
        }
        Ok(pid)
    }

    /// Whether another path goes there and was validated.
    fn is_proven(&self, local: SocketAddr, peer: SocketAddr) -> bool {
        let mut all = self.paths.iter();
        all.any(|(_, path)| path.leads(local, peer) && path.validated())
    }

    pub(super) fn new_path(&self, local: SocketAddr, peer: SocketAddr) -> Path {
        let most = self.path_challenge_recv_max_queue_len;
        let config = &self.recovery_config;
        let mut path = Path::new(local, peer, config, most, false, None);
        path.be_patient();
        path.request_validation();
        path
    }

    /// Puts a path into the entered context.
    pub(super) fn place(&mut self, id: u32, path: Path) -> Result<usize> {
        let pid = self.paths.insert_path(path, false)?;
        let multipath = &mut self.multipath;
        multipath.next_open = multipath.next_open.max(id.saturating_add(1));
        if let Some(context) = multipath.contexts.get_mut(id) {
            context.pid = Some(pid);
            context.state = State::Open;
            context.opened = Some(crate::clock::now());
        }
        Ok(pid)
    }

    /// After all frames of a packet were processed.
    pub(crate) fn after_packet(
        &mut self, pid: usize, pn: u64, probing: bool, ack_elicited: bool,
    ) -> Result<()> {
        let id = self.multipath.entered;
        let space = &mut self.pkt_num_spaces[APPLICATION];
        let is_newest = pn >= space.largest_rx_non_probing_pkt_num;
        if let Some(context) = self.multipath.contexts.get_mut(id) {
            context.repeat_ack |= ack_elicited && context.suspected;
        }
        if probing {
            return Ok(());
        }
        if is_newest {
            space.largest_rx_non_probing_pkt_num = pn;
            self.follow_peer(pid)?;
        }
        self.tell_ready(id);
        Ok(())
    }

    /// A server follows its client to another address, within the path.
    fn follow_peer(&mut self, pid: usize) -> Result<()> {
        let id = self.multipath.entered;
        let Some((local, peer)) = self.multipath.foreign.take() else {
            return Ok(());
        };
        let is_open = self.multipath.contexts.get(id).is_some_and(Context::is_open);
        if !self.is_server || !is_open {
            return Ok(());
        }
        let path = self.paths.get_mut(pid)?;
        let before = (path.local_addr(), path.peer_addr());
        let proven = path.validated();
        path.revalidate();
        path.max_send_bytes =
            self.multipath.datagram_len * self.max_amplification_factor;
        if before.1.ip() != peer.ip() {
            path.recovery.start_over(&self.recovery_config);
        }
        self.paths.rebind(pid, local, peer)?;
        if let Some(context) = self.multipath.contexts.get_mut(id) {
            // The last address that was proven is the one to go back to.
            let fallback = context.before_rebind.take();
            context.before_rebind = fallback.or(proven.then_some(before));
            context.told_failed = false;
        }
        self.tell_rebound(id, local, peer);
        Ok(())
    }

    pub(super) fn tell_rebound(
        &mut self, path: u32, local: SocketAddr, peer: SocketAddr,
    ) {
        let event = MultipathEvent::Rebound { path, local, peer };
        self.multipath.push_latest(
            event,
            |told| matches!(told, MultipathEvent::Rebound { path: old, .. } if *old == path),
        );
    }

    /// Processes frames that the base protocol would take for those of the
    /// only path, and those it does not know. False for all others.
    pub(crate) fn process_path_frame(
        &mut self, frame: &Frame, hdr: &Header, pid: usize,
        epoch: packet::Epoch, now: Instant,
    ) -> Result<bool> {
        if epoch != APPLICATION || hdr.ty != Type::Short {
            return Ok(false);
        }
        if let Frame::Ext(frame) = frame {
            self.process_ext_frame(frame, now)?;
            return Ok(true);
        }
        if !self.multipath.on {
            return Ok(false);
        }
        match frame {
            Frame::ACK {
                ranges, ack_delay, ..
            } => self.on_path_ack(0, ranges, *ack_delay, now)?,
            Frame::NewConnectionId {
                seq_num,
                retire_prior_to,
                conn_id,
                reset_token,
            } => self.on_new_cid(0, &Issued {
                seq: *seq_num,
                retire_prior_to: *retire_prior_to,
                cid: conn_id,
                token: *reset_token,
            })?,
            Frame::RetireConnectionId { seq_num } =>
                self.on_retire_cid(0, *seq_num, now)?,
            Frame::PathChallenge { data } => self.on_challenge(pid, *data, now)?,
            Frame::PathResponse { data } => self.on_response(pid, *data)?,
            Frame::ConnectionClose {
                error_code, reason, ..
            } => self.on_close(false, *error_code, reason, now),
            Frame::ApplicationClose { error_code, reason } =>
                self.on_close(true, *error_code, reason, now),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// As without multipath, but for the path it is sent on, of which there
    /// may be none.
    fn on_close(&mut self, is_app: bool, code: u64, reason: &[u8], now: Instant) {
        self.peer_error = Some(ConnectionError {
            is_app,
            error_code: code,
            reason: reason.to_vec(),
        });
        self.draining_timer = Some(now + self.largest_pto() * 3);
    }

    fn process_ext_frame(&mut self, frame: &ExtFrame, now: Instant) -> Result<()> {
        if let ExtFrame::Opaque { ty, body } = frame {
            return self.on_ext_frame_read(*ty, body);
        }
        if !self.multipath.on {
            return Err(Error::InvalidPacket);
        }
        match frame {
            ExtFrame::PathAck {
                path,
                delay,
                ranges,
            } => self.on_path_ack(*path, ranges, *delay, now),
            ExtFrame::PathNewConnectionId {
                path,
                seq,
                retire_prior_to,
                cid,
                token,
            } => self.on_new_cid(*path, &Issued {
                seq: *seq,
                retire_prior_to: *retire_prior_to,
                cid,
                token: *token,
            }),
            ExtFrame::PathRetireConnectionId { path, seq } =>
                self.on_retire_cid(*path, *seq, now),
            ExtFrame::PathAbandon { path, code } =>
                self.on_abandon(*path, *code, now),
            ExtFrame::PathStatus {
                path,
                seq,
                available,
            } => self.on_status(*path, *seq, *available),
            ExtFrame::MaxPathId { max } => {
                self.multipath.peer_max = self.multipath.peer_max.max(*max);
                self.open_contexts();
                Ok(())
            },
            ExtFrame::PathsBlocked { max } => self.check_path(*max),
            ExtFrame::PathCidsBlocked { path, next_seq } =>
                self.on_cids_blocked(*path, *next_seq),
            ExtFrame::Opaque { .. } => Ok(()),
        }
    }

    pub(super) fn check_path(&self, path: u32) -> Result<()> {
        match path > self.multipath.local_max {
            true => Err(Error::InvalidPacket),
            false => Ok(()),
        }
    }

    fn on_cids_blocked(&mut self, path: u32, next_seq: u64) -> Result<()> {
        self.check_path(path)?;
        if !self.multipath.contexts.contains(path) {
            return Ok(());
        }
        let issued = self.within(path, |conn| conn.ids.next_scid_seq());
        match next_seq > issued {
            true => Err(Error::InvalidPacket),
            false => Ok(()),
        }
    }

    fn on_status(&mut self, path: u32, seq: u64, available: bool) -> Result<()> {
        self.check_path(path)?;
        let Some(context) = self.multipath.contexts.get_mut(path) else {
            return Ok(());
        };
        let status = &mut context.status;
        if status.peer_seq.is_some_and(|last| seq <= last) {
            return Ok(());
        }
        status.peer_seq = Some(seq);
        status.peer_backup = !available;
        self.multipath.push_latest(
            MultipathEvent::Status { path, available },
            |told| matches!(told, MultipathEvent::Status { path: old, .. } if *old == path),
        );
        Ok(())
    }
}
