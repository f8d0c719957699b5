//! TikTok's access token: from the environment, or from a file that may be replaced while the
//! server runs.

use std::io;
use std::path::PathBuf;

use crate::secret::Secret;

#[derive(Debug, Clone)]
pub enum AccessToken {
    Fixed(Secret),
    File(PathBuf),
}

impl AccessToken {
    /// The token as it is now; `None` where there is none in the file. A file is read again each time,
    /// so a repaired token needs no restart.
    pub fn read(&self) -> io::Result<Option<Secret>> {
        match self {
            Self::Fixed(secret) => Ok(Some(secret.clone())),
            Self::File(path) => std::fs::read_to_string(path).map(|text| Secret::new(&text)),
        }
    }
}
