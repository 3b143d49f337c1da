// Loads a built library as a JVM does, at run time and by its file name, and lets two endpoints
// of this process shake hands and echo a stream over loopback sockets. ci/cross compiles and runs
// it for each platform that can be run on the machine: `echo LIBRARY` prints one line, or says
// what failed and exits with 1.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include "../include/dialkey.h"

// What is sent: more than fits one window of the congestion controller.
#define TOTAL 1000000
#define SLAB (4 * 65536)
#define ENTRIES 256
#define SECOND_NS 1000000000ull
#define LIMIT_NS (30 * SECOND_NS)

// Each function that is used, as the header declares it.
#define FUNCTIONS(X) \
  X(dk_abi_version) \
  X(dk_library_info) \
  X(dk_live_objects) \
  X(dk_last_error) \
  X(dk_config_new) \
  X(dk_config_free) \
  X(dk_config_alpn) \
  X(dk_connect) \
  X(dk_accept) \
  X(dk_conn_free) \
  X(dk_conn_recv_batch) \
  X(dk_conn_send_batch) \
  X(dk_conn_timeout) \
  X(dk_conn_on_timeout) \
  X(dk_conn_state) \
  X(dk_conn_peer_key) \
  X(dk_stream_send) \
  X(dk_stream_recv) \
  X(dk_udp_open) \
  X(dk_udp_close) \
  X(dk_udp_wait) \
  X(dk_udp_wake) \
  X(dk_udp_recv) \
  X(dk_udp_send) \
  X(dk_test_panic)

#define POINTER(name) static __typeof__(&name) p_##name;
FUNCTIONS(POINTER)

static const uint8_t ALPN[] = "\x04" "echo";
// The public key of the seed of 32 bytes 2.
static const uint8_t SERVER_KEY[32] = {
    0x81, 0x39, 0x77, 0x0e, 0xa8, 0x7d, 0x17, 0x5f, 0x56, 0xa3, 0x54, 0x66, 0xc3, 0x4c, 0x7e, 0xcc,
    0xcb, 0x8d, 0x8a, 0x91, 0xb4, 0xee, 0x37, 0xa2, 0x5d, 0xf6, 0x0f, 0x5b, 0x8f, 0xc9, 0xb3, 0x94};

static void fail(const char *what, long long code) {
  uint8_t text[256] = {0};
  if (p_dk_last_error) {
    p_dk_last_error(text, sizeof text - 1);
  }
  fprintf(stderr, "echo: %s: %lld %s\n", what, code, (const char *)text);
  exit(1);
}

static int64_t check(const char *what, int64_t code) {
  if (code < 0) {
    fail(what, code);
  }
  return code;
}

#ifdef _WIN32
static void load(const char *file) {
  HMODULE library = LoadLibraryA(file);
  if (!library) {
    fail("cannot load the library", GetLastError());
  }
#define FIND(name) \
  if (!(p_##name = (__typeof__(&name))(void *)GetProcAddress(library, #name))) \
    fail("not exported: " #name, 0);
  FUNCTIONS(FIND)
}

static uint64_t now(void) {
  LARGE_INTEGER ticks, frequency;
  QueryPerformanceCounter(&ticks);
  QueryPerformanceFrequency(&frequency);
  return (uint64_t)((double)ticks.QuadPart * 1e9 / (double)frequency.QuadPart);
}
#else
static void load(const char *file) {
  void *library = dlopen(file, RTLD_LAZY);
  if (!library) {
    fail(dlerror(), 0);
  }
#define FIND(name) \
  if (!(p_##name = (__typeof__(&name))dlsym(library, #name))) fail("not exported: " #name, 0);
  FUNCTIONS(FIND)
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * SECOND_NS + (uint64_t)time.tv_nsec;
}
#endif

// One endpoint with one connection.
typedef struct {
  dk_config config;
  dk_socket socket;
  dk_addr address;
  dk_conn conn;
  // Of the stream: bytes here and bytes handed on.
  size_t received, sent;
  int ended, finished;
} side;

static uint8_t slab[SLAB], out[SLAB];
static dk_rx rx[ENTRIES];
static dk_tx tx[ENTRIES];
static uint8_t data[TOTAL], echoed[TOTAL], back[TOTAL];

static void open_side(side *s, uint8_t seed) {
  uint8_t key[32];
  dk_addr bind = {.ip = {127, 0, 0, 1}, .family = 4};
  uint64_t granted[4];
  memset(key, seed, sizeof key);
  check("dk_config_new", p_dk_config_new(key, DK_ROLE_BOTH, &s->config));
  check("dk_config_alpn", p_dk_config_alpn(s->config, ALPN, sizeof ALPN - 1));
  check("dk_udp_open", p_dk_udp_open(&bind, 0, 0, 0, &s->socket, &s->address, granted));
}

static void close_side(side *s) {
  check("dk_conn_free", p_dk_conn_free(s->conn));
  check("dk_udp_close", p_dk_udp_close(s->socket));
  check("dk_config_free", p_dk_config_free(s->config));
}

static int receive(side *s) {
  int32_t n = p_dk_udp_recv(s->socket, slab, sizeof slab, rx, ENTRIES);
  if (n == DK_DONE) {
    return 0;
  }
  check("dk_udp_recv", n);
  if (n > 0 && !s->conn) {
    check("dk_accept", p_dk_accept(s->config, slab + rx[0].off, rx[0].len, &rx[0].to, &rx[0].from,
                                   now(), &s->conn));
  }
  check("dk_conn_recv_batch", p_dk_conn_recv_batch(s->conn, now(), slab, sizeof slab, rx, n));
  return n > 0;
}

static int flush(side *s) {
  uint64_t at = UINT64_MAX;
  int any = 0;
  if (p_dk_conn_timeout(s->conn, now(), &at) == DK_OK && at <= now()) {
    check("dk_conn_on_timeout", p_dk_conn_on_timeout(s->conn, now()));
  }
  for (;;) {
    int32_t n = p_dk_conn_send_batch(s->conn, now(), 0, out, sizeof out, tx, ENTRIES);
    uint32_t done = 0;
    check("dk_conn_send_batch", n);
    if (n == 0) {
      return any;
    }
    any = 1;
    while (done < (uint32_t)n) {
      uint32_t sent = 0;
      int32_t result = p_dk_udp_send(s->socket, out, sizeof out, tx + done, n - done, &sent);
      done += sent;
      if (result == DK_DONE) {
        check("dk_udp_wait", p_dk_udp_wait(s->socket, SECOND_NS, DK_WAIT_WRITABLE));
      } else {
        check("dk_udp_send", result);
      }
    }
  }
}

// Reads what there is into buf, and sends of that up to `end`, with the end once all was sent.
static void move(side *s, uint8_t *buf, const uint8_t *from, size_t end, int last) {
  uint32_t flags = 0;
  uint64_t codes[2];
  int64_t n;
  while (!s->ended) {
    uint8_t spare;
    size_t room = TOTAL - s->received;
    n = p_dk_stream_recv(s->conn, now(), 0, room ? buf + s->received : &spare, room ? room : 1,
                         &flags, codes);
    if (n < 0) {
      break; // Nothing yet, or a stream that is not open yet.
    }
    s->received += (size_t)n;
    s->ended = (flags & DK_RECV_FIN) != 0;
  }
  if (!s->finished && (s->sent < end || last)) {
    n = p_dk_stream_send(s->conn, now(), 0, from + s->sent, end - s->sent, (uint8_t)last, codes);
    // Before the handshake is over no stream may be opened.
    if (n != DK_ERR_STREAM_LIMIT) {
      s->sent += (size_t)check("dk_stream_send", n);
      s->finished = last && s->sent == end;
    }
  }
}

static void check_handshake(const side *client) {
  uint64_t state[8];
  uint8_t key[32];
  check("dk_conn_state", p_dk_conn_state(client->conn, state));
  if (!(state[0] & DK_STATE_CONFIRMED)) {
    fail("the handshake is not confirmed", (long long)state[0]);
  }
  check("dk_conn_peer_key", p_dk_conn_peer_key(client->conn, key));
  if (memcmp(key, SERVER_KEY, sizeof key) != 0) {
    fail("the peer has another key", 0);
  }
}

static void check_wake(const side *s) {
  check("dk_udp_wake", p_dk_udp_wake(s->socket));
  int32_t bits = p_dk_udp_wait(s->socket, LIMIT_NS, DK_WAIT_READABLE);
  if (!(check("dk_udp_wait", bits) & DK_WAIT_WOKEN)) {
    fail("the wait did not end with the wake", bits);
  }
}

// What nobody receives may make systems report an error, which is no error of the socket.
static void send_to_nobody(side *s) {
  side gone = {0};
  uint32_t sent = 0;
  dk_tx entry = {.len = 1};
  open_side(&gone, 4);
  check("dk_udp_close", p_dk_udp_close(gone.socket));
  check("dk_config_free", p_dk_config_free(gone.config));
  entry.to = gone.address;
  check("dk_udp_send", p_dk_udp_send(s->socket, out, sizeof out, &entry, 1, &sent));
}

// A panic has to end at the C boundary, whichever library of the platform unwinds the stack.
static void check_panic(void) {
  uint8_t key[32] = {3};
  dk_config config;
  check("dk_config_new", p_dk_config_new(key, DK_ROLE_BOTH, &config));
  int32_t result = p_dk_test_panic(DK_KIND_CONFIG, config);
  if (result != DK_ERR_PANIC) {
    fail("a panic is not reported", result);
  }
  check("dk_config_free", p_dk_config_free(config));
}

int main(int argc, char **argv) {
  side client = {0}, server = {0};
  uint8_t info[512] = {0};
  uint64_t live[3] = {1, 1, 1};
  uint64_t start;
  if (argc != 2) {
    fail("usage: echo LIBRARY", argc);
  }
  load(argv[1]);
  if (p_dk_abi_version() != DK_ABI_VERSION) {
    fail("the library has another interface", p_dk_abi_version());
  }
  p_dk_library_info(info, sizeof info - 1);
  for (size_t i = 0; i < TOTAL; i++) {
    data[i] = (uint8_t)(i * 31 + (i >> 8));
  }

  start = now();
  open_side(&server, 2);
  open_side(&client, 1);
  check_wake(&client);
  send_to_nobody(&client);
  check("dk_connect", p_dk_connect(client.config, SERVER_KEY, ALPN, sizeof ALPN - 1, &client.address,
                                   &server.address, now(), &client.conn));
  while (!client.ended) {
    int busy = flush(&client) | receive(&server);
    if (server.conn) {
      move(&server, echoed, echoed, server.received, server.ended);
      busy |= flush(&server);
    }
    busy |= receive(&client);
    move(&client, back, data, TOTAL, 1);
    if (!busy) {
      // Short, for the other side may have a timer to run.
      check("dk_udp_wait", p_dk_udp_wait(client.socket, SECOND_NS / 1000, DK_WAIT_READABLE));
    }
    if (now() - start > LIMIT_NS) {
      fail("not done in time; bytes that came back", (long long)client.received);
    }
  }
  check_handshake(&client);
  check_panic();
  if (client.received != TOTAL || memcmp(data, back, TOTAL) != 0) {
    fail("the echo differs", (long long)client.received);
  }
  close_side(&client);
  close_side(&server);
  p_dk_live_objects(live, 3);
  if (live[0] + live[1] + live[2] != 0) {
    fail("objects are left", (long long)(live[0] + live[1] + live[2]));
  }
  printf("echoed %d bytes in %llu ms: %s\n", TOTAL, (unsigned long long)((now() - start) / 1000000),
         (const char *)info);
  return 0;
}
