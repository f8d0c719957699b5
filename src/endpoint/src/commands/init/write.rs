//! Writes the files, none over one that is there unless that was asked for.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::pieces::{Piece, Readers};
use crate::private_file::Unfinished;

#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error(
        "{} there already, and nothing was written: name another folder with --dir, or replace them \
         with --force (a token in an older assent.env would be gone)", listed(.0)
    )]
    There(Vec<PathBuf>),
    #[error("{path}: {source}; may this user write there?", path = path.display())]
    File { path: PathBuf, source: io::Error },
}

fn listed(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// What was written, in this order.
pub(super) fn all(
    folder: &Path,
    pieces: &[Piece],
    force: bool,
) -> Result<Vec<PathBuf>, WriteError> {
    let paths: Vec<PathBuf> = pieces.iter().map(|piece| folder.join(piece.name)).collect();
    let there: Vec<PathBuf> =
        paths.iter().filter(|path| fs::symlink_metadata(path).is_ok()).cloned().collect();
    if !there.is_empty() && !force {
        return Err(WriteError::There(there));
    }
    for (piece, path) in pieces.iter().zip(&paths) {
        write(piece, path).map_err(|source| WriteError::File { path: path.clone(), source })?;
    }
    Ok(paths)
}

/// Complete under its name or not at all, and through no link.
fn write(piece: &Piece, path: &Path) -> io::Result<()> {
    let file = Unfinished::beside(path)?;
    (&file).write_all(piece.text.as_bytes())?;
    match piece.readers {
        Readers::Owner => {}
        Readers::Everybody => fs::set_permissions(file.part(), fs::Permissions::from_mode(0o644))?,
    }
    file.replace()
}
