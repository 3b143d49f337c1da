//! The contexts of all paths.

use super::context::Context;

/// In the order of path ids, which is about that of their first use: what is
/// asked for each packet stands in front, those that wait behind it.
#[derive(Default)]
pub(super) struct Contexts {
    all: Vec<(u32, Context)>,
}

impl Contexts {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn contains(&self, path: u32) -> bool {
        self.get(path).is_some()
    }

    pub(super) fn get(&self, path: u32) -> Option<&Context> {
        let mut all = self.iter();
        all.find(|(id, _)| *id == path).map(|(_, context)| context)
    }

    pub(super) fn get_mut(&mut self, path: u32) -> Option<&mut Context> {
        let mut all = self.iter_mut();
        all.find(|(id, _)| *id == path).map(|(_, context)| context)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &Context)> {
        self.all.iter().map(|(path, context)| (*path, context))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut Context)> {
        self.all.iter_mut().map(|(path, context)| (*path, context))
    }

    pub(super) fn last_id(&self) -> Option<u32> {
        self.all.last().map(|(path, _)| *path)
    }

    /// The path has none yet.
    pub(super) fn insert(&mut self, path: u32, context: Context) {
        let place = self.all.partition_point(|(id, _)| *id < path);
        self.all.insert(place, (path, context));
    }

    pub(super) fn remove(&mut self, path: u32) {
        self.all.retain(|(id, _)| *id != path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_in_the_order_of_their_ids() {
        let mut contexts = Contexts::default();
        for path in [5, 0, 9, 2] {
            let ids = crate::cid::ConnectionIdentifiers::without_ids(2, 2);
            contexts.insert(path, Context::new(ids));
        }
        contexts.remove(5);
        contexts.remove(7);
        let all: Vec<u32> = contexts.iter().map(|(path, _)| path).collect();
        assert_eq!(all, [0, 2, 9]);
        assert_eq!(contexts.last_id(), Some(9));
        assert!(contexts.contains(2) && !contexts.contains(5));
    }
}
