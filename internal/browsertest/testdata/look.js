// What the walk asks a page, beside axe. It is put into the page once, with axe; the page may then change its size and colours.
const look = {
  tags: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
  colours: ["color-contrast", "link-in-text-block"], // the rules that read colours
  sizes: ["target-size", "scrollable-region-focusable"], // the rules that measure
  shown: new Set(), // what was to be seen each time that all rules were asked
  texts: new Map(), // how a text is drawn, and the texts drawn so in this view
  doubt: new Map(),

  // What is folded is seen by those who open it, and all rows of a table that scrolls in a box by those who scroll: so the box is as
  // high as its table, and no row stands half behind its edge. Says whether the page has a bar that stays in sight.
  unfold() {
    document.querySelectorAll("details").forEach((d) => { d.open = true; });
    document.styleSheets[0].insertRule(".sticky { max-block-size: none !important }");
    return document.querySelector(".bar") !== null;
  },

  // An open menu stands over the page: then only what is in it counts.
  open() {
    return document.querySelector(":popover-open") ?? document.body;
  },

  shape() {
    const room = document.documentElement.clientWidth, all = document.documentElement.scrollWidth;
    const out = all <= room ? [] : [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > room + 1 && !e.closest(".vh, .skip"));
    return {
      Title: document.title, Lang: document.documentElement.lang,
      H1: document.querySelectorAll("h1").length, Main: document.querySelectorAll("main").length,
      Wide: all <= room ? "" : all + " px: " + out.slice(0, 3).map(look.tag).join(" | "),
      Covered: look.covered(),
    };
  },

  tag(e) {
    return e.outerHTML.slice(0, 160);
  },

  // Controls that something else lies over: a press in their middle would not reach them.
  covered() {
    const out = [];
    for (const e of look.open().querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
      if (!e.checkVisibility({ visibilityProperty: true }) || e.matches(".vh, .skip")) continue;
      e.scrollIntoView({ block: "center", inline: "center" });
      const box = e.getClientRects()[0];
      const hit = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (box && !(e.closest("label") ?? e).contains(hit)) out.push(look.tag(e) + " under " + (hit ? look.tag(hit) : "nothing"));
    }
    scrollTo(0, 0);
    return out;
  },

  // Every way in which texts are drawn in this view: their own colour and letters, and the grounds below them up to the page's.
  drawn() {
    const grounds = new Map();
    look.texts = new Map();
    for (const e of document.body.querySelectorAll("*")) {
      if (!look.hasText(e) || !e.checkVisibility({ visibilityProperty: true }) || e.closest(".vh, .skip")) continue;
      const key = look.drawing(e, grounds);
      if (look.texts.has(key)) look.texts.get(key).push(e);
      else look.texts.set(key, [e]);
    }
    return [...look.texts.keys()];
  },

  hasText(e) {
    return e.matches("input:not([type=hidden]), select, textarea") || [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
  },

  drawing(e, grounds) {
    const s = getComputedStyle(e);
    const off = e.matches(":disabled, :disabled *, [aria-disabled=true], [aria-disabled=true] *") || e.closest("label")?.control?.disabled === true;
    return [look.ground(e, grounds), e.localName, off, s.fontSize, s.fontWeight, s.textDecorationLine, s.textShadow, s.fill].join(";");
  },

  // What colours the place of an element, from the page down. An element that adds nothing stands on its parent's ground. What is
  // taken out of the flow may lie over anything, so it is known by its place in the page too.
  ground(e, grounds) {
    if (grounds.has(e)) return grounds.get(e);
    const under = e.parentElement ? look.ground(e.parentElement, grounds) : "", s = getComputedStyle(e);
    const before = e.parentElement ? getComputedStyle(e.parentElement).color : "";
    const own = [
      s.color === before ? "" : s.color, s.backgroundColor === "rgba(0, 0, 0, 0)" ? "" : s.backgroundColor,
      s.backgroundImage === "none" ? "" : s.backgroundImage, s.opacity === "1" ? "" : s.opacity, s.filter === "none" ? "" : s.filter,
      s.position === "static" || s.position === "relative" ? "" : s.position + " " + e.className, look.pseudo(e, "::before"), look.pseudo(e, "::after"),
    ].join(",");
    const key = own === ",,,,,,," ? under : under + "/" + own;
    grounds.set(e, key);
    return key;
  },

  pseudo(e, which) {
    const s = getComputedStyle(e, which);
    return s.content === "none" || s.content === "normal" || s.position !== "absolute" ? "" : s.backgroundColor + s.backgroundImage;
  },

  // axe's violations in this view, and which ways of drawing a text it has approved. All rules are asked where something is to be
  // seen that was not yet; where the same things stand in another size, those that measure; and those that read colours of the
  // texts drawn in a way (unknown) that no page has shown before. On a page seen for the first time they are asked of all texts.
  async axe(colours, unknown) {
    const what = look.what(), first = look.shown.size === 0, fresh = !look.shown.has(what);
    look.shown.add(what);
    const light = colours === "light", runs = [];
    if (first) runs.push(await look.run(document, { type: "tag", values: look.tags }));
    else if (fresh) runs.push(await look.run(document, { type: "tag", values: look.tags }, look.colours));
    else if (light) runs.push(await look.run(document, { type: "rule", values: look.sizes }));
    const texts = (first ? [...look.texts.keys()] : unknown);
    if (!first && texts.length > 0) runs.push(await look.run({ include: texts.flatMap((k) => look.texts.get(k)) }, { type: "rule", values: look.colours }));
    const bad = runs.flatMap((r) => r.violations);
    const told = look.tell(colours, texts, runs.flatMap((r) => r.incomplete), bad);
    return { Told: told, Found: bad.map((v) => ({ ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => ({ HTML: n.html, Why: n.failureSummary })) })) };
  },

  run(where, runOnly, but = []) {
    return axe.run(where, {
      runOnly, rules: Object.fromEntries(but.map((id) => [id, { enabled: false }])), resultTypes: ["violations", "incomplete"], elementRef: true,
      preload: false, iframes: false, checks: { "color-contrast": { options: { ignoreLength: true } } },
    });
  },

  // What is to be seen now, of all elements of the page.
  what() {
    return [...document.body.querySelectorAll("*")].map((e) => (e.checkVisibility({ visibilityProperty: true }) ? 1 : 0)).join("");
  },

  // The drawings that axe has approved. Where it cannot tell the contrast of a text (it is scrolled out of a table, say), the text
  // is kept in mind until another width of the same colours has told.
  tell(colours, texts, incomplete, bad) {
    const colourful = (all) => all.filter((x) => look.colours.includes(x.id)).flatMap((x) => x.nodes.map((n) => n.element));
    const unsure = new Set(colourful(incomplete.filter((x) => x.id === "color-contrast"))), wrong = new Set(colourful(bad));
    const so = look.doubt.get(colours) ?? { asked: new Set(), told: new WeakSet() };
    look.doubt.set(colours, so);
    unsure.forEach((e) => so.asked.add(e));
    look.texts.forEach((all) => all.filter((e) => !unsure.has(e)).forEach((e) => so.told.add(e)));
    return texts.filter((k) => look.texts.get(k).every((e) => !unsure.has(e) && !wrong.has(e)));
  },

  // Texts whose contrast no width has told. Hatched cells and the words in charts lie on drawn grounds, which axe does not
  // read; the palette's own test holds their colours.
  untold() {
    const within = look.open();
    return [...look.doubt].flatMap(([colours, so]) => [...so.asked]
      .filter((e) => !so.told.has(e) && within.contains(e) && !e.closest("svg, .heat-hidden")).map((e) => colours + ": " + look.tag(e)));
  },
};
