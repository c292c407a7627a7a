// After a login in between: back to the form that was posted, which is shown with everything typed.
(() => {
  addEventListener("DOMContentLoaded", () => document.querySelector("form[data-resume]")?.submit());
})();
