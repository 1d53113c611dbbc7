// Keeps the parts of a campaign's page as they are now. Without this the page reloads itself.
const live = document.getElementById("live");
const events = new EventSource(live.dataset.events);

events.onmessage = (event) => {
  for (const [name, html] of Object.entries(JSON.parse(event.data))) {
    const part = live.querySelector(`[data-part="${name}"]`);
    // What somebody is reading by keyboard or filling in must not be taken away from under them.
    const isInUse = part.contains(document.activeElement) || part.querySelector("details[open]");
    if (isInUse && name === "acts") continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.className : null;
    const scrolled = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    part.innerHTML = html;
    part.querySelectorAll(".scroll").forEach((box, at) => { box.scrollLeft = scrolled[at] ?? 0; });
    if (focused) part.querySelector(`.${focused.split(" ")[0]}`)?.focus({ preventScroll: true });
  }
};
