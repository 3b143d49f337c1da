//! The endpoint and the connections it has, each known to the driver by a number.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use iroh::{
    Endpoint, EndpointAddr, RelayMode, TransportAddr,
    endpoint::{
        BindOpts, Connection, ConnectionError, IdleTimeout, Incoming, QuicTransportConfig, RecvStream, VarInt, presets,
    },
};
use iroh_tickets::endpoint::EndpointTicket;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::{
    events::Event,
    failure::Failure,
    gate::Policy,
    options::{Options, SCRIPT_ALPN},
    pattern::Pattern,
    serve::{self, Input},
};

/// iroh's own interval; a longer one would be refused for paths.
const MAX_KEEP_ALIVE: Duration = Duration::from_secs(5);

pub struct Peer {
    pub endpoint: Endpoint,
    pub pattern: Pattern,
    /// Everything that may still emit an event; awaited before the process ends.
    pub tasks: TaskTracker,
    alpns: Vec<String>,
    policy: Option<Policy>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    last_number: u64,
    connections: HashMap<u64, Entry>,
}

/// An ended connection keeps only its reason, so that late commands learn it while its memory is freed.
enum Entry {
    Live(Arc<Link>),
    Ended(ConnectionError),
}

/// A live connection.
pub struct Link {
    pub number: u64,
    pub connection: Connection,
    /// Held by the `uni` command that waits for its answer. One at a time: answers carry nothing to tell them apart.
    pub uni_turn: tokio::sync::Mutex<()>,
    /// Where the next unidirectional stream goes instead of being echoed.
    uni_answer: Mutex<Option<oneshot::Sender<RecvStream>>>,
}

impl Peer {
    pub async fn bind(options: Options) -> Result<Self, Failure> {
        let mut builder = Endpoint::builder(presets::Minimal)
            .relay_mode(RelayMode::Disabled)
            .clear_ip_transports()
            .hooks(options.hooks)
            .transport_config(transport(options.idle, options.datagrams)?)
            .alpns(options.alpns.iter().map(|alpn| alpn.as_bytes().to_vec()).collect());
        for bind in &options.binds {
            // The subnet of the loopback device, and no default route: a datagram to anywhere else has no socket to leave by.
            let prefix_len = if bind.address.is_ipv4() { 8 } else { 128 };
            let opts = BindOpts::default().set_prefix_len(prefix_len).set_is_required(bind.required);
            builder = builder.bind_addr_with_opts(bind.address, opts).map_err(bind_failure)?;
        }
        if let Some(secret) = options.secret {
            builder = builder.secret_key(secret);
        }
        Ok(Self {
            endpoint: builder.bind().await.map_err(bind_failure)?,
            pattern: Pattern::new(),
            tasks: TaskTracker::new(),
            alpns: options.alpns,
            policy: options.policy,
            table: Mutex::default(),
        })
    }

    pub fn announce(&self) {
        let id = self.endpoint.id();
        let sockets = self.endpoint.bound_sockets();
        let addr = EndpointAddr::from_parts(id, sockets.iter().copied().map(TransportAddr::Ip));
        Event::new("ready")
            .text("id", &id.to_string())
            .texts("addrs", sockets.iter().map(ToString::to_string))
            .text("ticket", &EndpointTicket::new(addr).to_string())
            .texts("alpns", self.alpns.iter().cloned())
            .text("iroh", env!("CARGO_PKG_VERSION"))
            .emit();
    }

    pub async fn accept_all(self: Arc<Self>) {
        while let Some(incoming) = self.endpoint.accept().await {
            self.tasks.spawn(self.clone().accept(incoming));
        }
    }

    async fn accept(self: Arc<Self>, incoming: Incoming) {
        let admitted = match self.policy {
            Some(policy) => policy.admit(incoming),
            None => Some(incoming),
        };
        let Some(incoming) = admitted else { return };
        let accepted = match incoming.accept() {
            Ok(accepting) => accepting.await.map_err(Failure::from),
            Err(error) => Err(error.into()),
        };
        match accepted {
            Ok(connection) => {
                self.adopt(connection, Event::new("accepted"));
            }
            Err(failure) => Event::new("handshake-failed").failure(&failure).emit(),
        }
    }

    /// Numbers a new connection, completes and emits the event that makes it known, and begins to serve it.
    pub fn adopt(self: &Arc<Self>, connection: Connection, event: Event) {
        let link = {
            let mut table = self.table();
            table.last_number += 1;
            let link = Arc::new(Link {
                number: table.last_number,
                connection,
                uni_turn: tokio::sync::Mutex::new(()),
                uni_answer: Mutex::new(None),
            });
            table.connections.insert(link.number, Entry::Live(link.clone()));
            link
        };
        event
            .number("conn", link.number)
            .text("remote", &link.connection.remote_id().to_string())
            .text("alpn", &String::from_utf8_lossy(link.connection.alpn()))
            .emit();
        self.tasks.spawn(serve::serve(self.clone(), link.clone()));
        self.tasks.spawn(self.clone().await_end(link));
    }

    async fn await_end(self: Arc<Self>, link: Arc<Link>) {
        let error = link.connection.closed().await;
        self.table().connections.insert(link.number, Entry::Ended(error.clone()));
        Event::new("closed").number("conn", link.number).failure(&error.into()).emit();
    }

    /// The live connection of that number, or why there is none.
    pub fn link(&self, number: u64) -> Result<Arc<Link>, Failure> {
        match self.table().connections.get(&number) {
            Some(Entry::Live(link)) => Ok(link.clone()),
            Some(Entry::Ended(error)) => Err(error.clone().into()),
            None => Err(Failure::usage(format!("no connection {number}"))),
        }
    }

    /// How a connection ended, once it has.
    pub async fn end_of(&self, number: u64) -> Result<Failure, Failure> {
        let link = match self.table().connections.get(&number) {
            Some(Entry::Live(link)) => link.clone(),
            Some(Entry::Ended(error)) => return Ok(error.clone().into()),
            None => return Err(Failure::usage(format!("no connection {number}"))),
        };
        Ok(link.connection.closed().await.into())
    }

    /// Keeps reading, because a dropped receive half would stop the other side with a code nobody asked for.
    pub fn drain(&self, mut input: Input) {
        self.tasks.spawn(async move { while let Ok(Some(_)) = input.next().await {} });
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("no holder of the table panics")
    }
}

impl Link {
    pub fn is_scripted(&self) -> bool {
        self.connection.alpn() == SCRIPT_ALPN.as_bytes()
    }

    /// Claims the next unidirectional stream; the caller holds `uni_turn`.
    pub fn expect_uni(&self) -> oneshot::Receiver<RecvStream> {
        let (sender, receiver) = oneshot::channel();
        *self.uni_answer.lock().expect("no holder panics") = Some(sender);
        receiver
    }

    /// Hands a unidirectional stream to the command that waits for one; gives it back if none does.
    pub fn offer_uni(&self, recv: RecvStream) -> Result<(), RecvStream> {
        match self.uni_answer.lock().expect("no holder panics").take() {
            Some(waiting) => waiting.send(recv),
            None => Err(recv),
        }
    }
}

/// iroh's own settings, but for what was asked for.
fn transport(idle: Option<Duration>, datagrams: bool) -> Result<QuicTransportConfig, Failure> {
    let mut builder = QuicTransportConfig::builder();
    if !datagrams {
        builder = builder.datagram_receive_buffer_size(None);
    }
    if let Some(idle) = idle {
        let timeout = IdleTimeout::try_from(idle).map_err(|_| Failure::usage("--idle-ms is too large"))?;
        // Keep-alives in proportion, or a healthy idle connection would end by the short time-out.
        let keep_alive = (idle / 3).min(MAX_KEEP_ALIVE);
        builder = builder
            .max_idle_timeout(Some(timeout))
            .keep_alive_interval(keep_alive)
            .default_path_keep_alive_interval(keep_alive);
    }
    Ok(builder.build())
}

fn bind_failure(error: impl std::fmt::Display) -> Failure {
    Failure::new("bind", error.to_string())
}

/// A code as QUIC carries it, below 2^62.
pub fn varint(code: u64) -> Result<VarInt, Failure> {
    VarInt::from_u64(code).map_err(|_| Failure::usage(format!("code {code} exceeds 62 bits")))
}
