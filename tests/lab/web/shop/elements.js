// Makes an element in one line. A child that is text stays text: it is never read as HTML.
function el(tag, properties, ...children) {
  var node = document.createElement(tag);
  Object.entries(properties || {}).forEach((pair) => {
    if (pair[0].indexOf("on") === 0) node.addEventListener(pair[0].slice(2), pair[1]);
    else if (pair[1] !== false && pair[1] !== undefined)
      node.setAttribute(pair[0], pair[1] === true ? "" : pair[1]);
  });
  children.flat(Infinity).forEach((child) => {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  });
  return node;
}

var ART = {
  pot: '<path d="M38 30h24l6 22-4 6H36l-4-6z"/><path d="M35 60h30l5 30H30z"/><path d="M44 22h12l4 8H40z"/><circle cx="50" cy="19" r="4"/><path d="M66 34c14 0 16 22 2 26" fill="none" stroke-width="5"/>',
  mug: '<path d="M28 34h38v42c0 8-6 12-12 12H40c-6 0-12-4-12-12z"/><path d="M66 44c18-2 18 28 0 28" fill="none" stroke-width="6"/>',
  tin: '<rect x="30" y="34" width="40" height="54" rx="4"/><rect x="33" y="22" width="34" height="12" rx="3"/><rect x="36" y="50" width="28" height="20" fill="var(--paper)" stroke="none"/>',
  bowl: '<path d="M18 44h64c0 26-14 38-26 40H44C32 82 18 70 18 44z"/><path d="M40 84h20v5H40z"/>',
};

function art(item) {
  var box = el("div", { class: `art art-${item.art}`, "aria-hidden": "true" });
  box.innerHTML = `<svg viewBox="0 0 100 110" fill="currentColor" stroke="currentColor" stroke-width="0">${ART[item.art]}</svg>`;
  return box;
}
