// A button beside each text that is to be taken elsewhere. Without JavaScript the text is there all the same.
for (const text of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text.dataset.copy;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value ?? text.textContent);
      said.textContent = "Copied";
    } catch {
      // Over plain http a browser has no clipboard: what is selected is copied by hand.
      text.focus();
      text.select?.();
      said.textContent = "Selected: copy it with your keyboard";
    }
  });
  const row = document.createElement("p");
  row.className = "row";
  row.append(button, said);
  text.before(row);
}
