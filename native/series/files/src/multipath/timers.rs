//! What happens on paths when nothing happens.

use smallvec::SmallVec;

use super::*;
use crate::recovery::RecoveryOps;

/// How long a connection without a path waits for a new one: three probe
/// timeouts of a path that nothing is known of.
const WITHOUT_PATH: Duration = Duration::from_millis(3 * (999 + 25));
/// How long a suspected path is watched: with the suspicion, long enough for
/// what is not dead and short enough for a second at the most.
const VERDICT: Duration = Duration::from_millis(300);
/// What a round trip is given beyond itself before a path is suspected.
const SUSPICION: Duration = Duration::from_millis(100);

impl<F: BufFactory> Connection<F> {
    /// When [`Connection::on_path_timeout`] has something to do.
    pub(crate) fn path_timer(&self) -> Option<Instant> {
        if !self.multipath.on {
            return None;
        }
        let contexts = self.multipath.contexts.iter();
        let due = contexts.filter_map(|(path, context)| {
            let own = [
                context.drop_at,
                self.suspicion_at(path, context),
                context.verdict_at,
                self.idle_at(context),
                self.ping_at(context),
                self.challenge_at(context),
            ];
            own.into_iter().flatten().min()
        });
        due.chain(self.multipath.give_up_at).min()
    }

    /// When a path is suspected because nobody acknowledges what is sent on it.
    /// Only where data could go another way.
    fn suspicion_at(&self, path: u32, context: &Context) -> Option<Instant> {
        let since = context.unanswered_since?;
        if context.suspected || !self.has_other(path) {
            return None;
        }
        let (_, path) = context.open_path(&self.paths)?;
        let patience = path.recovery.rtt() * 3 + SUSPICION;
        Some(since + patience)
    }

    /// When a path is given up because nothing comes. Not the last one, whose
    /// end is that of the connection.
    fn idle_at(&self, context: &Context) -> Option<Instant> {
        let open = self.multipath.open_count();
        context.idle_at().filter(|_| context.is_open() && open > 1)
    }

    fn ping_at(&self, context: &Context) -> Option<Instant> {
        let (_, path) = context.open_path(&self.paths)?;
        let silent = path.validated() && !path.needs_ack_eliciting;
        context.ping_at(self.multipath.keep_alive.filter(|_| silent)?)
    }

    /// Sends something on each path at least this often, for NATs on the way
    /// and for the peer, who gives up paths that it hears nothing of.
    pub fn set_path_keep_alive(&mut self, every: Option<Duration>) {
        self.multipath.keep_alive = every;
    }

    /// How often a path had nothing else to say in that time.
    pub fn path_pings(&self) -> u64 {
        self.multipath.pings
    }

    /// How long a path may be silent before it is given up: 15 seconds unless
    /// told otherwise, none for ever.
    pub fn set_path_idle_timeout(
        &mut self, path: u32, timeout: Option<Duration>,
    ) -> Result<()> {
        let context = self.multipath.contexts.get_mut(path);
        context.ok_or(Error::InvalidState)?.idle_timeout = timeout;
        Ok(())
    }

    /// When a challenge is repeated.
    fn challenge_at(&self, context: &Context) -> Option<Instant> {
        let (_, path) = context.open_path(&self.paths)?;
        path.challenge_at()
    }

    /// A lost challenge is noticed by nobody else while the packets beside it
    /// are acknowledged.
    fn repeat_challenges(&mut self, now: Instant) {
        for (_, path) in self.paths.iter_mut() {
            if path.challenge_at().is_some_and(|at| at <= now) {
                path.request_validation();
            }
        }
    }

    fn ping_silent(&mut self, now: Instant) {
        let contexts = self.multipath.contexts.iter();
        let due = contexts.filter(|(_, context)| {
            self.ping_at(context).is_some_and(|at| at <= now)
        });
        let due: SmallVec<[usize; 8]> = due.filter_map(|(_, context)| context.pid).collect();
        for pid in due {
            if let Ok(path) = self.paths.get_mut(pid) {
                path.needs_ack_eliciting = true;
                self.multipath.pings += 1;
            }
        }
    }

    fn abandon_idle(&mut self, now: Instant) {
        const PATH_UNSTABLE_OR_POOR: u64 = 0x3e76;
        loop {
            let idle = self.multipath.contexts.iter().find_map(|(path, context)| {
                let over = self.idle_at(context).is_some_and(|at| at <= now);
                over.then_some(path)
            });
            let Some(path) = idle else {
                return;
            };
            if self.abandon_path(path, PATH_UNSTABLE_OR_POOR).is_err() {
                return;
            }
        }
    }

    /// Whether a path other than this one works.
    fn has_other(&self, path: u32) -> bool {
        self.multipath.used().any(|(other, context)| {
            let open = context.open_path(&self.paths);
            other != path &&
                !context.suspected &&
                open.is_some_and(|(_, path)| path.validated())
        })
    }

    /// Whether the connection goes on although no path carries data.
    pub(crate) fn on_path_timeout(&mut self, now: Instant) -> bool {
        if !self.multipath.on {
            return false;
        }
        self.suspect(now);
        self.judge(now);
        self.tell_failures(now);
        self.abandon_idle(now);
        self.ping_silent(now);
        self.repeat_challenges(now);
        let contexts = self.multipath.contexts.iter();
        let over = contexts.filter(|(_, context)| {
            context.drop_at.is_some_and(|at| at <= now)
        });
        let over: Vec<u32> = over.map(|(path, _)| path).collect();
        for path in over {
            self.forget_path(path);
        }
        if self.paths.get_active_path_id().is_err() {
            self.without_active(now);
        }
        let mut timers = self.paths.iter();
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if timers.any(|(_, path)| is_due(path.recovery.loss_detection_timer())) {
            self.refresh_caps();
        }
        true
    }

    fn suspect(&mut self, now: Instant) {
        let contexts = self.multipath.contexts.iter();
        let due = contexts.filter(|(path, context)| {
            self.suspicion_at(*path, context).is_some_and(|at| at <= now)
        });
        let due: Vec<u32> = due.map(|(path, _)| path).collect();
        for path in due {
            if let Some(context) = self.multipath.contexts.get_mut(path) {
                context.suspected = true;
                context.suspected_at = Some(now);
                context.verdict_at = Some(now + VERDICT);
                self.multipath.push(MultipathEvent::Suspected { path });
            }
            self.ping_others(path);
            self.refresh_caps();
        }
    }

    /// Finds out whether other paths answer.
    fn ping_others(&mut self, path: u32) {
        let suspected = self.multipath.pid_of(path);
        for (pid, other) in self.paths.iter_mut() {
            other.needs_ack_eliciting |=
                other.works() && Some(pid) != suspected;
        }
    }

    /// A suspected path is dead if another one answered in the meantime: when
    /// none does, the peer may be what is slow. Something that comes is no
    /// answer, for the other direction may be dead.
    fn judge(&mut self, now: Instant) {
        let contexts = self.multipath.contexts.iter();
        let due = contexts.filter(|(_, context)| {
            context.verdict_at.is_some_and(|at| at <= now)
        });
        let due: Vec<u32> = due.map(|(path, _)| path).collect();
        for path in due {
            let begun = self.multipath.contexts.get(path);
            let begun = begun.and_then(|context| context.suspected_at);
            let answered = self.multipath.contexts.iter().any(|(other, context)| {
                other != path &&
                    context.is_open() &&
                    !context.suspected &&
                    context.last_received > begun &&
                    context.last_acked > begun
            });
            let Some(context) = self.multipath.contexts.get_mut(path) else {
                continue;
            };
            let over = answered || !context.suspected || !context.is_open();
            context.verdict_at = (!over).then_some(now + VERDICT);
            if answered && context.suspected && context.is_open() {
                self.multipath.push(MultipathEvent::Dead { path });
            }
        }
    }

    /// Paths that did not prove themselves are told of, or go back to where
    /// they worked.
    fn tell_failures(&mut self, now: Instant) {
        let contexts = self.multipath.contexts.iter();
        let failed = contexts.filter_map(|(id, context)| {
            let (pid, path) = context.open_path(&self.paths)?;
            (path.has_failed() && !context.told_failed).then_some((id, pid))
        });
        let failed: Vec<(u32, usize)> = failed.collect();
        for (id, pid) in failed {
            let Some(context) = self.multipath.contexts.get_mut(id) else {
                continue;
            };
            match context.before_rebind.take() {
                Some((local, peer)) => {
                    let none = self.paths.get_active_path_id().is_err();
                    let _ = self.paths.rebind(pid, local, peer);
                    if let Ok(path) = self.paths.get_mut(pid) {
                        path.restore(none);
                    }
                    self.tell_rebound(id, local, peer);
                },
                None => {
                    context.told_failed = true;
                    self.multipath.push(MultipathEvent::Failed { path: id });
                    self.lose_on(pid, now);
                },
            }
            self.refresh_caps();
        }
    }

    fn without_active(&mut self, now: Instant) {
        if self.multipath.give_up_at.is_some_and(|at| at <= now) {
            self.end_without_path();
        } else if self.replace_active(now).is_err() {
            self.end_without_path();
        }
    }

    pub(super) fn wait_for_path(&mut self, now: Instant) {
        self.multipath
            .give_up_at
            .get_or_insert(now + WITHOUT_PATH);
    }
}
