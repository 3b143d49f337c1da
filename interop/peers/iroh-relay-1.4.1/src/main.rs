//! iroh's relay server with address discovery, on loopback, for tests that drive it over stdin and stdout. The line
//! protocol is described in the README of this folder.

mod options;
mod tls;

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use iroh_relay::server::{QuicConfig, RelayConfig, Server, ServerConfig};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use crate::{options::Options, tls::Identity};

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::from_args(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => return fail(&why),
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why.to_string()),
    }
}

fn fail(why: &str) -> ExitCode {
    say(&format!(r#"{{"ev":"error","what":"{}"}}"#, escaped(why)));
    ExitCode::from(2)
}

/// The servers of one relay: one for each address, for one server has one socket.
struct Relay {
    identity: Identity,
    binds: Vec<SocketAddr>,
    servers: Vec<Server>,
}

type Failure = Box<dyn std::error::Error>;

async fn run(options: Options) -> Result<(), Failure> {
    let mut relay = Relay { identity: Identity::new(&options)?, binds: options.binds, servers: Vec::new() };
    relay.start().await?;
    say(&format!(
        r#"{{"ev":"ready","addrs":[{}],"ca":"{}","iroh-relay":"{}"}}"#,
        relay.addrs(),
        escaped(relay.identity.authority()),
        env!("CARGO_PKG_VERSION"),
    ));
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        match line.trim() {
            "stop" => {
                relay.stop().await?;
                say(r#"{"ev":"stopped"}"#);
            }
            "start" => {
                relay.start().await?;
                say(&format!(r#"{{"ev":"started","addrs":[{}]}}"#, relay.addrs()));
            }
            "connections" => say(&relay.connections()),
            "quit" => break,
            other => say(&format!(r#"{{"ev":"error","what":"unknown command {}"}}"#, escaped(other))),
        }
    }
    relay.stop().await
}

impl Relay {
    /// Binds what is not bound; ports that were left to the system are kept from then on, and the first one is tried for
    /// all addresses.
    async fn start(&mut self) -> Result<(), Failure> {
        if !self.servers.is_empty() {
            return Ok(());
        }
        let mut port = 0;
        for bind in &mut self.binds {
            if bind.port() == 0 {
                bind.set_port(port);
            }
            let server = Server::spawn(config(*bind, &self.identity)).await?;
            *bind = server.quic_addr().ok_or("no address discovery")?;
            port = bind.port();
            self.servers.push(server);
        }
        Ok(())
    }

    async fn stop(&mut self) -> Result<(), Failure> {
        for server in self.servers.drain(..) {
            server.shutdown().await?;
        }
        Ok(())
    }

    fn addrs(&self) -> String {
        let quoted: Vec<String> = self.binds.iter().map(|addr| format!("\"{addr}\"")).collect();
        quoted.join(",")
    }

    /// What the servers have counted since they were started.
    fn connections(&self) -> String {
        let sum = |count: fn(&iroh_relay::server::Metrics) -> u64| -> u64 {
            self.servers.iter().map(|server| count(&server.metrics().server)).sum()
        };
        format!(
            r#"{{"ev":"connections","accepted":{},"closed":{},"failed":{}}}"#,
            sum(|metrics| metrics.qad_connections.get()),
            sum(|metrics| metrics.qad_connections_closed.get()),
            sum(|metrics| metrics.qad_connections_errored.get()),
        )
    }
}

fn config(bind: SocketAddr, identity: &Identity) -> ServerConfig {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut quic = QuicConfig::new(bind);
    quic.server_config = Some(identity.server_config());
    let mut config = ServerConfig::default();
    config.relay = Some(RelayConfig::new((loopback, 0)));
    config.quic = Some(quic);
    config
}

fn say(line: &str) {
    let mut out = io::stdout().lock();
    // Without a reader there is nobody to tell.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "").replace('\n', "\\n")
}
