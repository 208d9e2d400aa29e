"use strict";
const form = document.getElementById("filter");
const findings = Array.from(document.querySelectorAll("details.finding"));
const texts = findings.map((finding) => finding.textContent.toLowerCase());
function apply() {
  const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = ["severity", "kind", "account", "status"].map((name) => [name, form.elements[name].value]);
  let shown = 0;
  findings.forEach((finding, at) => {
    const fits = wanted.every(([name, value]) => value === "" || finding.dataset[name] === value)
      && words.every((word) => texts[at].includes(word));
    finding.hidden = !fits;
    shown += fits ? 1 : 0;
  });
  document.querySelectorAll("section.findings").forEach((section) => {
    section.hidden = !section.querySelector("details.finding:not([hidden])");
  });
  form.elements.shown.value = `${shown} of ${findings.length}`;
}
form.hidden = false;
form.addEventListener("input", apply);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(apply));
form.elements.open.addEventListener("click", () => findings.forEach((finding) => { finding.open = true; }));
form.elements.close.addEventListener("click", () => findings.forEach((finding) => { finding.open = false; }));
apply();
