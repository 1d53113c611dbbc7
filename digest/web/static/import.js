// Sends the chosen file as it is, and goes on to the page that shows its first rows.
const form = document.querySelector("form[data-upload]");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = form.elements.file.files[0];
  const says = form.querySelector("[role=status]");
  if (!file) return;
  says.textContent = `Sending ${file.name} …`;
  try {
    const said = new URLSearchParams({ name: file.name });
    for (const field of ["from", "as"]) if (form.elements[field]?.value) said.set(field, form.elements[field].value);
    const answer = await fetch(`${form.action}?${said}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream", "X-Form-Token": form.elements.form_token.value },
      body: file,
    });
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (told.next) window.location.assign(told.next);
    else says.textContent = told.fault ?? (answer.status === 413 ? "That file is too large." : "That could not be sent; open the page again.");
  } catch {
    says.textContent = "That could not be sent; try again.";
  }
});
