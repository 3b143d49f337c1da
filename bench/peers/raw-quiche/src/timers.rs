//! Deadlines of connections, in order. Each connection has one at most.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::table::ConnId;

#[derive(Default)]
pub struct Timers {
    deadlines: BTreeSet<(Instant, ConnId)>,
}

impl Timers {
    pub fn first(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Takes the next one out that is due.
    pub fn due(&mut self, now: Instant) -> Option<ConnId> {
        let (at, _) = self.deadlines.first()?;
        if *at > now {
            return None;
        }
        self.deadlines.pop_first().map(|(_, id)| id)
    }

    /// Moves the deadline of a connection, but never to later: most deadlines
    /// move on with each packet, and to find one early costs less than to
    /// follow it. Gives back where it stands.
    pub fn advance(
        &mut self,
        id: ConnId,
        armed: Option<Instant>,
        wanted: Option<Instant>,
    ) -> Option<Instant> {
        let wanted = match (armed, wanted) {
            (Some(armed), Some(wanted)) if armed <= wanted => return Some(armed),
            (_, wanted) => wanted,
        };
        if let Some(armed) = armed {
            self.deadlines.remove(&(armed, id));
        }
        if let Some(wanted) = wanted {
            self.deadlines.insert((wanted, id));
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn id(slot: u32) -> ConnId {
        ConnId::new(slot, 0)
    }

    #[test]
    fn deadlines_come_due_in_order() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut timers = Timers::default();
        timers.advance(id(1), None, Some(start + 2 * second));
        timers.advance(id(2), None, Some(start + second));
        assert_eq!(timers.first(), Some(start + second));
        assert_eq!(timers.due(start), None);
        assert_eq!(timers.due(start + 2 * second), Some(id(2)));
        assert_eq!(timers.due(start + 2 * second), Some(id(1)));
        assert_eq!(timers.first(), None);
    }

    #[test]
    fn a_deadline_moves_to_earlier_only_and_can_be_taken_away() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut timers = Timers::default();
        let armed = timers.advance(id(1), None, Some(start + second));
        let armed = timers.advance(id(1), armed, Some(start + 2 * second));
        assert_eq!(armed, Some(start + second));
        let armed = timers.advance(id(1), armed, Some(start));
        assert_eq!(armed, Some(start));
        assert_eq!(timers.advance(id(1), armed, None), None);
        assert_eq!(timers.first(), None);
    }
}
