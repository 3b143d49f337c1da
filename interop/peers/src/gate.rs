//! Whom this peer turns away: before the handshake, before a dial, and after the handshake.

use iroh::{
    EndpointAddr,
    endpoint::{
        AfterHandshakeOutcome, BeforeConnectOutcome, Connection, EndpointHooks, Incoming, IncomingAddr, VarInt,
    },
};

use crate::events::Event;

/// What happens to whoever dials this peer, before any handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Accept,
    Refuse,
    Ignore,
    /// Accepts only who comes again with the token of a Retry packet.
    Retry,
}

impl Policy {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "accept" => Self::Accept,
            "refuse" => Self::Refuse,
            "ignore" => Self::Ignore,
            "retry" => Self::Retry,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Ignore => "ignore",
            Self::Retry => "retry",
        }
    }

    /// Decides, reports the decision, and gives back what is to be accepted.
    pub fn admit(self, incoming: Incoming) -> Option<Incoming> {
        let verdict = match self {
            Self::Retry if incoming.remote_addr_validated() => Self::Accept,
            other => other,
        };
        describe(&incoming).text("verdict", verdict.name()).emit();
        match verdict {
            Self::Accept => return Some(incoming),
            Self::Refuse => incoming.refuse(),
            Self::Ignore => incoming.ignore(),
            Self::Retry => incoming.retry().expect("the address is not validated"),
        }
        None
    }
}

/// What is known before the handshake.
fn describe(incoming: &Incoming) -> Event {
    let from = match incoming.remote_addr() {
        IncomingAddr::Ip(addr) => addr.to_string(),
        other => format!("{other:?}"),
    };
    let event = Event::new("incoming").text("from", &from).flag("validated", incoming.remote_addr_validated());
    match incoming.decrypt().and_then(|initial| initial.alpns()) {
        Some(alpns) => {
            let names = alpns.flatten().map(|alpn| String::from_utf8_lossy(&alpn).into_owned());
            event.texts("alpns", names)
        }
        None => event,
    }
}

/// The hooks of the endpoint.
#[derive(Debug, Default)]
pub struct Hooks {
    pub reject_dials: bool,
    /// Code and reason for every connection past its handshake.
    pub reject_connections: Option<(VarInt, String)>,
}

impl EndpointHooks for Hooks {
    async fn before_connect<'a>(&'a self, _remote: &'a EndpointAddr, _alpn: &'a [u8]) -> BeforeConnectOutcome {
        if self.reject_dials {
            BeforeConnectOutcome::Reject
        } else {
            BeforeConnectOutcome::Accept
        }
    }

    async fn after_handshake<'a>(&'a self, _connection: &'a Connection) -> AfterHandshakeOutcome {
        match &self.reject_connections {
            Some((error_code, reason)) => {
                AfterHandshakeOutcome::Reject { error_code: *error_code, reason: reason.clone().into_bytes() }
            }
            None => AfterHandshakeOutcome::Accept,
        }
    }
}
