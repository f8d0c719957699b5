const texts = [
  "shop",
  "pixelCode",
  "endpoint",
  "cmp",
  "undecided",
  "missing",
  "held",
  "contentId",
  "value",
];
const tables = ["events", "customEvents", "storefronts", "categories", "urlParameters"];

/**
 * The settings as the module reads them. Shopify keeps an extension's as single lines of text
 * (shopify.extension.toml), so lists and tables come as JSON; a field that was left empty is not
 * set.
 *
 * @param {Record<string, string>} fields
 */
export function settingsOf(fields) {
  const given = (names) => names.filter((name) => fields?.[name]);
  // The module wants this setting, though in a worker it never loads the script.
  const settings = { pixelScript: "https://analytics.tiktok.com/i18n/pixel/events.js" };
  for (const name of given(texts)) settings[name] = fields[name];
  for (const name of given(tables)) {
    try {
      settings[name] = JSON.parse(fields[name]);
    } catch {
      throw new Error(
        `its setting ${name} is not JSON; print the settings again: assent extension settings --shop ${fields.shop}`,
      );
    }
  }
  return settings;
}
