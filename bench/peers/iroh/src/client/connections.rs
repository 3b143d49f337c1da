//! Commands that open further connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use iroh::endpoint::{Connection, VarInt};
use tokio::task::JoinSet;

use super::Client;
use crate::contract::{ALPN, Answer};
use crate::endpoint::text;

/// How many connections `idle` opens at once.
const IDLE_AT_ONCE: u64 = 16;

impl Client {
    pub async fn hs(&self, count: u64, at_once: u64) -> Result<Answer, String> {
        let close = |connection: Connection| {
            connection.close(VarInt::from_u32(0), b"");
            None
        };
        let (elapsed, _) = self.dial(count, at_once, close).await?;
        Ok(Answer::new(elapsed).rate(count))
    }

    pub async fn idle(&mut self, count: u64) -> Result<Answer, String> {
        let (elapsed, held) = self.dial(count, IDLE_AT_ONCE, Some).await?;
        self.held.extend(held);
        Ok(Answer::new(elapsed))
    }

    /// Gives back the connections that are kept.
    async fn dial(
        &self,
        count: u64,
        at_once: u64,
        keep: fn(Connection) -> Option<Connection>,
    ) -> Result<(Duration, Vec<Connection>), String> {
        let taken = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        let start = Instant::now();
        for _ in 0..at_once.min(count) {
            let (endpoint, server) = (self.endpoint.clone(), self.server.clone());
            let taken = Arc::clone(&taken);
            tasks.spawn(async move {
                let mut kept = Vec::new();
                while taken.fetch_add(1, Ordering::Relaxed) < count {
                    let connection = endpoint.connect(server.clone(), ALPN).await;
                    kept.extend(keep(connection.map_err(text)?));
                }
                Ok::<_, String>(kept)
            });
        }
        let mut kept = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            kept.extend(ended.map_err(text)??);
        }
        Ok((start.elapsed(), kept))
    }
}
