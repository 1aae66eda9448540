// What the walk asks a page, beside axe. It is put into the page once, with axe; the page may then change its size and colours.
const look = {
  tags: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
  colours: ["color-contrast", "link-in-text-block"], // the rules that read colours
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

  // axe's violations. Where it cannot tell the contrast of a text (it is scrolled out of a table, say), the text is kept in
  // mind until another width of the same colours has told. In the dark nothing but colours differs from the light of the same
  // width (a test of ui holds that), so there axe asks again what reads colours and nothing else.
  async axe(colours) {
    const r = await axe.run(document, {
      runOnly: colours === "dark" ? { type: "rule", values: look.colours } : { type: "tag", values: look.tags }, resultTypes: ["violations", "incomplete"], elementRef: true, preload: false,
      checks: { "color-contrast": { options: { ignoreLength: true } } },
    });
    const unsure = new Set(r.incomplete.filter((x) => x.id === "color-contrast").flatMap((x) => x.nodes.map((n) => n.element)));
    const so = look.doubt.get(colours) ?? { asked: new Set(), told: new WeakSet() };
    look.doubt.set(colours, so);
    for (const e of document.body.querySelectorAll("*")) {
      if (unsure.has(e)) so.asked.add(e);
      else if (e.checkVisibility()) so.told.add(e);
    }
    return r.violations.map((v) => ({ ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => ({ HTML: n.html, Why: n.failureSummary })) }));
  },

  // Texts whose contrast no width has told. Hatched cells and the words in charts lie on drawn grounds, which axe does not
  // read; the palette's own test holds their colours.
  untold() {
    const within = look.open();
    return [...look.doubt].flatMap(([colours, so]) => [...so.asked]
      .filter((e) => !so.told.has(e) && within.contains(e) && !e.closest("svg, .heat-hidden")).map((e) => colours + ": " + look.tag(e)));
  },
};
