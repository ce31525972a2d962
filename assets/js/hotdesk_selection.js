/*
 * Ticked rows: a box that ticks all that are shown, how many are ticked, and the buttons for them, which wait until one
 * is. Without this the buttons may always be pressed.
 */
(function () {
  "use strict";

  function attend(form) {
    var count = form.querySelector("[data-count]");

    function boxes() {
      return Array.prototype.slice.call(form.querySelectorAll("tbody input[type=checkbox]"));
    }

    function look() {
      var all = form.querySelector("[data-all]");
      var every = boxes();
      var ticked = every.filter(function (box) {
        return box.checked;
      }).length;
      if (all) {
        all.closest("label").hidden = false;
        all.checked = every.length > 0 && ticked === every.length;
        all.indeterminate = ticked > 0 && ticked < every.length;
      }
      if (count) {
        var total = ticked + Number(count.dataset.more || 0);
        var text = count.dataset.count + " " + total;
        if (count.textContent !== text) {
          count.textContent = text;
        }
        count.parentNode.classList.toggle("hotdesk-some", total > 0);
        Array.prototype.forEach.call(form.querySelectorAll("[data-many]"), function (button) {
          button.disabled = !total;
        });
      }
    }

    form.addEventListener("change", function (event) {
      if (event.target.dataset.all !== undefined) {
        boxes().forEach(function (box) {
          box.checked = event.target.checked;
        });
      }
      look();
    });
    form.addEventListener("keydown", function (event) {
      /* Enter on a box would press the form's first button. */
      if (event.key === "Enter" && event.target.type === "checkbox") {
        event.preventDefault();
      }
    });
    document.addEventListener("hotdesk:renewed", look);
    /* The browser ticks again what was ticked when one comes back. */
    window.addEventListener("pageshow", look);
    look();
  }

  function start() {
    Array.prototype.forEach.call(document.querySelectorAll(".hotdesk form[data-bulk]"), attend);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
