//! Loss recovery where a path is one of several.

use std::time::Duration;

/// Whether an acknowledgement tells something about the round trip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RttSample {
    #[default]
    Always,
    /// It came on another path: only if it did not take longer than a probe
    /// timeout. The last acknowledgements of a dead path, brought by another
    /// one seconds later, would else be taken for its round trip.
    InTime,
    /// The path is given up.
    Never,
}

/// What several paths change about the timers of each.
#[derive(Clone, Copy, Default)]
pub(super) struct PathRules {
    pub(super) sample: RttSample,
    /// How long a probe timeout may become by backing off, and in any case.
    pub(super) caps: Option<(Duration, Duration)>,
}

impl PathRules {
    /// A probe timeout that was backed off; `base` is the one that was not.
    pub(super) fn cap(&self, timeout: Duration, base: Duration) -> Duration {
        match self.caps {
            Some((backed_off, longest)) =>
                timeout.min(backed_off.max(base)).min(longest),
            None => timeout,
        }
    }

    pub(super) fn takes(&self, round_trip: Duration, timeout: Duration) -> bool {
        match self.sample {
            RttSample::Always => true,
            RttSample::InTime => round_trip <= timeout,
            RttSample::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn timeouts_back_off_to_the_cap_and_not_below_the_base() {
        let mut rules = PathRules::default();
        assert_eq!(rules.cap(ms(9_000), ms(50)), ms(9_000));
        rules.caps = Some((ms(500), ms(2_000)));
        assert_eq!(rules.cap(ms(400), ms(50)), ms(400));
        assert_eq!(rules.cap(ms(9_000), ms(50)), ms(500));
        assert_eq!(rules.cap(ms(9_000), ms(800)), ms(800));
        assert_eq!(rules.cap(ms(9_000), ms(3_000)), ms(2_000));
    }

    #[test]
    fn late_samples_are_not_taken() {
        let mut rules = PathRules::default();
        assert!(rules.takes(ms(900), ms(50)));
        rules.sample = RttSample::InTime;
        assert!(rules.takes(ms(50), ms(50)));
        assert!(!rules.takes(ms(51), ms(50)));
        rules.sample = RttSample::Never;
        assert!(!rules.takes(ms(1), ms(50)));
    }
}
