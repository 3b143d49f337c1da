//! The socket: many datagrams per system call, in both directions.

use std::io::{self, ErrorKind, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSocketState};
use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::{Domain, Protocol, Socket as System, Type};

use crate::lines::Lines;

const SOCKET_BUFFER: usize = 4 << 20;
/// Room for all that the system joins into one buffer.
const SLOT: usize = 64 * 1024;
/// Most datagrams and bytes of one send.
const MAX_SEGMENTS: usize = 64;
pub const MAX_SEND: usize = 65_507;

/// Datagrams of one size to one address, the last one perhaps shorter.
pub struct Run<'a> {
    pub bytes: &'a [u8],
    pub segment: usize,
    pub to: SocketAddr,
}

pub struct Socket {
    system: System,
    offload: UdpSocketState,
    local: SocketAddrV4,
    slab: Vec<u8>,
    metas: [RecvMeta; BATCH_SIZE],
    /// System calls that sent something.
    pub sends: u64,
    /// Bytes of the largest datagram sent.
    pub largest: usize,
}

impl Socket {
    pub fn bind(port: u16) -> io::Result<Socket> {
        let system = System::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        system.set_recv_buffer_size(SOCKET_BUFFER)?;
        system.set_send_buffer_size(SOCKET_BUFFER)?;
        system.bind(&SocketAddrV4::new(Ipv4Addr::LOCALHOST, port).into())?;
        let offload = UdpSocketState::new((&system).into())?;
        let local = system.local_addr()?.as_socket_ipv4();
        Ok(Socket {
            local: local.ok_or(ErrorKind::Unsupported)?,
            system,
            offload,
            slab: vec![0; BATCH_SIZE * SLOT],
            metas: [RecvMeta::default(); BATCH_SIZE],
            sends: 0,
            largest: 0,
        })
    }

    pub fn local(&self) -> SocketAddrV4 {
        self.local
    }

    pub fn max_segments(&self) -> usize {
        self.offload.max_gso_segments().min(MAX_SEGMENTS)
    }

    /// Whether the run left; false while the socket is full.
    pub fn send(&mut self, run: &Run<'_>) -> io::Result<bool> {
        let transmit = Transmit {
            destination: run.to,
            ecn: None,
            contents: run.bytes,
            segment_size: (run.bytes.len() > run.segment).then_some(run.segment),
            src_ip: None,
        };
        match self.offload.try_send((&self.system).into(), &transmit) {
            Ok(()) => {
                self.sends += 1;
                self.largest = self.largest.max(run.segment);
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Receives once and hands over each datagram with its sender.
    pub fn receive(&mut self, mut deliver: impl FnMut(&mut [u8], SocketAddr)) -> io::Result<()> {
        let filled = match self.fill() {
            Ok(filled) => filled,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        for (meta, slot) in self.metas[..filled]
            .iter()
            .zip(self.slab.chunks_exact_mut(SLOT))
        {
            for datagram in slot[..meta.len].chunks_mut(meta.stride.max(1)) {
                deliver(datagram, meta.addr);
            }
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut slots = self.slab.chunks_exact_mut(SLOT);
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| IoSliceMut::new(slots.next().unwrap_or_default()));
        self.offload
            .recv((&self.system).into(), &mut slices, &mut self.metas)
    }

    /// Waits until there is something to read, at most for the time given;
    /// while `full` also until something can be sent again, and always until a
    /// line comes in. Tells whether there is something to read.
    pub fn wait(
        &self,
        timeout: Option<Duration>,
        full: bool,
        lines: &mut Lines,
    ) -> io::Result<bool> {
        let mut interest = PollFlags::IN;
        interest.set(PollFlags::OUT, full);
        let socket = PollFd::new(&self.system, interest);
        let mut fds = [socket.clone(), lines.poll_fd().unwrap_or(socket)];
        // Longer than the clock can tell is for ever.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let count = 1 + usize::from(lines.poll_fd().is_some());
        match rustix::event::poll(&mut fds[..count], timeout.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let [socket, line] = fds.map(|fd| fd.revents());
        if count == 2 && !line.is_empty() {
            lines.clear()?;
        }
        Ok(socket.intersects(PollFlags::IN | PollFlags::ERR))
    }
}
