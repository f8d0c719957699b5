//! Why a demand could not be carried out. It stays open, and is tried again.

use std::path::PathBuf;

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(super) enum DemandError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{path}: {source}; is there room, and may this user write there?")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the report could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the work broke off: {0}")]
    Broken(#[from] tokio::task::JoinError),
}
