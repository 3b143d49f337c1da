//! The client: commands from standard input, one after the other.

mod connections;
mod datagrams;
mod streams;

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::contract::{self, Answer, Command, PIECE};
use crate::endpoint::Endpoint;
use crate::lines::Lines;
use crate::table::ConnId;
use crate::ticket::Ticket;
use crate::tls::Identity;
use crate::udp::Socket;

pub fn run(ticket: &str) -> Outcome<()> {
    let mut client = Client::connect(&Ticket::read(ticket)?)?;
    println!("READY");
    loop {
        match client.endpoint.lines.next() {
            Ok(line) => println!("{}", contract::line_of(client.execute(&line))),
            Err(TryRecvError::Empty) => client.endpoint.turn(None)?,
            Err(TryRecvError::Disconnected) => return Ok(client.endpoint.close_all()?),
        }
    }
}

struct Client {
    endpoint: Endpoint<()>,
    server: SocketAddr,
    /// The connection that all but the handshakes use.
    main: ConnId,
    next_stream: u64,
    /// What `bulk` writes; its first byte says so.
    piece: Rc<[u8]>,
}

impl Client {
    fn connect(ticket: &Ticket) -> Outcome<Client> {
        let config = Identity::random()?.config(Some(ticket.id))?;
        let socket = Socket::bind(0)?;
        let mut endpoint = Endpoint::new(socket, config, false, Lines::start()?);
        let server = ticket.addr.into();
        let main = endpoint.connect(server)?;
        let mut client = Client {
            endpoint,
            server,
            main,
            next_stream: 0,
            piece: vec![contract::BULK; PIECE].into(),
        };
        while !client.quic()?.is_established() {
            client.turn(None)?;
        }
        Ok(client)
    }

    fn execute(&mut self, line: &str) -> Result<Answer, String> {
        match Command::parse(line)? {
            Command::Bulk(bytes) => self.bulk(bytes),
            Command::Lat(count) => self.lat(count),
            Command::Rps(count, at_once) => self.rps(count, at_once),
            Command::Hs(count, at_once) => self.hs(count, at_once),
            Command::Idle(count) => self.idle(count),
            Command::Dgram(count, rate) => self.dgram(count, rate),
            Command::Stats => Ok(Answer::new(Duration::ZERO)),
        }
    }

    fn turn(&mut self, deadline: Option<Instant>) -> Result<(), String> {
        self.endpoint.turn(deadline).map_err(|e| e.to_string())
    }

    fn quic(&mut self) -> Result<&mut quiche::Connection, String> {
        let quic = self.endpoint.conn(self.main).map(|conn| &mut conn.quic);
        quic.filter(|quic| !quic.is_closed() && !quic.is_draining())
            .ok_or("the connection to the server has ended".to_owned())
    }
}
