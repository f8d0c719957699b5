"""Makes src/gate/src/tiktok/phone/table.rs and tests/vectors/phones.json from Google's libphonenumber metadata
(PyPI `phonenumbers`, Apache-2.0). Expected values come from that library, never from the gate.

    python3 -m venv /tmp/phones && /tmp/phones/bin/pip install phonenumbers==9.0.43
    /tmp/phones/bin/python tests/vectors/phones.py
"""
import json
from pathlib import Path

import phonenumbers as lib
from phonenumbers import phonemetadata

ROOT = Path(__file__).resolve().parents[2]
# A national number of these cannot be turned by "drop the trunk prefix": Argentina inserts a 9, and Shopify's country
# codes below are not what libphonenumber parses with. They still pass when written with +.
SPECIAL = {"AR"}
PREFIXES = {"00", "011"}  # dialling prefixes we read; elsewhere a number with one is omitted


def national_lengths(meta):
    lengths = set()
    for desc in (meta.mobile, meta.fixed_line):
        if desc and desc.possible_length and desc.possible_length != (-1,):
            lengths |= set(desc.possible_length)
    return lengths


def mask(lengths):
    return sum(1 << n for n in lengths if n < 16)


def turn(digits, plus, row):
    """The rule of phone/mod.rs in Python, to find the countries it holds for."""
    code, trunk, idd, lengths = row
    if plus:
        return "+" + digits
    if idd in PREFIXES and digits.startswith(idd):
        return "+" + digits[len(idd):]
    fits = lambda n: bool(lengths >> n & 1)
    if trunk and digits.startswith(trunk) and fits(len(digits) - len(trunk)):
        return f"+{code}{digits[len(trunk):]}"
    bare, whole = fits(len(digits)), digits.startswith(code) and fits(len(digits) - len(code))
    if bare and not whole:
        return f"+{code}{digits}"
    if whole and not bare:
        return "+" + digits
    return None


def only_digits(text):
    return "".join(c for c in text if c.isdigit())


table, vectors = [], []
for region in sorted(lib.SUPPORTED_REGIONS):
    meta = phonemetadata.PhoneMetadata.metadata_for_region(region)
    idd = meta.international_prefix if meta.international_prefix in PREFIXES else ""
    row = (str(meta.country_code), meta.national_prefix or "", idd, mask(national_lengths(meta)))
    examples = []
    for kind in (lib.PhoneNumberType.MOBILE, lib.PhoneNumberType.FIXED_LINE):
        number = lib.example_number_for_type(region, kind)
        if number is None or not lib.is_valid_number_for_region(number, region):
            continue
        e164 = lib.format_number(number, lib.PhoneNumberFormat.E164)
        national = lib.format_number(number, lib.PhoneNumberFormat.NATIONAL)
        examples.append((national, only_digits(national), e164))
    good = region not in SPECIAL and examples and all(turn(d, False, row) == e for _, d, e in examples)
    if not good:
        for _, _, e164 in examples:
            vectors.append({"input": e164, "country": region, "e164": e164})
        continue
    table.append((region, *row))
    for national, digits, e164 in examples:
        vectors.append({"input": national, "country": region, "e164": e164})
        vectors.append({"input": lib.format_number(lib.parse(e164), lib.PhoneNumberFormat.INTERNATIONAL), "country": None, "e164": e164})
        if idd:
            vectors.append({"input": idd + e164[1:], "country": region, "e164": e164})

# What cannot be read is omitted, never guessed. Each is "not a possible number" to libphonenumber, or has no country.
for text, country in [("07400 123456", None), ("12345", "GB"), ("074001234567890", "GB"), ("2015550123456", "US"),
                      ("call me", "US"), ("", "US"), ("+", "US"), ("+0123456789", None), ("+123456", None),
                      ("+1234567890123456", None), ("201-555-0123 ext. 7", "US"), ("0151", "DE"), ("٠٧٤٠٠ ١٢٣٤٥٦", "GB")]:
    vectors.append({"input": text, "country": country, "e164": None})
# ITU-T E.123's "(0)" and separators people type.
for text, country, e164 in [("+44 (0)7400 123456", None, "+447400123456"), ("+4407400123456", None, "+447400123456"),
                            ("07400.123-456", "gb", "+447400123456"), ("+39 02 1234 5678", None, "+390212345678"),
                            ("447400123456", "GB", "+447400123456"), ("1 (201) 555-0123", "US", "+12015550123")]:
    number = lib.parse(text, (country or "ZZ").upper())
    assert lib.format_number(number, lib.PhoneNumberFormat.E164) == e164, text
    vectors.append({"input": text, "country": country, "e164": e164})

out = ["//! Made by tests/vectors/phones.py from libphonenumber's metadata; do not edit.", "",
       "use super::numbering_plan::NumberingPlan as Plan;", "", "#[rustfmt::skip]", f"pub(super) static PLANS: [Plan; {len(table)}] = ["]
for region, code, trunk, idd, lengths in table:
    out.append(f'    Plan::new(*b"{region}", {code}, b"{trunk}", b"{idd}", {lengths:#06x}),')
out += ["];", ""]
(ROOT / "src/gate/src/tiktok/phone").mkdir(exist_ok=True)
(ROOT / "src/gate/src/tiktok/phone/table.rs").write_text("\n".join(out))
(ROOT / "tests/vectors/phones.json").write_text("[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in vectors) + "\n]\n")
print(len(table), "countries,", len(vectors), "vectors; left out:", sorted(set(lib.SUPPORTED_REGIONS) - {t[0] for t in table}))
