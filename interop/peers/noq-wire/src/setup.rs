//! noq's configurations, with the values of iroh 1.4.1 where the command line gives no others.

use std::sync::Arc;

use noq_proto::{
    ClientConfig, EndpointConfig, IdleTimeout, MtuDiscoveryConfig, ServerConfig, TransportConfig,
    crypto::rustls::{QuicClientConfig, QuicServerConfig},
};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{options::Options, session::Tapped, tap::Tap, tls::Identity};

pub struct Setup {
    pub endpoint: Arc<EndpointConfig>,
    pub key: [u8; 32],
    server: ServerConfig,
    server_crypto: Arc<QuicServerConfig>,
    client_crypto: Arc<QuicClientConfig>,
    transport: Arc<TransportConfig>,
}

impl Setup {
    pub fn new(options: &Options) -> Result<Self, String> {
        let seed = match options.secret {
            Some(seed) => seed,
            None => random_seed()?,
        };
        let told = |error: rustls::Error| error.to_string();
        let identity = Identity::from_seed(&seed).map_err(told)?;
        let client = identity.client(&options.alpn).map_err(told)?;
        let server = identity.server(&options.alpn).map_err(told)?;
        let client_crypto = Arc::new(QuicClientConfig::try_from(client).map_err(|error| error.to_string())?);
        let server_crypto = Arc::new(QuicServerConfig::try_from(server).map_err(|error| error.to_string())?);
        let transport = Arc::new(transport(options)?);
        let mut server = ServerConfig::with_crypto(server_crypto.clone());
        server.transport_config(transport.clone());
        let mut endpoint = EndpointConfig::default();
        endpoint.grease_quic_bit(false);
        Ok(Self {
            endpoint: Arc::new(endpoint),
            key: *identity.public(),
            server,
            server_crypto,
            client_crypto,
            transport,
        })
    }

    /// For everything that concerns no connection yet.
    pub fn server(&self) -> Arc<ServerConfig> {
        Arc::new(self.server.clone())
    }

    /// For one connection.
    pub fn tapped_server(&self, tap: &Arc<Tap>) -> Arc<ServerConfig> {
        let mut server = self.server.clone();
        server.crypto = Arc::new(Tapped::new(self.server_crypto.clone(), tap.clone()));
        Arc::new(server)
    }

    /// For one connection.
    pub fn tapped_client(&self, tap: &Arc<Tap>) -> ClientConfig {
        let crypto = Tapped::new(self.client_crypto.clone(), tap.clone());
        let mut client = ClientConfig::new(Arc::new(crypto));
        client.transport_config(self.transport.clone());
        client
    }
}

fn random_seed() -> Result<[u8; 32], String> {
    let mut seed = [0; 32];
    SystemRandom::new().fill(&mut seed).map_err(|_| "the system has no random numbers")?;
    Ok(seed)
}

fn transport(options: &Options) -> Result<TransportConfig, String> {
    let mut transport = TransportConfig::default();
    let idle = IdleTimeout::try_from(options.idle).map_err(|error| error.to_string())?;
    transport.max_idle_timeout(Some(idle));
    transport.keep_alive_interval(Some(options.keep_alive));
    transport.default_path_keep_alive_interval(Some(options.keep_alive));
    transport.default_path_max_idle_timeout(Some(options.path_idle));
    // noq counts paths; 0 is none at all, without the transport parameter.
    transport.max_concurrent_multipath_paths(options.max_path_id.map_or(0, |highest| highest.saturating_add(1)));
    // It would turn multipath on by itself.
    transport.max_remote_nat_traversal_addresses(if options.max_path_id.is_some() {
        options.nat_traversal
    } else {
        0
    });
    transport.send_observed_address_reports(options.observed.sends);
    transport.receive_observed_address_reports(options.observed.receives);
    transport.server_handshake_migration(true);
    transport.mtu_discovery_config(options.mtu_discovery.then(MtuDiscoveryConfig::default));
    Ok(transport)
}
