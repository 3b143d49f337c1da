//! Bidirectional streams whose first line says what this peer does on them.

use std::sync::Arc;

use iroh::endpoint::{RecvStream, SendStream, VarInt};

use crate::{
    events::Event,
    failure::Failure,
    peer::{Link, Peer},
    protocol::Words,
    serve::{self, Input, REFUSED, finish, stopped_with},
};

/// Longest script line; the reason of `close` is the only long part of one.
const MAX_LINE_BYTES: usize = 4096;

enum Script {
    Echo,
    Sink,
    Source(u64),
    Reset(VarInt),
    Stop(VarInt),
    WaitReset,
    WaitStop,
    Close(VarInt, String),
    Hold,
    UniSource(u64),
}

/// One scripted stream.
struct Scene {
    peer: Arc<Peer>,
    link: Arc<Link>,
    id: u64,
}

pub async fn run(peer: Arc<Peer>, link: Arc<Link>, send: SendStream, recv: RecvStream) {
    let scene = Scene { peer, link, id: send.id().into() };
    if let Err(failure) = scene.play(send, Input::new(recv)).await {
        serve::report(&scene.link, scene.id, &failure);
    }
}

impl Scene {
    async fn play(&self, mut send: SendStream, mut input: Input) -> Result<(), Failure> {
        let line = input.line(MAX_LINE_BYTES).await;
        let script = match line.and_then(|line| self.read(&line)) {
            Ok(script) => script,
            Err(failure) => {
                // Either half may be closed already; the failure is what counts.
                send.reset(REFUSED).unwrap_or_default();
                input.recv.stop(REFUSED).unwrap_or_default();
                return Err(failure);
            }
        };
        match script {
            Script::Echo => {
                serve::echo(&self.link, send, input).await;
                Ok(())
            }
            Script::Sink => self.sink(send, input).await,
            Script::Source(bytes) => {
                self.peer.drain(input);
                self.source(&mut send, bytes).await
            }
            Script::Reset(code) => {
                self.peer.drain(input);
                send.write_chunk(self.peer.pattern.piece(0, 10)).await?;
                Ok(send.reset(code)?)
            }
            Script::Stop(code) => self.stop(send, input, code).await,
            Script::WaitReset => self.wait_reset(input).await,
            Script::WaitStop => {
                self.peer.drain(input);
                self.source(&mut send, u64::MAX).await
            }
            Script::Close(code, reason) => {
                self.link.connection.close(code, reason.as_bytes());
                Ok(())
            }
            Script::Hold => {
                self.link.connection.closed().await;
                Ok(())
            }
            Script::UniSource(bytes) => {
                self.peer.drain(input);
                let mut uni = self.link.connection.open_uni().await?;
                self.source(&mut uni, bytes).await?;
                finish(&mut send).await
            }
        }
    }

    fn read(&self, line: &str) -> Result<Script, Failure> {
        let script = parse(line)?;
        self.event("script").text("line", line).emit();
        Ok(script)
    }

    async fn sink(&self, mut send: SendStream, mut input: Input) -> Result<(), Failure> {
        let (bytes, fnv) = serve::sink(&mut input).await?;
        send.write_all(&bytes.to_be_bytes()).await?;
        send.write_all(&fnv.to_be_bytes()).await?;
        finish(&mut send).await
    }

    /// Sends pattern bytes and the end of the stream; a stop by the other side ends it as an error.
    async fn source(&self, send: &mut SendStream, bytes: u64) -> Result<(), Failure> {
        let stopped = send.stopped();
        let write = async {
            let mut position = 0;
            while position < bytes {
                let piece = self.peer.pattern.piece(position, bytes - position);
                position += piece.len() as u64;
                send.write_chunk(piece).await?;
            }
            finish(send).await
        };
        tokio::select! {
            done = write => done,
            Ok(Some(code)) = stopped => Err(stopped_with(code)),
        }
    }

    async fn stop(&self, mut send: SendStream, mut input: Input, code: VarInt) -> Result<(), Failure> {
        input.recv.stop(code)?;
        self.event("stream-stop-sent").number("code", code.into_inner()).emit();
        finish(&mut send).await
    }

    /// The reset itself becomes an event by way of its error.
    async fn wait_reset(&self, mut input: Input) -> Result<(), Failure> {
        let (bytes, _) = serve::sink(&mut input).await?;
        self.event("stream-finished").number("bytes", bytes).emit();
        Ok(())
    }

    fn event(&self, name: &str) -> Event {
        Event::new(name).number("conn", self.link.number).number("stream", self.id)
    }
}

fn parse(line: &str) -> Result<Script, Failure> {
    let mut words = Words { rest: line };
    Ok(match words.word("a script command")? {
        "echo" => Script::Echo,
        "sink" => Script::Sink,
        "source" => Script::Source(words.number("a number of bytes")?),
        "reset" => Script::Reset(words.code()?),
        "stop" => Script::Stop(words.code()?),
        "wait-reset" => Script::WaitReset,
        "wait-stop" => Script::WaitStop,
        "close" => Script::Close(words.code()?, words.line().unwrap_or_default()),
        "hold" => Script::Hold,
        "uni-source" => Script::UniSource(words.number("a number of bytes")?),
        other => return Err(Failure::usage(format!("unknown script {other}"))),
    })
}
