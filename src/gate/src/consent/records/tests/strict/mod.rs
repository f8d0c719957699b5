//! A second reader of consent records, written from docs/facts/consent.md#reading-a-value,
//! docs/facts/consent.md#records and docs/facts/consent.md#tc-strings alone and sharing no line
//! with the gate: plain string code and serde_json. It knows one question (is this a yes beyond
//! doubt?) and is strict where the gate may be lenient, so a yes of the gate's that this reader
//! does not share comes from garbage. The fuzz targets ask it too.

mod device;
mod fact;
mod syntax;

use serde_json::Value;

pub use device::Device;
use fact::{every, is, is_marketing, is_tiktok, numbers, texts};
use syntax::{base64_json, json, literal, members, once, tcf, whole};

/// Whether every copy of `source`'s record under `key` is a yes.
pub fn grants(device: &Device, source: &str, key: &str) -> bool {
    let Some((_, store, yes)) = CMPS.iter().find(|(own, _, _)| *own == source) else {
        return false;
    };
    let mut copies = Vec::new();
    if matches!(store, Store::Cookie | Store::Both) {
        copies.extend(device.cookies(key));
    }
    if matches!(store, Store::Local | Store::Both) {
        copies.extend(device.stored(key));
    }
    !copies.is_empty()
        && copies
            .into_iter()
            .all(|value| value.len() <= 16 * 1024 && yes(device, key, value) == Some(()))
}

enum Store {
    Cookie,
    Local,
    Both,
}

/// `Some` is a yes.
type Yes = fn(&Device, &str, &str) -> Option<()>;

/// One row of docs/facts/consent.md#records each. Deny-only signals are not here: they never say
/// yes.
const CMPS: [(&str, Store, Yes); 36] = [
    ("onetrust", Store::Cookie, |device, key, value| {
        if key == "eupubconsent-v2" {
            return tcf(value);
        }
        let fields = members(value, '&', '=')?;
        let field =
            |name: &str| fields.iter().find(|(own, _)| *own == name).map(|(_, value)| once(value));
        let groups = field("groups")??;
        let groups: Vec<(&str, &str)> = groups
            .split(',')
            .filter(|group| !group.is_empty())
            .map(|group| group.split_once(':'))
            .collect::<Option<_>>()?;
        is(field("AwaitingReconsent").is_none_or(|word| word.as_deref() == Some("false")))?;
        is(fields.iter().all(|(_, value)| once(value).is_some()))?;
        every(groups.iter().filter(|(id, _)| *id == "C0004").map(|(_, state)| *state == "1"))?;
        is(!groups.iter().any(|(id, state)| (id.ends_with("_BG") || *id == "4") && *state == "0"))?;
        is(device.has("OptanonAlertBoxClosed"))
    }),
    ("cookiebot", Store::Cookie, |_, _, value| {
        let fields = literal(value)?;
        is(fields.get("marketing") == Some(&Value::Bool(true)))?;
        is(fields.get("method").is_none_or(|method| method == "explicit")
            && fields.get("stamp") != Some(&"-1".into()))
    }),
    ("tcf", Store::Cookie, |_, key, value| match key {
        "CookieConsent" => tcf(literal(value)?.get("iab2")?.as_str()?),
        "FCCDCF" => tcf(json(value)?.get(3)?.get(0)?.as_str()?),
        _ => tcf(value),
    }),
    ("usercentrics", Store::Local, |device, key, value| {
        let answered = device.stored("uc_user_interaction") == ["true"];
        let json = whole(value)?;
        if key == "uc_settings" {
            let services = json.get("services")?.as_array()?;
            is(!services.is_empty() && services.iter().all(|service| service["status"] == true))?;
            let history =
                |service: &Value| service["history"].as_array().cloned().unwrap_or_default();
            return is(services.iter().flat_map(history).any(|entry| entry["type"] == "explicit"));
        }
        let gcm = ["adStorage", "adUserData", "adPersonalization"].map(|name| &json["gcm"][name]);
        is(answered && gcm.iter().all(|word| *word != "denied"))?;
        let services = json["consent"]["services"].as_object().cloned().unwrap_or_default();
        let is_tiktok = |service: &&Value| {
            service["name"].as_str().unwrap_or("").to_lowercase().contains("tiktok")
        };
        let own: Vec<&Value> = services.values().filter(is_tiktok).collect();
        is(own.iter().all(|service| service["consent"] == true))?;
        is(!own.is_empty() || gcm.iter().all(|word| *word == "granted"))
    }),
    ("didomi", Store::Both, |_, key, value| {
        if key == "euconsent-v2" {
            return tcf(value);
        }
        // Refused may only be what advertising does not need, by the words in its name.
        const ADVERTISING: [&str; 6] =
            ["cookies", "_ads", "ad_perf", "advert", "marketing", "targeting"];
        const OTHERS: [&str; 9] = [
            "content", "product", "research", "geoloc", "device_", "analyt", "audience", "statist",
            "function",
        ];
        let token = base64_json(value)?;
        let refused = token.get("purposes").and_then(|purposes| purposes.get("disabled"));
        let refused = refused.map_or(Some(Vec::new()), texts)?;
        is(refused.iter().map(|name| name.to_lowercase()).all(|name| {
            OTHERS.iter().any(|word| name.contains(word))
                && !ADVERTISING.iter().any(|word| name.contains(word))
        }))?;
        let vendors = token.get("vendors")?.clone();
        let has =
            |list: &Value| texts(list).map(|ids| ids.iter().any(|id| id.starts_with("c:tiktok-")));
        is(has(vendors.get("enabled")?)? && !vendors.get("disabled").map_or(Some(false), has)?)
    }),
    ("consentmo", Store::Cookie, |device, _, value| {
        const LIST: &str = "cookieconsent_preferences_disabled";
        let known = |item: &str| matches!(item.trim(), "analytics" | "functionality" | "");
        let lists = device.cookies(LIST);
        is(lists.iter().all(|list| once(list).is_some_and(|list| list.split(',').all(known))))?;
        is(matches!(value, "accept_all" | "allow")
            || (value == "accept_selected" && !lists.is_empty()))
    }),
    ("pandectes", Store::Cookie, |_, _, value| {
        let json = base64_json(value)?;
        // Three categories: a bit beyond them is not of this tool.
        is(json.get("status")? != "deny"
            && [0.0, 1.0, 2.0, 3.0].contains(&json.get("preferences")?.as_f64()?))
    }),
    ("iubenda", Store::Cookie, |_, key, value| {
        is(key.strip_prefix("_iub_cs-")?.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
        let json = json(value)?;
        is(json.get("consent") != Some(&Value::Bool(false)))?;
        is(match json.get("purposes") {
            Some(purposes) => purposes.get("5")? == true,
            None => json.get("consent")? == true,
        })
    }),
    ("axeptio", Store::Cookie, |_, key, value| {
        if key == "axeptio_authorized_vendors" {
            let list = once(value)?;
            let list = list.strip_prefix(',')?.strip_suffix(',')?;
            return is(list.split(',').any(is_tiktok));
        }
        let json = json(value)?;
        is(json.get("$$completed")? == true)?;
        let signals = json.get("$$googleConsentMode");
        let signal = |name: &str| signals.and_then(|signals| signals.get(name));
        let signals = ["ad_storage", "ad_user_data", "ad_personalization"].map(signal);
        is(!signals.contains(&Some(&"denied".into())))?;
        let mut vendors = json.as_object()?.iter().filter(|(name, _)| !name.starts_with("$$"));
        if vendors.clone().next().is_none() {
            return is(signals == [Some(&"granted".into()); 3]);
        }
        every(
            vendors.by_ref().filter(|(name, _)| is_tiktok(name)).map(|(_, vendor)| vendor == true),
        )
    }),
    ("cookieyes", Store::Cookie, |_, _, value| {
        let text = once(value)?;
        let fields = members(&text, ',', ':')?;
        is(fields.contains(&("action", "yes")) && fields.contains(&("advertisement", "yes")))
    }),
    ("complianz", Store::Cookie, |device, _, value| {
        is(value == "allow" && device.says("cmplz_banner-status", "dismissed"))
    }),
    ("termly", Store::Local, |_, _, value| {
        let json = json(value)?;
        let consent = json.get("TERMLY_COOKIE_CONSENT")?.get("value")?;
        is(consent.get("do_not_sell").is_none_or(|no| no == false)
            && consent.get("advertising")? == true)
    }),
    ("trustarc", Store::Cookie, |device, _, value| {
        // Region and manner may follow the list after two colons: then nobody clicked.
        let prefs = |text: &str| -> Option<Vec<String>> {
            let text = once(text)?;
            let (list, rest) = text.split_once(':')?;
            is(rest.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            numbers(list.split([' ', ',', '_', '|']).filter(|word| !word.is_empty()))
        };
        is(device.has("notice_preferences"))?;
        is(device.cookies("notice_gdpr_prefs").into_iter().all(|text| prefs(text).is_some()))?;
        // The list says by itself that the shopper has answered; else the notice must ask.
        is(device.has("notice_gdpr_prefs")
            || device
                .cookies("notice_behavior")
                .into_iter()
                .all(|text| text.starts_with("expressed")))?;
        let text = once(value)?;
        let Some(list) = text.strip_prefix("permit") else {
            return is(prefs(value)?.contains(&"2".to_owned()));
        };
        let list = list.strip_suffix("required").unwrap_or(list).split([' ', ',', '_', '|']);
        is(numbers(list.filter(|word| !word.is_empty()))?.contains(&"3".to_owned()))
    }),
    ("osano", Store::Both, |_, _, value| {
        let json = json(value)?;
        is(json.get("MARKETING")? == "ACCEPT"
            && json.get("OPT_OUT").is_none_or(|opted_out| opted_out == "DENY"))
    }),
    ("sourcepoint", Store::Local, |_, _, value| {
        let json = whole(value)?;
        let (ccpa, usnat) = (&json["ccpa"], &json["usnat"]);
        is(json.get("gppData").is_none() && usnat["consentString"].is_null())?;
        is(ccpa["rejectedAll"] != true && usnat["consentStatus"]["rejectedAny"] != true)?;
        is(ccpa["status"] != "rejectedAll" && ccpa["status"] != "rejectedSome")?;
        is(ccpa["uspstring"].as_str().is_none_or(|us| us.len() != 4 || us.get(2..3) != Some("Y")))?;
        tcf(json.get("gdpr")?.get("euconsent")?.as_str()?)
    }),
    ("klaro", Store::Both, |_, _, value| {
        let json = json(value)?;
        every(
            json.as_object()?.iter().filter(|(name, _)| is_tiktok(name)).map(|(_, on)| on == true),
        )
    }),
    ("vanilla-cookieconsent", Store::Both, |_, _, value| {
        let json = json(value)?;
        let services = json.get("services").and_then(Value::as_object).cloned().unwrap_or_default();
        for (_, names) in services.iter().filter(|(purpose, _)| is_marketing(purpose)) {
            let names = texts(names)?;
            is(names.is_empty() || names.iter().any(|name| name.to_lowercase().contains("tiktok")))?;
        }
        let lists: Vec<_> = ["categories", "level"].iter().filter_map(|at| json.get(at)).collect();
        every(lists.iter().map(|list| {
            texts(list).is_some_and(|names| names.iter().any(|name| is_marketing(name)))
        }))
    }),
    ("civic", Store::Cookie, |_, key, value| {
        if key == "CookieControlTC" {
            return tcf(value);
        }
        let json = json(value)?;
        is(json.get("interactedWith")? == true)?;
        if let Some(iab) = json.get("iabConsent") {
            is(json.get("optionalCookies").is_none())?;
            // Beyond a comma other kinds of strings might stand.
            return tcf(iab.as_str()?.split(',').next()?);
        }
        let own = json.get("optionalCookies")?.as_object()?;
        every(own.iter().filter(|(name, _)| is_marketing(name)).map(|(_, word)| word == "accepted"))
    }),
    ("cookiefirst", Store::Cookie, |_, _, value| is(json(value)?.get("advertising")? == true)),
    ("cookie-script", Store::Cookie, |_, _, value| {
        let outer = json(value)?;
        let list = outer.get("categories")?;
        let list = list.as_str().map_or(Some(list.clone()), whole)?;
        let list = texts(&list)?;
        for signal in ["ad_storage", "ad_user_data", "ad_personalization"] {
            let category = &outer["googleconsentmap"][signal];
            is(category.is_null() || list.iter().any(|name| category == name))?;
        }
        is(outer.get("action")? == "accept" && list.iter().any(|name| name == "targeting"))
    }),
    ("cookie-information", Store::Cookie, |_, _, value| {
        let json = json(value)?;
        let has = |list: &Value| {
            texts(list).map(|names| names.iter().any(|name| name == "cookie_cat_marketing"))
        };
        is(has(json.get("consents_approved")?)?
            && !json.get("consents_denied").map_or(Some(false), has)?)
    }),
    ("transcend", Store::Both, |_, _, value| {
        let json = json(value)?;
        let purposes = json.get("purposes")?;
        is(json.get("confirmed")? == true)?;
        is(["SaleOfInfo", "Sales"].iter().all(|sale| purposes[sale] != false))?;
        let own = purposes.as_object()?.iter().filter(|(name, _)| is_marketing(name));
        every(own.map(|(_, on)| on == true))
    }),
    ("ketch", Store::Both, |_, _, value| {
        let json = base64_json(value)?;
        let own = json.as_object()?.iter().filter(|(code, purpose)| {
            let canonical = purpose.get("canonicalPurposes").and_then(texts).unwrap_or_default();
            *code == "behavioral_advertising"
                || canonical.iter().any(|name| name == "behavioral_advertising")
        });
        every(own.map(|(_, purpose)| purpose["status"] == "granted"))?;
        let sold = json.as_object()?.iter().filter(|(code, purpose)| {
            let canonical = purpose.get("canonicalPurposes").and_then(texts).unwrap_or_default();
            *code == "data_broking" || canonical.iter().any(|name| name == "data_broking")
        });
        is(sold.map(|(_, purpose)| &purpose["status"]).all(|status| status != "denied"))
    }),
    ("avada", Store::Cookie, |_, _, value| is(json(value)?.get("marketing")? == true)),
    ("tarteaucitron", Store::Cookie, |_, _, value| {
        let text = once(value)?;
        let services = members(&text, '!', '=')?;
        is(!services.contains(&("gcmadstorage", "false"))
            && !services.contains(&("gcmadsuserdata", "false"))
            && services.contains(&("tiktok", "true")))
    }),
    ("consentmanager", Store::Cookie, |_, key, value| {
        is(key.starts_with("__cmpconsent"))?;
        tcf(value)
    }),
    ("securiti", Store::Cookie, |device, _, value| {
        let json = json(value).or_else(|| base64_json(value))?;
        is(json.get("implicit_consent")? == false && !device.has("__privaci_cookie_no_action"))?;
        is(json["suppressNonEssentials"] != true)?;
        for signal in ["ad_storage", "ad_user_data", "ad_personalization"] {
            is(json["gcm"][signal] != "denied")?;
        }
        is(["1", "2", "3"].iter().all(|number| json["gcm"][number].as_i64() != Some(0)))?;
        every(json.get("consents")?.as_object()?.values().map(|on| on.as_i64() == Some(1)))
    }),
    ("cookiehub", Store::Cookie, |_, _, value| {
        let json = base64_json(value)?;
        is(json.get("answered")? == true)?;
        for (guard, wanted) in
            [("implicit", false), ("implict", false), ("cookieLaws", true), ("allowSale", true)]
        {
            is(json.get(guard).is_none_or(|word| *word == wanted))?;
        }
        let listed = || {
            let categories = json.get("categories").and_then(Value::as_array);
            let own = categories.into_iter().flatten().filter_map(|item| {
                let name = item.as_str().or(item["id"].as_str())?;
                is_marketing(name).then_some(item.is_string() || item["value"] == true)
            });
            every(own).is_some()
        };
        is(json.get("allAllowed") == Some(&Value::Bool(true)) || listed())
    }),
    ("c15t", Store::Both, |_, _, value| {
        if let Some(json) = json(value) {
            return is(json.get("consentInfo")?.is_object()
                && json.get("consents")?.get("marketing")? == true);
        }
        let text = once(value)?;
        let fields = members(&text, ',', ':')?;
        is(fields.contains(&("c.marketing", "1")) && fields.iter().any(|(name, _)| *name == "i.t"))
    }),
    ("consentik", Store::Cookie, |_, _, value| {
        let json = json(value)?;
        let lists = ["consent", "categoriesSelected"].map(|at| json.get(at));
        every(lists.into_iter().flatten().map(|list| {
            texts(list).is_some_and(|names| names.iter().any(|name| is_marketing(name)))
        }))
    }),
    ("fides", Store::Cookie, |_, _, value| {
        let json = json(value).or_else(|| base64_json(value))?;
        let method = json["fides_meta"]["consentMethod"].as_str()?;
        is(["accept", "save", "button"].contains(&method))?;
        let strings = json.get("fides_string").map_or(Some(""), Value::as_str)?;
        let strings: Vec<&str> = strings.split(',').collect();
        // A string of the US may deny, which this reader does not look into.
        is(strings.get(2).is_none_or(|us| us.is_empty()))?;
        let tc = strings.first().copied().unwrap_or_default();
        is(tc.is_empty() || tcf(tc).is_some())?;
        let notices = json.get("consent")?.as_object()?;
        let starts = ["targeted_advertising", "data_sales", "data_sharing", "sales_sharing"];
        let own = notices.iter().filter(|(name, _)| {
            is_marketing(name) || starts.iter().any(|start| name.starts_with(start))
        });
        every(own.map(|(_, on)| on == true || on == "opt_in"))
    }),
    ("tealium", Store::Cookie, |_, _, value| {
        let text = once(value)?;
        let fields = members(&text, '|', ':')?;
        is(fields.contains(&("consent", "true")) && fields.iter().any(|(name, _)| *name == "ts"))?;
        is(fields.iter().all(|(name, value)| *name != "dns" || *value == "false"))?;
        let number = |name: &str| {
            name.strip_prefix('c').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
        };
        if !fields.iter().any(|(name, _)| number(name)) {
            return Some(());
        }
        every(
            fields.iter().filter(|(name, _)| ["c3", "c7"].contains(name)).map(|(_, on)| *on == "1"),
        )
    }),
    // Its categories are the site's own: only with the shop's word can it be a yes.
    ("commanders-act", Store::Cookie, |_, _, _| None),
    ("bridge", Store::Local, |_, _, value| {
        let words: Vec<&str> = value.splitn(3, ' ').collect();
        is(words.len() == 3 && words[0].bytes().all(|byte| byte.is_ascii_digit()))
    }),
    ("enzuzo", Store::Cookie, |_, _, value| is(value == "true")),
    // Not readable, by design.
    ("secure-privacy", Store::Local, |_, _, _| None),
];
