// What holds in both sandboxes. `sender` is who a request says it comes from: {origin, referer}.
function checksOfBoth(sender) {
  var plainHttp = shop.protocol === "http:";
  return [
    [
      "DecompressionStream deflate-raw",
      "object",
      () => typeof new DecompressionStream("deflate-raw"),
    ],
    ["isSecureContext", true, () => isSecureContext],
    ["crypto.subtle", "object", () => typeof crypto.subtle],
    ["SharedArrayBuffer", "undefined", () => typeof SharedArrayBuffer],
    [
      "fetch text/plain: no preflight",
      [["POST", sender.origin, sender.referer]],
      () =>
        fetch(echo("text"), {
          method: "POST",
          body: "x",
          keepalive: true,
          headers: { "Content-Type": "text/plain" },
        }).then(() => heads("text")),
    ],
    [
      "fetch application/json: preflight",
      [
        ["OPTIONS", sender.origin, sender.referer],
        ["POST", sender.origin, sender.referer],
      ],
      () =>
        fetch(echo("json"), {
          method: "POST",
          body: "{}",
          headers: { "Content-Type": "application/json" },
        }).then(() => heads("json")),
    ],
    [
      "fetch to the shop, absolute",
      "RestrictedUrlError",
      () => thrown(() => fetch(`${shop.origin}/cart.js`)),
    ],
    [
      "fetch to the shop, relative",
      "RestrictedUrlError",
      () => thrown(() => fetch("/cart/update.js")),
    ],
    [
      "fetch to the shop, in a Request",
      "RestrictedUrlError",
      () => thrown(() => fetch(new Request(`${shop.origin}/`))),
    ],
    [
      "fetch to the shop, upper case",
      "RestrictedUrlError",
      () => thrown(() => fetch(`${shop.protocol}//${shop.host.toUpperCase()}/`)),
    ],
    // (A host that merely begins like the shop's is blocked too, but the lab's has a port, after
    // which nothing can follow.)
    [
      "fetch with @shop in the path",
      "RestrictedUrlError",
      () => thrown(() => fetch(echo(`@${shop.host}`))),
    ],
    [
      "fetch with @shop in the query",
      "RestrictedUrlError",
      () => thrown(() => fetch(`${echo("q")}?email=info@${shop.host}`)),
    ],
    [
      "fetch to a sub-domain of the shop",
      "no throw",
      () => thrown(() => fetch(`https://track.${shop.host}/`)),
    ],
    [
      "fetch to the shop's Storefront API",
      "no throw",
      () =>
        thrown(() => fetch(`${shop.origin.replace("http:", "https:")}/api/2026-10/graphql.json`)),
    ],
    ["fetch over http", "InsecureUrlError", () => thrown(() => fetch("http://example.invalid/"))],
    [
      "fetch over http to localhost",
      "InsecureUrlError",
      () => thrown(() => fetch("http://localhost/")),
    ],
    [
      "fetch over http to *.localhost (plain mode only)",
      plainHttp ? "no throw" : "InsecureUrlError",
      () => thrown(() => fetch("http://nobody.localhost:1/")),
    ],
    [
      "XMLHttpRequest to the shop",
      "RestrictedUrlError",
      () =>
        thrown(() => {
          new XMLHttpRequest().open("GET", `${shop.origin}/`);
        }),
    ],
    [
      "XMLHttpRequest, relative",
      "TypeError",
      () =>
        thrown(() => {
          new XMLHttpRequest().open("GET", "/");
        }),
    ],
    [
      "String, Request, URL, RegExp are frozen",
      [true, true, true, true],
      () => [String, Request, URL, RegExp].map((one) => Object.isFrozen(one.prototype)),
    ],
    [
      "URL cannot be replaced",
      "TypeError",
      () =>
        thrown(() => {
          Object.defineProperty(self, "URL", { value: null });
        }),
    ],
    [
      "addEventListener still works",
      "heard",
      () =>
        new Promise((resolve) => {
          self.addEventListener("labtest", () => {
            resolve("heard");
          });
          self.dispatchEvent(new Event("labtest"));
        }),
    ],
    [
      "import() of another host",
      42,
      () => import(echo("module.js")).then((module) => module.answer),
    ],
    ["import(): Referer the shop", [["GET", sender.origin, byShop]], () => heads("module.js")],
    ["browser.sendBeacon", true, () => browser.sendBeacon(echo("lent"), "x")],
    [
      "browser.sendBeacon comes from the shop",
      [["POST", shop.origin, byShop]],
      () => {
        var wanted = [["POST", shop.origin, byShop]];
        return eventually(() => heads("lent"), wanted);
      },
    ],
    // Chromium's alone, and only in a secure context.
    [
      "navigator.userAgentData",
      chromium ? "object" : "undefined",
      () => typeof navigator.userAgentData,
    ],
    [
      "browser.cookie.get() is the whole string",
      true,
      () => browser.cookie.get().then((all) => all.indexOf("lab_before=1") >= 0),
    ],
    [
      "browser.cookie.get(name) is cut at the second =",
      "a",
      () => browser.cookie.set("lab_cut=a=b; path=/").then(() => browser.cookie.get("lab_cut")),
    ],
    ["browser.cookie.get of nothing", "", () => browser.cookie.get("lab_nothing")],
    [
      "browser.cookie.set(name, value) answers the jar",
      true,
      () => browser.cookie.set("lab_bare", "1").then((all) => all.indexOf("lab_bare=1") >= 0),
    ],
    [
      "browser.localStorage reads an empty string as it is",
      "",
      () => browser.localStorage.getItem("lab.empty"),
    ],
    [
      "browser.localStorage.length() is a function",
      "number",
      () => browser.localStorage.length().then((length) => typeof length),
    ],
    [
      "browser.sessionStorage",
      "y",
      () =>
        browser.sessionStorage
          .setItem("lab.session", "y")
          .then(() => browser.sessionStorage.getItem("lab.session")),
    ],
    [
      "subscribe answers later, with an unsubscribe function",
      ["object", "function"],
      () => {
        var answer = analytics.subscribe("page_viewed", () => {});
        return answer.then((stop) => [typeof answer, typeof stop]);
      },
    ],
    [
      "events of before are replayed, in order, with their ids",
      ["page_viewed", "lab_first", "lab_second"],
      () => {
        var seen = [];
        return analytics
          .subscribe("all_events", (event) => {
            seen.push(event.name);
          })
          .then(() =>
            eventually(() => seen.slice(0, 3), ["page_viewed", "lab_first", "lab_second"]),
          );
      },
    ],
    [
      "two subscribers get one id",
      true,
      () => {
        var first, second;
        return Promise.all([
          analytics.subscribe("page_viewed", (event) => {
            first = event.id;
          }),
          analytics.subscribe("all_standard_events", (event) => {
            second = second || event.id;
          }),
        ]).then(() =>
          eventually(() => Boolean(first && first === second && /^sh-/.test(first)), true),
        );
      },
    ],
    [
      "custom events have customData and no data",
      [true, false],
      () =>
        new Promise((resolve) => {
          analytics.subscribe("lab_first", (event) => {
            resolve(["customData" in event, "data" in event]);
          });
        }),
    ],
    [
      "customerPrivacy.subscribe takes one name only",
      "Error",
      () =>
        api.customerPrivacy
          .subscribe("analyticsConsentAccepted", () => {})
          .then(
            () => "accepted",
            (error) => error.name,
          ),
    ],
    [
      "a consent given before is replayed",
      true,
      () =>
        new Promise((resolve) => {
          api.customerPrivacy.subscribe("visitorConsentCollected", (event) => {
            resolve(event.customerPrivacy.marketingAllowed);
          });
        }),
    ],
    [
      "init is there at once",
      ["object", "object", "boolean"],
      () => [
        typeof init.context,
        typeof init.data.shop,
        typeof init.customerPrivacy.marketingAllowed,
      ],
    ],
    [
      "a wrong extension point",
      "Error",
      () =>
        thrown(() => {
          shopify.extend("WebPixel::Other", () => {});
        }),
    ],
  ];
}
