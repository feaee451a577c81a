/* How many texts the words take, while they are typed; outreach/delivery/segments.py counts the same when they are sent.
   Without this script the page says it once it is sent; nothing else depends on it. */
(function () {
  "use strict";
  var BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  var EXTENSION = "\f^{}\\[~]|€";
  var SHOWN = 5;

  function segmentsOf(text) {
    var letters = Array.from(text), costly = [];
    letters.forEach(function (letter) {
      if (BASIC.indexOf(letter) < 0 && EXTENSION.indexOf(letter) < 0 && costly.indexOf(letter) < 0) { costly.push(letter); }
    });
    var wide = costly.length > 0, single = wide ? 70 : 160, each = wide ? 67 : 153, units = 0, count = 1, used = 0;
    letters.forEach(function (letter) {
      var width = (wide ? letter.length > 1 : EXTENSION.indexOf(letter) >= 0) ? 2 : 1;
      units += width;
      if (used + width > each) { count += 1; used = 0; }
      used += width;
    });
    if (units <= single) { return { count: Math.min(units, 1), units: units, left: units ? single - units : 0, costly: costly }; }
    return { count: count, units: units, left: each - used, costly: costly };
  }

  /* The same sentences as outreach/web/counting.py. */
  function words(found, most) {
    if (!found.count) { return "Nothing written yet."; }
    var said = found.count === 1 ? "1 text" : found.count + " texts";
    said += found.count > most ? ", and at most " + most + " may go at once: shorten it." : " · " + found.left + " left";
    if (!found.costly.length) { return said; }
    var shown = found.costly.slice(0, SHOWN), last = shown.pop();
    var list = found.costly.length > SHOWN ? shown.concat(last, "…").join(" ") : (shown.length ? shown.join(" ") + " and " + last : last);
    return said + (found.count > most ? " " : ". ") + list + (found.costly.length > 1 ? " leave" : " leaves") + " less than half the room.";
  }

  if (typeof module !== "undefined") { module.exports = { segmentsOf: segmentsOf, words: words }; return; }

  document.querySelectorAll("[data-counts]").forEach(function (line) {
    var field = document.getElementById(line.dataset.counts), most = Number(line.dataset.most);
    var loud = line.querySelector("[data-over]"), quiet = line.querySelector("[data-count]");
    function count() {
      var way = field.form.querySelector("[name=way]:checked"), found = segmentsOf(field.value.trim());
      var over = found.count > most;
      line.hidden = Boolean(way) && !/-sms$/.test(way.value);
      quiet.textContent = over ? "" : words(found, most);
      if (loud.textContent !== (over ? words(found, most) : "")) { loud.textContent = over ? words(found, most) : ""; }
    }
    field.addEventListener("input", count);
    field.form.addEventListener("change", count);
    count();
  });
})();
