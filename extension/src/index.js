// The app extension, in Shopify's strict worker: the same module as the custom pixel's, without
// WebAssembly and without TikTok's pixel. If anything fails before it runs, nothing is sent, and
// one line says why.
import { ask, initSync, open } from "assent:glue";
import { wait } from "../../js/src/room.js";
import { instantiate as translated } from "../../js/src/translate/instance.js";
import { begin } from "../../js/src/waited.js";
import { moduleBytes } from "./module.js";
import { settingsOf } from "./settings.js";

/* global shopify */
shopify.extend(
  "WebPixel::Render",
  async ({ analytics, browser, customerPrivacy, init, settings }) => {
    try {
      const room = {
        analytics,
        browser,
        customerPrivacy,
        init,
        settings: settingsOf(settings),
        kind: "app",
        // Global Privacy Control cannot be read here: the endpoint sees it in the beacon's Sec-GPC,
        // and refuses.
        gpc: null,
      };
      const bytes = await wait(room, moduleBytes);
      if (globalThis.WebAssembly) initSync(new WebAssembly.Module(bytes));
      else if (globalThis.Function) initSync(bytes, translated);
      else throw new Error("this worker has neither WebAssembly nor Function");
      begin({ open, ask }, room);
    } catch (error) {
      console.warn(`[assent] nothing is sent: ${error?.message ?? error}`);
    }
  },
);
