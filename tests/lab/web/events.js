// Our own stand-in for TikTok's events.js: it drains ttq's array queue, reads the page by itself,
// sets the first-party cookie and posts each event in the captured shape
// (docs/facts/tiktok.md#the-browser-pixel). Not TikTok's code.
(() => {
  // biome-ignore lint/suspicious/noRedundantUseStrict: a classic script has to say so
  "use strict";
  var script = document.currentScript;
  var address = new URL(script.src);
  var ttq = window[address.searchParams.get("lib") || "ttq"];
  // TikTok's own behaviour: anything but the array queue yields no events at all.
  if (!Array.isArray(ttq) || ttq.initialized) return;
  ttq.initialized = true;

  var COOKIE_SECONDS = 390 * 24 * 60 * 60;
  var EMPTY = /^\s*$/;
  var HASH = /^[a-f0-9]{64}$/;
  var user = {};
  var raw = {};
  var cookies = true;
  var consent = "granted"; // 'held' | 'revoked'
  var held = [];
  var index = 0;
  var pageview = random(16);
  var session = random(16);
  // What comes after a raw value waits until that is hashed; without a raw value, everything is
  // synchronous.
  var hashing = null;

  function random(bytes) {
    var all = crypto.getRandomValues(new Uint8Array(bytes));
    return Array.prototype.map.call(all, (byte) => `0${byte.toString(16)}`.slice(-2)).join("");
  }

  function cookie(name) {
    try {
      const found = document.cookie.split("; ").filter((pair) => pair.indexOf(`${name}=`) === 0)[0];
      return found ? found.slice(name.length + 1) : "";
    } catch (refused) {
      return "";
    }
  }

  function setCookie(name, value, seconds) {
    var secure = location.protocol === "https:" ? "; Secure" : "";
    try {
      document.cookie = `${name}=${value}; path=/; max-age=${seconds}; SameSite=Lax${secure}`;
    } catch (refused) {
      /* an opaque origin has no jar */
    }
  }

  function visitor() {
    if (!cookies || consent === "revoked") return "";
    var known = cookie("_ttp");
    if (known) return known;
    // 27 characters of a ksuid's alphabet, as TikTok's are, with its suffix.
    var made = `${BigInt(`0x${random(20)}`)
      .toString(36)
      .toUpperCase()
      .padStart(27, "0")
      .slice(-27)}.tt.1`;
    setCookie("_ttp", made, COOKIE_SECONDS);
    setCookie("_tt_enable_cookie", "1", COOKIE_SECONDS);
    return made;
  }

  function forget() {
    setCookie("_ttp", "", 0);
    setCookie("_tt_enable_cookie", "", 0);
  }

  function send(pixel, name, properties, options) {
    var now = Date.now();
    var url = location.href;
    var body = {
      event: name,
      event_id: String(options?.event_id || ""),
      message_id: `messageId-${now}-${random(6)}-${pixel}`,
      is_onsite: false,
      timestamp: new Date(now).toISOString(),
      context: {
        ad: {
          sdk_env: "external",
          jsb_status: 2,
          callback: new URL(url).searchParams.get("ttclid") || undefined,
        },
        device: { platform: "pc" },
        // Where TikTok's script puts its cookie is not captured; the stand-in shows it here.
        user: Object.assign({}, user, { ttp: visitor() || undefined }),
        pixel: { code: pixel, codes: Object.keys(ttq._i || {}).join("|"), runtime: "1" },
        page: { url: url, referrer: document.referrer, load_progress: "2" },
        library: { name: "pixel.js", version: "2.2.1" },
        session_id: `${session}::${pixel}`,
        pageview_id: `${pageview}::${pixel}`,
        userAgent: navigator.userAgent,
        index: index++,
      },
      properties: properties || {},
      // TikTok's own diagnosis of what it was given in the clear
      // (docs/facts/tiktok.md#what-the-pixel-posts).
      signal_diagnostic_labels: raw,
      auto_collected_properties: { page_trigger: name === "Pageview" ? "PageView" : undefined },
    };
    post(JSON.stringify(body));
  }

  function post(body) {
    try {
      fetch(new URL("/api/v2/pixel", address), {
        method: "POST",
        keepalive: true,
        credentials: "omit",
        headers: { "Content-Type": "text/plain;charset=UTF-8" },
        body: body,
      }).catch(() => {
        /* TikTok's script does not retry */
      });
    } catch (refused) {
      /* a guard that throws */
    }
  }

  function emit(pixel, name, properties, options) {
    if (consent === "revoked") return;
    if (consent === "held") {
      held.push([pixel, name, properties, options]);
      return;
    }
    var only = pixel || options?.pixel_code;
    var pixels = only ? [only] : Object.keys(ttq._i || {});
    pixels.forEach((code) => {
      send(code, name, properties, options);
    });
  }

  function sha256(text) {
    return crypto.subtle
      .digest("SHA-256", new TextEncoder().encode(text))
      .then((digest) =>
        Array.prototype.map
          .call(new Uint8Array(digest), (b) => `0${b.toString(16)}`.slice(-2))
          .join(""),
      );
  }

  // Each call replaces everything. A raw external_id goes out as it is, as TikTok's does
  // (captured).
  function identify(given) {
    user = {};
    raw = {};
    var work = [];
    Object.keys(given || {}).forEach((key) => {
      var value = given[key];
      if (typeof value !== "string" || EMPTY.test(value)) return;
      var name = key.replace(/^sha256_/, "");
      if (HASH.test(value) || name === "external_id" || /^(city|state|country)$/.test(name)) {
        user[name] = value;
        return;
      }
      var target = user;
      raw[`raw_${name}`] = { label: "correct" };
      work.push(
        sha256(value.trim().toLowerCase()).then((hash) => {
          target[name] = hash;
        }),
      );
    });
    if (!work.length) return;
    var done = Promise.all(work)
      .catch(() => {})
      .then(() => {
        if (hashing === done) hashing = null;
      });
    hashing = done;
  }

  var calls = {
    page: (pixel, properties) => {
      emit(pixel, "Pageview", properties, {});
    },
    track: (pixel, name, properties, options) => {
      emit(pixel, name, properties, options);
    },
    identify: (_pixel, given) => {
      identify(given);
    },
    enableCookie: () => {
      cookies = true;
    },
    disableCookie: () => {
      cookies = false;
      forget();
    },
    holdConsent: () => {
      consent = "held";
    },
    grantConsent: () => {
      consent = "granted";
      held.splice(0).forEach((call) => {
        emit.apply(null, call);
      });
    },
    revokeConsent: () => {
      consent = "revoked";
      held = [];
      forget();
    },
    ready: (_pixel, callback) => {
      if (typeof callback === "function") callback();
    },
  };

  function run(pixel, item) {
    var list = Array.prototype.slice.call(item);
    var call = calls[list[0]];
    if (!call) return; // debug, on, off, once, alias, group, instances: nothing leaves
    function go() {
      call.apply(null, [pixel].concat(list.slice(1)));
    }
    if (hashing) {
      hashing.then(go);
    } else {
      go();
    }
  }

  function live(queue, pixel) {
    queue.splice(0).forEach((item) => {
      run(pixel, item);
    });
    queue.push = (...items) => {
      items.forEach((item) => {
        run(pixel, item);
      });
      return 0;
    };
  }

  // What was set before anything else: consent, cookies, identity; then the queue in its order.
  live(ttq, null);
  function instances() {
    Object.keys(ttq._i || {}).forEach((code) => {
      var queue = ttq._i[code];
      if (Array.isArray(queue) && !queue.live) {
        queue.live = true;
        live(queue, code);
      }
    });
  }
  instances();
  var instance = ttq.instance;
  if (typeof instance === "function") {
    ttq.instance = (code) => {
      instances();
      return instance.call(ttq, code);
    };
  }
})();
