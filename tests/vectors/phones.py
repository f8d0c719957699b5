"""Makes src/gate/src/tiktok/phone/table.rs and tests/vectors/phones.json from Google's libphonenumber metadata
(PyPI `phonenumbers`, its port to Python, Apache-2.0; version 9.0.43 has the metadata of libphonenumber 9.0.43).
Expected values come from that library, never from the gate.

    python3 -m venv /tmp/phones && /tmp/phones/bin/pip install phonenumbers==9.0.43
    /tmp/phones/bin/python tests/vectors/phones.py

Spellings by chance besides, as many as one likes, under a seed, for the gate's ignored test of them:

    /tmp/phones/bin/python tests/vectors/phones.py 30000 7 /tmp/spellings.json
    ASSENT_PHONES=/tmp/spellings.json cargo test --locked -p assent-gate by_chance -- --ignored
"""
import json
import random
import re
import sys
from pathlib import Path
from re import _constants as op
from re import _parser as parser

import phonenumbers as lib
from phonenumbers import PhoneNumberFormat as Form
from phonenumbers import phonemetadata

ROOT = Path(__file__).resolve().parents[2]
REGIONS = sorted(lib.SUPPORTED_REGIONS)
META = {region: phonemetadata.PhoneMetadata.metadata_for_region(region) for region in REGIONS}
KINDS = {"mobile": 6, "fixed_line": 6, "toll_free": 1, "premium_rate": 1, "shared_cost": 1, "voip": 1,
         "personal_number": 1, "uan": 1, "pager": 1}  # and how often each is drawn

# ── the table

TRUNKS = ["", "0", "1", "8", "06", "80", "08"]  # numbering_plan.rs has what each stands for
DIALLED = ["", "00", "011", "0011", "810", "0", "001", "119", "010", "000", "009"]
# libphonenumber strips two prefixes in Belarus and in Lithuania, in Gabon only some zeros, in Colombia carriers'.
TRUNK_OF = {"BY": "80", "LT": "08", "GA": "", "CO": ""}
# Lengths at which libphonenumber puts an area code before the number, or cannot tell by the length what was dialled.
LENGTHS_OF = {"BY": {9}, "CC": {9}, "CX": {9}, "SM": {7, 8, 10}, "NF": {6}, "CA": {10}}


def dialled(meta):
    """What is dialled before a foreign number, where that alone tells: some countries have a carrier's digits behind it."""
    pattern, preferred = meta.international_prefix or "", (meta.preferred_international_prefix or "").replace("~", "")
    if pattern in DIALLED:
        return pattern
    if pattern.startswith("00|") or re.match(r"0\(\?:0\||0\[0[19]\]|010\|0\[0-2\]", pattern):
        return "00"
    return preferred if preferred in ("0011", "810") else ""


class State:
    def __init__(self):
        self.edges, self.empty = [], []


def signs(kind, value):
    if kind is op.LITERAL:
        return {chr(value)}
    if kind is op.RANGE:
        return {chr(code) for code in range(value[0], value[1] + 1)}
    return set("0123456789")  # \d


def automaton(items, at):
    """Puts a pattern's states behind `at`; gives the last one."""
    for kind, value in items:
        if kind in (op.LITERAL, op.IN):
            inside = [(kind, value)] if kind is op.LITERAL else value
            after = State()
            at.edges.append((set().union(*(signs(*one) for one in inside)), after))
            at = after
        elif kind is op.MAX_REPEAT:
            least, most, inside = value
            end = State()
            for count in range(most):
                if count >= least:
                    at.empty.append(end)
                at = automaton(inside, at)
            at.empty.append(end)
            at = end
        elif kind is op.SUBPATTERN:
            at = automaton(value[-1], at)
        else:
            assert kind is op.BRANCH, kind
            end = State()
            for branch in value[1]:
                begin = State()
                at.empty.append(begin)
                automaton(branch, begin).empty.append(end)
            at = end
    return at


def closure(states):
    known, left = set(states), list(states)
    while left:
        new = [state for state in left.pop().empty if state not in known]
        known.update(new)
        left += new
    return known


def lengths_beginning_with(pattern, prefix):
    """How many digits a text may have that the pattern takes whole and that begins so."""
    start = State()
    end = automaton(parser.parse(pattern), start)
    states, found = closure([start]), set()
    for count in range(16):
        if count >= len(prefix) and end in states:
            found.add(count)
        wanted = {prefix[count]} if count < len(prefix) else set("0123456789")
        states = closure([after for state in states for chars, after in state.edges if chars & wanted])
    return found


def plan(region):
    meta = META[region]
    trunk = TRUNK_OF.get(region, meta.national_prefix or "")
    lengths = set()
    for kind in KINDS:
        description = getattr(meta, kind)
        if description and description.possible_length and description.possible_length != (-1,):
            lengths |= {length for length in description.possible_length if length < 16}
    pattern = meta.general_desc.national_number_pattern
    return {"code": meta.country_code, "lengths": LENGTHS_OF.get(region, lengths),
            "like_code": lengths_beginning_with(pattern, str(meta.country_code)),
            "trunk": TRUNKS.index(trunk), "dialled": DIALLED.index(dialled(meta)),
            "zero": trunk != "0" and bool(lengths_beginning_with(pattern, "0"))}


def span(numbers):
    """From the least to the most, a figure of 16 each."""
    return min(numbers) << 4 | max(numbers) if numbers else 0xf0


plans = {region: plan(region) for region in REGIONS}
table = []
for code, regions in sorted(lib.COUNTRY_CODE_TO_REGION_CODE.items()):
    regions = [region for region in regions if region in plans]  # libphonenumber's first one speaks for the code
    shared = {name: set().union(*(plans[region][name] for region in regions)) for name in ("lengths", "like_code")}
    zero = any(plans[region]["zero"] for region in regions)
    for region in regions:
        row = plans[region]
        lengths = row["lengths"] if region in ("CC", "CX") else shared["lengths"]
        habits = row["trunk"] | row["dialled"] << 3 | zero << 7
        table.append(f'    Plan::new(*b"{region.lower()}", {code}, {span(lengths):#04x}, '
                     f'{span(lengths & shared["like_code"]):#04x}, {habits:#04x}),')
out = ["//! Made by tests/vectors/phones.py from libphonenumber's metadata; do not edit.", "",
       "use super::numbering_plan::NumberingPlan as Plan;", "", "#[rustfmt::skip]",
       f"pub(super) const PLANS: [Plan; {len(table)}] = [", *table, "];", ""]
(ROOT / "src/gate/src/tiktok/phone/table.rs").write_text("\n".join(out))

# ── the rows

dice = random.Random(12)


def drawn(items):
    """A text that the pattern takes."""
    text = ""
    for kind, value in items:
        if kind is op.MAX_REPEAT:
            text += "".join(drawn(value[2]) for _ in range(dice.randint(value[0], value[1])))
        elif kind is op.SUBPATTERN:
            text += drawn(value[-1])
        elif kind is op.BRANCH:
            text += drawn(dice.choice(value[1]))
        else:
            inside = [(kind, value)] if kind is op.LITERAL else value
            text += dice.choice(sorted(set().union(*(signs(*one) for one in inside))))
    return text


def number(region):
    """A valid number of the region, of any kind."""
    while True:
        kind = dice.choices(list(KINDS), KINDS.values())[0]
        pattern = (getattr(META[region], kind) or META[region].general_desc).national_number_pattern
        if not pattern or pattern == "NA":
            continue
        digits = drawn(parser.parse(pattern))
        zeros = len(digits) - len(digits.lstrip("0"))
        made = lib.PhoneNumber(META[region].country_code, int(digits), italian_leading_zero=zeros > 0 or None,
                               number_of_leading_zeros=zeros if zeros > 1 else None)
        if lib.is_valid_number(made):
            return made


def only_digits(text):
    return "".join(c for c in text if c.isdigit())


def spellings(made, region):
    """How people and programs write it, and the country of the address it stands in."""
    e164, national = lib.format_number(made, Form.E164), lib.format_number(made, Form.NATIONAL)
    digits, code = lib.national_significant_number(made), made.country_code
    trunk = META[region].national_prefix or "0"
    foreign = dice.choice(["US", "DE", "GB", "FR", "JP", "AU", "IT", "ES", "CA", "NL"])
    return [(e164, region), (e164, foreign), (lib.format_number(made, Form.INTERNATIONAL), None),
            (lib.format_number(made, Form.INTERNATIONAL), region), (lib.format_number(made, Form.RFC3966), region),
            (national, region), (national, region), (only_digits(national), region), (digits, region),
            (e164[1:], region), ("00" + e164[1:], region), (f"+{code} ({trunk}) {digits}", region),
            (f"(+{code}) {trunk}{digits}", region),
            (lib.format_out_of_country_calling_number(made, foreign), foreign)]


def digits_from(zero):
    return lambda text: "".join(chr(ord(zero) + int(c)) if c in "0123456789" else c for c in text)


def instead(signs, others):
    return lambda text: "".join(dice.choice(others) if c in signs else c for c in text)


def inside(sign):
    def put(text):
        at = dice.randint(1, len(text) - 1)
        return text[:at] + sign + text[at:]
    return put


# What a reader sees stays the same.
DRESSES = [
    lambda text: "\u200e" + text, lambda text: text + "\u200f", lambda text: "\u202a" + text + "\u202c",
    lambda text: "\u202d" + text + "\u202c", lambda text: "\u2066" + text + "\u2069",
    lambda text: "\u2068" + text + "\u2069", lambda text: "\ufeff" + text, lambda text: f" \t{text}\n",
    *(inside(sign) for sign in "\u200b\u200c\u200d\u2060\u00ad\ufeff\u061c\u180e\u200e"),
    *(instead(" ", other) for other in "\u00a0\u2007\u2009\u202f\u3000\u2002"),
    instead("-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\ufe63"), instead("- ", "."), instead("- ", "/"),
    *(digits_from(zero) for zero in "\u0660\u06f0\u0966\u09e6\u0a66\u0ae6\u0be6\u0c66\u0e50\u0ed0\u17e0\u1040\uff10"),
    lambda text: "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else "\u3000" for c in text),
    lambda text: text + " ext. 12", lambda text: text + "x12", lambda text: text + ";ext=123", lambda text: text + " #7",
    lambda text: text + ", ext 45", lambda text: text + " extension 9", lambda text: text + " (ext 8)",
    lambda text: "Tel.: " + text, lambda text: f"({text})",
]


def read(text, country):
    try:
        made = lib.parse(text, (country or "ZZ").upper())
    except lib.NumberParseException:
        return None
    made.extension = None
    return lib.format_number(made, Form.E164) if lib.is_valid_number(made) else None


rows = []
for region in REGIONS:
    for kind in (lib.PhoneNumberType.MOBILE, lib.PhoneNumberType.FIXED_LINE):
        example = lib.example_number_for_type(region, kind)
        if example is not None:
            rows += [(text, region, read(text, region)) for text in
                     (lib.format_number(example, Form.NATIONAL), lib.format_number(example, Form.INTERNATIONAL))]
    for turn in range(9):
        text, country = dice.choice(spellings(number(region), region))
        e164 = read(text, country)
        rows.append((dice.choice(DRESSES)(text) if turn % 2 else text, country, e164))
rows = [row for row in dict.fromkeys(rows) if row[2] is not None]

# As people type them; by hand, and asserted.
for text, country, e164 in [
        ("+44 (0)7400 123456", None, "+447400123456"), ("+4407400123456", None, "+447400123456"),
        ("07400.123-456", "gb", "+447400123456"), ("+39 02 1234 5678", None, "+390212345678"),
        ("447400123456", "GB", "+447400123456"), ("1 (201) 555-0123", "US", "+12015550123"),
        ("201-555-0123 ext. 7", "US", "+12015550123"), ("٠٧٤٠٠ ١٢٣٤٥٦", "GB", "+447400123456"),
        ("011 15-2345-6789", "AR", "+5491123456789"), ("+54 9 11 2345-6789", None, "+5491123456789"),
        ("8 029 491-19-11", "BY", "+375294911911"), ("03ー1234ー5678", "JP", "+81312345678"),
        ("06 20 123 4567", "HU", "+36201234567"), ("0011 44 7400 123456", "AU", "+447400123456"),
        ("8 10 44 7400 123456", "RU", "+447400123456"), ("079 123 45 67", "CH", "+41791234567"),
        ("+52 55 1234 5678", None, "+525512345678"), ("(11) 96123-4567", "BR", "+5511961234567")]:
    assert read(text, country) == e164, (text, read(text, country))
    rows.append((text, country, e164))
# What cannot be read is omitted, never guessed: not a valid number to libphonenumber, or one that needs a country.
for text, country in [("07400 123456", None), ("12345", "GB"), ("074001234567890", "GB"), ("2015550123456", "US"),
                      ("call me", "US"), ("", "US"), ("+", "US"), ("+0123456789", None), ("+123456", None),
                      ("+1234567890123456", None), ("0151", "DE"), ("+44 7400 123456 / 07400 123457", "GB"),
                      ("mina@example.com", "DE"), ("\u200e\u200f", "DE"), ("ext. 12", "DE"), ("+49", None)]:
    assert read(text, country) is None, text
    rows.append((text, country, None))
lines = [json.dumps({"input": text, "country": country, "e164": e164}, ensure_ascii=False) for text, country, e164 in rows]
(ROOT / "tests/vectors/phones.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
print(len(table), "plans,", len(rows), "rows")

# ── by chance

BETWEEN = [" ", "-", ".", "/", "  ", " - ", "\u00a0", "\u2011", ") "]


def loosened(text):
    """Other signs between the digits, and some left out."""
    out = ""
    for at, c in enumerate(text):
        if c in " -./" and dice.random() < 0.3:
            c = dice.choice(["", *BETWEEN[:6]])
        out += c
        if c.isdigit() and text[at + 1:at + 2].isdigit() and dice.random() < 0.12:
            out += dice.choice(BETWEEN[:8])
    return out


def by_chance(count, seed, path):
    dice.seed(seed)
    rows = []
    while len(rows) < count:
        region = dice.choice(REGIONS)
        text, country = dice.choice(spellings(number(region), region))
        if dice.random() < 0.5 and ":" not in text:
            text = loosened(text)
        e164 = read(text, country)
        if e164 is None:
            continue  # not valid, or not written so that libphonenumber can read it
        # Words around it, of which there is one at most, then signs.
        for dress in dice.sample(DRESSES[-9:], dice.choice([0, 0, 1])) + dice.sample(DRESSES[:-9], dice.choice([0, 1, 2])):
            text = dress(text)
        rows.append({"input": text, "country": country, "e164": e164})
    Path(path).write_text(json.dumps(rows, ensure_ascii=False))
    print(len(rows), "spellings by chance")


if len(sys.argv) == 4:
    by_chance(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
