// A stream that stands in a hidden tab waits until the tab is shown: a browser has six connections to a server for all tabs.
(() => {
  addEventListener("htmx:before:request", (event) => {
    const element = event.detail.ctx.sourceElement;
    if (!document.hidden || !element.hasAttribute("hx-sse:connect")) return;
    event.preventDefault();
    document.addEventListener("visibilitychange", () => element.dispatchEvent(new Event("shown")), { once: true });
  });
})();
