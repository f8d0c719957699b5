// The app extension, in Shopify's strict worker: the same module as the custom pixel's, without
// WebAssembly and without TikTok's pixel. If anything fails before it runs, nothing is sent, and
// one line says why.
import { initSync, Pixel } from "assent:glue";
import { start } from "../../js/src/start.js";
import { instantiate as translated } from "../../js/src/translate/instance.js";
import { moduleBytes } from "./module.js";
import { settingsOf } from "./settings.js";

/* global shopify */
shopify.extend(
  "WebPixel::Render",
  async ({ analytics, browser, customerPrivacy, init, settings }) => {
    try {
      initSync(await moduleBytes(), globalThis.WebAssembly ? undefined : translated);
      // Global Privacy Control cannot be read here: the endpoint sees it in the beacon's Sec-GPC,
      // and refuses.
      await start(Pixel, {
        analytics,
        browser,
        customerPrivacy,
        init,
        settings: settingsOf(settings),
        kind: "app",
        gpc: undefined,
      });
    } catch (error) {
      console.warn(`[assent] nothing is sent: ${error?.message ?? error}`);
    }
  },
);
