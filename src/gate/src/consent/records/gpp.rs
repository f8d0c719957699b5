//! IAB GPP: `header~section~section`. Only objections count: "did not opt out" is no yes. Of its
//! European section a refusal counts as well. Each tool keeps it under a name of its own
//! (`OTGPPConsent`, `IABGPP_HDR_GppString`, `__gpp`, `am_gpp`, `gpp` …), which has `gpp` in it, or
//! within a record.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement};
use super::{tcf, usp};
use crate::base64::sextet;
use crate::consent::decode::Bits;
use crate::text::{cut, percent_decoded, runs, split};

const TCF_EU: u32 = 2;
const US_PRIVACY: u32 = 6;
/// 1 says "opted out", 2 "did not".
const OPTED_OUT: u64 = 1;
const NAMED: Key = Key::Holding("gpp");

pub(super) const FORMAT: RecordFormat = RecordFormat::own(
    "gpp",
    &[
        NAMED,
        // Google's Funding Choices, Fides.
        Key::Cookie("FCCDCF"),
        Key::Cookie("fides_consent"),
        Key::Stored("IABGPP_HDR_GppString"),
    ],
    read,
)
.on_auto();

fn read(found: &Found<'_>) -> Option<Statement> {
    let said = percent_decoded(found.value).and_then(|text| within(&text));
    // Not where a record just has no such string, nor in a list of the sections that apply.
    let is_list = found.key.get(found.key.len().saturating_sub(3)..);
    let is_list = is_list.is_some_and(|end| end.eq_ignore_ascii_case("sid"));
    if said.is_some() || found.value.is_empty() || is_list || !NAMED.fits(found.key) {
        return said;
    }
    Some(Verdict::Unreadable.into())
}

/// What the GPP strings in a text say together; `None` where there is none.
pub(super) fn within(text: &str) -> Option<Statement> {
    let is_one =
        |run: &&str| run.starts_with("DB") && (cut(run, b'~').is_some() || run.len() == text.len());
    let found = runs(text, |sign| sextet(sign).is_some() || matches!(sign, b'~' | b'.'));
    found.filter(is_one).map(said).reduce(Statement::strictest)
}

pub(super) fn said(text: &str) -> Statement {
    decode(text).unwrap_or_else(|| Verdict::Unreadable.into())
}

/// What the sections that can be read object to.
#[derive(Default)]
struct Objection {
    opted_out: bool,
    refused: bool,
}

fn decode(text: &str) -> Option<Statement> {
    let mut sections = split(text, b'~');
    let header = Bits::of(sections.next()?)?;
    if header.number(0, 6)? != 3 || header.number(6, 6)? != 1 {
        return None;
    }
    let mut objection = Objection::default();
    let is_whole = walk(header, &mut sections, &mut objection);
    // A section that cannot be read takes no objection of another's back.
    Some(match objection {
        Objection { opted_out: true, .. } => Statement::opted_out(),
        Objection { refused: true, .. } => Verdict::Denied.into(),
        _ if is_whole == Some(true) && sections.next().is_none() => Verdict::Undecided.into(),
        _ => return None,
    })
}

/// Goes through the header's ids with the sections. `None` where they do not fit, `false` where a
/// section could not be read.
fn walk<'a>(
    header: Bits<'_>,
    sections: &mut impl Iterator<Item = &'a str>,
    objection: &mut Objection,
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
            is_whole &= section(id, sections.next()?, objection).is_some();
        }
    }
    Some(is_whole)
}

/// `None` where it cannot be read to its end.
fn section(id: u32, section: &str, objection: &mut Objection) -> Option<()> {
    match id {
        TCF_EU => {
            let said = tcf::said(section)?;
            objection.refused |= said.verdict == Verdict::Denied;
            return (said.verdict != Verdict::Unreadable).then_some(());
        }
        US_PRIVACY => {
            objection.opted_out |= usp::opted_out(section)?;
            return Some(());
        }
        _ => {}
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
                objection.opted_out |= segment.number(field, 2)? == OPTED_OUT;
            }
        } else {
            // Global Privacy Control: type 1 in two bits, then the flag. (usin, usky and usri have
            // another layout there.)
            objection.opted_out |= id < 25 && segment.number(0, 3)? == 0b011;
        }
    }
    Some(())
}
