//! What a long job of the store's file is at, for whoever waits for it.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// So much of a copy has been written, of so much at most. The first has `bytes` 0.
    Copying { bytes: u64, of: u64 },
    /// So many rows have been copied into a database.
    Filling(u64),
    /// Every page is looked at: nobody knows how long that takes.
    Pages,
    /// Every row is read.
    Rows,
}

/// Whom to tell.
pub type Watch<'a> = &'a (dyn Fn(Stage) + Sync);
