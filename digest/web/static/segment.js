// Says whom a segment means while it is written. Without it, the button "Count" does.
const form = document.querySelector("form[data-count]");
const says = form?.querySelector("[role=status]");
let waiting, latest = 0;
form?.elements.words.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, 400);
});
async function count() {
  const mine = ++latest;
  const words = form.elements.words.value.trim();
  if (!words) { show("", false); return; }
  try {
    const answer = await fetch(form.dataset.count, {
      method: "POST",
      headers: { "X-Form-Token": form.elements.form_token.value },
      body: new URLSearchParams({ words }),
    });
    const said = await answer.json();
    if (mine === latest) show(said.says ?? said.fault, !said.says);
  } catch {
    if (mine === latest) show("It could not be counted just now.", true);
  }
}
function show(text, isFault) {
  says.textContent = text;
  says.classList.toggle("fault", isFault);
}
