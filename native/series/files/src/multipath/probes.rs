//! Packets beside the congestion controlled traffic of a path: challenges to
//! addresses that are no path, to open a NAT's mapping and see whether anybody
//! is there, and answers to the peer's challenges.
//!
//! An answer never waits for the congestion window. Else it could wait for
//! ever: the window is full of data that the peer does not acknowledge on a
//! path that it could not validate.

use super::*;
use crate::frame::Frame;
use crate::packet;
use crate::recovery::RecoveryOps;
use crate::Header;
use crate::SendInfo;
use crate::Type;
use crate::MIN_CLIENT_INITIAL_LEN;

/// Probes that wait to be sent.
const MOST_PROBES: usize = 64;
/// Answers that wait to be sent, one per address.
const MOST_ANSWERS: usize = 32;
/// Probes whose answer is awaited, and for how long.
const MOST_AWAITED: usize = 256;
const AWAITED_FOR: Duration = Duration::from_secs(5);
/// An answer has thirty times the bytes of a probe.
const ANSWERS_PER_SECOND: usize = 64;

/// A datagram to be made.
#[derive(Clone, Copy)]
enum Probe {
    Challenge {
        path: u32,
        to: Tuple,
        value: [u8; 8],
    },
    Answer {
        path: u32,
        to: Tuple,
        value: [u8; 8],
        /// The addresses are not those of the path.
        foreign: bool,
    },
}

struct Awaited {
    peer: SocketAddr,
    value: [u8; 8],
    until: Instant,
}

#[derive(Default)]
pub(super) struct Probes {
    challenges: VecDeque<Probe>,
    answers: VecDeque<Probe>,
    awaited: VecDeque<Awaited>,
    answered: Rate,
    /// Answers that found no room.
    dropped: u64,
}

/// How many there were in the second that began last.
#[derive(Default)]
struct Rate {
    began: Option<Instant>,
    count: usize,
}

impl Rate {
    fn admits(&mut self, now: Instant, most: usize) -> bool {
        let second = Duration::from_secs(1);
        if self.began.is_none_or(|began| now >= began + second) {
            *self = Rate {
                began: Some(now),
                count: 0,
            };
        }
        self.count += 1;
        self.count <= most
    }
}

impl Probes {
    fn await_answer(&mut self, peer: SocketAddr, value: [u8; 8], now: Instant) {
        self.awaited.retain(|awaited| awaited.until > now);
        if self.awaited.len() >= MOST_AWAITED {
            self.awaited.pop_front();
        }
        self.awaited.push_back(Awaited {
            peer,
            value,
            until: now + AWAITED_FOR,
        });
    }

    /// Whether this is the answer to a probe, from where that was sent to.
    fn take_awaited(&mut self, peer: SocketAddr, value: [u8; 8]) -> bool {
        let mut all = self.awaited.iter();
        let found =
            all.position(|awaited| awaited.peer == peer && awaited.value == value);
        found.and_then(|at| self.awaited.remove(at)).is_some()
    }

    /// The newest challenge from an address is the one that is answered.
    fn answer(&mut self, answer: Probe, now: Instant) -> bool {
        let Probe::Answer { to, foreign, .. } = answer else {
            return false;
        };
        if foreign && !self.answered.admits(now, ANSWERS_PER_SECOND) {
            self.dropped += 1;
            return false;
        }
        self.answers.retain(
            |waiting| !matches!(waiting, Probe::Answer { to: old, .. } if old.1 == to.1),
        );
        if self.answers.len() >= MOST_ANSWERS {
            self.answers.pop_front();
            self.dropped += 1;
        }
        self.answers.push_back(answer);
        true
    }

    fn is_empty(&self) -> bool {
        self.challenges.is_empty() && self.answers.is_empty()
    }

    pub(super) fn forget_path(&mut self, path: u32) {
        let of = |probe: &Probe| match probe {
            Probe::Challenge { path, .. } | Probe::Answer { path, .. } => *path,
        };
        self.challenges.retain(|probe| of(probe) != path);
        self.answers.retain(|probe| of(probe) != path);
    }
}

impl<F: BufFactory> Connection<F> {
    /// Sends a challenge to an address that is no path of the connection, and
    /// returns its value. It is not repeated. An answer from there is reported
    /// as [`MultipathEvent::ProbeReply`] during the next five seconds.
    ///
    /// Without NAT traversal the peer would take it for a migration: then it
    /// is an [`Error::InvalidState`]. [`Error::Done`] when too many wait.
    pub fn probe(
        &mut self, local: SocketAddr, peer: SocketAddr,
    ) -> Result<[u8; 8]> {
        if !self.multipath.frames.nat_traversal() || !self.handshake_confirmed {
            return Err(Error::InvalidState);
        }
        if self.multipath.probes.challenges.len() >= MOST_PROBES {
            return Err(Error::Done);
        }
        let path = self.lowest_validated().ok_or(Error::InvalidState)?;
        let value = crate::rand::rand_u64().to_be_bytes();
        self.multipath.probes.challenges.push_back(Probe::Challenge {
            path,
            to: (local, peer),
            value,
        });
        Ok(value)
    }

    /// Forgets all probes, sent and unsent: what is answered from now on was
    /// asked later.
    pub fn clear_probes(&mut self) {
        self.multipath.probes.challenges.clear();
        self.multipath.probes.awaited.clear();
    }

    fn lowest_validated(&self) -> Option<u32> {
        let mut used = self.multipath.used();
        let found = used.find(|(_, context)| {
            let open = context.open_path(&self.paths);
            open.is_some_and(|(_, path)| path.works())
        });
        found.map(|(path, _)| path)
    }

    pub(super) fn on_challenge(
        &mut self, pid: usize, value: [u8; 8], now: Instant,
    ) -> Result<()> {
        let path = self.multipath.entered;
        let foreign = self.multipath.foreign;
        let known = self.paths.get_mut(pid)?;
        let to = foreign.unwrap_or((known.local_addr(), known.peer_addr()));
        if foreign.is_none() {
            known.peer_verified_local_address = true;
            // Something that is no probe tells the peer that we took the path.
            known.needs_ack_eliciting |= known.validated();
        }
        self.path_challenge_rx_count += 1;
        let answer = Probe::Answer {
            path,
            to,
            value,
            foreign: foreign.is_some(),
        };
        let is_open = self.multipath.contexts.get(path).is_some_and(Context::is_open);
        if is_open && self.multipath.probes.answer(answer, now) && foreign.is_some() {
            let event = MultipathEvent::Probed {
                local: to.0,
                peer: to.1,
            };
            self.multipath.push_latest(event.clone(), |told| *told == event);
        }
        Ok(())
    }

    pub(super) fn on_response(&mut self, pid: usize, value: [u8; 8]) -> Result<()> {
        let foreign = self.multipath.foreign;
        let path = self.paths.get_mut(pid)?;
        let from = foreign.unwrap_or((path.local_addr(), path.peer_addr()));
        if self.multipath.probes.take_awaited(from.1, value) {
            self.multipath.push(MultipathEvent::ProbeReply {
                local: from.0,
                peer: from.1,
                value,
            });
            return Ok(());
        }
        if foreign.is_none() && path.has_pending_challenge(value) {
            let was = path.validated();
            let validated = path.on_response_received(value);
            if validated {
                path.forget_challenges();
            }
            if validated && !was {
                self.on_validated(pid)?;
            }
        }
        Ok(())
    }

    /// Makes the next datagram of a probe or an answer, if one waits.
    pub(super) fn send_probe(
        &mut self, out: &mut [u8], now: Instant,
    ) -> Result<(usize, SendInfo)> {
        let silent = self.local_error.is_some() ||
            self.is_draining() ||
            self.is_closed() ||
            !self.handshake_completed;
        if silent || self.multipath.probes.is_empty() {
            return Err(Error::Done);
        }
        for _ in 0..self.multipath.probes.answers.len() {
            let Some(answer) = self.multipath.probes.answers.pop_front() else {
                break;
            };
            if self.must_wait(&answer) {
                self.multipath.probes.answers.push_back(answer);
            } else if let Ok(sent) = self.make_probe(answer, out, now) {
                return Ok(sent);
            }
        }
        // Unsent probes of paths that are gone vanish here.
        while let Some(probe) = self.multipath.probes.challenges.pop_front() {
            if let Ok(sent) = self.make_probe(probe, out, now) {
                return Ok(sent);
            }
        }
        Err(Error::Done)
    }

    /// An answer on a path whose address is not proven counts against what may
    /// be sent there.
    fn must_wait(&self, probe: &Probe) -> bool {
        let Probe::Answer { path, foreign, .. } = probe else {
            return false;
        };
        let pid = self.multipath.pid_of(*path);
        let path = pid.and_then(|pid| self.paths.get(pid).ok());
        path.is_some_and(|path| {
            let unproven = self.is_server && !path.verified_peer_address;
            let credit = path.max_send_bytes >= MIN_CLIENT_INITIAL_LEN;
            path.active_dcid_seq.is_none() || (!foreign && unproven && !credit)
        })
    }

    fn make_probe(
        &mut self, probe: Probe, out: &mut [u8], now: Instant,
    ) -> Result<(usize, SendInfo)> {
        let (path, to, padded) = match probe {
            Probe::Challenge { path, to, value } => {
                self.multipath.probes.await_answer(to.1, value, now);
                (path, to, false)
            },
            Probe::Answer { path, to, .. } => (path, to, true),
        };
        let frames = self.probe_frames(&probe, now);
        let written =
            self.within(path, |conn| conn.seal_probe(path, &frames, padded, out))?;
        if let Probe::Answer { foreign: false, .. } = probe {
            if let Some(pid) = self.multipath.pid_of(path) {
                let path = self.paths.get_mut(pid)?;
                path.max_send_bytes = path.max_send_bytes.saturating_sub(written);
                path.sent_count += 1;
                path.sent_bytes += written as u64;
            }
        }
        self.sent_count += 1;
        self.sent_bytes += written as u64;
        let info = SendInfo {
            from: to.0,
            to: to.1,
            at: now,
        };
        Ok((written, info))
    }

    fn probe_frames(&mut self, probe: &Probe, now: Instant) -> Vec<Frame> {
        match *probe {
            Probe::Challenge { value, .. } =>
                vec![Frame::PathChallenge { data: value }],
            Probe::Answer {
                value, to, foreign, ..
            } => {
                let mut frames = vec![Frame::PathResponse { data: value }];
                // A client that was reached this way looks whether it works in
                // the other direction, too.
                if foreign && !self.is_server && !self.is_validated_to(to.1) {
                    let data = crate::rand::rand_u64().to_be_bytes();
                    self.multipath.probes.await_answer(to.1, data, now);
                    frames.push(Frame::PathChallenge { data });
                }
                frames
            },
        }
    }

    fn is_validated_to(&self, peer: SocketAddr) -> bool {
        let mut all = self.paths.iter();
        all.any(|(_, path)| path.peer_addr() == peer && path.validated())
    }

    /// Seals frames in a packet of the entered context, which recovery does
    /// not know of: that it is acknowledged, or not, means nothing.
    pub(super) fn seal_probe(
        &mut self, id: u32, frames: &[Frame], padded: bool, out: &mut [u8],
    ) -> Result<usize> {
        let pid = self.multipath.pid_of(id).ok_or(Error::Done)?;
        let path = self.paths.get(pid)?;
        let seq = path.active_dcid_seq.ok_or(Error::Done)?;
        let acked = path.recovery.get_largest_acked_on_epoch(APPLICATION);
        let pn = self.next_pkt_num;
        let pn_len = packet::pkt_num_len(pn, acked.unwrap_or(0));
        let hdr = Header {
            ty: Type::Short,
            version: self.version,
            dcid: self.ids.get_dcid(seq)?.cid.clone(),
            scid: Default::default(),
            pkt_num: 0,
            pkt_num_len: pn_len,
            token: None,
            versions: None,
            key_phase: self.key_phase,
        };
        let seal = self.crypto_ctx[APPLICATION].crypto_seal.as_mut();
        let seal = seal.ok_or(Error::Done)?;
        let size = out.len().min(MIN_CLIENT_INITIAL_LEN);
        let out = out.get_mut(..size).ok_or(Error::BufferTooShort)?;
        let mut b = octets::OctetsMut::with_slice(out);
        hdr.to_bytes(&mut b)?;
        packet::encode_pkt_num(pn, pn_len, &mut b)?;
        let start = b.off();
        for frame in frames {
            frame.to_bytes(&mut b)?;
        }
        if padded {
            let len = b.cap().saturating_sub(seal.alg().tag_len());
            Frame::Padding { len }.to_bytes(&mut b)?;
        }
        let len = b.off() - start;
        seal.set_path(id);
        let written = packet::encrypt_pkt(&mut b, pn, pn_len, len, start, None, seal)?;
        self.next_pkt_num += 1;
        let space = &mut self.pkt_num_spaces[APPLICATION];
        space.largest_tx_pkt_num = space.largest_tx_pkt_num.max(Some(pn));
        Ok(written)
    }
}

#[cfg(test)]
impl Probes {
    /// Waiting probes, waiting answers, awaited answers.
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.challenges.len(), self.answers.len(), self.awaited.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(port: u16) -> Probe {
        let local = "127.0.0.1:1".parse().unwrap();
        Probe::Answer {
            path: 0,
            to: (local, SocketAddr::from(([127, 0, 0, 1], port))),
            value: [0; 8],
            foreign: true,
        }
    }

    #[test]
    fn answers_are_bounded_per_address_in_number_and_in_time() {
        let now = Instant::now();
        let mut probes = Probes::default();
        for _ in 0..5 {
            assert!(probes.answer(answer(7), now));
        }
        assert_eq!(probes.answers.len(), 1);
        for port in 8..8 + 2 * MOST_ANSWERS as u16 {
            probes.answer(answer(port), now);
        }
        assert_eq!(probes.answers.len(), MOST_ANSWERS);
        assert!(!probes.answer(answer(9_000), now));
        let later = now + Duration::from_secs(1);
        assert!(probes.answer(answer(9_000), later));
        assert!(probes.dropped > 0);
    }

    #[test]
    fn an_answer_counts_from_where_the_probe_was_sent_to() {
        let now = Instant::now();
        let (here, there) = ("10.0.0.1:1", "10.0.0.2:1");
        let (here, there) = (here.parse().unwrap(), there.parse().unwrap());
        let mut probes = Probes::default();
        probes.await_answer(here, [1; 8], now);
        assert!(!probes.take_awaited(there, [1; 8]));
        assert!(!probes.take_awaited(here, [2; 8]));
        assert!(probes.take_awaited(here, [1; 8]));
        assert!(!probes.take_awaited(here, [1; 8]));
    }

    #[test]
    fn awaited_answers_expire_and_are_bounded() {
        let now = Instant::now();
        let peer = "10.0.0.1:1".parse().unwrap();
        let mut probes = Probes::default();
        for round in 0..1_000_u64 {
            probes.await_answer(peer, round.to_be_bytes(), now);
        }
        assert_eq!(probes.awaited.len(), MOST_AWAITED);
        probes.await_answer(peer, [9; 8], now + AWAITED_FOR);
        assert_eq!(probes.awaited.len(), 1);
    }
}
