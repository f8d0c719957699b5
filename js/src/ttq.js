// TikTok's base code: `ttq` is an array queue that events.js drains once it has come (docs/facts/tiktok.md#base-code).
// A callable stub in its place would lose every event.

const methods = [
  "page", "track", "identify", "instances", "debug", "on", "off", "once", "ready", "alias", "group",
  "enableCookie", "disableCookie", "holdConsent", "revokeConsent", "grantConsent",
];

/** Requests TikTok's script. Called after a grant only: even a hold would download it. */
export function load(pixel, script) {
  window.TiktokAnalyticsObject = "ttq";
  const ttq = (window.ttq = window.ttq || []);
  ttq.methods = methods;
  ttq.setAndDefer = (target, method) => {
    target[method] = (...parameters) => target.push([method, ...parameters]);
  };
  for (const method of methods) ttq.setAndDefer(ttq, method);
  ttq._i = { [pixel]: Object.assign([], { _u: script }) };
  ttq._t = { [pixel]: Date.now() };
  ttq._o = { [pixel]: {} };
  for (const method of methods) ttq.setAndDefer(ttq._i[pixel], method);
  ttq.instance = (id) => ttq._i[id];
  const element = document.createElement("script");
  element.async = true;
  element.src = `${script}?sdkid=${pixel}&lib=ttq`;
  const first = document.querySelector("script");
  first.parentNode.insertBefore(element, first);
}

/** Looked up anew each time: events.js may put its own object in the queue's place. */
export function call(method, ...parameters) {
  window.ttq[method](...parameters);
}

/** The grant has ended. What TikTok's script has not yet taken from the queue must not be there when it comes. */
export function revoke() {
  if (Array.isArray(window.ttq)) window.ttq.length = 0;
  call("revokeConsent");
  call("disableCookie");
}
