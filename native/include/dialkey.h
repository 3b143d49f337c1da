/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Dialkey's native library: a narrow C interface over quiche and BoringSSL.
 * Generated from dialkey-native/src; do not edit. To regenerate:
 *   DIALKEY_WRITE_HEADER=1 cargo test --test header
 *
 * Ids are 64-bit numbers; a stale id, a second free, or two threads in one
 * connection at once give DK_ERR_STATE. Buffers belong to the caller; nothing
 * is kept after a call returns, and buffers of one call must not overlap.
 * now_ns is a monotonic time from an origin of the caller's choice. Results
 * of 0 and above are success or a count, below 0 a dk_status.
 */


#ifndef DIALKEY_H
#define DIALKEY_H

#include <stddef.h>
#include <stdint.h>

/*
 Version of this header, to compare with dk_abi_version.
 */
typedef enum dk_abi {
  DK_ABI_VERSION = 3,
} dk_abi;

/*
 Results of all functions. Zero and above is success or a count.
 */
typedef enum dk_status {
  /*
   Success.
   */
  DK_OK = 0,
  /*
   Nothing to do, nothing there, or not now. Not a failure.
   */
  DK_DONE = -1,
  /*
   A buffer of the caller is too small; nothing was written to it.
   */
  DK_ERR_BUFFER = -2,
  /*
   Stale or unknown id, an object that is in use by another thread, a
   stream that is over, or an operation that does not fit the state.
   */
  DK_ERR_STATE = -3,
  /*
   A null pointer, a bad enum value, a length, offset or option out of range.
   */
  DK_ERR_ARG = -4,
  /*
   A limit of the library or of the protocol was reached.
   */
  DK_ERR_LIMIT = -5,
  /*
   No connection id is left for the operation.
   */
  DK_ERR_NO_CID = -6,
  /*
   A cryptographic operation failed.
   */
  DK_ERR_CRYPTO = -7,
  /*
   The TLS handshake failed, or TLS could not be set up.
   */
  DK_ERR_TLS = -8,
  /*
   Flow control was violated.
   */
  DK_ERR_FLOW = -9,
  /*
   The peer does not allow another stream of this kind yet.
   */
  DK_ERR_STREAM_LIMIT = -10,
  /*
   The peer sent STOP_SENDING for this stream; its code is in the out-parameter.
   */
  DK_ERR_STREAM_STOPPED = -11,
  /*
   The peer reset this stream; its code is in the out-parameter.
   */
  DK_ERR_STREAM_RESET = -12,
  /*
   The final size of a stream was violated, or data was offered after its end.
   */
  DK_ERR_FINAL_SIZE = -13,
  /*
   The protocol was violated.
   */
  DK_ERR_PROTOCOL = -14,
  /*
   The connection is closing or closed, or the socket is closed.
   */
  DK_ERR_CLOSED = -15,
  /*
   An unsupported QUIC version.
   */
  DK_ERR_VERSION = -16,
  /*
   Memory or another resource of the system is exhausted.
   */
  DK_ERR_MEMORY = -17,
  /*
   A call into the operating system failed; see dk_last_error.
   */
  DK_ERR_IO = -18,
  /*
   A panic inside the library. The object is poisoned: every call with it
   but free or close returns this.
   */
  DK_ERR_PANIC = -99,
} dk_status;

/*
 Kinds of objects, in the order dk_live_objects counts them.
 */
typedef enum dk_kind {
  /*
   dk_config
   */
  DK_KIND_CONFIG = 1,
  /*
   dk_conn
   */
  DK_KIND_CONN = 2,
  /*
   dk_socket
   */
  DK_KIND_SOCKET = 3,
} dk_kind;

/*
 Roles a configuration serves, for dk_config_new; a bit mask.
 */
typedef enum dk_role {
  /*
   dk_connect is allowed.
   */
  DK_ROLE_CLIENT = 1,
  /*
   dk_accept is allowed.
   */
  DK_ROLE_SERVER = 2,
  /*
   Both.
   */
  DK_ROLE_BOTH = 3,
} dk_role;

/*
 Options of dk_config_set. They apply to connections made afterwards.
 */
typedef enum dk_option {
  /*
   Idle time-out offered to the peer in ms; 0 = none, else 100 to 2^31 - 1. Default 30000.
   */
  DK_OPTION_IDLE_TIMEOUT_MS = 1,
  /*
   Largest UDP payload we accept, 1200 to 65527. Default 1472.
   */
  DK_OPTION_MAX_UDP_PAYLOAD_RECV = 2,
  /*
   Largest UDP payload we send, 1200 to 16383. Default 1452. With PMTUD
   the sender starts at 1200 and probes up to this value.
   */
  DK_OPTION_MAX_UDP_PAYLOAD_SEND = 3,
  /*
   Initial window of the connection in bytes, 1 to 2^40. Default 4 MiB.
   */
  DK_OPTION_INITIAL_MAX_DATA = 4,
  /*
   Initial window of each stream in bytes, 1 to 2^40. Default 3 MiB.
   */
  DK_OPTION_INITIAL_MAX_STREAM_DATA = 5,
  /*
   Upper bound of the connection window when it tunes itself, 0 to 2^40.
   Default 0 = the initial value, so the window does not grow.
   */
  DK_OPTION_MAX_CONN_WINDOW = 6,
  /*
   Upper bound of a stream window when it tunes itself, 0 to 2^40.
   Default 0 = the initial value, so the window does not grow.
   */
  DK_OPTION_MAX_STREAM_WINDOW = 7,
  /*
   Bidirectional streams the peer may have open at once, 0 to 2^20. Default 100.
   */
  DK_OPTION_MAX_STREAMS_BIDI = 8,
  /*
   Unidirectional streams the peer may have open at once, 0 to 2^20. Default 100.
   */
  DK_OPTION_MAX_STREAMS_UNI = 9,
  /*
   Connection ids of the peer we keep, 2 to 8. Default 4.
   */
  DK_OPTION_ACTIVE_CID_LIMIT = 10,
  /*
   A PING goes out after this long without traffic, in ms; 0 = off, else
   10 to 2^31 - 1. Default 5000.
   */
  DK_OPTION_KEEP_ALIVE_MS = 11,
  /*
   A dk_congestion_control value. Default CUBIC.
   */
  DK_OPTION_CONGESTION_CONTROL = 12,
  /*
   Assumed round trip before the first sample in microseconds, 1000 to
   10000000. Default 100000: an unanswered Initial repeats after about 300 ms.
   */
  DK_OPTION_INITIAL_RTT_US = 13,
  /*
   Path MTU discovery, 0 or 1. Default 1.
   */
  DK_OPTION_PMTUD = 14,
  /*
   Tries per size in path MTU discovery, 1 to 10. Default 3.
   */
  DK_OPTION_PMTUD_MAX_PROBES = 15,
  /*
   Pacing, 0 or 1. Default 1.
   */
  DK_OPTION_PACING = 16,
  /*
   Datagrams queued on receipt, 0 to 65536; 0 = datagrams are not offered.
   A full queue drops its oldest. Default 0.
   */
  DK_OPTION_DGRAM_RECV_QUEUE = 17,
  /*
   Bytes of datagrams queued for sending, 0 to 2^30; each counts 32 bytes
   more than its payload. Default 1 MiB.
   */
  DK_OPTION_DGRAM_SEND_BYTES = 18,
  /*
   HyStart++ in CUBIC and Reno, 0 or 1. Default 1.
   */
  DK_OPTION_HYSTART = 19,
  /*
   Initial congestion window in packets, 2 to 100. Default 10.
   */
  DK_OPTION_INITIAL_CWND_PACKETS = 20,
  /*
   Bytes a connection takes from dk_stream_send before they can be sent,
   in percent of what the congestion window has free, 100 to 1000. Default 100.
   */
  DK_OPTION_SEND_CAPACITY_PERCENT = 21,
} dk_option;

/*
 Values of DK_OPTION_CONGESTION_CONTROL.
 */
typedef enum dk_congestion_control {
  DK_CC_CUBIC = 0,
  DK_CC_RENO = 1,
  DK_CC_BBR2 = 2,
} dk_congestion_control;

/*
 Packet types reported by dk_header in out[0].
 */
typedef enum dk_packet_type {
  DK_PACKET_INITIAL = 0,
  DK_PACKET_ZERO_RTT = 1,
  DK_PACKET_HANDSHAKE = 2,
  DK_PACKET_RETRY = 3,
  DK_PACKET_VERSION_NEGOTIATION = 4,
  DK_PACKET_SHORT = 5,
} dk_packet_type;

/*
 Flags of a connection: dk_conn_state out[0] and DK_EVENT_STATE a.
 */
typedef enum dk_state_flag {
  /*
   The handshake is complete and the peer is authenticated.
   */
  DK_STATE_ESTABLISHED = 1,
  /*
   The handshake is confirmed (RFC 9001, 4.1.2).
   */
  DK_STATE_CONFIRMED = 2,
  /*
   Closing or draining: no application data any more.
   */
  DK_STATE_DRAINING = 4,
  /*
   All timers are over; the connection can be freed.
   */
  DK_STATE_CLOSED = 8,
  /*
   Ended by the idle time-out.
   */
  DK_STATE_IDLE_TIMEOUT = 16,
  /*
   Ended by a stateless reset of the peer.
   */
  DK_STATE_RESET = 32,
  /*
   We are the client.
   */
  DK_STATE_CLIENT = 64,
  /*
   A panic poisoned the connection. Only dk_conn_free is left.
   */
  DK_STATE_POISONED = 128,
} dk_state_flag;

/*
 Who ended a connection: dk_conn_state out[1].
 */
typedef enum dk_origin {
  DK_ORIGIN_NONE = 0,
  DK_ORIGIN_LOCAL_APPLICATION = 1,
  DK_ORIGIN_LOCAL_TRANSPORT = 2,
  DK_ORIGIN_PEER_APPLICATION = 3,
  DK_ORIGIN_PEER_TRANSPORT = 4,
  DK_ORIGIN_IDLE_TIMEOUT = 5,
  DK_ORIGIN_STATELESS_RESET = 6,
} dk_origin;

/*
 Kinds of events. A reader skips kinds it does not know. Fields not
 named are zero; path is a path id, 0 without multipath.
 */
typedef enum dk_event_kind {
  /*
   a = dk_state_flag bits; whenever they changed.
   */
  DK_EVENT_STATE = 1,
  /*
   a = stream id; data, the end or a reset waits. Once per change from
   not readable to readable. A stream the peer opened is first seen here.
   */
  DK_EVENT_STREAM_READABLE = 2,
  /*
   a = stream id; only for a stream whose last dk_stream_send took less
   than offered: it takes bytes again, or its next send tells why not.
   */
  DK_EVENT_STREAM_WRITABLE = 3,
  /*
   a = bidirectional, b = unidirectional streams we may still open;
   whenever one of them grew.
   */
  DK_EVENT_STREAM_CREDIT = 4,
  /*
   Payload = connection id, then its 16-byte stateless reset token.
   */
  DK_EVENT_CID_ISSUED = 5,
  /*
   Payload = connection id that no packet will carry any more.
   */
  DK_EVENT_CID_RETIRED = 6,
  /*
   Client: a = index of the datagram in the last dk_conn_recv_batch in
   which an Initial, Retry or Version Negotiation was accepted.
   */
  DK_EVENT_PEER_ANSWERED = 7,
  /*
   Client: a = index of the datagram in the last dk_conn_recv_batch with
   the first authenticated Handshake packet. Reported once.
   */
  DK_EVENT_PEER_PINNED = 8,
  /*
   At least one datagram (RFC 9221) waits. Once per change from none.
   */
  DK_EVENT_DATAGRAM_READABLE = 9,
  /*
   There is room for the smallest datagram that dk_dgram_send refused
   since this was reported last.
   */
  DK_EVENT_DATAGRAM_WRITABLE = 10,
  /*
   a = stream id that dk_stream_acked was asked about: it returns 1 now.
   Reported once.
   */
  DK_EVENT_STREAM_ACKED = 11,
  /*
   a = stream id, b = code: the peer sent STOP_SENDING before all of the
   stream was acknowledged. Once per stream, whether or not a send waits.
   */
  DK_EVENT_STREAM_STOPPED = 12,
  /*
   path, local, peer: the peer uses a path, or without multipath a 4-tuple,
   for the first time.
   */
  DK_EVENT_PATH_NEW = 16,
  /*
   path, or without multipath local, peer: the path was validated.
   */
  DK_EVENT_PATH_VALIDATED = 17,
  /*
   path, or without multipath local, peer: it could not be validated. With
   multipath it stays until it is abandoned.
   */
  DK_EVENT_PATH_FAILED = 18,
  /*
   path, or without multipath local, peer: nothing of it is left.
   */
  DK_EVENT_PATH_CLOSED = 19,
  /*
   local, peer: the peer moved the connection to this 4-tuple.
   */
  DK_EVENT_PATH_MIGRATED = 20,
  /*
   a = highest path id we take, b = the peer's: multipath was negotiated.
   */
  DK_EVENT_MULTIPATH = 21,
  /*
   path: the peer has accepted it. Data may move there, and the path that
   carried it before may be abandoned.
   */
  DK_EVENT_PATH_READY = 22,
  /*
   path, a = code, b = 1 when the peer began: nothing is sent on it any
   more.
   */
  DK_EVENT_PATH_ABANDONED = 23,
  /*
   path: data goes there, for the path that carried it is gone.
   */
  DK_EVENT_PATH_ACTIVE = 24,
  /*
   path, a = 1 when the peer calls it available, 0 for a backup.
   */
  DK_EVENT_PATH_STATUS = 25,
  /*
   path, local, peer: it goes over another 4-tuple.
   */
  DK_EVENT_PATH_REBOUND = 26,
  /*
   path: what is sent there is not acknowledged, and another path works.
   */
  DK_EVENT_PATH_SUSPECTED = 27,
  /*
   path: what is sent on a suspected path is acknowledged again.
   */
  DK_EVENT_PATH_RECOVERED = 28,
  /*
   path, a = type, payload = body: a frame of address discovery or of NAT
   traversal. A connection that leaves too many unread is closed.
   */
  DK_EVENT_FRAME = 29,
  /*
   a = token of dk_frame_send: the frame arrived.
   */
  DK_EVENT_FRAME_ACKED = 30,
  /*
   a = token: the frame was lost, and is not sent again.
   */
  DK_EVENT_FRAME_LOST = 31,
  /*
   a = value, local, peer: a probe was answered from where it was sent to.
   */
  DK_EVENT_PROBE_REPLY = 32,
  /*
   local, peer: a probe of the peer was answered.
   */
  DK_EVENT_PROBED = 33,
  /*
   The keys were changed, by either side.
   */
  DK_EVENT_KEYS_UPDATED = 34,
  /*
   A path can be opened, where dk_path_open returned DK_ERR_LIMIT or
   DK_ERR_NO_CID before.
   */
  DK_EVENT_PATH_ALLOWED = 35,
  /*
   path: a suspected one still does not answer, while another does.
   */
  DK_EVENT_PATH_DEAD = 36,
} dk_event_kind;

/*
 Sides of a stream for dk_stream_shutdown.
 */
typedef enum dk_side {
  /*
   Stop reading: sends STOP_SENDING.
   */
  DK_SIDE_READ = 0,
  /*
   Give up writing: sends RESET_STREAM.
   */
  DK_SIDE_WRITE = 1,
} dk_side;

/*
 Flags of dk_dgram_send.
 */
typedef enum dk_dgram_flag {
  /*
   Makes room by dropping the oldest datagrams that wait to be sent.
   */
  DK_DGRAM_DROP_OLDEST = 1,
} dk_dgram_flag;

/*
 Flags written by dk_stream_recv.
 */
typedef enum dk_recv_flag {
  /*
   The end of the stream was reached; nothing follows.
   */
  DK_RECV_FIN = 1,
  /*
   A window update is worth sending: call dk_conn_send_batch soon, or
   the peer may stall.
   */
  DK_RECV_FLUSH = 2,
} dk_recv_flag;

/*
 Order of the values of dk_conn_stats.
 */
typedef enum dk_conn_stat {
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
  /*
   dk_conn_send_batch stopped because the pacing allowance was used up.
   */
  DK_CONN_PACING_STALLS = 13,
  /*
   Datagrams of which no packet was accepted.
   */
  DK_CONN_DROPPED_DATAGRAMS = 14,
  /*
   Datagrams given to dk_conn_recv_batch.
   */
  DK_CONN_RECV_DATAGRAMS = 15,
  /*
   PINGs queued to keep the connection alive.
   */
  DK_CONN_KEEP_ALIVES = 16,
  /*
   DATAGRAM frames (RFC 9221).
   */
  DK_CONN_DGRAM_SENT = 17,
  DK_CONN_DGRAM_RECV = 18,
  /*
   Datagrams taken by dk_dgram_send that will never be sent.
   */
  DK_CONN_DGRAM_SEND_DROPPED = 19,
  /*
   Datagrams that arrived and were dropped before dk_dgram_recv took them.
   */
  DK_CONN_DGRAM_RECV_DROPPED = 20,
  /*
   Packets taken for lost that were acknowledged later.
   */
  DK_CONN_SPURIOUS_LOST_PACKETS = 21,
  /*
   Number of values.
   */
  DK_CONN_STAT_COUNT = 22,
} dk_conn_stat;

/*
 State of a path in dk_path_info.
 */
typedef enum dk_path_state {
  DK_PATH_FAILED = 0,
  DK_PATH_UNKNOWN = 1,
  DK_PATH_VALIDATING = 2,
  DK_PATH_VALIDATED = 3,
  DK_PATH_ABANDONED = 4,
} dk_path_state;

/*
 What becomes of a frame that was lost.
 */
typedef enum dk_delivery {
  /*
   It is sent again, on whatever path carries data then.
   */
  DK_DELIVERY_RELIABLE = 0,
  /*
   It is reported.
   */
  DK_DELIVERY_ONCE = 1,
} dk_delivery;

/*
 Flags of dk_udp_open.
 */
typedef enum dk_udp_flag {
  /*
   Several sockets may share the port.
   */
  DK_UDP_REUSEPORT = 1,
  /*
   One datagram per system call on sending, for tests.
   */
  DK_UDP_NO_GSO = 2,
} dk_udp_flag;

/*
 Bits asked for and returned by dk_udp_wait.
 */
typedef enum dk_wait_bit {
  DK_WAIT_READABLE = 1,
  DK_WAIT_WRITABLE = 2,
  /*
   Only returned: dk_udp_wake was called.
   */
  DK_WAIT_WOKEN = 4,
} dk_wait_bit;

/*
 Order of the values of dk_udp_stats.
 */
typedef enum dk_udp_stat {
  DK_UDP_RX_DATAGRAMS = 0,
  DK_UDP_RX_BYTES = 1,
  /*
   System calls that received something.
   */
  DK_UDP_RX_CALLS = 2,
  /*
   Datagrams dropped because they did not fit the slab or the array.
   */
  DK_UDP_RX_TRUNCATED = 3,
  DK_UDP_TX_DATAGRAMS = 4,
  DK_UDP_TX_BYTES = 5,
  /*
   System calls that sent something.
   */
  DK_UDP_TX_CALLS = 6,
  /*
   Entries lost because the system refused them.
   */
  DK_UDP_TX_ERRORS = 7,
  /*
   Calls that stopped because the socket buffer was full.
   */
  DK_UDP_TX_WOULD_BLOCK = 8,
  /*
   Number of values.
   */
  DK_UDP_STAT_COUNT = 9,
} dk_udp_stat;

/*
 A configuration: a generation-checked id, 0 is never valid.
 */
typedef uint64_t dk_config;

/*
 A UDP address. IPv4 uses the first 4 bytes of ip, the others are zero.
 The library never writes an IPv4-mapped IPv6 address.
 */
typedef struct dk_addr {
  uint8_t ip[16];
  /*
   IPv6 scope id, else 0.
   */
  uint32_t scope;
  /*
   Port in the byte order of the host.
   */
  uint16_t port;
  /*
   4, 6, or 0 for none.
   */
  uint8_t family;
  uint8_t pad;
} dk_addr;

/*
 A connection: a generation-checked id, 0 is never valid.
 */
typedef uint64_t dk_conn;

/*
 One received datagram in a shared buffer.
 */
typedef struct dk_rx {
  uint32_t off;
  uint32_t len;
  /*
   The two ECN bits.
   */
  uint32_t ecn;
  uint32_t pad;
  /*
   Where it came from.
   */
  struct dk_addr from;
  /*
   The local address it arrived at.
   */
  struct dk_addr to;
} dk_rx;

/*
 One send: len bytes cut into datagrams of seg bytes, the last may be shorter.
 */
typedef struct dk_tx {
  uint32_t off;
  uint32_t len;
  /*
   Size of each datagram but the last; 0 means len.
   */
  uint32_t seg;
  /*
   Path the datagrams belong to.
   */
  uint32_t path;
  /*
   The two ECN bits.
   */
  uint32_t ecn;
  uint32_t pad;
  /*
   Local address to send from; only the ip is used, family 0 or the
   unspecified address leave the choice to the system.
   */
  struct dk_addr from;
  struct dk_addr to;
  /*
   Not before this time; 0 = now.
   */
  uint64_t at_ns;
} dk_tx;

/*
 One event; a payload lies at off in the side buffer.
 */
typedef struct dk_event {
  /*
   A dk_event_kind.
   */
  uint32_t kind;
  uint32_t path;
  uint64_t a;
  uint64_t b;
  struct dk_addr local;
  struct dk_addr peer;
  uint32_t off;
  uint32_t len;
} dk_event;

/*
 What is known of one path.
 */
typedef struct dk_path_info {
  /*
   Smoothed round trip; before the first sample the assumed one.
   */
  uint64_t rtt_ns;
  /*
   Smallest round trip seen, 0 before the first sample.
   */
  uint64_t min_rtt_ns;
  uint64_t rttvar_ns;
  /*
   Congestion window in bytes.
   */
  uint64_t cwnd;
  /*
   Bytes in flight; 0 when the engine does not tell.
   */
  uint64_t in_flight;
  uint64_t sent_bytes;
  uint64_t recv_bytes;
  uint64_t lost_bytes;
  /*
   Packets.
   */
  uint64_t sent;
  uint64_t recv;
  uint64_t lost;
  /*
   Delivery rate in bytes per second.
   */
  uint64_t rate_bps;
  /*
   Time of the last packet received and sent, 0 = none.
   */
  uint64_t last_rx_ns;
  uint64_t last_tx_ns;
  struct dk_addr local;
  struct dk_addr peer;
  uint32_t path;
  /*
   Largest UDP payload that is sent.
   */
  uint32_t mtu;
  /*
   A dk_path_state.
   */
  uint8_t state;
  /*
   1 when data uses this path.
   */
  uint8_t active;
  /*
   1 when we called it a backup.
   */
  uint8_t backup;
  /*
   Bit number of this path in the slot mask of dk_conn_send_batch.
   */
  uint8_t slot;
  /*
   1 when the peer called it a backup.
   */
  uint8_t peer_backup;
  /*
   1 when what is sent there is not acknowledged.
   */
  uint8_t suspected;
  uint8_t pad[2];
} dk_path_info;

/*
 A UDP socket: a generation-checked id, 0 is never valid.
 */
typedef uint64_t dk_socket;

/*
 Major version of this interface. A caller refuses any other value than the
 one it was written for.
 */
uint32_t dk_abi_version(void);

/*
 Writes a line of text with the versions of the library, quiche and
 BoringSSL: at most cap bytes, without a terminating zero. Returns its full
 length, so a call with cap 0 asks for the size.

 # Safety
 buf must be valid for writing cap bytes.
 */
int32_t dk_library_info(uint8_t *buf, size_t cap);

/*
 Writes size and field offsets of each structure, in the order of this
 header (dk_addr, dk_rx, dk_tx, dk_event, dk_path_info; for each its size,
 then the offset of every field), at most max numbers. Returns how many
 there are.

 # Safety
 out must be valid for writing max numbers.
 */
int32_t dk_layout(uint32_t *out, uint32_t max);

/*
 Writes the numbers of live configurations, connections and sockets, at
 most kinds numbers. Returns how many were written.

 # Safety
 out must be valid for writing kinds numbers.
 */
int32_t dk_live_objects(uint64_t *out, uint32_t kinds);

/*
 Writes the text of the last error of the calling native thread: at most cap
 bytes, without a terminating zero. Returns its full length. DK_DONE leaves
 no text. A virtual thread asks before it does anything that may park.

 # Safety
 buf must be valid for writing cap bytes.
 */
int32_t dk_last_error(uint8_t *buf, size_t cap);

/*
 Makes a configuration with the identity of a secret key (an Ed25519 seed).
 It may be used by several threads at once. role_mask is a dk_role.

 # Safety
 seed must be valid for reading 32 bytes, out for writing.
 */
int32_t dk_config_new(const uint8_t *seed, uint32_t role_mask, dk_config *out);

/*
 Makes a configuration without an identity, for dk_connect_name: the server
 has to show an X.509 certificate that one of these roots vouches for. The
 roots are a text of PEM certificates. DK_ERR_ARG when there is none in it,
 or one that cannot be read.

 # Safety
 roots_pem must be valid for reading n bytes, out for writing.
 */
int32_t dk_config_new_webpki(const uint8_t *roots_pem, size_t n, dk_config *out);

/*
 Frees a configuration; it vanishes when the last call with it returns.
 Connections made from it live on. A second free returns DK_ERR_STATE.
 */
int32_t dk_config_free(dk_config config);

/*
 Sets a dk_option for connections made afterwards.
 */
int32_t dk_config_set(dk_config config, uint32_t option, uint64_t value);

/*
 Sets the ALPN names that connections accepted afterwards may choose, each
 as a length byte and the name; our order decides. An empty list accepts
 nobody. May be called at any time.

 # Safety
 wire must be valid for reading n bytes.
 */
int32_t dk_config_alpn(dk_config config, const uint8_t *wire, size_t n);

/*
 Sets the key that connection ids and stateless reset tokens are derived
 from, and the length of the ids, 8 to 20. Without this call the key is
 random and the length 8. All ids of a socket must have one length.

 # Safety
 key must be valid for reading 32 bytes.
 */
int32_t dk_config_cid_key(dk_config config, const uint8_t *key, uint32_t cid_len);

/*
 Sends a transport parameter: multipath (0x3e), NAT traversal
 (0x3d7f91120401), address discovery (0x9f81a176), or one that means nothing
 to this library. Its value has at most 64 bytes.

 # Safety
 value must be valid for reading n bytes.
 */
int32_t dk_config_transport_param(dk_config config, uint64_t id, const uint8_t *value, size_t n);

/*
 Appends the TLS secrets of connections made afterwards to a file, a line
 each in the format of NSS: who reads it can decrypt their packets. The file
 is made with mode 0600 when there is none. Writing may wait for the disk.
 An empty path ends it. DK_ERR_IO when the file cannot be opened.

 # Safety
 path must be valid for reading n bytes.
 */
int32_t dk_config_keylog(dk_config config, const uint8_t *path, size_t n);

/*
 Writes the events of each connection made afterwards to a file of its own
 in a folder that exists: the prefix, the destination id of the client's
 first packet in hexadecimal, "-client.sqlog" or "-server.sqlog". A file
 that is there already, or cannot be made or written, is passed over. An
 empty folder ends it. DK_ERR_IO when there is no such folder; DK_ERR_ARG
 when the prefix is no part of a file name.

 # Safety
 dir must be valid for reading dn bytes, prefix for pn bytes.
 */
int32_t dk_config_qlog(dk_config config,
                       const uint8_t *dir,
                       size_t dn,
                       const uint8_t *prefix,
                       size_t pn);

/*
 Reads what a router needs from the first packet of a datagram. dcid and
 scid take 20 bytes each; token takes the token of an Initial, or may be
 null with token_cap 0. cid_len is the length of our own ids, for short
 headers.

 out[6] = dk_packet_type, version, length of dcid, of scid, of the token,
 offset of the token in the packet. The type of a long header of a version
 other than 1 means nothing.

 Returns 0; DK_ERR_PROTOCOL when the packet cannot be parsed; DK_ERR_LIMIT,
 with out filled, when an id of another version is longer than 20 bytes;
 DK_ERR_BUFFER, with all but the token written, when the token is longer
 than token_cap.

 # Safety
 Pointers must be valid for the lengths given.
 */
int32_t dk_header(const uint8_t *pkt,
                  size_t n,
                  uint32_t cid_len,
                  uint8_t *dcid,
                  uint8_t *scid,
                  uint8_t *token,
                  size_t token_cap,
                  uint64_t *out);

/*
 Writes a Version Negotiation packet that answers pkt. Returns its length;
 DK_DONE when no answer is due: not a long header, a version we speak, or a
 datagram shorter than 1200 bytes.

 # Safety
 pkt must be valid for reading n bytes, out for writing cap bytes.
 */
int32_t dk_version_negotiation(const uint8_t *pkt, size_t n, uint8_t *out, size_t cap);

/*
 Reads what a client asks for from its first flight: n datagrams that lie
 end to end in pkts, with their lengths in lens, in any order but for the
 first. Nothing is changed. Writes the length of the list of ALPN names (2
 bytes, big-endian), the list (each a length byte and the name), the length
 of the server name (2 bytes) and that name; what is absent has length 0.

 Returns the bytes written; DK_DONE when the ClientHello is not complete;
 DK_ERR_PROTOCOL when the first datagram begins with no authentic Initial of
 version 1, or when what it holds is no proper ClientHello of up to 16 KiB.

 # Safety
 lens must be valid for reading n numbers, pkts for as many bytes as they
 add up to, out for writing cap bytes.
 */
int32_t dk_peek(const uint8_t *pkts, const uint32_t *lens, uint32_t n, uint8_t *out, size_t cap);

/*
 Writes a Retry packet that answers the Initial in pkt, with a token that is
 good for 15 seconds and for the client's address. The token can be checked
 with the same key of connection ids and the same origin of now_ns. Returns
 its length; DK_DONE when no answer is due: not a version 1 Initial with
 usable connection ids in a datagram of at least 1200 bytes.

 # Safety
 pkt must be valid for reading n bytes, from for reading, out for writing cap bytes.
 */
int32_t dk_retry(dk_config config,
                 const uint8_t *pkt,
                 size_t n,
                 const struct dk_addr *from,
                 uint64_t now_ns,
                 uint8_t *out,
                 size_t cap);

/*
 Checks the token of the Initial in pkt, as dk_accept does. Returns 1 when
 dk_retry gave it to this client; DK_DONE when there is none, or one that is
 no token of a Retry of ours; DK_ERR_CRYPTO when it is forged, expired, of
 another address, or not in the connection the Retry asked for.

 # Safety
 pkt must be valid for reading n bytes, from for reading.
 */
int32_t dk_token_check(dk_config config,
                       const uint8_t *pkt,
                       size_t n,
                       const struct dk_addr *from,
                       uint64_t now_ns);

/*
 Writes an Initial packet with CONNECTION_CLOSE and a transport error code
 that answers the Initial in pkt, without making a connection. Returns its
 length; DK_DONE when no answer is due: not a version 1 Initial with a
 usable connection id in a datagram of at least 1200 bytes.

 # Safety
 pkt must be valid for reading n bytes, out for writing cap bytes, from for reading.
 */
int32_t dk_refuse(dk_config config,
                  const uint8_t *pkt,
                  size_t n,
                  const struct dk_addr *from,
                  uint64_t code,
                  uint8_t *out,
                  size_t cap);

/*
 Writes a stateless reset that answers pkt. Returns its length, always less
 than n; DK_DONE when no answer is due: not a short header, too short, or
 with a connection id that this configuration's key never made. The rate is
 the caller's business.

 # Safety
 pkt must be valid for reading n bytes, out for writing cap bytes.
 */
int32_t dk_stateless_reset(dk_config config,
                           const uint8_t *pkt,
                           size_t n,
                           uint8_t *out,
                           size_t cap);

/*
 Starts a connection to the peer with this public key. The handshake fails
 with TLS alert unknown_ca (code 0x130) when the peer has another key. alpn
 is the list of names to offer, each as a length byte and the name. No
 packet leaves before dk_conn_send_batch.

 # Safety
 Pointers must be valid: peer_key for 32 bytes, alpn for alpn_len bytes.
 */
int32_t dk_connect(dk_config config,
                   const uint8_t *peer_key,
                   const uint8_t *alpn,
                   size_t alpn_len,
                   const struct dk_addr *local,
                   const struct dk_addr *peer,
                   uint64_t now_ns,
                   dk_conn *out);

/*
 Starts a connection to a server with a certificate for this host: a DNS
 name without a dot at its end, which the server is told, or an IP address
 without brackets, which it is not. The configuration is one of
 dk_config_new_webpki. The handshake fails with a TLS alert: unknown_ca
 (code 0x130) when no root vouches for the certificate, decrypt_error (0x133)
 when one of the right name has another key, bad_certificate
 (0x12a) when it is for another host, certificate_expired (0x12d) when its
 time is over or yet to come. The rest is as with dk_connect.

 # Safety
 Pointers must be valid: host for host_len bytes, alpn for alpn_len bytes.
 */
int32_t dk_connect_name(dk_config config,
                        const uint8_t *host,
                        size_t host_len,
                        const uint8_t *alpn,
                        size_t alpn_len,
                        const struct dk_addr *local,
                        const struct dk_addr *peer,
                        uint64_t now_ns,
                        dk_conn *out);

/*
 Makes the connection for the client's first Initial. The datagram itself
 is not processed: pass it to dk_conn_recv_batch. A token in it is checked
 as by dk_token_check: with a valid one the client's address is proven, with
 a bad one the result is DK_ERR_CRYPTO. DK_ERR_PROTOCOL when it is no proper
 Initial, DK_ERR_VERSION when its version is not ours.

 # Safety
 Pointers must be valid, initial for n bytes.
 */
int32_t dk_accept(dk_config config,
                  const uint8_t *initial,
                  size_t n,
                  const struct dk_addr *local,
                  const struct dk_addr *peer,
                  uint64_t now_ns,
                  dk_conn *out);

/*
 Frees a connection at once, without telling the peer. A second free, or a
 free while another call runs, returns DK_ERR_STATE.
 */
int32_t dk_conn_free(dk_conn conn);

/*
 Processes n datagrams that lie in buf (they are decrypted in place) and
 returns how many were taken. Datagrams that do not belong to the connection
 are dropped; an error of the connection shows in dk_conn_state. A stateless
 reset carries no id of ours: offer a short packet with an unknown id to the
 connections with its sender.

 # Safety
 buf must be valid for reading and writing len bytes, pkts for n entries.
 */
int32_t dk_conn_recv_batch(dk_conn conn,
                           uint64_t now_ns,
                           uint8_t *buf,
                           size_t len,
                           const struct dk_rx *pkts,
                           uint32_t n);

/*
 Fills buf with packets to send and out with one entry per run of equal
 size to one address (at most 64 datagrams and 65507 bytes; the last may be
 shorter). Returns the number of entries, 0 when there is nothing to send.
 After a return of max, or when less than one full packet is left in buf,
 call again. When pacing stops it, dk_conn_timeout tells when to call again.
 slot_mask selects paths by dk_path_info.slot, 0 means all.

 # Safety
 buf must be valid for writing cap bytes, out for max entries.
 */
int32_t dk_conn_send_batch(dk_conn conn,
                           uint64_t now_ns,
                           uint64_t slot_mask,
                           uint8_t *buf,
                           size_t cap,
                           struct dk_tx *out,
                           uint32_t max);

/*
 Writes the time of the next timer, on the scale of now_ns. DK_DONE when
 there is none.

 # Safety
 at_ns must be valid for writing.
 */
int32_t dk_conn_timeout(dk_conn conn, uint64_t now_ns, uint64_t *at_ns);

/*
 Runs the timers that are due; harmless when none is. Call
 dk_conn_send_batch afterwards.
 */
int32_t dk_conn_on_timeout(dk_conn conn, uint64_t now_ns);

/*
 Closes the connection with a code below 2^62 and a reason of at most 1024
 bytes; app is 1 for a code of the application, 0 for one of the transport.
 Before the handshake is over an application code does not reach the peer:
 it sees transport error 0x0c. DK_DONE when the connection is closing already.

 # Safety
 reason must be valid for reading n bytes.
 */
int32_t dk_conn_close(dk_conn conn,
                      uint64_t now_ns,
                      uint8_t app,
                      uint64_t code,
                      const uint8_t *reason,
                      size_t n);

/*
 out[8] = dk_state_flag bits, dk_origin of the end, its error code,
 bidirectional and unidirectional streams we may still open, largest
 datagram payload or 0, window that the peer gives a new stream or 0, 0. For a poisoned connection out[0] is
 DK_STATE_POISONED and the result DK_ERR_PANIC.

 # Safety
 out must be valid for writing 8 numbers.
 */
int32_t dk_conn_state(dk_conn conn,
                      uint64_t *out);

/*
 Writes the public key that the peer proved to own. DK_DONE before the
 handshake is over.

 # Safety
 out must be valid for writing 32 bytes.
 */
int32_t dk_conn_peer_key(dk_conn conn, uint8_t *out);

/*
 Writes the negotiated ALPN name, at most cap bytes. Returns its full
 length, 0 before the handshake is over.

 # Safety
 buf must be valid for writing cap bytes.
 */
int32_t dk_conn_alpn(dk_conn conn, uint8_t *buf, size_t cap);

/*
 Writes on bytes of keying material (RFC 8446, 7.5) for a label of 1 to 249
 bytes and a context, which is always there, if empty. Both sides get the
 same. DK_ERR_STATE before the handshake is over; DK_ERR_ARG when on is not
 1 to 8160.

 # Safety
 label must be valid for reading ln bytes, ctx for cn, out for writing on.
 */
int32_t dk_conn_export_keying(dk_conn conn,
                              const uint8_t *label,
                              size_t ln,
                              const uint8_t *ctx,
                              size_t cn,
                              uint8_t *out,
                              size_t on);

/*
 Writes the reason given with the close that ended the connection, the
 peer's or our own, at most cap bytes. Returns its full length.

 # Safety
 buf must be valid for writing cap bytes.
 */
int32_t dk_conn_close_reason(dk_conn conn, uint8_t *buf, size_t cap);

/*
 Writes what happened since the last call: at most max events, their
 payloads in side. Returns the number of events; max means that more may
 wait. Nothing is dropped: a payload that does not fit side waits for the
 next call, and DK_ERR_BUFFER tells that side is too small for even one
 (36 bytes are always enough).

 # Safety
 out must be valid for writing max entries, side for cap bytes.
 */
int32_t dk_conn_events(dk_conn conn, struct dk_event *out, uint32_t max, uint8_t *side, size_t cap);

/*
 Writes counters in the order of dk_conn_stat, at most n. Returns how many
 were written.

 # Safety
 out must be valid for writing n numbers.
 */
int32_t dk_conn_stats(dk_conn conn, uint64_t *out, uint32_t n);

/*
 Offers n bytes, and the end of the stream when fin is 1, to a stream. A
 stream of our own is opened by its first send. Returns the bytes taken, 0
 when blocked; fin is taken only together with all n bytes. When less than n
 was taken, DK_EVENT_STREAM_WRITABLE follows. On DK_ERR_STREAM_STOPPED
 out[0] is the peer's code; out[1] is 0.

 # Safety
 p must be valid for reading n bytes, out for writing 2 numbers.
 */
int64_t dk_stream_send(dk_conn conn,
                       uint64_t now_ns,
                       uint64_t id,
                       const uint8_t *p,
                       size_t n,
                       uint8_t fin,
                       uint64_t *out);

/*
 Takes up to cap bytes from a stream. Returns their number; flags receives
 dk_recv_flag bits. A cap of 0 takes nothing, but tells of a reset or of an
 end that is reached. DK_DONE when nothing is there; on DK_ERR_STREAM_RESET
 err receives the peer's code; DK_ERR_STATE when the stream is over or was
 never there; DK_ERR_CLOSED when the connection ended and nothing is left.

 # Safety
 p must be valid for writing cap bytes, flags and err for writing.
 */
int64_t dk_stream_recv(dk_conn conn,
                       uint64_t now_ns,
                       uint64_t id,
                       uint8_t *p,
                       size_t cap,
                       uint32_t *flags,
                       uint64_t *err);

/*
 Bytes that dk_stream_send would take now, 0 when blocked. DK_ERR_STATE
 when the stream is over or not open yet; DK_ERR_STREAM_STOPPED when the
 peer stopped it.
 */
int64_t dk_stream_capacity(dk_conn conn, uint64_t id);

/*
 Gives up one dk_side of a stream with a code below 2^62. DK_DONE when that
 side is over already.
 */
int32_t dk_stream_shutdown(dk_conn conn,
                           uint64_t now_ns,
                           uint64_t id,
                           uint32_t side,
                           uint64_t code);

/*
 1 when nothing of a stream's sending half waits for the peer any more: all
 of it, its end included, was acknowledged, or it was reset or stopped, or
 the stream is forgotten. Else DK_DONE, and DK_EVENT_STREAM_ACKED comes once
 it is so. DK_ERR_STATE when the stream is not open yet or is the peer's to
 send; DK_ERR_CLOSED when the connection ended before.
 */
int32_t dk_stream_acked(dk_conn conn, uint64_t id);

/*
 Sets the priority of a stream: lower urgency goes first (default 127);
 streams of one urgency take turns when incremental is 1 (the default), else
 they go one after another.
 */
int32_t dk_stream_priority(dk_conn conn, uint64_t id, uint8_t urgency, uint8_t incremental);

/*
 Queues a datagram of n bytes; it may be empty. flags are dk_dgram_flag
 bits. Returns 0; DK_DONE when the queue is full, then
 DK_EVENT_DATAGRAM_WRITABLE follows; DK_ERR_LIMIT when it is longer than
 dk_dgram_state tells or than the whole queue; DK_ERR_STATE before the
 handshake is over or when the peer takes no datagrams. A datagram is sent
 once; it is dropped and counted when the path became too narrow for it.

 # Safety
 p must be valid for reading n bytes.
 */
int32_t dk_dgram_send(dk_conn conn, uint64_t now_ns, const uint8_t *p, size_t n, uint32_t flags);

/*
 Takes the oldest datagram that waits. Returns its length; DK_DONE when
 there is none; DK_ERR_BUFFER when it is longer than cap, and then it stays;
 DK_ERR_CLOSED when the connection ended and none is left.

 # Safety
 p must be valid for writing cap bytes.
 */
int32_t dk_dgram_recv(dk_conn conn, uint8_t *p, size_t cap);

/*
 out[4] = longest payload that can be sent now (0: the peer takes none, or
 the handshake is not over), payload bytes the send queue has room for,
 datagrams that wait to be read, datagrams that wait to be sent.

 # Safety
 out must be valid for writing 4 numbers.
 */
int32_t dk_dgram_state(dk_conn conn, uint64_t *out);

/*
 Writes what is known of the paths: at most max entries, of all paths with
 multipath, else of the one in use. Returns the number of entries.

 # Safety
 out must be valid for writing max entries.
 */
int32_t dk_path_list(dk_conn conn, struct dk_path_info *out, uint32_t max);

/*
 Opens a path; only clients may. It can carry data once DK_EVENT_PATH_READY
 tells so. backup is 1 for one that is not to be used while others work.
 DK_ERR_LIMIT when the peer takes no more paths now, DK_ERR_NO_CID when it
 has not given an id for the next one; it is told of either, and
 DK_EVENT_PATH_ALLOWED tells when to try again.
 DK_ERR_STATE without multipath.

 # Safety
 Pointers must be valid.
 */
int32_t dk_path_open(dk_conn conn,
                     uint64_t now_ns,
                     const struct dk_addr *local,
                     const struct dk_addr *peer,
                     uint8_t backup,
                     uint32_t *path);

/*
 Gives a path up, and tells the peer. What was not acknowledged on it is sent
 again on others. DK_ERR_STATE for the last open one.
 */
int32_t dk_path_abandon(dk_conn conn, uint64_t now_ns, uint32_t path, uint64_t code);

/*
 Sends data on this path from now on. DK_ERR_STATE unless it is validated.
 */
int32_t dk_path_set_active(dk_conn conn, uint64_t now_ns, uint32_t path);

/*
 Tells the peer whether it should send on the path: 1 = available, 0 = only
 when nothing else works.
 */
int32_t dk_path_set_status(dk_conn conn, uint32_t path, uint8_t available);

/*
 How long a path may be silent before it is abandoned, while there is
 another: 15 seconds unless told otherwise, 0 for ever.
 */
int32_t dk_path_set_idle(dk_conn conn, uint32_t path, uint64_t timeout_ms);

/*
 Sends something on the path that the peer acknowledges; without multipath,
 on path 0.
 */
int32_t dk_path_ping(dk_conn conn, uint32_t path);

/*
 Moves a path to another local address, as after a change of the network.

 # Safety
 local must be valid for reading.
 */
int32_t dk_path_rebind(dk_conn conn, uint64_t now_ns, uint32_t path, const struct dk_addr *local);

/*
 Says where the handshake really goes: until now the first path had an
 address that stood for many. Client only, before another path is opened.

 # Safety
 Pointers must be valid.
 */
int32_t dk_path_pin(dk_conn conn, const struct dk_addr *local, const struct dk_addr *peer);

/*
 Sends a challenge to an address that is no path, once, and writes its
 value. An answer from there is a DK_EVENT_PROBE_REPLY during the next five
 seconds. DK_DONE when too many wait; DK_ERR_STATE without NAT traversal.

 # Safety
 Pointers must be valid.
 */
int32_t dk_probe(dk_conn conn,
                 uint64_t now_ns,
                 const struct dk_addr *local,
                 const struct dk_addr *peer,
                 uint64_t *value);

/*
 Forgets all probes, sent and unsent: a new round begins.
 */
int32_t dk_probe_clear(dk_conn conn);

/*
 Sends a frame of NAT traversal with this type and the n bytes behind it.
 delivery is a dk_delivery; the token comes back with DK_EVENT_FRAME_ACKED
 or DK_EVENT_FRAME_LOST. DK_ERR_STATE when it was not negotiated or is not
 for this role, DK_ERR_ARG for a malformed body, DK_DONE when too many wait.

 # Safety
 body must be valid for reading n bytes.
 */
int32_t dk_frame_send(dk_conn conn,
                      uint64_t ty,
                      const uint8_t *body,
                      size_t n,
                      uint32_t delivery,
                      uint64_t token);

/*
 Frames with this token are not sent, or not again. Returns 1 when there was
 one, else 0.
 */
int32_t dk_frame_cancel(dk_conn conn, uint64_t token);

/*
 Writes a transport parameter of the peer, at most cap bytes. Returns its
 full length, DK_DONE when it sent none or the handshake is not that far.

 # Safety
 buf must be valid for writing cap bytes.
 */
int32_t dk_conn_peer_transport_param(dk_conn conn, uint64_t id, uint8_t *buf, size_t cap);

/*
 Opens a non-blocking socket. flags are dk_udp_flag bits; a buffer size of
 0 asks for 4 MiB. IPv6 sockets carry IPv6 only. bound receives the address
 in use. granted[4] = receive buffer and send buffer as the system granted
 them, most datagrams per send, most datagrams per received buffer.

 # Safety
 bind must be valid for reading, out, bound and granted[4] for writing.
 */
int32_t dk_udp_open(const struct dk_addr *bind,
                    uint32_t flags,
                    uint64_t recv_buf_bytes,
                    uint64_t send_buf_bytes,
                    dk_socket *out,
                    struct dk_addr *bound,
                    uint64_t *granted);

/*
 Closes a socket; a thread that waits on it is woken and gets
 DK_ERR_CLOSED. The descriptor goes when the last call with it returns. A
 second close returns DK_ERR_STATE.
 */
int32_t dk_udp_close(dk_socket socket);

/*
 Waits for the dk_wait_bit readiness in interest, a wake, or the time-out
 (UINT64_MAX waits without end). Returns the dk_wait_bit bits that hold, 0
 when the time is over. One thread at a time: a second gets DK_ERR_STATE.
 */
int32_t dk_udp_wait(dk_socket socket, uint64_t timeout_ns, uint32_t interest);

/*
 Ends the current wait, or the next one when there is none. From any thread;
 cheap when a wake is pending already.
 */
int32_t dk_udp_wake(dk_socket socket);

/*
 Receives without waiting: up to 32 buffers of the system, each with up to
 granted[3] datagrams, into buf; one entry of out per datagram. Needs 64 KiB
 of buf and granted[3] entries of out per buffer of the system, and takes
 as many as both allow; DK_ERR_BUFFER when not even one fits. Returns the
 number of datagrams, DK_DONE when there are none.

 # Safety
 buf must be valid for writing cap bytes, out for max entries.
 */
int32_t dk_udp_recv(dk_socket socket, uint8_t *buf, size_t cap, struct dk_rx *out, uint32_t max);

/*
 Sends n entries without waiting. sent receives the number of entries that
 are done with: n and 0 when all are, less and DK_DONE when the socket is
 full and the rest must be offered again. Any other failure of one entry
 counts as its loss (DK_UDP_TX_ERRORS) and the next one is tried.

 # Safety
 buf must be valid for reading len bytes, pkts for n entries, sent for writing.
 */
int32_t dk_udp_send(dk_socket socket,
                    const uint8_t *buf,
                    size_t len,
                    const struct dk_tx *pkts,
                    uint32_t n,
                    uint32_t *sent);

/*
 Writes counters in the order of dk_udp_stat, at most n. Returns how many
 were written.

 # Safety
 out must be valid for writing n numbers.
 */
int32_t dk_udp_stats(dk_socket socket, uint64_t *out, uint32_t n);

/*
 Panics inside the guard of an object, to show what a panic becomes:
 DK_ERR_PANIC, now and from every later call with the id but free or close.
 kind is a dk_kind.
 */
int32_t dk_test_panic(uint32_t kind, uint64_t id);

/*
 From now on what this thread draws at random comes from the seed, or from
 the system again when it is 0. Connection ids can then be repeated, and
 guessed: never for connections that carry more than a test. Keys of TLS do
 not come from it. Returns 0.
 */
int32_t dk_test_seed(uint64_t seed);

#endif  /* DIALKEY_H */
