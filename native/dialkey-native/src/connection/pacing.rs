//! How much may leave now, and when more may.
//!
//! quiche gives release times with BBR2 only. For CUBIC and Reno a token
//! bucket spreads a window over the round trip, because a whole window in one
//! burst overflows the buffers of real paths. Both work on bursts, never on
//! single packets: a send system call carries many.

use std::time::{Duration, Instant};

use super::nanos;
use crate::config::Settings;

/// Below this round trip a timer would cost more than the burst. The smallest
/// one counts: a queue of our own making says nothing about the path.
const SHORTEST_RTT: Duration = Duration::from_millis(1);
/// Largest burst, unless an eighth of the window is more.
const BURST: u64 = 64 * 1024;
/// A refill waits for this many packets, or for this much time.
const QUANTUM_PACKETS: u64 = 16;
const QUANTUM_NS: u64 = 1_000_000;
/// Packets that are not paced: an acknowledgement, and probes for lost ones.
pub(super) const ACK: u32 = 1;
pub(super) const PROBES: u32 = 2;

/// What the path looks like at the start of a send batch.
pub(super) struct Path {
    pub(super) rtt: Duration,
    /// None before the first sample.
    pub(super) min_rtt: Option<Duration>,
    pub(super) cwnd: u64,
    pub(super) mtu: u64,
}

enum Kind {
    Off,
    Bucket,
    Release,
}

pub(super) struct Pacer {
    kind: Kind,
    /// Bytes that may leave now; a packet may overdraw it.
    tokens: i64,
    refilled: u64,
    /// When the next burst may go, if the last batch was cut short.
    resume: Option<u64>,
    /// Packets that may leave whatever the bucket says: acknowledgements and
    /// probes are not paced, and quiche does not tell them from data.
    exempt: u32,
    stalls: u64,
}

/// The allowance of one send batch.
pub(super) struct Burst {
    limit: Limit,
    exempt: u32,
    sent: u64,
}

enum Limit {
    None,
    /// At most so many bytes.
    Bytes(i64),
    /// Nothing but exempt packets before this time.
    Closed,
    /// A quantum, then as far as the release times go.
    Until {
        quantum: u64,
        start: Instant,
        last: Instant,
    },
}

impl Pacer {
    pub(super) fn new(settings: &Settings) -> Pacer {
        let kind = match (settings.pacing, settings.is_bbr()) {
            (false, _) => Kind::Off,
            (true, false) => Kind::Bucket,
            (true, true) => Kind::Release,
        };
        Pacer {
            kind,
            tokens: BURST as i64,
            refilled: 0,
            resume: None,
            exempt: 0,
            stalls: 0,
        }
    }

    pub(super) fn is_off(&self) -> bool {
        matches!(self.kind, Kind::Off)
    }

    pub(super) fn stalls(&self) -> u64 {
        self.stalls
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        self.resume
    }

    /// Lets so many packets leave whatever the bucket says.
    pub(super) fn allow(&mut self, packets: u32) {
        self.exempt = self.exempt.max(packets);
    }

    /// Opens a batch; a path that is not worth pacing is not limited.
    pub(super) fn open(&mut self, now: u64, path: Option<&Path>) -> Burst {
        let limit = match path {
            Some(path) if path.min_rtt >= Some(SHORTEST_RTT) => self.limit(now, path),
            _ => Limit::None,
        };
        Burst {
            limit,
            exempt: std::mem::take(&mut self.exempt),
            sent: 0,
        }
    }

    fn limit(&mut self, now: u64, path: &Path) -> Limit {
        match self.kind {
            Kind::Off => Limit::None,
            Kind::Bucket => {
                self.refill(now, path);
                Limit::Bytes(self.tokens)
            }
            Kind::Release if self.resume.is_some_and(|at| at > now) => Limit::Closed,
            Kind::Release => {
                let start = quiche::clock::now();
                Limit::Until {
                    quantum: QUANTUM_PACKETS * path.mtu,
                    start,
                    last: start,
                }
            }
        }
    }

    fn refill(&mut self, now: u64, path: &Path) {
        let elapsed = now.saturating_sub(self.refilled);
        self.refilled = now.max(self.refilled);
        let gained = i64::try_from(rate_times(path, elapsed)).unwrap_or(i64::MAX);
        let most = i64::try_from(most(path)).unwrap_or(i64::MAX);
        self.tokens = self.tokens.saturating_add(gained).min(most);
    }

    /// Books what a batch sent and decides when the next one may go.
    pub(super) fn close(&mut self, now: u64, path: Option<&Path>, burst: &Burst, stopped: bool) {
        if let Limit::Bytes(_) = burst.limit {
            let sent = i64::try_from(burst.sent).unwrap_or(i64::MAX);
            self.tokens = self.tokens.saturating_sub(sent);
        }
        if !stopped {
            // A release time of an earlier batch stays in force.
            if !matches!(burst.limit, Limit::Closed) {
                self.resume = None;
            }
            return;
        }
        self.stalls += 1;
        self.resume = match (&burst.limit, path) {
            (Limit::Bytes(_), Some(path)) => Some(now.saturating_add(self.wait(path))),
            (Limit::Until { start, last, .. }, _) => {
                let ahead = last.saturating_duration_since(*start);
                Some(now.saturating_add(nanos(ahead)))
            }
            _ => self.resume,
        };
    }

    /// Time until the bucket holds a quantum.
    fn wait(&self, path: &Path) -> u64 {
        let quantum = (QUANTUM_PACKETS * path.mtu)
            .max(rate_times(path, QUANTUM_NS))
            .min(most(path));
        let missing = i64::try_from(quantum)
            .unwrap_or(i64::MAX)
            .saturating_sub(self.tokens);
        let missing = u64::try_from(missing).unwrap_or(0);
        time_for(path, missing).max(1)
    }
}

impl Burst {
    /// Whether another packet may be made.
    pub(super) fn admits(&self) -> bool {
        self.exempt > 0
            || match &self.limit {
                Limit::None => true,
                Limit::Bytes(allowed) => i64::try_from(self.sent).is_ok_and(|sent| sent < *allowed),
                Limit::Closed => false,
                Limit::Until {
                    quantum,
                    start,
                    last,
                } => {
                    let ahead = last.saturating_duration_since(*start);
                    self.sent < *quantum || nanos(ahead) <= QUANTUM_NS
                }
            }
    }

    /// Books a packet and the release time quiche gave it.
    pub(super) fn book(&mut self, bytes: usize, at: Instant) {
        self.sent += bytes as u64;
        self.exempt = self.exempt.saturating_sub(1);
        if let Limit::Until { last, .. } = &mut self.limit {
            *last = at;
        }
    }
}

/// Most bytes that leave in one go.
fn most(path: &Path) -> u64 {
    BURST.max(path.cwnd / 8)
}

/// Bytes in some time at 1.25 windows per round trip.
fn rate_times(path: &Path, ns: u64) -> u64 {
    let bytes = u128::from(path.cwnd) * 5 * u128::from(ns);
    let bytes = bytes / (4 * path.rtt.as_nanos().max(1));
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn time_for(path: &Path, bytes: u64) -> u64 {
    let ns = u128::from(bytes) * 4 * path.rtt.as_nanos();
    let ns = ns.div_ceil(u128::from(path.cwnd.max(1)) * 5);
    u64::try_from(ns).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn path(rtt_ms: u64, cwnd: u64) -> Path {
        Path {
            rtt: Duration::from_millis(rtt_ms),
            min_rtt: Some(Duration::from_millis(rtt_ms)),
            cwnd,
            mtu: 1200,
        }
    }

    /// Sends full packets while allowed; returns the bytes of one batch.
    fn drain(pacer: &mut Pacer, now: u64, path: &Path) -> u64 {
        let mut burst = pacer.open(now, Some(path));
        while burst.admits() {
            burst.book(1200, Instant::now());
        }
        pacer.close(now, Some(path), &burst, true);
        burst.sent
    }

    #[test]
    fn a_window_is_spread_over_the_round_trip() {
        let path = path(100, 1_000_000);
        let mut pacer = Pacer::new(&Settings::default());
        let mut now = 1_000 * MS;
        let end = now + 100 * MS;
        let mut sent = 0;
        while now < end {
            let burst = drain(&mut pacer, now, &path);
            assert!(burst <= most(&path) + 1200);
            sent += burst;
            let resume = pacer.deadline().unwrap();
            assert!(resume > now);
            now = resume;
        }
        // 1.25 windows and the first burst.
        assert!((1_250_000..=1_450_000).contains(&sent), "sent {sent}");
    }

    #[test]
    fn short_round_trips_are_not_paced() {
        let mut path = path(100, 12_000);
        path.min_rtt = Some(Duration::from_micros(900));
        let mut pacer = Pacer::new(&Settings::default());
        let burst = pacer.open(0, Some(&path));
        assert!(matches!(burst.limit, Limit::None));
    }

    #[test]
    fn an_acknowledgement_leaves_although_the_bucket_is_empty() {
        let path = path(100, 12_000);
        let mut pacer = Pacer::new(&Settings::default());
        drain(&mut pacer, MS, &path);
        assert!(!pacer.open(MS, Some(&path)).admits());
        pacer.allow(ACK);
        let mut burst = pacer.open(MS, Some(&path));
        assert!(burst.admits());
        burst.book(40, Instant::now());
        assert!(!burst.admits());
    }

    #[test]
    fn the_resume_time_is_when_a_quantum_is_there() {
        let path = path(100, 120_000);
        let mut pacer = Pacer::new(&Settings::default());
        drain(&mut pacer, MS, &path);
        let resume = pacer.deadline().unwrap();
        let next = drain(&mut pacer, resume, &path);
        assert!(next >= QUANTUM_PACKETS * 1200, "only {next}");
    }
}
