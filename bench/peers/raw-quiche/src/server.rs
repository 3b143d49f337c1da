//! The server: reads each stream to its end, then answers it.

use std::collections::HashMap;
use std::sync::mpsc::TryRecvError;

use quiche::Connection;

use crate::Outcome;
use crate::contract::{self, Reply};
use crate::endpoint::Endpoint;
use crate::lines::Lines;
use crate::table::Conn;
use crate::ticket::Ticket;
use crate::tls::Identity;
use crate::udp::Socket;

/// Bytes taken from a stream at once.
const READ: usize = 64 * 1024;

/// What is remembered of a connection.
#[derive(Default)]
struct Served {
    datagrams: u64,
    /// First bytes of the streams that have not ended.
    open: HashMap<u64, u8>,
    /// Answers that quiche did not take whole, and how much of each is left.
    unanswered: Vec<(u64, Vec<u8>)>,
}

pub fn run(port: u16) -> Outcome<()> {
    let identity = Identity::random()?;
    let socket = Socket::bind(port)?;
    let ticket = Ticket {
        id: identity.id,
        addr: socket.local(),
    };
    let config = identity.config(None)?;
    let mut endpoint: Endpoint<Served> = Endpoint::new(socket, config, true, Lines::start()?);
    println!("READY {}", ticket.write());
    let mut space = vec![0; READ];
    loop {
        endpoint.turn(None)?;
        endpoint.each_touched(|conn| serve(conn, &mut space));
        match endpoint.lines.next() {
            Ok(line) => println!("{}", contract::serve_line(&line)),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return Ok(endpoint.close_all()?),
        }
    }
}

fn serve(conn: &mut Conn<Served>, space: &mut [u8]) {
    let Conn {
        quic,
        state: served,
        ..
    } = conn;
    while quic.dgram_recv_buf().is_ok() {
        served.datagrams += 1;
    }
    for (id, answer) in std::mem::take(&mut served.unanswered) {
        served.answer(quic, id, &answer);
    }
    while let Some(id) = quic.stream_readable_next() {
        served.read(quic, id, space);
    }
}

impl Served {
    fn read(&mut self, quic: &mut Connection, id: u64, space: &mut [u8]) {
        let mut first = self.open.remove(&id);
        loop {
            let (len, fin) = match quic.stream_recv(id, space) {
                Ok(got) => got,
                Err(quiche::Error::Done) => break,
                // Reset: nobody waits for an answer.
                Err(_) => return,
            };
            first = first.or(space[..len].first().copied());
            if fin {
                let reply = Reply::to(first, self.datagrams);
                return self.answer(quic, id, reply.bytes());
            }
        }
        if let Some(first) = first {
            self.open.insert(id, first);
        }
    }

    /// Answers and finishes a stream; what finds no room is kept.
    fn answer(&mut self, quic: &mut Connection, id: u64, bytes: &[u8]) {
        let taken = match quic.stream_send(id, bytes, true) {
            Ok(taken) => taken,
            Err(quiche::Error::Done) => 0,
            // Stopped: nobody waits for it.
            Err(_) => return,
        };
        if taken < bytes.len() {
            self.unanswered.push((id, bytes[taken..].to_vec()));
        }
    }
}
