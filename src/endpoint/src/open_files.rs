//! Files and sockets that this process may have open: as many as the system lets it ask for, and said
//! by its name where they run out.

use std::error::Error;
use std::io;

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit, setrlimit};

/// Kept from connections, so that the store is written and TikTok is reached however many strangers
/// come: 128 requests to TikTok, the store's readers and its log, standard streams.
const RESERVE: usize = 256;

/// Asks for as many files as `connections` need, and says how many connections there can be.
pub(crate) fn for_connections(connections: usize) -> usize {
    let wanted = u64::try_from(connections + RESERVE).unwrap_or(u64::MAX);
    let limit = getrlimit(Resource::Nofile);
    // No limit at all.
    let Some(soft) = limit.current else { return connections };
    let raised = limit.maximum.map_or(wanted, |hard| hard.min(wanted)).max(soft);
    let new = rustix::process::Rlimit { current: Some(raised), maximum: limit.maximum };
    // Where it may not be raised, what there is has to do.
    let files = if setrlimit(Resource::Nofile, new).is_ok() { raised } else { soft };
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    // Of few files one half each.
    let room = files.saturating_sub(RESERVE).max(files / 2);
    if room < connections {
        tracing::warn!(
            files,
            connections = room,
            "fewer connections than limits.connections can be open at one time: this process may have \
             {files} files open. Raise the limit (`ulimit -n`, LimitNOFILE= of systemd, --ulimit \
             nofile= of Docker) to {wanted}"
        );
    }
    room.min(connections)
}

/// Whether this failed for want of a file handle, of this process or of the machine.
pub(crate) fn are_out(error: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE].map(Errno::raw_os_error).map(Some).contains(&error.raw_os_error())
}

/// As [`are_out`], somewhere among the causes.
pub(crate) fn are_out_behind(error: &(dyn Error + 'static)) -> bool {
    let causes =
        std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    let mut io = causes.filter_map(|error| error.downcast_ref::<io::Error>());
    // What one wraps is passed over by its own `source`.
    let wrapped = |error: &io::Error| -> bool {
        error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()).is_some_and(are_out)
    };
    io.any(|error| are_out(error) || wrapped(error))
}

pub(crate) const ARE_OUT: &str = "no more files can be opened (`ulimit -n`, LimitNOFILE= of systemd, --ulimit nofile= of Docker): \
     raise the limit";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn want_of_a_file_is_known_behind_other_causes() {
        let out = io::Error::from_raw_os_error(Errno::MFILE.raw_os_error());
        assert!(are_out(&out));
        assert!(are_out_behind(&io::Error::other(out)));
        assert!(!are_out(&io::ErrorKind::NotFound.into()));
    }
}
