//! Key updates (RFC 9001, 6), which concern all paths at once while each path
//! counts its packets for itself.
//!
//! Whether a packet of the other phase is late or announces an update is told
//! by its number, compared with the lowest one of the new phase: of its own
//! path. While the old keys live, a path that nothing of the new phase came on
//! is taken to be behind.

use super::*;
use crate::packet::KeyUpdate;
use crate::recovery::RecoveryOps;

/// Half of what AES-GCM permits for one key (RFC 9001, 6.6).
const MOST_SEALED: u64 = 1 << 22;
/// Until the peer answers an update its packets come with the old keys.
const UNANSWERED: Duration = Duration::from_secs(3_600);

#[derive(Default)]
pub(super) struct Phase {
    current: bool,
    /// A packet sent with the current keys was acknowledged.
    acknowledged: bool,
    /// We changed the keys, and the peer has not yet.
    unanswered: bool,
}

impl Phase {
    pub(super) fn acknowledged(&mut self) {
        self.acknowledged = true;
    }
}

impl<F: BufFactory> Connection<F> {
    pub(super) fn begin_phase(&mut self) {
        self.multipath.keys.current = self.key_phase;
    }

    /// Tells what compares packet numbers where the phase of the entered path
    /// began.
    pub(super) fn recall_phase(&mut self) {
        let entered = self.multipath.entered;
        let context = self.multipath.contexts.get(entered);
        let start = context.and_then(|context| context.phase_start);
        if let Some(update) = &mut self.crypto_ctx[APPLICATION].key_update {
            update.pn_on_update = start.unwrap_or(u64::MAX);
        }
    }

    /// After a packet was authenticated.
    pub(crate) fn note_phase(&mut self, pn: u64, phase: bool, now: Instant) {
        if !self.multipath.on {
            return;
        }
        if self.multipath.keys.current != self.key_phase {
            self.start_phase();
            self.expire_old_keys(now);
            self.multipath.push(MultipathEvent::KeyUpdated);
        }
        if phase != self.key_phase {
            return;
        }
        let entered = self.multipath.entered;
        if let Some(context) = self.multipath.contexts.get_mut(entered) {
            let start = context.phase_start.map_or(pn, |start| start.min(pn));
            context.phase_start = Some(start);
        }
        self.recall_phase();
        if std::mem::take(&mut self.multipath.keys.unanswered) {
            self.expire_old_keys(now);
        }
    }

    /// Nothing was received or sent with the new keys yet.
    fn start_phase(&mut self) {
        let entered = self.multipath.entered;
        self.multipath.keys = Phase {
            current: self.key_phase,
            ..Phase::default()
        };
        for (path, context) in self.multipath.contexts.iter_mut() {
            context.phase_start = None;
            context.phase_sent = match path == entered {
                true => self.next_pkt_num,
                false => context.next_pkt_num(),
            };
        }
    }

    fn expire_old_keys(&mut self, now: Instant) {
        let wait = self.largest_pto() * 3;
        if let Some(update) = &mut self.crypto_ctx[APPLICATION].key_update {
            update.timer = now + wait;
        }
    }

    /// Changes the keys before too many packets were sealed with them.
    pub(super) fn update_keys_in_time(&mut self, now: Instant) -> Result<()> {
        let seal = self.crypto_ctx[APPLICATION].crypto_seal.as_ref();
        let sealed = seal.map_or(0, |seal| seal.sealed());
        match sealed > MOST_SEALED {
            true => self.update_keys(now),
            false => Ok(()),
        }
    }

    /// Changes the keys if the last change is long enough ago and the peer has
    /// acknowledged a packet since.
    pub(crate) fn update_keys(&mut self, now: Instant) -> Result<()> {
        let keys = &self.multipath.keys;
        let ctx = &mut self.crypto_ctx[APPLICATION];
        let busy = ctx.key_update.is_some() || !keys.acknowledged;
        if busy || !self.handshake_confirmed {
            return Ok(());
        }
        let (Some(open), Some(seal)) = (&ctx.crypto_open, &ctx.crypto_seal) else {
            return Ok(());
        };
        let next_open = open.derive_next_packet_key()?;
        let mut next_seal = seal.derive_next_packet_key()?;
        next_seal.inherit(seal);
        ctx.crypto_seal = Some(next_seal);
        let Some(old) = ctx.crypto_open.replace(next_open) else {
            return Ok(());
        };
        ctx.key_update = Some(KeyUpdate {
            crypto_open: old,
            pn_on_update: u64::MAX,
            update_acked: true,
            timer: now + UNANSWERED,
        });
        self.key_phase = !self.key_phase;
        self.start_phase();
        self.multipath.keys.unanswered = true;
        self.multipath.push(MultipathEvent::KeyUpdated);
        Ok(())
    }

    /// The longest probe timeout of all paths.
    pub(super) fn largest_pto(&self) -> Duration {
        let all = self.paths.iter().map(|(_, path)| path.recovery.pto());
        all.max().unwrap_or(Duration::from_secs(1))
    }
}
