//! The UDP sockets of this peer. Each path is bound to one of them, so several may be in use at once.

use std::{
    collections::BTreeMap,
    io::{self, IoSliceMut},
    net::SocketAddr,
};

use bytes::BytesMut;
use mio::{Interest, Registry, Token, net::UdpSocket};
use noq_proto::EcnCodepoint;
use noq_udp::{RecvMeta, UdpSockRef, UdpSocketState};

/// Names a socket for as long as the process runs.
pub type SocketId = usize;

/// What one turn takes from a socket; the rest waits for the next.
const MAX_RECEIVED_PER_TURN: usize = 256;

/// Room for what a sender may have in flight. The kernel may give less.
const BUFFER_BYTES: usize = 4 << 20;

/// The largest UDP payload, or a batch of them.
const RECEIVE_BYTES: usize = 65_536;

/// One UDP payload, coming or going.
pub struct Datagram {
    pub socket: SocketId,
    /// The address of the peer.
    pub remote: SocketAddr,
    pub ecn: Option<EcnCodepoint>,
    pub bytes: BytesMut,
}

struct Socket {
    io: UdpSocket,
    state: UdpSocketState,
    address: SocketAddr,
}

pub struct Link {
    registry: Registry,
    sockets: BTreeMap<SocketId, Socket>,
    next_id: SocketId,
    buffer: Vec<u8>,
    /// Datagrams that the kernel took or refused.
    pub sent: u64,
    pub refused: u64,
    pub received: u64,
}

impl Link {
    pub fn new(registry: Registry) -> Self {
        let buffer = vec![0; RECEIVE_BYTES];
        Self { registry, sockets: BTreeMap::new(), next_id: 0, buffer, sent: 0, refused: 0, received: 0 }
    }

    pub fn bind(&mut self, address: SocketAddr) -> io::Result<SocketId> {
        let mut io = UdpSocket::bind(address)?;
        let state = UdpSocketState::new(UdpSockRef::from(&io))?;
        // Smaller buffers only lose more under load.
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&io), BUFFER_BYTES);
        let _ = state.set_send_buffer_size(UdpSockRef::from(&io), BUFFER_BYTES);
        let address = io.local_addr()?;
        let id = self.next_id;
        self.registry.register(&mut io, Token(id), Interest::READABLE)?;
        self.next_id += 1;
        self.sockets.insert(id, Socket { io, state, address });
        Ok(id)
    }

    pub fn close(&mut self, id: SocketId) {
        if let Some(mut socket) = self.sockets.remove(&id) {
            // Fails only for a socket that was not registered; closing it unregisters it anyway.
            let _ = self.registry.deregister(&mut socket.io);
        }
    }

    pub fn address(&self, id: SocketId) -> Option<SocketAddr> {
        self.sockets.get(&id).map(|socket| socket.address)
    }

    pub fn find(&self, address: SocketAddr) -> Option<SocketId> {
        self.sockets.iter().find(|(_, socket)| socket.address == address).map(|(id, _)| *id)
    }

    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.sockets.values().map(|socket| socket.address)
    }

    /// Takes what has come. True if more may be there than one turn takes.
    pub fn receive(&mut self, datagrams: &mut Vec<Datagram>) -> bool {
        let mut more = false;
        for (id, socket) in &self.sockets {
            let before = datagrams.len();
            while receive_batch(*id, socket, &mut self.buffer, datagrams) {
                if datagrams.len() - before >= MAX_RECEIVED_PER_TURN {
                    more = true;
                    break;
                }
            }
            self.received += (datagrams.len() - before) as u64;
        }
        more
    }

    pub fn send(&mut self, datagram: &Datagram) {
        let Some(socket) = self.sockets.get(&datagram.socket) else {
            self.refused += 1;
            return;
        };
        let transmit = noq_udp::Transmit {
            destination: datagram.remote,
            ecn: datagram.ecn.and_then(|ecn| noq_udp::EcnCodepoint::from_bits(ecn as u8)),
            contents: &datagram.bytes,
            segment_size: None,
            src_ip: None,
        };
        // A full socket loses datagrams as a full router does; QUIC is made for it.
        match socket.state.try_send(UdpSockRef::from(&socket.io), &transmit) {
            Ok(()) => self.sent += 1,
            Err(_) => self.refused += 1,
        }
    }
}

/// False if there is nothing to receive.
fn receive_batch(id: SocketId, socket: &Socket, buffer: &mut [u8], datagrams: &mut Vec<Datagram>) -> bool {
    let mut meta = [RecvMeta::default()];
    let received = socket.state.recv(UdpSockRef::from(&socket.io), &mut [IoSliceMut::new(buffer)], &mut meta);
    match received {
        // Refused ports are reported here; the peer that left them finds out by itself.
        Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
        Ok(0) => return false,
        Ok(_) => {}
    }
    let [meta] = meta;
    let ecn = meta.ecn.and_then(|ecn| EcnCodepoint::from_bits(ecn as u8));
    for bytes in buffer[..meta.len].chunks(meta.stride.max(1)) {
        datagrams.push(Datagram { socket: id, remote: meta.addr, ecn, bytes: BytesMut::from(bytes) });
    }
    true
}
