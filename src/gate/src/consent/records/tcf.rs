//! IAB TCF v2.2 and 2.3. TikTok is no IAB vendor, so there is no vendor's bit to ask: the purposes
//! decide, by consent, never by legitimate interest. Nothing behind them (vendors, restrictions) is
//! unpacked.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found, Statement};
use crate::consent::decode::Bits;
use crate::text::{decimal, split};
use crate::time::Timestamp;

/// Store and access, create a profile for ads, select personalised ads.
const PURPOSES: [usize; 3] = [1, 3, 4];
/// Measure ads: the one of ours that may also stand on legitimate interest.
const MEASURE: usize = 7;
/// Bit offsets of the core segment ("Transparency and Consent String with Global Vendor List
/// Format", IAB Tech Lab).
const UPDATED: (usize, usize) = (42, 36);
const LIST_VERSION: (usize, usize) = (120, 12);
const SERVICE_SPECIFIC: usize = 138;
const CONSENT: usize = 152;
/// Legitimate interests stand this far behind the consents, in the publisher's segment too.
const INTEREST: usize = 24;
/// Where the fixed fields of the core segment end.
const VENDORS: usize = 213;
/// Another segment begins with its type in three bits; the publisher's has its own consents and
/// interests after it.
const PUBLISHER: u64 = 3;
const PUBLISHER_CONSENT: usize = 3;
/// How many purposes of its own it has, in six bits; two bits for each follow.
const PUBLISHER_OWN: usize = 51;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::told("tcf", &[Key::Cookie("euconsent-v2")], read);

pub(super) fn read(found: &Found<'_>) -> Option<Statement> {
    said(found.value)
}

/// `None` for a string of version 1, which no longer means anything.
pub(super) fn said(text: &str) -> Option<Statement> {
    if text.starts_with('B') {
        return None;
    }
    Some(decode(text).unwrap_or_else(|| Answer::Unreadable.into()))
}

fn decode(text: &str) -> Option<Statement> {
    let mut segments = split(text, b'.');
    let core = Bits::of(segments.next()?)?;
    if core.number(0, 6)? != 2 || !core.bit(SERVICE_SPECIFIC)? {
        return None;
    }
    let mut answer = answer(core, CONSENT)?;
    let mut is_whole = whole(core).is_some();
    for segment in segments {
        is_whole &= other(segment, &mut answer).is_some();
    }
    // What cannot be read further on may have been a no. It takes none back.
    if !is_whole && answer != Answer::Denied {
        return None;
    }
    let seconds = core.number(UPDATED.0, UPDATED.1)? / 10; // deciseconds
    let version = core.number(LIST_VERSION.0, LIST_VERSION.1)?;
    Some(Statement {
        decided_at: i64::try_from(seconds).ok().map(Timestamp),
        version: Some(decimal(version).into()),
        ..answer.into()
    })
}

/// What the purposes say whose consents begin at this bit. A site that measures on legitimate
/// interest asks nobody for that purpose, so where it is not consented to nobody has refused it.
fn answer(segment: Bits<'_>, consent: usize) -> Option<Answer> {
    let on = |purpose: usize, from: usize| segment.bit(from + purpose - 1);
    let mut all = true;
    for purpose in PURPOSES {
        all &= on(purpose, consent)?;
    }
    let (measured, on_interest) = (on(MEASURE, consent)?, on(MEASURE, consent + INTEREST)?);
    Some(match (all, measured, on_interest) {
        (true, true, _) => Answer::Granted,
        (true, false, true) => Answer::Held,
        _ => Answer::Denied,
    })
}

/// A segment after the core: the publisher's may make the answer stricter.
fn other(segment: &str, said: &mut Answer) -> Option<()> {
    let segment = Bits::of(segment)?;
    let end = match segment.number(0, 3)? {
        // The vendors disclosed, or allowed.
        1 | 2 => vendors(segment, 3)?,
        PUBLISHER => {
            // An empty one is what a tool writes that does not use it.
            if segment.number(PUBLISHER_CONSENT, 48)? != 0 {
                *said = answer(segment, PUBLISHER_CONSENT)?.max(*said);
            }
            PUBLISHER_OWN + 6 + 2 * usize::try_from(segment.number(PUBLISHER_OWN, 6)?).ok()?
        }
        _ => return None,
    };
    padded(segment, end)
}

/// What follows the fixed fields must be there to its end, or the string was cut: consents,
/// interests, restrictions. Each is stepped over, none is unpacked; a step is never longer than
/// what is left.
fn whole(core: Bits<'_>) -> Option<()> {
    let mut at = vendors(core, VENDORS)?;
    at = vendors(core, at)?;
    let restrictions = core.number(at, 12)?;
    at += 12;
    for _ in 0..restrictions {
        at = ranges(core, at + 8)?; // purpose and type
    }
    padded(core, at)
}

/// The segment reaches so far, and nothing but padding follows.
fn padded(segment: Bits<'_>, end: usize) -> Option<()> {
    segment.bit(end - 1)?;
    let mut at = end;
    while let Some(bit) = segment.bit(at) {
        if bit {
            return None;
        }
        at += 1;
    }
    Some(())
}

/// A vendor section: the highest id, then as many bits, or ranges. Gives where it ends.
fn vendors(core: Bits<'_>, at: usize) -> Option<usize> {
    let highest = usize::try_from(core.number(at, 16)?).ok()?;
    if core.bit(at + 16)? {
        return ranges(core, at + 17);
    }
    let end = at + 17 + highest;
    core.bit(end - 1).map(|_| end)
}

fn ranges(core: Bits<'_>, at: usize) -> Option<usize> {
    let entries = core.number(at, 12)?;
    let mut at = at + 12;
    for _ in 0..entries {
        at += if core.bit(at)? { 33 } else { 17 };
    }
    core.bit(at - 1).map(|_| at)
}
