// Counts what has occurred in the answers. A rule that no case reaches is not compared, and the
// test should say so.

/** src/gate/src/consent/rule.rs: a browser can come by each of them. */
const rules = [
  "gpc",
  "sale_opt_out",
  "us_opt_out",
  "shopify_denied",
  "cmp_denied",
  "shopify_silent",
  "cmp_missing",
  "out_of_reach",
  "cmp_undecided",
  "cmp_unreadable",
  "stale",
  "grant_ended_elsewhere",
  "all_yes",
  "shopify_only",
  "undecided_shopify",
  "missing_shopify",
];
/** src/gate/src/plan.rs: what a plan can ask for. */
const acts = [
  "send",
  "cookie",
  "store",
  "clean",
  "load",
  "identify",
  "page",
  "track",
  "revoke",
  "wake",
  "look",
  "keep",
];
/** TikTok's names of the routes, and of a custom event. */
const names = [
  "Pageview",
  "ViewContent",
  "Search",
  "AddToCart",
  "InitiateCheckout",
  "AddPaymentInfo",
  "Purchase",
  "Subscribe",
];
/** Hashed contacts, and what goes in the clear. */
const fields = [
  "email",
  "phone",
  "first_name",
  "last_name",
  "zip_code",
  "city",
  "state",
  "country",
  "external_id",
  "ttclid",
  "ttp",
  "locale",
  "user_agent",
];
/** The kinds of message that leave, and two cases to meet: several in one plan, and an event cut to
 *  fit. */
const messages = ["events", "receipt alone", "withdrawal", "several at once", "lines cut"];
/** What the debug console is told was done. (That a hundred events were held takes more calls than
 *  a case has.) */
const done = [
  "the page began",
  "recalled",
  "the shopper decided",
  "held in memory until somebody decides",
  "forgotten",
  "browser pixel",
  "server",
  "browser pixel and server",
  "a receipt alone: the event is switched off",
  "nothing: this page has reported it already",
  "nothing: TikTok's pixel must not run here",
  "nothing: Shopify says this is another shop",
  "the event has no name",
  "the event has no readable timestamp",
];
const wanted = { rules, acts, names, fields, messages, done };
/** Each must occur at least so often. */
const floor = 20;

export class Census {
  #counts = new Map();
  #cases = 0;
  #calls = 0;
  #refused = 0;

  take(pages) {
    this.#cases += 1;
    for (const answers of pages) {
      if (!answers) this.#refused += 1;
      for (const text of answers?.slice(1) ?? []) {
        this.#calls += 1;
        const answer = text && JSON.parse(text);
        for (const line of answer?.said ?? []) this.#line(line);
        const acts = answer?.acts ?? [];
        for (const act of acts) this.#act(act);
        if (acts.filter((act) => act.do === "send").length > 1)
          this.#add("messages", "several at once");
      }
    }
  }

  #line({ rule, name, done }) {
    this.#add("done", done);
    if (rule) this.#add("rules", rule);
    if (name) this.#add("names", name);
  }

  #act(act) {
    this.#add("acts", act.do);
    if (act.do !== "send") return;
    const { withdraw, events = [], user } = JSON.parse(act.body);
    this.#add("messages", withdraw ? "withdrawal" : events.length > 0 ? "events" : "receipt alone");
    if (events.some(({ properties }) => properties.num_items > total(properties.contents ?? [])))
      this.#add("messages", "lines cut");
    const users = [user, ...events.map((event) => event.user)];
    for (const field of users.flatMap((user) => Object.keys(user ?? {})))
      this.#add("fields", field);
  }

  #add(kind, word) {
    const key = `${kind} ${word}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  #of = (kind, word) => this.#counts.get(`${kind} ${word}`) ?? 0;

  lines() {
    const counted = Object.entries(wanted).map(
      ([kind, words]) =>
        `${kind}: ${words.map((word) => `${word} ${this.#of(kind, word)}`).join(", ")}`,
    );
    return [
      `${this.#cases} cases, ${this.#calls} calls, ${this.#refused} pages with settings that were refused`,
      ...counted,
    ];
  }

  /** What has occurred too seldom to be called compared. */
  lacking() {
    return Object.entries(wanted).flatMap(([kind, words]) =>
      words.filter((word) => this.#of(kind, word) < floor).map((word) => `${kind}: ${word}`),
    );
  }
}

const total = (contents) => contents.reduce((sum, { quantity }) => sum + quantity, 0);
