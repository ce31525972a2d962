/* The panel without this is whole; with it the list of phones follows what happens, and finds while one types. */
(function () {
  "use strict";

  var REFRESH = 5000;
  var TYPING = 250;

  /* Ask the panel for one of its paths, through FreePBX. */
  function ask(root, path) {
    return fetch(root.dataset.ajax + "&view=" + encodeURIComponent(path), {
      credentials: "same-origin",
      headers: { "X-Hotdesk-Token": root.dataset.token }
    }).then(function (answer) {
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      return answer.text();
    });
  }

  /* The path of the table that the form asks for. */
  function wanted(form) {
    var query = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (value && name !== "hotdesk_token") {
        query.set(name, value);
      }
    });
    var text = query.toString();
    return form.dataset.filter + (text ? "?" + text : "");
  }

  function follow(root, form, list) {
    var shown = null;
    var latest = 0;

    function refresh(forced) {
      var number = ++latest;
      return ask(root, wanted(form)).then(function (text) {
        /* An older answer must not overtake, and nothing moves under the reader's hands. */
        var busy = !forced && list.contains(document.activeElement);
        if (number === latest && !busy && text !== shown) {
          list.innerHTML = text;
          shown = text;
        }
      });
    }

    function later() {
      setTimeout(function () {
        var turn = document.hidden ? Promise.resolve() : refresh(false);
        /* FreePBX or the daemon may be away for a moment; the next turn tries again. */
        turn.catch(function () {}).then(later);
      }, REFRESH);
    }

    var timer = null;
    function soon() {
      clearTimeout(timer);
      timer = setTimeout(function () {
        refresh(true).catch(function () {});
      }, TYPING);
    }
    form.addEventListener("input", soon);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      soon();
    });
    later();
  }

  function start() {
    var root = document.querySelector(".hotdesk");
    if (!root) {
      return;
    }
    var form = root.querySelector("form[data-filter]");
    var list = root.querySelector("[data-live]");
    if (form && list) {
      follow(root, form, list);
    }
    /* A button pressed twice does its work once; coming back to the page it may be pressed again. */
    window.addEventListener("pageshow", function () {
      root.querySelectorAll("form[data-sent]").forEach(function (sent) {
        delete sent.dataset.sent;
      });
    });
    root.addEventListener("submit", function (event) {
      if (event.defaultPrevented || event.target.dataset.filter) {
        return;
      }
      if (event.target.dataset.sent) {
        event.preventDefault();
      }
      event.target.dataset.sent = "yes";
    });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
