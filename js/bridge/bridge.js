// The bridge: a classic script for the theme's <head>. It tells Assent, which runs in Shopify's
// sandbox, what only the page can know: Google Consent Mode (in dataLayer), and what a CMP says by
// assentConsent(). It publishes the custom event "assent:consent" {marketing, source, at, id} once
// at start and once for each change, and says nothing else. It stores nothing, asks no server, and
// nothing it does may throw into the page. How to use it: docs/bridge.md.
(() => {
  // Twice on a page (theme and app): the first one serves.
  if (window.assentConsent) return;

  // What Assent does needs all three: a click id is kept, hashed contacts are sent, ads are
  // personalised and measured.
  const keys = ["ad_storage", "ad_user_data", "ad_personalization"];
  /** Per key: the last update's word. */
  const updates = {};
  /** Per key: whether all defaults heard say granted, to shoppers of every region (which one this
   *  is cannot be known here). */
  const defaults = {};
  /** The gtag commands heard, and the array they were heard in. */
  const heard = new WeakSet();
  let layer;
  /** What the page last said in Consent Mode; `cmp` is what the CMP last said. A record is
   *  replaced, never changed: one that is not `told` is new. */
  let gtag = {};
  let cmp, lastCall, told, wait, timer;

  const record = (marketing, source, at, id) => {
    at = +at || Date.now();
    // In Unix seconds. A number too large for them is taken for milliseconds.
    return {
      marketing,
      source: `${source}`,
      at: Math.floor(at > 1e11 ? at / 1000 : at),
      id: id ? `${id}` : null,
    };
  };

  /** Takes in a gtag command, ["consent", "default" | "update", {ad_storage: "granted" | "denied",
   *  …}], and says whether it was one. */
  const hear = (entry) => {
    try {
      if (entry[0] !== "consent") return;
      heard.add(entry);
      const command = entry[1];
      const state = entry[2];
      for (const key of keys) {
        if (!(key in state)) continue;
        if (command === "update") updates[key] = state[key];
        if (command === "default")
          defaults[key] = state[key] === "granted" && !state.region && defaults[key] !== false;
      }
      return true;
    } catch (error) {}
  };

  /** A default is no decision: null until an update speaks of one of the keys. A key never updated
   *  keeps its default. */
  const decision = () => {
    const words = keys.map((key) => updates[key]);
    const granted = (key) => (key in updates ? updates[key] === "granted" : defaults[key]);
    return (
      !words.includes("denied") && ((words.includes("granted") && keys.every(granted)) || null)
    );
  };

  /** Hears what stands in dataLayer, then every push. Where a page replaces the array, or its push,
   *  after us, a later look finds what was missed and wraps again. */
  const listen = () => {
    // biome-ignore lint/suspicious/noAssignInExpressions: every page carries it; this is shorter
    const found = (window.dataLayer = window.dataLayer || []);
    const push = found.push;
    let missed = found !== layer;
    for (let index = 0; index < found.length; index++) {
      // After an entry that was missed all later ones are heard again: they must have the last
      // word.
      if ((missed || !heard.has(found[index])) && hear(found[index])) missed = true;
    }
    if (!missed || !push) return;
    layer = found;
    found.push = function (...entries) {
      // First, because the original may push again before it returns.
      if (entries.filter(hear).length) attend(entries);
      return push.apply(this, entries);
    };
  };

  const tell = () => {
    try {
      const marketing = decision();
      if (marketing !== gtag.marketing)
        gtag = record(marketing, marketing === null ? "bridge" : "gtag");
      // The CMP's own word counts before Consent Mode's, but never against a denial.
      const news = cmp && (cmp.marketing === false || marketing !== false) ? cmp : gtag;
      if (news === told) return;
      told = news;
      Shopify.analytics.publish("assent:consent", news);
    } catch (error) {
      told = 0;
    }
  };

  /** Repeats itself for a minute and a half, more and more rarely: Shopify's script may stand below
   *  ours. `pushed` is not in the array yet, so it is heard last. */
  const look = (pushed = []) => {
    try {
      listen();
      pushed.forEach(hear);
    } catch (error) {}
    tell();
    try {
      clearTimeout(timer);
      // biome-ignore lint/suspicious/noAssignInExpressions: as above
      if (wait < 5e4) timer = setTimeout(look, (wait *= 2));
    } catch (error) {}
  };
  const attend = (pushed) => {
    wait = 25; // milliseconds, doubled before each look
    look(pushed);
  };

  window.assentConsent = (marketing, about) => {
    if (typeof marketing !== "boolean") marketing = null;
    let call = `${marketing}`;
    let news = record(marketing, "custom");
    // A denial counts whatever is said about it.
    try {
      const { source, at, id } = about;
      news = record(marketing, source || "custom", at, id);
      call = [marketing, source, at, id].join();
    } catch (error) {}
    if (call === lastCall) return;
    lastCall = call;
    cmp = news;
    attend();
  };

  attend();
})();
