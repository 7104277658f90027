// Rows of results are added and removed without asking the server; without this file the same buttons ask it.
document.addEventListener("click", (event) => {
  const button = event.target.closest('button[name="do"]');
  if (button === null) return;
  const rows = () => [...document.querySelectorAll("fieldset.result")];
  if (button.value === "add_result" && rows().length > 0 && rows().length < Number(button.dataset.most)) {
    event.preventDefault();
    const last = rows().at(-1);
    const copy = last.cloneNode(true);
    copy.querySelectorAll(".mark").forEach((mark) => mark.remove());
    copy.querySelectorAll("input").forEach((input) => {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      input.setAttribute("value", "");
      input.value = /-(quantity|unit)$/.test(input.name) ? last.querySelector(`[name="${input.name}"]`).value : "";
    });
    last.after(copy);
    number(rows());
    copy.querySelector("input").focus();
  } else if (button.value.startsWith("remove_result:") && rows().length > 1) {
    event.preventDefault();
    button.closest("fieldset").remove();
    number(rows());
  }
});

function number(rows) {
  rows.forEach((row, index) => {
    row.id = `results-${index}`;
    row.querySelector(".row-number").textContent = index + 1;
    row.querySelectorAll("[name]").forEach((field) => {
      field.name = field.name.replace(/^results-\d+-/, `results-${index}-`);
      if (field.id) field.id = field.name;
    });
    row.querySelectorAll("label[for]").forEach((label) => {
      label.htmlFor = label.htmlFor.replace(/^results-\d+-/, `results-${index}-`);
    });
    row.querySelector('button[name="do"]').value = `remove_result:${index}`;
  });
}
