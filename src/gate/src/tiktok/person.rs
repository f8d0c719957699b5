//! Contacts: normalised and hashed as TikTok asks (docs/facts/tiktok.md#normalising). What is empty
//! or cannot be read for certain is omitted. IP and user agent never come here: they are never
//! hashed.

use unicode_normalization::UnicodeNormalization as _;

use super::phone;
use super::sign::signs;
use super::user::User;
use crate::contact::holds_contact;
use crate::event::Person;
use crate::hex::Digest;
use crate::text::{Text, cut_last};

/// Unicode's compatible form (NFKC), then its lower case. In the browser JavaScript's own: Rust's
/// tables would be a tenth of the module.
pub type Fold<'a> = &'a dyn Fn(&str) -> String;

/// [`Fold`] where size does not matter. Nothing that the browser's page view calls leads here, so
/// its tables are not in the module.
pub fn native_fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc().collect::<String>().to_lowercase()
}

/// What is hashed, each in its own form.
enum Field {
    Email,
    Phone,
    Name,
    ZipCode,
}

/// The contact fields of `user`; ids are added by [`crate::conversion`].
pub fn hashed(person: &Person, fold: Fold<'_>) -> User {
    let Person {
        email,
        phone,
        phone_country,
        first_name,
        last_name,
        zip_code,
        city,
        state,
        country,
    } = person;
    let country_code = country.as_deref().and_then(self::country);
    let us = country_code.as_deref() == Some("us");
    let phone_country = phone_country.as_deref().and_then(self::country);
    // SHA-256 of the normalised text. A value that already is a hash is kept as it is.
    let hash = |text: &Option<Text>, field: Field| {
        let text = text.as_deref()?;
        let made = || {
            let seen = seen(text, fold);
            let normal = match field {
                Field::Email => self::email(&seen),
                Field::Phone => phone::e164(&seen, phone_country.as_deref()),
                Field::Name => name(&seen),
                Field::ZipCode => self::zip_code(&seen, us),
            };
            normal.map(|normal| Digest::of(normal.as_bytes()))
        };
        text.trim().parse().ok().or_else(made)
    };
    let place = |text: &Option<Text>| place(&seen(text.as_deref()?, fold));
    User {
        email: hash(email, Field::Email),
        phone: hash(phone, Field::Phone),
        first_name: hash(first_name, Field::Name),
        last_name: hash(last_name, Field::Name),
        zip_code: hash(zip_code, Field::ZipCode),
        city: place(city),
        state: place(state).filter(|state| !us || state.len() == 2),
        country: country_code,
        ..User::default()
    }
}

/// By what the stores know a customer's e-mail address and phone number, in that order: whoever is
/// named raw is found so.
pub fn contacts(person: &Person, fold: Fold<'_>) -> Vec<Digest> {
    let User { email, phone, .. } = hashed(person, fold);
    email.into_iter().chain(phone).collect()
}

/// A contact as a reader sees it, whatever it is written with. The functions below take it so.
pub fn seen(text: &str, fold: Fold<'_>) -> Text {
    fold(&signs(text)).into()
}

/// What was pasted into a command: an id or a token, without what shows nothing around it.
pub fn pasted(text: &str) -> String {
    signs(text).trim().to_owned()
}

/// Of the text [`seen`]: dots and plus signs stay.
pub fn email(text: &str) -> Option<Text> {
    let address = text.trim();
    let (local, domain) = cut_last(address, b'@')?;
    let whole =
        !local.is_empty() && !domain.is_empty() && !address.chars().any(char::is_whitespace);
    whole.then(|| address.into())
}

/// Of the text [`seen`], without punctuation; single spaces inside stay.
pub fn name(text: &str) -> Option<Text> {
    letters(text, " ", is_punctuation)
}

/// Of the text [`seen`], without spaces and hyphens; of a US one ("CA 94105-1234") the first five
/// digits, or nothing.
pub fn zip_code(text: &str, us: bool) -> Option<Text> {
    if us {
        Some(letters(text, "", |c| !c.is_ascii_digit())?.get(..5)?.into())
    } else {
        letters(text, "", |c| c == '-')
    }
}

/// City and state: of the text [`seen`], without spaces and punctuation. Not told where a contact was
/// typed there: without its punctuation it would still be one.
pub fn place(text: &str) -> Option<Text> {
    let is_number = text.bytes().filter(u8::is_ascii_digit).count() > 6;
    letters(text, "", is_punctuation).filter(|_| !is_number && !holds_contact(text))
}

/// What is left of its words without these signs, and `gap` between them. `None` where nothing is.
fn letters(text: &str, gap: &str, drops: fn(char) -> bool) -> Option<Text> {
    let mut left = String::new();
    let mut between = "";
    for c in text.chars() {
        if c.is_whitespace() {
            between = gap;
        } else if !drops(c) {
            if !left.is_empty() {
                left.push_str(between);
            }
            left.push(c);
            between = "";
        }
    }
    (!left.is_empty()).then(|| left.into())
}

/// ASCII's punctuation, Latin-1's signs, Unicode's blocks of general and CJK punctuation, white
/// brackets, and the marks that names are written with: Hebrew's maqaf and geresh, Katakana's
/// middle dot.
fn is_punctuation(c: char) -> bool {
    match c {
        '\u{80}'..='\u{bf}'
        | '\u{2000}'..='\u{206f}'
        | '\u{2985}'
        | '\u{2986}'
        | '\u{3000}'..='\u{303f}'
        | '\u{5be}'
        | '\u{5f3}'
        | '\u{5f4}'
        | '\u{30fb}' => true,
        _ => c.is_ascii() && !c.is_ascii_alphanumeric(),
    }
}

/// ISO 3166-1 alpha-2, lower case.
pub fn country(text: &str) -> Option<Text> {
    let code = text.trim().to_ascii_lowercase();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase())).then(|| code.into())
}

/// The visitor as TikTok knows it: hashed, never the raw id. Case stays.
pub fn external_id(visitor: &str) -> Option<Digest> {
    let visitor = visitor.trim();
    (!visitor.is_empty()).then(|| Digest::of(visitor.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Text {
        seen(text, &native_fold)
    }

    #[derive(serde::Deserialize)]
    struct Vectors {
        positive: Vec<Row>,
    }

    #[derive(serde::Deserialize)]
    struct Row {
        field: String,
        input: String,
        normalized: String,
        sha256: String,
    }

    /// tests/vectors/tiktok-hashes.json: TikTok's own examples.
    #[test]
    fn hashes_are_those_of_tiktok() {
        let vectors: Vectors =
            serde_json::from_str(include_str!("../../../../tests/vectors/tiktok-hashes.json"))
                .unwrap();
        for row in vectors.positive {
            // Two rows describe their input in words around it.
            let input = row.input.split(" (").next().unwrap();
            let normal = match row.field.as_str() {
                "email" => email(&shown(&row.input)),
                "phone" => phone::e164(&row.input, None),
                "first_name" => name(&shown(input)),
                "zip_code" => zip_code(&shown(input), false),
                "external_id" => Some(input.into()),
                other => panic!("a field this test does not know: {other}"),
            };
            assert_eq!(normal.as_deref(), Some(row.normalized.as_str()));
            assert_eq!(Digest::of(row.normalized.as_bytes()).as_str(), row.sha256);
        }
    }

    #[test]
    fn normalises_as_tiktok_asks() {
        assert_eq!(
            email(&shown(" Mixed.Case+tag@Example.COM ")),
            Some("mixed.case+tag@example.com".into())
        );
        for wrong in ["", "  ", "no-at-sign", "@example.com", "a@", "a b@example.com"] {
            assert_eq!(email(&shown(wrong)), None, "{wrong}");
        }
        assert_eq!(name(&shown(" O’Brien-Smith Jr. ")), Some("obriensmith jr".into()));
        assert_eq!(name(&shown("ÉLODIE")), Some("élodie".into()));
        assert_eq!(name(&shown(" . ")), None);
        for (us, told) in
            [("95110-1234", "95110"), ("CA 94105", "94105"), ("CA 94105–1234", "94105")]
        {
            assert_eq!(zip_code(&shown(us), true).as_deref(), Some(told), "{us}");
        }
        assert_eq!(zip_code(&shown("CA 9410"), true), None);
        for hyphen in "-‐‑‒–—―−－".chars() {
            let zip = ["1234", "567"].join(hyphen.encode_utf8(&mut [0; 4]));
            assert_eq!(zip_code(&shown(&zip), false).as_deref(), Some("1234567"), "{zip}");
        }
        assert_eq!(zip_code(&shown("SW1A 1AA"), false), Some("sw1a1aa".into()));
        assert_eq!(place(&shown("São Paulo (SP)")), Some("sãopaulosp".into()));
        for (written, told) in [
            ("ジャン・リュック", "ジャンリュック"),
            ("ｼﾞｬﾝ･ﾘｭｯｸ", "ジャンリュック"),
            ("בן־דוד", "בןדוד"),
            ("צ׳רלי", "צרלי"),
            ("a：b；c？d＠e", "abcde"),
            ("a［b］c＿d｀e｛f｝g～h｡i", "abcdefghi"),
            ("a−b", "ab"),
        ] {
            assert_eq!(name(&shown(written)).as_deref(), Some(told), "{written}");
            assert_eq!(place(&shown(written)).as_deref(), Some(told), "{written}");
        }
        assert_eq!(country("de "), Some("de".into()));
        assert_eq!(country("Germany"), None);
    }

    #[test]
    fn a_value_that_is_already_hashed_is_kept_and_an_empty_one_omitted() {
        let already = "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f";
        let person = Person {
            email: Some(already.into()),
            first_name: Some("  ".into()),
            ..Person::default()
        };
        let user = hashed(&person, &native_fold);
        assert_eq!(user.email.as_ref().map(Digest::as_str), Some(already));
        assert_eq!(user.first_name, None);
        assert_eq!(user.phone, None);
    }

    /// tests/vectors/contacts.json: by hand. What is seen is what is hashed.
    #[test]
    fn a_contact_is_what_a_reader_sees() {
        #[derive(Debug, serde::Deserialize)]
        struct Contact {
            field: String,
            input: String,
            seen: Option<String>,
            country: Option<String>,
        }
        let rows: Vec<Contact> =
            serde_json::from_str(include_str!("../../../../tests/vectors/contacts.json")).unwrap();
        for row in rows {
            let mut person = Person {
                phone_country: row.country.clone().map(Text::from),
                country: row.country.clone().map(Text::from),
                ..Person::default()
            };
            let Person { email, phone, first_name, last_name, zip_code, city, state, .. } =
                &mut person;
            let fields = [
                ("email", email),
                ("phone", phone),
                ("first_name", first_name),
                ("last_name", last_name),
                ("zip_code", zip_code),
                ("city", city),
                ("state", state),
            ];
            let field = fields.into_iter().find(|(name, _)| *name == row.field);
            *field.expect("a field of a person").1 = Some(row.input.clone().into());
            let User { email, phone, first_name, last_name, zip_code, city, state, .. } =
                hashed(&person, &native_fold);
            let made = [email, phone, first_name, last_name, zip_code].into_iter().flatten();
            let made = made
                .map(String::from)
                .chain([city, state].into_iter().flatten().map(String::from))
                .next();
            let is_plain = ["city", "state"].contains(&row.field.as_str());
            let hash = |seen: &String| String::from(Digest::of(seen.as_bytes()));
            let told =
                row.seen.as_ref().map(|seen| if is_plain { seen.clone() } else { hash(seen) });
            assert_eq!(made, told, "{row:?}");
        }
    }

    #[test]
    fn a_us_state_is_its_two_letters_or_nothing() {
        let of = |state: &str| {
            hashed(
                &Person {
                    state: Some(state.into()),
                    country: Some("US".into()),
                    ..Person::default()
                },
                &native_fold,
            )
            .state
        };
        assert_eq!(of("CA").as_deref(), Some("ca"));
        assert_eq!(of("California"), None);
    }
}
