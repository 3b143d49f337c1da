//! The command that sends datagrams.

use std::time::Instant;

use bytes::Bytes;

use super::Client;
use crate::contract::{self, Answer, COUNT, DATAGRAM};
use crate::endpoint::{ask, text};

impl Client {
    pub async fn dgram(&self, count: u64, rate: u64) -> Result<Answer, String> {
        let room = self.main.datagram_send_buffer_space();
        let before = self.datagrams_received().await?;
        let start = Instant::now();
        let payload = Bytes::from_static(&[0; DATAGRAM]);
        let mut sent = 0;
        while sent < count {
            let due = contract::due(count, rate, start.elapsed());
            while sent < due {
                // The call for many drops old ones where there is no room.
                let queued = self.main.send_datagram_wait(payload.clone()).await;
                queued.map_err(text)?;
                sent += 1;
            }
            if let Some(next) = contract::due_after(sent, rate) {
                tokio::time::sleep_until((start + next).into()).await;
            }
        }
        let received = self.received_at_last(room).await? - before;
        let elapsed = start.elapsed();
        Ok(Answer::new(elapsed).with("received", received).rate(count))
    }

    /// Asks until the question cannot have overtaken a datagram any more:
    /// small streams fit into packets where the next datagram does not.
    async fn received_at_last(&self, room: usize) -> Result<u64, String> {
        loop {
            let all_sent = self.main.datagram_send_buffer_space() >= room;
            let received = self.datagrams_received().await?;
            if all_sent {
                return Ok(received);
            }
        }
    }

    async fn datagrams_received(&self) -> Result<u64, String> {
        contract::count_in(&ask(&self.main, COUNT).await?)
    }
}
