// The desk works without this. With it: a question before what can't be undone
// (<form data-ask="…">), and no form goes out twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.ask ?? form.dataset.ask;
  if (form.dataset.sent || (question && !window.confirm(question))) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "yes";
    window.setTimeout(() => { delete form.dataset.sent; }, 4000); // if no answer comes
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent; // came back by "Back"
});
