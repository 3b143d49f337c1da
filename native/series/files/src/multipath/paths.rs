//! What the application does with paths, and the life of a path.

use super::*;
use crate::path::PathStats;
use crate::recovery::RecoveryOps;

/// How long the peer has for telling that it gave a path up, too. It does not
/// where it never heard of the path.
const UNANSWERED: Duration = Duration::from_secs(6);

/// How far a path has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathState {
    Validating,
    Validated,
    Failed,
    Abandoned,
}

/// A path as the application sees it.
pub struct PathInfo {
    pub path: u32,
    pub state: PathState,
    /// Data is sent on it.
    pub active: bool,
    /// What we told the peer.
    pub backup: bool,
    /// What the peer told.
    pub peer_backup: bool,
    pub suspected: bool,
    pub last_received: Option<Instant>,
    pub last_sent: Option<Instant>,
    pub stats: PathStats,
}

impl<F: BufFactory> Connection<F> {
    /// All paths that were used and of which something is left.
    pub fn path_infos(&self) -> impl Iterator<Item = PathInfo> + '_ {
        self.multipath.contexts.iter().filter_map(|(id, context)| {
            let path = self.paths.get(context.pid?).ok()?;
            let state = if context.state == State::Abandoned {
                PathState::Abandoned
            } else if path.has_failed() {
                PathState::Failed
            } else if path.validated() {
                PathState::Validated
            } else {
                PathState::Validating
            };
            Some(PathInfo {
                path: id,
                state,
                active: path.active(),
                backup: context.status.backup,
                peer_backup: context.status.peer_backup,
                suspected: context.suspected,
                last_received: context.last_received,
                last_sent: context.last_sent,
                stats: path.stats(),
            })
        })
    }

    /// Opens a path, as clients may. It can be used once it is validated, and
    /// once the peer is ready.
    ///
    /// [`Error::IdLimit`] when the peer takes no more paths now, and
    /// [`Error::OutOfIdentifiers`] when it has not given any connection id for
    /// the next one; it is told of either, and [`MultipathEvent::MayOpen`] is
    /// reported once that has changed.
    pub fn open_path(
        &mut self, local: SocketAddr, peer: SocketAddr, backup: bool,
    ) -> Result<u32> {
        if !self.multipath.on || self.is_server {
            return Err(Error::InvalidState);
        }
        if let Err(error) = self.may_open() {
            self.multipath.open_failed = true;
            return Err(error);
        }
        let id = self.multipath.next_open;
        self.within(id, |conn| {
            let path = conn.new_path(local, peer);
            let pid = conn.place(id, path)?;
            conn.take_dcid(pid)
        })?;
        if let Some(context) = self.multipath.contexts.get_mut(id) {
            context.status.backup = backup;
        }
        Ok(id)
    }

    /// Whether the next path can be opened; the peer is told if it is to blame.
    fn may_open(&mut self) -> Result<()> {
        let multipath = &mut self.multipath;
        let id = multipath.next_open;
        let known = multipath.contexts.contains(id);
        if id > multipath.local_max.min(multipath.peer_max) || !known {
            multipath.control.paths_blocked |= self.handshake_confirmed;
            return Err(Error::IdLimit);
        }
        let spare =
            self.within(id, |conn| conn.ids.lowest_available_dcid_seq());
        if spare.is_none() || !self.handshake_confirmed {
            let control = self.multipath.control.path(id);
            control.cids_blocked |= self.handshake_confirmed;
            return Err(Error::OutOfIdentifiers);
        }
        Ok(())
    }

    /// After a packet: what kept a path from being opened may be over.
    pub(super) fn tell_may_open(&mut self) {
        if self.multipath.open_failed && self.may_open().is_ok() {
            self.multipath.open_failed = false;
            self.multipath.push(MultipathEvent::MayOpen);
        }
    }

    fn open_pid(&self, path: u32) -> Result<usize> {
        let context = self.multipath.contexts.get(path);
        let context = context.filter(|context| context.is_open());
        context.and_then(|context| context.pid).ok_or(Error::InvalidState)
    }

    /// Sends data on this path from now on, and on no other.
    pub fn set_active_multipath(&mut self, path: u32) -> Result<()> {
        let pid = self.open_pid(path)?;
        let chosen = self.paths.get(pid)?;
        if !chosen.works() {
            return Err(Error::InvalidState);
        }
        self.activate(pid)
    }

    fn activate(&mut self, pid: usize) -> Result<()> {
        if let Ok(before) = self.paths.get_active_path_id() {
            if before == pid {
                return Ok(());
            }
            // What is found out about the size of a path that is not used
            // would go into the packets of the one that is.
            self.paths.get_mut(before)?.pmtud = None;
        }
        self.paths.activate(pid)?;
        let path = self.paths.get_mut(pid)?;
        path.pmtud = self
            .multipath
            .pmtud
            .map(|(most, probes)| crate::pmtud::Pmtud::new(most, probes));
        self.multipath.give_up_at = None;
        self.update_tx_cap();
        Ok(())
    }

    /// Tells the peer whether it should use the path.
    pub fn set_path_status(&mut self, path: u32, available: bool) -> Result<()> {
        self.open_pid(path)?;
        let context = self.multipath.contexts.get_mut(path);
        let status = &mut context.ok_or(Error::InvalidState)?.status;
        if status.backup == available {
            status.backup = !available;
            status.seq += 1;
            self.multipath.control.path(path).status = true;
        }
        Ok(())
    }

    /// Sends something on the path that the peer has to acknowledge.
    pub fn ping_path(&mut self, path: u32) -> Result<()> {
        let pid = self.open_pid(path)?;
        self.paths.get_mut(pid)?.needs_ack_eliciting = true;
        Ok(())
    }

    /// Moves a path to another local address, as after a change of the
    /// network. The peer finds out from the next packet.
    pub fn rebind_path(&mut self, path: u32, local: SocketAddr) -> Result<()> {
        let pid = self.open_pid(path)?;
        let peer = self.paths.get(pid)?.peer_addr();
        self.paths.rebind(pid, local, peer)?;
        self.within(path, |conn| conn.change_dcid(pid))?;
        self.paths.get_mut(pid)?.needs_ack_eliciting = true;
        Ok(())
    }

    /// Says where the first path really goes: during the handshake its address
    /// may have stood for many.
    pub fn pin_first_path(
        &mut self, local: SocketAddr, peer: SocketAddr,
    ) -> Result<()> {
        let pid = match self.multipath.on {
            true => self.open_pid(0)?,
            false => self.paths.get_active_path_id()?,
        };
        if self.is_server || self.paths.len() > 1 {
            return Err(Error::InvalidState);
        }
        self.paths.rebind(pid, local, peer)
    }

    /// Uses another id of the peer, so that nobody can tell that both places
    /// are the same connection.
    fn change_dcid(&mut self, pid: usize) -> Result<()> {
        if self.ids.lowest_available_dcid_seq().is_none() {
            return Ok(());
        }
        let path = self.paths.get_mut(pid)?;
        if let Some(old) = path.active_dcid_seq.take() {
            self.ids.retire_dcid(old)?;
        }
        self.collect_ids()?;
        self.take_dcid(pid)
    }

    /// Gives a path up. What was sent on it and not acknowledged is sent again
    /// on others. Not the last one: that is an [`Error::InvalidState`].
    pub fn abandon_path(&mut self, path: u32, code: u64) -> Result<()> {
        self.open_pid(path)?;
        if code > octets::MAX_VAR_INT {
            return Err(Error::InvalidState);
        }
        if self.multipath.open_count() < 2 {
            return Err(Error::InvalidState);
        }
        self.drop_path(path, code, false, crate::clock::now())
    }

    pub(super) fn on_abandon(
        &mut self, path: u32, code: u64, now: Instant,
    ) -> Result<()> {
        self.check_path(path)?;
        let window = self.largest_pto();
        let Some(context) = self.multipath.contexts.get_mut(path) else {
            return Ok(());
        };
        if !std::mem::replace(&mut context.peer_abandoned, true) {
            self.multipath.flood.abandon(now, window)?;
        }
        let Some(context) = self.multipath.contexts.get_mut(path) else {
            return Ok(());
        };
        let raises = !std::mem::replace(&mut context.raised, true);
        if context.state == State::Abandoned {
            let answered = now + window * 3;
            context.drop_at = context.drop_at.map(|at| at.min(answered));
        } else {
            self.drop_path(path, code, true, now)?;
        }
        if raises {
            self.multipath.raise_due += 1;
            self.raise_max();
        }
        Ok(())
    }

    /// Lets the peer open a path for each it gave up, while there is room.
    pub(super) fn raise_max(&mut self) {
        while self.multipath.raise_due > 0 &&
            self.multipath.contexts.len() < MOST_CONTEXTS
        {
            self.multipath.raise_due -= 1;
            self.multipath.local_max = self.multipath.local_max.saturating_add(1);
            self.multipath.control.max_path_id = true;
            self.open_contexts();
        }
    }

    fn drop_path(
        &mut self, id: u32, code: u64, by_peer: bool, now: Instant,
    ) -> Result<()> {
        self.multipath.control.abandon(id, code)?;
        // From the round trips as they are now: late acknowledgements that go
        // another way would stretch it. A peer that was not asked may not have
        // heard yet.
        let drop_at = match by_peer {
            true => now + self.largest_pto() * 3,
            false => now + UNANSWERED,
        };
        let multipath = &mut self.multipath;
        let context = multipath.contexts.get_mut(id).ok_or(Error::InvalidState)?;
        context.state = State::Abandoned;
        context.drop_at = Some(drop_at);
        context.suspected = false;
        context.verdict_at = None;
        context.unanswered_since = None;
        multipath.next_open = multipath.next_open.max(id.saturating_add(1));
        multipath.probes.forget_path(id);
        let pid = multipath.pid_of(id);
        multipath.push(MultipathEvent::Abandoned {
            path: id,
            code,
            by_peer,
        });
        if let Some(pid) = pid {
            let was_active = self.paths.get(pid)?.is_marked_active();
            self.paths.get_mut(pid)?.retire();
            self.lose_on(pid, now);
            if was_active {
                self.replace_active(now)?;
            }
        }
        self.refresh_caps();
        Ok(())
    }

    /// What is in flight on a path is sent again, on others.
    pub(crate) fn lose_on(&mut self, pid: usize, now: Instant) {
        let status = self.handshake_status();
        if let Ok(path) = self.paths.get_mut(pid) {
            let (lost, bytes) = path.recovery.lose_all(APPLICATION, status, now);
            self.lost_count += lost;
            self.lost_bytes += bytes as u64;
        }
    }

    /// Something has to carry the data: the path that the application would
    /// rather use, of those that work.
    pub(super) fn replace_active(&mut self, now: Instant) -> Result<()> {
        let usable = self.multipath.used().filter_map(|(id, context)| {
            let (pid, path) = context.open_path(&self.paths)?;
            let rank = (context.suspected, context.status.backup, id);
            path.works().then_some((rank, pid))
        });
        match usable.min() {
            Some(((_, _, path), pid)) => {
                self.activate(pid)?;
                self.multipath.push(MultipathEvent::Active { path });
            },
            None => self.wait_for_path(now),
        }
        Ok(())
    }

    /// A path was validated.
    pub(super) fn on_validated(&mut self, pid: usize) -> Result<()> {
        let Some(path) = self.multipath.path_of(pid) else {
            return Ok(());
        };
        if let Some(context) = self.multipath.contexts.get_mut(path) {
            context.before_rebind = None;
            context.told_failed = false;
        }
        self.multipath.push(MultipathEvent::Validated { path });
        // It tells the peer that the path is accepted, gives it credit for a
        // challenge of its own, and measures the round trip.
        self.paths.get_mut(pid)?.needs_ack_eliciting = true;
        if self.paths.get_active_path_id().is_err() {
            self.activate(pid)?;
            self.multipath.push(MultipathEvent::Active { path });
        }
        self.refresh_caps();
        Ok(())
    }

    /// Nothing of the path is left.
    pub(super) fn forget_path(&mut self, id: u32) {
        let own: Vec<Vec<u8>> = match id {
            0 => Vec::new(),
            _ => self.multipath.own_ids.of_path(id),
        };
        for cid in own {
            self.forget_cid(&cid);
        }
        let pid = self.multipath.pid_of(id);
        if id == 0 {
            // The connection goes by the ids of the first path for ever.
            if let Some(context) = self.multipath.contexts.get_mut(0) {
                context.pid = None;
                context.drop_at = None;
            }
            self.within(0, |conn| conn.ids.unlink());
        } else {
            self.multipath.contexts.remove(id);
            self.multipath.gone.push_item(id.into());
            if let Some(seal) = &mut self.crypto_ctx[APPLICATION].crypto_seal {
                seal.forget_path(id);
            }
        }
        if let Some(pid) = pid {
            self.paths.remove(pid);
        }
        self.multipath.push(MultipathEvent::Gone { path: id });
        self.raise_max();
    }

    /// Says how long a probe timeout may become: short while another path
    /// works, for then it is better to look there. Where nothing can be sent
    /// it becomes longer and longer: one that is over stays over until
    /// something is sent, and would have us called again and again.
    pub(super) fn refresh_caps(&mut self) {
        const LONGEST: Duration = Duration::from_secs(2);
        const LONGEST_OF_MANY: Duration = Duration::from_millis(500);
        let is_server = self.is_server;
        let used = self.multipath.used();
        let sound = used.filter(|(_, context)| !context.suspected);
        let proven = sound.filter_map(|(_, context)| {
            let (pid, path) = context.open_path(&self.paths)?;
            path.validated().then_some(pid)
        });
        let working: Vec<usize> = proven.collect();
        self.multipath.muted = false;
        for (pid, path) in self.paths.iter_mut() {
            let others = working.iter().any(|other| *other != pid);
            if path.is_muted(is_server) {
                self.multipath.muted = true;
                path.recovery.cap_pto(Duration::MAX, Duration::MAX);
            } else {
                let most = match others {
                    true => LONGEST_OF_MANY,
                    false => LONGEST,
                };
                path.recovery.cap_pto(most, LONGEST);
            }
        }
    }
}

impl<F: BufFactory> Connection<F> {
    /// Closes the connection for want of a path; nobody can be told.
    pub(super) fn end_without_path(&mut self) {
        const NO_VIABLE_PATH: u64 = 0x10;
        self.local_error = Some(crate::ConnectionError {
            is_app: false,
            error_code: NO_VIABLE_PATH,
            reason: b"last path abandoned".to_vec(),
        });
        self.mark_closed();
    }
}

#[cfg(test)]
impl<F: BufFactory> Connection<F> {
    /// Tells the peer that a path is given up, as no client would of its last.
    pub(super) fn tell_abandoned(&mut self, path: u32) {
        self.multipath.control.abandon(path, 0).unwrap();
    }
}
