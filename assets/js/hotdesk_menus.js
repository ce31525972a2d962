/* Menus: one is open at a time, and Escape or a click elsewhere closes it. Without this they open and close by hand. */
(function () {
  "use strict";

  function close(but) {
    Array.prototype.forEach.call(document.querySelectorAll(".hotdesk-menu[open]"), function (menu) {
      if (menu !== but) {
        menu.open = false;
      }
    });
  }

  document.addEventListener("click", function (event) {
    close(event.target.closest && event.target.closest(".hotdesk-menu"));
  });
  document.addEventListener("keydown", function (event) {
    var menu = event.key === "Escape" && event.target.closest && event.target.closest(".hotdesk-menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
