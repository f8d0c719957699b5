/** One of these words. Typed so that settings imported from a JSON file fit too; the module itself
 *  takes no other. */
type Word<T extends string> = T | (string & {});

/** Which of TikTok's two copies an event has: the browser pixel's, the Events API's. */
export type Leg = Word<"browser" | "server">;

/** How a shop is set up: what `assent snippet --hosted --shop …` prints behind `const ASSENT =`. */
export interface Settings {
  /** The shop's permanent name, such as `acme.myshopify.com`. */
  shop: string;
  /** From TikTok's Events Manager. */
  pixelCode: string;
  /** The https address of your `assent serve`, without a path. */
  endpoint: string;
  /** Where TikTok's `events.js` is. */
  pixelScript: string;
  /** Where the shop collects consent: `shopify`, `auto`, `bridge` or a tool's name. There is no
   *  default. */
  cmp: string;
  /** What an undecided record means; `hold` by default. */
  undecided?: Word<"hold" | "shopify">;
  /** What counts where the named tool has written no record; `hold` by default. `shopify` goes only
   *  with `undecided: "shopify"`. */
  missing?: Word<"hold" | "shopify">;
  /** Whether events that happened before the shopper's yes are reported with it; `release` by
   *  default. */
  held?: Word<"release" | "forget">;
  /** The tool's own ids for marketing, where they are not the usual ones. */
  categories?: string[];
  /** The shop's public hosts. */
  storefronts?: string[];
  /** Which of Shopify's ids the TikTok catalogue uses; `variant` by default. */
  contentId?: Word<"variant" | "product" | "sku">;
  /** Which of Shopify's sums a checkout is worth; `total` by default. */
  value?: Word<"total" | "subtotal">;
  /** Marketing parameters to keep in addresses, besides `ttclid` and the six `utm_` names. */
  urlParameters?: string[];
  /** Public paths of the shop's own, with all that is below them; without slashes at the ends. */
  urlPaths?: string[];
  /** What happens to the browser's copy where the frame's path cannot be cleaned; `server` by
   *  default. */
  secretPaths?: Word<"server" | "fire">;
  /** By TikTok's event name, where it is not the default; `[]` switches an event off. */
  events?: Record<string, Leg[]>;
  /** By the name the shop publishes it under. */
  customEvents?: Record<string, { event: string; to: Leg[] }>;
  /** Allows `?assent_debug=1` in the shop's address. */
  debug?: boolean;
}

/** What Shopify gives a custom pixel (`analytics`, `browser`, `init`, `api.customerPrivacy`), and
 *  the shop's settings. */
export interface Sandbox {
  analytics: { subscribe(name: string, callback: (event: unknown) => void): unknown };
  browser: {
    cookie: { get(name?: string): Promise<string>; set(cookie: string): Promise<unknown> };
    localStorage: {
      getItem(key: string): Promise<string | null>;
      setItem(key: string, value: string): Promise<unknown>;
      removeItem(key: string): Promise<unknown>;
      key(index: number): Promise<string | null>;
      length(): Promise<number>;
    };
  };
  init: object;
  customerPrivacy: {
    subscribe(name: "visitorConsentCollected", callback: (event: unknown) => void): unknown;
  };
  settings: Settings;
  /** What the beacon says it came from; `npm` by default. */
  kind?: "custom" | "app" | "npm";
  /** Global Privacy Control; what the browser says by default, null where it cannot be read. */
  gpc?: boolean | null;
}

/**
 * Runs Assent for this page view: asks for consent at every event, fires TikTok's pixel, sends the
 * beacons. Call it once, as early as you can. Until Shopify permits marketing and the sale of data
 * it only listens; it resolves when the module runs, which may be never. Rejects with the reason
 * where it cannot run: then nothing is sent. A second call rejects too; the first goes on.
 */
export function start(sandbox: Sandbox): Promise<void>;
