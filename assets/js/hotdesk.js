/*
 * The panel without this is whole; with it a list follows what happens, and finds while one types.
 *
 * A list is an element with data-live: the panel's path of its rows. It follows the form with data-filter, where there
 * is one, whose value is the path of its page. The panel answers 204 where nothing is new. The rows carry data-key, and
 * what stands around them data-part; only what differs is replaced, and nothing that the reader has hold of: what has
 * the focus stays until it has lost it, a box that is ticked stays so, and a menu that is open.
 */
(function () {
  "use strict";

  /* Milliseconds. */
  var TURN = 1500;
  var TYPING = 250;
  /* Where FreePBX does not let us in any more there is no hurry. */
  var OVER = 10000;
  /* So long an answer may take. */
  var DEADLINE = 10000;
  /* So long after the last key or click the list stops following: it would keep FreePBX's session alive for ever. */
  var PATIENCE = 15 * 60 * 1000;

  var LINK = "?display=hotdesk&view=";

  function each(nodes, what) {
    Array.prototype.forEach.call(nodes, what);
  }

  function ask(root, path) {
    var control = new AbortController();
    var timer = setTimeout(function () {
      control.abort();
    }, DEADLINE);
    return fetch(root.dataset.ajax + "&view=" + encodeURIComponent(path), {
      credentials: "same-origin",
      headers: { "X-Hotdesk-Token": root.dataset.token, "X-Requested-With": "XMLHttpRequest" },
      /* To the page where one logs in; we do not want to read that. */
      redirect: "manual",
      signal: control.signal
    })
      .then(function (answer) {
        /* Its text as well: a line that breaks behind the headers would keep us waiting for ever. */
        return answer.text().then(function (text) {
          return { answer: answer, text: text };
        });
      })
      .finally(function () {
        clearTimeout(timer);
      });
  }

  /* What an answer is: ours, of a FreePBX that does not know us any more, or of one that cannot reach the daemon. */
  function kind(answer) {
    if (answer.status === 204 || (answer.ok && answer.headers.get("X-Hotdesk-Seen"))) {
      return "ours";
    }
    var turnedAway = answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
    return turnedAway || answer.ok ? "over" : "away";
  }

  /* A path with what a form asks for, and more. */
  function path(base, form, more) {
    var parts = base.split("?");
    var query = new URLSearchParams(parts[1] || "");
    function set(value, name) {
      if (name === "hotdesk_token") {
        return;
      }
      if (value) {
        query.set(name, value);
      } else {
        query.delete(name);
      }
    }
    if (form) {
      new FormData(form).forEach(set);
    }
    Object.keys(more || {}).forEach(function (name) {
      set(more[name], name);
    });
    var text = query.toString();
    return parts[0] + (text ? "?" + text : "");
  }

  /* Merging a newer list into one that somebody reads */

  /* What the mouse is pressed on. */
  var held = null;

  function busy(node) {
    return node.contains(document.activeElement) || (held !== null && node.contains(held));
  }

  /* A node as the panel wrote it, whatever the reader has opened in it since. */
  function written(node) {
    if (node.hotdeskWritten === undefined) {
      node.hotdeskWritten = node.outerHTML;
    }
    return node.hotdeskWritten;
  }

  function keep(old, fresh) {
    [["input[type=checkbox]", "checked"], ["details", "open"]].forEach(function (pair) {
      var states = old.querySelectorAll(pair[0]);
      each(fresh.querySelectorAll(pair[0]), function (node, place) {
        if (place < states.length) {
          node[pair[1]] = states[place][pair[1]];
        }
      });
    });
  }

  /* Put a node in the place of an older one, or as much of it as can be; return what stands there then. */
  function renew(old, fresh, told) {
    var text = written(fresh);
    if (written(old) === text) {
      return old;
    }
    if (!busy(old)) {
      keep(old, fresh);
      old.parentNode.replaceChild(fresh, old);
      return fresh;
    }
    var cells = Array.prototype.slice.call(fresh.children);
    if (old.tagName !== "TR" || cells.length !== old.children.length) {
      told.left = true;
      return old;
    }
    /* The row that the reader is in: all of it but the cell. */
    var inside = { left: false };
    Array.prototype.slice.call(old.children).forEach(function (cell, place) {
      renew(cell, cells[place], inside);
    });
    if (inside.left) {
      told.left = true;
    } else {
      old.hotdeskWritten = text;
    }
    return old;
  }

  /*
   * Bring rows into an order. The one that the reader is in is not moved, for it would lose the focus by that; where it
   * is none of them any more, the others go around it.
   */
  function arrange(body, rows) {
    var fixed = rows.filter(busy)[0];
    function listed(row) {
      while (row && rows.indexOf(row) < 0) {
        row = row.nextElementSibling;
      }
      return row;
    }
    var place = listed(body.firstElementChild);
    rows.forEach(function (row) {
      if (row === fixed) {
        while (place && place !== fixed) {
          var next = listed(place.nextElementSibling);
          body.appendChild(place);
          place = next;
        }
      }
      if (row === place) {
        place = listed(place.nextElementSibling);
      } else {
        body.insertBefore(row, place);
      }
    });
  }

  /* Bring a list in line with a newer one; return whether something had to be left as it was. */
  function merge(list, text) {
    var fresh = document.createElement("div");
    fresh.innerHTML = text;
    var told = { left: false };
    each(fresh.querySelectorAll("[data-part]"), function (part) {
      var old = list.querySelector('[data-part="' + part.dataset.part + '"]');
      if (old) {
        renew(old, part.cloneNode(true), told);
      }
    });
    var body = list.querySelector("tbody");
    var known = {};
    each(body.children, function (row) {
      known[row.dataset.key || ""] = row;
    });
    var rows = Array.prototype.slice.call(fresh.querySelector("tbody").children).map(function (row) {
      var key = row.dataset.key || "";
      var old = known[key];
      delete known[key];
      written(row);
      return old ? renew(old, row, told) : row;
    });
    Object.keys(known).forEach(function (key) {
      if (busy(known[key])) {
        told.left = true;
      } else {
        body.removeChild(known[key]);
      }
    });
    arrange(body, rows);
    return told.left;
  }

  /* Following */

  function follow(root, list, form) {
    var away = root.querySelector(".hotdesk-away");
    var seen = list.dataset.seen || "";
    var latest = 0;
    var touched = Date.now();
    var running = false;
    var said = "";
    /* The newest list, where not all of it could be shown yet. */
    var waiting = "";

    each(list.querySelectorAll("[data-part], tbody > tr"), written);

    function say(what) {
      if (away && said !== what) {
        said = what;
        away.textContent = what ? away.dataset[what] : "";
        away.hidden = !what;
      }
    }

    function show(text) {
      waiting = merge(list, text) ? text : "";
      list.dispatchEvent(new CustomEvent("hotdesk:renewed", { bubbles: true }));
    }

    function refresh() {
      var number = ++latest;
      return ask(root, path(list.dataset.live, form, { seen: seen }))
        .then(function (got) {
          /* An older answer must not overtake. */
          if (number !== latest) {
            return;
          }
          var what = kind(got.answer);
          say(what === "ours" ? "" : what);
          if (what === "ours" && got.answer.status !== 204) {
            seen = got.answer.headers.get("X-Hotdesk-Seen");
            show(got.text);
          }
        })
        .catch(function () {
          if (number === latest) {
            say("away");
          }
        });
    }

    function turn() {
      running = !document.hidden && Date.now() - touched <= PATIENCE;
      if (!running) {
        if (!document.hidden) {
          say("paused");
        }
        return;
      }
      refresh().then(function () {
        setTimeout(turn, said === "over" ? OVER : TURN);
      });
    }

    function wake() {
      touched = Date.now();
      if (!running) {
        turn();
      }
    }

    ["pointerdown", "keydown", "mousemove", "wheel"].forEach(function (name) {
      document.addEventListener(name, wake, { passive: true });
    });
    document.addEventListener("visibilitychange", function () {
      if (!document.hidden && !running) {
        turn();
      }
    });
    document.addEventListener("pointerdown", function (event) {
      held = event.target;
    });
    function letGo() {
      held = null;
      /* Once the focus is where it goes to. */
      setTimeout(function () {
        if (waiting) {
          show(waiting);
        }
      }, 0);
    }
    ["pointerup", "pointercancel"].forEach(function (name) {
      document.addEventListener(name, letGo);
    });
    list.addEventListener("focusout", letGo);

    if (form) {
      find(list, form, refresh);
    }
    running = true;
    setTimeout(turn, TURN);
  }

  /* Finding while one types: the list, the page's own address, and where its links come back to. */
  function find(list, form, refresh) {
    var timer = null;
    function now() {
      clearTimeout(timer);
      list.dataset.live = path(list.dataset.live, null, { page: "" });
      if (form.dataset.filter) {
        tell(path(form.dataset.filter, form));
      }
      refresh();
    }
    /* Where the list is now, for whoever loads it again or comes back to it. */
    function tell(here) {
      history.replaceState(history.state, "", LINK + encodeURIComponent(here));
      each(document.querySelectorAll("a[data-back]"), function (link) {
        link.setAttribute("href", LINK + encodeURIComponent(path(link.dataset.back, null, { back: here })));
      });
    }
    form.addEventListener("input", function (event) {
      clearTimeout(timer);
      timer = setTimeout(now, event.target.tagName === "SELECT" ? 0 : TYPING);
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      now();
    });
  }

  /* A button pressed twice does its work once; coming back to the page it may be pressed again. */
  function pressOnce(root) {
    window.addEventListener("pageshow", function () {
      each(root.querySelectorAll("form[data-sent]"), function (sent) {
        delete sent.dataset.sent;
      });
    });
    root.addEventListener("submit", function (event) {
      var form = event.target;
      if (event.defaultPrevented) {
        return;
      }
      if (form.dataset.sent) {
        event.preventDefault();
      }
      form.dataset.sent = "yes";
      /* Where no page came for so long, it may be tried again. */
      setTimeout(function () {
        delete form.dataset.sent;
      }, DEADLINE);
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
