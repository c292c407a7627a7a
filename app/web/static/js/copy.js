// Buttons that copy a text (data-copy="…") or, with an empty one, the address of the page.
(() => {
  addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = button.dataset.copy || location.href;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Over plain http there is no clipboard: the text is selected to be copied by hand.
      const field = document.createElement("input");
      field.value = text;
      field.className = "input";
      button.after(field);
      field.select();
      return;
    }
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
})();
