// Chinese input methods: what is typed before a candidate is chosen is no input, and its keys are no commands.
(() => {
  document.documentElement.classList.add("script");
  addEventListener("input", (event) => { if (event.isComposing) event.stopImmediatePropagation(); }, true);
  addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, true);
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
  }, true);
})();
