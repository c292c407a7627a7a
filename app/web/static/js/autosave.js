// Drafts of forms in this browser, so that a reload or a closed tab loses nothing; offered again, never put in silently.
(() => {
  const AGE = 7 * 24 * 3600 * 1000;
  const SKIPPED = /password|secret|token|contact|phone|email|confidential|^_/i;
  const user = () => document.body.dataset.user || "";
  const key = (form) => `sanku:draft:${user()}:${form.dataset.draft}:${location.pathname}`;
  const texts = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SKIPPED.test(name));
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };

  function restore(form, pairs) {
    const values = new Map();
    for (const [name, value] of pairs) values.set(name, [...(values.get(name) || []), value]);
    for (const field of form.elements) {
      if (!field.name || SKIPPED.test(field.name) || field.type === "file" || field.type === "hidden") continue;
      const wanted = values.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = wanted.includes(field.value);
      else if (field.multiple) for (const option of field.options) option.selected = wanted.includes(option.value);
      else field.value = wanted.shift() ?? "";
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function offer(form, draft) {
    const bar = document.createElement("div");
    bar.className = "restore";
    bar.setAttribute("role", "status");
    const text = document.createElement("span");
    const english = document.documentElement.lang === "en";
    const time = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    text.textContent = english ? `What you typed at ${time} was not sent.` : `${time} 填写的内容尚未提交。`;
    const button = (label, action) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "button";
      one.textContent = label;
      one.addEventListener("click", () => { action(); bar.remove(); });
      return one;
    };
    bar.append(text, button(english ? "Restore" : "恢复", () => restore(form, draft.pairs)),
      button(english ? "Discard" : "不用了", () => localStorage.removeItem(key(form))));
    form.before(bar);
  }

  function watch(form) {
    if (!user()) return;
    let first = texts(form);
    let timer = 0;
    let sent = false;
    const draft = read(key(form));
    if (draft && Date.now() - draft.at < AGE && !same(draft.pairs, first)) offer(form, draft);
    else if (draft) localStorage.removeItem(key(form));
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        try { localStorage.setItem(key(form), JSON.stringify({ at: Date.now(), pairs: texts(form) })); } catch { return; }
        const shown = form.querySelector("[data-saved]");
        const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
        if (shown) shown.textContent = shown.dataset.saved.replace("{time}", time);
      }, 2000);
    });
    form.addEventListener("submit", () => { sent = true; clearTimeout(timer); localStorage.removeItem(key(form)); });
    addEventListener("beforeunload", (event) => { if (!sent && !same(texts(form), first)) event.preventDefault(); });
  }

  addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-draft]").forEach(watch));
})();
