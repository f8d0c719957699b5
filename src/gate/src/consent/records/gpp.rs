//! IAB GPP: `header~section~section`. Only objections count: "did not opt out" is no yes. Of its
//! European section a refusal counts as well. Each tool keeps it under a name of its own
//! (`OTGPPConsent`, `IABGPP_HDR_GppString`, `__gpp`, `am_gpp`, `gpp` …), which has `gpp` in it, or
//! within a record.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};
use super::{tcf, usp};
use crate::base64::sextet;
use crate::consent::decode::Bits;
use crate::text::{cut, runs, split, text_within};

const TCF_EU: u32 = 2;
const US_PRIVACY: u32 = 6;
/// 1 says "opted out", 2 "did not".
const OPTED_OUT: u64 = 1;
const NAMED: Key = Key::Holding("gpp");

pub(super) const FORMAT: RecordFormat = RecordFormat::own(
    "gpp",
    &[
        // By name first: of what only holds a word there may be more than is looked into.
        Key::Cookie("OTGPPConsent"),
        Key::Cookie("IABGPP_HDR_GppString"),
        Key::Cookie("__gpp"),
        NAMED,
        Key::Cookie("FCCDCF"), // Google's Funding Choices
        Key::Stored("IABGPP_HDR_GppString"),
    ],
    read,
)
.on_auto();

fn read(found: &Found<'_>) -> Option<Answer> {
    let said = text_within(found.value).and_then(|text| within(&text));
    // Not where a record just has no such string, nor in a list of the sections that apply.
    let is_list = matches!(found.key.as_bytes(), [.., b's' | b'S', b'i' | b'I', b'd' | b'D']);
    let is_odd = !is_list && !found.value.is_empty() && NAMED.fits(found.key);
    said.or_else(|| is_odd.then_some(Answer::Unreadable))
}

/// An objection or a refusal, or nothing: beside a tool's own record.
pub(super) fn objection(found: &Found<'_>) -> Option<Answer> {
    read(found).filter(|said| *said >= Answer::Denied)
}

/// What the GPP strings in a text say together; `None` where there is none.
pub(super) fn within(text: &str) -> Option<Answer> {
    let mut all = None;
    let fits = |sign: u8| sextet(sign).is_some() || matches!(sign, b'~' | b'.');
    runs(text, fits, &mut |run| {
        let is_one = cut(run, b'~').is_some() || run.len() == text.len();
        if is_one && run.starts_with("DB") {
            all = all.max(Some(said(run)));
        }
    });
    all
}

pub(super) fn said(text: &str) -> Answer {
    decode(text).unwrap_or(Answer::Unreadable)
}

fn decode(text: &str) -> Option<Answer> {
    let mut sections = split(text, b'~');
    let header = Bits::of(sections.next()?)?;
    if header.number(0, 6)? != 3 || header.number(6, 6)? != 1 {
        return None;
    }
    let mut said = Answer::Undecided;
    let is_whole = walk(header, &mut sections, &mut said);
    // A section that cannot be read takes no objection of another's back.
    let is_whole = is_whole == Some(true) && sections.next().is_none();
    (is_whole || said != Answer::Undecided).then_some(said)
}

/// Goes through the header's ids with the sections. `None` where they do not fit, `false` where a
/// section could not be read.
fn walk<'a>(
    header: Bits<'_>,
    sections: &mut impl Iterator<Item = &'a str>,
    said: &mut Answer,
) -> Option<bool> {
    let (mut at, mut last, mut is_whole) = (24, 0_u32, true);
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
            is_whole &= section(id, sections.next()?, said).is_some();
        }
    }
    Some(is_whole)
}

/// `None` where it cannot be read to its end.
fn section(id: u32, section: &str, said: &mut Answer) -> Option<()> {
    let mut objects = |objects: bool| {
        if objects {
            *said = Answer::OptedOut;
        }
    };
    if id == US_PRIVACY {
        objects(usp::opted_out(section)?);
        return Some(());
    }
    if id == TCF_EU {
        let europe = tcf::said(section)?.answer;
        // A yes is none here, and what holds is not for a signal to hold.
        if europe == Answer::Denied {
            *said = europe.max(*said);
        }
        return (europe != Answer::Unreadable).then_some(());
    }
    // Where the core has its opt-outs of sale, (sharing) and targeted advertising, two bits each.
    let (first, last) = match id {
        7 => (18, 22),       // usnat
        11 | 18 => (14, 16), // usut, usia
        // usca (sale, sharing), usva, usco, usct, usfl, usmt, usor, ustx, usde, usne, usnh, usnj,
        // ustn, usmn
        8..=10 | 12..=17 | 19..=23 => (12, 14),
        24..=27 => (16, 18),  // usmd, usin, usky, usri
        _ => return Some(()), // Canada's, or one yet to come: it says nothing here
    };
    for (at, segment) in split(section, b'.').enumerate() {
        let segment = Bits::of(segment)?;
        if at == 0 {
            for field in (first..=last).step_by(2) {
                objects(segment.number(field, 2)? == OPTED_OUT);
            }
        } else {
            // Global Privacy Control: type 1 in two bits, then the flag. (usin, usky and usri have
            // another layout there.)
            objects(id < 25 && segment.number(0, 3)? == 0b011);
        }
    }
    Some(())
}
