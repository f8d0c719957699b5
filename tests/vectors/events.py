"""Writes events.json: Shopify events as they really come, and what must leave for them. `python3 tests/vectors/events.py`

Expected values are worked out by hand from docs/contract.md and docs/facts/tiktok.md; this script only lays them out
and computes ids and hashes with hashlib, by the definitions of docs/contract.md#ids, without any code of ours. The payloads follow
Shopify's types for web pixel events and one payload published by a shop in 2026 (ids as numeric strings, extra fields).
"""

import hashlib
import json
import pathlib

SHOP = "acme.myshopify.com"
TOKEN = "3f9a1c0b7d2e4f60a1b2c3d4e5f60718"
EVENT = "sh-5a8f3c1e-0D2B-4C7A-9E1F-6B3A2C1D0E9F"
VISITOR = "00112233445566778899aabbccddeeff"
UA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
AT, SECONDS = "2025-11-22T08:26:40.000Z", 1763800000


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def id_of(*parts):
    whole = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hashlib.sha256(whole).hexdigest()


ANCHOR = id_of("assent/1/checkout", SHOP, TOKEN)
assert ANCHOR == "d49a7c43e62be25d331ea64ca4dd86a197d6f192b3387e9b755d73da8f89885b"  # docs/contract.md#ids


def event_id(name, anchor=EVENT):
    return id_of("assent/1", SHOP, name, anchor)[:32]


assert event_id("AddToCart") == "795c1d4692b452189ebc29e0b9d8572a"  # docs/contract.md#ids


def context(path="/products/mug?variant=1&utm_source=tiktok", referrer="https://www.tiktok.com/@acme?x=1"):
    href = "https://shop.acme.example" + path
    return {
        "document": {"characterSet": "UTF-8", "location": {"href": href, "pathname": path}, "referrer": referrer, "title": "Mug"},
        "navigator": {"cookieEnabled": True, "language": "en-GB", "languages": ["en-GB", "en"], "userAgent": UA},
        "window": {"innerHeight": 900, "innerWidth": 1400, "location": {"href": href}},
    }


def shopify(name, data, **more):
    return {"id": EVENT, "clientId": "c1", "timestamp": AT, "seq": 7, "name": name, "type": "standard",
            "context": context(), "data": data, **more}


def money(amount, currency="EUR"):
    return {"amount": amount, "currencyCode": currency}


def variant(**more):
    return {"id": "43819255202007", "title": "Blue / L", "untranslatedTitle": "Blue / L", "sku": "MUG-BL",
            "price": money(15.25), "image": {"src": "//cdn.example/mug.png"},
            "product": {"id": "7893011202263", "title": "Mug", "vendor": "Acme", "type": "Mugs", "url": "/products/mug",
                        "untranslatedTitle": "Mug"}, **more}


def line(**more):
    return {"id": "l1", "title": "Mug", "quantity": 2, "variant": variant(), "discountAllocations": [],
            "finalLinePrice": money(30.5), "properties": [], "sellingPlanAllocation": None, "lineComponents": [], **more}


def address(**more):
    return {"address1": "Musterweg 1", "address2": None, "city": "Bad Tölz", "country": "DE", "countryCode": "DE",
            "firstName": "Élodie", "lastName": "O’Brien-Smith", "phone": None, "province": "Bayern", "provinceCode": "BY",
            "zip": "83646", **more}


def checkout(**more):
    return {"token": TOKEN, "attributes": [], "billingAddress": None, "shippingAddress": address(),
            "buyerAcceptsEmailMarketing": False, "buyerAcceptsSmsMarketing": False, "currencyCode": "EUR",
            "delivery": None, "discountApplications": [], "discountsAmount": money(0), "email": "Jane.Doe+Shop@Example.COM ",
            "lineItems": [line(), line(title="Tea", quantity=1, variant=variant(id="43819255202008", price=money(51.41)))],
            "localization": {"country": {"isoCode": "DE"}, "language": {"isoCode": "de"}, "market": {"id": "gid://shopify/Market/1", "handle": "de"}},
            "order": None, "phone": "+49 171 2345678", "shippingLine": {"price": money(0)}, "smsMarketingPhone": None,
            "subtotalPrice": money(81.91), "totalPrice": money(81.91), "totalTax": money(13.08),
            "transactions": [], "targetLineItems": [], **more}


# What TikTok's rules make of it: lower case, no punctuation in names and places, E.164.
PERSON = {"email": sha("jane.doe+shop@example.com"), "phone": sha("+491712345678"), "first_name": sha("élodie"),
          "last_name": sha("obriensmith"), "zip_code": sha("83646"), "city": "badtölz", "state": "by", "country": "de"}
DEVICE = {"external_id": sha(VISITOR), "locale": "en-GB", "user_agent": UA}
PAGE = {"url": "https://shop.acme.example/products/mug?utm_source=tiktok", "referrer": "https://www.tiktok.com/"}
FRONT = {"url": "https://shop.acme.example/"}
MUG = {"content_id": "43819255202007", "content_name": "Mug", "quantity": 2, "price": 15.25}
TEA = {"content_id": "43819255202008", "content_name": "Tea", "quantity": 1, "price": 51.41}
ORDER = {"currency": "EUR", "value": 81.91, "content_type": "product", "contents": [MUG, TEA], "num_items": 3}


def sent(name, properties, *, token=True, user=None, page=PAGE, browser="fired", shopify_id=EVENT):
    """The beacon's event."""
    anchor = ANCHOR if token else shopify_id
    return {"name": name, "event_id": event_id(name, anchor), "event_time": SECONDS, "shopify_event_id": shopify_id or None,
            "checkout": ANCHOR if token else None, "browser": browser, "page": page,
            "user": {**(PERSON if user is None else user), **DEVICE}, "properties": properties}


def fired(name, properties, anchor=ANCHOR):
    """The browser's call: ttq.track(name, params, options)."""
    return {"name": name, "params": properties, "options": {"event_id": event_id(name, anchor)}}


def both(name, properties, **more):
    own = sent(name, properties, **more)
    return {"server": own, "browser": {"name": name, "params": properties, "options": {"event_id": own["event_id"]}}}


NOBODY = {}
ONE_MUG = {"currency": "EUR", "value": 15.25, "content_type": "product", "contents": [{**MUG, "quantity": 1}],
           "num_items": 1, "description": "Mug"}
NOTHING = {"server": None, "browser": None}
WITHOUT_MONEY = {"content_type": "product", "num_items": 3,
                 "contents": [{key: value for key, value in content.items() if key != "price"} for content in (MUG, TEA)]}

rows = []


def row(why, event, expect, **more):
    rows.append({"why": why, "event": event, "expect": expect, **more})


# The seven routes.
row("page_viewed: ttq.page() and nothing else", shopify("page_viewed", {}), {"server": None, "browser": "page"})
row("product_viewed has no server leg", shopify("product_viewed", {"productVariant": variant()}),
    {"server": None, "browser": fired("ViewContent", ONE_MUG, EVENT)})
row("search_submitted", shopify("search_submitted", {"searchResult": {"query": "Blue mug", "productVariants": [variant()]}}),
    {"server": None, "browser": fired("Search", {"search_string": "Blue mug"}, EVENT)})
row("product_added_to_cart: the line's total",
    shopify("product_added_to_cart", {"cartLine": {"cost": {"totalAmount": money(30.5)}, "merchandise": variant(), "quantity": 2}}),
    both("AddToCart", {"currency": "EUR", "value": 30.5, "content_type": "product", "contents": [MUG], "num_items": 2,
                       "description": "Mug"}, token=False, user=NOBODY))
row("checkout_started: no order yet, many nulls",
    shopify("checkout_started", {"checkout": checkout(email=None, phone=None, shippingAddress=None, discountsAmount=None)}),
    both("InitiateCheckout", ORDER, user={"country": "de"}))
row("payment_info_submitted", shopify("payment_info_submitted", {"checkout": checkout()}), both("AddPaymentInfo", ORDER))
row("checkout_completed: the order's id is a numeric string",
    shopify("checkout_completed", {"checkout": checkout(order={"id": "6807581753559", "customer": {"id": "7", "isFirstOrder": True}})}),
    both("Purchase", {**ORDER, "order_id": "6807581753559"}))

# Ids as they come.
row("the order's id is a GID", shopify("checkout_completed", {"checkout": checkout(order={"id": "gid://shopify/OrderIdentity/6807581753559"})}),
    both("Purchase", {**ORDER, "order_id": "6807581753559"}))
row("ids are JSON numbers",
    shopify("checkout_completed", {"checkout": checkout(order={"id": 6807581753559}, lineItems=[line(variant=variant(id=43819255202007))])}),
    both("Purchase", {**ORDER, "contents": [MUG], "num_items": 2, "order_id": "6807581753559"}))
row("ids are GIDs", shopify("checkout_completed", {"checkout": checkout(lineItems=[line(variant=variant(id="gid://shopify/ProductVariant/43819255202007"))])}),
    both("Purchase", {**ORDER, "contents": [MUG], "num_items": 2}))
row("the order has no id yet: slow order creation", shopify("checkout_completed", {"checkout": checkout(order={"id": None, "customer": None})}),
    both("Purchase", ORDER))
row("no checkout token: Shopify's event.id names it", shopify("checkout_completed", {"checkout": checkout(token=None)}),
    both("Purchase", ORDER, token=False))
row("an empty checkout token is none", shopify("checkout_completed", {"checkout": checkout(token="")}), both("Purchase", ORDER, token=False))
row("neither a token nor an event.id: random",
    {key: value for key, value in shopify("checkout_completed", {"checkout": checkout(token=None)}).items() if key != "id"},
    both("Purchase", ORDER, token=False, shopify_id=""), random=True)
WITHOUT_GOODS = {"currency": "EUR", "value": 81.91}
row("no order, no variant: a line that only has a title is no content",
    shopify("checkout_completed", {"checkout": checkout(lineItems=[line(variant=None)])}), both("Purchase", WITHOUT_GOODS))
row("a tip or a custom item beside an article: contents and num_items are the article's",
    shopify("checkout_completed", {"checkout": checkout(lineItems=[line(variant=None, title="Tip", quantity=1), line(), line(variant=variant(id=None), quantity=5)])}),
    both("Purchase", {**ORDER, "contents": [MUG], "num_items": 2}))
row("a gift card is an article of the shop",
    shopify("checkout_completed", {"checkout": checkout(lineItems=[line(title="Gift card", quantity=1, variant=variant(id="43819255202009", title="€25", sku="", price=money(25)))])}),
    both("Purchase", {**ORDER, "contents": [{"content_id": "43819255202009", "content_name": "Gift card", "quantity": 1, "price": 25}], "num_items": 1}))
row("a product that is no longer there: neither contents nor num_items",
    shopify("product_viewed", {"productVariant": variant(id=None)}),
    {"server": None, "browser": fired("ViewContent", {"currency": "EUR", "value": 15.25, "description": "Mug"}, EVENT)})

# Custom events.
custom = {**shopify("newsletter_joined", None, customData={"value": 12.5, "currency": "usd", "email": "Jane@Example.com"}), "type": "custom"}
del custom["data"]
row("a custom event the shop names, with its worth; other data is not read", custom,
    both("Subscribe", {"currency": "USD", "value": 12.5}, token=False, user=NOBODY))
row("a custom event without an id: random", {key: value for key, value in custom.items() if key != "id"},
    both("Subscribe", {"currency": "USD", "value": 12.5}, token=False, user=NOBODY, shopify_id=""), random=True)
row("a custom event for the server only", {**custom, "name": "quote_asked", "customData": {}},
    {"server": sent("Lead", {}, token=False, user=NOBODY, browser="skipped"), "browser": None})
# A text where a number belongs: read where it can be read in one way only. The forms are those that Shopify
# documents for money_format (help.shopify.com, "Currency formatting"), and a number as Liquid prints it.
def worth(value, currency="EUR"):
    return {**custom, "customData": {"value": value, "currency": currency}}


for text, number in (
    ("49.90", 49.9), ("49,90", 49.9), ("1299", 1299), ("0", 0), ("0.5", 0.5), ("0.500", 0.5), ("1,299.00", 1299), ("1.299,00", 1299),
    ("1 299,00", 1299), ("1\u00a0299,00", 1299), ("1\u202f299,00", 1299), ("1'299.00", 1299), ("1’299.00", 1299), ("1 299.00", 1299),
    ("1 299", 1299), ("1,299,000", 1299000), ("1.299.000,5", 1299000.5), ("1299.5", 1299.5), ("$49.90", 49.9), ("€ 49,90", 49.9),
    ("49,90 €", 49.9), ("49,90\u00a0€", 49.9), ("£1,299.00", 1299), ("₹1,299.00", 1299), (" 49.90\n", 49.9), ("007.5", 7.5),
):
    row(f"a value as text: {text!r}", worth(text), both("Subscribe", {"currency": "EUR", "value": number}, token=False, user=NOBODY))
for text in ("1.299", "1,299", "999.999", "12,345"):
    row(f"a value as text that may be a thousand times as much: {text!r}", worth(text), both("Subscribe", {}, token=False, user=NOBODY), said="no value: no amount")
for odd in ("", " ", "€", "free", "-5", "\u22125", "(5)", "5%", "1e3", "0x10", "49.90.1", "1.2.3", "49..90", "49,9,0", "1,299,00", "12 34", "49.90 EUR",
            "Rs. 49", "2 for 5", "<span>$5</span>", "٤٩", "４９", "NaN", "Infinity", "5-", "1,299.00,5", {"amount": 5}, [5], True, -5):
    row(f"a value that is no amount: {odd!r}", worth(odd), both("Subscribe", {}, token=False, user=NOBODY), said="no value: no amount")
for currency in (None, "", "€", "XOF", 978):
    row(f"a value whose currency is {currency!r}", worth(5, currency), both("Subscribe", {}, token=False, user=NOBODY), said="no value, no currency")
row("a currency without a value", {**custom, "customData": {"currency": "EUR"}}, both("Subscribe", {}, token=False, user=NOBODY), said="no value, no currency")
row("nothing is said where no worth is told", {**custom, "customData": {"plan": "x"}}, both("Subscribe", {}, token=False, user=NOBODY), said=None)
row("a custom event the shop does not name", {**custom, "name": "something_else"}, NOTHING)
row("a custom event may not call itself a purchase", {**custom, "name": "my_purchase"}, NOTHING)
row("a custom event under a standard name is not that event", {**custom, "name": "checkout_completed", "data": {"checkout": checkout()}}, NOTHING)

# Money.
row("a currency TikTok does not take: neither it nor any amount",
    shopify("checkout_completed", {"checkout": checkout(currencyCode="XOF", totalPrice=money(81.91, "XOF"))}), both("Purchase", WITHOUT_MONEY), said="no value, no currency")
row("no currency at all", shopify("checkout_completed", {"checkout": checkout(currencyCode=None, totalPrice={"amount": 81.91})}),
    both("Purchase", WITHOUT_MONEY), said="no value, no currency")
row("the checkout's currency where the total has none",
    shopify("checkout_completed", {"checkout": checkout(totalPrice={"amount": 81.91})}), both("Purchase", ORDER))
row("an amount as text", shopify("checkout_completed", {"checkout": checkout(totalPrice=money("81.91"))}), both("Purchase", ORDER))
row("an amount as text that may be two", shopify("checkout_completed", {"checkout": checkout(totalPrice=money("1.299"))}),
    both("Purchase", {key: value for key, value in ORDER.items() if key not in ("currency", "value")}), said="no value, no currency")
row("a free order", shopify("checkout_completed", {"checkout": checkout(totalPrice=money(0))}), both("Purchase", {**ORDER, "value": 0}))
row("a negative amount is none", shopify("checkout_completed", {"checkout": checkout(totalPrice=money(-5))}),
    both("Purchase", {key: value for key, value in ORDER.items() if key not in ("currency", "value")}), said="no value, no currency")
row("odd quantities count as one",
    shopify("checkout_completed", {"checkout": checkout(lineItems=[line(quantity=q) for q in (1.5, -1, 1e300, "x", "1.5")])}),
    both("Purchase", {**ORDER, "contents": [{**MUG, "quantity": 1}] * 5, "num_items": 5}))
row("a quantity as text", shopify("checkout_completed", {"checkout": checkout(lineItems=[line(quantity="3")])}),
    both("Purchase", {**ORDER, "contents": [{**MUG, "quantity": 3}], "num_items": 3}))
# Worth without shipping, tax and tips, as Shopify states it.
priced = {"subtotalPrice": money(70), "totalPrice": money(81.91)}
for name, tiktok in (("checkout_started", "InitiateCheckout"), ("payment_info_submitted", "AddPaymentInfo"), ("checkout_completed", "Purchase")):
    row(f"value = subtotal: {name}", shopify(name, {"checkout": checkout(**priced)}), both(tiktok, {**ORDER, "value": 70}), settings={"value": "subtotal"})
    row(f"value = total: {name}", shopify(name, {"checkout": checkout(**priced)}), both(tiktok, ORDER), settings={"value": "total"})
row("value = subtotal, and there is none: neither value nor currency", shopify("checkout_completed", {"checkout": checkout(subtotalPrice=None)}),
    both("Purchase", {key: value for key, value in ORDER.items() if key not in ("currency", "value")}), settings={"value": "subtotal"},
    said="no value, no currency")
row("value = subtotal, and the total is null", shopify("checkout_completed", {"checkout": checkout(**{**priced, "totalPrice": None})}),
    both("Purchase", {**ORDER, "value": 70}), settings={"value": "subtotal"})
row("value = subtotal: a free order", shopify("checkout_completed", {"checkout": checkout(**{**priced, "subtotalPrice": money(0)})}),
    both("Purchase", {**ORDER, "value": 0}), settings={"value": "subtotal"})
row("value = subtotal leaves what is no checkout alone", shopify("product_viewed", {"productVariant": variant()}),
    {"server": None, "browser": fired("ViewContent", ONE_MUG, EVENT)}, settings={"value": "subtotal"})
row("value = subtotal leaves a cart's line alone",
    shopify("product_added_to_cart", {"cartLine": {"cost": {"totalAmount": money(30.5)}, "merchandise": variant(), "quantity": 2}}),
    both("AddToCart", {"currency": "EUR", "value": 30.5, "content_type": "product", "contents": [MUG], "num_items": 2,
                       "description": "Mug"}, token=False, user=NOBODY), settings={"value": "subtotal"})
row("value = subtotal leaves a custom event alone", custom, both("Subscribe", {"currency": "USD", "value": 12.5}, token=False, user=NOBODY), settings={"value": "subtotal"})
# What the catalogue goes by.
row("content_id = product", shopify("checkout_completed", {"checkout": checkout(lineItems=[line()])}),
    both("Purchase", {**ORDER, "content_type": "product_group", "contents": [{**MUG, "content_id": "7893011202263"}], "num_items": 2}), settings={"contentId": "product"})
row("content_id = sku: a line without one is no content, and none of another kind stands for it",
    shopify("checkout_completed", {"checkout": checkout(lineItems=[line(), line(variant=variant(sku=""), quantity=4), line(variant=variant(sku=None), quantity=4)])}),
    both("Purchase", {**ORDER, "contents": [{**MUG, "content_id": "MUG-BL"}], "num_items": 2}), settings={"contentId": "sku"})
row("a time zone without a colon", {**shopify("checkout_completed", {"checkout": checkout()}), "timestamp": "2025-11-22T09:26:40.000+0100"}, both("Purchase", ORDER))

# Who.
row("a national number is read with its address's country",
    shopify("checkout_completed", {"checkout": checkout(phone=None, billingAddress=address(countryCode="GB", phone="07400 123456", zip="SW1A 1AA", provinceCode="ENG", city="London"))}),
    both("Purchase", ORDER, user={**PERSON, "phone": sha("+447400123456"), "zip_code": sha("sw1a1aa"), "city": "london", "state": "eng", "country": "gb"}))
row("a number that cannot be read for certain is left out", shopify("checkout_completed", {"checkout": checkout(phone="call me")}),
    both("Purchase", ORDER, user={key: value for key, value in PERSON.items() if key != "phone"}))
row("an American address: five digits, two letters",
    shopify("checkout_completed", {"checkout": checkout(phone="+1 (213) 373-4253", shippingAddress=address(countryCode="US", zip="95110-1234", provinceCode="CA", city="San José"))}),
    both("Purchase", ORDER, user={**PERSON, "phone": sha("+12133734253"), "zip_code": sha("95110"), "city": "sanjosé", "state": "ca", "country": "us"}))
row("an e-mail that is none is left out", shopify("checkout_completed", {"checkout": checkout(email="jane at example.com")}),
    both("Purchase", ORDER, user={key: value for key, value in PERSON.items() if key != "email"}))
row("what is hashed already is not hashed again", shopify("checkout_completed", {"checkout": checkout(email=sha("jane.doe+shop@example.com"))}),
    both("Purchase", ORDER))
row("the buyer's address goes before the parcel's, whole",
    shopify("checkout_completed", {"checkout": checkout(billingAddress={**address(), "firstName": "Jane", "lastName": None, "city": None})}),
    both("Purchase", ORDER, user={**{key: value for key, value in PERSON.items() if key not in ("last_name", "city")}, "first_name": sha("jane")}))
row("empty strings are nothing",
    shopify("checkout_completed", {"checkout": checkout(email="", phone="", shippingAddress={key: "" for key in address()}, localization=None,
                                                        order={"id": ""}, lineItems=[line(title="", variant=variant(sku="", id="", product={"title": ""}, title=""))])}),
    both("Purchase", WITHOUT_GOODS, user=NOBODY))

# Where.
secret = f"/checkouts/cn/{TOKEN}/en-de/thank-you?key=9f&ttclid=E.C.P.AbC_-9"
row("the checkout's address loses its token; the click id stays to the letter",
    shopify("checkout_completed", {"checkout": checkout()}, context=context(secret, f"https://shop.acme.example/checkouts/cn/{TOKEN}/information")),
    {"server": {**sent("Purchase", ORDER), "user": {**PERSON, **DEVICE, "ttclid": "E.C.P.AbC_-9"},
                "page": {"url": "https://shop.acme.example/checkouts/cn/thank-you?ttclid=E.C.P.AbC_-9",
                         "referrer": "https://shop.acme.example/checkouts/cn/information"}},
     "browser": fired("Purchase", ORDER)})
row("no context: the shop's front page stands for it",
    {key: value for key, value in shopify("checkout_completed", {"checkout": checkout()}).items() if key != "context"},
    {"server": {**sent("Purchase", ORDER, page=FRONT), "user": {**PERSON, "external_id": DEVICE["external_id"]}},
     "browser": fired("Purchase", ORDER)})
row("a page that is no web page", shopify("checkout_completed", {"checkout": checkout()}, context={**context(), "document": {"location": {"href": "about:srcdoc"}}}),
    both("Purchase", ORDER, page=FRONT))

# Nothing, or less, of what cannot be read.
row("no cart line", shopify("product_added_to_cart", {"cartLine": None}), both("AddToCart", {}, token=False, user=NOBODY))
row("no data at all", shopify("checkout_completed", None), both("Purchase", {}, token=False, user=NOBODY))
row("every value of another type",
    shopify("checkout_completed", {"checkout": {"token": ["x"], "email": {"a": 1}, "phone": 5, "billingAddress": "x", "shippingAddress": [1],
                                                "totalPrice": [9], "currencyCode": 7, "lineItems": {"0": line()}, "order": "x", "localization": []}},
            context={"document": "x", "navigator": {"userAgent": ["x"], "language": 1}}),
    {"server": {**sent("Purchase", {}, token=False, page=FRONT), "user": {"external_id": DEVICE["external_id"]}},
     "browser": fired("Purchase", {}, EVENT)})
row("unknown fields are ignored",
    {**shopify("checkout_completed", {"checkout": {**checkout(), "newField": {"deep": [1, {"x": None}]}}}), "another": 1, "seq": "x"},
    both("Purchase", ORDER))
# Addresses that open something, or name somebody: as the page and as the referrer. More in addresses.json.
def on(page, referrer):
    return shopify("product_added_to_cart", {"cartLine": None}, context=context(page, "https://shop.acme.example" + referrer))


def told_on(page, referrer):
    page = {"url": "https://shop.acme.example" + page, "referrer": "https://shop.acme.example" + referrer}
    return both("AddToCart", {}, token=False, user=NOBODY, page=page)


row("a gift card's address is money", on("/", "/gift_cards/65432100/0123456789abcdef0123456789abcdef"), told_on("/", "/gift_cards"))
row("behind a locale, and a cart's link", on("/de/gift_cards/65432100/0123456789abcdef", "/cart/70881412:1?checkout[email]=jane@example.com"),
    told_on("/de/gift_cards", "/cart"))
row("an e-mail address in parameters and in a path", on("/?utm_source=newsletter&utm_email=jane.doe%40example.com&utm_term=jane%2540example.com",
    "/tools/order-lookup/1001/jane@example.com"), told_on("/?utm_source=newsletter", "/tools"))
row("a phone number in parameters and in a handle; ids stay",
    on("/?utm_content=%2B49+151+12345678&utm_id=1809988776655443", "/collections/all/products/0049-151-12345678?utm_campaign=Black+Friday+20261127"),
    told_on("/?utm_id=1809988776655443", "/collections/all/products?utm_campaign=Black+Friday+20261127"))
row("a macro is no click id", on("/?ttclid=__CLICKID__&utm_campaign=__CAMPAIGN_NAME__", "/"), told_on("/", "/"))
clicked = told_on("/?ttclid=E.C.P.real", "/")
clicked["server"]["user"]["ttclid"] = "E.C.P.real"
row("the real one beside it is", on("/?ttclid=__CLICKID__&ttclid=E.C.P.real", "/"), clicked)
mailed = {**variant(), "product": {"id": "7893011202263", "title": "Mug for jane@example.com"}}
named = {key: value for key, value in ONE_MUG.items() if key != "description"}
row("a product's title that names somebody is not told", shopify("product_viewed", {"productVariant": mailed}),
    {"server": None, "browser": fired("ViewContent", {**named, "contents": [{key: value for key, value in MUG.items() if key != "content_name"} | {"quantity": 1}]}, EVENT)})
row("nor is an address that was typed as a city", shopify("checkout_completed", {"checkout": checkout(shippingAddress=address(city="jane＠example.com"))}),
    both("Purchase", ORDER, user={key: value for key, value in PERSON.items() if key != "city"}))
row("an event Assent has no use for", shopify("cart_viewed", {"cart": None}), NOTHING)
row("an event of the page's own elements", shopify("clicked", {"element": {"value": "4111111111111111"}}), NOTHING)
row("no name", {**shopify("checkout_completed", {"checkout": checkout()}), "name": None}, NOTHING)
row("no time", {**shopify("checkout_completed", {"checkout": checkout()}), "timestamp": None}, NOTHING)
row("a time as a number", {**shopify("checkout_completed", {"checkout": checkout()}), "timestamp": SECONDS * 1000}, NOTHING)
for nothing in (None, 7, "x", True, [], {}):
    row("no event at all", nothing, NOTHING)

vectors = {
    "source": "python3 tests/vectors/events.py: ids and hashes by hashlib from values worked out by hand",
    "settings": {"shop": SHOP, "pixelCode": "C4EXAMPLE0000000000", "endpoint": "https://events.example.com",
                 "pixelScript": "https://analytics.example/events.js", "cmp": "shopify", "storefronts": ["shop.acme.example"],
                 "customEvents": {"newsletter_joined": {"event": "Subscribe", "to": ["browser", "server"]},
                                  "quote_asked": {"event": "Lead", "to": ["server"]},
                                  "my_purchase": {"event": "Purchase", "to": ["browser", "server"]}}},
    "init": {"context": {"document": {"location": {"href": "https://shop.acme.example/cart"}, "referrer": ""}},
             "data": {"shop": {"myshopifyDomain": SHOP}, "cart": {"id": "gid://shopify/Cart/Z2NwLXVz?key=9c"}, "customer": None},
             "customerPrivacy": {"marketingAllowed": True, "saleOfDataAllowed": True, "analyticsProcessingAllowed": True,
                                 "preferencesProcessingAllowed": True}},
    # `_assent` is the visitor and a generation.
    "cookie": "_assent=" + VISITOR + "0123456789abcdef",
    "now": SECONDS + 1,
    "cart": id_of("assent/1/cart", SHOP, "Z2NwLXVz"),
}
lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in rows)
head = json.dumps(vectors, ensure_ascii=False)
text = f'{head[:-1]},\n"rows": [\n{lines}\n]}}\n'
json.loads(text)
(pathlib.Path(__file__).parent / "events.json").write_text(text)
