// The custom pixel, as it is pasted: Shopify's wrapper gives `analytics`, `browser`, `init` and
// `api`, `assent snippet` puts `const ASSENT = {settings}` on top. If anything fails before it
// runs, nothing is sent, and one line says why.
import { initSync, Pixel } from "assent:glue"; // by name: the rest of the glue then stays out
import packed from "assent:wasm";
import { leg } from "./leg.js";
import { start } from "./start.js";
import { unpack } from "./unpack.js";

/* global analytics, browser, init, api, ASSENT */
unpack(packed)
  .then(initSync)
  .then(() =>
    start(
      Pixel,
      {
        analytics,
        browser,
        init,
        customerPrivacy: api.customerPrivacy,
        settings: ASSENT,
        kind: "custom",
        gpc: navigator.globalPrivacyControl === true,
      },
      leg,
    ),
  )
  .catch((error) => console.warn(`[assent] nothing is sent: ${error?.message || error}`));
