//! What the page's address may tell, seen from everything that a page does.

use serde_json::json;

use super::world::{World, YES, cart};
use crate::session::Cleanable;

/// Pages that open something to whoever has their address, or whose address names the shopper; as
/// the page and as the referrer. In no act: not in the frame's address, not in either copy, not in
/// a receipt alone.
#[test]
fn no_act_tells_what_an_address_opens_or_whom_it_names() {
    for (path, secrets) in [
        ("gift_cards/65432100/0123456789abcdef", &["0123456789abcdef"][..]),
        ("de/gift_cards/65432100/0123456789abcdef", &["0123456789abcdef"]),
        ("tools/order-lookup/1001/jane@example.com", &["jane", "1001"]),
        ("products/mug?utm_source=mail&utm_email=jane%40example.com", &["jane"]),
        (
            "products/mug?utm_content=jane%2540example.com&utm_term=%2B4915112345678",
            &["jane", "15112"],
        ),
        ("products/mug?utm_campaign=__CAMPAIGN_NAME__&ttclid=__CLICKID__", &["__"]),
    ] {
        let address = ["https://shop.acme.example/", path].concat();
        for routes in [json!({}), json!({"AddToCart": ["browser"]}), json!({"AddToCart": []})] {
            let mut world = World::new();
            world.settings["events"] = routes;
            world.cart = Some("gid://shopify/Cart/c4rt?key=1");
            world.page = (address.clone(), address.clone());
            let (mut tab, begun) = world.begun(YES);
            let mut event = cart("sh-1");
            event["context"]["document"]["location"]["href"] = json!(address);
            event["context"]["document"]["referrer"] = json!(address);
            let told = event.clone();
            let event = crate::shopify::event(&event).unwrap().unwrap();
            let first = tab.session.turn(&world.jar_of(&tab), world.now, |session, turn| {
                session.heard(event, 1, turn);
            });
            let rest = tab.session.turn(&world.jar_of(&tab), world.now, |session, turn| {
                session.cleaned(Cleanable::Path, turn);
            });
            let all = serde_json::to_string(&[begun, first, rest]).unwrap();
            assert!(all.contains("shop.acme.example"), "something is told of {told}: {all}");
            for secret in secrets {
                assert!(!all.contains(secret), "{secret} of {address}: {all}");
            }
        }
    }
}
