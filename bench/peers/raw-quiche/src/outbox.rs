//! Packets on their way out, joined to runs that one system call sends.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use crate::tls::MAX_PAYLOAD;
use crate::udp::{MAX_SEND, Run, Socket};

/// QUIC's code for what should not happen (RFC 9000, 20.1).
const INTERNAL_ERROR: u64 = 1;

/// Most packets of a closing connection at once. One is enough; but see
/// `Endpoint::close`, which a full socket can upset.
const MAX_CLOSING: u32 = 8;

/// A run that the socket had no room for.
struct Unsent {
    bytes: Vec<u8>,
    segment: usize,
    to: SocketAddr,
}

pub struct Outbox {
    /// Room for a run, and for a packet behind it that may not join it.
    buffer: Vec<u8>,
    unsent: VecDeque<Unsent>,
}

/// Packets of one size at the start of the buffer.
#[derive(Clone, Copy)]
struct Open {
    len: usize,
    segment: usize,
    count: usize,
    to: SocketAddr,
}

impl Open {
    fn takes(&self, len: usize, to: SocketAddr) -> bool {
        // A packet that was shorter ended the run.
        let whole = self.len == self.segment * self.count;
        whole && len <= self.segment && self.to == to
    }
}

impl Outbox {
    pub fn new() -> Outbox {
        Outbox {
            buffer: vec![0; MAX_SEND],
            unsent: VecDeque::new(),
        }
    }

    /// Whether packets wait for room in the socket.
    pub fn is_blocked(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Sends what waited, as far as it goes.
    pub fn resume(&mut self, socket: &mut Socket) -> io::Result<()> {
        while let Some(unsent) = self.unsent.front() {
            let run = Run {
                bytes: &unsent.bytes,
                segment: unsent.segment,
                to: unsent.to,
            };
            if !socket.send(&run)? {
                break;
            }
            self.unsent.pop_front();
        }
        Ok(())
    }

    /// Sends what a connection has to send now, until the socket is full.
    pub fn send_all(
        &mut self,
        quic: &mut quiche::Connection,
        socket: &mut Socket,
    ) -> io::Result<()> {
        let most = socket.max_segments();
        let mut open: Option<Open> = None;
        let mut closing = 0;
        while !self.is_blocked() && closing < MAX_CLOSING {
            closing += u32::from(quic.local_error().is_some());
            let end = open.map_or(0, |run| run.len);
            let Some((len, to)) = produce(quic, &mut self.buffer[end..end + MAX_PAYLOAD]) else {
                break;
            };
            match open.as_mut().filter(|run| run.takes(len, to)) {
                Some(run) => {
                    run.len += len;
                    run.count += 1;
                }
                None => {
                    self.send(open.take(), socket)?;
                    self.buffer.copy_within(end..end + len, 0);
                    open = Some(Open {
                        len,
                        segment: len,
                        count: 1,
                        to,
                    });
                }
            }
            // quiche forgets a packet once made, so there has to be room.
            let is_full = |run: &Open| run.count >= most || run.len + MAX_PAYLOAD > MAX_SEND;
            if open.as_ref().is_some_and(is_full) {
                self.send(open.take(), socket)?;
            }
        }
        self.send(open, socket)
    }

    fn send(&mut self, open: Option<Open>, socket: &mut Socket) -> io::Result<()> {
        let Some(open) = open else {
            return Ok(());
        };
        let run = Run {
            bytes: &self.buffer[..open.len],
            segment: open.segment,
            to: open.to,
        };
        if self.is_blocked() || !socket.send(&run)? {
            self.unsent.push_back(Unsent {
                bytes: run.bytes.to_vec(),
                segment: run.segment,
                to: run.to,
            });
        }
        Ok(())
    }
}

/// The next packet of a connection and where it goes.
fn produce(quic: &mut quiche::Connection, space: &mut [u8]) -> Option<(usize, SocketAddr)> {
    loop {
        match quic.send(space) {
            Ok((len, info)) => return Some((len, info.to)),
            Err(quiche::Error::Done) => return None,
            // It is left to the caller to close; the next packet says so.
            Err(_) => quic.close(false, INTERNAL_ERROR, b"").ok()?,
        }
    }
}

#[cfg(test)]
mod tests {
    use quiche::{Connection, ConnectionId, RecvInfo};

    use super::*;
    use crate::tls::Identity;

    const CLIENT: &str = "127.0.0.1:1";
    const SERVER: &str = "127.0.0.1:2";

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// Hands all packets over that one side has for the other.
    fn deliver(from: &mut Connection, to: &mut Connection) {
        let mut packet = [0; MAX_PAYLOAD];
        while let Ok((len, info)) = from.send(&mut packet) {
            let info = RecvInfo {
                from: info.from,
                to: info.to,
            };
            to.recv(&mut packet[..len], info).unwrap();
        }
    }

    /// A client whose handshake is complete while its server still waits for
    /// the last packets of it.
    fn half_done() -> (Connection, Connection) {
        let (server_key, client_key) = (Identity::random().unwrap(), Identity::random().unwrap());
        let (at, to) = (addr(CLIENT), addr(SERVER));
        let mut config = client_key.config(Some(server_key.id)).unwrap();
        let cid = ConnectionId::from_ref(&[1; 8]);
        let mut client = quiche::connect(None, &cid, at, to, &mut config).unwrap();
        let mut config = server_key.config(None).unwrap();
        let cid = ConnectionId::from_ref(&[2; 8]);
        let mut server = quiche::accept(&cid, None, to, at, &mut config).unwrap();
        while !client.is_established() {
            deliver(&mut client, &mut server);
            deliver(&mut server, &mut client);
        }
        (client, server)
    }

    #[test]
    fn a_close_amid_probes_of_the_handshake_comes_to_an_end() {
        let (mut client, _) = half_done();
        let (mut outbox, mut socket) = (Outbox::new(), Socket::bind(0).unwrap());
        // The last packets of the handshake are lost, until quiche asks again.
        outbox.send_all(&mut client, &mut socket).unwrap();
        std::thread::sleep(client.timeout().unwrap());
        client.on_timeout();
        client.close(true, 0, b"").unwrap();
        let before = socket.sends;
        outbox.send_all(&mut client, &mut socket).unwrap();
        let sends = socket.sends - before;
        assert!((1..=u64::from(MAX_CLOSING)).contains(&sends), "{sends}");
    }

    #[test]
    fn a_close_after_the_probes_is_sent() {
        let (mut client, _) = half_done();
        let (mut outbox, mut socket) = (Outbox::new(), Socket::bind(0).unwrap());
        outbox.send_all(&mut client, &mut socket).unwrap();
        std::thread::sleep(client.timeout().unwrap());
        client.on_timeout();
        outbox.send_all(&mut client, &mut socket).unwrap();
        client.close(true, 0, b"").unwrap();
        outbox.send_all(&mut client, &mut socket).unwrap();
        assert!(client.is_draining());
    }

    #[test]
    fn the_cipher_is_the_one_of_all_peers() {
        let (mut client, _) = half_done();
        let cipher = client.as_mut().current_cipher().map(|cipher| cipher.name());
        assert_eq!(cipher, Some("TLS_AES_128_GCM_SHA256"));
    }
}
