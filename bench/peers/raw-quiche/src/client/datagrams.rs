//! The command that sends datagrams.

use std::time::Instant;

use quiche::Error;

use super::Client;
use crate::contract::{self, Answer, COUNT, DATAGRAM};

impl Client {
    pub fn dgram(&mut self, count: u64, rate: u64) -> Result<Answer, String> {
        let before = self.datagrams_received()?;
        let start = Instant::now();
        let mut sent = 0;
        while sent < count {
            let due = contract::due(count, rate, start.elapsed());
            let full = self.queue(&mut sent, due)?;
            if sent < count {
                let next = contract::due_after(sent, rate).map(|after| start + after);
                // With a full queue there is no use in the next one.
                self.turn(next.filter(|_| !full))?;
            }
        }
        while self.quic()?.dgram_send_queue_len() > 0 {
            self.turn(None)?;
        }
        let received = self.datagrams_received()? - before;
        let elapsed = start.elapsed();
        Ok(Answer::new(elapsed).with("received", received).rate(count))
    }

    /// Queues datagrams up to the number that is due; tells whether the queue
    /// is full and cannot be emptied yet.
    fn queue(&mut self, sent: &mut u64, due: u64) -> Result<bool, String> {
        let payload = [0; DATAGRAM];
        while *sent < due {
            match self.quic()?.dgram_send(&payload) {
                Ok(()) => *sent += 1,
                Err(Error::Done) => {
                    self.endpoint.flush().map_err(|error| error.to_string())?;
                    if self.quic()?.is_dgram_send_queue_full() {
                        return Ok(true);
                    }
                }
                Err(error) => return Err(format!("the datagram was not taken: {error:?}")),
            }
        }
        Ok(false)
    }

    fn datagrams_received(&mut self) -> Result<u64, String> {
        let answer = self.ask(COUNT)?;
        contract::count_in(&answer)
    }
}
