//! Which path a packet belongs to.

use std::collections::HashMap;

/// Our connection ids of all paths but the first. An id that is none of ours
/// is taken for one of the first path, where its packet cannot be opened.
#[derive(Default)]
pub(super) struct OwnIds {
    paths: HashMap<Vec<u8>, u32>,
    /// That of the last packet, which the next one mostly has, too.
    heard: Vec<u8>,
    heard_path: u32,
}

impl OwnIds {
    pub(super) fn path_of(&self, dcid: &[u8]) -> u32 {
        match dcid == self.heard {
            true => self.heard_path,
            false => self.paths.get(dcid).copied().unwrap_or(0),
        }
    }

    /// The same for a packet, whose id is looked for again soon.
    pub(super) fn hear(&mut self, dcid: &[u8]) -> u32 {
        if dcid != self.heard {
            self.heard_path = self.path_of(dcid);
            self.heard.clear();
            self.heard.extend_from_slice(dcid);
        }
        self.heard_path
    }

    pub(super) fn insert(&mut self, dcid: &[u8], path: u32) {
        self.paths.insert(dcid.to_vec(), path);
        self.forget_heard();
    }

    pub(super) fn remove(&mut self, dcid: &[u8]) {
        self.paths.remove(dcid);
        self.forget_heard();
    }

    pub(super) fn of_path(&self, path: u32) -> Vec<Vec<u8>> {
        let own = self.paths.iter().filter(|(_, id)| **id == path);
        own.map(|(dcid, _)| dcid.clone()).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    fn forget_heard(&mut self) {
        self.heard.clear();
        self.heard_path = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_last_may_change_its_path() {
        let mut ids = OwnIds::default();
        assert_eq!(ids.hear(&[1; 8]), 0);
        ids.insert(&[1; 8], 3);
        assert_eq!(ids.path_of(&[1; 8]), 3);
        assert_eq!(ids.hear(&[1; 8]), 3);
        assert_eq!(ids.hear(&[2; 8]), 0);
        assert_eq!(ids.hear(&[1; 8]), 3);
        ids.remove(&[1; 8]);
        assert_eq!(ids.hear(&[1; 8]), 0);
        assert_eq!(ids.path_of(&[]), 0);
    }
}
