/*
 * The panel without this is whole; with it a list follows what happens, and finds while one types.
 *
 * A list is an element with data-live: the panel's path of its rows. It follows the form with data-filter, where there
 * is one. The panel answers 204 where nothing is new; the rows carry data-key, and only those that differ are replaced:
 * never the one under the reader's hands, and a box that is ticked stays so.
 */
(function () {
  "use strict";

  /* Milliseconds. */
  var TURN = 1500;
  var TYPING = 250;
  /* So long after the last key or click the list stops following: it would keep FreePBX's session alive for ever. */
  var PATIENCE = 15 * 60 * 1000;

  function ask(root, path, options) {
    var headers = { "X-Hotdesk-Token": root.dataset.token, "X-Requested-With": "XMLHttpRequest" };
    var settings = { credentials: "same-origin", headers: headers };
    Object.keys(options || {}).forEach(function (name) {
      settings[name] = options[name];
    });
    return fetch(root.dataset.ajax + "&view=" + encodeURIComponent(path), settings);
  }

  /* The path of a list with what its form asks for. */
  function path(base, form, more) {
    var parts = base.split("?");
    var query = new URLSearchParams(parts[1] || "");
    if (form) {
      new FormData(form).forEach(function (value, name) {
        if (name !== "hotdesk_token") {
          if (value) {
            query.set(name, value);
          } else {
            query.delete(name);
          }
        }
      });
    }
    Object.keys(more || {}).forEach(function (name) {
      query.set(name, more[name]);
    });
    var text = query.toString();
    return parts[0] + (text ? "?" + text : "");
  }

  function ticked(row) {
    return Array.prototype.map.call(row.querySelectorAll("input[type=checkbox]"), function (box) {
      return box.checked;
    });
  }

  /* Put a row in the place of another, with its boxes as they are. */
  function renew(old, row) {
    var boxes = ticked(old);
    Array.prototype.forEach.call(row.querySelectorAll("input[type=checkbox]"), function (box, place) {
      if (place < boxes.length) {
        box.checked = boxes[place];
      }
    });
    old.parentNode.replaceChild(row, old);
  }

  /* Bring a table in line with a newer one. What is the same is not touched. */
  function merge(list, text) {
    var fresh = document.createElement("div");
    fresh.innerHTML = text;
    var body = list.querySelector("tbody");
    var wanted = fresh.querySelector("tbody");
    if (!body || !wanted) {
      list.innerHTML = text;
      return;
    }
    var known = {};
    Array.prototype.forEach.call(body.children, function (row) {
      known[row.dataset.key || ""] = row;
    });
    var place = body.firstElementChild;
    Array.prototype.slice.call(wanted.children).forEach(function (row) {
      var key = row.dataset.key || "";
      var old = known[key];
      delete known[key];
      if (!old) {
        body.insertBefore(row, place);
        return;
      }
      if (old === place) {
        place = place.nextElementSibling;
      } else {
        body.insertBefore(old, place);
      }
      if (old.outerHTML !== row.outerHTML && !old.contains(document.activeElement)) {
        renew(old, row);
      }
    });
    Object.keys(known).forEach(function (key) {
      body.removeChild(known[key]);
    });
    /* What stands around the rows: the caption, the pages. */
    Array.prototype.forEach.call(fresh.querySelectorAll("[data-part]"), function (part) {
      var old = list.querySelector('[data-part="' + part.dataset.part + '"]');
      if (old && old.outerHTML !== part.outerHTML && !old.contains(document.activeElement)) {
        old.parentNode.replaceChild(part, old);
      }
    });
  }

  function follow(root, list, form) {
    var away = root.querySelector(".hotdesk-away");
    var seen = list.dataset.seen || "";
    var latest = 0;
    var touched = Date.now();
    var running = false;

    function say(what) {
      if (away) {
        away.textContent = what ? away.dataset[what] : "";
        away.hidden = !what;
      }
    }

    function refresh() {
      var number = ++latest;
      return ask(root, path(list.dataset.live, form, { seen: seen })).then(function (answer) {
        if (answer.status === 401 || answer.status === 403) {
          say("over");
          return;
        }
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.text().then(function (text) {
          /* An older answer must not overtake. */
          if (number !== latest) {
            return;
          }
          say("");
          if (answer.status !== 204) {
            seen = answer.headers.get("X-Hotdesk-Seen") || "";
            merge(list, text);
            list.dispatchEvent(new CustomEvent("hotdesk:renewed", { bubbles: true }));
          }
        });
      });
    }

    function turn() {
      if (document.hidden) {
        running = false;
        return;
      }
      if (Date.now() - touched > PATIENCE) {
        running = false;
        say("paused");
        return;
      }
      running = true;
      /* FreePBX or the daemon may be away for a moment; the next turn tries again. */
      refresh()
        .catch(function () {
          say("away");
        })
        .then(function () {
          setTimeout(turn, TURN);
        });
    }

    function wake() {
      touched = Date.now();
      if (!running) {
        turn();
      }
    }

    ["pointerdown", "keydown", "mousemove"].forEach(function (name) {
      document.addEventListener(name, wake, { passive: true });
    });
    document.addEventListener("visibilitychange", function () {
      if (!document.hidden && !running) {
        turn();
      }
    });
    if (form) {
      var timer = null;
      var soon = function () {
        clearTimeout(timer);
        timer = setTimeout(function () {
          seen = "";
          list.dataset.live = list.dataset.live.replace(/([?&])page=\d+&?/, "$1");
          refresh().catch(function () {
            say("away");
          });
        }, TYPING);
      };
      form.addEventListener("input", soon);
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        soon();
      });
    }
    running = true;
    setTimeout(turn, TURN);
  }

  /* A button pressed twice does its work once; coming back to the page it may be pressed again. */
  function pressOnce(root) {
    window.addEventListener("pageshow", function () {
      root.querySelectorAll("form[data-sent]").forEach(function (sent) {
        delete sent.dataset.sent;
      });
    });
    root.addEventListener("submit", function (event) {
      if (event.defaultPrevented || event.target.dataset.filter !== undefined) {
        return;
      }
      if (event.target.dataset.sent) {
        event.preventDefault();
      }
      event.target.dataset.sent = "yes";
    });
  }

  function start() {
    var root = document.querySelector(".hotdesk");
    if (!root) {
      return;
    }
    var list = root.querySelector("[data-live]");
    if (list) {
      follow(root, list, root.querySelector("form[data-filter]"));
    }
    pressOnce(root);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
