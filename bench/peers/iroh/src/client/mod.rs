//! The client: commands from standard input, one after the other.

mod connections;
mod datagrams;
mod streams;

use std::time::Duration;

use bytes::Bytes;
use iroh::endpoint::Connection;
use iroh::{Endpoint, EndpointAddr};
use iroh_tickets::endpoint::EndpointTicket;

use crate::contract::{self, ALPN, Answer, Command, PIECE};
use crate::{Outcome, endpoint};

struct Client {
    endpoint: Endpoint,
    server: EndpointAddr,
    /// The connection that all but the handshakes use.
    main: Connection,
    /// Those of `idle`.
    held: Vec<Connection>,
    /// What `bulk` writes; its first byte says so.
    piece: Bytes,
}

pub async fn run(ticket: &str) -> Outcome<()> {
    let ticket: EndpointTicket = ticket.parse()?;
    let server = ticket.endpoint_addr().clone();
    let endpoint = endpoint::bind(0).await?;
    let mut client = Client {
        main: endpoint.connect(server.clone(), ALPN).await?,
        endpoint,
        server,
        held: Vec::new(),
        piece: vec![contract::BULK; PIECE].into(),
    };
    println!("READY");
    let mut lines = crate::lines();
    while let Some(line) = lines.recv().await {
        println!("{}", contract::line_of(client.execute(&line).await));
    }
    client.endpoint.close().await;
    Ok(())
}

impl Client {
    async fn execute(&mut self, line: &str) -> Result<Answer, String> {
        match Command::parse(line)? {
            Command::Bulk(bytes) => self.bulk(bytes).await,
            Command::Lat(count) => self.lat(count).await,
            Command::Rps(count, at_once) => self.rps(count, at_once).await,
            Command::Hs(count, at_once) => self.hs(count, at_once).await,
            Command::Idle(count) => self.idle(count).await,
            Command::Dgram(count, rate) => self.dgram(count, rate).await,
            Command::Stats => Ok(Answer::new(Duration::ZERO)),
        }
    }
}
