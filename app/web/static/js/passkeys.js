// Forms with data-passkey ("get" or "create") ask the device for a passkey, and are sent with its answer.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const listed = (keys) => keys?.map((one) => ({ ...one, id: bytes(one.id) }));

  const question = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: listed(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: listed(options.allowCredentials) }),
  });

  const answer = ({ id, rawId, type, response }) => {
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: parts });
  };

  const ask = async (form) => {
    const sent = new URLSearchParams({ challenge_token: form.elements.challenge_token?.value ?? "" });
    const reply = await fetch(`${form.getAttribute("action")}/options`, { method: "POST", body: sent });
    const offered = await reply.json();
    if (!reply.ok) return { problem: offered.message };
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: question(offered.public_key) });
    return { credential: answer(credential) };
  };

  const prepare = (form) => {
    const [button, problem] = [form.querySelector("button"), form.querySelector("[data-problem]")];
    const field = form.elements.secret_credential;
    const show = (message) => {
      problem.textContent = message;
      problem.hidden = false;
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      problem.hidden = true;
      try {
        const outcome = await ask(form);
        if (outcome.credential) {
          field.value = outcome.credential;
          form.submit(); // without this handler
        } else {
          show(outcome.problem);
        }
      } catch (error) {
        show(error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed);
      } finally {
        button.disabled = false;
      }
    });
  };

  // A page that comes back from the browser's memory has no answer yet.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-passkey]")) form.elements.secret_credential.value = "";
  });
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const isElsewhere = location.origin !== form.dataset.origin;
    form.parentElement.querySelector("[data-elsewhere]").hidden = !isElsewhere;
    form.hidden = isElsewhere || !window.PublicKeyCredential;
    if (!form.hidden) prepare(form);
  }
})();
