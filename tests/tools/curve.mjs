// A curve as SVG: both axes by powers of ten, a point for each figure with the figure beside it, so that nobody has to
// read it off an axis. Written by hand: it is forty lines, and a library for charts is a browser's.
const [width, height, margin] = [640, 320, 56];
const styles = ["#0b6e4f", "#b3541e"];

/** `{ title, below, beside, lines: [{ name, points: [[x, y]] }] }` */
export function curve({ title, below, beside, lines }) {
  const all = lines.flatMap(({ points }) => points);
  const x = scale(
    all.map(([x]) => x),
    margin,
    width - margin,
  );
  const y = scale(
    all.map(([, y]) => y),
    height - margin,
    margin,
  );
  const label = (text, at) => `<text ${at}>${text}</text>`;
  const drawn = lines.map(({ name, points }, n) => {
    const colour = styles[n];
    const dash = n === 0 ? "" : ' stroke-dasharray="6 4"';
    const path = points.map(([px, py]) => `${x(px)},${y(py)}`).join(" ");
    const [lastX, lastY] = points.at(-1);
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${path}"/>`,
      ...points.flatMap(([px, py]) => [
        `<circle cx="${x(px)}" cy="${y(py)}" r="3" fill="${colour}"/>`,
        label(short(py), `x="${x(px)}" y="${y(py) - 8}" text-anchor="middle" fill="${colour}"`),
      ]),
      label(name, `x="${x(lastX) + 10}" y="${y(lastY) + 4}" fill="${colour}" font-weight="bold"`),
    ].join("\n");
  });
  const ticks = lines[0].points.map(([px]) =>
    label(short(px), `x="${x(px)}" y="${height - margin + 18}" text-anchor="middle" fill="#444"`),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" role="img" aria-label="${title}">
<rect width="${width}" height="${height}" fill="#fff"/>
${label(title, `x="${margin}" y="22" font-size="14" font-weight="bold" fill="#222"`)}
${label(below, `x="${width / 2}" y="${height - 12}" text-anchor="middle" fill="#444"`)}
${label(beside, `x="${margin}" y="40" fill="#444"`)}
<path d="M${margin} ${margin} V${height - margin} H${width - margin}" fill="none" stroke="#888"/>
${[...ticks, ...drawn].join("\n")}
</svg>
`;
}

/** From figures to places, by their logarithm; a tenth is free at both ends. */
function scale(values, from, to) {
  const logs = values.map(Math.log10);
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const span = most - least || 1;
  return (value) => {
    const share = 0.05 + (0.9 * (Math.log10(value) - least)) / span;
    return Number((from + share * (to - from)).toFixed(1));
  };
}

const short = (value) =>
  value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });
