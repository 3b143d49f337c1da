//! Commands that open further connections.

use std::io;
use std::time::{Duration, Instant};

use super::Client;
use crate::contract::Answer;
use crate::table::ConnId;

/// How many connections `idle` opens at once.
const IDLE_AT_ONCE: u64 = 16;

/// A connection on its way.
struct Dial {
    id: ConnId,
    /// Packets that had come when our side of the handshake was complete.
    complete_at: Option<usize>,
}

impl Client {
    /// Handshakes until the server has shown that it completed them too.
    pub fn hs(&mut self, count: u64, at_once: u64) -> Result<Answer, String> {
        let elapsed = self.dial(count, at_once, |client, id| client.endpoint.close(id))?;
        Ok(Answer::new(elapsed).rate(count))
    }

    /// The connections stay in the table, where nothing more happens to them.
    pub fn idle(&mut self, count: u64) -> Result<Answer, String> {
        let elapsed = self.dial(count, IDLE_AT_ONCE, |_, _| Ok(()))?;
        Ok(Answer::new(elapsed))
    }

    fn dial(
        &mut self,
        count: u64,
        at_once: u64,
        done: impl Fn(&mut Client, ConnId) -> io::Result<()>,
    ) -> Result<Duration, String> {
        let start = Instant::now();
        let mut dials: Vec<Dial> = Vec::new();
        let mut started = 0;
        while started < count || !dials.is_empty() {
            while started < count && (dials.len() as u64) < at_once {
                let id = self.endpoint.connect(self.server);
                dials.push(Dial {
                    id: id.map_err(|error| error.to_string())?,
                    complete_at: None,
                });
                started += 1;
            }
            self.turn(None)?;
            let mut index = 0;
            while index < dials.len() {
                if self.is_done(&mut dials[index])? {
                    let dial = dials.swap_remove(index);
                    done(self, dial.id).map_err(|error| error.to_string())?;
                } else {
                    index += 1;
                }
            }
        }
        self.endpoint.flush().map_err(|error| error.to_string())?;
        Ok(start.elapsed())
    }

    /// Whether something came after our last packets of the handshake had
    /// left: then the server has them.
    fn is_done(&mut self, dial: &mut Dial) -> Result<bool, String> {
        let conn = self.endpoint.look(dial.id);
        let quic = conn.map(|conn| &conn.quic);
        let quic = quic.filter(|quic| !quic.is_closed() && !quic.is_draining());
        let quic = quic.ok_or("a handshake failed")?;
        if !quic.is_established() {
            return Ok(false);
        }
        let received = quic.stats().recv;
        let complete_at = *dial.complete_at.get_or_insert(received);
        Ok(received > complete_at)
    }
}
