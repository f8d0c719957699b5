// The custom pixel, as it is pasted: Shopify's wrapper gives `analytics`, `browser`, `init` and
// `api`, `assent snippet` puts `const ASSENT = {settings}` on top. If anything fails before it
// runs, nothing is sent, and one line says why.
import packed from "assent:packed";
import { enter } from "./enter.js";
import { wait } from "./room.js";
import { unpack } from "./unpack.js";

/* global analytics, browser, init, api, ASSENT */
const room = { analytics, browser, init, customerPrivacy: api.customerPrivacy, settings: ASSENT };
wait(room, () => unpack(packed))
  .then((bytes) => enter(bytes, room))
  .catch((error) => console.warn(`[assent] nothing is sent: ${error?.message || error}`));
