//! IAB US Privacy string, `1YNN`: version, notice given, **opted out of sale**, LSPA. Deny-only: `N` is absence of
//! objection, never a yes. (IAB "U.S. Privacy String", version 1.)

use super::{Record, Verdict};
use crate::consent::Source;
use crate::hex::Digest;
use crate::jar::Jar;

const KEYS: [&str; 2] = ["usprivacy", "us_privacy"];

pub(super) fn read(jar: &Jar) -> Option<Record> {
    // Denial wins among duplicates: the host's cookie and the domain's may differ.
    let found = || KEYS.iter().flat_map(|key| jar.cookies(key).map(move |value| (*key, value)));
    let (key, value) = found().find(|(_, value)| opted_out(value)).or_else(|| found().next())?;
    let opt_out = opted_out(value);
    Some(Record {
        source: Source::USP,
        key: key.to_owned(),
        verdict: if opt_out { Verdict::Denied } else { Verdict::Undecided },
        deciding: false,
        opt_out,
        decided_at: None,
        id: None,
        value: Digest::of(value.as_bytes()),
        version: None,
    })
}

fn opted_out(value: &str) -> bool {
    matches!(value.as_bytes(), [b'1', b'Y' | b'N' | b'y' | b'n' | b'-', b'Y' | b'y', b'Y' | b'N' | b'y' | b'n' | b'-'])
}
