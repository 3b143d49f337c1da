//! The server: reads each stream to its end, then answers it.

use bytes::Bytes;
use iroh::endpoint::{Connection, Incoming, RecvStream, SendStream};
use iroh::{Endpoint, EndpointAddr, TransportAddr};
use iroh_tickets::endpoint::EndpointTicket;
use tokio::sync::{mpsc, oneshot};

use crate::contract::{self, COUNT, Reply};
use crate::{Outcome, endpoint};

/// Pieces of a stream, and datagrams, taken at once. iroh hands both over as
/// they came in packets, without a copy.
const CHUNKS: usize = 32;
const BATCH: usize = 64;

pub async fn run(port: u16) -> Outcome<()> {
    let endpoint = endpoint::bind(port).await?;
    let sockets = endpoint.bound_sockets().into_iter().map(TransportAddr::Ip);
    let addr = EndpointAddr::from_parts(endpoint.id(), sockets);
    println!("READY {}", EndpointTicket::new(addr));
    tokio::spawn(accept_all(endpoint.clone()));
    let mut lines = crate::lines();
    while let Some(line) = lines.recv().await {
        println!("{}", contract::serve_line(&line));
    }
    endpoint.close().await;
    Ok(())
}

async fn accept_all(endpoint: Endpoint) {
    while let Some(incoming) = endpoint.accept().await {
        tokio::spawn(accept(incoming));
    }
}

async fn accept(incoming: Incoming) {
    // A handshake that fails is for the client to tell of.
    if let Ok(connection) = incoming.await {
        let (ask, questions) = mpsc::unbounded_channel();
        tokio::join!(
            serve_streams(&connection, ask),
            count_datagrams(&connection, questions)
        );
    }
}

/// Who wants to know how many datagrams came.
type Question = oneshot::Sender<u64>;

async fn serve_streams(connection: &Connection, ask: mpsc::UnboundedSender<Question>) {
    while let Ok((send, recv)) = connection.accept_bi().await {
        tokio::spawn(serve(send, recv, ask.clone()));
    }
}

async fn serve(mut send: SendStream, mut recv: RecvStream, ask: mpsc::UnboundedSender<Question>) {
    let mut first = None;
    let mut chunks = [const { Bytes::new() }; CHUNKS];
    loop {
        match recv.read_many_chunks(&mut chunks).await {
            Ok(Some(_)) => first = first.or(chunks[0].first().copied()),
            Ok(None) => break,
            // Reset: nobody waits for an answer.
            Err(_) => return,
        }
    }
    let datagrams = match first {
        Some(COUNT) => count(&ask).await,
        _ => 0,
    };
    let reply = Reply::to(first, datagrams);
    if send.write_all(reply.bytes()).await.is_ok() {
        // Fails only for a stream that the client has stopped.
        let _ = send.finish();
    }
}

async fn count(ask: &mpsc::UnboundedSender<Question>) -> u64 {
    let (question, answer) = oneshot::channel();
    // Without a counter the connection has ended, and nobody reads this.
    let _ = ask.send(question);
    answer.await.unwrap_or_default()
}

/// Counts, and answers only when nothing is left to count: what came before
/// the question is in the answer.
async fn count_datagrams(
    connection: &Connection,
    mut questions: mpsc::UnboundedReceiver<Question>,
) {
    let mut batch = vec![Bytes::new(); BATCH];
    let mut count = 0;
    loop {
        tokio::select! {
            biased;
            came = connection.read_many_datagrams(&mut batch) => match came {
                Ok(more) => count += more as u64,
                Err(_) => return,
            },
            Some(question) = questions.recv() => {
                // The stream that asked may be gone.
                let _ = question.send(count);
            }
        }
    }
}
