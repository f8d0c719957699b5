// What shuts people out of a page, as far as a machine can find it: axe, over the browser that is here
// already, in light and in dark, on a narrow and on a wide screen.
import axe from "axe-core";

const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** A line for each thing found on the page as it stands. */
export async function shutOut(page, name) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1440]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const where = `${name} ${colorScheme} ${width}`;
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) found.push(`${where}: ${wide} px too wide`);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(
        (tags) => window.axe.run({ runOnly: { type: "tag", values: tags } }),
        values,
      );
      for (const { id, nodes } of violations)
        found.push(`${where}: ${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
    }
  }
  return found;
}
