// What the import pages do better with a script: files dropped onto the form, and progress without opening the page again.
"use strict";

for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  form.querySelector("[data-drop-hint]").hidden = false;
  for (const type of ["dragover", "dragleave", "drop"]) {
    form.addEventListener(type, (event) => {
      event.preventDefault();
      form.classList.toggle("import-over", type === "dragover");
      if (type === "drop" && event.dataTransfer.files.length > 0) {
        input.files = event.dataTransfer.files;
      }
    });
  }
}

for (const place of document.querySelectorAll("[data-progress]")) {
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.progress, { headers: { accept: "text/html" } });
      const html = answer.ok ? (await answer.text()).trim() : null;
      if (html === "") {
        location.reload(); // It is done: the page tells what came of it.
        return;
      }
      if (html !== null) {
        place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
      }
    } catch {
      // The service is away for a moment; the next look tells.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}
