//! The types and constants of the C interface, laid out as they cross it.
//!
//! Everything here appears in `include/dialkey.h`. Structures have no padding
//! holes, so that a reader in another language can copy them byte by byte;
//! the assertions below keep it so. A structure may grow only at its end,
//! together with [`dk_abi`].

#![allow(non_camel_case_types)]

use std::mem::size_of;

/// Version of this header, to compare with dk_abi_version.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_abi {
    DK_ABI_VERSION = 3,
}

/// A configuration: a generation-checked id, 0 is never valid.
pub type dk_config = u64;

/// A connection: a generation-checked id, 0 is never valid.
pub type dk_conn = u64;

/// A UDP socket: a generation-checked id, 0 is never valid.
pub type dk_socket = u64;

/// Results of all functions. Zero and above is success or a count.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_status {
    /// Success.
    DK_OK = 0,
    /// Nothing to do, nothing there, or not now. Not a failure.
    DK_DONE = -1,
    /// A buffer of the caller is too small; nothing was written to it.
    DK_ERR_BUFFER = -2,
    /// Stale or unknown id, an object that is in use by another thread, a
    /// stream that is over, or an operation that does not fit the state.
    DK_ERR_STATE = -3,
    /// A null pointer, a bad enum value, a length, offset or option out of range.
    DK_ERR_ARG = -4,
    /// A limit of the library or of the protocol was reached.
    DK_ERR_LIMIT = -5,
    /// No connection id is left for the operation.
    DK_ERR_NO_CID = -6,
    /// A cryptographic operation failed.
    DK_ERR_CRYPTO = -7,
    /// The TLS handshake failed, or TLS could not be set up.
    DK_ERR_TLS = -8,
    /// Flow control was violated.
    DK_ERR_FLOW = -9,
    /// The peer does not allow another stream of this kind yet.
    DK_ERR_STREAM_LIMIT = -10,
    /// The peer sent STOP_SENDING for this stream; its code is in the out-parameter.
    DK_ERR_STREAM_STOPPED = -11,
    /// The peer reset this stream; its code is in the out-parameter.
    DK_ERR_STREAM_RESET = -12,
    /// The final size of a stream was violated, or data was offered after its end.
    DK_ERR_FINAL_SIZE = -13,
    /// The protocol was violated.
    DK_ERR_PROTOCOL = -14,
    /// The connection is closing or closed, or the socket is closed.
    DK_ERR_CLOSED = -15,
    /// An unsupported QUIC version.
    DK_ERR_VERSION = -16,
    /// Memory or another resource of the system is exhausted.
    DK_ERR_MEMORY = -17,
    /// A call into the operating system failed; see dk_last_error.
    DK_ERR_IO = -18,
    /// A panic inside the library. The object is poisoned: every call with it
    /// but free or close returns this.
    DK_ERR_PANIC = -99,
}

/// Kinds of objects, in the order dk_live_objects counts them.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_kind {
    /// dk_config
    DK_KIND_CONFIG = 1,
    /// dk_conn
    DK_KIND_CONN = 2,
    /// dk_socket
    DK_KIND_SOCKET = 3,
}

/// Roles a configuration serves, for dk_config_new; a bit mask.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_role {
    /// dk_connect is allowed.
    DK_ROLE_CLIENT = 1,
    /// dk_accept is allowed.
    DK_ROLE_SERVER = 2,
    /// Both.
    DK_ROLE_BOTH = 3,
}

/// Options of dk_config_set. They apply to connections made afterwards.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_option {
    /// Idle time-out offered to the peer in ms; 0 = none, else 100 to 2^31 - 1. Default 30000.
    DK_OPTION_IDLE_TIMEOUT_MS = 1,
    /// Largest UDP payload we accept, 1200 to 65527. Default 1472.
    DK_OPTION_MAX_UDP_PAYLOAD_RECV = 2,
    /// Largest UDP payload we send, 1200 to 16383. Default 1452. With PMTUD
    /// the sender starts at 1200 and probes up to this value.
    DK_OPTION_MAX_UDP_PAYLOAD_SEND = 3,
    /// Initial window of the connection in bytes, 1 to 2^40. Default 4 MiB.
    DK_OPTION_INITIAL_MAX_DATA = 4,
    /// Initial window of each stream in bytes, 1 to 2^40. Default 3 MiB.
    DK_OPTION_INITIAL_MAX_STREAM_DATA = 5,
    /// Upper bound of the connection window when it tunes itself, 0 to 2^40.
    /// Default 0 = the initial value, so the window does not grow.
    DK_OPTION_MAX_CONN_WINDOW = 6,
    /// Upper bound of a stream window when it tunes itself, 0 to 2^40.
    /// Default 0 = the initial value, so the window does not grow.
    DK_OPTION_MAX_STREAM_WINDOW = 7,
    /// Bidirectional streams the peer may have open at once, 0 to 2^20. Default 100.
    DK_OPTION_MAX_STREAMS_BIDI = 8,
    /// Unidirectional streams the peer may have open at once, 0 to 2^20. Default 100.
    DK_OPTION_MAX_STREAMS_UNI = 9,
    /// Connection ids of the peer we keep, 2 to 8. Default 4.
    DK_OPTION_ACTIVE_CID_LIMIT = 10,
    /// A PING goes out after this long without traffic, in ms; 0 = off, else
    /// 10 to 2^31 - 1. Default 5000.
    DK_OPTION_KEEP_ALIVE_MS = 11,
    /// A dk_congestion_control value. Default CUBIC.
    DK_OPTION_CONGESTION_CONTROL = 12,
    /// Assumed round trip before the first sample in microseconds, 1000 to
    /// 10000000. Default 100000: an unanswered Initial repeats after about 300 ms.
    DK_OPTION_INITIAL_RTT_US = 13,
    /// Path MTU discovery, 0 or 1. Default 1.
    DK_OPTION_PMTUD = 14,
    /// Tries per size in path MTU discovery, 1 to 10. Default 3.
    DK_OPTION_PMTUD_MAX_PROBES = 15,
    /// Pacing, 0 or 1. Default 1.
    DK_OPTION_PACING = 16,
    /// Datagrams queued on receipt, 0 to 65536; 0 = datagrams are not offered.
    /// A full queue drops its oldest. Default 0.
    DK_OPTION_DGRAM_RECV_QUEUE = 17,
    /// Bytes of datagrams queued for sending, 0 to 2^30; each counts 32 bytes
    /// more than its payload. Default 1 MiB.
    DK_OPTION_DGRAM_SEND_BYTES = 18,
    /// HyStart++ in CUBIC and Reno, 0 or 1. Default 1.
    DK_OPTION_HYSTART = 19,
    /// Initial congestion window in packets, 2 to 100. Default 10.
    DK_OPTION_INITIAL_CWND_PACKETS = 20,
    /// Bytes a connection takes from dk_stream_send before they can be sent,
    /// in percent of what the congestion window has free, 100 to 1000. Default 100.
    DK_OPTION_SEND_CAPACITY_PERCENT = 21,
}

/// Values of DK_OPTION_CONGESTION_CONTROL.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_congestion_control {
    DK_CC_CUBIC = 0,
    DK_CC_RENO = 1,
    DK_CC_BBR2 = 2,
}

/// Packet types reported by dk_header in out[0].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_packet_type {
    DK_PACKET_INITIAL = 0,
    DK_PACKET_ZERO_RTT = 1,
    DK_PACKET_HANDSHAKE = 2,
    DK_PACKET_RETRY = 3,
    DK_PACKET_VERSION_NEGOTIATION = 4,
    DK_PACKET_SHORT = 5,
}

/// Flags of a connection: dk_conn_state out[0] and DK_EVENT_STATE a.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_state_flag {
    /// The handshake is complete and the peer is authenticated.
    DK_STATE_ESTABLISHED = 1,
    /// The handshake is confirmed (RFC 9001, 4.1.2).
    DK_STATE_CONFIRMED = 2,
    /// Closing or draining: no application data any more.
    DK_STATE_DRAINING = 4,
    /// All timers are over; the connection can be freed.
    DK_STATE_CLOSED = 8,
    /// Ended by the idle time-out.
    DK_STATE_IDLE_TIMEOUT = 16,
    /// Ended by a stateless reset of the peer.
    DK_STATE_RESET = 32,
    /// We are the client.
    DK_STATE_CLIENT = 64,
    /// A panic poisoned the connection. Only dk_conn_free is left.
    DK_STATE_POISONED = 128,
}

/// Who ended a connection: dk_conn_state out[1].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_origin {
    DK_ORIGIN_NONE = 0,
    DK_ORIGIN_LOCAL_APPLICATION = 1,
    DK_ORIGIN_LOCAL_TRANSPORT = 2,
    DK_ORIGIN_PEER_APPLICATION = 3,
    DK_ORIGIN_PEER_TRANSPORT = 4,
    DK_ORIGIN_IDLE_TIMEOUT = 5,
    DK_ORIGIN_STATELESS_RESET = 6,
}

/// Kinds of events. A reader skips kinds it does not know. Fields not
/// named are zero; path is a path id, 0 without multipath.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_event_kind {
    /// a = dk_state_flag bits; whenever they changed.
    DK_EVENT_STATE = 1,
    /// a = stream id; data, the end or a reset waits. Once per change from
    /// not readable to readable. A stream the peer opened is first seen here.
    DK_EVENT_STREAM_READABLE = 2,
    /// a = stream id; only for a stream whose last dk_stream_send took less
    /// than offered: it takes bytes again, or its next send tells why not.
    DK_EVENT_STREAM_WRITABLE = 3,
    /// a = bidirectional, b = unidirectional streams we may still open;
    /// whenever one of them grew.
    DK_EVENT_STREAM_CREDIT = 4,
    /// Payload = connection id, then its 16-byte stateless reset token.
    DK_EVENT_CID_ISSUED = 5,
    /// Payload = connection id that no packet will carry any more.
    DK_EVENT_CID_RETIRED = 6,
    /// Client: a = index of the datagram in the last dk_conn_recv_batch in
    /// which an Initial, Retry or Version Negotiation was accepted.
    DK_EVENT_PEER_ANSWERED = 7,
    /// Client: a = index of the datagram in the last dk_conn_recv_batch with
    /// the first authenticated Handshake packet. Reported once.
    DK_EVENT_PEER_PINNED = 8,
    /// At least one datagram (RFC 9221) waits. Once per change from none.
    DK_EVENT_DATAGRAM_READABLE = 9,
    /// There is room for the smallest datagram that dk_dgram_send refused
    /// since this was reported last.
    DK_EVENT_DATAGRAM_WRITABLE = 10,
    /// a = stream id that dk_stream_acked was asked about: it returns 1 now.
    /// Reported once.
    DK_EVENT_STREAM_ACKED = 11,
    /// a = stream id, b = code: the peer sent STOP_SENDING before all of the
    /// stream was acknowledged. Once per stream, whether or not a send waits.
    DK_EVENT_STREAM_STOPPED = 12,
    /// path, local, peer: the peer uses a path, or without multipath a 4-tuple,
    /// for the first time.
    DK_EVENT_PATH_NEW = 16,
    /// path, or without multipath local, peer: the path was validated.
    DK_EVENT_PATH_VALIDATED = 17,
    /// path, or without multipath local, peer: it could not be validated. With
    /// multipath it stays until it is abandoned.
    DK_EVENT_PATH_FAILED = 18,
    /// path, or without multipath local, peer: nothing of it is left.
    DK_EVENT_PATH_CLOSED = 19,
    /// local, peer: the peer moved the connection to this 4-tuple.
    DK_EVENT_PATH_MIGRATED = 20,
    /// a = highest path id we take, b = the peer's: multipath was negotiated.
    DK_EVENT_MULTIPATH = 21,
    /// path: the peer has accepted it. Data may move there, and the path that
    /// carried it before may be abandoned.
    DK_EVENT_PATH_READY = 22,
    /// path, a = code, b = 1 when the peer began: nothing is sent on it any
    /// more.
    DK_EVENT_PATH_ABANDONED = 23,
    /// path: data goes there, for the path that carried it is gone.
    DK_EVENT_PATH_ACTIVE = 24,
    /// path, a = 1 when the peer calls it available, 0 for a backup.
    DK_EVENT_PATH_STATUS = 25,
    /// path, local, peer: it goes over another 4-tuple.
    DK_EVENT_PATH_REBOUND = 26,
    /// path: what is sent there is not acknowledged, and another path works.
    DK_EVENT_PATH_SUSPECTED = 27,
    /// path: what is sent on a suspected path is acknowledged again.
    DK_EVENT_PATH_RECOVERED = 28,
    /// path, a = type, payload = body: a frame of address discovery or of NAT
    /// traversal. A connection that leaves too many unread is closed.
    DK_EVENT_FRAME = 29,
    /// a = token of dk_frame_send: the frame arrived.
    DK_EVENT_FRAME_ACKED = 30,
    /// a = token: the frame was lost, and is not sent again.
    DK_EVENT_FRAME_LOST = 31,
    /// a = value, local, peer: a probe was answered from where it was sent to.
    DK_EVENT_PROBE_REPLY = 32,
    /// local, peer: a probe of the peer was answered.
    DK_EVENT_PROBED = 33,
    /// The keys were changed, by either side.
    DK_EVENT_KEYS_UPDATED = 34,
    /// A path can be opened, where dk_path_open returned DK_ERR_LIMIT or
    /// DK_ERR_NO_CID before.
    DK_EVENT_PATH_ALLOWED = 35,
    /// path: a suspected one still does not answer, while another does.
    DK_EVENT_PATH_DEAD = 36,
}

/// Sides of a stream for dk_stream_shutdown.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_side {
    /// Stop reading: sends STOP_SENDING.
    DK_SIDE_READ = 0,
    /// Give up writing: sends RESET_STREAM.
    DK_SIDE_WRITE = 1,
}

/// Flags of dk_dgram_send.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_dgram_flag {
    /// Makes room by dropping the oldest datagrams that wait to be sent.
    DK_DGRAM_DROP_OLDEST = 1,
}

/// Flags written by dk_stream_recv.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_recv_flag {
    /// The end of the stream was reached; nothing follows.
    DK_RECV_FIN = 1,
    /// A window update is worth sending: call dk_conn_send_batch soon, or
    /// the peer may stall.
    DK_RECV_FLUSH = 2,
}

/// Order of the values of dk_conn_stats.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_conn_stat {
    DK_CONN_SENT_PACKETS = 0,
    DK_CONN_RECV_PACKETS = 1,
    DK_CONN_LOST_PACKETS = 2,
    DK_CONN_RETRANS_PACKETS = 3,
    DK_CONN_SENT_BYTES = 4,
    DK_CONN_RECV_BYTES = 5,
    DK_CONN_LOST_BYTES = 6,
    DK_CONN_STREAM_RETRANS_BYTES = 7,
    DK_CONN_PATHS = 8,
    DK_CONN_RESET_STREAMS_LOCAL = 9,
    DK_CONN_STOPPED_STREAMS_LOCAL = 10,
    DK_CONN_RESET_STREAMS_REMOTE = 11,
    DK_CONN_STOPPED_STREAMS_REMOTE = 12,
    /// dk_conn_send_batch stopped because the pacing allowance was used up.
    DK_CONN_PACING_STALLS = 13,
    /// Datagrams of which no packet was accepted.
    DK_CONN_DROPPED_DATAGRAMS = 14,
    /// Datagrams given to dk_conn_recv_batch.
    DK_CONN_RECV_DATAGRAMS = 15,
    /// PINGs queued to keep the connection alive.
    DK_CONN_KEEP_ALIVES = 16,
    /// DATAGRAM frames (RFC 9221).
    DK_CONN_DGRAM_SENT = 17,
    DK_CONN_DGRAM_RECV = 18,
    /// Datagrams taken by dk_dgram_send that will never be sent.
    DK_CONN_DGRAM_SEND_DROPPED = 19,
    /// Datagrams that arrived and were dropped before dk_dgram_recv took them.
    DK_CONN_DGRAM_RECV_DROPPED = 20,
    /// Packets taken for lost that were acknowledged later.
    DK_CONN_SPURIOUS_LOST_PACKETS = 21,
    /// Number of values.
    DK_CONN_STAT_COUNT = 22,
}

/// State of a path in dk_path_info.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_path_state {
    DK_PATH_FAILED = 0,
    DK_PATH_UNKNOWN = 1,
    DK_PATH_VALIDATING = 2,
    DK_PATH_VALIDATED = 3,
    DK_PATH_ABANDONED = 4,
}

/// What becomes of a frame that was lost.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_delivery {
    /// It is sent again, on whatever path carries data then.
    DK_DELIVERY_RELIABLE = 0,
    /// It is reported.
    DK_DELIVERY_ONCE = 1,
}

/// Flags of dk_udp_open.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_udp_flag {
    /// Several sockets may share the port.
    DK_UDP_REUSEPORT = 1,
    /// One datagram per system call on sending, for tests.
    DK_UDP_NO_GSO = 2,
}

/// Bits asked for and returned by dk_udp_wait.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_wait_bit {
    DK_WAIT_READABLE = 1,
    DK_WAIT_WRITABLE = 2,
    /// Only returned: dk_udp_wake was called.
    DK_WAIT_WOKEN = 4,
}

/// Order of the values of dk_udp_stats.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum dk_udp_stat {
    DK_UDP_RX_DATAGRAMS = 0,
    DK_UDP_RX_BYTES = 1,
    /// System calls that received something.
    DK_UDP_RX_CALLS = 2,
    /// Datagrams dropped because they did not fit the slab or the array.
    DK_UDP_RX_TRUNCATED = 3,
    DK_UDP_TX_DATAGRAMS = 4,
    DK_UDP_TX_BYTES = 5,
    /// System calls that sent something.
    DK_UDP_TX_CALLS = 6,
    /// Entries lost because the system refused them.
    DK_UDP_TX_ERRORS = 7,
    /// Calls that stopped because the socket buffer was full.
    DK_UDP_TX_WOULD_BLOCK = 8,
    /// Number of values.
    DK_UDP_STAT_COUNT = 9,
}

/// A UDP address. IPv4 uses the first 4 bytes of ip, the others are zero.
/// The library never writes an IPv4-mapped IPv6 address.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct dk_addr {
    pub ip: [u8; 16],
    /// IPv6 scope id, else 0.
    pub scope: u32,
    /// Port in the byte order of the host.
    pub port: u16,
    /// 4, 6, or 0 for none.
    pub family: u8,
    pub pad: u8,
}

/// One received datagram in a shared buffer.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct dk_rx {
    pub off: u32,
    pub len: u32,
    /// The two ECN bits.
    pub ecn: u32,
    pub pad: u32,
    /// Where it came from.
    pub from: dk_addr,
    /// The local address it arrived at.
    pub to: dk_addr,
}

/// One send: len bytes cut into datagrams of seg bytes, the last may be shorter.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct dk_tx {
    pub off: u32,
    pub len: u32,
    /// Size of each datagram but the last; 0 means len.
    pub seg: u32,
    /// Path the datagrams belong to.
    pub path: u32,
    /// The two ECN bits.
    pub ecn: u32,
    pub pad: u32,
    /// Local address to send from; only the ip is used, family 0 or the
    /// unspecified address leave the choice to the system.
    pub from: dk_addr,
    pub to: dk_addr,
    /// Not before this time; 0 = now.
    pub at_ns: u64,
}

/// One event; a payload lies at off in the side buffer.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct dk_event {
    /// A dk_event_kind.
    pub kind: u32,
    pub path: u32,
    pub a: u64,
    pub b: u64,
    pub local: dk_addr,
    pub peer: dk_addr,
    pub off: u32,
    pub len: u32,
}

/// What is known of one path.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct dk_path_info {
    /// Smoothed round trip; before the first sample the assumed one.
    pub rtt_ns: u64,
    /// Smallest round trip seen, 0 before the first sample.
    pub min_rtt_ns: u64,
    pub rttvar_ns: u64,
    /// Congestion window in bytes.
    pub cwnd: u64,
    /// Bytes in flight; 0 when the engine does not tell.
    pub in_flight: u64,
    pub sent_bytes: u64,
    pub recv_bytes: u64,
    pub lost_bytes: u64,
    /// Packets.
    pub sent: u64,
    pub recv: u64,
    pub lost: u64,
    /// Delivery rate in bytes per second.
    pub rate_bps: u64,
    /// Time of the last packet received and sent, 0 = none.
    pub last_rx_ns: u64,
    pub last_tx_ns: u64,
    pub local: dk_addr,
    pub peer: dk_addr,
    pub path: u32,
    /// Largest UDP payload that is sent.
    pub mtu: u32,
    /// A dk_path_state.
    pub state: u8,
    /// 1 when data uses this path.
    pub active: u8,
    /// 1 when we called it a backup.
    pub backup: u8,
    /// Bit number of this path in the slot mask of dk_conn_send_batch.
    pub slot: u8,
    /// 1 when the peer called it a backup.
    pub peer_backup: u8,
    /// 1 when what is sent there is not acknowledged.
    pub suspected: u8,
    pub pad: [u8; 2],
}

const _: () = assert!(size_of::<dk_addr>() == 24);
const _: () = assert!(size_of::<dk_rx>() == 64);
const _: () = assert!(size_of::<dk_tx>() == 80);
const _: () = assert!(size_of::<dk_event>() == 80);
const _: () = assert!(size_of::<dk_path_info>() == 176);
