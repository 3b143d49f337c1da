//! UDP sockets with segmentation offload, and waiting on them.

use std::io::{self, ErrorKind, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use polling::{Event, Events, PollMode, Poller};
use quinn_udp::{BATCH_SIZE, EcnCodepoint, RecvMeta, Transmit, UdpSocketState};
use socket2::{Domain, Protocol, Socket as System, Type};

use crate::abi::{dk_addr, dk_rx, dk_status, dk_tx, dk_udp_flag, dk_udp_stat, dk_wait_bit};
use crate::fault::{Fault, Outcome};

const DEFAULT_BUFFER: u64 = 4 << 20;
/// Room for the largest thing one receive can yield.
const SLAB_SLOT: usize = 64 * 1024;
/// Most buffers of the system per receive; quinn-udp's batch is no larger.
const SLOTS: usize = BATCH_SIZE;
/// Most datagrams and bytes the system takes in one send.
const MAX_SEGMENTS: usize = 64;
const MAX_SEND: usize = 65_507;

const STATS: usize = dk_udp_stat::DK_UDP_STAT_COUNT as usize;

pub(crate) struct Socket {
    system: System,
    bound: SocketAddr,
    granted: [u64; 4],
    /// What is known of offloads. Written only to forget a wrong conclusion.
    offload: RwLock<UdpSocketState>,
    no_gso: bool,
    poller: Poller,
    waiter: Mutex<Waiter>,
    woken: AtomicBool,
    closed: AtomicBool,
    stats: [AtomicU64; STATS],
}

struct Waiter {
    events: Events,
    interest: u32,
}

fn io_fault(text: &'static str) -> impl Fn(io::Error) -> Fault {
    move |error| Fault::io(text, &error)
}

impl Socket {
    pub(crate) fn open(
        bind: SocketAddr,
        flags: u32,
        recv_buf: u64,
        send_buf: u64,
    ) -> Outcome<Socket> {
        let known = dk_udp_flag::DK_UDP_REUSEPORT as u32 | dk_udp_flag::DK_UDP_NO_GSO as u32;
        if flags & !known != 0 {
            return Err(Fault::arg("unknown socket flag"));
        }
        let system = open_system(bind, flags, buffer_size(recv_buf)?, buffer_size(send_buf)?)
            .map_err(io_fault("cannot open the socket"))?;
        let offload =
            UdpSocketState::new((&system).into()).map_err(io_fault("cannot set socket options"))?;
        Socket::assemble(
            system,
            offload,
            flags & dk_udp_flag::DK_UDP_NO_GSO as u32 != 0,
        )
        .map_err(io_fault("cannot set up waiting on the socket"))
    }

    fn assemble(system: System, offload: UdpSocketState, no_gso: bool) -> io::Result<Socket> {
        let bound = system.local_addr()?.as_socket();
        let bound = bound.ok_or(io::Error::from(ErrorKind::Unsupported))?;
        let segments = if no_gso {
            1
        } else {
            offload.max_gso_segments()
        };
        let granted = [
            granted_size(system.recv_buffer_size()?),
            granted_size(system.send_buffer_size()?),
            segments.min(MAX_SEGMENTS) as u64,
            offload.gro_segments() as u64,
        ];
        let interest = dk_wait_bit::DK_WAIT_READABLE as u32;
        let poller = Poller::new()?;
        // The socket outlives the poller's use of it: both end together, and
        // `Drop` takes it out first.
        unsafe { poller.add_with_mode(&system, interest_event(interest), PollMode::Level)? };
        Ok(Socket {
            system,
            bound,
            granted,
            offload: RwLock::new(offload),
            no_gso,
            poller,
            waiter: Mutex::new(Waiter {
                events: Events::new(),
                interest,
            }),
            woken: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            stats: [const { AtomicU64::new(0) }; STATS],
        })
    }

    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    pub(crate) fn granted(&self) -> [u64; 4] {
        self.granted
    }

    pub(crate) fn stats(&self) -> [u64; STATS] {
        self.stats
            .each_ref()
            .map(|stat| stat.load(Ordering::Relaxed))
    }

    fn count(&self, stat: dk_udp_stat, n: usize) {
        if let Some(counter) = self.stats.get(stat as usize) {
            counter.fetch_add(n as u64, Ordering::Relaxed);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Nothing to do about a failure: the descriptor is closed next.
        let _ = self.poller.delete(&self.system);
    }
}

fn buffer_size(asked: u64) -> Outcome<usize> {
    let size = if asked == 0 { DEFAULT_BUFFER } else { asked };
    usize::try_from(size)
        .ok()
        .filter(|size| i32::try_from(*size).is_ok())
        .ok_or(Fault::arg("socket buffer size out of range"))
}

/// Linux reports twice what it granted: the other half is its own overhead.
fn granted_size(reported: usize) -> u64 {
    let overhead = if cfg!(target_os = "linux") { 2 } else { 1 };
    (reported / overhead) as u64
}

fn open_system(bind: SocketAddr, flags: u32, recv: usize, send: usize) -> io::Result<System> {
    let socket = System::new(Domain::for_address(bind), Type::DGRAM, Some(Protocol::UDP))?;
    if bind.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if flags & dk_udp_flag::DK_UDP_REUSEPORT as u32 != 0 {
        reuse_port(&socket)?;
    }
    // Systems cap these silently or fail; the caller reads what was granted.
    let _ = socket.set_recv_buffer_size(recv);
    let _ = socket.set_send_buffer_size(send);
    socket.bind(&bind.into())?;
    Ok(socket)
}

#[cfg(unix)]
fn reuse_port(socket: &System) -> io::Result<()> {
    socket.set_reuse_port(true)
}

#[cfg(not(unix))]
fn reuse_port(_socket: &System) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

// Waiting.

fn interest_event(interest: u32) -> Event {
    let readable = interest & dk_wait_bit::DK_WAIT_READABLE as u32 != 0;
    let writable = interest & dk_wait_bit::DK_WAIT_WRITABLE as u32 != 0;
    Event::new(0, readable, writable)
}

impl Socket {
    pub(crate) fn wait(&self, timeout_ns: u64, interest: u32) -> Outcome<i32> {
        let known = dk_wait_bit::DK_WAIT_READABLE as u32 | dk_wait_bit::DK_WAIT_WRITABLE as u32;
        if interest & !known != 0 {
            return Err(Fault::arg("unknown readiness bit"));
        }
        let Ok(mut waiter) = self.waiter.try_lock() else {
            return Err(Fault::state("another thread waits on this socket"));
        };
        self.watch(&mut waiter, interest)?;
        let start = Instant::now();
        loop {
            let bits = self.poll(&mut waiter, left(timeout_ns, start))?;
            if self.closed.load(Ordering::Acquire) {
                return Err(Fault::new(dk_status::DK_ERR_CLOSED, "the socket is closed"));
            }
            // A poll may end early with nothing; only the clock ends a wait.
            let over = timeout_ns != u64::MAX && left(timeout_ns, start) == Some(Duration::ZERO);
            if bits != 0 || over {
                return Ok(bits as i32);
            }
        }
    }

    fn watch(&self, waiter: &mut Waiter, interest: u32) -> Outcome<()> {
        if waiter.interest != interest {
            self.poller
                .modify_with_mode(&self.system, interest_event(interest), PollMode::Level)
                .map_err(io_fault("cannot change what to wait for"))?;
            waiter.interest = interest;
        }
        Ok(())
    }

    fn poll(&self, waiter: &mut Waiter, timeout: Option<Duration>) -> Outcome<u32> {
        waiter.events.clear();
        self.poller
            .wait(&mut waiter.events, timeout)
            .map_err(io_fault("cannot wait on the socket"))?;
        let mut bits = 0;
        for event in waiter.events.iter() {
            if event.readable {
                bits |= dk_wait_bit::DK_WAIT_READABLE as u32;
            }
            if event.writable {
                bits |= dk_wait_bit::DK_WAIT_WRITABLE as u32;
            }
        }
        if self.woken.swap(false, Ordering::AcqRel) {
            bits |= dk_wait_bit::DK_WAIT_WOKEN as u32;
        }
        Ok(bits)
    }

    pub(crate) fn wake(&self) -> Outcome<()> {
        if self.woken.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        self.poller
            .notify()
            .map_err(io_fault("cannot wake the waiting thread"))
    }

    /// Tells a waiting thread that the socket is gone.
    pub(crate) fn shut(&self) {
        self.closed.store(true, Ordering::Release);
        // It leaves with its own time-out when even this fails.
        let _ = self.poller.notify();
    }
}

/// Time left of a wait; none for one without end.
fn left(timeout_ns: u64, start: Instant) -> Option<Duration> {
    (timeout_ns != u64::MAX)
        .then(|| Duration::from_nanos(timeout_ns).saturating_sub(start.elapsed()))
}

// Receiving.

/// Writes entries until the array ends; counts what found no place.
struct Entries<'a> {
    out: &'a mut [dk_rx],
    used: usize,
    lost: usize,
}

impl Entries<'_> {
    fn push(&mut self, entry: dk_rx) {
        match self.out.get_mut(self.used) {
            Some(slot) => {
                *slot = entry;
                self.used += 1;
            }
            None => self.lost += 1,
        }
    }
}

impl Socket {
    pub(crate) fn recv(&self, buf: &mut [u8], out: &mut [dk_rx]) -> Outcome<i32> {
        let per_slot = usize::try_from(self.granted[3]).unwrap_or(1).max(1);
        let slots = (buf.len() / SLAB_SLOT).min(out.len() / per_slot).min(SLOTS);
        if slots == 0 {
            return Err(Fault::buffer("no room for one buffer of the system"));
        }
        let mut metas = [RecvMeta::default(); SLOTS];
        let filled = self.recv_slots(buf, slots, &mut metas)?;
        let mut entries = Entries {
            out,
            used: 0,
            lost: 0,
        };
        let mut bytes = 0;
        for (slot, meta) in metas.iter().take(filled).enumerate() {
            bytes += meta.len;
            self.split(slot * SLAB_SLOT, meta, &mut entries);
        }
        self.count(dk_udp_stat::DK_UDP_RX_CALLS, 1);
        self.count(dk_udp_stat::DK_UDP_RX_DATAGRAMS, entries.used);
        self.count(dk_udp_stat::DK_UDP_RX_BYTES, bytes);
        self.count(dk_udp_stat::DK_UDP_RX_TRUNCATED, entries.lost);
        Ok(entries.used as i32)
    }

    fn recv_slots(
        &self,
        buf: &mut [u8],
        slots: usize,
        metas: &mut [RecvMeta; SLOTS],
    ) -> Outcome<usize> {
        let mut chunks = buf.chunks_exact_mut(SLAB_SLOT);
        let mut slices: [IoSliceMut<'_>; SLOTS] =
            std::array::from_fn(|_| IoSliceMut::new(chunks.next().unwrap_or_default()));
        let slices = slices.get_mut(..slots).unwrap_or_default();
        let metas = metas.get_mut(..slots).unwrap_or_default();
        let offload = self.offload.read().unwrap_or_else(PoisonError::into_inner);
        offload
            .recv((&self.system).into(), slices, metas)
            .map_err(|error| match error.kind() {
                // By a reset Windows tells that an earlier datagram reached nobody. It is
                // no matter of this socket; what else waits makes it readable again.
                ErrorKind::WouldBlock | ErrorKind::ConnectionReset => Fault::done(),
                _ => Fault::io("cannot receive", &error),
            })
    }

    /// One entry for each datagram that the system joined into one buffer.
    fn split(&self, off: usize, meta: &RecvMeta, entries: &mut Entries<'_>) {
        let template = dk_rx {
            ecn: meta.ecn.map_or(0, |ecn| ecn as u32),
            from: dk_addr::from_socket(meta.addr),
            to: self.arrival(meta),
            ..dk_rx::default()
        };
        let stride = meta.stride.max(1);
        for start in (0..meta.len).step_by(stride) {
            entries.push(dk_rx {
                off: (off + start) as u32,
                len: stride.min(meta.len - start) as u32,
                ..template
            });
        }
    }

    fn arrival(&self, meta: &RecvMeta) -> dk_addr {
        let ip = meta.dst_ip.unwrap_or(self.bound.ip());
        let scope = match ip {
            IpAddr::V6(v6) if v6.is_unicast_link_local() => meta.interface_index.unwrap_or(0),
            _ => 0,
        };
        dk_addr::new(ip, self.bound.port(), scope)
    }
}

// Sending.

/// One entry, checked and ready for the system.
struct Outgoing<'a> {
    bytes: &'a [u8],
    seg: usize,
    ecn: Option<EcnCodepoint>,
    to: SocketAddr,
    from: Option<IpAddr>,
}

impl Socket {
    pub(crate) fn send(&self, buf: &[u8], pkts: &[dk_tx], sent: &mut u32) -> Outcome<i32> {
        // All are checked before the first is sent.
        for pkt in pkts {
            outgoing(buf, pkt)?;
        }
        for pkt in pkts {
            if self.send_entry(&outgoing(buf, pkt)?).is_err() {
                self.count(dk_udp_stat::DK_UDP_TX_WOULD_BLOCK, 1);
                return Err(Fault::done());
            }
            *sent += 1;
        }
        Ok(0)
    }

    /// Err when the socket is full. The whole entry is offered again then: a
    /// datagram sent twice does no harm.
    fn send_entry(&self, entry: &Outgoing<'_>) -> Result<(), Full> {
        // A foreign family or port 0 would make the system answer "invalid",
        // from which the offload code would draw wrong conclusions.
        if entry.to.is_ipv4() != self.bound.is_ipv4() || entry.to.port() == 0 {
            self.count(dk_udp_stat::DK_UDP_TX_ERRORS, 1);
            return Ok(());
        }
        let mut failed = false;
        for part in entry.bytes.chunks(self.most_bytes(entry.seg)) {
            failed |= !self.send_part(entry, part)?;
        }
        if failed {
            self.count(dk_udp_stat::DK_UDP_TX_ERRORS, 1);
        }
        Ok(())
    }

    /// Bytes of a send: a multiple of the segment size.
    fn most_bytes(&self, seg: usize) -> usize {
        let allowed = if self.no_gso { 1 } else { self.max_segments() };
        seg * allowed.min(MAX_SEND / seg).max(1)
    }

    fn max_segments(&self) -> usize {
        let offload = self.offload.read().unwrap_or_else(PoisonError::into_inner);
        offload.max_gso_segments().min(MAX_SEGMENTS)
    }

    /// Sends some segments; false when they are lost.
    fn send_part(&self, entry: &Outgoing<'_>, part: &[u8]) -> Result<bool, Full> {
        let joined = part.len() > entry.seg;
        let error = match self.transmit(entry, part) {
            Ok(()) => return Ok(true),
            Err(error) => error,
        };
        if error.kind() == ErrorKind::WouldBlock {
            return Err(Full);
        }
        if !is_invalid(&error) {
            return Ok(false);
        }
        // Either the system cannot segment, or it would refuse the datagrams
        // one by one as well, say for a source address that is gone.
        if joined && self.send_singly(entry, part)? {
            return Ok(true);
        }
        self.forget_conclusions();
        Ok(false)
    }

    fn send_singly(&self, entry: &Outgoing<'_>, part: &[u8]) -> Result<bool, Full> {
        for datagram in part.chunks(entry.seg) {
            match self.transmit(entry, datagram) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(Full),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn transmit(&self, entry: &Outgoing<'_>, contents: &[u8]) -> io::Result<()> {
        let transmit = Transmit {
            destination: entry.to,
            ecn: entry.ecn,
            contents,
            segment_size: (contents.len() > entry.seg).then_some(entry.seg),
            src_ip: entry.from,
        };
        let offload = self.offload.read().unwrap_or_else(PoisonError::into_inner);
        offload.try_send((&self.system).into(), &transmit)?;
        drop(offload);
        self.count(dk_udp_stat::DK_UDP_TX_CALLS, 1);
        self.count(dk_udp_stat::DK_UDP_TX_BYTES, contents.len());
        let datagrams = contents.len().div_ceil(entry.seg);
        self.count(dk_udp_stat::DK_UDP_TX_DATAGRAMS, datagrams);
        Ok(())
    }

    /// After "invalid argument" quinn-udp gives up segmentation for good. When
    /// that was not the cause, its state is made anew.
    fn forget_conclusions(&self) {
        if self.no_gso || self.max_segments() as u64 == self.granted[2] {
            return;
        }
        if let Ok(fresh) = UdpSocketState::new((&self.system).into()) {
            *self.offload.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }
}

/// The socket takes nothing now.
struct Full;

fn is_invalid(error: &io::Error) -> bool {
    // EINVAL, and EIO, by which drivers refuse segmentation.
    error.kind() == ErrorKind::InvalidInput || error.raw_os_error() == Some(5)
}

fn outgoing<'a>(buf: &'a [u8], pkt: &dk_tx) -> Outcome<Outgoing<'a>> {
    let start = pkt.off as usize;
    let end = start.saturating_add(pkt.len as usize);
    let bytes = buf
        .get(start..end)
        .filter(|bytes| !bytes.is_empty())
        .ok_or(Fault::arg("datagram outside the buffer, or empty"))?;
    let seg = if pkt.seg == 0 { pkt.len } else { pkt.seg } as usize;
    if seg > MAX_SEND {
        return Err(Fault::arg("datagram longer than 65507 bytes"));
    }
    Ok(Outgoing {
        bytes,
        seg,
        ecn: EcnCodepoint::from_bits(pkt.ecn as u8),
        to: pkt.to.to_socket()?,
        from: pkt.from.to_source()?,
    })
}
