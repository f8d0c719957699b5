//! IAB GPP: `header~section~section`. Only objections count: "did not opt out" is no yes. Of its
//! European section a refusal counts as well.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement};
use super::{tcf, usp};
use crate::consent::decode::Bits;
use crate::text::{percent_decoded, split};

const TCF_EU: u32 = 2;
const US_PRIVACY: u32 = 6;
/// 1 says "opted out", 2 "did not".
const OPTED_OUT: u64 = 1;

pub(super) const FORMAT: RecordFormat = RecordFormat::own(
    "gpp",
    &[
        Key::Cookie("IABGPP_HDR_GppString"),
        Key::Cookie("__gpp"),
        Key::Stored("IABGPP_HDR_GppString"),
    ],
    read,
)
.on_auto();

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(text) = percent_decoded(found.value) else { return Some(Verdict::Unreadable.into()) };
    said(&text)
}

pub(super) fn said(text: &str) -> Option<Statement> {
    Some(decode(text).unwrap_or_else(|| Verdict::Unreadable.into()))
}

fn decode(text: &str) -> Option<Statement> {
    let mut sections = split(text, b'~');
    let header = Bits::of(sections.next()?)?;
    if header.number(0, 6)? != 3 || header.number(6, 6)? != 1 {
        return None;
    }
    let (mut opted_out, mut refused) = (false, false);
    let (mut at, mut last) = (24, 0_u32);
    for _ in 0..header.number(12, 12)? {
        let is_range = header.bit(at)?;
        let (step, end) = header.fibonacci(at + 1)?;
        let first = last.checked_add(step)?;
        (last, at) = (first, end);
        if is_range {
            let (length, end) = header.fibonacci(at)?;
            (last, at) = (first.checked_add(length)?, end);
        }
        // A range is walked no further than there are sections.
        for id in first..=last {
            let section = sections.next()?;
            match id {
                TCF_EU => refused |= tcf::said(section)?.verdict == Verdict::Denied,
                US_PRIVACY => opted_out |= usp::opted_out(section)?,
                id => opted_out |= us_section(id, section)?,
            }
        }
    }
    if sections.next().is_some() {
        return None;
    }
    Some(match (opted_out, refused) {
        (true, _) => Statement::opted_out(),
        (false, true) => Verdict::Denied.into(),
        (false, false) => Verdict::Undecided.into(),
    })
}

/// Whether a section of the US says no. `None` where it cannot be read.
fn us_section(id: u32, section: &str) -> Option<bool> {
    // Where the core has its opt-outs of sale, (sharing) and targeted advertising, two bits each.
    let (first, last) = match id {
        7 => (18, 22),       // usnat
        11 | 18 => (14, 16), // usut, usia
        // usca (sale, sharing), usva, usco, usct, usfl, usmt, usor, ustx, usde, usne, usnh, usnj,
        // ustn, usmn
        8..=10 | 12..=17 | 19..=23 => (12, 14),
        24..=27 => (16, 18),     // usmd, usin, usky, usri
        _ => return Some(false), // Canada's, or one yet to come: it says nothing here
    };
    let mut no = false;
    for (at, segment) in split(section, b'.').enumerate() {
        let segment = Bits::of(segment)?;
        if at == 0 {
            for field in (first..=last).step_by(2) {
                no |= segment.number(field, 2)? == OPTED_OUT;
            }
        } else {
            // Global Privacy Control: type 1 in two bits, then the flag. (usin, usky and usri have
            // another layout there.)
            no |= id < 25 && segment.number(0, 3)? == 0b011;
        }
    }
    Some(no)
}
