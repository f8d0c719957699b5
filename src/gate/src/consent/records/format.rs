//! How a tool writes a consent down: data, read by one interpreter (`reading.rs`). What does not
//! fit has a reader of its own.

use super::statement::{Answer, Found, Statement};
use crate::consent::source::Source;
use crate::limits;
use crate::text::split;

pub(super) struct RecordFormat {
    pub(super) source: Source,
    /// All of them make one record: of the copies that can be read the strictest. One that cannot be
    /// read is a record of its own beside it.
    pub(super) keys: &'static [Key],
    /// Whether its keys in localStorage are read on `auto` too: each costs a message to the page at
    /// every event.
    pub(super) on_auto: bool,
    pub(super) how: How,
}

pub(super) enum How {
    /// By the interpreter.
    Interpreted(Coding, &'static Meaning),
    /// Encrypted, or of no known form: recognised, and never readable.
    Opaque,
    /// By hand. `None` where what was found is no record of this kind.
    Own(fn(&Found<'_>) -> Option<Answer>),
    /// The same, of a record that tells more.
    Told(fn(&Found<'_>) -> Option<Statement>),
}

#[derive(Clone, Copy)]
pub(super) enum Key {
    /// A cookie's name; a `*` in it stands for an id, digits that may have one letter before them.
    Cookie(&'static str),
    /// A cookie whose name holds this (in small letters), in whatever case.
    Holding(&'static str),
    /// A key of localStorage, likewise; the `*` stands at its end.
    Stored(&'static str),
}

/// From text to a tree.
#[derive(Clone, Copy)]
pub(super) enum Coding {
    /// Percent-decoded once, then JSON. Raw JSON has nothing to decode.
    Json,
    /// JSON in base64, whose padding may be percent-encoded; or not in base64.
    Base64,
    /// Percent-decoded, then a flat JavaScript literal.
    Literal,
    /// Percent-decoded, then `a:1,b:2` with these two signs: an object of texts.
    Pairs(u8, u8),
    /// `a=1&b=2`, each value percent-decoded: an object of texts.
    Query,
    /// Percent-decoded, then `,a,b,c,` with this sign, at both ends too: a list of texts.
    List(u8),
    /// The text itself.
    Word,
}

/// What a tree says. Whatever is not said is undecided.
pub(super) struct Meaning {
    /// Any of these is an opt-out, decided or not.
    pub(super) opt_out: &'static [Condition],
    /// Each of these must hold, or nobody has decided.
    pub(super) asked: &'static [Condition],
    /// Any of these is a no.
    pub(super) no: &'static [Condition],
    /// Any of these is a yes by itself.
    pub(super) yes: &'static [Condition],
    pub(super) switches: Switches,
    /// Where any of these holds a yes is neither that nor a refusal.
    pub(super) held: &'static [Condition],
    /// A yes counts only if each of these holds too.
    pub(super) sure: &'static [Condition],
    /// An undecided reading makes no record. For texts that can only deny: an echo of Global
    /// Privacy Control, a list of what is switched off.
    pub(super) silent: bool,
    pub(super) decided_at: Time,
    pub(super) expires_at: Time,
    pub(super) id: Identifier,
    pub(super) version: Identifier,
}

/// Something that can be seen in the tree (by a path, names joined by dots) or in a cookie beside
/// it.
pub(super) enum Condition {
    Is(&'static str, Value),
    /// It is not so, or is not there.
    IsNot(&'static str, Value),
    /// It is so, or is not there.
    IsOrAbsent(&'static str, Value),
    Has(&'static str),
    /// It is so, and nothing stands at the other path.
    IsWithout(&'static str, Value, &'static str),
    Beside(&'static str, &'static str),
    NotBeside(&'static str),
    /// Of the lists of services by purpose there, each of marketing is empty or has TikTok's (or the
    /// shop has named what counts).
    Alone(&'static str),
    /// The list there has a name with one of these words (with commas between them) in it.
    Names(&'static str, &'static str),
    /// It has a name with none of them (and the shop has not named what counts).
    Others(&'static str, &'static str),
    /// IAB's strings in the text there (`TC`, or `TC,AC,GPP`) say this, or what is stricter.
    Says(&'static str, Answer),
    /// One of Google's consent signals for advertising goes by a name there that is in no list at
    /// the other path.
    GoogleUnlisted(&'static str, &'static str),
    /// Of Google's consent signals for advertising there, one is denied.
    GoogleDenied(&'static str),
    /// All three are granted, and there is no switch beside them.
    GoogleAlone(&'static str),
}

pub(super) enum Value {
    Null,
    /// The flag, or Fides's word for it.
    True,
    False,
    Number(i32),
    Text(&'static str),
    /// One of these texts, with commas between them.
    AnyOf(&'static str),
    AnyText,
    /// Any.
    Object,
    /// Any.
    List,
}

/// Where it stands whether marketing is on. A switch that is off denies.
pub(super) enum Switches {
    None,
    /// One switch.
    At(&'static str, Value, Value),
    /// The members of an object, by name. One that begins with `$` is no switch.
    Members {
        at: &'static str,
        names: SwitchNames,
        on: Value,
        off: Value,
        all: All,
    },
    /// Lists of names: of those switched on, and of those switched off.
    Lists {
        on: Option<&'static str>,
        off: Option<&'static str>,
        names: SwitchNames,
    },
    /// A list of those switched on; the others are off. It may have several copies. An item is a
    /// name, or `{"id":name,"value":…}`.
    Accepted {
        at: &'static [&'static str],
        names: SwitchNames,
    },
    /// A mask of what is blocked, of three bits.
    Blocked {
        at: &'static str,
        bit: i32,
    },
}

/// What an object's members mean together, whatever their names are.
#[derive(Clone, Copy)]
pub(super) enum All {
    Nothing,
    /// All off, or no member at all, is a refusal.
    NoneIsNo,
    /// All off is a refusal.
    OffIsNo,
    /// What is not there is off.
    AbsentIsNo,
    /// All off (or none at all) is a refusal, all on a yes: their names are ids that mean nothing
    /// to us.
    Decide,
}

/// Which switches are TikTok's, where the shop has not named them itself.
#[derive(Clone, Copy)]
pub(super) enum SwitchNames {
    /// What tools call the purpose where a site is free to name it.
    Marketing,
    /// The same, and Fides' notices of sales and of targeted ads.
    Fides,
    /// A service of TikTok's by its slug: `tiktok`, `TikTok-Pixel`, …
    TikTok,
    /// One of these, with commas between them.
    Exactly(&'static str),
    Begin(&'static str),
    /// Only the shop can say.
    Unknown,
}

pub(super) enum Time {
    None,
    /// RFC 3339.
    Text(&'static str),
    /// Unix seconds.
    Seconds(&'static str),
    Milliseconds(&'static str),
    /// So many days after it was decided.
    Days(&'static str),
}

/// A text or a number that tells one consent from another.
pub(super) enum Identifier {
    None,
    At(&'static str),
    Beside(&'static str),
}

impl Meaning {
    pub(super) const NOTHING: Self = Self {
        opt_out: &[],
        asked: &[],
        no: &[],
        yes: &[],
        switches: Switches::None,
        held: &[],
        sure: &[],
        silent: false,
        decided_at: Time::None,
        expires_at: Time::None,
        id: Identifier::None,
        version: Identifier::None,
    };
}

impl RecordFormat {
    const fn of(source: &'static str, keys: &'static [Key], how: How) -> Self {
        Self { source: Source::known(source), keys, on_auto: false, how }
    }

    pub(super) const fn new(
        source: &'static str,
        keys: &'static [Key],
        coding: Coding,
        meaning: &'static Meaning,
    ) -> Self {
        Self::of(source, keys, How::Interpreted(coding, meaning))
    }

    pub(super) const fn opaque(source: &'static str, keys: &'static [Key]) -> Self {
        Self::of(source, keys, How::Opaque)
    }

    pub(super) const fn own(
        source: &'static str,
        keys: &'static [Key],
        read: fn(&Found<'_>) -> Option<Answer>,
    ) -> Self {
        Self::of(source, keys, How::Own(read))
    }

    pub(super) const fn told(
        source: &'static str,
        keys: &'static [Key],
        read: fn(&Found<'_>) -> Option<Statement>,
    ) -> Self {
        Self::of(source, keys, How::Told(read))
    }

    pub(super) const fn on_auto(self) -> Self {
        Self { on_auto: true, ..self }
    }
}

impl Key {
    pub(super) fn is_cookie(self) -> bool {
        match self {
            Self::Cookie(_) | Self::Holding(_) => true,
            Self::Stored(_) => false,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cookie(name) | Self::Holding(name) | Self::Stored(name) => name,
        }
    }

    pub(super) fn fits(self, name: &str) -> bool {
        let own = self.name();
        if let Self::Holding(part) = self {
            // A longer name is no tool's, and would not fit a beacon.
            return name.len() <= limits::RECORD_KEY
                && crate::text::holds(&name.to_ascii_lowercase(), part);
        }
        let Some((start, end)) = crate::text::cut(own, b'*') else { return own == name };
        let id = name
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end))
            .unwrap_or_default()
            .as_bytes();
        let digits = if let [b'a'..=b'z', rest @ ..] = id { rest } else { id };
        (1..=32).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
    }
}

impl SwitchNames {
    pub(super) fn fit(self, name: &str) -> bool {
        match self {
            Self::Marketing => split("marketing,advertising,advertisement,ads,targeting", b',')
                .any(|usual| name.eq_ignore_ascii_case(usual)),
            Self::Fides => {
                Self::Marketing.fit(name)
                    || split("targeted_,data_sa,data_sh,sales_", b',')
                        .any(|start| name.starts_with(start))
            }
            Self::TikTok => {
                name.as_bytes().get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"tiktok"))
            }
            Self::Exactly(names) => split(names, b',').any(|own| own == name),
            Self::Begin(own) => name.starts_with(own),
            Self::Unknown => false,
        }
    }
}
