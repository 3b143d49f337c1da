//! Turns iroh's error types into the flat form that the events carry, without losing who failed, how, and with which code.

use std::error::Error;

use iroh::endpoint::{
    ClosedStream, ConnectWithOptsError, ConnectingError, ConnectionError, ReadError, SendDatagramError, StoppedError,
    WriteError,
};

/// What went wrong. `kind` is one of the words listed in the README.
#[derive(Debug, Clone)]
pub struct Failure {
    pub kind: &'static str,
    /// QUIC transport or application code, according to `kind`.
    pub code: Option<u64>,
    /// `local` or `remote`: which side ended the connection. Absent where nobody did.
    pub by: Option<&'static str>,
    /// The reason phrase of a close frame.
    pub reason: Option<String>,
    /// The error in words, with its causes.
    pub what: String,
}

impl Failure {
    pub fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self { kind, code: None, by: None, reason: None, what: what.into() }
    }

    /// A mistake of the driver.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new("usage", what)
    }

    pub fn coded(kind: &'static str, code: u64, what: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(kind, what) }
    }

    fn of(kind: &'static str, error: &dyn Error) -> Self {
        Self::new(kind, in_words(error))
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        let what = in_words(&error);
        let (kind, code, by, reason) = match error {
            ConnectionError::VersionMismatch => ("version-mismatch", None, None, None),
            ConnectionError::TransportError(e) => ("transport", Some(e.code.into()), Some("local"), Some(e.reason)),
            ConnectionError::ConnectionClosed(close) => {
                ("transport", Some(close.error_code.into()), Some("remote"), Some(lossy(&close.reason)))
            }
            ConnectionError::ApplicationClosed(close) => {
                ("application", Some(close.error_code.into_inner()), Some("remote"), Some(lossy(&close.reason)))
            }
            ConnectionError::Reset => ("reset", None, Some("remote"), None),
            ConnectionError::TimedOut => ("timed-out", None, None, None),
            ConnectionError::LocallyClosed => ("local", None, Some("local"), None),
            ConnectionError::CidsExhausted => ("cids-exhausted", None, Some("local"), None),
        };
        Self { kind, code, by, reason, what }
    }
}

impl From<ConnectWithOptsError> for Failure {
    fn from(error: ConnectWithOptsError) -> Self {
        Self::of(dial_kind(&error), &error)
    }
}

impl From<ConnectingError> for Failure {
    fn from(error: ConnectingError) -> Self {
        match error {
            ConnectingError::ConnectionError { source, .. } => source.into(),
            ConnectingError::LocallyRejected { .. } => Self::of("locally-rejected", &error),
            ConnectingError::HandshakeFailure { .. } => Self::of("handshake", &error),
            other => Self::of("internal", &other),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Reset(code) => Self::coded("stream-reset", code.into_inner(), in_words(&error)),
            ReadError::ConnectionLost(source) => source.into(),
            ReadError::ClosedStream => Self::of("stream-closed", &error),
            ReadError::ZeroRttRejected => Self::of("zero-rtt-rejected", &error),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Stopped(code) => Self::coded("stream-stopped", code.into_inner(), in_words(&error)),
            WriteError::ConnectionLost(source) => source.into(),
            WriteError::ClosedStream => Self::of("stream-closed", &error),
            WriteError::ZeroRttRejected => Self::of("zero-rtt-rejected", &error),
        }
    }
}

impl From<StoppedError> for Failure {
    fn from(error: StoppedError) -> Self {
        match error {
            StoppedError::ConnectionLost(source) => source.into(),
            StoppedError::ZeroRttRejected => Self::of("zero-rtt-rejected", &error),
        }
    }
}

impl From<SendDatagramError> for Failure {
    fn from(error: SendDatagramError) -> Self {
        match error {
            SendDatagramError::UnsupportedByPeer => Self::of("datagram-unsupported", &error),
            SendDatagramError::Disabled => Self::of("datagram-disabled", &error),
            SendDatagramError::TooLarge => Self::of("datagram-too-large", &error),
            SendDatagramError::ConnectionLost(source) => source.into(),
        }
    }
}

impl From<ClosedStream> for Failure {
    fn from(error: ClosedStream) -> Self {
        Self::of("stream-closed", &error)
    }
}

fn dial_kind(error: &ConnectWithOptsError) -> &'static str {
    match error {
        ConnectWithOptsError::SelfConnect { .. } => "self-dial",
        ConnectWithOptsError::NoAddress { .. } => "no-address",
        ConnectWithOptsError::Noq { .. } => "not-dialled",
        ConnectWithOptsError::LocallyRejected { .. } => "locally-rejected",
        ConnectWithOptsError::EndpointClosed { .. } => "endpoint-closed",
        ConnectWithOptsError::InvalidAlpn { .. } => "invalid-alpn",
        _ => "internal",
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn in_words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
