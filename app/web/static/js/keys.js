// Keys of buttons, links and fields that carry data-key. A key is always also something to press.
(() => {
  const typing = (element) => element.closest("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])");
  // Under an input method or another alphabet `key` is no Latin letter; `code` names the key's place.
  const pressed = (event) => {
    if (/^[\x21-\x7e]$/.test(event.key)) return event.key.toLowerCase();
    const place = /^(?:Key|Digit)([A-Z0-9])$/.exec(event.code);
    return place ? place[1].toLowerCase() : event.key;
  };
  const visible = (element) => element.getClientRects().length > 0;

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll(".menu[open], .more[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    if (typing(event.target) || document.body.dataset.keys === "off") return;
    const key = pressed(event);
    const near = document.activeElement?.closest("[data-keys]") || document;
    const matching = (root) => [...root.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && visible(one));
    const target = matching(near) || matching(document);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, textarea")) target.focus(); else target.click();
  });

  // A menu closes when something else is pressed.
  addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open], .more[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
})();
