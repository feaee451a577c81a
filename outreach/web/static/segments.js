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

  function filled(sentence, values) {
    return sentence.replace(/%\((\w+)\)s/g, function (_, name) { return values[name]; });
  }

  /* The sentences come from the page, in its language; outreach/web/counting.py fills the same ones. */
  function words(found, most, said) {
    if (!found.count) { return said.nothing; }
    var over = found.count > most, values = { texts: found.count, left: found.left, most: most };
    var room = filled((over ? said.over : said.room)[found.count === 1 ? 0 : 1], values);
    if (!found.costly.length) { return room; }
    var shown = found.costly.slice(0, SHOWN), last = shown.pop(), letters = last;
    if (found.costly.length > SHOWN) { letters = shown.concat(last, "…").join(" "); }
    else if (shown.length) { letters = filled(said.and, { first: shown.join(" "), last: last }); }
    return room + (over ? " " : ". ") + filled(said.cost[found.costly.length === 1 ? 0 : 1], { letters: letters });
  }

  function put(text, known) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return Object.prototype.hasOwnProperty.call(known, name) ? known[name] : whole; });
  }

  if (typeof module !== "undefined") { module.exports = { segmentsOf: segmentsOf, words: words }; return; }

  document.querySelectorAll("[data-counts][data-said]").forEach(function (line) {
    var field = document.getElementById(line.dataset.counts), most = Number(line.dataset.most), said = JSON.parse(line.dataset.said);
    var known = JSON.parse(line.dataset.values || "{}");  // what stands for the placeholders of a template
    var loud = line.querySelector("[data-over]"), quiet = line.querySelector("[data-count]");
    function count() {
      var way = field.form.querySelector("[name=way]:checked"), found = segmentsOf(put(field.value.trim(), known));
      var over = found.count > most;
      line.hidden = Boolean(way) && !/-sms$/.test(way.value);
      quiet.textContent = over ? "" : words(found, most, said);
      if (loud.textContent !== (over ? words(found, most, said) : "")) { loud.textContent = over ? words(found, most, said) : ""; }
    }
    field.addEventListener("input", count);
    field.form.addEventListener("change", count);
    count();
  });
})();
