//! What TikTok got of a shopper with an event, by kind and never by value: for the order's story, which is kept
//! when all that was sent is erased.

use assent_gate::beacon::WireEvent;

use super::payloads::Address;

const OF_SHOPPER: &str = "TikTok got of the shopper ";

/// Whether a line of a story is such a sentence.
pub fn is_got(line: &str) -> bool {
    line.starts_with(OF_SHOPPER)
}

/// One sentence. Each kind is in it, as got or as not.
pub fn got(event: &WireEvent, ip: Address) -> String {
    let user = &event.user;
    let hashed = [
        ("e-mail address", user.email.is_some()),
        ("phone number", user.phone.is_some()),
        ("name", user.first_name.is_some() || user.last_name.is_some()),
        ("postal code", user.zip_code.is_some()),
        ("visitor's id", user.external_id.is_some()),
    ];
    let plain = [
        ("place", user.city.is_some() || user.state.is_some() || user.country.is_some()),
        ("click id", user.ttclid.is_some()),
        ("TikTok's cookie", user.ttp.is_some()),
        ("IP address", ip == Address::Known),
        ("browser's name", user.user_agent.is_some()),
    ];
    let all = || hashed.iter().chain(&plain);
    let list = |kinds: &mut dyn Iterator<Item = &(&'static str, bool)>, wanted: bool| {
        let kinds = kinds.filter(|(_, is_there)| *is_there == wanted).map(|(name, _)| *name);
        kinds.collect::<Vec<_>>().join(", ")
    };
    let parts = [
        ("hashed: ", list(&mut hashed.iter(), true)),
        ("as they are: ", list(&mut plain.iter(), true)),
        ("not: ", list(&mut all(), false)),
    ];
    let parts = parts.into_iter().filter(|(_, kinds)| !kinds.is_empty());
    let parts: Vec<_> = parts.map(|(how, kinds)| format!("{how}{kinds}")).collect();
    format!("{OF_SHOPPER}{}", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(user: &serde_json::Value) -> WireEvent {
        let event = json!({
            "name": "Purchase", "event_id": "1163b6cc081573da020c41e1cba14d48", "event_time": 1_763_800_000,
            "checkout": null, "browser": "fired", "page": {"url": "https://shop.example/"}, "user": user,
            "properties": {},
        });
        serde_json::from_value(event).expect("an event")
    }

    #[test]
    fn every_kind_is_told_as_got_or_as_not_and_no_value() {
        let hash = "ab".repeat(32);
        let some = json!({"email": hash, "last_name": hash, "country": "de", "ttclid": "E.C.P.x"});
        assert_eq!(
            got(&event(&some), Address::Known),
            "TikTok got of the shopper hashed: e-mail address, name; as they are: place, click id, IP address; not: phone \
             number, postal code, visitor's id, TikTok's cookie, browser's name"
        );
        assert_eq!(
            got(&event(&json!({})), Address::Missing),
            "TikTok got of the shopper not: e-mail address, phone number, name, postal code, visitor's id, place, click id, \
             TikTok's cookie, IP address, browser's name"
        );
    }
}
