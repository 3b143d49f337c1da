//! Commands that use streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use iroh::endpoint::{Connection, SendStream};
use tokio::task::JoinSet;

use super::Client;
use crate::contract::{Answer, PIECE, REQUEST};
use crate::endpoint::{answer, ask, text};

impl Client {
    pub async fn bulk(&self, bytes: u64) -> Result<Answer, String> {
        let lost = self.main.stats().lost_packets;
        let start = Instant::now();
        let (mut send, recv) = self.main.open_bi().await.map_err(text)?;
        self.write_pieces(&mut send, bytes).await?;
        send.finish().map_err(text)?;
        answer(recv).await?;
        let elapsed = start.elapsed();
        Ok(Answer::new(elapsed)
            .with("lost", self.main.stats().lost_packets - lost)
            .with("datagram", largest_datagram(&self.main)))
    }

    /// iroh takes the bytes over without a copy.
    async fn write_pieces(&self, send: &mut SendStream, mut left: u64) -> Result<(), String> {
        while left > 0 {
            let len = left.min(PIECE as u64);
            let piece = self.piece.slice(..len as usize);
            send.write_chunk(piece).await.map_err(text)?;
            left -= len;
        }
        Ok(())
    }

    pub async fn lat(&self, count: u64) -> Result<Answer, String> {
        let mut times = Vec::new();
        let start = Instant::now();
        for _ in 0..count {
            let asked = Instant::now();
            ask(&self.main, REQUEST).await?;
            times.push(asked.elapsed());
        }
        Ok(Answer::new(start.elapsed()).percentiles(times))
    }

    pub async fn rps(&self, count: u64, at_once: u64) -> Result<Answer, String> {
        let taken = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        let start = Instant::now();
        for _ in 0..at_once.min(count) {
            let (connection, taken) = (self.main.clone(), Arc::clone(&taken));
            tasks.spawn(async move {
                while taken.fetch_add(1, Ordering::Relaxed) < count {
                    ask(&connection, REQUEST).await?;
                }
                Ok::<_, String>(())
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(text)??;
        }
        Ok(Answer::new(start.elapsed()).rate(count))
    }
}

/// iroh finds out by itself how large datagrams may be.
fn largest_datagram(connection: &Connection) -> u16 {
    let paths = connection.paths();
    let sizes = paths.iter().map(|path| path.stats().current_mtu);
    sizes.max().unwrap_or_default()
}
