//! Which extensions both sides speak.

use super::*;
use crate::Config;
use crate::UnknownTransportParameter;

/// Most of our connection ids that the peer holds for each path.
pub(super) const CIDS_PER_PATH: usize = 3;
/// Paths that a peer may have at a time.
const MOST_PATHS: usize = 64;

impl Config {
    /// Sends a transport parameter that nothing here interprets, but for those
    /// of multipath and its companions; at most a few hundred bytes together.
    pub fn set_transport_param(&mut self, id: u64, value: &[u8]) {
        let own = &mut self.local_transport_params.unknown_params;
        let parameters = &mut own.get_or_insert_default().parameters;
        parameters.retain(|param| param.id != id);
        parameters.push(UnknownTransportParameter {
            id,
            value: value.to_vec(),
        });
    }
}

/// Finds a parameter in what the peer sent. All of it is looked through: the
/// connection itself keeps unknown ones up to some size only.
fn find(mut raw: &[u8], id: u64) -> Option<&[u8]> {
    while !raw.is_empty() {
        let mut b = octets::Octets::with_slice(raw);
        let found = b.get_varint().ok()?;
        let len = usize::try_from(b.get_varint().ok()?).ok()?;
        let start = b.off();
        let value = raw.get(start..start.checked_add(len)?)?;
        if found == id {
            return Some(value);
        }
        raw = &raw[start + len..];
    }
    None
}

fn varint(value: &[u8]) -> Option<u64> {
    let mut b = octets::Octets::with_slice(value);
    b.get_varint().ok().filter(|_| b.cap() == 0)
}

fn path_id(value: &[u8]) -> Result<u32> {
    varint(value)
        .and_then(|id| u32::try_from(id).ok())
        .ok_or(Error::InvalidTransportParam)
}

/// One byte that is not zero, and not an integer of variable length.
fn addresses(value: &[u8]) -> Result<u8> {
    match value {
        [count] if *count > 0 => Ok(*count),
        _ => Err(Error::InvalidTransportParam),
    }
}

/// Reads all values of ours, and keeps none.
pub(super) fn read(raw: &[u8]) {
    let _ = find(raw, INITIAL_MAX_PATH_ID).map(path_id);
    let _ = find(raw, NAT_TRAVERSAL).map(addresses);
    let _ = find(raw, ADDRESS_DISCOVERY).map(varint);
}

impl<F: BufFactory> Connection<F> {
    fn own_param(&self, id: u64) -> Option<&[u8]> {
        let own = self.local_transport_params.unknown_params.as_ref()?;
        let param = own.parameters.iter().find(|param| param.id == id)?;
        Some(&param.value)
    }

    /// A transport parameter as the peer sent it.
    pub fn peer_transport_param(&self, id: u64) -> Option<&[u8]> {
        find(self.handshake.quic_transport_params(), id)
    }

    /// After the handshake: what of ours the peer speaks, too.
    pub(crate) fn negotiate_extensions(&mut self) -> Result<()> {
        if !self.handshake_completed || self.multipath.on {
            return Ok(());
        }
        self.negotiate_multipath()?;
        self.negotiate_frames()
    }

    fn negotiate_multipath(&mut self) -> Result<()> {
        let theirs = self.peer_transport_param(INITIAL_MAX_PATH_ID);
        let peer_max = theirs.map(path_id).transpose()?;
        let own = self.own_param(INITIAL_MAX_PATH_ID);
        let local_max = own.and_then(|own| path_id(own).ok());
        let (Some(local_max), Some(peer_max)) = (local_max, peer_max) else {
            return Ok(());
        };
        if self.ids.zero_length_scid() || self.ids.zero_length_dcid() {
            return Err(Error::InvalidPacket);
        }
        let pid = self.paths.get_active_path_id()?;
        let mut first = Context::new(self.new_ids());
        first.pid = Some(pid);
        first.state = State::Open;
        first.opened = Some(crate::clock::now());
        first.carries_ack = true;
        // The handshake validated it.
        first.told_ready = true;
        let multipath = &mut self.multipath;
        multipath.contexts.insert(0, first);
        multipath.on = true;
        multipath.local_max = local_max;
        multipath.peer_max = peer_max;
        multipath.push(MultipathEvent::Negotiated {
            local_max,
            peer_max,
        });
        self.paths.make_room_for(MOST_PATHS);
        let path = self.paths.get_mut(pid)?;
        path.be_patient();
        self.multipath.pmtud =
            path.pmtud.as_ref().map(|pmtud| pmtud.settings());
        self.open_contexts();
        self.refresh_caps();
        self.begin_phase();
        Ok(())
    }

    fn negotiate_frames(&mut self) -> Result<()> {
        let theirs = self.peer_transport_param(NAT_TRAVERSAL);
        let theirs = theirs.map(addresses).transpose()?;
        let own = self.own_param(NAT_TRAVERSAL);
        let own = own.and_then(|own| addresses(own).ok());
        let nat_traversal = self.multipath.on && theirs.is_some() && own.is_some();
        let role = |value: Option<&[u8]>| value.and_then(varint);
        let sends = role(self.peer_transport_param(ADDRESS_DISCOVERY));
        let takes = role(self.own_param(ADDRESS_DISCOVERY));
        let observed = matches!(sends, Some(0 | 2)) && matches!(takes, Some(1 | 2));
        self.multipath.frames.negotiated(nat_traversal, observed);
        Ok(())
    }

    /// Limits of connection ids: the peer's that we hold, and ours.
    fn cid_limits(&self) -> (usize, usize) {
        let own = self.local_transport_params.active_conn_id_limit;
        let theirs = self.peer_transport_params.active_conn_id_limit;
        let most = CIDS_PER_PATH as u64;
        (own.min(64) as usize, theirs.min(most) as usize)
    }

    fn new_ids(&self) -> crate::cid::ConnectionIdentifiers {
        let (own, theirs) = self.cid_limits();
        crate::cid::ConnectionIdentifiers::without_ids(own, theirs)
    }

    /// Creates what the path ids need that either side may use by now.
    pub(super) fn open_contexts(&mut self) {
        let multipath = &self.multipath;
        let max = multipath.local_max.min(multipath.peer_max);
        let last = multipath.contexts.last_id();
        let gone = multipath.gone.last().map(|id| id as u32);
        let next = last.max(gone).map_or(0, |id| id.saturating_add(1));
        for path in next..=max {
            if self.multipath.contexts.len() >= MOST_CONTEXTS {
                break;
            }
            let context = Context::new(self.new_ids());
            self.multipath.contexts.insert(path, context);
        }
    }

    /// How many of our connection ids a path lacks.
    pub fn path_scids_left(&self, path: u32) -> usize {
        let multipath = &self.multipath;
        let Some(context) = multipath.contexts.get(path) else {
            return 0;
        };
        if path == 0 || context.state == State::Abandoned {
            return 0;
        }
        let ids = match multipath.entered == path {
            true => &self.ids,
            false => context.waiting_ids(),
        };
        let most = match context.state {
            // Enough to open it; most of them never are.
            State::Unused => 1,
            _ => self.cid_limits().1,
        };
        most.saturating_sub(ids.active_source_cids())
    }

    /// The first path whose ids of ours the peer may hold more of.
    pub fn first_path_without_scids(&self) -> Option<u32> {
        let mut paths = self.multipath.contexts.iter().map(|(path, _)| path);
        paths.find(|path| self.path_scids_left(*path) > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_parameters_hide_none() {
        let mut raw = Vec::new();
        for id in 0..64_u8 {
            raw.extend([0x40 | (id >> 2), id << 2 | 3, 2, id, id]);
        }
        raw.extend([0x3e, 1, 7]);
        assert_eq!(find(&raw, INITIAL_MAX_PATH_ID), Some(&[7][..]));
        assert_eq!(find(&raw, NAT_TRAVERSAL), None);
        assert_eq!(find(&[0x3e, 9, 7], INITIAL_MAX_PATH_ID), None);
    }

    #[test]
    fn values_are_whole() {
        assert_eq!(path_id(&[7]), Ok(7));
        for wrong in [&[][..], &[7, 0], &[0x40], &[0xc0, 0, 0, 1, 0, 0, 0, 0]] {
            assert_eq!(path_id(wrong), Err(Error::InvalidTransportParam));
        }
        assert_eq!(addresses(&[0x80]), Ok(0x80));
        for wrong in [&[][..], &[0], &[1, 0]] {
            assert_eq!(addresses(wrong), Err(Error::InvalidTransportParam));
        }
    }
}
