// Forms with data-passkey ("get" or "create") ask the device for a passkey, and are sent with its answer.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const listed = (keys) => keys?.map((one) => ({ ...one, id: bytes(one.id) }));

  const question = (told) => ({
    ...told,
    challenge: bytes(told.challenge),
    ...(told.user && { user: { ...told.user, id: bytes(told.user.id) } }),
    ...(told.excludeCredentials && { excludeCredentials: listed(told.excludeCredentials) }),
    ...(told.allowCredentials && { allowCredentials: listed(told.allowCredentials) }),
  });

  const answer = ({ id, rawId, type, response }) => {
    const told = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) told[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: told });
  };

  const ask = async (form) => {
    const sent = new URLSearchParams({ challenge_token: form.elements.challenge_token?.value ?? "" });
    const reply = await fetch(`${form.getAttribute("action")}/options`, { method: "POST", body: sent });
    const told = await reply.json();
    if (!reply.ok) return { problem: told.message };
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: question(told.public_key) });
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
        const told = await ask(form);
        if (told.credential) {
          field.value = told.credential;
          form.submit(); // without this handler
        } else {
          show(told.problem);
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
