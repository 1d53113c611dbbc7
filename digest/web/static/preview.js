// A choice in the preview acts at once; without this, there is the button.
const choices = document.querySelector("[data-choices]");
choices.querySelector("button").hidden = true;
choices.addEventListener("change", () => choices.requestSubmit());
